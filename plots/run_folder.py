"""Reads a run folder: the scenario, how the run ended, the rows of diagnostics.csv, the particles of every frame.

    run = RunFolder("out/bkw_2d")
    run.rows["time"], run.rows["heavy_temperature"]
    for frame in run.frames:
        velocities, weights = frame.particles("heavy")

Arrays are in the units of the scenario; velocities have the shape (particles, dimension). Of a run with a symmetry they have
a column for each coordinate of a ring, v_∥ and v_⊥, or the radius of a shell (see geometry.py).
"""

import csv
import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geometry
import h5py
import numpy as np
from geometry import AXES


class RunFolderError(Exception):
    """The folder is not what a run leaves; the message says the file, the place and what was expected."""


def read_json(path):
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RunFolderError(f"{path}: cannot read: {getattr(error, 'strerror', None) or error}") from None
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise RunFolderError(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    if not isinstance(value, dict):
        raise RunFolderError(f"{path}: holds no JSON object")
    return value


def read_table(path):
    """The columns of a CSV file by name: arrays of numbers; an empty field is NaN.

    A last line without its end, as a killed program leaves, is not read. Lines that begin with # are comments.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RunFolderError(f"{path}: cannot read: {getattr(error, 'strerror', None) or error}") from None
    lines = text[: text.rfind("\n") + 1].splitlines()
    numbered = [(i, line) for i, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    if not numbered:
        raise RunFolderError(f"{path}: is empty; expected a header and rows of numbers")
    table = list(csv.reader(line for _, line in numbered))
    header = [name.strip() for name in table[0]]
    if len(set(header)) != len(header):
        raise RunFolderError(f"{path}: two columns have one name in the header {','.join(header)}")
    rows = []
    for (line, _), record in zip(numbered[1:], table[1:]):
        if len(record) != len(header):
            raise RunFolderError(f"{path}:{line}: {len(record)} fields, the header has {len(header)}")
        try:
            rows.append([float(field) if field.strip() else math.nan for field in record])
        except ValueError:
            raise RunFolderError(f"{path}:{line}: {','.join(record)!r} are not all numbers") from None
    if not rows:
        raise RunFolderError(f"{path}: has a header and no rows")
    return dict(zip(header, np.array(rows).T))


@dataclass(frozen=True)
class Species:
    """One species of the scenario; mass, initial and particles are None for a fixed one."""

    name: str
    mass: float | None
    charge: float
    initial: dict | None
    particles: dict | None
    fixed: dict | None


class Frame:
    """The particles of all species at one step; read when asked for."""

    def __init__(self, path, geometry):
        self.path, self.geometry = path, geometry
        try:
            with h5py.File(path) as file:
                (step,) = file["data"]
                self.step = int(step)
                self.time = float(file["data"][step].attrs["time"])
        except (OSError, KeyError, ValueError) as error:
            raise RunFolderError(f"{path}: not an openPMD frame: {error}") from None

    def particles(self, name):
        """Velocities and weights of the species `name`."""
        try:
            with h5py.File(self.path) as file:
                species = file[f"data/{self.step}/particles/{name}"]
                return self.geometry.velocities(species["velocity"]), species["weighting"][:]
        except (OSError, KeyError, ValueError) as error:
            raise RunFolderError(f"{self.path}: species {name}: {error}") from None


class RunFolder:
    """What a run left in `path`."""

    def __init__(self, path):
        self.path = Path(path)
        if not self.path.is_dir():
            raise RunFolderError(f"{self.path}: no such folder; expected the folder that `landau run` wrote")
        if not (self.path / "scenario.json").is_file():
            raise RunFolderError(
                f"{self.path}: holds no scenario.json; expected the folder that `landau run` wrote"
            )
        self.scenario = read_json(self.path / "scenario.json")
        try:
            self.title = self.scenario.get("title", "")
            self.dimension = int(self.scenario["dimension"])
            self.gamma = float(self.scenario["collisions"]["gamma"])
            self.geometry = geometry.of(self.scenario)
            self.species = [
                Species(
                    str(species["name"]),
                    species.get("mass"),
                    species.get("charge", 0.0),
                    species.get("initial"),
                    species.get("particles"),
                    species.get("fixed"),
                )
                for species in self.scenario["species"]
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise RunFolderError(f"{self.path / 'scenario.json'}: not a resolved scenario: {error!r}") from None

    @property
    def moving(self):
        return [species for species in self.species if species.fixed is None]

    @property
    def fixed(self):
        """Species of infinite mass; backgrounds, which have a mass, give and take like fields."""
        return [species for species in self.species if species.fixed is not None and "mass" not in species.fixed]

    @property
    def is_driven(self):
        """Whether fields, backgrounds or heating give something: then the rows say what."""
        return "work" in self.rows

    @property
    def reference(self):
        """The name of the exact solution, or None."""
        return next(iter(self.scenario.get("reference") or {}), None)

    @property
    def physical(self):
        """Whether quantities have SI units; they are normalized otherwise."""
        return "si" in (self.scenario.get("units") or {})

    @cached_property
    def summary(self):
        """run.json, or None when there is none."""
        path = self.path / "run.json"
        return read_json(path) if path.exists() else None

    @cached_property
    def rows(self):
        """The columns of diagnostics.csv by name."""
        path = self.path / "diagnostics.csv"
        rows = read_table(path)
        expected = ["step", "time", "energy", "entropy", "entropy_rate"]
        expected += [f"momentum_{axis}" for axis in AXES[: self.dimension]]
        for species in self.moving:
            expected += [f"{species.name}_density", f"{species.name}_temperature"]
            expected += [f"{species.name}_velocity_{axis}" for axis in AXES[: self.dimension]]
            expected += [f"{species.name}_temperature_{axis}{axis}" for axis in AXES[: self.dimension]]
        missing = [name for name in expected if name not in rows]
        if missing:
            raise RunFolderError(f"{path}: lacks the columns {', '.join(missing)}")
        return rows

    @cached_property
    def frames(self):
        """The particle files in the order of their steps; empty when the scenario asks for none."""
        frames = [Frame(path, self.geometry) for path in (self.path / "particles").glob("frame_*.h5")]
        return sorted(frames, key=lambda frame: frame.step)

    def velocities(self, species):
        """The mean velocity of a species in every row: (rows, dimension)."""
        return np.stack([self.rows[f"{species.name}_velocity_{axis}"] for axis in AXES[: self.dimension]], axis=1)

    def temperature_tensor(self, species):
        """The temperature tensor of a species in every row: (rows, dimension, dimension)."""
        size = self.dimension
        tensor = np.zeros((len(self.rows["time"]), size, size))
        for i in range(size):
            for j in range(i, size):
                column = self.rows.get(f"{species.name}_temperature_{AXES[i]}{AXES[j]}")
                if column is not None:
                    tensor[:, i, j] = tensor[:, j, i] = column
        return tensor

    @property
    def fixed_velocity(self):
        """The common velocity of all fixed species; None when they have none or there are none."""
        found = [tuple(species.fixed.get("velocity") or [0.0] * self.dimension) for species in self.fixed]
        return np.array(found[0]) if found and len(set(found)) == 1 else None

    # The mollifier, as the run used it.

    @property
    def order(self):
        (score,) = self.scenario["score"].values()
        return score["order"]

    @property
    def extrapolation(self):
        """The weights a_k of the bandwidths k ε, k = 1 … order / 2: (−1)^(k+1) binomial(K, k)."""
        count = self.order // 2
        return [(-1) ** (k + 1) * math.comb(count, k) for k in range(1, count + 1)]

    def resolution(self, species):
        """What run.json says of a species at the start: its spacing h, the bandwidth ε, and what else it is computed with."""
        path = self.path / "run.json"
        if self.summary is None:
            raise RunFolderError(f"{path}: is not there; a run writes it when it begins, with the spacings and bandwidths of its species")
        try:
            found = self.summary["species"][species.name]
            return {**found, "spacing": float(found["spacing"]), "bandwidth": float(found["bandwidth"])}
        except (KeyError, TypeError, ValueError):
            raise RunFolderError(
                f"{path}: has no spacing and bandwidth of {species.name}, as runs of an older program; run the scenario again"
            ) from None

    def spacing(self, species):
        """h at the start: the spacing of the lattice, or the mean distance between neighbours."""
        return self.resolution(species)["spacing"]

    def bandwidth(self, species, velocities, weights):
        """ε, the variance of the mollifier, when the species has these particles."""
        found = self.resolution(species)
        if "follows_variance" not in found:
            return found["bandwidth"]
        return found["bandwidth"] * self.geometry.geometric_variance(velocities, weights) / found["follows_variance"]


class Bkw:
    """The Bobylev–Krook–Wu solution of one species (Krook, Wu, Phys. Fluids 20, 1977), in d dimensions.

    f = n (m/2πK)^(d/2) exp(−m v²/2K) [1 − dQ + m Q v²/K], K = T (1 − C exp(−2β(d−1)t)), Q = (T − K)/2K.
    """

    def __init__(self, run, species):
        initial = species.initial["bkw"]
        self.dimension, self.mass = run.dimension, species.mass
        self.density, self.temperature = initial["density"], initial["temperature"]
        self.contrast = initial["contrast"]
        # β = Σ_j n_j c_ij / (m_i m_j)
        ((kind, value),) = run.scenario["collisions"]["coefficients"].items()
        i = [other.name for other in run.species].index(species.name)
        self.rate = sum(
            other.initial["bkw"]["density"] * (value[i][j] if kind == "matrix" else value) / (species.mass * other.mass)
            for j, other in enumerate(run.species)
            if other.fixed is None
        )

    def _shape(self, time):
        width = self.temperature * (
            1.0 - self.contrast * math.exp(-2.0 * self.rate * (self.dimension - 1) * time)
        )
        return width, (self.temperature - width) / (2.0 * width)

    def at(self, square, time, kept=None):
        """f at the squared speed, integrated over all axes but so many (none left out: f itself)."""
        kept = self.dimension if kept is None else kept
        k, q = self._shape(time)
        x = self.mass * square / k
        gaussian = (self.mass / (2.0 * math.pi * k)) ** (kept / 2) * np.exp(-0.5 * x)
        return self.density * gaussian * (1.0 - kept * q + q * x)
