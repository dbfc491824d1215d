"""Checks the densities that pictures draw of rings or shells: their moments are those of diagnostics.csv, and the lines
are integrals and cuts of the planes. Exit status 1 with the reason otherwise.

    check_densities.py RUN
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "python"))

import landau
import numpy as np
from landau.pictures import density

# How far the integrals reach.
THERMAL_SPEEDS = 12.0


def close(place, found, expected, tolerance, size=None):
    """Agreement to a tolerance relative to the size, which is that of the expected numbers if none is given."""
    worst = np.max(np.abs(found - expected))
    if not worst <= tolerance * (np.max(np.abs(expected)) if size is None else size):
        sys.exit(f"{place}: {found} instead of {expected}")


def check_moments(run, cloud, f, volumes, squares):
    """∫ f and ∫ f |v − u|² of the last frame. The mollifiers add Σ a_k k ε to every variance."""
    name = cloud.species.name
    total = (f * volumes).sum()
    added = sum(k * factor for k, factor in enumerate(cloud.extrapolation, 1)) * cloud.bandwidths[-1]
    temperature = cloud.species.mass * ((f * volumes * squares).sum() / (3.0 * total) - added)
    # Sums over 161 points: the end on the axis, where the correction below leaves the fourth power of the spacing.
    close(f"{name} density", total, run.diagnostics[f"{name}_density"][-1], 1e-4)
    close(f"{name} temperature", temperature, run.diagnostics[f"{name}_temperature"][-1], 1e-4)


def check_rings(run, cloud, last, mean, reach):
    cloud.window = [(mean[0] - reach, mean[0] + reach), (0.0, reach)]
    z, r = (cloud.grid(coordinate, density.PLANE) for coordinate in (0, 1))
    f = cloud.plane(last)
    along, across = np.full(len(z), z[1] - z[0]), 2.0 * np.pi * r * r[1]
    # The Euler–Maclaurin formula for the end on the axis.
    across[0] = 2.0 * np.pi * r[1] ** 2 / 12.0
    check_moments(run, cloud, f, np.outer(across, along), r[:, None] ** 2 + (z[None, :] - mean[0]) ** 2)
    velocity = across @ f @ (along * z) / (across @ f @ along)
    close("velocity", velocity, mean[0], 1e-6, reach)
    marginal, integrated, on_axis, at_mean = run.geometry.lines
    # Only the marginal depends on the sum over the distance from the axis.
    close(marginal.title, cloud.along(marginal, last, z), across @ f, 1e-3)
    close(integrated.title, cloud.along(integrated, last, r), f @ along, 1e-9)
    close(on_axis.title, cloud.along(on_axis, last, z), f[0], 1e-12)
    close(at_mean.title, cloud.along(at_mean, last, r), f[:, len(z) // 2], 1e-12)


def check_shells(run, cloud, last, reach):
    cloud.window = [(0.0, reach)]
    v = cloud.grid(0, density.PLANE)
    speeds, line = run.geometry.lines
    f = cloud.along(line, last, v)
    volumes = 4.0 * np.pi * v**2 * v[1]
    check_moments(run, cloud, f, volumes, v**2)
    close(speeds.title, cloud.along(speeds, last, v) * v[1], f * volumes, 1e-12)


def main():
    run = landau.open(sys.argv[1])
    for species in run.moving:
        cloud = density.Cloud(run, species)
        last = len(cloud.frames) - 1
        reach = THERMAL_SPEEDS * np.sqrt(run.diagnostics[f"{species.name}_temperature"][-1] / species.mass)
        mean = cloud.through(last)
        if run.geometry.coordinates == 2:
            close(f"{species.name} mean", mean[0], run.velocities(species)[-1].sum(), 1e-12, reach)
            check_rings(run, cloud, last, mean, reach)
        else:
            check_shells(run, cloud, last, reach)


main()
