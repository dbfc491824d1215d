# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""Errors over resolution from convergence.csv, with slopes to compare and the published errors of the method's authors.

    python3 plots/convergence.py DIR [--output DIR] [--format png|svg|pdf] [--no-published]

DIR is the folder that `landau converge` wrote, or its convergence.csv. Columns: per_axis, then NAME_error_l1,
NAME_error_l2, NAME_error_linf (or NAME_error_velocity, NAME_error_temperature) for each species NAME; further ones are not needed. The published errors are of the
two-species test of Carrillo, Hu, Van Fleet (2024); see the head of published/chv2024.csv.
"""

import environment

environment.enter(__file__)

import argparse
import re
from pathlib import Path

import figures
import numpy as np
from figures import GREY, PALETTE, WIDTH, Picture, plt
from matplotlib.ticker import FixedLocator, LogLocator, NullFormatter, NullLocator, ScalarFormatter
from run_folder import RunFolderError, read_table

PUBLISHED = Path(__file__).with_name("published") / "chv2024.csv"
NORMS = {"l1": "$L^1$", "l2": "$L^2$", "linf": r"$L^\infty$"}
# Of the reference `maxwell_molecules`, which says nothing of densities.
MOMENTS = {"velocity": "mean velocity", "temperature": "temperature tensor"}
KINDS = NORMS | MOMENTS
MARKERS = "osD^vP*"
SLOPES = (2, 4, 6)


def errors(table):
    """{species: {norm: errors}} in the order of the columns."""
    found = {}
    for column, values in table.items():
        match = re.fullmatch(r"(\w+)_error_(" + "|".join(KINDS) + ")", column)
        if match:
            found.setdefault(match[1], {})[match[2]] = values
    return found


def published():
    """per_axis and {species: {norm: errors}} of Carrillo, Hu, Van Fleet (2024)."""
    table = read_table(PUBLISHED)
    return table["per_axis"], {
        name: {norm: table[f"{column}_{norm}"] for norm in NORMS} for name, column in (("heavy", "s1"), ("light", "s2"))
    }


def picture(path, with_published=True):
    path = Path(path)
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
    for axes, norm in zip(panels[0], norms):
        drawn = []
        for i, (name, columns) in enumerate(found.items()):
            if norm in columns:
                style = {"color": PALETTE[i % len(PALETTE)], "marker": MARKERS[i % len(MARKERS)], "markersize": 5}
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
        axes.xaxis.set_major_locator(FixedLocator(ticks[:: max(1, len(ticks) // 6)]))
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


def positive(values):
    """What a logarithmic axis can show; an error of exactly 0 leaves a gap."""
    return np.where(values > 0.0, values, np.nan)


def reference_slopes(axes, per_axis, series):
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="DIR", help="what `landau converge` wrote, or its convergence.csv")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where the picture goes (default: DIR/plots)")
    parser.add_argument("--format", choices=["png", "svg", "pdf"], default="png", help="default: png")
    parser.add_argument("--no-published", action="store_true", help="leave out the published errors")
    chosen = parser.parse_args()
    base = chosen.folder if chosen.folder.is_dir() else chosen.folder.parent

    def write():
        drawn = picture(chosen.folder, not chosen.no_published)
        folder = chosen.output or base / "plots"
        folder.mkdir(parents=True, exist_ok=True)
        print(drawn.write(folder, chosen.format)[0])

    figures.or_error(write)


if __name__ == "__main__":
    main()
