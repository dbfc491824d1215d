# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""Pairs a second over the number of particles, of this program and of others, from the file of benches/peers.py.

    python3 plots/performance.py [FILE.csv] [--output DIR] [--format png|svg|pdf]

FILE.csv (default: gallery/peers.csv) has the columns code, particles, pairs_per_second, peak_flops_per_second, cores.
"""

import environment

environment.enter(__file__)

import benchmark_table
import matplotlib.pyplot as plt
from landau.pictures.figures import LINES, PALETTE, WIDTH, Picture, styled

# Of γ = −3 in three dimensions; a fused multiply-add counts as two.
FLOPS_PER_PAIR = 38
COLUMNS = ["code", "particles", "pairs_per_second", "peak_flops_per_second", "cores"]
MARKERS = "os^DvP"


@styled
def picture(path):
    rows = benchmark_table.read(path, COLUMNS, "benches/peers.py")
    peak, cores = float(rows[0]["peak_flops_per_second"]), rows[0]["cores"]
    figure, axes = plt.subplots(figsize=(WIDTH, 4.6))
    for i, code in enumerate(dict.fromkeys(row["code"] for row in rows)):
        points = [(int(row["particles"]), float(row["pairs_per_second"])) for row in rows if row["code"] == code]
        style = {"color": PALETTE[i % len(PALETTE)], "linestyle": LINES[i % len(LINES)], "marker": MARKERS[i % len(MARKERS)]}
        axes.plot(*zip(*points, strict=True), label=code, **style)
    axes.set(xscale="log", yscale="log", xlabel="particles", ylabel="ordered pairs per second")
    shares = (lambda rate: rate * FLOPS_PER_PAIR / peak, lambda share: share * peak / FLOPS_PER_PAIR)
    second = axes.secondary_yaxis("right", functions=shares)
    second.set_ylabel(f"share of the peak of {peak / 1e9:.0f} GFlop/s at {FLOPS_PER_PAIR} flop a pair")
    axes.set_title(rf"direct pair sum, $\gamma = -3$, three dimensions, double precision, {cores} cores")
    axes.legend()
    caption = f"Ordered pairs per second of the direct sum on {cores} cores, every code on the same cloud in one run."
    return Picture("performance", caption, figure)


if __name__ == "__main__":
    benchmark_table.main(picture, "Pairs a second over the number of particles, from benches/peers.py.", "peers.csv")
