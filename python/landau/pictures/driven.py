"""Pictures of runs that something drives: the current in a field, and who gives power to whom."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np

from landau.folder import Array
from landau.geometry import AXES
from landau.pictures import figures
from landau.pictures.figures import GREY, LINES, PALETTE, WIDTH, Picture, legend, styled, time_label
from landau.pictures.history import ELEMENTARY_CHARGE
from landau.run import Run, Species

# Of the largest component: below it a current across the field is rounding.
NEGLIGIBLE = 1e-6


def powers(run: Run) -> dict[str, Array]:
    """The columns that say which power something gives, by what gives it."""
    return {name.removesuffix("_power"): rows for name, rows in run.diagnostics.items() if name.endswith("_power")}


def has_current(run: Run) -> bool:
    """Whether charges move in fields."""
    return bool(run.scenario.get("fields")) and any(species.charge != 0.0 for species in run.moving)


def current(run: Run, shown: Sequence[Species]) -> Array:
    """Σ q n u of moving species, in every row: (rows, axes)."""
    unit = ELEMENTARY_CHARGE if run.physical else 1.0
    terms = [unit * one.charge * run.diagnostics[f"{one.name}_density"][:, None] * run.velocities(one) for one in shown]
    return np.asarray(np.sum(terms, axis=0))


@styled
def currents(run: Run, shown: Sequence[Species]) -> Picture:
    figure, axes = plt.subplots(figsize=(WIDTH, 3.6))
    time, found = run.diagnostics["time"], current(run, shown)
    largest = np.max(np.abs(found), axis=0)
    for axis in range(run.dimension):
        if largest[axis] > NEGLIGIBLE * largest.max():
            axes.plot(time, found[:, axis], color=PALETTE[axis], label=f"$J_{AXES[axis]}$")
    axes.axhline(0.0, color=GREY, linewidth=0.6)
    axes.set(xlabel=time_label(run), ylabel=figures.label(run, "current density", "$J$", "A/m²"), xlim=(0.0, None))
    legend(axes)
    names = ", ".join(one.name for one in shown)
    return Picture("currents", f"Density of the current of {names}.", figure)


@styled
def power(run: Run) -> Picture:
    figure, axes = plt.subplots(figsize=(WIDTH, 3.6))
    time, found = run.diagnostics["time"], powers(run)
    for i, (name, rows) in enumerate(found.items()):
        colour, dash = PALETTE[i % len(PALETTE)], LINES[i // len(PALETTE) % len(LINES)]
        axes.plot(time, rows, color=colour, linestyle=dash, label=name.replace("_", " "))
    if len(time) > 2:
        change = np.diff(run.diagnostics["energy"]) / np.diff(time)
        axes.plot(
            0.5 * (time[1:] + time[:-1]), change, ".", color="black", markersize=4, label="change of energy, between rows"
        )
    axes.axhline(0.0, color=GREY, linewidth=0.6)
    axes.set(xlabel=time_label(run), ylabel=figures.label(run, "power density", "$P$", "W/m³"), xlim=(0.0, None))
    legend(axes)
    return Picture(
        "power", "What fields, backgrounds and sources give per volume and time; together it is the change of energy.", figure
    )
