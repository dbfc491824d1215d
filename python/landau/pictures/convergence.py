"""Errors over resolution from convergence.csv, with slopes to compare and the published errors of the method's authors.

Columns: per_axis, then NAME_error_l1, NAME_error_l2, NAME_error_linf (or NAME_error_velocity, NAME_error_temperature) for each
species NAME; further ones are not needed. The published errors are of the two-species test of Carrillo, Hu, Van Fleet (2024); see
the head of their table.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, LogLocator, NullFormatter, NullLocator, ScalarFormatter

from landau.folder import Array, RunFolderError, read_table
from landau.pictures.figures import GREY, PALETTE, WIDTH, Picture, styled

PUBLISHED = Path(__file__).with_name("published") / "chv2024.csv"
NORMS = {"l1": "$L^1$", "l2": "$L^2$", "linf": r"$L^\infty$"}
# Of the reference `maxwell_molecules`, which says nothing of densities.
MOMENTS = {"velocity": "mean velocity", "temperature": "temperature tensor"}
KINDS = NORMS | MOMENTS
MARKERS = "osD^vP*"
SLOPES = (2, 4, 6)
# {species: {norm: errors}}
Errors = dict[str, dict[str, Array]]


def errors(table: Mapping[str, Array]) -> Errors:
    """{species: {norm: errors}} in the order of the columns."""
    found: Errors = {}
    for column, values in table.items():
        match = re.fullmatch(r"(\w+)_error_(" + "|".join(KINDS) + ")", column)
        if match:
            found.setdefault(match[1], {})[match[2]] = values
    return found


def published() -> tuple[Array, Errors]:
    """per_axis and {species: {norm: errors}} of Carrillo, Hu, Van Fleet (2024)."""
    table = read_table(PUBLISHED)
    return table["per_axis"], {
        name: {norm: table[f"{column}_{norm}"] for norm in NORMS} for name, column in (("heavy", "s1"), ("light", "s2"))
    }


@styled
def picture(path: Path, with_published: bool = True) -> Picture:
    """The errors in a table, or in the convergence.csv of a folder."""
    path = path / "convergence.csv" if path.is_dir() else path
    if not path.exists():
        raise RunFolderError(f"{path}: no such file; expected what `landau converge` wrote")
    table = read_table(path)
    found = errors(table)
    if "per_axis" not in table or not found:
        raise RunFolderError(
            f"{path}: expected the columns per_axis and NAME_error_l1, _l2 or _linf; found {', '.join(table)}"
        )
    per_axis = table["per_axis"]
    norms = [norm for norm in KINDS if any(norm in columns for columns in found.values())]
    figure, panels = plt.subplots(1, len(norms), figsize=(WIDTH, 4.0), sharey=True, squeeze=False)
    for axes, norm in zip(panels[0], norms, strict=True):
        drawn = []
        for i, (name, columns) in enumerate(found.items()):
            if norm in columns:
                style: dict[str, Any] = {"color": PALETTE[i % len(PALETTE)], "marker": MARKERS[i % len(MARKERS)], "markersize": 5}
                drawn.append((per_axis, positive(columns[norm]), name, style))
        if with_published and norm in NORMS:
            resolutions, theirs = published()
            for i, (name, columns) in enumerate(theirs.items()):
                style = {
                    "color": GREY,
                    "marker": MARKERS[i],
                    "markersize": 5,
                    "markerfacecolor": "none",
                    "linestyle": ":",
                    "linewidth": 1.0,
                }
                drawn.append((resolutions, columns[norm], f"CHV 2024, {name}", style))
        for resolution, values, name, style in drawn:
            axes.plot(resolution, values, label=name, **style)
        reference_slopes(axes, per_axis, [positive(c[norm]) for c in found.values() if norm in c])
        axes.set_xscale("log")
        axes.set_yscale("log")
        ticks = np.unique(per_axis)
        axes.xaxis.set_major_locator(FixedLocator(ticks[:: max(1, len(ticks) // 6)].tolist()))
        axes.xaxis.set_major_formatter(ScalarFormatter())
        axes.xaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_locator(LogLocator(numticks=9))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set(xlabel="cells along an axis", title=KINDS[norm])
    panels[0][0].set_ylabel("relative error of the density" if norms[0] in NORMS else "relative error")
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 4))
    with_published = with_published and norms[0] in NORMS
    beside = ", beside the published errors of Carrillo, Hu, Van Fleet (2024) for their two-species test" if with_published else ""
    return Picture("convergence", f"Errors over resolution{beside}; grey lines have the slopes that they name.", figure)


def positive(values: Array) -> Array:
    """What a logarithmic axis can show; an error of exactly 0 leaves a gap."""
    return np.where(values > 0.0, values, np.nan)


def reference_slopes(axes: Axes, per_axis: Array, series: Sequence[Array]) -> None:
    """Lines of slope −2, −4, −6 from just below the smallest error of the coarsest resolution, as far as the errors
    reach."""
    coarse, fine = per_axis.min(), per_axis.max()
    values = np.concatenate(series)
    if fine <= coarse or not np.any(np.isfinite(values)):
        return
    start = 0.6 * np.nanmin([one[np.argmin(per_axis)] for one in series])
    floor = 0.3 * np.nanmin(values)
    for slope in SLOPES:
        end = min(fine, coarse * (start / floor) ** (1.0 / slope)) if start > floor else fine
        if not np.isfinite(start) or end <= coarse:
            continue
        axes.plot([coarse, end], [start, start * (end / coarse) ** -slope], color="0.75", linewidth=0.9, zorder=0)
        axes.annotate(
            f"$-{slope}$",
            (end, start * (end / coarse) ** -slope),
            xytext=(2, -4),
            textcoords="offset points",
            color=GREY,
            fontsize=8,
        )
