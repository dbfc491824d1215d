"""Reads a run folder: the scenario, how the run ended, the rows of diagnostics.csv, the particles of every frame.

    run = RunFolder("out/bkw_2d")
    run.rows["time"], run.rows["heavy_temperature"]
    for frame in run.frames:
        velocities, weights = frame.particles("heavy")

Arrays are in the units of the scenario; velocities have the shape (particles, dimension).
"""

import csv
import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import h5py
import numpy as np

AXES = "xyz"


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

    @property
    def lattice(self):
        return (self.particles or {}).get("lattice")

    @property
    def quasi_random(self):
        return (self.particles or {}).get("quasi_random")


class Frame:
    """The particles of all species at one step; read when asked for."""

    def __init__(self, path):
        self.path = path
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
                velocity = species["velocity"]
                velocities = np.stack([velocity[axis][:] for axis in AXES if axis in velocity], axis=1)
                return velocities, species["weighting"][:]
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
        return [species for species in self.species if species.fixed is not None]

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
        """run.json, or None when the run has not ended."""
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
        frames = [Frame(path) for path in (self.path / "particles").glob("frame_*.h5")]
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

    def spacing(self, species):
        """h: the spacing of the lattice, or the mean distance between neighbours at the start."""
        if species.lattice:
            return 2.0 * species.lattice["half_width"] / species.lattice["per_axis"]
        if not self.frames:
            raise RunFolderError(f"{self.path}: no particle files, which the spacing of {species.name} needs")
        return mean_neighbour_distance(self.frames[0].particles(species.name)[0])

    def bandwidth(self, species):
        """ε, the variance of the mollifier."""
        (score,) = self.scenario["score"].values()
        ((kind, value),) = score["bandwidth"].items()
        if kind == "variance":
            place = [other.name for other in self.moving].index(species.name)
            return value[place] if isinstance(value, list) else value
        if kind == "adapted" and not species.lattice:
            return self.adapted_bandwidth(species)
        if kind == "adapted":
            value = 1.0
        h = self.spacing(species)
        return 0.64 * h**1.98 if kind == "chv" else value * h * h


    def adapted_bandwidth(self, species):
        """ε of a cloud that is not on a lattice: c σ² N^(−2/(4K + d + 2)), from its first frame."""
        if not self.frames:
            raise RunFolderError(f"{self.path}: no particle files, which the bandwidth of {species.name} needs")
        velocities, weights = self.frames[0].particles(species.name)
        mean = np.average(velocities, axis=0, weights=weights)
        variance = np.average(((velocities - mean) ** 2).mean(axis=1), weights=weights)
        number = weights.sum() ** 2 / (weights**2).sum()
        factor = (2.0 if "particles" in self.scenario["score"] else 1.0) * (0.6 if species.quasi_random else 1.0)
        return factor * variance * number ** (-2.0 / (2 * self.order + self.dimension + 2))


def mean_neighbour_distance(velocities, most=4000):
    """The mean distance to the nearest neighbour, of at most so many particles spread evenly over the list."""
    chosen = np.unique(np.linspace(0, len(velocities) - 1, min(most, len(velocities))).astype(int))
    total = 0.0
    for particle in chosen:
        square = ((velocities - velocities[particle]) ** 2).sum(axis=1)
        square[particle] = np.inf
        total += math.sqrt(square.min())
    return total / len(chosen)


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

    def at(self, square, time):
        """f at the squared speed."""
        k, q = self._shape(time)
        x = self.mass * square / k
        gaussian = (self.mass / (2.0 * math.pi * k)) ** (self.dimension / 2) * np.exp(-0.5 * x)
        return self.density * gaussian * (1.0 - self.dimension * q + q * x)

    def marginal(self, v, time):
        """f integrated over all axes but one."""
        k, q = self._shape(time)
        x = self.mass * v * v / k
        return self.density * np.sqrt(self.mass / (2.0 * math.pi * k)) * np.exp(-0.5 * x) * (1.0 - q + q * x)
