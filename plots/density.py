# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""Densities reconstructed from the particles as the run's own scores see them: a plane and profiles along the axes.

    python3 plots/density.py RUN [--output DIR] [--format png|svg|pdf]

f(v) = Σ_k a_k Σ_p w_p ψ_kε(v − v_p) with the Gaussian mollifier ψ and the bandwidth ε that run.json records, and the
weights a_k of the scenario's order. In three dimensions the plane v_z = u_z through the mean velocity is shown.
"""

import environment

environment.enter(__file__)

from functools import partial

import figures
import numpy as np
from figures import DIVERGING, GREY, SEQUENTIAL, WIDTH, Picture, legend, plt, time_text, velocity_label
from matplotlib.ticker import MaxNLocator
from run_folder import AXES, Bkw

# A few round numbers on an axis.
TICKS = partial(MaxNLocator, nbins=5, steps=[1, 2, 2.5, 5, 10])
# Points along each axis of a plane and of a profile.
PLANE, PROFILE = 161, 301
# Share of the largest density from which on a negative one is seen.
SEEN = 0.002
# Most species in the rows of one picture.
MOST_ROWS = 4


def pictures(run):
    if not run.frames or run.summary is None:
        return
    clouds = [Cloud(run, species) for species in run.moving]
    for place in range(0, len(clouds), MOST_ROWS):
        part = "" if len(clouds) <= MOST_ROWS else f"_{place // MOST_ROWS + 1}"
        yield planes(run, clouds[place : place + MOST_ROWS], part)
        yield profiles(run, clouds[place : place + MOST_ROWS], part)


def of(run, draw):
    """One of the pictures, of all species."""
    return draw(run, [Cloud(run, species) for species in run.moving], "")


class Cloud:
    """The particles of one species at the start, in between and at the end, and their density."""

    def __init__(self, run, species):
        self.run, self.species = run, species
        frames = run.frames
        places = sorted({0, middle(frames), len(frames) - 1})
        self.frames = [frames[place] for place in places]
        self.particles = [frame.particles(species.name) for frame in self.frames]
        self.bandwidths = [run.bandwidth(species, *particles) for particles in self.particles]
        means = [weights @ velocities / weights.sum() for velocities, weights in self.particles]
        self.first_mean, self.last_mean = means[0], means[-1]
        self.window = window(self.particles, means)
        self.exact = Bkw(run, species) if run.reference == "bkw" else None

    def kernels(self, frame, axis, points):
        """For each bandwidth k ε its weight a_k and ψ along one axis: (points, particles)."""
        velocities, _ = self.particles[frame]
        distances = points[:, None] - velocities[None, :, axis]
        for k, factor in enumerate(self.run.extrapolation, 1):
            variance = k * self.bandwidths[frame]
            yield factor, np.exp(-0.5 * distances**2 / variance) / np.sqrt(2.0 * np.pi * variance)

    def grid(self, axis, points):
        low, high = self.window[axis]
        return np.linspace(low, high, points)

    def through(self, frame):
        """The point that planes and cuts of a frame go through."""
        velocities, weights = self.particles[frame]
        return weights @ velocities / weights.sum()

    def plane(self, frame):
        """f on the grid of v_x (columns) and v_y (rows)."""
        x, y = self.grid(0, PLANE), self.grid(1, PLANE)
        weights = self.particles[frame][1]
        along_z = self._through(frame, [2]) if self.run.dimension == 3 else [1.0] * len(self.run.extrapolation)
        density = np.zeros((len(y), len(x)))
        for (factor, psi_x), (_, psi_y), psi_z in zip(
            self.kernels(frame, 0, x), self.kernels(frame, 1, y), along_z
        ):
            density += factor * (psi_y * (weights * psi_z)) @ psi_x.T
        return density

    def marginal(self, frame, axis, points):
        """f integrated over all other axes."""
        return sum(factor * psi @ self.particles[frame][1] for factor, psi in self.kernels(frame, axis, points))

    def cut(self, frame, points):
        """f along v_x through the mean velocity."""
        others = self._through(frame, range(1, self.run.dimension))
        weights = self.particles[frame][1]
        return sum(
            factor * psi @ (weights * other) for (factor, psi), other in zip(self.kernels(frame, 0, points), others)
        )

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
        mean = self.through(frame)
        variance = weights @ ((velocities - mean) ** 2).sum(axis=1) / (self.run.dimension * weights.sum())
        added = sum(k * factor for k, factor in enumerate(self.run.extrapolation, 1)) * self.bandwidths[frame]
        return weights.sum(), mean, variance + added


def middle(frames):
    """The frame after the first quarter of the time: relaxation is fast at first."""
    times = np.array([frame.time for frame in frames])
    return int(np.argmin(np.abs(times - times[0] - 0.25 * (times[-1] - times[0]))))


def window(particles, means):
    """What to show along each axis: where all but a five-thousandth of the weight is, at any of the times."""
    limits = []
    for axis in range(particles[0][0].shape[1]):
        lows, highs = [], []
        for velocities, weights in particles:
            order = np.argsort(velocities[:, axis])
            share = np.cumsum(weights[order]) / weights.sum()
            lows.append(velocities[order[np.searchsorted(share, 1e-4)], axis])
            highs.append(velocities[order[min(np.searchsorted(share, 1.0 - 1e-4), len(order) - 1)], axis])
        margin = 0.08 * (max(highs) - min(lows))
        limits.append((min(lows) - margin, max(highs) + margin))
    # Planes have equal scales, so equal widths fill the panel.
    width = max(high - low for low, high in limits)
    return [(0.5 * (low + high - width), 0.5 * (low + high + width)) for low, high in limits]


def density_unit(run, power):
    seconds = "s" if power == 1 else f"s$^{power}$"
    return f" ({seconds} m$^{{-{power + 3}}}$)" if run.physical else " (norm.)"


def planes(run, clouds, part):
    times = [frame.time for frame in clouds[0].frames]
    with_error = all(cloud.exact for cloud in clouds) and run.dimension == 2
    columns = len(times) + with_error
    cell = WIDTH / max(columns, 3)
    figure, panels = plt.subplots(
        len(clouds), columns, figsize=(columns * cell, len(clouds) * (cell * 0.82) + 0.5), squeeze=False
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
        bar.set_label(("$f$" if run.dimension == 2 else "$f(v_x,v_y,u_z)$") + density_unit(run, run.dimension))
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
            axes.set_xlabel(velocity_label(run, "x"))
            axes.xaxis.set_major_locator(TICKS())
            axes.yaxis.set_major_locator(TICKS())
            axes.tick_params(labelleft=axes is row[0])
        row[0].set_ylabel(velocity_label(run, "y"))
    plane = "" if run.dimension == 2 else " in the plane through the mean velocity"
    caption = f"Density of each species{plane}, with the mollifier and the order ({run.order}) of the run; contours at 1, 10, 30, 50, 70, 90 % of the largest."
    return Picture(f"density{part}", caption, figure)


def profiles(run, clouds, part):
    columns = run.dimension + 1
    figure, panels = plt.subplots(
        len(clouds), columns, figsize=(WIDTH, 2.5 * len(clouds) + 0.5), squeeze=False
    )
    # One hue, darker with time; the comparison is dashed.
    colors = plt.get_cmap(SEQUENTIAL)(np.linspace(0.75, 0.0, len(clouds[0].frames)))
    # The lowest value over the largest of its line.
    lowest = 0.0
    for number, (row, cloud) in enumerate(zip(panels, clouds)):
        density, mean, variance = cloud.maxwellian(-1)
        last = len(cloud.frames) - 1
        for axis, axes in enumerate(row):
            cut = axis == run.dimension
            direction = 0 if cut else axis
            points = cloud.grid(direction, PROFILE)
            for frame, color in enumerate(colors):
                values = cloud.cut(frame, points) if cut else cloud.marginal(frame, axis, points)
                lowest = min(lowest, values.min() / values.max())
                axes.plot(points, values, color=color, label=time_text(run, cloud.frames[frame].time))
            if cloud.exact:
                for frame in range(len(colors)):
                    time = cloud.frames[frame].time
                    values = cloud.exact.at(points**2, time) if cut else cloud.exact.marginal(points, time)
                    name = "exact (BKW)" if frame == last else None
                    axes.plot(points, values, color=figures.PALETTE[1], linestyle="--", linewidth=1.0, label=name)
            else:
                gaussian = np.exp(-0.5 * (points - mean[direction]) ** 2 / variance)
                gaussian *= density / (2.0 * np.pi * variance) ** (run.dimension / 2 if cut else 0.5)
                name = "Maxwellian of the\nlast moments"
                axes.plot(points, gaussian, color=figures.PALETTE[1], linestyle="--", linewidth=1.2, label=name)
            axes.set_xlabel(velocity_label(run, AXES[direction]))
            axes.set_ylim(min(0.0, axes.get_ylim()[0] if axes.get_ylim()[0] < -0.05 * axes.get_ylim()[1] else 0.0), None)
            axes.xaxis.set_major_locator(TICKS())
            axes.yaxis.set_major_locator(TICKS())
            if number == 0:
                axes.set_title("cut through the mean" if cut else f"marginal in $v_{AXES[axis]}$")
            if cut:
                axes.set_ylabel("$f$" + density_unit(run, run.dimension))
        row[0].set_ylabel(f"{cloud.species.name}: marginal" + density_unit(run, 1))
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center")
    against = "the exact solution" if clouds[0].exact else "the Maxwellian with the moments of the last frame, mollified alike"
    caption = f"Marginals, and cuts along v_x through the mean velocity, beside {against}."
    if lowest < -SEEN:
        caption += f" Mollifiers of order {run.order} are negative in places, and so are densities where few particles are, by up to {-100.0 * lowest:.1f} % of the largest."
    return Picture(f"profiles{part}", caption, figure)


if __name__ == "__main__":
    figures.main(__doc__.splitlines()[0], pictures)
