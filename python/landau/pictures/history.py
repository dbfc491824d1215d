"""Pictures of diagnostics.csv, for any run: conservation, entropy, temperatures, velocities, anisotropy, errors."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from landau.folder import Array
from landau.geometry import AXES
from landau.pictures import figures
from landau.pictures.figures import GREY, PALETTE, WIDTH, Picture, legend, styled, styles, time_label
from landau.run import Run, Species

ELEMENTARY_CHARGE = 1.602176634e-19
# Of a thermal speed: below it a mean velocity is rounding, grown by the chaos of the particles' paths.
NEGLIGIBLE = 1e-4
CONSERVED = [PALETTE[0], PALETTE[1], PALETTE[6]]


def masses(run: Run) -> Array:
    """The mass of each moving species in every row: (species, rows)."""
    return np.array([species.inertia * run.diagnostics[f"{species.name}_density"] for species in run.moving])


def momentum(run: Run) -> Array:
    return np.stack([run.diagnostics[f"momentum_{axis}"] for axis in AXES[: run.dimension]], axis=1)


def drifts(run: Run) -> dict[str, Array]:
    """Relative deviations from the first row, of what the equation conserves beside what fields and backgrounds give."""
    rows = run.diagnostics
    mass = masses(run)
    found = {"mass of each species": np.max(np.abs(mass / mass[:, :1] - 1.0), axis=0)}
    total, impulse, energy = mass.sum(axis=0), momentum(run), rows["energy"]
    if run.is_driven:
        given = np.stack([rows[f"momentum_given_{axis}"] for axis in AXES[: run.dimension]], axis=1)
        impulse, energy = impulse - given, energy - rows["work"]
    if not run.fixed:
        scale = np.sqrt(2.0 * total[0] * energy[0])
        distance = np.linalg.norm(impulse - impulse[0], axis=1)
        found[r"momentum, $|P-P_0|/\sqrt{2ME_0}$"] = distance / scale
        found["energy, $|E/E_0-1|$"] = np.abs(energy - energy[0]) / energy[0]
    elif run.fixed_velocity is not None:
        center = run.fixed_velocity
        about = energy - impulse @ center + 0.5 * total * (center @ center)
        found["energy about the fixed species, $|E/E_0-1|$"] = np.abs(about - about[0]) / about[0]
    return found


@styled
def conservation(run: Run) -> Picture:
    figure, axes = plt.subplots(figsize=(WIDTH, 3.4))
    time, drawn = run.diagnostics["time"][1:], []
    for i, (name, drift) in enumerate(drifts(run).items()):
        drift = drift[1:]
        # Far apart in hue, in lightness and in shape: the curves lie over each other at the bottom.
        style: dict[str, Any] = {"color": CONSERVED[i], "marker": "o^s"[i], "markersize": 3.5, "linewidth": 0.6}
        if np.any(drift > 0.0):
            axes.plot(time, drift, label=name, **style)
            drawn.append(drift)
        else:
            axes.plot([], [], label=f"{name}: exactly 0", **style)
    figures.axis_for_small_numbers(axes, drawn)
    low, high = axes.get_ylim()
    if low < np.finfo(float).eps < high:
        axes.axhline(np.finfo(float).eps, color=GREY, linewidth=0.8, linestyle="--", label=r"$2^{-52}$, the rounding unit")
    axes.set(xlabel=time_label(run), ylabel="relative drift since $t=0$", xlim=(0.0, None))
    legend(axes, loc="center left", bbox_to_anchor=(1.01, 0.5))
    return Picture("conservation", "What the equation conserves: relative deviation from the start.", figure)


@styled
def entropy(run: Run, shown: Sequence[Species]) -> Picture:
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.6))
    rows = run.diagnostics
    time, total, rate = rows["time"], rows["entropy"], rows["entropy_rate"]
    style = styles(run.moving)
    if len(run.moving) > 1:
        for species in shown:
            column = rows.get(f"{species.name}_entropy")
            if column is not None:
                left.plot(time, column - column[0], label=species.name, **style[species.name])
    name = "all species" if len(run.moving) > 1 else run.moving[0].name
    left.plot(time, total - total[0], color="black", linewidth=2.2, label=name, zorder=1)
    left.set(xlabel=time_label(run), ylabel=r"entropy since the start $E-E_0$", xlim=(0.0, None))
    legend(left)

    falling = np.where(rate < 0.0, -rate, np.nan)
    right.plot(time, falling, color=PALETTE[0], label="rate of the particle system")
    if len(time) > 2:
        # About as many as can be told apart.
        chosen = slice(None, None, max(1, len(time) // 40))
        quotient = -np.diff(total) / np.diff(time)
        middle = 0.5 * (time[1:] + time[:-1])
        right.plot(
            middle[chosen],
            np.where(quotient > 0.0, quotient, np.nan)[chosen],
            "o",
            markersize=4,
            markerfacecolor="none",
            color=PALETTE[1],
            label="difference quotient of the rows",
        )
    if np.any(rate > 0.0):
        right.plot(time, np.where(rate > 0.0, rate, np.nan), "x", color=PALETTE[3], label="entropy grows" if run.is_driven else "entropy grows (!)")
    if np.any(np.isfinite(falling)):
        right.set_yscale("log")
        figures.decade_ticks(right)
    right.set(xlabel=time_label(run), ylabel=r"entropy decay $-\mathrm{d}E/\mathrm{d}t$", xlim=(0.0, None))
    legend(right)
    return Picture(
        "entropy",
        "The regularised entropy, whose gradient the scores are, and the rate at which it falls; where rate and difference "
        "quotient part, the time step is too long.",
        figure,
    )


def equilibrium_temperature(run: Run) -> float | None:
    """The common temperature when every difference of temperatures and velocities has become heat; none in a run that
    something heats."""
    if run.is_driven:
        return None
    density = np.array([run.diagnostics[f"{species.name}_density"][0] for species in run.moving])
    temperature = np.array([run.diagnostics[f"{species.name}_temperature"][0] for species in run.moving])
    mass = masses(run)[:, 0]
    velocity = np.array([run.velocities(species)[0] for species in run.moving])
    if run.fixed:
        if run.fixed_velocity is None:
            return None
        center = run.fixed_velocity
    else:
        center = mass @ velocity / mass.sum()
    unit = ELEMENTARY_CHARGE if run.physical else 1.0
    heat = mass * ((velocity - center) ** 2).sum(axis=1) / (run.dimension * unit)
    return float((density @ temperature + heat.sum()) / density.sum())


@styled
def temperatures(run: Run, shown: Sequence[Species]) -> Picture:
    figure, axes = plt.subplots(figsize=(WIDTH, 3.6))
    time, style = run.diagnostics["time"], styles(run.moving)
    everything: list[Array] = []
    for species in shown:
        column = run.diagnostics[f"{species.name}_temperature"]
        axes.plot(time, column, label=species.name, **style[species.name])
        everything.append(column)
    final = equilibrium_temperature(run)
    if final is not None:
        axes.axhline(final, color=GREY, linestyle=(0, (1, 2)), linewidth=1.2, label="equilibrium")
        everything.append(np.array([final]))
    widen(axes, np.concatenate(everything), 0.02)
    axes.set(xlabel=time_label(run), ylabel=figures.label(run, "temperature", "$T$", "eV"), xlim=(0.0, None))
    legend(axes)
    return Picture(
        "temperatures",
        "Temperatures of the species, and the one that energy and momentum leave for the equilibrium.",
        figure,
    )


def widen(axes: Axes, values: Array, share: float) -> None:
    """Limits of the y axis that show a curve that hardly moves as a flat line: at least ± this share of its size."""
    low, high = np.nanmin(values), np.nanmax(values)
    margin = max(0.05 * (high - low), share * max(abs(low), abs(high)) - 0.5 * (high - low))
    axes.set_ylim(low - margin, high + margin)


def thermal_speed(run: Run) -> float:
    """The largest of the species' at the start: √(T/m)."""
    unit = ELEMENTARY_CHARGE if run.physical else 1.0
    first = [run.diagnostics[f"{species.name}_temperature"][0] / species.inertia for species in run.moving]
    return float(np.sqrt(unit * max(first)))


