# /// script
# requires-python = ">=3.11"
# dependencies = ["jax==0.10.2", "numba==0.68.1", "numpy==2.4.6", "pykeops==2.3"]
# ///
"""Ordered pairs a second of the direct Coulomb sum in three dimensions, of this program and of what one would reach for
instead in Python, on the same cloud in the same run.

    python3 benches/peers.py [--output FILE.csv]

Needs cargo; KeOps also needs a C++ compiler at run time, and is left out where it fails. All codes use every core and
double precision. Each figure is the best of several repeats after one that compiles, and counts every ordered pair.
`plots/performance.py` draws the file (default: benches/peers.csv).
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "plots"))

import environment

environment.enter(__file__)

import argparse
import csv
import os
import re
import subprocess
import time
from importlib.metadata import version

import numpy as np

SIZES = (1_000, 3_000, 16_000, 64_000)
# A code is not asked for a size that would take longer than this, in seconds.
PATIENCE = 8.0
REPEATS = 5


def cloud(particles):
    """The velocities and gradients of the benchmark `pair_sum`: a linear congruential generator, a box of edge 2."""
    state, numbers = 1, np.empty(6 * particles)
    for i in range(6 * particles):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        numbers[i] = (state >> 11) / 2.0**52 - 1.0
    return numbers.reshape(2, particles, 3)


def with_numpy(velocities, gradients, weights):
    def evaluate():
        sums = np.empty_like(velocities)
        for start in range(0, len(velocities), 64):
            block = slice(start, start + 64)
            z = velocities[block, None, :] - velocities[None, :, :]
            change = gradients[block, None, :] - gradients[None, :, :]
            square = np.einsum("pqa,pqa->pq", z, z)
            with np.errstate(divide="ignore"):
                power = np.where(square > 0.0, square**-1.5, 0.0) * weights
            work = np.einsum("pqa,pqa->pq", z, change)
            sums[block] = np.einsum("pq,pqa->pa", power * square, change) - np.einsum("pq,pqa->pa", power * work, z)
        return sums

    return evaluate


def with_numba_rows(velocities, gradients, weights):
    """As one writes it first: arrays of shape (particles, 3), which LLVM does not vectorise."""
    import numba

    @numba.njit(parallel=True, fastmath=True)
    def pair_sums(v, g, w, sums):
        for p in numba.prange(len(v)):
            for a in range(3):
                sums[p, a] = 0.0
            for q in range(len(v)):
                square = work = 0.0
                for a in range(3):
                    square += (v[p, a] - v[q, a]) ** 2
                    work += (v[p, a] - v[q, a]) * (g[p, a] - g[q, a])
                power = w[q] / (square * np.sqrt(square)) if square > 0.0 else 0.0
                for a in range(3):
                    sums[p, a] += power * (square * (g[p, a] - g[q, a]) - work * (v[p, a] - v[q, a]))

    sums = np.empty_like(velocities)

    def evaluate():
        pair_sums(velocities, gradients, weights, sums)
        return sums

    return evaluate


def with_numba_columns(velocities, gradients, weights):
    """Tuned: an array for every component, so that LLVM fills vectors with pairs."""
    import numba

    @numba.njit(parallel=True, fastmath=True)
    def pair_sums(x, y, z, a, b, c, w, sums):
        for p in numba.prange(len(x)):
            sum_x, sum_y, sum_z = 0.0, 0.0, 0.0
            for q in range(len(x)):
                dx, dy, dz = x[p] - x[q], y[p] - y[q], z[p] - z[q]
                da, db, dc = a[p] - a[q], b[p] - b[q], c[p] - c[q]
                square = dx * dx + dy * dy + dz * dz
                power = w[q] / (square * np.sqrt(square)) if square > 0.0 else 0.0
                work = dx * da + dy * db + dz * dc
                sum_x += power * (square * da - work * dx)
                sum_y += power * (square * db - work * dy)
                sum_z += power * (square * dc - work * dz)
            sums[0, p], sums[1, p], sums[2, p] = sum_x, sum_y, sum_z

    columns = [np.ascontiguousarray(column) for column in (*velocities.T, *gradients.T)]
    sums = np.empty((3, len(velocities)))

    def evaluate():
        pair_sums(*columns, weights, sums)
        return sums.T

    return evaluate


def with_jax(velocities, gradients, weights):
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    block = 100

    @jax.jit
    def pair_sums(v, g):
        def of_block(targets):
            z = targets[0][:, None, :] - v[None, :, :]
            change = targets[1][:, None, :] - g[None, :, :]
            square = jnp.sum(z * z, axis=-1)
            power = jnp.where(square > 0.0, weights / (square * jnp.sqrt(square)), 0.0)
            work = jnp.sum(z * change, axis=-1)
            return jnp.sum((power * square)[..., None] * change - (power * work)[..., None] * z, axis=1)

        blocks = jax.lax.map(of_block, (v.reshape(-1, block, 3), g.reshape(-1, block, 3)))
        return blocks.reshape(-1, 3)

    v, g = jnp.asarray(velocities), jnp.asarray(gradients)
    return lambda: np.asarray(pair_sums(v, g))


def with_keops(velocities, gradients, weights):
    from pykeops.numpy import LazyTensor

    z = LazyTensor(velocities[:, None, :]) - LazyTensor(velocities[None, :, :])
    change = LazyTensor(gradients[:, None, :]) - LazyTensor(gradients[None, :, :])
    square = (z * z).sum(-1)
    # KeOps takes 1/√0 for 0.
    root = square.rsqrt()
    power = LazyTensor(weights[None, :, None]) * root * root * root
    formula = power * (square * change - (z * change).sum(-1) * z)
    return lambda: formula.sum(axis=1, backend="CPU")


PEERS = {
    "NumPy, blocked": ("numpy", with_numpy),
    "numba, rows": ("numba", with_numba_rows),
    "numba, columns": ("numba", with_numba_columns),
    "JAX": ("jax", with_jax),
    "KeOps": ("pykeops", with_keops),
}


def this_program():
    """(pairs a second by size, the peak of multiply-adds in flop/s), from the benchmark of the pair sum."""
    sizes = "|".join(map(str, SIZES))
    command = ["cargo", "bench", "--bench", "pair_sum", "--", f"size/D=3 γ=-3 N=({sizes}) "]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    print(output, file=sys.stderr)
    found = re.findall(r"N=(\d+) .*?best: (\S+) pairs/s, \S+ of (\S+) GFlop/s", output, flags=re.DOTALL)
    return {int(n): float(rate) for n, rate, _ in found}, max(1e9 * float(peak) for *_, peak in found)


def best_time(evaluate):
    """The best of several repeats that take no longer than our patience all together."""
    best, begin = float("inf"), time.perf_counter()
    for _ in range(REPEATS):
        start = time.perf_counter()
        evaluate()
        end = time.perf_counter()
        best = min(best, end - start)
        if end - begin > PATIENCE:
            break
    return best


def rates(name, make):
    """pairs a second by size, as far as patience goes."""
    found, rate = {}, float("inf")
    for particles in SIZES:
        if particles * (particles - 1) / rate > PATIENCE:
            break
        velocities, gradients = cloud(particles)
        weights = np.full(particles, 1.0 / particles)
        evaluate = make(velocities, gradients, weights)
        sums = np.asarray(evaluate())
        if particles == SIZES[0]:
            expected = with_numpy(velocities, gradients, weights)()
            error = np.abs(sums - expected).max() / np.abs(expected).max()
            assert error < 1e-12, f"{name} is off by {error:.1e} of the largest sum"
        rate = particles * (particles - 1) / best_time(evaluate)
        found[particles] = rate
        print(f"{name}: N = {particles}: {rate:.3e} pairs/s", file=sys.stderr)
    return found


def main():
    parser = argparse.ArgumentParser(description="Pair rates of this program and of others on the same cloud.")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("peers.csv"), metavar="FILE.csv")
    output = parser.parse_args().output
    with output.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["code", "particles", "pairs_per_second", "peak_flops_per_second", "cores"])
        own, peak = this_program()

        def write(code, rates):
            for particles, rate in rates.items():
                table.writerow([code, particles, f"{rate:.3e}", f"{peak:.3e}", os.cpu_count()])
            file.flush()

        write("landau", own)
        for name, (package, make) in PEERS.items():
            try:
                write(f"{name} {version(package)}", rates(name, make))
            except Exception as error:  # A code that fails on this machine is no reason to lose the others.
                print(f"{name}: left out: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
