"""The particles themselves, coloured by weight: where they start and end, and an animation over all frames.

In three dimensions the particles near the plane v_z = u_z through the mean velocity are shown. Rings are shown by v_∥ and v_⊥,
shells by their radius and weight.
"""

import io
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator
from PIL import Image

from landau.folder import Array
from landau.frames import Frame
from landau.pictures import figures
from landau.pictures.figures import SEQUENTIAL, WIDTH, Picture, styled, time_text, velocity_label
from landau.pictures.images import indexed
from landau.pictures.mollifier import spacing
from landau.run import Run, Species

# Of the largest weight: lighter particles are left out, as they count for nothing and hide the others.
LIGHTEST = 1e-6
MOST_FRAMES, MILLISECONDS, SECONDS_AT_END = 60, 100, 1.5
MOST_COLUMNS = 4


def can_be_drawn(run: Run) -> bool:
    """In three dimensions spacings say which particles are near the plane; run.json has them."""
    return bool(run.frames) and not (run.geometry.hidden and run.summary is None)


class Panel:
    """One species on one pair of axes, its first two coordinates or its only one and the weight: what is the same in
    every frame."""

    def __init__(self, run: Run, species: Species, frames: Sequence[Frame]) -> None:
        self.run, self.species = run, species
        self.geometry = run.geometry
        self.slab = spacing(run, species) if self.geometry.hidden else None
        self.by_weight = self.geometry.coordinates == 1
        lows: list[Array] = []
        highs: list[Array] = []
        weights = np.zeros(0)
        for frame in frames:
            velocities, weights = frame.particles(species.name)
            heavy = velocities[weights >= LIGHTEST * weights.max()]
            lows.append(heavy.min(axis=0))
            highs.append(heavy.max(axis=0))
        low, high = np.min(lows, axis=0)[:2], np.max(highs, axis=0)[:2]
        self.limits = self.geometry.window(low, high, 0.02)
        self.largest = weights.max()
        self.smallest = weights[weights >= LIGHTEST * self.largest].min()

    def shown(self, frame: Frame) -> tuple[Array, Array, Array]:
        """Both coordinates and the weight of the particles to draw, the heaviest last and so on top."""
        velocities, weights = frame.particles(self.species.name)
        keep = weights >= LIGHTEST * self.largest
        if self.slab is not None:
            mean = self.geometry.mean(velocities, weights)
            keep &= np.abs(velocities[:, 2] - mean[2]) < self.slab
        velocities, weights = velocities[keep], weights[keep]
        order = np.argsort(weights, kind="stable")
        second = weights if self.by_weight else velocities[:, 1]
        return velocities[order, 0], second[order], weights[order]

    def draw(self, axes: Axes, frame: Frame) -> PathCollection | None:
        x, y, weights = self.shown(frame)
        equal = self.by_weight or self.smallest > 0.999 * self.largest
        # The heaviest are the darkest: they matter, and paper is white.
        scale = LogNorm(self.smallest, self.largest) if not equal else None
        colors: dict[str, Any] = {"c": weights, "cmap": f"{SEQUENTIAL}_r", "norm": scale}
        if equal:
            colors = {"color": figures.PALETTE[0]}
        size = float(np.clip(6000.0 / max(len(x), 1), 1.5, 14.0))
        points = axes.scatter(x, y, s=size, linewidths=0.0, **colors)
        axes.set(xlim=self.limits[0], xlabel=velocity_label(self.run, 0))
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
        if self.by_weight:
            axes.set(yscale="log", ylim=(0.5 * self.smallest, 2.0 * self.largest))
        else:
            axes.set(ylim=self.limits[1], aspect="equal")
            axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
        return None if equal else points

    def label_second(self, axes: Axes) -> None:
        axes.set_ylabel(weight_label(self.run) if self.by_weight else velocity_label(self.run, 1))


def weight_label(run: Run) -> str:
    return figures.label(run, "weight", "$w$", "m$^{-3}$")


def weight_bar(run: Run, figure: Figure, points: PathCollection | None, axes: Any) -> None:
    if points is not None:
        bar = figure.colorbar(points, ax=axes, shrink=0.85, pad=0.02)
        bar.set_label(weight_label(run))
        bar.ax.yaxis.set_major_locator(LogLocator(numticks=6))


def cell_height(run: Run) -> float:
    """Of a panel with its title and labels, over that of a square one."""
    return 0.3 + 0.7 * run.geometry.height


@styled
def scatter(run: Run, species: Sequence[Species]) -> Picture:
    frames = [run.frames[0], run.frames[-1]] if len(run.frames) > 1 else run.frames
    figure, panels = plt.subplots(
        len(species), len(frames), figsize=(min(WIDTH, 4.5 * len(frames)), 3.9 * len(species) * cell_height(run)), squeeze=False
    )
    for row, one in zip(panels, species, strict=True):
        panel = Panel(run, one, frames)
        for axes, frame in zip(row, frames, strict=True):
            points = panel.draw(axes, frame)
            axes.set_title(f"{one.name}, {time_text(run, frame.time)}")
        panel.label_second(row[0])
        weight_bar(run, figure, points, row)
    coloured = "" if run.geometry.coordinates == 1 else " coloured by weight"
    caption = f"Particles{coloured} at the first and the last frame; those lighter than {LIGHTEST:.0e} of the heaviest are left out."
    return Picture("particles", caption + run.geometry.dots_in_words, figure)


@styled
def animation(run: Run, species: Sequence[Species]) -> Picture:
    frames = chosen(run.frames)
    columns = min(len(species), MOST_COLUMNS)
    rows = -(-len(species) // columns)
    width = min(WIDTH, 4.6 * columns)
    figure, panels = plt.subplots(
        rows, columns, figsize=(width, rows * width / columns * 0.92 * cell_height(run)), squeeze=False
    )
    fixed = [Panel(run, one, frames) for one in species]
    for axes in panels.flat[len(species) :]:
        axes.set_axis_off()
    images: list[Image.Image] = []
    for number, frame in enumerate(frames):
        for axes, panel in zip(panels.flat, fixed, strict=False):
            axes.clear()
            points = panel.draw(axes, frame)
            axes.set_title(panel.species.name)
            panel.label_second(axes)
            if number == 0:
                weight_bar(run, figure, points, axes)
        figure.suptitle(time_text(run, frame.time))
        if number == 1:
            # The layout of the first frames holds for all: panels that move would distract.
            figure.canvas.draw()
            figure.set_layout_engine("none")
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=80, metadata={"Software": None})
        images.append(Image.open(buffer).convert("RGB"))
    plt.close(figure)
    palette = indexed(images[-1], 128)
    images = [indexed(image, 128, like=palette) for image in images]
    durations = [MILLISECONDS] * (len(images) - 1) + [int(1000 * SECONDS_AT_END)]
    buffer = io.BytesIO()
    images[0].save(
        buffer, format="GIF", save_all=True, append_images=images[1:], duration=durations, loop=0, optimize=True
    )
    return Picture("animation", "The particles over all frames." + run.geometry.dots_in_words, gif=buffer.getvalue())


def chosen(frames: Sequence[Frame]) -> list[Frame]:
    """At most so many frames, the first and the last among them."""
    places = np.unique(np.linspace(0, len(frames) - 1, min(MOST_FRAMES, len(frames))).round().astype(int))
    return [frames[place] for place in places]
