"""The look of every picture. It holds while a picture is drawn and written, and leaves the settings of matplotlib alone."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from landau.folder import Array
from landau.run import Run, Species

# Okabe and Ito (2008): told apart with every common colour vision. Yellow is left out: too pale for a line.
PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
LINES = ["-", "--", ":", "-."]
GREY = "#6e6e6e"
# Perceptually uniform, safe for the colour-blind, and readable in grey.
SEQUENTIAL, DIVERGING = "cividis", "PuOr"
WIDTH = 9.0

STYLE: Any = {
    "figure.dpi": 130,
    "savefig.dpi": 130,
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.formatter.limits": (-3, 4),
    "axes.formatter.use_mathtext": True,
    "lines.linewidth": 1.6,
    "svg.hashsalt": "landau",
    "text.parse_math": True,
}

P = ParamSpec("P")
R = TypeVar("R")


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """The function, with this look while it draws."""

    @wraps(draw)
    def drawn(*arguments: P.args, **options: P.kwargs) -> R:
        with matplotlib.rc_context(STYLE):
            return draw(*arguments, **options)

    return drawn


@dataclass
class Picture:
    """A figure or an animation with the name of its file and a sentence that says what it shows."""

    name: str
    caption: str
    figure: Figure | None = None
    gif: bytes | None = None

    @styled
    def encode(self, kind: str) -> tuple[str, bytes]:
        """The suffix and the bytes of the file, `png`, `svg` or `pdf`; equal pictures give equal bytes."""
        if self.gif is not None:
            return "gif", self.gif
        assert self.figure is not None, "a picture is a figure or an animation"
        buffer = io.BytesIO()
        stamps: dict[str, dict[str, Any]] = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
        self.figure.savefig(buffer, format=kind, metadata=stamps[kind])
        plt.close(self.figure)
        return kind, buffer.getvalue()

    def write(self, folder: Path, kind: str) -> tuple[Path, bytes]:
        """Writes the file NAME.SUFFIX, and says its path and what is in it."""
        suffix, data = self.encode(kind)
        path = folder / f"{self.name}.{suffix}"
        path.write_bytes(data)
        return path, data


# Labels.


def label(run: Run, name: str, symbol: str, si: str) -> str:
    """Name, symbol and unit of an axis."""
    return f"{name} {symbol} ({si})" if run.physical else f"{name} {symbol} (norm.)"


def time_label(run: Run) -> str:
    return label(run, "time", "$t$", "s")


def velocity_label(run: Run, coordinate: int) -> str:
    return run.geometry.symbols[coordinate] + (" (m/s)" if run.physical else " (norm.)")


def time_text(run: Run, time: float) -> str:
    return f"$t$ = {time:.4g}" + (" s" if run.physical else "")


def styles(species: Sequence[Species]) -> dict[str, dict[str, Any]]:
    """A colour and a dash for each species, by name."""
    return {
        one.name: {"color": PALETTE[i % len(PALETTE)], "linestyle": LINES[i // len(PALETTE) % len(LINES)]}
        for i, one in enumerate(species)
    }


def axis_for_small_numbers(axes: Axes, values: Sequence[Array], hidden: float = 0.0) -> None:
    """A logarithmic axis for values ≥ 0 of which some may be exactly 0: these are drawn on a line of their own at the
    bottom, marked 0. The share `hidden` of the values, the smallest, may lie below the axis: a quantity that starts
    from rounding would else fill it with empty decades."""
    every = np.concatenate([np.ravel(v) for v in values]) if values else np.array([])
    every = np.sort(every[np.isfinite(every)])
    every = every[int(hidden * len(every)) :]
    positive = every[every > 0.0]
    if len(positive) == 0:
        axes.set_ylim(-1.0, 1.0)
        axes.set_yticks([0.0])
        return
    low = 10.0 ** np.floor(np.log10(positive.min()))
    high = 10.0 ** np.ceil(np.log10(positive.max() * 1.2))
    if len(positive) == len(every):
        axes.set_yscale("log")
        axes.set_ylim(low, max(high, 10.0 * low))
        decade_ticks(axes)
        return
    axes.set_yscale("symlog", linthresh=low, linscale=0.6)
    axes.set_ylim(-0.15 * low, max(high, 10.0 * low))
    decades = np.arange(round(np.log10(low)), round(np.log10(max(high, 10.0 * low))) + 1)
    decades = decades[:: max(1, len(decades) // 6)]
    axes.set_yticks([0.0, *(10.0**d for d in decades)])
    axes.set_yticklabels(["0", *(f"$10^{{{d}}}$" for d in decades)])
    axes.yaxis.set_minor_locator(NullLocator())
    axes.axhline(0.5 * low, color=GREY, linewidth=0.6, linestyle=(0, (1, 3)))


def decade_ticks(axes: Axes) -> None:
    """Powers of ten on a logarithmic axis, six or so of them."""
    axes.yaxis.set_major_locator(LogLocator(numticks=7))
    low, high = axes.get_ylim()
    if np.log10(high / low) > 4:
        axes.yaxis.set_minor_locator(NullLocator())


def legend(axes: Axes, **options: Any) -> None:
    """A legend if there is something to explain; beside the axes when it is too long to lie among the curves."""
    handles, labels = axes.get_legend_handles_labels()
    if len(handles) > 6:
        options = {"loc": "center left", "bbox_to_anchor": (1.01, 0.5)}
    if handles:
        axes.legend(handles, labels, **options)
