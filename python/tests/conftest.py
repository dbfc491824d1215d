"""Tests are of the installed package, or of the one beside them where none is installed, which has no compiled module."""

import importlib.util
import os
import sys
from pathlib import Path

# Pictures are drawn without a display.
os.environ.setdefault("MPLBACKEND", "Agg")
if importlib.util.find_spec("landau") is None:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
