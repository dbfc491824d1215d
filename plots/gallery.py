# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""The pictures of the gallery, from real runs of the shipped scenarios.

    cargo build --release && python3 plots/gallery.py [--output DIR] [--runs DIR] [--keep]

Runs the scenarios into out/gallery (a few minutes on two cores) and writes to plots/gallery.
"""

import environment

environment.enter(__file__)

import argparse
import subprocess
import sys
from pathlib import Path

import command_line
import landau
from landau import pictures
from landau.pictures.images import small

ROOT = Path(__file__).resolve().parent.parent
# Scenario: its pictures.
SHOWN = {
    "bump_on_tail_3d": ["density"],
    "hydrogen_shells_si_3d": ["temperatures"],
    "bkw_2d": ["profiles"],
    "drifting_2d": ["velocities", "temperatures", "particles"],
    "electrons_ions_3d": ["anisotropy"],
    "hydrogen_si_3d": ["anisotropy"],
    "rosenbluth_shell_3d": ["density", "entropy"],
    "three_species_2d": ["temperatures", "conservation"],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, metavar="DIR", default=ROOT / "plots/gallery", help="default: plots/gallery")
    parser.add_argument("--runs", type=Path, metavar="DIR", default=ROOT / "out/gallery", help="default: out/gallery")
    parser.add_argument("--keep", action="store_true", help="use the runs that are there instead of repeating them")
    chosen = parser.parse_args()
    chosen.output.mkdir(parents=True, exist_ok=True)
    for scenario, names in SHOWN.items():
        folder = chosen.runs / scenario
        if not (chosen.keep and (folder / "run.json").exists()):
            program = ROOT / "target/release/landau"
            command = [program, "run", ROOT / "scenarios" / f"{scenario}.json", "--out", folder, "--overwrite"]
            try:
                subprocess.run(command, check=True)
            except (OSError, subprocess.CalledProcessError) as error:
                sys.exit(f"error: cannot run {scenario}: {error}; build the program with `cargo build --release`")
        run = command_line.or_error(lambda folder=folder: landau.open(folder))
        for name in names:
            picture = command_line.or_error(lambda name=name, run=run: pictures.picture(run, name))
            picture.name = f"{scenario}_{picture.name}"
            print(small(picture.write(chosen.output, "png")[0]))


if __name__ == "__main__":
    main()