@styled
def velocities(run: Run, shown: Sequence[Species]) -> Picture:
    time, style = run.diagnostics["time"], styles(run.moving)
    found = {species.name: run.velocities(species) for species in shown}
    bulk = momentum(run) / masses(run).sum(axis=0)[:, None]
    largest = np.max([np.abs(value) for value in found.values()], axis=(0, 1))
    seen = [axis for axis in range(run.dimension) if largest[axis] > NEGLIGIBLE * thermal_speed(run)]
    if not seen:
        figure, axes = plt.subplots(figsize=(WIDTH, 3.2))
        speeds = {name: np.linalg.norm(value, axis=1) for name, value in found.items()}
        for name, speed in speeds.items():
            axes.plot(time, speed, label=name, **style[name])
        figures.axis_for_small_numbers(axes, list(speeds.values()), hidden=0.04)
        axes.set(
            xlabel=time_label(run), ylabel=figures.label(run, "mean speed", "$|u|$", "m/s"), xlim=(0.0, None)
        )
        legend(axes)
        return Picture("velocities", "Mean velocities, which stay at rounding or grow from it.", figure)
    figure, panels = plt.subplots(
        1, len(seen), figsize=(WIDTH, 3.6), squeeze=False, sharey=len(seen) > 1
    )
    for axes, axis in zip(panels[0], seen, strict=True):
        for species in shown:
            axes.plot(time, found[species.name][:, axis], label=species.name, **style[species.name])
        for i, species in enumerate(run.fixed):
            value = (species.fixed.get("velocity") or [0.0] * run.dimension)[axis]
            axes.axhline(value, color=GREY, linestyle=LINES_FIXED[i % 2], linewidth=1.2, label=f"{species.name} (fixed)")
        if not run.fixed and len(run.moving) > 1:
            axes.plot(time, bulk[:, axis], color=GREY, linestyle=(0, (1, 2)), linewidth=1.2, label="all species")
        axes.set(
            xlabel=time_label(run),
            ylabel=figures.label(run, "mean velocity", f"$u_{AXES[axis]}$", "m/s"),
            xlim=(0.0, None),
        )
        axes.tick_params(labelleft=True)
    legend(panels[0][0])
    return Picture("velocities", "Mean velocities of the species.", figure)


