"""Densities reconstructed from the particles as the run's own scores see them: a plane and profiles along the axes.

f(v) = Σ_k a_k Σ_p w_p ψ_kε(v − v_p) with the Gaussian mollifier ψ and the bandwidth ε that run.json records, and the
weights a_k of the scenario's order. In three dimensions the plane v_z = u_z through the mean velocity is shown. Of rings ψ is
averaged over their orbits, and f is shown over v_∥ and v_⊥; of shells over the speed, at several times.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from landau.folder import Array
from landau.frames import Frame, Particles
from landau.geometry import Geometry, Line, Window
from landau.pictures import figures, mollifier
from landau.pictures.bkw import Bkw
from landau.pictures.figures import DIVERGING, SEQUENTIAL, WIDTH, Picture, styled, time_text, velocity_label
from landau.run import Run, Species

# A few round numbers on an axis.
TICKS = partial(MaxNLocator, nbins=5, steps=[1, 2, 2.5, 5, 10])
# Points along each axis of a plane and of a profile.
PLANE, PROFILE = 161, 301
# Share of the largest density from which on a negative one is seen.
SEEN = 0.002
# Lowest density shown on a logarithmic scale, over the largest.
LOWEST = 1e-8
# Most species in the rows of one picture.
MOST_ROWS = 4


def can_be_drawn(run: Run) -> bool:
    """Bandwidths are those of run.json."""
    return bool(run.frames) and run.summary is not None


def in_parts(run: Run, species: Sequence[Species]) -> Iterator[Picture]:
    """Densities and profiles of a few species each."""
    clouds = [Cloud(run, one) for one in species]
    for place in range(0, len(clouds), MOST_ROWS):
        part = "" if len(clouds) <= MOST_ROWS else f"_{place // MOST_ROWS + 1}"
        draw = planes if run.geometry.coordinates > 1 else over_speed
        yield draw(run, clouds[place : place + MOST_ROWS], part)
        yield profiles(run, clouds[place : place + MOST_ROWS], part)


def densities(run: Run, species: Sequence[Species]) -> Picture:
    """The density of all these species in one picture."""
    draw = planes if run.geometry.coordinates > 1 else over_speed
    return draw(run, [Cloud(run, one) for one in species], "")


def marginals_and_cuts(run: Run, species: Sequence[Species]) -> Picture:
    """Their marginals and cuts."""
    return profiles(run, [Cloud(run, one) for one in species], "")


class Cloud:
    """The particles of one species at a few times from the start to the end, and their density."""

    def __init__(self, run: Run, species: Species) -> None:
        self.run, self.species, self.geometry = run, species, run.geometry
        self.frames = chosen(run.frames, self.geometry.times)
        self.particles = [frame.particles(species.name) for frame in self.frames]
        self.bandwidths = [mollifier.bandwidth(run, species, *particles) for particles in self.particles]
        self.extrapolation = mollifier.extrapolation(run)
        self.window = window(self.geometry, self.particles)
        self.exact = Bkw(run, species) if run.reference == "bkw" else None

    def kernels(self, frame: int, axis: int, points: Array) -> Iterator[tuple[int, Array]]:
        """For each bandwidth k ε its weight a_k and ψ along one axis: (points, particles)."""
        velocities, _ = self.particles[frame]
        for k, factor in enumerate(self.extrapolation, 1):
            variance = k * self.bandwidths[frame]
            yield factor, self.geometry.mollifier(axis, points, velocities[:, axis], variance)

    def grid(self, axis: int, points: int) -> Array:
        low, high = self.window[axis]
        return np.linspace(low, high, points)

    def through(self, frame: int) -> Array:
        """The point that planes and cuts of a frame go through."""
        return self.geometry.mean(*self.particles[frame])

    def plane(self, frame: int) -> Array:
        """f on the grid of the first coordinate (columns) and the second (rows)."""
        x, y = self.grid(0, PLANE), self.grid(1, PLANE)
        weights = self.particles[frame][1]
        along_z = self._through(frame, self.geometry.hidden)
        density = np.zeros((len(y), len(x)))
        kernels = zip(self.kernels(frame, 0, x), self.kernels(frame, 1, y), along_z, strict=True)
        for (factor, psi_x), (_, psi_y), psi_z in kernels:
            density += factor * (psi_y * (weights * psi_z)) @ psi_x.T
        return density

    def along(self, line: Line, frame: int, points: Array) -> Array:
        """f along one of the geometry's lines."""
        others = self._through(frame, line.fixed)
        weights = self.particles[frame][1]
        kernels = self.kernels(frame, line.coordinate, points)
        terms = (factor * psi @ (weights * other) for (factor, psi), other in zip(kernels, others, strict=True))
        density: Array = sum(terms, np.zeros(len(points)))
        return density * line.measure(points)

    def exact_along(self, line: Line, frame: int, points: Array) -> Array:
        assert self.exact is not None, "the run has another reference, or none"
        return self.exact.at(points**2, self.frames[frame].time, line.kept) * line.measure(points)

    def maxwellian_along(self, line: Line, frame: int, points: Array) -> Array:
        """The same of the Maxwellian with the moments of the particles."""
        density, mean, variance = self.maxwellian(frame)
        gaussian: Array = np.exp(-0.5 * (points - mean[line.coordinate]) ** 2 / variance)
        scaled: Array = gaussian * density / (2.0 * np.pi * variance) ** (line.kept / 2) * line.measure(points)
        return scaled

    def _through(self, frame: int, axes: Sequence[int]) -> list[Any]:
        """For each bandwidth the product of ψ over some axes, at the mean velocity."""
        through = self.through(frame)
        products: list[Any] = [1.0] * len(self.extrapolation)
        for axis in axes:
            for k, (_, psi) in enumerate(self.kernels(frame, axis, through[axis : axis + 1])):
                products[k] = products[k] * psi[0]
        return products

    def maxwellian(self, frame: int) -> tuple[float, Array, float]:
        """Density, mean and variance along an axis of the Maxwellian with the moments of the particles, mollified as
        they are: the bandwidths add Σ a_k k ε, which is 0 above order 2."""
        velocities, weights = self.particles[frame]
        variance = self.geometry.variance(velocities, weights)
        added = sum(k * factor for k, factor in enumerate(self.extrapolation, 1)) * self.bandwidths[frame]
        return weights.sum(), self.through(frame), variance + added


