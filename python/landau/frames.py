"""The particles of all species at one step, from an openPMD file of a run folder or from memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from landau.folder import Array, RunFolderError
from landau.geometry import Geometry
from landau.optional import need

Particles = tuple[Array, Array]
# How h5py says that a file is not what it should be.
UNREADABLE = (OSError, KeyError, ValueError)


@dataclass(frozen=True)
class Frame:
    """The particles at one step; those of a file are read when they are asked for."""

    step: int
    # In the scenario's unit of time.
    time: float
    read: Callable[[str], Particles] = field(repr=False)

    def particles(self, name: str) -> Particles:
        """Velocities, of the shape (particles, coordinates), and weights, (particles,), of the species `name`.

        Coordinates are the components of velocities; of rings v_∥ and v_⊥ ≥ 0, of shells the radius. Weights are densities. All
        are in the units of the scenario.
        """
        return self.read(name)


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

    return Frame(step, time, read)


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