LINES_FIXED = [(0, (1, 2)), (0, (4, 2))]


@styled
def anisotropy(run: Run, shown: Sequence[Species]) -> Picture:
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.6))
    time, style = run.diagnostics["time"], styles(run.moving)
    ratios, spreads = [], []
    for species in shown:
        tensor = run.temperature_tensor(species)
        scalar = run.diagnostics[f"{species.name}_temperature"]
        for axis in range(run.dimension):
            ratio = tensor[:, axis, axis] / scalar
            ratios.append(ratio)
            left.plot(time, ratio, color=style[species.name]["color"], linestyle=["-", "--", ":"][axis])
        eigenvalues = np.linalg.eigvalsh(tensor)
        spread = (eigenvalues[:, -1] - eigenvalues[:, 0]) / scalar
        spreads.append(spread)
        right.plot(time, spread, label=species.name, **style[species.name])
    widen(left, np.concatenate(ratios), 0.02)
    for axis in range(run.dimension):
        name = AXES[axis]
        left.plot([], [], color=GREY, linestyle=["-", "--", ":"][axis], label=f"$T_{{{name}{name}}}/T$")
    left.set(xlabel=time_label(run), ylabel="temperature along an axis, over $T$", xlim=(0.0, None))
    legend(left)
    figures.axis_for_small_numbers(right, spreads, hidden=0.04)
    right.set(
        xlabel=time_label(run), ylabel=r"anisotropy $(T_\mathrm{max}-T_\mathrm{min})/T$", xlim=(0.0, None)
    )
    legend(right)
    return Picture(
        "anisotropy",
        "Temperatures along the axes, and the spread of the temperature tensor's eigenvalues.",
        figure,
    )


# Of densities, or of moments alone.
ERRORS = {
    "l1": ("$L^1$", "--"),
    "l2": ("$L^2$", "-"),
    "linf": (r"$L^\infty$", ":"),
    "velocity": ("mean velocity", "--"),
    "temperature": ("temperature tensor", "-"),
}


@styled
def errors(run: Run, shown: Sequence[Species]) -> Picture:
    kinds = {k: v for k, v in ERRORS.items() if any(f"{one.name}_error_{k}" in run.diagnostics for one in shown)}
    figure, axes = plt.subplots(figsize=(WIDTH, 3.6))
    style = styles(run.moving)
    drawn = []
    for species in shown:
        for norm, (_, dash) in kinds.items():
            column = run.diagnostics.get(f"{species.name}_error_{norm}")
            if column is not None:
                axes.plot(run.diagnostics["time"], column, color=style[species.name]["color"], linestyle=dash)
                drawn.append(column)
        axes.plot([], [], color=style[species.name]["color"], label=species.name)
    for name, dash in kinds.values():
        axes.plot([], [], color=GREY, linestyle=dash, label=name)
    figures.axis_for_small_numbers(axes, drawn)
    axes.set(xlabel=time_label(run), ylabel="relative error of the density" if "l2" in kinds else "relative error", xlim=(0.0, None))
    legend(axes, ncols=2)
    return Picture("errors", f"Errors against the exact solution ({run.reference or 'reference'}).", figure)
