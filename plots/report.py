# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""Every picture of a run folder, and one self-contained HTML page with them.

    python3 plots/report.py RUN [--output DIR] [--format png|svg]

Writes the pictures and report.html, which holds all it shows, to DIR (default: RUN/plots).
"""

import environment

environment.enter(__file__)

import argparse
from pathlib import Path

import command_line
import landau
from landau.pictures import report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, metavar="RUN", help="the folder that `landau run` wrote")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where everything goes (default: RUN/plots)")
    parser.add_argument("--format", choices=["png", "svg"], default="png", help="of still pictures (default: png)")
    chosen = parser.parse_args()

    def write() -> None:
        run = landau.open(chosen.run)
        report.check(run)
        folder = chosen.output or chosen.run / "plots"
        folder.mkdir(parents=True, exist_ok=True)
        shown = []
        for picture in run.pictures():
            path, data = picture.write(folder, chosen.format)
            shown.append((picture, path.suffix.removeprefix("."), data))
            print(path)
        path = folder / "report.html"
        path.write_text(report.page(run, shown), encoding="utf-8")
        print(path)

    command_line.or_error(write)


if __name__ == "__main__":
    main()