def chosen(frames: Sequence[Frame], count: int) -> list[Frame]:
    """So many frames or fewer from the first to the last, denser at first, when relaxation is fast: of three the middle one
    is that after the first quarter of the time."""
    times = np.array([frame.time for frame in frames])
    wanted = times[0] + (times[-1] - times[0]) * np.linspace(0.0, 1.0, count) ** 2
    return [frames[place] for place in sorted({int(np.argmin(np.abs(times - time))) for time in wanted})]


def window(geometry: Geometry, particles: Sequence[Particles]) -> Window:
    """What to show along each axis: where all but a five-thousandth of the weight is, at any of the times."""
    lowest: list[float] = []
    highest: list[float] = []
    for axis in range(geometry.coordinates):
        lows, highs = [], []
        for velocities, weights in particles:
            order = np.argsort(velocities[:, axis])
            share = np.cumsum(weights[order]) / weights.sum()
            lows.append(velocities[order[np.searchsorted(share, 1e-4)], axis])
            highs.append(velocities[order[min(int(np.searchsorted(share, 1.0 - 1e-4)), len(order) - 1)], axis])
        lowest.append(min(lows))
        highest.append(max(highs))
    return geometry.window(lowest, highest, margin=0.08)


def density_unit(run: Run, power: int) -> str:
    seconds = "s" if power == 1 else f"s$^{power}$"
    return f" ({seconds} m$^{{-{power + 3}}}$)" if run.physical else " (norm.)"


@styled
def planes(run: Run, clouds: Sequence[Cloud], part: str) -> Picture:
    times = [frame.time for frame in clouds[0].frames]
    with_error = all(cloud.exact for cloud in clouds) and not run.geometry.hidden
    columns = len(times) + with_error
    cell = WIDTH / max(columns, 3)
    height = cell * 0.82 * (0.5 + 0.5 * run.geometry.height)
    figure, panels = plt.subplots(
        len(clouds), columns, figsize=(columns * cell, len(clouds) * height + 0.5), squeeze=False
    )
    for row, cloud in zip(panels, clouds, strict=True):
        x, y = cloud.grid(0, PLANE), cloud.grid(1, PLANE)
        densities = [cloud.plane(frame) for frame in range(len(times))]
        largest = max(density.max() for density in densities)
        for axes, density, time in zip(row, densities, times, strict=False):
            image = axes.pcolormesh(
                x, y, density, cmap=SEQUENTIAL, vmin=0.0, vmax=largest, shading="gouraud", rasterized=True
            )
            levels = largest * np.array([0.01, 0.1, 0.3, 0.5, 0.7, 0.9])
            axes.contour(x, y, density, levels=levels, colors="white", linewidths=0.5, alpha=0.7)
            axes.set_title(f"{cloud.species.name}, {time_text(run, time)}", y=1.0)
        bar = figure.colorbar(image, ax=row[len(times) - 1], shrink=0.85, pad=0.03)
        bar.locator = TICKS()
        bar.update_ticks()
        bar.set_label(run.geometry.density + density_unit(run, run.dimension))
        if with_error and cloud.exact is not None:
            exact = cloud.exact.at(x[None, :] ** 2 + y[:, None] ** 2, times[-1])
            scale = exact.max()
            error = (densities[-1] - exact) / scale
            span = np.abs(error).max()
            image = row[-1].pcolormesh(
                x, y, 100.0 * error, cmap=DIVERGING, vmin=-100.0 * span, vmax=100.0 * span, shading="gouraud", rasterized=True
            )
            row[-1].set_title(f"minus exact, {time_text(run, times[-1])}")
            bar = figure.colorbar(image, ax=row[-1], shrink=0.85, pad=0.03)
            bar.locator = TICKS()
            bar.update_ticks()
            bar.set_label(r"% of $\max f_\mathrm{exact}$")
    for row in panels:
        for axes in row:
            axes.set_aspect("equal")
            axes.set_xlabel(velocity_label(run, 0))
            axes.xaxis.set_major_locator(TICKS())
            axes.yaxis.set_major_locator(TICKS())
            axes.tick_params(labelleft=axes is row[0])
        row[0].set_ylabel(velocity_label(run, 1))
    caption = f"Density of each species{run.geometry.plane_in_words}, with the mollifier and the order ({mollifier.order(run)}) of the run; contours at 1, 10, 30, 50, 70, 90 % of the largest."
    return Picture(f"density{part}", caption, figure)


