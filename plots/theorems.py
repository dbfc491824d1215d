# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""The theorems of Junné, Winter and Yoldaş (2025) as pictures, from runs and from the laboratory.

    cargo build --release && python3 plots/theorems.py [--output DIR] [--runs DIR] [--keep] [--only NAME]

Runs the scenarios into out/theorems (minutes on two cores) and writes to out/theorems/plots.
"""

import environment

environment.enter(__file__)

import argparse
import csv
import json
import math
import subprocess
import sys
from pathlib import Path

import figures
import numpy as np
from figures import GREY, PALETTE, WIDTH, Picture, legend, plt

ROOT = Path(__file__).resolve().parent.parent
ROOT_EIGHT = math.sqrt(8.0)
MASSES = {"light": 1.0, "middle": 2.0, "heavy": 4.0}
RESOLUTIONS = [24, 32, 40, 48, 56]


class Runs:
    """Tables of the program, made once and kept under `folder`."""

    def __init__(self, folder, keep):
        self.folder, self.keep = folder, keep
        folder.mkdir(parents=True, exist_ok=True)

    def call(self, *arguments):
        command = [ROOT / "target/release/landau", *arguments]
        try:
            subprocess.run(command, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"error: {error}; build the program with `cargo build --release`")

    def laboratory(self, name):
        path = self.folder / f"{name}.csv"
        if not (self.keep and path.exists()):
            self.call("functionals", ROOT / f"scenarios/laboratory/{name}.json", "--out", path)
        return read(path)

    def run(self, scenario, name, *changes):
        folder = self.folder / name
        if not (self.keep and finished(folder)):
            sets = [word for change in changes for word in ("--set", change)]
            self.call("run", ROOT / f"scenarios/{scenario}.json", "--out", folder, "--overwrite", *sets)
        return read(folder / "diagnostics.csv")


def finished(folder):
    path = folder / "run.json"
    return path.exists() and json.loads(path.read_text(encoding="utf-8"))["status"] == "completed"


def read(path):
    """The columns of a table; empty cells are NaN."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name] or "nan") for row in rows]) for name in rows[0]}


def theorem_1_1(runs):
    scenario = "theorem_1_1_3d"
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.6))
    rows = runs.run(scenario, scenario)
    plain = sum(rows[f"{name}_fisher"] for name in MASSES)
    left.plot(rows["time"], rows["fisher"] / rows["fisher"][0], color=PALETTE[0], label=r"$\sum_i I_i/m_i$")
    left.plot(rows["time"], plain / plain[0], color=PALETTE[1], linestyle="--", label=r"$\sum_i I_i$")
    left.set(xlabel="time $t$ (norm.)", ylabel="relative to the start", title=r"$\gamma=-2.5$")
    legend(left)
    gammas = [-2.0, -2.25, -2.5, -2.75, -ROOT_EIGHT, -2.9, -3.0]
    for k, gamma in enumerate(gammas):
        rows = runs.run(scenario, f"{scenario}_gamma_{-gamma:.2f}", f"collisions.gamma={gamma}", "time.steps=10")
        change = np.diff(rows["fisher"]) / np.diff(rows["time"]) / rows["fisher"][0]
        plain = sum(rows[f"{name}_fisher"] for name in MASSES)
        of_plain = np.diff(plain) / np.diff(rows["time"]) / plain[0]
        for values, color, marker in [(change, PALETTE[0], "o"), (of_plain, PALETTE[1], "s")]:
            right.plot([gamma, gamma], [values.min(), values.max()], color=color, marker=marker, markersize=4)
    right.axhline(0.0, color=GREY, linewidth=0.8)
    right.axvline(-ROOT_EIGHT, color=GREY, linewidth=0.8, linestyle="--", label=r"$-\sqrt{8}$")
    right.set(xlabel=r"$\gamma$", ylabel="relative rate, smallest and largest over steps")
    legend(right)
    return Picture("theorem_1_1", "Fisher information weighted by 1/m falls at every step; the plain sum does not.", figure)


def theorem_1_2_family(runs):
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.6))
    rows = runs.laboratory("growing_family")
    strength = rows["strength"]
    scale = strength ** (-2.0 / 3.0) / np.log(2.0 + strength)
    left.loglog(strength, rows["fisher_rate_fixed"], color=PALETTE[0], marker="o", label="ions: rises")
    left.loglog(strength, strength**2 * scale, color=PALETTE[0], linestyle=":", label="$R^2 r$")
    left.loglog(strength, -rows["fisher_rate_self"], color=PALETTE[1], marker="s", label="electrons: falls")
    left.loglog(strength, rows["fisher_rate_self"][0] * scale[0] / -scale, color=PALETTE[1], linestyle=":", label="$1/r$")
    needed = -rows["fisher_rate_self"] / rows["fisher_rate_fixed"]
    left.loglog(strength, needed, color=PALETTE[2], marker="^", label="needed $c_{ei}n_i/c_{ee}$")
    left.set(xlabel="$R$", ylabel=r"$|dI/dt|$ at $t=0$", title=r"$\gamma=-3$")
    legend(left)
    swept = runs.laboratory("growing_family_gamma")
    right.plot(swept["gamma"], swept["fisher_rate_fixed"], color=PALETTE[0], marker="o", label="$R=1000$")
    right.axhline(0.0, color=GREY, linewidth=0.8)
    right.axvline(-ROOT_EIGHT, color=GREY, linewidth=0.8, linestyle="--", label=r"$-\sqrt{8}$")
    right.set(xlabel=r"$\gamma$", ylabel=r"$\langle I', Lf_R\rangle$")
    legend(right)
    return Picture("theorem_1_2_family", "The family of theorem 1.2: the part of the ions against that of the electrons.", figure)


