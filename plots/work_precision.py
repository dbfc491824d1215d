# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""Error of every integrator over evaluations and over seconds, from the file of benches/work_precision.py.

    python3 plots/work_precision.py [FILE.csv] [--output DIR] [--format png|svg|pdf]

FILE.csv (default: gallery/work_precision.csv) has the columns problem, integrator, setting, steps, evaluations, seconds,
error, status.
"""

import environment

environment.enter(__file__)

import benchmark_table
import matplotlib.pyplot as plt
from landau.pictures.figures import LINES, PALETTE, WIDTH, Picture, styled

COLUMNS = ["problem", "integrator", "setting", "steps", "evaluations", "seconds", "error", "status"]
TITLES = {
    "bkw": "BKW, 2-D, 60 per axis, order 6",
    "coulomb": "Coulomb, 3-D, 12 per axis, order 4",
    "mass_ratio": "mass ratio 1836, 3-D, order 4",
}
ERRORS = {"bkw": "relative $L_2$ error", "coulomb": "error of a temperature", "mass_ratio": "error of a temperature"}
MARKERS = "os^Dv*"


@styled
def picture(path):
    rows = benchmark_table.read(path, COLUMNS, "benches/work_precision.py")
    problems = list(dict.fromkeys(row["problem"] for row in rows))
    methods = list(dict.fromkeys(row["integrator"] for row in rows))
    figure, panels = plt.subplots(2, len(problems), figsize=(1.35 * WIDTH, 7.0), squeeze=False, sharey="col")
    for j, problem in enumerate(problems):
        for i, (column, label) in enumerate(
            [("evaluations", "evaluations of the right-hand side"), ("seconds", "processor seconds")]
        ):
            axes = panels[i][j]
            for k, method in enumerate(methods):
                points = [
                    (float(row[column]), float(row["error"]))
                    for row in rows
                    if (row["problem"], row["integrator"]) == (problem, method) and row["error"]
                ]
                style = {"color": PALETTE[k % len(PALETTE)], "linestyle": LINES[k % len(LINES)], "marker": MARKERS[k % 6]}
                if points:
                    axes.plot(*zip(*points, strict=True), label=method, **style)
            axes.set(xscale="log", yscale="log", xlabel=label)
            if i == 0:
                axes.set_title(TITLES.get(problem, problem))
            axes.set_ylabel(ERRORS.get(problem, "error"))
    handles = {label: handle for axes in panels.flat for handle, label in zip(*axes.get_legend_handles_labels())}
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=len(handles) // 2 or 1)
    caption = "Error over evaluations and processor seconds: two tolerances, or two lengths of step, of every integrator."
    return Picture("work_precision", caption, figure)


if __name__ == "__main__":
    benchmark_table.main(picture, "Error over work of every integrator, from benches/work_precision.py.", "work_precision.csv")
