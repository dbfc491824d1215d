"""What the particles of a run stand for: points, rings about an axis, or shells. Everything that depends on it is here.

The mollifier of a ring or a shell is the Gaussian of variance ε averaged over its orbit. With v_∥ along the axis and v_⊥ across:

    ring    (2πε)^(-1/2) exp(-(v_∥ - v_∥p)²/2ε) · (2πε)^(-1) exp(-(v_⊥ - v_⊥p)²/2ε) e^(-x) I_0(x),   x = v_⊥ v_⊥p/ε
    shell   (2πε)^(-3/2) exp(-(v - v_p)²/2ε) (1 - e^(-2y))/2y,                                       y = v v_p/ε

So it is a product over the coordinates of a particle, as that of a point is. Densities are those of velocity space:
∫ f 2π v_⊥ dv_⊥ dv_∥ = n, ∫ f 4π v² dv = n.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from landau.folder import Array

AXES = "xyz"
# The least and the greatest value to show of each coordinate.
Window = list[tuple[float, float]]


def of(scenario: dict[str, Any]) -> "Geometry":
    """The geometry of a scenario."""
    ((kind, fields),) = (scenario.get("symmetry") or {"none": {}}).items()
    if kind == "axial":
        return Rings(fields.get("axis", "z"))
    return Shells() if kind == "spherical" else Points(int(scenario["dimension"]))


def of_record(record: Any) -> "Geometry":
    """The geometry of a vector record of an openPMD file."""
    if "r" in record:
        return Rings() if "z" in record else Shells()
    return Points(sum(axis in record for axis in AXES))


@dataclass(frozen=True)
class Line:
    """The density along a coordinate, with the others integrated or at a value; times a measure."""

    title: str
    # Of the vertical axis.
    symbol: str
    coordinate: int
    # The coordinates that are at the mean. The others are integrated over.
    fixed: tuple[int, ...]
    # In how many dimensions it is a density.
    kept: int
    measure: Callable[[Array], Array] = np.ones_like
    # Of the velocity in the measure.
    power: int = 0


class Geometry:
    """Velocities have a column for each coordinate."""

    # The components of a record, in the order of the columns.
    components: str
    # The coordinates in mathematical text.
    symbols: list[str]
    # Which of them are distances from 0.
    distances: frozenset[int] = frozenset()
    # Height over width of a picture of the first two coordinates, or of one and a value.
    height = 1.0
    # How many times a picture shows.
    times = 3
    # The lines that show a density, and what they are in words.
    lines: list[Line]
    lines_in_words: str
    # The density in a picture of two coordinates, and where that is.
    density = "$f$"
    plane_in_words = ""
    # What the particles are, and a dot in a picture of them.
    in_words = ""
    dots_in_words = ""
    # Dimensions of velocity space.
    dimension = 3

    @property
    def coordinates(self) -> int:
        return len(self.symbols)

    @property
    def hidden(self) -> range:
        """The coordinates that pictures of two do not show."""
        return range(2, self.coordinates)

    def velocities(self, record: Any) -> Array:
        """The columns of an openPMD record."""
        return np.stack([record[name][:] for name in self.components], axis=1)

    def of_vectors(self, velocities: Array) -> Array:
        """The columns of velocities that have them already, a column for each coordinate, or that are vectors."""
        if velocities.ndim == 2 and velocities.shape[1] == self.coordinates:
            return velocities
        if velocities.ndim != 2 or velocities.shape[1] != self.dimension:
            allowed = " or ".join(f"(particles, {size})" for size in sorted({self.coordinates, self.dimension}))
            raise ValueError(f"velocities have the shape {velocities.shape}; allowed: {allowed}")
        return self._coordinates(velocities)

    def _coordinates(self, vectors: Array) -> Array:
        """The coordinates of the orbit that a vector lies on."""
        return vectors

    def mean(self, velocities: Array, weights: Array) -> Array:
        """The mean velocity. It lies at the distance 0."""
        mean: Array = weights @ velocities / weights.sum()
        mean[list(self.distances)] = 0.0
        return mean

    def variance(self, velocities: Array, weights: Array) -> float:
        """The mean of the variances along all axes."""
        squares = ((velocities - self.mean(velocities, weights)) ** 2).sum(axis=1)
        return float(weights @ squares / (self.dimension * weights.sum()))

    def geometric_variance(self, velocities: Array, weights: Array) -> float:
        """The geometric mean of the variances along the principal axes."""
        covariance = np.cov(velocities, rowvar=False, aweights=weights, ddof=0)
        return float(np.linalg.det(covariance) ** (1.0 / self.dimension))

    def mollifier(self, coordinate: int, points: Array, places: Array, variance: float) -> Array:
        """The factor of the mollifier that belongs to a coordinate: (points, particles)."""
        distances = points[:, None] - places[None, :]
        factor: Array = np.exp(-0.5 * distances**2 / variance) / np.sqrt(2.0 * np.pi * variance)
        return factor

    def window(self, lows: Sequence[float], highs: Sequence[float], margin: float) -> Window:
        """The ranges to show of coordinates between these values: squares, so that equal scales fill a panel."""
        width = (1.0 + 2.0 * margin) * max(high - low for low, high in zip(lows, highs, strict=True))
        return [(0.5 * (low + high - width), 0.5 * (low + high + width)) for low, high in zip(lows, highs, strict=True)]


class Points(Geometry):
    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.components = AXES[:dimension]
        self.symbols = [f"$v_{axis}$" for axis in self.components]
        self.lines = [
            Line(f"marginal in {symbol}", "marginal", i, (), 1) for i, symbol in enumerate(self.symbols)
        ]
        self.lines.append(Line("cut through the mean", "$f$", 0, tuple(range(1, dimension)), dimension))
        self.lines_in_words = "Marginals, and cuts along v_x through the mean velocity"
        if dimension == 3:
            self.density = "$f(v_x,v_y,u_z)$"
            self.plane_in_words = " in the plane through the mean velocity"
            self.dots_in_words = " In 3-D, those nearer than one lattice spacing to the plane through the mean velocity."


class Rings(Geometry):
    components = "zr"
    symbols = [r"$v_\parallel$", r"$v_\perp$"]
    distances = frozenset({1})
    height = 0.5
    plane_in_words = " over the velocity along the axis and the distance from it"
    dots_in_words = " Each is a ring: its velocity along the axis and its distance from it."
    lines_in_words = "Marginals, and cuts along the axis and across it at the mean velocity"
    lines = [
        Line(r"marginal in $v_\parallel$", "marginal", 0, (), 1),
        Line(r"integrated over $v_\parallel$", r"$\int f\,\mathrm{d}v_\parallel$", 1, (), 2),
        Line("cut along the axis", "$f$", 0, (1,), 3),
        Line(r"cut across, at $u_\parallel$", "$f$", 1, (0,), 3),
    ]

    def __init__(self, axis: str = "z") -> None:
        self.axis = axis
        self.in_words = f", symmetric about the {axis} axis"

    def _coordinates(self, vectors: Array) -> Array:
        along = AXES.index(self.axis)
        return np.stack([vectors[:, along], np.linalg.norm(np.delete(vectors, along, axis=1), axis=1)], axis=1)

    def geometric_variance(self, velocities: Array, weights: Array) -> float:
        along, across = weights @ (velocities - self.mean(velocities, weights)) ** 2 / weights.sum()
        return float((along * (0.5 * across) ** 2) ** (1.0 / 3.0))

    def mollifier(self, coordinate: int, points: Array, places: Array, variance: float) -> Array:
        gaussian = super().mollifier(coordinate, points, places, variance)
        if coordinate == 0:
            return gaussian
        factor: Array = gaussian * scaled_bessel(np.outer(points, places) / variance) / np.sqrt(2.0 * np.pi * variance)
        return factor

    def window(self, lows: Sequence[float], highs: Sequence[float], margin: float) -> Window:
        """A half square, that bounds on the axis."""
        width = (1.0 + 2.0 * margin) * max(highs[0] - lows[0], 2.0 * highs[1])
        return [(0.5 * (lows[0] + highs[0] - width), 0.5 * (lows[0] + highs[0] + width)), (0.0, 0.5 * width)]


class Shells(Geometry):
    components = "r"
    symbols = ["$|v|$"]
    distances = frozenset({0})
    height = 0.7
    times = 6
    in_words = ", all directions alike"
    dots_in_words = " Each is a shell: its radius and its weight."
    lines_in_words = "Distributions of speeds, and densities"
    lines = [
        Line("distribution of speeds", r"$4\pi v^2 f$", 0, (), 3, lambda v: 4.0 * np.pi * v**2, 2),
        Line("density", "$f$", 0, (), 3),
    ]

    def _coordinates(self, vectors: Array) -> Array:
        radii: Array = np.linalg.norm(vectors, axis=1, keepdims=True)
        return radii

    def geometric_variance(self, velocities: Array, weights: Array) -> float:
        return self.variance(velocities, weights)

    def mollifier(self, coordinate: int, points: Array, places: Array, variance: float) -> Array:
        gaussian = super().mollifier(coordinate, points, places, variance)
        y = np.outer(points, places) / variance
        share = -np.expm1(-2.0 * y) / np.where(y > 0.0, 2.0 * y, 1.0)
        factor: Array = gaussian * np.where(y > 0.0, share, 1.0) / (2.0 * np.pi * variance)
        return factor

    def window(self, lows: Sequence[float], highs: Sequence[float], margin: float) -> Window:
        return [(0.0, (1.0 + margin) * highs[0])]


def scaled_bessel(x: Array) -> Array:
    """e^(-x) I_0(x) for x ≥ 0. I_0 itself overflows beyond 700; from 500 on four terms of its series in 1/x err by 2e-12."""
    near = np.minimum(x, 500.0)
    far = np.maximum(x, 500.0)
    t = 1.0 / (8.0 * far)
    series = (1.0 + t * (1.0 + t * (4.5 + t * 37.5))) / np.sqrt(2.0 * np.pi * far)
    return np.where(x <= 500.0, np.i0(near) * np.exp(-near), series)
