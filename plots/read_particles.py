# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "numpy==2.4.6"]
# ///
"""Particles of an openPMD file (HDF5), of this program or another: density, mean velocity and temperature of each species.

    python3 plots/read_particles.py out/coulomb_3d/particles/frame_00000005.h5

Velocities come from `velocity`, or from `momentum` and `mass` with `macroWeighted` and `weightingPower` minded. Of rings and
shells the components are z and r, or r (see python/landau/geometry.py). Plain h5py: read it as an example. A run starts from such a file by
itself, see `initial.file`.
"""

import environment

environment.enter(__file__)

import argparse
import sys
from pathlib import Path

import h5py
import numpy as np
from landau import geometry


class FileError(Exception):
    """What is wrong with a file, with its place."""


def component(node, count=None):
    """A record component in SI units: an array, or a constant that stands as an attribute."""
    unit = float(node.attrs.get("unitSI", 1.0))
    if isinstance(node, h5py.Dataset):
        return node[:] * unit
    size = count if count is not None else int(np.prod(node.attrs["shape"]))
    return np.full(size, float(node.attrs["value"]) * unit)


def vector(record, count=None):
    return np.stack([component(record[name], count) for name in geometry.of_record(record).components], axis=1)


def velocities_and_weights(species):
    """Velocities (particles, coordinates), weights, the mass of a real particle or None, and the particles' geometry."""
    if "weighting" not in species:
        raise FileError(f"{species.name}: found no weighting; it has {', '.join(species)}")
    weights = component(species["weighting"])
    count = len(weights)
    mass = component(species["mass"], count) if "mass" in species else None
    if mass is not None and species["mass"].attrs.get("macroWeighted", 0) == 1:
        mass = mass / weights ** float(species["mass"].attrs.get("weightingPower", 1.0))
    if "velocity" in species:
        return vector(species["velocity"], count), weights, mass, geometry.of_record(species["velocity"])
    if "momentum" not in species or mass is None:
        raise FileError(f"{species.name}: found neither velocity nor momentum with mass; it has {', '.join(species)}")
    momentum = species["momentum"]
    velocities = vector(momentum, count) / mass[:, None]
    if momentum.attrs.get("macroWeighted", 0) == 1:
        velocities /= (weights ** float(momentum.attrs.get("weightingPower", 1.0)))[:, None]
    return velocities, weights, mass, geometry.of_record(momentum)


def read(path):
    """Each species of the last iteration by name: velocities, weights, mass, geometry."""
    with h5py.File(path) as file:
        if "data" not in file or not len(file["data"]):
            raise FileError(f"{path}: found no iteration in /data; not an openPMD file")
        last = max(file["data"], key=int)
        particles = file["data"][last].get("particles", {})
        found = {}
        for name in particles:
            found[name] = velocities_and_weights(particles[name])
        return last, found


def describe(name, velocities, weights, mass, stands_for):
    mean = stands_for.mean(velocities, weights)
    square = stands_for.variance(velocities, weights)
    text = f"{name}: {len(weights)} particles, density {weights.sum():.6g}, velocity {np.array2string(mean, precision=4)}"
    # A mass of 1.8e308 stands for infinity.
    if mass is None or mass[0] > 1e300:
        return f"{text}, spread {np.sqrt(square):.6g}"
    return f"{text}, temperature {mass[0] * square:.6g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args()
    try:
        iteration, species = read(chosen.file)
    except (OSError, KeyError, ValueError, FileError) as error:
        sys.exit(f"error: {chosen.file}: {error}")
    print(f"iteration {iteration}")
    for name, particles in species.items():
        print(describe(name, *particles))


if __name__ == "__main__":
    main()
