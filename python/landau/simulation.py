"""Runs in memory that are stepped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from . import _core


class Simulation:
    """A run in memory, from `Scenario.simulation()`.

    Numbers are in the units of the scenario. Arrays are copies; they are of the shape (particles, dimension), with a symmetry
    too: there they are the points by which rings or shells are held. One thread at a time may use a simulation; other
    threads of Python go on while it steps. Ctrl-C raises KeyboardInterrupt after the step that is being taken, and the
    simulation can go on from there.
    """

    def __init__(self, core: _core.Simulation) -> None:
        self._core = core

    def step(self, count: int = 1) -> float:
        """Takes so many steps, or as many as there are before the end, and returns the time.

        Raises RunError if a step cannot be taken or trusted; the state is then the last good one.
        """
        return self._core.step(count)

    def advance_to(self, time: float) -> float:
        """Steps to the first state at or after a time, or to the end if that comes first, and returns its time."""
        return self._core.advance_to(time)

    def steps(self, until: float | None = None, every: int = 1) -> Iterator[_core.View]:
        """Views of this state and of those after every `every` steps, up to a time or to the end of the scenario."""
        yield self.view()
        while not self.is_complete and (until is None or self.time < until):
            self.step(every)
            yield self.view()

    @property
    def is_complete(self) -> bool:
        """Whether the state is the last of the scenario's time grid."""
        return self._core.is_complete

    @property
    def time(self) -> float:
        """The time of the state."""
        return self._core.time

    @property
    def step_count(self) -> int:
        """Steps taken."""
        return self._core.steps

    @property
    def evaluations(self) -> int:
        """Evaluations of the rates so far."""
        return self._core.evaluations

    @property
    def dimension(self) -> int:
        """Dimension of velocity space."""
        return self._core.dimension

    @property
    def species(self) -> list[str]:
        """Names of the moving species."""
        return self._core.species

    def view(self) -> _core.View:
        """The state as it is now, kept whatever happens to the simulation."""
        return self._core.view()

    def velocities(self, species: str) -> NDArray[np.float64]:
        """Velocities of a species, (particles, dimension)."""
        return self._core.velocities(species)

    def weights(self, species: str) -> NDArray[np.float64]:
        """Weights of a species, (particles,): real particles per volume."""
        return self._core.weights(species)

    def scores(self, species: str) -> NDArray[np.float64]:
        """∇ log f at the particles of a species, (particles, dimension), 1/velocity."""
        return self._core.scores(species)

    def rates(self, species: str) -> NDArray[np.float64]:
        """dv/dt of the particles of a species, (particles, dimension), velocity/time."""
        return self._core.rates(species)

    @property
    def entropy(self) -> float:
        """Σ∫ f log f of all moving species; it falls."""
        return self._core.entropy()

    def density(self, species: str, points: ArrayLike) -> NDArray[np.float64]:
        """The density f of a species at points of the shape (…, dimension), by its particles; of the shape (…)."""
        array = numbers(points, "points")
        if array.ndim == 0 or array.shape[-1] != self.dimension:
            raise ValueError(f"points: found the shape {array.shape}; allowed: (…, {self.dimension})")
        found = self._core.density(species, np.ascontiguousarray(array.reshape(-1, self.dimension)))
        return found.reshape(array.shape[:-1])

    def set_velocities(self, species: str, velocities: ArrayLike) -> None:
        """Puts the particles of a species at other velocities, (particles, dimension).

        What is conserved is from now on that of the new state.
        """
        array = numbers(velocities, "velocities")
        if array.ndim != 2 or array.shape[1] != self.dimension:
            raise ValueError(f"velocities: found the shape {array.shape}; allowed: (particles, {self.dimension})")
        self._core.set_velocities(species, np.ascontiguousarray(array))

    def __repr__(self) -> str:
        return f"<Simulation of {', '.join(self.species)} after {self.step_count} steps at t = {self.time:g}>"


def numbers(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """An array of real numbers, whatever its order in memory."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name}: found an array of {array.dtype}; allowed: real numbers")
    return array.astype(np.float64, copy=False)
