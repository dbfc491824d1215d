"""The look of every picture, and the command line that all scripts share."""

import argparse
import io
import sys
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, NullLocator
from PIL import Image
from run_folder import RunFolder, RunFolderError

# Okabe and Ito (2008): told apart with every common colour vision. Yellow is left out: too pale for a line.
PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
LINES = ["-", "--", ":", "-."]
GREY = "#6e6e6e"
# Perceptually uniform, safe for the colour-blind, and readable in grey.
SEQUENTIAL, DIVERGING = "cividis", "PuOr"
WIDTH = 9.0

plt.rcParams.update(
    {
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
)


def indexed(image, colors, like=None):
    """The image with a palette of so many colours, or with that of another one; paper stays white."""
    image = image.convert("RGB")
    if like is not None:
        return image.quantize(palette=like, dither=Image.Dither.NONE)
    reduced = image.quantize(colors, dither=Image.Dither.NONE)
    entries = np.array(reduced.getpalette(), dtype=np.uint8).reshape(-1, 3)
    entries[entries.min(axis=1) > 243] = 255
    reduced.putpalette(entries.ravel().tolist())
    return reduced


def small(path):
    """The picture with a palette of its own, which the repository carries at a third of the size."""
    with Image.open(path) as image:
        reduced = indexed(image, 256)
    reduced.save(path, optimize=True)
    return path


@dataclass
class Picture:
    """A figure or an animation with the name of its file and a sentence that says what it shows."""

    name: str
    caption: str
    figure: plt.Figure | None = None
    gif: bytes | None = None

    def encode(self, kind):
        """The suffix and the bytes of the file; equal pictures give equal bytes."""
        if self.gif is not None:
            return "gif", self.gif
        buffer = io.BytesIO()
        stamps = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
        self.figure.savefig(buffer, format=kind, metadata=stamps[kind])
        plt.close(self.figure)
        return kind, buffer.getvalue()

    def write(self, folder, kind):
        suffix, data = self.encode(kind)
        path = folder / f"{self.name}.{suffix}"
        path.write_bytes(data)
        return path, data


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("run", type=Path, metavar="RUN", help="the folder that `landau run` wrote")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where the pictures go (default: RUN/plots)")
    parser.add_argument("--format", choices=["png", "svg", "pdf"], default="png", help="of still pictures (default: png)")
    return parser


def main(description, pictures):
    """The command line of a script whose `pictures` makes the pictures of a run, one after the other."""
    chosen = arguments(description).parse_args()

    def write():
        run = RunFolder(chosen.run)
        folder = chosen.output or chosen.run / "plots"
        count = 0
        for count, picture in enumerate(pictures(run), 1):
            folder.mkdir(parents=True, exist_ok=True)
            print(picture.write(folder, chosen.format)[0])
        if count == 0:
            raise RunFolderError(f"{chosen.run}: no particle files; run it with --set output.particles_every=100")

    or_error(write)


def or_error(work):
    """Does the work; what is wrong with a folder ends in one line on stderr and status 1."""
    try:
        return work()
    except (RunFolderError, OSError) as error:
        sys.exit(f"error: {error}")


# Labels.


def label(run, name, symbol, si):
    """Name, symbol and unit of an axis."""
    return f"{name} {symbol} ({si})" if run.physical else f"{name} {symbol} (norm.)"


def time_label(run):
    return label(run, "time", "$t$", "s")


def velocity_label(run, coordinate):
    return run.geometry.symbols[coordinate] + (" (m/s)" if run.physical else " (norm.)")


def time_text(run, time):
    return f"$t$ = {time:.4g}" + (" s" if run.physical else "")


def styles(species):
    """A colour and a dash for each species, by name."""
    return {
        one.name: {"color": PALETTE[i % len(PALETTE)], "linestyle": LINES[i // len(PALETTE) % len(LINES)]}
        for i, one in enumerate(species)
    }


def axis_for_small_numbers(axes, values, hidden=0.0):
    """A logarithmic axis for values ≥ 0 of which some may be exactly 0: these are drawn on a line of their own at the
    bottom, marked 0. The share `hidden` of the values, the smallest, may lie below the axis: a quantity that starts
    from rounding would else fill it with empty decades."""
    values = np.concatenate([np.ravel(v) for v in values]) if values else np.array([])
    values = np.sort(values[np.isfinite(values)])
    values = values[int(hidden * len(values)) :]
    positive = values[values > 0.0]
    if len(positive) == 0:
        axes.set_ylim(-1.0, 1.0)
        axes.set_yticks([0.0])
        return
    low = 10.0 ** np.floor(np.log10(positive.min()))
    high = 10.0 ** np.ceil(np.log10(positive.max() * 1.2))
    if len(positive) == len(values):
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


def decade_ticks(axes):
    """Powers of ten on a logarithmic axis, six or so of them."""
    axes.yaxis.set_major_locator(LogLocator(numticks=7))
    low, high = axes.get_ylim()
    if np.log10(high / low) > 4:
        axes.yaxis.set_minor_locator(NullLocator())


def legend(axes, **options):
    """A legend if there is something to explain; beside the axes when it is too long to lie among the curves."""
    handles, labels = axes.get_legend_handles_labels()
    if len(handles) > 6:
        options = {"loc": "center left", "bbox_to_anchor": (1.01, 0.5)}
    if handles:
        axes.legend(handles, labels, **options)
