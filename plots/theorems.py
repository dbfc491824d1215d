# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""The theorems of Junné, Winter and Yoldaş (2025) as pictures, from runs and from the laboratory.

    cargo build --release && python3 plots/theorems.py [--output DIR] [--runs DIR] [--keep] [--only NAME] [--quick]

Runs the scenarios into out/theorems (minutes on two cores) and writes to out/theorems/plots. The pictures of the
repository are made by `--output plots/gallery`.
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

import matplotlib.pyplot as plt
import numpy as np
from landau.pictures.figures import GREY, PALETTE, WIDTH, Picture, legend, styled
from landau.pictures.images import small
from matplotlib.ticker import NullLocator

ROOT = Path(__file__).resolve().parent.parent
ROOT_EIGHT = math.sqrt(8.0)
MASSES = {"light": 1.0, "middle": 2.0, "heavy": 4.0}
# Of the family of theorem 1.2 with equal coefficients, from the laboratory.
SIGN_CHANGE = 2.48e9
RESOLUTIONS = [24, 32, 40, 48, 56]


class Runs:
    """Tables of the program, each made once and kept under `folder`."""

    def __init__(self, program, folder, keep, quick):
        self.program, self.folder, self.keep, self.quick = program, folder, keep, quick
        self.made = set()
        folder.mkdir(parents=True, exist_ok=True)

    def call(self, *arguments):
        try:
            subprocess.run([self.program, *arguments], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"error: {error}; build the program with `cargo build --release`")

    def there(self, name, finished):
        """Whether a table need not be made."""
        found = name in self.made or (self.keep and finished)
        self.made.add(name)
        return found

    def laboratory(self, name):
        path = self.folder / f"{name}.csv"
        if not self.there(name, path.exists()):
            self.call("functionals", ROOT / f"scenarios/laboratory/{name}.json", "--out", path, *changed(self.coarse(name)))
        return read(path)

    def coarse(self, name):
        """What makes an experiment one of a second, if that is asked for."""
        return ["sweep.values=[10,1000]", "self_tolerance=0.1"] if self.quick and name in ("growing_family", "growing_family_smooth") else []

    def run(self, scenario, name, *changes, species=1):
        folder = self.folder / name
        if not self.there(name, finished(folder)):
            if self.quick:
                lattices = [f"species.{i}.particles.lattice.per_axis=10" for i in range(species)]
                changes = [*changes, *lattices, "time.steps=3"]
            self.call("run", ROOT / f"scenarios/{scenario}.json", "--out", folder, "--overwrite", "--quiet", *changed(changes))
        return read(folder / "diagnostics.csv")


def changed(changes):
    return [word for change in changes for word in ("--set", change)]


def finished(folder):
    path = folder / "run.json"
    return path.exists() and json.loads(path.read_text(encoding="utf-8"))["status"] == "completed"


