# /// script
# requires-python = ">=3.11"
# dependencies = ["h5py==3.16.0", "matplotlib==3.11.2", "numpy==2.4.6", "pillow==13.0.0"]
# ///
"""Densities reconstructed from the particles as the run's own scores see them: a plane and profiles along the axes.

    python3 plots/density.py RUN [--output DIR] [--format png|svg|pdf]

f(v) = Σ_k a_k Σ_p w_p ψ_kε(v − v_p) with the Gaussian mollifier ψ and the bandwidth ε that run.json records, and the
weights a_k of the scenario's order. In three dimensions the plane v_z = u_z through the mean velocity is shown. Of rings ψ is
averaged over their orbits, and f is shown over v_∥ and v_⊥; of shells over the speed, at several times.
"""

import environment

environment.enter(__file__)

import command_line
from landau import pictures

if __name__ == "__main__":
    command_line.main(__doc__.splitlines()[0], pictures.of_densities)
