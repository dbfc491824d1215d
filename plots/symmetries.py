# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""Error over seconds of the same problem by points, rings and shells, from the file of benches/symmetries.py.

    python3 plots/symmetries.py [FILE.csv] [--output DIR] [--format png|svg|pdf]

FILE.csv (default: gallery/symmetries.csv) has the columns problem, particles, per_axis, seconds, error.
"""

import environment

environment.enter(__file__)

import benchmark_table
import matplotlib.pyplot as plt
from landau.pictures.figures import LINES, PALETTE, WIDTH, Picture, styled

COLUMNS = ["problem", "particles", "per_axis", "seconds", "error"]
TITLES = {"temperatures": "two temperatures meet", "isotropisation": "temperatures along the axes meet"}
KINDS = ["shells", "rings", "points"]
MARKERS = "os^"


@styled
def picture(path):
    rows = benchmark_table.read(path, COLUMNS, "benches/symmetries.py")
    problems = list(dict.fromkeys(row["problem"] for row in rows))
    figure, panels = plt.subplots(1, len(problems), figsize=(1.2 * WIDTH, 3.6), squeeze=False, sharey=True)
    for axes, problem in zip(panels[0], problems, strict=True):
        for k, kind in enumerate(KINDS):
            found = [row for row in rows if (row["problem"], row["particles"]) == (problem, kind)]
            if found:
                seconds, errors = ([float(row[column]) for row in found] for column in ("seconds", "error"))
                axes.plot(seconds, errors, label=kind, color=PALETTE[k], linestyle=LINES[k], marker=MARKERS[k])
                for row, x, y in zip(found, seconds, errors, strict=True):
                    axes.annotate(row["per_axis"], (x, y), xytext=(4, 3), textcoords="offset points", fontsize="x-small")
        axes.set(xscale="log", yscale="log", xlabel="processor seconds", title=TITLES.get(problem, problem))
        axes.legend()
    panels[0][0].set_ylabel("error of a temperature, relative")
    caption = "Error over processor seconds of Coulomb relaxation by shells, rings and points; numbers are cells along an axis."
    return Picture("symmetries", caption, figure)


if __name__ == "__main__":
    benchmark_table.main(picture, "Error over seconds by points, rings and shells, from benches/symmetries.py.", "symmetries.csv")
