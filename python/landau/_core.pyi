"""The compiled part of the package."""

from os import PathLike
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Scenario",
    "Simulation",
    "View",
    "functionals",
    "main",
    "record",
    "resume",
    "run",
    "schema",
    "version",
]

@final
class Scenario:
    """A valid scenario."""

    def __new__(cls, text: str, changes: list[str], folder: str, file: str | None = None) -> Scenario: ...
    def json(self) -> str: ...
    def resolved(self) -> str: ...
    def check(self, number: int | None) -> list[tuple[str, str]]: ...
    def transport(self, number: int | None) -> str: ...
    def cite(self) -> list[tuple[str, str]]: ...

@final
class Simulation:
    """A run in memory."""

    def __new__(cls, scenario: Scenario, number: int | None = None) -> Simulation: ...
    def step(self, count: int) -> float: ...
    def advance_to(self, time: float) -> float: ...
    @property
    def is_complete(self) -> bool: ...
    @property
    def steps(self) -> int: ...
    @property
    def time(self) -> float: ...
    @property
    def dimension(self) -> int: ...
    @property
    def evaluations(self) -> int: ...
    @property
    def species(self) -> list[str]: ...
    def view(self) -> View: ...
    def velocities(self, species: str) -> NDArray[np.float64]: ...
    def weights(self, species: str) -> NDArray[np.float64]: ...
    def scores(self, species: str) -> NDArray[np.float64]: ...
    def rates(self, species: str) -> NDArray[np.float64]: ...
    def entropy(self) -> float: ...
    def density(self, species: str, points: NDArray[np.float64]) -> NDArray[np.float64]: ...
    def set_velocities(self, species: str, velocities: NDArray[np.float64]) -> None: ...

@final
class View:
    """A state of a run as it was when it was looked at; it keeps a copy.

    `view["proton_temperature"]` are totals and moments, by the names of the columns of diagnostics.csv.
    """

    @property
    def step(self) -> int:
        """Steps taken."""

    @property
    def time(self) -> float:
        """The time of the state, in the units of the scenario."""

    @property
    def entropy(self) -> float:
        """Σ∫ f log f of all moving species."""

    @property
    def entropy_rate(self) -> float:
        """Its rate of change, ≤ 0 where nothing is supplied from outside."""

    @property
    def species(self) -> list[str]:
        """Names of the moving species."""

    def velocities(self, species: str) -> NDArray[np.float64]:
        """Velocities of a species, (particles, dimension)."""

    def names(self) -> list[str]:
        """Names of totals and moments."""

    def values(self) -> list[float]:
        """Totals and moments, in the order of their names."""

    def __getitem__(self, name: str, /) -> float: ...

def functionals(
    text: str, changes: list[str], number: int | None, file: str | None = None
) -> tuple[list[str], list[list[float | None]], list[str]]: ...
def record(scenario: Scenario, options: dict[str, Any]) -> tuple[dict[str, Any], BaseException | None]: ...
def run(scenario: Scenario, folder: PathLike[str], overwrite: bool, options: dict[str, Any]) -> None: ...
def resume(scenario: Scenario, folder: PathLike[str], options: dict[str, Any]) -> None: ...
def schema() -> str: ...
def main(words: list[str]) -> int: ...
def version() -> str: ...