def read(path):
    """The columns of a table; empty cells are NaN."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name] or "nan") for row in rows]) for name in rows[0]}


def plain(rows):
    return sum(rows[f"{name}_fisher"] for name in MASSES)


def zero(axes):
    axes.axhline(0.0, color=GREY, linewidth=0.8)


def root_eight(axes):
    axes.axvline(-ROOT_EIGHT, color=GREY, linewidth=1.0, linestyle="--", label=r"$\gamma=-\sqrt{8}$")


@styled
def theorem_1_1(runs):
    scenario = "theorem_1_1_3d"
    figure, (left, right) = plt.subplots(1, 2, figsize=(1.15 * WIDTH, 3.8))
    rows = runs.run(scenario, scenario, species=3)
    for values, color, line, label in [
        (rows["fisher"], PALETTE[0], "-", r"$\sum_i I_i/m_i$"),
        (plain(rows), PALETTE[1], "--", r"$\sum_i I_i$"),
    ]:
        left.plot(rows["time"], 100.0 * (values / values[0] - 1.0), color=color, linestyle=line, label=label)
    zero(left)
    left.set(xlabel="time $t$ (norm.)", ylabel="change since $t=0$ (%)", title=r"$\gamma=-2.5$, masses 1, 2, 4")
    legend(left)
    gammas = [-2.0, -2.25, -2.5, -2.75, -ROOT_EIGHT, -2.9, -3.0]
    for gamma in gammas:
        name = f"{scenario}_gamma_{-gamma:.2f}"
        rows = runs.run(scenario, name, f"collisions.gamma={gamma}", "time.steps=5", species=3)
        for values, color, marker, label in [
            (rows["fisher"], PALETTE[0], "o", r"$\sum_i I_i/m_i$"),
            (plain(rows), PALETTE[1], "s", r"$\sum_i I_i$"),
        ]:
            rate = np.diff(values) / np.diff(rows["time"]) / values[0]
            label = label if gamma == gammas[0] else None
            right.plot([gamma, gamma], [rate.min(), rate.max()], color=color, marker=marker, markersize=5, label=label)
    zero(right)
    root_eight(right)
    right.set(
        xlabel=r"$\gamma$",
        ylabel="relative rate (1/norm. time)",
        title="least and greatest rate over the steps to $t=1$",
        ylim=(None, 0.03),
    )
    legend(right, loc="upper right", ncols=3)
    return Picture(
        "theorem_1_1", "Fisher information weighted by 1/m falls at every step; the plain sum rises, then falls.", figure
    )


@styled
def theorem_1_2_family(runs):
    figure, axes = plt.subplots(2, 2, figsize=(1.15 * WIDTH, 7.0))
    (left, together), (middle, right) = axes
    rows = runs.laboratory("growing_family")
    strength = rows["strength"]
    scale = strength ** (-2.0 / 3.0) / np.log(2.0 + strength)
    ions, electrons = rows["fisher_rate_fixed"], -rows["fisher_rate_self"]
    for values, law, color, marker, label, of_law in [
        (ions, strength**2 * scale, PALETTE[0], "o", "ions: $I$ rises", "$R^2 r$"),
        (electrons, 1.0 / scale, PALETTE[1], "s", "electrons: $I$ falls", "$1/r$"),
    ]:
        left.loglog(strength, values, color=color, marker=marker, label=label)
        # Through the last point: the laws are those of large R.
        left.loglog(strength, law * values[-1] / law[-1], color=color, linestyle=":", label=of_law)
    left.set(xlabel="$R$", ylabel=r"$|dI/dt|$ at $t=0$, all $c\,n=1$", title=r"$\gamma=-3$")
    left.margins(y=0.25)
    rate = ions - electrons
    for sign, color, marker, label in [(-1.0, PALETTE[1], "s", "$I$ falls"), (1.0, PALETTE[0], "o", "$I$ rises")]:
        chosen = sign * rate > 0.0
        together.loglog(strength[chosen], np.abs(rate[chosen]), color=color, marker=marker, label=label)
    together.set(xlabel="$R$", ylabel=r"$|dI/dt|$ at $t=0$, both parts", title="ions and electrons together, equal coefficients")
    for one in (left, together, middle):
        one.axvline(SIGN_CHANGE, color=GREY, linewidth=1.0, linestyle="--", label="$R=2.48\\cdot10^9$")
    legend(together)
    middle.axhline(1.0, color=GREY, linewidth=0.8)
    middle.loglog(strength, electrons / ions, color=PALETTE[2], marker="^", label="$(1-y^2)^6$")
    smooth = runs.laboratory("growing_family_smooth")
    ratio = -smooth["fisher_rate_self"] / smooth["fisher_rate_fixed"]
    middle.loglog(smooth["strength"], ratio, color=PALETTE[3], marker="v", label="$\\exp(-1/(1-y^2))$")
    legend(left, loc="upper left", ncol=2)
    legend(middle)
    middle.set(xlabel="$R$", ylabel="$c_{ei}n_i/c_{ee}n_e$", title="ratio above which $I$ rises")
    swept = runs.laboratory("growing_family_gamma")
    right.plot(swept["gamma"], swept["fisher_rate_fixed"], color=PALETTE[0], marker="o")
    zero(right)
    root_eight(right)
    right.set(xlabel=r"$\gamma$", ylabel=r"$dI/dt$ along ions at $t=0$", title="$R=1000$")
    legend(right)
    return Picture("theorem_1_2_family", "The family of theorem 1.2: the part of the ions against that of the electrons.", figure)


@styled
def theorem_1_2_flow(runs):
    figure, axes = plt.subplots(1, 3, figsize=(1.5 * WIDTH, 3.8))
    left, middle, right = axes
    cases = [("odd", r"odd, $\cos\theta$", "-"), ("even", r"even, $\cos^2\theta$", "--")]
    for (name, label, line), color in zip(cases, PALETTE, strict=False):
        rows = runs.laboratory(f"lorentz_{name}")
        left.plot(rows["time"], (rows["fisher"] / rows["fisher"][0] - 1.0) * 1e4, color=color, linestyle=line, label=label)
    zero(left)
    left.set(xlabel="time $t$ (norm.)", ylabel=r"$10^4\,(I/I_0-1)$", title=r"exact flow, $\gamma=-3$, $a=0.5$")
    left.set(ylim=(-3.0, 1.2), xlim=(0.0, 0.1))
    legend(left, loc="upper right")
    for name, key, one in [("lorentz_gamma", "gamma", middle), ("lorentz_amplitude", "amplitude", right)]:
        rows = runs.laboratory(name)
        one.plot(rows[key], rows["fisher_rate_fixed"], color=PALETTE[0], marker="o", markersize=4)
        zero(one)
        one.set(ylabel=r"$dI/dt$ at $t=0$")
    root_eight(middle)
    legend(middle)
    middle.set(xlabel=r"$\gamma$", title=r"$a=0.1$, $p=|\gamma|/2$")
    right.set(xlabel="amplitude $a$", title=r"$\gamma=-3$, $p=3/2$")
    return Picture(
        "theorem_1_2_flow", "Fisher information along collisions with fixed ions alone rises for odd data below −√8.", figure
    )


def lorentz_run(runs, per_axis):
    functionals = '[{"fisher":{}},{"spherical_fisher":{"beta":1}},{"relative_entropy":{}}]'
    return runs.run(
        "lorentz_shell_3d",
        f"lorentz_shell_{per_axis}",
        f"species.0.particles.lattice.per_axis={per_axis}",
        "output.diagnostics_every=2",
        f"functionals={functionals}",
    )


def below(figure, axes):
    """One legend for all panels, below them."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)


