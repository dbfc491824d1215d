"""What the tests share: small plasmas, and the command `landau` that was installed with the package.

Where no package is installed the one of this clone is tested, as far as it needs no compiled module.
"""

import importlib.util
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Pictures are drawn without a display.
os.environ.setdefault("MPLBACKEND", "Agg")
if importlib.util.find_spec("landau") is None:
    sys.path.insert(0, str(ROOT / "python"))


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


@pytest.fixture
def command(tmp_path):
    """Runs the installed command in an empty folder; returns the completed process."""
    name = "landau.exe" if os.name == "nt" else "landau"
    program = Path(sysconfig.get_path("scripts")) / name

    def run(*words, check=True, **options):
        done = subprocess.run(
            [program, *map(str, words)], cwd=tmp_path, capture_output=True, text=True, check=False, **options
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    return run


@pytest.fixture
def python():
    """Runs a program in another interpreter."""

    def run(text, **options):
        return subprocess.Popen([sys.executable, "-c", text], text=True, **options)

    return run
