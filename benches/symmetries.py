"""Error against processor seconds of one problem by points, by rings and by shells, as CSV on stdout.

    python3 benches/symmetries.py target/release/landau > plots/gallery/symmetries.csv

Problems, Coulomb, lattices of 6 thermal speeds: two species of masses 1 and 2, temperatures 1 and 0.6, come together (the temperature
of the first at t = 1), beside 256 cells of shells; and a species of temperatures 1 across and 0.6 along an axis becomes
isotropic (that along the axis at t = 2), beside 96 cells of rings. The error is relative to how far the temperature has come
by then. Seconds are the processor time of the run on one thread, which other work on the machine lengthens less than the time
on the clock.
"""

import csv
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

SYMMETRIES = {"points": {"none": {}}, "rings": {"axial": {"axis": "z"}}, "shells": {"spherical": {}}}


def species(name, mass, initial, per_axis):
    lattice = {"per_axis": per_axis, "half_width": {"thermal_speeds": 6}}
    return {"name": name, "mass": mass, "initial": initial, "particles": {"lattice": lattice}}


def temperatures(per_axis):
    hot = {"maxwellian": {"density": 1.0, "temperature": 1.0}}
    cold = {"maxwellian": {"density": 0.5, "temperature": 0.6}}
    return [species("a", 1.0, hot, per_axis), species("b", 2.0, cold, per_axis)]


def anisotropic(per_axis):
    return [species("a", 1.0, {"anisotropic_maxwellian": {"density": 1.0, "temperatures": [1.0, 1.0, 0.6]}}, per_axis)]


PROBLEMS = {
    "temperatures": (
        temperatures,
        "a_temperature",
        1.0,
        ("shells", 256),
        {"shells": (24, 32, 48, 64, 96), "rings": (16, 24, 32, 48), "points": (12, 16, 20, 24)},
    ),
    "isotropisation": (
        anisotropic,
        "a_temperature_zz",
        2.0,
        ("rings", 96),
        {"rings": (16, 24, 32, 48, 64), "points": (12, 16, 20, 24, 28)},
    ),
}


def run(program, kind, scenario, end, column):
    """The first and the last value of a column, particles and processor seconds."""
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "scenario.json", Path(folder) / "out"
        time = {"adaptive": {"end": end, "relative_tolerance": 1e-5}}
        file.write_text(
            json.dumps(
                {
                    "version": 1,
                    "dimension": 3,
                    "symmetry": SYMMETRIES[kind],
                    "species": scenario,
                    "collisions": {"gamma": -3.0, "coefficients": {"uniform": 1.0}},
                    "time": time,
                    "output": {"particles_every": 0},
                }
            )
        )
        command = [program, "run", file, "--out", out, "--threads", "1", "--quiet"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run(command, check=True)
        seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        with open(out / "diagnostics.csv", newline="") as rows:
            rows = list(csv.DictReader(rows))
    return float(rows[0][column]), float(rows[-1][column]), seconds


def main(program):
    writer = csv.writer(sys.stdout)
    writer.writerow(["problem", "particles", "per_axis", "seconds", "error"])
    for name, (scenario, column, end, (kind, per_axis), kinds) in PROBLEMS.items():
        first, exact, _ = run(program, kind, scenario(per_axis), end, column)
        for kind, resolutions in kinds.items():
            for per_axis in resolutions:
                _, found, seconds = run(program, kind, scenario(per_axis), end, column)
                error = abs((found - exact) / (exact - first))
                writer.writerow([name, kind, per_axis, f"{seconds:.3f}", f"{error:.3e}"])
                sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