@styled
def theorem_1_2_particles(runs):
    figure, (left, right) = plt.subplots(1, 2, figsize=(1.15 * WIDTH, 4.1))
    exact = runs.laboratory("lorentz_odd")
    exact_rise = exact["fisher"] - exact["fisher"][0]
    left.plot(exact["time"], exact_rise, color="black", label="exact")
    errors = []
    for k, n in enumerate(RESOLUTIONS):
        rows = lorentz_run(runs, n)
        rise = rows["fisher"] - rows["fisher"][0]
        left.plot(rows["time"], rise, color=PALETTE[k], marker=".", label=f"{n} per axis")
        errors.append([abs(np.interp(t, rows["time"], rise) - np.interp(t, exact["time"], exact_rise)) for t in (0.02, 0.04)])
    zero(left)
    left.set(
        xlabel="time $t$ (norm.)", ylabel="$I(t)-I(0)$", xlim=(0.0, 0.1), ylim=(-0.008, 0.002), title="lattices of particles"
    )
    spacing = 5.2 / np.array(RESOLUTIONS)
    for k, (time, marker) in enumerate([(0.02, "o"), (0.04, "s")]):
        right.loglog(spacing, [error[k] for error in errors], color=PALETTE[k], marker=marker, label=f"$t={time}$")
    law = spacing**4
    right.loglog(spacing, law * errors[-1][0] / law[-1], color=GREY, linestyle=":", label="$h^4$")
    right.set(xlabel="lattice spacing $h$ (norm.)", ylabel="error of $I(t)-I(0)$", title="convergence")
    ticks = [0.1, 0.15, 0.2]
    right.set_xticks(ticks, [str(tick) for tick in ticks])
    right.xaxis.set_minor_locator(NullLocator())
    legend(right)
    below(figure, left)
    return Picture(
        "theorem_1_2_particles", "The rise of Fisher information on particles: it comes out as they grow in number.", figure
    )


@styled
def lorentz(runs):
    figure, axes = plt.subplots(1, 3, figsize=(1.3 * WIDTH, 3.9))
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
    below(figure, axes[0])
    return Picture("lorentz", "Scattering by fixed ions: the particles beside the exact solution.", figure)


