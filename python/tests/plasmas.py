"""Small plasmas that the tests share."""

from pathlib import Path

ROOT = Path(__file__).parents[2]


def plasma(**changes):
    """A scenario of two species in two dimensions that runs in a blink, with other values at its top."""
    return {
        "version": 1,
        "dimension": 2,
        "species": [
            {
                "name": "light",
                "mass": 1.0,
                "particles": {"lattice": {"per_axis": 10}},
                "initial": {"anisotropic_maxwellian": {"density": 1.0, "temperatures": [1.5, 0.5]}},
            },
            {
                "name": "heavy",
                "mass": 4.0,
                "particles": {"lattice": {"per_axis": 8}},
                "initial": {"maxwellian": {"density": 0.5, "temperature": 2.0}},
            },
        ],
        "collisions": {"gamma": -3.0, "coefficients": {"uniform": 0.1}},
        "time": {"step": 0.1, "steps": 4},
    } | changes
