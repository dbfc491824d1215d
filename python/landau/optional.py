"""Packages that only reading particles, drawing and conversions need: imported when they are used."""

import importlib
from typing import Any


def need(package: str, purpose: str) -> Any:
    """The package, imported.

    Raises ImportError, with what to install, where it is missing.
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        raise ImportError(f"{purpose} needs {error.name}: pip install 'landau[plots]'", name=error.name) from None
