"""The package as it is installed: the command, and the types."""

import subprocess
import sys
from pathlib import Path

import landau

PACKAGE = Path(landau.__file__).parent


def test_the_command_comes_with_the_package(command):
    assert command("--version").stdout == f"landau {landau.__version__}\n"
    wrong = command("check", "nowhere.json", check=False)
    assert wrong.returncode == 2 and wrong.stderr.startswith("error: nowhere.json: cannot read the scenario")
    module = subprocess.run([sys.executable, "-m", "landau", "--version"], capture_output=True, text=True, check=True)
    assert module.stdout == f"landau {landau.__version__}\n"


def test_public_names_are_there():
    for name in landau.__all__:
        assert getattr(landau, name).__doc__, name
    assert set(landau.__all__) <= set(dir(landau))


def test_stubs_are_those_of_the_compiled_module():
    done = subprocess.run([sys.executable, "-m", "mypy.stubtest", "landau._core"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_types_are_right():
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports", "-p", "landau"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