def theorem_1_2_flow(runs):
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(1.5 * WIDTH, 3.6))
    odd, even = runs.laboratory("lorentz_odd"), runs.laboratory("lorentz_even")
    left.plot(odd["time"], (odd["fisher"] / odd["fisher"][0] - 1.0) * 1e4, color=PALETTE[0], label=r"$\cos\theta$")
    left.plot(even["time"], (even["fisher"] / even["fisher"][0] - 1.0) * 1e4, color=PALETTE[1], linestyle="--", label=r"$\cos^2\theta$")
    left.axhline(0.0, color=GREY, linewidth=0.8)
    left.set(xlabel="time $t$ (norm.)", ylabel=r"$10^4\,(I/I_0-1)$", ylim=(-3.0, 1.2), xlim=(0.0, 0.1), title="exact flow")
    legend(left)
    for name, key, axes in [("lorentz_gamma", "gamma", middle), ("lorentz_amplitude", "amplitude", None)]:
        rows = runs.laboratory(name)
        if axes is not None:
            axes.plot(rows[key], rows["fisher_rate_fixed"], color=PALETTE[0], marker="o", label="$a=0.1$")
            axes.axhline(0.0, color=GREY, linewidth=0.8)
            axes.axvline(-ROOT_EIGHT, color=GREY, linewidth=0.8, linestyle="--", label=r"$-\sqrt{8}$")
            axes.set(xlabel=r"$\gamma$", ylabel=r"$dI/dt$ at $t=0$")
            legend(axes)
    right.plot(odd["time"], odd["fisher"] - odd["fisher"][0], color="black", label="exact")
    for k, n in enumerate(RESOLUTIONS):
        rows = lorentz_run(runs, n)
        right.plot(rows["time"], rows["fisher"] - rows["fisher"][0], color=PALETTE[k], marker=".", label=f"particles, {n} per axis")
    right.axhline(0.0, color=GREY, linewidth=0.8)
    right.set(xlabel="time $t$ (norm.)", ylabel="$I(t)-I(0)$", xlim=(0.0, 0.1), ylim=(-0.008, 0.003), title="particles")
    legend(right)
    return Picture("theorem_1_2_flow", "Fisher information along collisions with fixed ions alone rises for odd data below −√8.", figure)


def lorentz_run(runs, per_axis):
    functionals = '[{"fisher":{}},{"spherical_fisher":{"beta":1}},{"relative_entropy":{}}]'
    return runs.run(
        "lorentz_shell_3d",
        f"lorentz_shell_{per_axis}",
        f"species.0.particles.lattice.per_axis={per_axis}",
        "output.diagnostics_every=2",
        f"functionals={functionals}",
    )


def lorentz(runs):
    figure, axes = plt.subplots(1, 3, figsize=(1.3 * WIDTH, 3.4))
    exact = runs.laboratory("lorentz_odd")
    columns = [
        ("fisher", "fisher", "$I$"),
        ("spherical_fisher", "electron_spherical_fisher_1", "$J$"),
        ("relative_entropy", "electron_relative_entropy", "$H(f|M)$"),
    ]
    for one, (of_exact, of_run, label) in zip(axes, columns, strict=True):
        one.plot(exact["time"], exact[of_exact], color="black", label="exact")
        for k, n in enumerate(RESOLUTIONS):
            rows = lorentz_run(runs, n)
            one.plot(rows["time"], rows[of_run], color=PALETTE[k], linestyle="--", label=f"{n} per axis")
        one.set(xlabel="time $t$ (norm.)", ylabel=label, xlim=(0.0, 0.1))
    legend(axes[0])
    return Picture("lorentz", "Scattering by fixed ions: the particles beside the exact solution.", figure)


def theorem_1_3(runs):
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.6))
    cases = [("large", "1e-4", "1.0"), ("small", "1.0", "0.1")]
    for one, (name, own, ions) in zip(axes, cases, strict=True):
        matrix = f"collisions.coefficients.matrix=[[{own},{ions}],[{ions},0.0]]"
        changes = [matrix] if name == "large" else [matrix, "time.step=0.0005"]
        rows = runs.run("theorem_1_3_3d", f"theorem_1_3_{name}", *changes)
        columns = [
            ("electron_fisher", "$I$"),
            ("electron_spherical_fisher_1", "$J$"),
            ("electron_relative_entropy", "$H(f|M)$"),
            ("electron_lyapunov", r"$\Lambda=I+J+H$"),
        ]
        for k, (column, label) in enumerate(columns):
            one.plot(rows["time"], rows[column] - rows[column][0], color=PALETTE[k], label=label)
        one.axhline(0.0, color=GREY, linewidth=0.8)
        one.set(xlabel="time $t$ (norm.)", ylabel="change since $t=0$", title=f"$c_{{ee}}={own}$, $c_{{ei}}n_i={ions}$")
    legend(axes[0])
    return Picture("theorem_1_3", "Electrons on fixed ions: I may rise, I + a J + R H falls.", figure)


PICTURES = {make.__name__: make for make in (theorem_1_1, theorem_1_2_family, theorem_1_2_flow, lorentz, theorem_1_3)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, metavar="DIR", default=ROOT / "out/theorems", help="default: out/theorems")
    parser.add_argument("--output", type=Path, metavar="DIR", help="default: plots in the folder of the runs")
    parser.add_argument("--keep", action="store_true", help="use the runs that are there instead of repeating them")
    parser.add_argument("--only", choices=list(PICTURES), help="a single picture")
    chosen = parser.parse_args()
    output = chosen.output or chosen.runs / "plots"
    output.mkdir(parents=True, exist_ok=True)
    runs = Runs(chosen.runs, chosen.keep)
    for name, make in PICTURES.items():
        if chosen.only in (None, name):
            print(make(runs).write(output, "png")[0])


main()
