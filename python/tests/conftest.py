"""The command `landau` that was installed with the package."""

import os
import subprocess
import sysconfig
from pathlib import Path

import pytest

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
