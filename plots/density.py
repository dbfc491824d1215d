# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""Densities reconstructed from the particles as the run's own scores see them: a plane and profiles along the axes.

    python3 plots/density.py RUN [--output DIR] [--format png|svg|pdf]

f(v) = Σ_k a_k Σ_p w_p ψ_kε(v − v_p) with the Gaussian mollifier ψ and the bandwidth ε that run.json records, and the
weights a_k of the scenario's order. In three dimensions the plane v_z = u_z through the mean velocity is shown. Of rings ψ is
averaged over their orbits, and f is shown over v_∥ and v_⊥; of shells over the speed, at several times.
"""

import environment

environment.enter(__file__)

from functools import partial

import figures
import numpy as np
from figures import DIVERGING, GREY, SEQUENTIAL, WIDTH, Picture, legend, plt, time_text, velocity_label
from matplotlib.ticker import MaxNLocator
from run_folder import Bkw

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


def pictures(run):
    if not run.frames or run.summary is None:
        return
    clouds = [Cloud(run, species) for species in run.moving]
    for place in range(0, len(clouds), MOST_ROWS):
        part = "" if len(clouds) <= MOST_ROWS else f"_{place // MOST_ROWS + 1}"
        draw = planes if run.geometry.coordinates > 1 else over_time
        yield draw(run, clouds[place : place + MOST_ROWS], part)
        yield profiles(run, clouds[place : place + MOST_ROWS], part)


def of(run, draw):
    """One of the pictures, of all species."""
    return draw(run, [Cloud(run, species) for species in run.moving], "")


class Cloud:
    """The particles of one species at a few times from the start to the end, and their density."""

    def __init__(self, run, species):
        self.run, self.species, self.geometry = run, species, run.geometry
        self.frames = chosen(run.frames, self.geometry.times)
        self.particles = [frame.particles(species.name) for frame in self.frames]
        self.bandwidths = [run.bandwidth(species, *particles) for particles in self.particles]
        self.window = window(self.geometry, self.particles)
        self.exact = Bkw(run, species) if run.reference == "bkw" else None

    def kernels(self, frame, axis, points):
        """For each bandwidth k ε its weight a_k and ψ along one axis: (points, particles)."""
        velocities, _ = self.particles[frame]
        for k, factor in enumerate(self.run.extrapolation, 1):
            variance = k * self.bandwidths[frame]
            yield factor, self.geometry.mollifier(axis, points, velocities[:, axis], variance)

    def grid(self, axis, points):
        low, high = self.window[axis]
        return np.linspace(low, high, points)

    def through(self, frame):
        """The point that planes and cuts of a frame go through."""
        return self.geometry.mean(*self.particles[frame])

    def plane(self, frame):
        """f on the grid of the first coordinate (columns) and the second (rows)."""
        x, y = self.grid(0, PLANE), self.grid(1, PLANE)
        weights = self.particles[frame][1]
        along_z = self._through(frame, self.geometry.hidden)
        density = np.zeros((len(y), len(x)))
        for (factor, psi_x), (_, psi_y), psi_z in zip(
            self.kernels(frame, 0, x), self.kernels(frame, 1, y), along_z
        ):
            density += factor * (psi_y * (weights * psi_z)) @ psi_x.T
        return density

    def along(self, line, frame, points):
        """f along one of the geometry's lines."""
        others = self._through(frame, line.fixed)
        weights = self.particles[frame][1]
        kernels = self.kernels(frame, line.coordinate, points)
        density = sum(factor * psi @ (weights * other) for (factor, psi), other in zip(kernels, others))
        return density * line.measure(points)

    def exact_along(self, line, frame, points):
        return self.exact.at(points**2, self.frames[frame].time, line.kept) * line.measure(points)

    def maxwellian_along(self, line, frame, points):
        """The same of the Maxwellian with the moments of the particles."""
        density, mean, variance = self.maxwellian(frame)
        gaussian = np.exp(-0.5 * (points - mean[line.coordinate]) ** 2 / variance)
        return gaussian * density / (2.0 * np.pi * variance) ** (line.kept / 2) * line.measure(points)

    def _through(self, frame, axes):
        """For each bandwidth the product of ψ over some axes, at the mean velocity."""
        through = self.through(frame)
        products = [1.0] * len(self.run.extrapolation)
        for axis in axes:
            for k, (_, psi) in enumerate(self.kernels(frame, axis, through[axis : axis + 1])):
                products[k] = products[k] * psi[0]
        return products

    def maxwellian(self, frame):
        """Density, mean and variance along an axis of the Maxwellian with the moments of the particles, mollified as
        they are: the bandwidths add Σ a_k k ε, which is 0 above order 2."""
        velocities, weights = self.particles[frame]
        variance = self.geometry.variance(velocities, weights)
        added = sum(k * factor for k, factor in enumerate(self.run.extrapolation, 1)) * self.bandwidths[frame]
        return weights.sum(), self.through(frame), variance + added