@styled
def lemma_2_9(runs):
    """Two isotropic species that start as shells: their tails fill, so that moments grow."""

    def shell(name, mass, density, radius, half_width):
        initial = {"shell": {"density": density, "radius": radius, "sharpness": 10.0}}
        particles = {"lattice": {"per_axis": 96, "half_width": half_width}}
        return {"name": name, "mass": mass, "initial": initial, "particles": particles}

    species = [shell("light", 1.0, 1.0, 1.0, 3.0), shell("heavy", 2.0, 0.5, 1.5, 4.0)]
    orders = [4, 6, 8]
    functionals = [{"moments": {"orders": [2, *orders]}}]
    changes = [f"species={json.dumps(species)}", f"functionals={json.dumps(functionals)}", "time.steps=300"]
    # Shells are few: they are kept even where runs are to be coarse.
    rows = runs.run("rosenbluth_shells_3d", "lemma_2_9", *changes, species=0)
    figure, (left, right) = plt.subplots(1, 2, figsize=(1.15 * WIDTH, 4.1))
    time, dissipation = rows["time"], -rows["entropy_rate"]
    for order, color, line in zip(orders, PALETTE, ["-", "--", "-."], strict=False):
        moment, below_it = rows[f"moment_{order}"], rows[f"moment_{order - 2}"]
        growth = moment / moment[0] - 1.0
        left.loglog(time[1:], growth[1:], color=color, linestyle=line, label=f"$l={order}$")
        # The power of the bound through the first point: a bound with a larger constant lies above.
        power = 1 + math.ceil((order - 4) / 2)
        left.loglog(time[1:], growth[1] * (time[1:] / time[1]) ** power, color=color, linestyle=":", label=f"$t^{power}$")
        middles = 0.5 * (time[1:] + time[:-1])
        mean = [0.5 * (one[1:] + one[:-1]) for one in (moment, below_it, dissipation)]
        least = (np.diff(moment) / np.diff(time) - mean[2] * mean[0]) / mean[1]
        right.plot(middles, least, color=color, linestyle=line, label=f"$l={order}$")
    zero(right)
    left.set(xlabel="time $t$ (norm.)", ylabel="$M_l(t)/M_l(0)-1$", title=r"$\gamma=-3$, masses 1, 2", ylim=(None, 30.0))
    right.set(
        xlabel="time $t$ (norm.)",
        ylabel=r"$(dM_l/dt-\mathcal{D}M_l)/M_{l-2}$",
        title="the constant that (2.21) needs",
        ylim=(-1.0, 0.25),
    )
    legend(left, loc="upper left", ncols=2)
    legend(right, loc="lower right")
    return Picture("lemma_2_9", "Moments grow about linearly in time, and more slowly in the end.", figure)


@styled
def theorem_1_3(runs):
    figure, axes = plt.subplots(1, 3, figsize=(1.4 * WIDTH, 3.9))
    all_columns = {
        "electron_fisher": ("$I$", PALETTE[0], "-"),
        "electron_spherical_fisher_1": ("$J$", PALETTE[1], "--"),
        "electron_relative_entropy": ("$H(f|M)$", PALETTE[2], ":"),
        "electron_lyapunov": (r"$\Lambda=I+J+H(f|M)$", PALETTE[6], "-."),
    }
    ions = runs.run("theorem_1_3_3d", "theorem_1_3_large")
    matrix = "collisions.coefficients.matrix=[[1.0,0.1],[0.1,0.0]]"
    electrons = runs.run("theorem_1_3_3d", "theorem_1_3_small", matrix, "time.step=0.0005")
    panels = [
        (ions, all_columns, "mostly ions: $c_{ei}n_i=1$, $c_{ee}=10^{-4}$"),
        (electrons, all_columns, "mostly electrons: $c_{ei}n_i=0.1$, $c_{ee}=1$"),
        (electrons, ["electron_spherical_fisher_1"], "the same, $J$ alone"),
    ]
    for one, (rows, columns, title) in zip(axes, panels, strict=True):
        for column in columns:
            label, color, line = all_columns[column]
            one.plot(rows["time"], rows[column] - rows[column][0], color=color, linestyle=line, label=label)
        zero(one)
        one.set(xlabel="time $t$ (norm.)", ylabel="change since $t=0$", title=title)
    below(figure, axes[0])
    return Picture("theorem_1_3", "Electrons on fixed ions: I or J may rise, I + a J + R H falls.", figure)


PICTURES = {
    make.__name__: make
    for make in (theorem_1_1, lemma_2_9, theorem_1_2_flow, theorem_1_2_particles, theorem_1_2_family, theorem_1_3, lorentz)
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, metavar="DIR", default=ROOT / "out/theorems", help="default: out/theorems")
    parser.add_argument("--output", type=Path, metavar="DIR", help="default: plots in the folder of the runs")
    parser.add_argument("--keep", action="store_true", help="use the runs that are there instead of repeating them")
    parser.add_argument("--only", choices=list(PICTURES), help="a single picture")
    parser.add_argument("--quick", action="store_true", help="runs too coarse to show anything, to try the script")
    program = ROOT / "target/release/landau"
    parser.add_argument("--program", type=Path, metavar="FILE", default=program, help="default: target/release/landau")
    chosen = parser.parse_args()
    output = chosen.output or chosen.runs / "plots"
    output.mkdir(parents=True, exist_ok=True)
    runs = Runs(chosen.program, chosen.runs, chosen.keep, chosen.quick)
    for name, make in PICTURES.items():
        if chosen.only in (None, name):
            print(small(make(runs).write(output, "png")[0]))


main()
