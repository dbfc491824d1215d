"""The command `landau` that was installed with the package.

Where no package is installed the one of this clone is tested, as far as it needs no compiled module.
"""

import importlib.util
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from plasmas import ROOT

# Pictures are drawn without a display.
os.environ.setdefault("MPLBACKEND", "Agg")
if importlib.util.find_spec("landau") is None:
    sys.path.insert(0, str(ROOT / "python"))


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