def chosen(frames, count):
    """So many frames or fewer from the first to the last, denser at first, when relaxation is fast: of three the middle one
    is that after the first quarter of the time."""
    times = np.array([frame.time for frame in frames])
    wanted = times[0] + (times[-1] - times[0]) * np.linspace(0.0, 1.0, count) ** 2
    return [frames[place] for place in sorted({int(np.argmin(np.abs(times - time))) for time in wanted})]


def window(geometry, particles):
    """What to show along each axis: where all but a five-thousandth of the weight is, at any of the times."""
    limits = []
    for axis in range(geometry.coordinates):
        lows, highs = [], []
        for velocities, weights in particles:
            order = np.argsort(velocities[:, axis])
            share = np.cumsum(weights[order]) / weights.sum()
            lows.append(velocities[order[np.searchsorted(share, 1e-4)], axis])
            highs.append(velocities[order[min(np.searchsorted(share, 1.0 - 1e-4), len(order) - 1)], axis])
        limits.append((min(lows), max(highs)))
    return geometry.window(*zip(*limits), margin=0.08)


def density_unit(run, power):
    seconds = "s" if power == 1 else f"s$^{power}$"
    return f" ({seconds} m$^{{-{power + 3}}}$)" if run.physical else " (norm.)"


def planes(run, clouds, part):
    times = [frame.time for frame in clouds[0].frames]
    with_error = all(cloud.exact for cloud in clouds) and not run.geometry.hidden
    columns = len(times) + with_error
    cell = WIDTH / max(columns, 3)
    height = cell * 0.82 * (0.5 + 0.5 * run.geometry.height)
    figure, panels = plt.subplots(
        len(clouds), columns, figsize=(columns * cell, len(clouds) * height + 0.5), squeeze=False
    )
    for row, cloud in zip(panels, clouds):
        x, y = cloud.grid(0, PLANE), cloud.grid(1, PLANE)
        densities = [cloud.plane(frame) for frame in range(len(times))]
        largest = max(density.max() for density in densities)
        for axes, density, time in zip(row, densities, times):
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
        if with_error:
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
    caption = f"Density of each species{run.geometry.plane_in_words}, with the mollifier and the order ({run.order}) of the run; contours at 1, 10, 30, 50, 70, 90 % of the largest."
    return Picture(f"density{part}", caption, figure)


def shades(clouds):
    """A colour for each time of the clouds: one hue, darker with time."""
    return plt.get_cmap(SEQUENTIAL)(np.linspace(0.75, 0.0, len(clouds[0].frames)))


def over_time(run, clouds, part):
    """The density over its only coordinate."""
    figure, panels = plt.subplots(
        1, len(clouds), figsize=(max(WIDTH * len(clouds) / 3 + 1.5, 6.0), 3.8), squeeze=False
    )
    line = run.geometry.lines[-1]
    for cloud, axes in zip(clouds, panels[0]):
        points = cloud.grid(line.coordinate, PROFILE)
        drawn = [cloud.along(line, frame, points) for frame in range(len(cloud.frames))]
        largest = max(values.max() for values in drawn)
        # What has no logarithm, and what is rounding beside the largest, is left out.
        drawn = [np.where(values > LOWEST * largest, values, np.nan) for values in drawn]
        for values, frame, color in zip(drawn, cloud.frames, shades(clouds)):
            axes.plot(points, values, color=color, label=time_text(run, frame.time))
        compare(axes, cloud, line, points)
        axes.set(yscale="log", ylim=(0.5 * np.nanmin(drawn), 2.0 * largest), title=cloud.species.name)
        axes.set(xlim=cloud.window[0], xlabel=velocity_label(run, line.coordinate))
        axes.xaxis.set_major_locator(TICKS())
    panels[0][0].set_ylabel(line.symbol + density_unit(run, line.kept))
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center")
    caption = f"Density of each species over the speed at {len(clouds[0].frames)} times, with the mollifier and the order ({run.order}) of the run."
    return Picture(f"density{part}", caption, figure)


def compare(axes, cloud, line, points):
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


def profiles(run, clouds, part):
    lines = run.geometry.lines
    figure, panels = plt.subplots(
        len(clouds), len(lines), figsize=(WIDTH, 2.5 * len(clouds) + 0.5), squeeze=False
    )
    colors = shades(clouds)
    # The lowest value over the largest of its line.
    lowest = 0.0
    for number, (row, cloud) in enumerate(zip(panels, clouds)):
        for place, (axes, line) in enumerate(zip(row, lines)):
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
        caption += f" Mollifiers of order {run.order} are negative in places, and so are densities where few particles are, by up to {-100.0 * lowest:.1f} % of the largest."
    return Picture(f"profiles{part}", caption, figure)


if __name__ == "__main__":
    figures.main(__doc__.splitlines()[0], pictures)
