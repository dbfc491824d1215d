"""Scenarios: what is to be run."""

from __future__ import annotations

import copy
import html
import json
import os
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from . import _core
from ._plain import to_json
from ._progress import Progress
from .errors import RunError, RunWarning
from .run import Run
from .simulation import Simulation
from .tables import Lines, Table


class Scenario:
    """A valid scenario: what is wrong with one raises ScenarioError when it is made or changed.

        s = landau.Scenario.load("scenarios/coulomb_3d.json")
        s["species.0.initial.maxwellian.temperature"] = 2.0
        run = s.run()

    Keys, units and defaults are those of scenario files. Values may be numpy arrays. The particles of a species may be given
    as they stand, without a file:

        "initial": {"points": {"velocities": v, "weights": w}}

    with v of the shape (particles, dimension) in the unit of velocity, and w of the shape (particles,), ≥ 0, in that of
    density.
    """

    def __init__(self, value: Mapping[str, Any], *, folder: str | os.PathLike[str] = ".") -> None:
        """The scenario of a dictionary. Particle files in it are relative to `folder`."""
        self._text = to_json(value)
        self._file: str | None = None
        self._folder = os.fspath(Path(folder).absolute())
        self._changes: dict[str, str] = {}
        self._valid = self._validated(self._changes)

    @classmethod
    def load(cls, path: str | os.PathLike[str], changes: Mapping[str, Any] | None = None) -> Scenario:
        """The scenario in a file, with changes by path, as in `{"time.steps": 10}`."""
        scenario = cls.__new__(cls)
        file = Path(path)
        scenario._text = file.read_text(encoding="utf-8")
        scenario._file = os.fspath(file)
        scenario._folder = os.fspath(file.absolute().parent)
        scenario._changes = _changes(changes or {})
        scenario._valid = scenario._validated(scenario._changes)
        return scenario

    def _validated(self, changes: dict[str, str]) -> _core.Scenario:
        written = [f"{path}={value}" for path, value in changes.items()]
        return _core.Scenario(self._text, written, self._folder, self._file)

    # Values.

    def __getitem__(self, path: str) -> Any:
        """A copy of the value at a path, as in `s["species.0.mass"]`; defaults are filled in."""
        value: Any = self.to_dict()
        walked: list[str] = []
        for key in path.split("."):
            try:
                value = value[int(key) if isinstance(value, list) else key]
            except (KeyError, IndexError, ValueError, TypeError):
                if isinstance(value, dict):
                    allowed = ", ".join(value) or "none"
                elif isinstance(value, list):
                    allowed = f"0 to {len(value) - 1}" if value else "none"
                else:
                    allowed = "nothing below a single value"
                raise KeyError(f"found {key!r} at {'.'.join(walked) or 'the top'}; allowed: {allowed}") from None
            walked.append(key)
        return value

    def __setitem__(self, path: str, value: Any) -> None:
        """Changes the value at a path, as `--set` does. If the scenario is then wrong, it stays what it was."""
        self.update({path: value})

    def update(self, changes: Mapping[str, Any]) -> None:
        """Changes several values at once, by their paths. If the scenario is then wrong, it stays what it was."""
        changed = {key: old for key, old in self._changes.items() if key not in changes} | _changes(changes)
        self._valid = self._validated(changed)
        self._changes = changed

    def copy(self, changes: Mapping[str, Any] | None = None) -> Scenario:
        """Another scenario of the same values, with changes by path."""
        other = copy.copy(self)
        other._changes = dict(self._changes)
        if changes:
            other.update(changes)
        return other

    def to_dict(self) -> dict[str, Any]:
        """The scenario as a dictionary, with every default filled in."""
        value: dict[str, Any] = json.loads(self._valid.json())
        return value

    def resolved(self) -> dict[str, Any]:
        """The same with every value as a number that its distributions give it, as run folders have it."""
        value: dict[str, Any] = json.loads(self._valid.resolved())
        return value

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the scenario with its defaults to a file."""
        Path(path).write_text(self._valid.json(), encoding="utf-8")

    @property
    def title(self) -> str:
        """The line that says what the run shows."""
        return str(self.to_dict()["title"])

    # What can be done with it.

    def check(self, *, threads: int | None = None) -> Lines:
        """What a run would be, as `landau check` prints it: labels, each with what it says."""
        return Lines(self._valid.check(threads))

    def cite(self) -> Lines:
        """What to cite for the methods of the scenario; `.bibtex` has the entries."""
        found = self._valid.cite()
        return Lines([(*words.split(": ", 1),) for words, _ in found], bibtex="\n".join(bibtex for _, bibtex in found))

    def simulation(self, *, threads: int | None = None) -> Simulation:
        """The run at its start, to be stepped."""
        return Simulation(_core.Simulation(self._valid, threads))

    def run(
        self,
        *,
        out: str | os.PathLike[str] | None = None,
        overwrite: bool = False,
        threads: int | None = None,
        progress: bool = False,
        observer: Callable[[_core.View], object] | None = None,
        every: int = 1,
        until: Callable[[_core.View], object] | None = None,
    ) -> Run:
        """Runs the scenario to its end.

        In memory, or into the folder `out`, where the same files with the same bits are written as by the command line.
        `observer` is called with a View of the first state, of every `every` steps and of the last. `until` is called with
        every state, and ends the run where it returns True, or words that say why. What they raise ends the run.

        Raises ScenarioError, RunError, FolderError; KeyboardInterrupt on Ctrl-C, after the step that is being taken. A run
        in memory is then the exception's attribute `run`, as far as it came; one in a folder goes on by `landau.resume`.
        """
        options = _options(threads, progress, observer, every, until)
        if out is not None:
            _core.run(self._valid, Path(out), overwrite, options)
            return Run(out)
        recorded, error = _core.record(self._valid, options)
        run = Run.from_memory(
            json.loads(recorded["scenario"]),
            json.loads(recorded["summary"]),
            recorded["names"],
            recorded["rows"],
            recorded["frames"],
        )
        if error is not None:
            if isinstance(error, (RunError, KeyboardInterrupt)):
                error.run = run  # type: ignore[union-attr]
            raise error
        return run

    # As a value.

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_valid"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._valid = self._validated(self._changes)

    def __copy__(self) -> Scenario:
        other = Scenario.__new__(Scenario)
        other.__dict__.update(self.__dict__)
        return other

    def __repr__(self) -> str:
        value = self.to_dict()
        names = ", ".join(species["name"] for species in value["species"])
        title = f"{value['title']!r}, " if value["title"] else ""
        return f"<Scenario {title}{value['dimension']} dimensions, {names}>"

    def _repr_html_(self) -> str:
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False)
        # Particles that stand in the scenario would fill the page.
        short = text if len(text) < 20_000 else text[:20_000] + "\n…"
        return f"<details><summary>{html.escape(repr(self))}</summary><pre>{html.escape(short)}</pre></details>"


def resume(
    folder: str | os.PathLike[str],
    *,
    threads: int | None = None,
    progress: bool = False,
    observer: Callable[[_core.View], object] | None = None,
    every: int = 1,
    until: Callable[[_core.View], object] | None = None,
) -> Run:
    """Continues the run in a folder, which was interrupted or failed, to its own end: the same bits as without a break.

    Arguments and exceptions are those of `Scenario.run`.
    """
    scenario = Scenario.load(Path(folder) / "scenario.json")
    _core.resume(scenario._valid, Path(folder), _options(threads, progress, observer, every, until))
    return Run(folder)


def transport(scenario: Scenario, *, threads: int | None = None) -> Table:
    """Transport coefficients of the scenario's plasma near equilibrium, as `landau transport` computes them.

    The columns are `name`, `value`, `unit` (empty without SI units), `resolution_error`, `time_error`, `linearity_error`, `exact` (by Sonine
    polynomials), and the dimensionless `number` with its `symbol`. NaN is what there is not. `.summary` says how well Onsager's
    relations hold (`asymmetry`).
    """
    found = json.loads(scenario._valid.transport(threads))
    rows = []
    for one in found.pop("coefficients"):
        errors = {f"{kind}_error": _number(error) for kind, error in one["errors"].items()}
        ((symbol, number),) = one.get("number", {"": None}).items()
        row = {"name": one["name"], "value": one["value"], "unit": one.get("unit", ""), **errors}
        rows.append({**row, "exact": _number(one["exact"]), "symbol": symbol, "number": _number(number)})
    return Table({name: [row[name] for row in rows] for name in rows[0]}, summary=found)


def functionals(
    experiment: Mapping[str, Any] | str | os.PathLike[str],
    changes: Mapping[str, Any] | None = None,
    *,
    threads: int | None = None,
) -> Table:
    """Functionals of a density given by formula, as `landau functionals` computes them: a dictionary, or the path of a file.

    Columns are arrays of the shape (rows,): the parameter of the sweep and the time where there are any, then the functionals.
    NaN stands for a number that cannot be had, about which a RunWarning says why.
    """
    file = None if isinstance(experiment, Mapping) else os.fspath(experiment)
    text = to_json(experiment) if file is None else Path(file).read_text(encoding="utf-8")
    written = [f"{path}={value}" for path, value in _changes(changes or {}).items()]
    names, rows, notes = _core.functionals(text, written, threads, file)
    for note in notes:
        warnings.warn(note, RunWarning, stacklevel=2)
    return Table({name: [_number(row[i]) for row in rows] for i, name in enumerate(names)})


def schema() -> dict[str, Any]:
    """The JSON Schema of a scenario."""
    value: dict[str, Any] = json.loads(_core.schema())
    return value


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _changes(changes: Mapping[str, Any]) -> dict[str, str]:
    return {path: to_json(value, path) for path, value in changes.items()}


def _options(
    threads: int | None,
    progress: bool,
    observer: Callable[[_core.View], object] | None,
    every: int,
    until: Callable[[_core.View], object] | None,
) -> dict[str, Any]:
    # Warnings come from other threads too, which have no line of the user's: so they are told where the run was asked for.
    frame = sys._getframe(2)
    place = (frame.f_code.co_filename, frame.f_lineno)

    def warn(text: str) -> None:
        warnings.warn_explicit(text, RunWarning, *place)

    return {
        "threads": threads,
        "observer": observer,
        "every": every,
        "until": until,
        "progress": Progress() if progress else None,
        "warn": warn,
    }
