"""The Bobylev–Krook–Wu solution of one species (Krook, Wu, Phys. Fluids 20, 1977), in d dimensions.

f = n (m/2πK)^(d/2) exp(−m v²/2K) [1 − dQ + m Q v²/K], K = T (1 − C exp(−2β(d−1)t)), Q = (T − K)/2K.
"""

import math

import numpy as np

from landau.folder import Array
from landau.run import Run, Species


class Bkw:
    """The solution of a species of a run whose reference it is."""

    def __init__(self, run: Run, species: Species) -> None:
        initial = species.initial["bkw"]
        self.dimension, self.mass = run.dimension, species.inertia
        self.density, self.temperature = initial["density"], initial["temperature"]
        self.contrast = initial["contrast"]
        # β = Σ_j n_j c_ij / (m_i m_j)
        ((kind, value),) = run.scenario["collisions"]["coefficients"].items()
        i = [other.name for other in run.species].index(species.name)
        self.rate = sum(
            other.initial["bkw"]["density"] * (value[i][j] if kind == "matrix" else value) / (self.mass * other.inertia)
            for j, other in enumerate(run.species)
            if other.fixed is None
        )

    def _shape(self, time: float) -> tuple[float, float]:
        width = self.temperature * (1.0 - self.contrast * math.exp(-2.0 * self.rate * (self.dimension - 1) * time))
        return width, (self.temperature - width) / (2.0 * width)

    def at(self, square: Array, time: float, kept: int | None = None) -> Array:
        """f at the squared speed, integrated over all axes but so many (none left out: f itself)."""
        kept = self.dimension if kept is None else kept
        k, q = self._shape(time)
        x = self.mass * square / k
        gaussian = (self.mass / (2.0 * math.pi * k)) ** (kept / 2) * np.exp(-0.5 * x)
        density: Array = self.density * gaussian * (1.0 - kept * q + q * x)
        return density