def shades(clouds: Sequence[Cloud]) -> Array:
    """A colour for each time of the clouds: one hue, darker with time."""
    return plt.get_cmap(SEQUENTIAL)(np.linspace(0.75, 0.0, len(clouds[0].frames)))


@styled
def over_speed(run: Run, clouds: Sequence[Cloud], part: str) -> Picture:
    """The density over its only coordinate."""
    figure, panels = plt.subplots(
        1, len(clouds), figsize=(max(WIDTH * len(clouds) / 3 + 1.5, 6.0), 3.8), squeeze=False
    )
    line = run.geometry.lines[-1]
    for cloud, axes in zip(clouds, panels[0], strict=True):
        points = cloud.grid(line.coordinate, PROFILE)
        drawn = [cloud.along(line, frame, points) for frame in range(len(cloud.frames))]
        largest = max(values.max() for values in drawn)
        # What has no logarithm, and what is rounding beside the largest, is left out.
        drawn = [np.where(values > LOWEST * largest, values, np.nan) for values in drawn]
        for values, frame, color in zip(drawn, cloud.frames, shades(clouds), strict=True):
            axes.plot(points, values, color=color, label=time_text(run, frame.time))
        compare(axes, cloud, line, points)
        axes.set(yscale="log", ylim=(0.5 * np.nanmin(drawn), 2.0 * largest), title=cloud.species.name)
        axes.set(xlim=cloud.window[0], xlabel=velocity_label(run, line.coordinate))
        axes.xaxis.set_major_locator(TICKS())
    panels[0][0].set_ylabel(line.symbol + density_unit(run, line.kept))
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center")
    caption = f"Density of each species over the speed at {len(clouds[0].frames)} times, with the mollifier and the order ({mollifier.order(run)}) of the run."
    return Picture(f"density{part}", caption, figure)


def compare(axes: Axes, cloud: Cloud, line: Line, points: Array) -> None:
    """Draws, dashed, what the density is compared with: the exact solution at all times, or the Maxwellian it tends to."""
    last = len(cloud.frames) - 1
    if cloud.exact:
        for frame in range(last + 1):
            values = cloud.exact_along(line, frame, points)
            name = "exact (BKW)" if frame == last else None
            axes.plot(points, values, color=figures.PALETTE[1], linestyle="--", linewidth=1.0, label=name)
    else:
        values = cloud.maxwellian_along(line, last, points)
        name = "Maxwellian of the\nlast moments"
        axes.plot(points, values, color=figures.PALETTE[1], linestyle="--", linewidth=1.2, label=name)


@styled
def profiles(run: Run, clouds: Sequence[Cloud], part: str) -> Picture:
    lines = run.geometry.lines
    figure, panels = plt.subplots(
        len(clouds), len(lines), figsize=(WIDTH, 2.5 * len(clouds) + 0.5), squeeze=False
    )
    colors = shades(clouds)
    # The lowest value over the largest of its line.
    lowest = 0.0
    for number, (row, cloud) in enumerate(zip(panels, clouds, strict=True)):
        for place, (axes, line) in enumerate(zip(row, lines, strict=True)):
            points = cloud.grid(line.coordinate, PROFILE)
            for frame, color in enumerate(colors):
                values = cloud.along(line, frame, points)
                lowest = min(lowest, values.min() / values.max())
                axes.plot(points, values, color=color, label=time_text(run, cloud.frames[frame].time))
            compare(axes, cloud, line, points)
            axes.set_xlabel(velocity_label(run, line.coordinate))
            axes.set_ylim(min(0.0, axes.get_ylim()[0] if axes.get_ylim()[0] < -0.05 * axes.get_ylim()[1] else 0.0), None)
            axes.xaxis.set_major_locator(TICKS())
            axes.yaxis.set_major_locator(TICKS())
            if number == 0:
                axes.set_title(line.title)
            # What the panel to the left shows needs no second label.
            if place == 0 or line.symbol != lines[place - 1].symbol:
                species = f"{cloud.species.name}: " if place == 0 else ""
                axes.set_ylabel(species + line.symbol + density_unit(run, line.kept - line.power))
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center")
    against = "the exact solution" if clouds[0].exact else "the Maxwellian with the moments of the last frame, mollified alike"
    caption = f"{run.geometry.lines_in_words}, beside {against}."
    if lowest < -SEEN:
        caption += f" Mollifiers of order {mollifier.order(run)} are negative in places, and so are densities where few particles are, by up to {-100.0 * lowest:.1f} % of the largest."
    return Picture(f"profiles{part}", caption, figure)
