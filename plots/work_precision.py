"""Error against evaluations and seconds for every integrator, as CSV on stdout.

    python3 plots/work_precision.py target/release/landau > work_precision.csv
    python3 plots/work_precision.py target/release/landau coulomb > coulomb.csv

Problems: BKW (2-D, 60 per axis, order 6; relative L2 error of the heavy species at t = 5), Coulomb relaxation (3-D, 12 per
axis, order 4; proton temperature at t = 4) and a mass ratio of 1836 (3-D, 8 per axis, order 4; ion temperature at t = 500),
the latter two against the classical method at tolerance 1e-7 on the same cloud. Seconds are the processor time of the
run on one thread, which other work on the machine lengthens less than the time on the clock.
"""

import csv
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

EXPLICIT = {
    "forward_euler": {"forward_euler": {}},
    "runge_kutta 2": {"runge_kutta": {"order": 2}},
    "runge_kutta 4": {"runge_kutta": {"order": 4}},
    "runge_kutta_chebyshev": {"runge_kutta_chebyshev": {}},
}
IMPLICIT = {
    "implicit_midpoint": {"implicit_midpoint": {"tolerance": 1e-8, "max_iterations": 5000}},
    "discrete_gradient": {"discrete_gradient": {"tolerance": 1e-8, "max_iterations": 5000}},
}


def species(name, mass, initial, per_axis, half_width):
    lattice = {"per_axis": per_axis, "half_width": half_width}
    return {"name": name, "mass": mass, "initial": initial, "particles": {"lattice": lattice}}


def maxwellian(temperature, drift=(0.0, 0.0, 0.0)):
    return {"maxwellian": {"density": 1.0, "temperature": temperature, "drift": list(drift)}}


def problems():
    bkw = {"bkw": {"density": 1.0, "temperature": 1.0, "contrast": 0.5}}
    yield "bkw", 5.0, (50, 100), "heavy_error_l2", {
        "dimension": 2,
        "species": [species("heavy", 2.0, bkw, 60, 3.0), species("light", 1.0, bkw, 60, 4.0)],
        "collisions": {"gamma": 0.0, "coefficients": {"matrix": [[0.125, 0.0625], [0.0625, 0.03125]]}},
        "score": {"mesh": {"order": 6}},
        "reference": {"bkw": {}},
    }
    yield "coulomb", 4.0, (10, 20), "proton_temperature", {
        "dimension": 3,
        "species": [
            species("deuteron", 2.0, maxwellian(1.0, (0.3, 0.0, 0.0)), 12, 3.5),
            species("proton", 1.0, maxwellian(0.5, (-0.3, 0.0, 0.0)), 12, 3.5),
        ],
        "collisions": {"gamma": -3.0, "coefficients": {"uniform": 0.25}},
        "score": {"mesh": {"order": 4}},
    }
    yield "mass_ratio", 500.0, (20, 50), "ion_temperature", {
        "dimension": 3,
        "species": [
            species("electron", 1.0, maxwellian(1.0), 8, 3.5),
            species("ion", 1836.0, maxwellian(0.5), 8, 0.075),
        ],
        "collisions": {"gamma": -3.0, "coefficients": {"uniform": 1.0}},
        "score": {"mesh": {"order": 4}},
    }


def run(program, scenario, integrator, time, column):
    """The last value of a column, steps, evaluations, processor seconds and how the run ended."""
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "scenario.json", Path(folder) / "out"
        file.write_text(json.dumps({"version": 1, **scenario, "integrator": integrator, "time": time}))
        command = [program, "run", file, "--out", out, "--threads", "1", "--quiet"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run(command, stderr=subprocess.DEVNULL)
        seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        with open(out / "diagnostics.csv", newline="") as rows:
            last = list(csv.DictReader(rows))[-1]
        summary = json.loads((out / "run.json").read_text())
    return float(last[column]), int(last["step"]), summary["evaluations"], seconds, summary["status"]


def main(program, *names):
    writer = csv.writer(sys.stdout)
    writer.writerow(["problem", "integrator", "setting", "steps", "evaluations", "seconds", "error", "status"])
    for name, end, steps, column, scenario in problems():
        if names and name not in names:
            continue

        def adaptive(tolerance):
            return {"adaptive": {"end": end, "relative_tolerance": tolerance}}

        exact = 0.0
        if "reference" not in scenario:
            exact = run(program, scenario, EXPLICIT["runge_kutta 4"], adaptive(1e-7), column)[0]
        runs = [(m, choice, f"{t:g}", adaptive(t)) for m, choice in EXPLICIT.items() for t in (1e-3, 1e-4)]
        runs += [
            (m, choice, f"{n} steps", {"step": end / n, "steps": n}) for m, choice in IMPLICIT.items() for n in steps
        ]
        for method, choice, setting, time in runs:
            found, taken, evaluations, seconds, status = run(program, scenario, choice, time, column)
            error = f"{abs(found - exact):.3e}" if status == "completed" else ""
            writer.writerow([name, method, setting, taken, evaluations, f"{seconds:.2f}", error, status])
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
