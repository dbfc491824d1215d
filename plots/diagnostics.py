# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""Pictures of diagnostics.csv, for any run: conservation, entropy, temperatures, velocities, anisotropy, errors, currents, power.

    python3 plots/diagnostics.py RUN [--output DIR] [--format png|svg|pdf]
"""

import environment

environment.enter(__file__)

import command_line
from landau import pictures

if __name__ == "__main__":
    command_line.main(__doc__.splitlines()[0], pictures.of_rows)
