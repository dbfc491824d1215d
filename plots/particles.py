# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""The particles themselves, coloured by weight: where they start and end, and an animation over all frames.

    python3 plots/particles.py RUN [--output DIR] [--format png|svg|pdf]

In three dimensions the particles near the plane v_z = u_z through the mean velocity are shown. Rings are shown by v_∥ and v_⊥,
shells by their radius and weight.
"""

import environment

environment.enter(__file__)

import command_line
from landau import pictures

if __name__ == "__main__":
    command_line.main(__doc__.splitlines()[0], pictures.of_particles)
