"""The spatially homogeneous multispecies Landau equation: its solver, and the runs that it left.

    run = landau.open("out/bkw_2d")
    run.diagnostics["heavy_temperature"]
    run.plot("temperatures")

Every name is loaded when it is first used, so that runs are read and drawn without the compiled solver.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from landau.folder import RunFolderError as RunFolderError
    from landau.run import Run as Run
    from landau.run import open as open

# The module of each public name.
_MODULES = {"Run": "run", "RunFolderError": "folder", "open": "run"}
__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'landau' has no attribute {name!r}; it has {', '.join(__all__)}")
    value = getattr(importlib.import_module(f"landau.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
