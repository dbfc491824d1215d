"""The particles of all species at one step, from an openPMD file of a run folder or from memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from landau.folder import Array, RunFolderError
from landau.geometry import Geometry
from landau.optional import need

Particles = tuple[Array, Array]
# What sums over distances (k + 1/2) from an axis lack at their end: c_k of the Rust module `symmetry::axis`.
MIDPOINTS = (
    -0.058663459455945435,
    0.022954619179301396,
    -0.00753931119202082,
    0.001851703159860692,
    -0.00029210749444021815,
    2.1889136577717208e-5,
)
# How h5py says that a file is not what it should be.
UNREADABLE = (OSError, KeyError, ValueError)


@dataclass(frozen=True)
class Distribution:
    """The density of a species over velocities along and across an axis, averaged over the angle about it."""

    # "x", "y" or "z".
    axis: str
    # The centres of the cells along the axis, (cells,), and across it, (cells / 2,).
    along: Array
    across: Array
    # (cells, cells / 2).
    density: Array

    @property
    def volumes(self) -> Array:
        """The volumes that the cells across the axis stand for, (cells / 2,): the sum of density times volumes is the density of the
        species."""
        width = 2.0 * float(self.across[0])
        places = self.across / width
        places[: len(MIDPOINTS)] += MIDPOINTS[: len(places)]
        volumes: Array = 2.0 * np.pi * width**3 * places
        return volumes


@dataclass(frozen=True)
class Frame:
    """The particles at one step; those of a file are read when they are asked for."""

    step: int
    # In the scenario's unit of time.
    time: float
    read: Callable[[str], Particles] = field(repr=False)
    read_distribution: Callable[[str], Distribution] | None = field(default=None, repr=False)

    def particles(self, name: str) -> Particles:
        """Velocities, of the shape (particles, coordinates), and weights, (particles,), of the species `name`.

        Coordinates are the components of velocities; of rings v_∥ and v_⊥ ≥ 0, of shells the radius. Weights are densities. All
        are in the units of the scenario.
        """
        return self.read(name)

    def distribution(self, name: str) -> Distribution:
        """The density of the species `name` over velocities along and across an axis, of a run with `output.distribution`.

        Raises RunFolderError where the frame has none.
        """
        if self.read_distribution is None:
            raise RunFolderError(f"step {self.step}: frames in memory hold no distribution; run with a folder and output.distribution")
        return self.read_distribution(name)


def of_file(path: Path, geometry: Geometry) -> Frame:
    """The frame in a file, of which the step and the time are read."""
    h5py = need("h5py", "reading particles")
    try:
        with h5py.File(path) as file:
            (step,) = file["data"]
            time = float(file["data"][step].attrs["time"])
            step = int(step)
    except UNREADABLE as error:
        raise RunFolderError(f"{path}: not an openPMD frame: {error}") from None

    def read(name: str) -> Particles:
        try:
            with h5py.File(path) as file:
                species = file[f"data/{step}/particles/{name}"]
                return geometry.velocities(species["velocity"]), species["weighting"][:]
        except UNREADABLE as error:
            raise RunFolderError(f"{path}: species {name}: {error}") from None

    def read_distribution(name: str) -> Distribution:
        try:
            with h5py.File(path) as file:
                place = f"data/{step}/meshes/{name}_distribution"
                if place not in file:
                    raise RunFolderError(f"{path}: no distribution of {name}; run with output.distribution")
                record = file[place]
                width, first = float(record.attrs["gridSpacing"][0]), float(record.attrs["gridGlobalOffset"][0])
                along, across = (width * (np.arange(count) + 0.5) for count in record.shape)
                axis = record.attrs["axis"]
                axis = axis.decode() if isinstance(axis, bytes) else str(axis)
                return Distribution(axis, first + along, across, record[:])
        except UNREADABLE as error:
            raise RunFolderError(f"{path}: distribution of {name}: {error}") from None

    return Frame(step, time, read, read_distribution)


def in_memory(step: int, time: float, species: Mapping[str, Particles], geometry: Geometry) -> Frame:
    """The frame of particles at hand: by the name of each species velocities, of which rings and shells may have all three
    components, and weights."""
    held = {}
    for name, (velocities, weights) in species.items():
        columns = geometry.of_vectors(np.asarray(velocities, dtype=np.float64))
        one = np.asarray(weights, dtype=np.float64)
        if one.shape != columns.shape[:1]:
            raise ValueError(f"step {step}, species {name}: {len(columns)} velocities and weights of the shape {one.shape}")
        held[name] = (columns, one)

    def read(name: str) -> Particles:
        if name not in held:
            raise ValueError(f"step {step}: no particles of {name!r}; there are those of {', '.join(held)}")
        return held[name]

    return Frame(step, time, read)
