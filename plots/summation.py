# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""Seconds, error and memory of one pair sum over the number of particles, from the file of benches/summations.py.

    python3 plots/summation.py [FILE.csv] [--output DIR] [--format png|svg|pdf]

FILE.csv (default: gallery/summations.csv) has the columns code, dimension, gamma, summation, particles, seconds, error,
points, calibration_seconds, mebibytes. Three dimensions are drawn.
"""

import environment

environment.enter(__file__)

import benchmark_table
import matplotlib.pyplot as plt
from landau.pictures.figures import LINES, PALETTE, WIDTH, Picture, styled

COLUMNS = ["code", "dimension", "gamma", "summation", "particles", "seconds", "error", "points", "calibration_seconds"]
COLUMNS += ["mebibytes"]
QUANTITIES = {"seconds": "seconds", "error": "relative error of the rates", "mebibytes": "peak memory, MiB"}
MARKERS = "os^Dv*P"


def label(row):
    name = {"batches": "random batches of 100", "direct": "direct"}.get(row["summation"], f"tree to {row['summation']}")
    return name if row["code"] == "landau" else f"{row['code']} to {row['summation']}, one core"


@styled
def picture(path):
    table = benchmark_table.read(path, COLUMNS, "benches/summations.py")
    rows = [row for row in table if row["dimension"] == "3"]
    curves = {}
    for row in sorted(rows, key=lambda row: (row["code"] != "landau", int(row["particles"]))):
        curves.setdefault(label(row), []).append(row)
    figure, panels = plt.subplots(1, len(QUANTITIES), figsize=(1.6 * WIDTH, 4.6))
    for axes, (column, title) in zip(panels, QUANTITIES.items(), strict=True):
        for k, (name, points) in enumerate(curves.items()):
            style = {"color": PALETTE[k % len(PALETTE)], "linestyle": LINES[k % len(LINES)], "marker": MARKERS[k % 7]}
            axes.plot([int(row["particles"]) for row in points], [float(row[column]) for row in points], label=name, **style)
        axes.set(xscale="log", yscale="log", xlabel="particles", ylabel=title)
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=4)
    figure.suptitle(r"one pair sum, $\gamma = -3$, three dimensions, two cores")
    return Picture("summations", "Seconds, error and memory of one pair sum over the number of particles.", figure)


if __name__ == "__main__":
    benchmark_table.main(picture, "Every summation over the number of particles, from benches/summations.py.", "summations.csv")
