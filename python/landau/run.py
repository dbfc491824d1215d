"""A run: its scenario, how it ended, its rows and its particles, from the folder that it left or from memory.

    run = landau.open("out/bkw_2d")
    run.diagnostics["time"], run.diagnostics["heavy_temperature"]
    for frame in run.frames:
        velocities, weights = frame.particles("heavy")
    run.plot("temperatures")

Everything is in the units of the scenario.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from landau import geometry
from landau.diagnostics import Diagnostics
from landau.folder import Array, RunFolderError, read_json, read_table
from landau.frames import Frame, Particles, in_memory, of_file
from landau.geometry import AXES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from landau.pictures.figures import Picture


@dataclass(frozen=True)
class Species:
    """One species of the scenario; mass, initial and particles are None for a fixed one."""

    name: str
    mass: float | None
    charge: float
    initial: Any
    particles: Any
    fixed: Any

    @property
    def inertia(self) -> float:
        """The mass of a species that moves."""
        assert self.mass is not None, f"{self.name} is fixed"
        return self.mass


class Run:
    """What a run left in the folder `path`, of which files are read when they are asked for.

    Attributes
    ----------
    path : Path or None
        The folder; None for a run in memory.
    scenario : dict
        The scenario with every default explicit, as in scenario.json.
    title, dimension, gamma
        Of the scenario.
    geometry : landau.geometry.Geometry
        What the particles stand for: points, rings or shells.
    species : list of Species
        In the order of the scenario; `moving` and `fixed` have some of them.

    Raises RunFolderError where the folder is not what a run leaves.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path: Path | None = Path(path)
        if not self.path.is_dir():
            raise RunFolderError(f"{self.path}: no such folder; expected the folder that `landau run` wrote")
        place = self.path / "scenario.json"
        if not place.is_file():
            raise RunFolderError(f"{self.path}: holds no scenario.json; expected the folder that `landau run` wrote")
        self._know(read_json(place), str(place))

    @classmethod
    def from_memory(
        cls,
        scenario: dict[str, Any],
        summary: dict[str, Any],
        names: Sequence[str],
        rows: npt.ArrayLike,
        frames: Iterable[tuple[int, float, Mapping[str, Particles]]] = (),
    ) -> "Run":
        """A run without a folder.

        Parameters
        ----------
        scenario, summary
            What scenario.json and run.json of its folder would hold.
        names : list of str
            Of the columns of diagnostics.csv.
        rows : array, shape (rows, columns)
            Its numbers; NaN is an empty cell.
        frames
            For each frame the step, the time and by the name of each species its velocities, of the shape (particles,
            coordinates), and weights, (particles,). Velocities of rings are (v_∥, v_⊥) or have three components, those of shells
            are radii or have three components.
        """
        run = cls.__new__(cls)
        run.path = None
        run._know(scenario, "the scenario in memory")
        table = np.asarray(rows, dtype=np.float64)
        if table.ndim != 2 or table.shape[1] != len(names) or not len(table):
            raise ValueError(f"expected rows of {len(names)} columns; found the shape {table.shape}")
        if len(set(names)) != len(names):
            raise ValueError(f"two columns have one name in {', '.join(names)}")
        # What a folder has read when it is asked for.
        run.__dict__["summary"] = summary
        run.__dict__["diagnostics"] = run._checked(dict(zip(names, table.T, strict=True)), "the rows in memory")
        held = [in_memory(step, time, species, run.geometry) for step, time, species in frames]
        run.__dict__["frames"] = sorted(held, key=lambda frame: frame.step)
        return run

    def _know(self, scenario: dict[str, Any], place: str) -> None:
        self.scenario = scenario
        try:
            self.title = str(scenario.get("title") or "")
            self.dimension = int(scenario["dimension"])
            self.gamma = float(scenario["collisions"]["gamma"])
            self.geometry = geometry.of(scenario)
            self.species = [
                Species(
                    str(species["name"]),
                    species.get("mass"),
                    species.get("charge", 0.0),
                    species.get("initial"),
                    species.get("particles"),
                    species.get("fixed"),
                )
                for species in scenario["species"]
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise RunFolderError(f"{place}: not a resolved scenario: {error!r}") from None

    # What the run left.

    @cached_property
    def summary(self) -> dict[str, Any] | None:
        """What run.json holds, or None when there is none."""
        if self.path is None:
            return None
        path = self.path / "run.json"
        return read_json(path) if path.exists() else None

    @cached_property
    def diagnostics(self) -> Diagnostics:
        """The columns of diagnostics.csv by name."""
        assert self.path is not None, "given to a run in memory"
        path = self.path / "diagnostics.csv"
        return self._checked(read_table(path), str(path))

    @cached_property
    def frames(self) -> list[Frame]:
        """The particles in the order of their steps; empty when the scenario asks for none."""
        return sorted((of_file(path, self.geometry) for path in self._files()), key=lambda frame: frame.step)

    def _files(self) -> list[Path]:
        """The files of the frames."""
        assert self.path is not None, "given to a run in memory"
        return list((self.path / "particles").glob("frame_*.h5"))

    @property
    def warnings(self) -> list[str]:
        """What the run warned of."""
        return list((self.summary or {}).get("warnings") or [])

    @property
    def status(self) -> str | None:
        """`completed`, `interrupted`, `failed` or `running`; None where there is no run.json."""
        return None if self.summary is None else str(self.summary.get("status"))

    @property
    def time(self) -> float:
        """The time of the last row."""
        return float(self.diagnostics["time"][-1])

    def _checked(self, rows: dict[str, Array], place: str) -> Diagnostics:
        axes = AXES[: self.dimension]
        expected = ["step", "time", "energy", "entropy", "entropy_rate"]
        expected += [f"momentum_{axis}" for axis in axes]
        for species in self.moving:
            expected += [f"{species.name}_density", f"{species.name}_temperature"]
            expected += [f"{species.name}_velocity_{axis}" for axis in axes]
            expected += [f"{species.name}_temperature_{axis}{axis}" for axis in axes]
        missing = [name for name in expected if name not in rows]
        if missing:
            raise RunFolderError(f"{place}: lacks the columns {', '.join(missing)}")
        return Diagnostics(rows, [species.name for species in self.moving], self.physical)

    # What it was a run of.

    @property
    def moving(self) -> list[Species]:
        """The species that have particles."""
        return [species for species in self.species if species.fixed is None]

    @property
    def fixed(self) -> list[Species]:
        """Species of infinite mass; backgrounds, which have a mass, give and take like fields."""
        return [species for species in self.species if species.fixed is not None and "mass" not in species.fixed]

    @property
    def fixed_velocity(self) -> Array | None:
        """The common velocity of all fixed species, (dimension,); None when they have none or there are none."""
        found = [tuple(species.fixed.get("velocity") or [0.0] * self.dimension) for species in self.fixed]
        return np.array(found[0]) if found and len(set(found)) == 1 else None

    @property
    def is_driven(self) -> bool:
        """Whether fields, backgrounds or heating give something: then the rows say what."""
        return "work" in self.diagnostics

    @property
    def reference(self) -> str | None:
        """The name of the exact solution, or None."""
        return next(iter(self.scenario.get("reference") or {}), None)

    @property
    def physical(self) -> bool:
        """Whether quantities have SI units; they are normalized otherwise."""
        return "si" in (self.scenario.get("units") or {})

    def velocities(self, species: Species) -> Array:
        """The mean velocity of a species in every row: (rows, dimension)."""
        columns = [self.diagnostics[f"{species.name}_velocity_{axis}"] for axis in AXES[: self.dimension]]
        return np.stack(columns, axis=1)

    def temperature_tensor(self, species: Species) -> Array:
        """The temperature tensor of a species in every row: (rows, dimension, dimension)."""
        size = self.dimension
        tensor = np.zeros((len(self.diagnostics["time"]), size, size))
        for i in range(size):
            for j in range(i, size):
                column = self.diagnostics.get(f"{species.name}_temperature_{AXES[i]}{AXES[j]}")
                if column is not None:
                    tensor[:, i, j] = tensor[:, j, i] = column
        return tensor

    # Pictures.

    def plot(self, name: str = "temperatures", *, species: str | Sequence[str] | None = None) -> "Figure":
        """A figure of matplotlib: `conservation`, `entropy`, `temperatures`, `velocities`, `anisotropy`; `errors` of a run with
        a reference; `currents` of charges in fields and `power` of one that something drives; `density`, `profiles` and
        `particles` of one with particles; `convergence` of a folder with convergence.csv.

        `species` names the moving species to show, by default all. Raises ValueError for names that there are not, and for a
        picture that this run has nothing for.
        """
        from landau import pictures

        return pictures.figure(self, name, species)

    def pictures(self) -> Iterator["Picture"]:
        """Every picture that the run has something for, the animation of its particles among them."""
        from landau import pictures

        return pictures.all_of(self)

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Writes one self-contained page, with every picture, the scenario and the figures of the run, to the file `path`."""
        from landau.pictures import report

        return report.write(self, Path(path))

    def __repr__(self) -> str:
        return f"<run {self._name()}: {', '.join(species.name for species in self.species)}; {self._state()}>"

    def _repr_html_(self) -> str:
        time = self.diagnostics["time"]
        lines = {
            "species": ", ".join(species.name for species in self.species),
            "state": self._state(),
            "rows": f"{len(time)}, to t = {self.time:.6g}{' s' if self.physical else ''}",
            # Files are counted and not read, which would need h5py.
            "frames": str(len(self.frames if self.path is None else self._files())),
            **{f"warning {i}": warning for i, warning in enumerate(self.warnings, 1)},
        }
        body = "".join(f"<tr><th>{escape(key)}</th><td>{escape(value)}</td></tr>" for key, value in lines.items())
        return f"<table><caption>{escape(self.title or self._name())}</caption><tbody>{body}</tbody></table>"

    def _name(self) -> str:
        return "in memory" if self.path is None else str(self.path)

    def _state(self) -> str:
        return self.status or "no run.json"


def open(path: str | os.PathLike[str]) -> Run:
    """The run in a folder that `landau run` wrote.

    Raises RunFolderError, with the file, the place and what was expected, where it is not one.
    """
    return Run(path)
