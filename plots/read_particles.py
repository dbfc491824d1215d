# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "numpy==2.4.6"]
# ///
"""Particles of an openPMD file (HDF5), of this program or another: their moments, and a CSV table to start a run from.

    python3 plots/read_particles.py out/coulomb_3d/particles/frame_00000005.h5
    python3 plots/read_particles.py other.h5 --species electron --volume 1e-6 --csv electron.csv

Prints density, mean velocity and temperature of each species. --csv writes vx,vy[,vz],weight for `initial.file`, in SI units
where the file has them. Velocities come from `velocity`, or from `momentum` and `mass` with `macroWeighted` and
`weightingPower` minded; momenta near m c are refused, where velocities are not p/m. Weights that count real particles are
divided by --volume (m³) to become densities. Plain h5py: read it as an example.
"""

import environment

environment.enter(__file__)

import argparse
import sys
from pathlib import Path

import h5py
import numpy as np

SPEED_OF_LIGHT = 299_792_458.0


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
    return np.stack([component(record[axis], count) for axis in "xyz" if axis in record], axis=1)


def velocities_and_weights(species):
    """Velocities (particles, dimension), weights, and the mass of a real particle or None."""
    if "weighting" not in species:
        raise FileError(f"{species.name}: found no weighting; it has {', '.join(species)}")
    weights = component(species["weighting"])
    count = len(weights)
    mass = component(species["mass"], count) if "mass" in species else None
    if mass is not None and species["mass"].attrs.get("macroWeighted", 0) == 1:
        mass = mass / weights ** float(species["mass"].attrs.get("weightingPower", 1.0))
    if "velocity" in species:
        return vector(species["velocity"], count), weights, mass
    if "momentum" not in species or mass is None:
        raise FileError(f"{species.name}: found neither velocity nor momentum with mass; it has {', '.join(species)}")
    momentum = species["momentum"]
    velocities = vector(momentum, count) / mass[:, None]
    if momentum.attrs.get("macroWeighted", 0) == 1:
        velocities /= (weights ** float(momentum.attrs.get("weightingPower", 1.0)))[:, None]
    fastest = np.sqrt((velocities**2).sum(axis=1).max(initial=0.0))
    if fastest > 0.1 * SPEED_OF_LIGHT:
        raise FileError(f"{species.name}: found p/m up to {fastest:.3g} m/s; relativistic momenta have no velocity p/m")
    return velocities, weights, mass


def read(path, volume=1.0):
    """Each species of the last iteration by name: velocities, weights as densities, mass."""
    with h5py.File(path) as file:
        if "data" not in file or not len(file["data"]):
            raise FileError(f"{path}: found no iteration in /data; not an openPMD file")
        last = max(file["data"], key=int)
        particles = file["data"][last].get("particles", {})
        found = {}
        for name in particles:
            velocities, weights, mass = velocities_and_weights(particles[name])
            found[name] = velocities, weights / volume, mass
        return last, found


def describe(name, velocities, weights, mass):
    density = weights.sum()
    mean = weights @ velocities / density
    square = weights @ ((velocities - mean) ** 2).sum(axis=1) / density / velocities.shape[1]
    text = f"{name}: {len(weights)} particles, density {density:.6g}, velocity {np.array2string(mean, precision=4)}"
    # A mass of 1.8e308 stands for infinity.
    if mass is None or mass[0] > 1e300:
        return f"{text}, spread {np.sqrt(square):.6g}"
    return f"{text}, temperature {mass[0] * square:.6g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--species", metavar="NAME", help="only this one")
    parser.add_argument("--volume", type=float, default=1.0, metavar="M3", help="what weights are divided by (default: 1)")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the species as a table for `initial.file`")
    chosen = parser.parse_args()
    try:
        iteration, species = read(chosen.file, chosen.volume)
    except (OSError, KeyError, ValueError, FileError) as error:
        sys.exit(f"error: {chosen.file}: {error}")
    if chosen.species is not None and chosen.species not in species:
        sys.exit(f"error: {chosen.file}: found no species {chosen.species}; it has {', '.join(species)}")
    names = [chosen.species] if chosen.species else list(species)
    print(f"iteration {iteration}")
    for name in names:
        print(describe(name, *species[name]))
    if chosen.csv:
        if len(names) != 1:
            sys.exit(f"error: --csv takes one species; say --species, one of {', '.join(species)}")
        velocities, weights, _ = species[names[0]]
        header = ",".join([*("vx", "vy", "vz")[: velocities.shape[1]], "weight"])
        rows = np.column_stack([velocities, weights])
        # 17 digits give every number back.
        np.savetxt(chosen.csv, rows, fmt="%.17g", delimiter=",", header=header, comments="")


if __name__ == "__main__":
    main()
