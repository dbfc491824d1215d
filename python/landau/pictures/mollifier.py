"""The mollifier of a run, as its scores used it: f(v) = Σ_k a_k Σ_p w_p ψ_kε(v − v_p), with the variance ε that run.json has."""

import math
from typing import Any

from landau.folder import Array, RunFolderError
from landau.run import Run, Species


def order(run: Run) -> int:
    (score,) = run.scenario["score"].values()
    return int(score["order"])


def extrapolation(run: Run) -> list[int]:
    """The weights a_k of the bandwidths k ε, k = 1 … order / 2: (−1)^(k+1) binomial(K, k)."""
    count = order(run) // 2
    return [(-1) ** (k + 1) * math.comb(count, k) for k in range(1, count + 1)]


def resolution(run: Run, species: Species) -> dict[str, Any]:
    """What run.json says of a species at the start: its spacing h, the bandwidth ε, and what else it is computed with."""
    path = "the summary in memory" if run.path is None else run.path / "run.json"
    if run.summary is None:
        raise RunFolderError(f"{path}: is not there; a run writes it when it begins, with the spacings and bandwidths of its species")
    try:
        found = run.summary["species"][species.name]
        return {**found, "spacing": float(found["spacing"]), "bandwidth": float(found["bandwidth"])}
    except (KeyError, TypeError, ValueError):
        raise RunFolderError(
            f"{path}: has no spacing and bandwidth of {species.name}, as runs of an older program; run the scenario again"
        ) from None


def spacing(run: Run, species: Species) -> float:
    """h at the start: the spacing of the lattice, or the mean distance between neighbours."""
    return float(resolution(run, species)["spacing"])


def bandwidth(run: Run, species: Species, velocities: Array, weights: Array) -> float:
    """ε, the variance of the mollifier, when the species has these particles."""
    found = resolution(run, species)
    at_start = float(found["bandwidth"])
    if "follows_variance" not in found:
        return at_start
    return at_start * run.geometry.geometric_variance(velocities, weights) / float(found["follows_variance"])
