# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""How much faster an evaluation gets on many ranks, by a model whose numbers are fitted to what `cargo bench --bench ranks` measures.

    python3 plots/scaling.py [FILE.csv] [--cores N] [--latency S] [--bandwidth B] [--output DIR] [--format png|svg|pdf]

FILE.csv (default: gallery/ranks.csv) has the columns summation, particles, ranks, score_seconds, pair_seconds, exchanges, bytes: what one
rank takes of one core, and receives. The model is

    seconds = (score + pairs) / cores + exchanges × latency × max(1, log₂ ranks) + bytes / bandwidth
    score = a N / ranks + b N,   pairs = c N² / min(ranks, 64) + d N   or, of a tree,   c N / ranks + d N
    bytes = e N (1 − 1 / ranks)

It prints the table of the page src/ranks/scaling.md and draws its picture.
"""

import environment

environment.enter(__file__)

import argparse
from pathlib import Path

import benchmark_table
import command_line
import matplotlib.pyplot as plt
import numpy as np
from landau.pictures.figures import LINES, PALETTE, WIDTH, Picture, styled

COLUMNS = ["summation", "particles", "ranks", "score_seconds", "pair_seconds", "exchanges", "bytes"]
# Pairs of blocks that meet at a time in a direct sum.
PAIRS = 64
PARTICLES = [10**6, 10**7, 10**8]
RANKS = [2**k for k in range(11)]


def fitted(terms, values):
    """Coefficients ≥ 0 of least relative error."""
    matrix, ones = np.array(terms, dtype=float), np.ones(len(values))
    matrix /= np.array(values, dtype=float)[:, None]
    solution = np.linalg.lstsq(matrix, ones, rcond=None)[0]
    if (solution >= 0).all():
        return solution
    # One of two terms alone.
    single = [(column @ ones) / (column @ column) for column in matrix.T]
    errors = [np.abs(matrix[:, k] * one - 1).sum() for k, one in enumerate(single)]
    return np.array([one if k == int(np.argmin(errors)) else 0.0 for k, one in enumerate(single)])


class Model:
    """Seconds of an evaluation of one summation."""

    def __init__(self, rows, machine):
        self.tree, self.machine = rows[0]["summation"] == "tree", machine
        numbers = [[float(row[name]) for name in COLUMNS[1:]] for row in rows]
        # Ticks are a hundredth of a second: less is not measured.
        scores = [row for row in numbers if row[2] >= 0.05]
        pairs = [row for row in numbers if row[3] >= 0.05]
        self.score = fitted([self.shared(n, ranks) for n, ranks, *_ in scores], [row[2] for row in scores])
        self.pairs = fitted([self.pair_terms(n, ranks) for n, ranks, *_ in pairs], [row[3] for row in pairs])
        several = [row for row in numbers if row[1] > 1]
        self.bytes = max(row[5] / row[0] / (1 - 1 / row[1]) for row in several)
        self.exchanges = max(row[4] for row in several)

    @staticmethod
    def shared(particles, ranks):
        return [particles / ranks, particles]

    def pair_terms(self, particles, ranks):
        return self.shared(particles, ranks) if self.tree else [particles**2 / min(ranks, PAIRS), particles]

    def seconds(self, particles, ranks):
        work = np.dot(self.score, self.shared(particles, ranks)) + np.dot(self.pairs, self.pair_terms(particles, ranks))
        # A rank that has one pair of blocks has work for one core.
        cores = self.machine.cores if self.tree else min(self.machine.cores, max(1.0, PAIRS / ranks))
        seconds = work / cores
        if ranks > 1:
            seconds += self.exchanges * self.machine.latency * max(1.0, np.log2(ranks))
            seconds += self.bytes * particles * (1 - 1 / ranks) / self.machine.bandwidth
        return float(seconds)


def models(rows, machine):
    names = dict.fromkeys(row["summation"] for row in rows)
    return {name: Model([row for row in rows if row["summation"] == name], machine) for name in names}


def table(found):
    yield "| summation | particles | one rank | 64 ranks | 1,024 ranks |"
    yield "|---|---|---|---|---|"
    for name, model in found.items():
        for particles in PARTICLES:
            one, *others = (model.seconds(particles, ranks) for ranks in (1, 64, 1024))
            words = [f"{seconds:.3g} s ({one / seconds:.0f} ×)" for seconds in others]
            yield f"| {name} | 10^{len(str(particles)) - 1} | {one:.3g} s | {' | '.join(words)} |"


@styled
def picture(found):
    figure, axes = plt.subplots(figsize=(WIDTH, 4.6))
    for i, (name, model) in enumerate(found.items()):
        for k, particles in enumerate(PARTICLES[:2]):
            seconds = [model.seconds(particles, ranks) for ranks in RANKS]
            axes.plot(RANKS, seconds, color=PALETTE[i], linestyle=LINES[k], label=f"{name}, $10^{len(str(particles)) - 1}$")
            axes.plot(RANKS, [seconds[0] / ranks for ranks in RANKS], color="0.8", linewidth=0.8, zorder=0)
    axes.set(xscale="log", yscale="log", xlabel="ranks", ylabel="seconds")
    axes.set_title("an evaluation on many ranks, by the model; grey: if all of it were divided")
    axes.legend()
    return Picture("scaling", "Seconds of an evaluation on many ranks, by the model.", figure)


def main():
    parser = argparse.ArgumentParser(description="How much faster an evaluation gets on many ranks, by a model.")
    gallery = benchmark_table.GALLERY
    parser.add_argument("table", type=Path, nargs="?", default=gallery / "ranks.csv", metavar="FILE.csv")
    parser.add_argument("--cores", type=float, default=2, help="of a rank (default: 2)")
    parser.add_argument("--latency", type=float, default=2e-6, metavar="S", help="seconds of a message (default: 2e-6)")
    parser.add_argument("--bandwidth", type=float, default=1e10, metavar="B", help="bytes a second into a rank (default: 1e10)")
    parser.add_argument("--output", type=Path, default=gallery, metavar="DIR", help="(default: plots/gallery)")
    parser.add_argument("--format", choices=["png", "svg", "pdf"], default="png", help="(default: png)")
    chosen = parser.parse_args()

    def write():
        found = models(benchmark_table.read(chosen.table, COLUMNS, "benches/ranks"), chosen)
        print("\n".join(table(found)))
        chosen.output.mkdir(parents=True, exist_ok=True)
        print(picture(found).write(chosen.output, chosen.format)[0])

    command_line.or_error(write)


if __name__ == "__main__":
    main()
