# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""Errors over resolution from convergence.csv, with slopes to compare and the published errors of the method's authors.

    python3 plots/convergence.py DIR [--output DIR] [--format png|svg|pdf] [--no-published]

DIR is the folder that `landau converge` wrote, or its convergence.csv. Columns: per_axis, then NAME_error_l1,
NAME_error_l2, NAME_error_linf (or NAME_error_velocity, NAME_error_temperature) for each species NAME; further ones are not needed. The published errors are of the
two-species test of Carrillo, Hu, Van Fleet (2024); see the head of python/landau/pictures/published/chv2024.csv.
"""

import environment

environment.enter(__file__)

import argparse
from pathlib import Path

import command_line
from landau.pictures import convergence


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="DIR", help="what `landau converge` wrote, or its convergence.csv")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where the picture goes (default: DIR/plots)")
    parser.add_argument("--format", choices=["png", "svg", "pdf"], default="png", help="default: png")
    parser.add_argument("--no-published", action="store_true", help="leave out the published errors")
    chosen = parser.parse_args()
    base = chosen.folder if chosen.folder.is_dir() else chosen.folder.parent

    def write() -> None:
        drawn = convergence.picture(chosen.folder, not chosen.no_published)
        folder = chosen.output or base / "plots"
        folder.mkdir(parents=True, exist_ok=True)
        print(drawn.write(folder, chosen.format)[0])

    command_line.or_error(write)


if __name__ == "__main__":
    main()
