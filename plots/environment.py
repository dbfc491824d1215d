"""Lets every script of this folder run on a bare Python: what a script declares (PEP 723) is installed once, in a virtual
environment of its own under the user's cache directory. Where the packages are at hand already (`uv run`, another
environment), nothing is made.

Needs Python 3.11, its modules venv and pip, and a package index the first time. Only the standard library here.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

# The folder of the Python package of this clone.
PACKAGE = Path(__file__).resolve().parent.parent / "python"
# Where a package is imported by another name than it is installed by.
IMPORTED_AS = {"pillow": "PIL"}
# Set in the second life of a script, so that a broken environment ends in an error and not in a loop.
ENTERED = "LANDAU_PLOTS_ENVIRONMENT"


def dependencies(script):
    """What the PEP 723 block of a script asks for, as `name==version`."""
    text = Path(script).read_text(encoding="utf-8")
    block = re.search(r"(?m)^# /// script$\n((?:^#.*$\n)+?)^# ///$", text)
    if block is None:
        return []
    lines = (line.removeprefix("#").removeprefix(" ") for line in block[1].splitlines())
    return tomllib.loads("\n".join(lines))["dependencies"]


def enter(script):
    """Returns if the packages of `script` can be imported, and the package of this clone with them; else runs it anew where they
    can, and exits as it does."""
    # Before an installed one, and without a compiled module: what scripts draw with is that of this clone.
    sys.path.insert(0, str(PACKAGE))
    # Scripts write files; they need no display.
    os.environ["MPLBACKEND"] = "Agg"
    packages = dependencies(script)
    names = [re.split(r"[=<>~! ]", package)[0] for package in packages]
    missing = [name for name in names if importlib.util.find_spec(IMPORTED_AS.get(name, name)) is None]
    if not missing:
        return
    if ENTERED in os.environ:
        sys.exit(f"error: {sys.prefix} lacks {', '.join(missing)}; remove it and try again")
    python = environment(packages)
    try:
        result = subprocess.run([python, script, *sys.argv[1:]], env={**os.environ, ENTERED: "1"}, check=False)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(result.returncode)


def environment(packages):
    """The interpreter of the environment for these packages, which is made if it does not exist."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "landau"
    key = "\n".join([*sorted(packages), sys.version, sys.base_prefix])
    folder = cache / f"plots-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    finished = folder / "finished"
    if finished.exists():
        return python
    print(f"installing {', '.join(packages)} into {folder} (once)", file=sys.stderr)
    advice = f"install the packages yourself ({' '.join(packages)}), or remove {folder} and try again"
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        subprocess.run([*pip, *packages], check=True)
        finished.touch()
    except subprocess.CalledProcessError:
        sys.exit(
            "error: cannot make the environment for the plots (on Debian and Ubuntu it needs the package "
            f"python3-venv, anywhere a package index); {advice}"
        )
    except OSError as error:
        sys.exit(f"error: cannot make the environment for the plots: {error}; {advice}")
    return python
