"""Deterministic particle solver for the spatially homogeneous multispecies Landau equation.

    import landau

    s = landau.Scenario.load("scenarios/coulomb_3d.json")
    s["species.0.initial.maxwellian.temperature"] = 2.0
    run = s.run(threads=2)
    run.diagnostics["proton_temperature"]
    run.plot("temperatures")

| name | is |
|---|---|
| `Scenario` | what is to be run, from a file or a dictionary |
| `Simulation` | a run that is stepped, from `Scenario.simulation()` |
| `Run`, `open` | what a run left, in memory or in a folder |
| `resume` | continues a run in a folder |
| `sweep` | many runs of one scenario |
| `transport` | transport coefficients |
| `functionals` | functionals of densities given by formula |
| `schema` | the JSON Schema of scenarios |
| `Error`, `ScenarioError`, `RunError`, `FolderError`, `RunFolderError`, `RunWarning` | what goes wrong |

These names and the signatures of what they are stay as they are until version 1.0 says otherwise in CHANGELOG.md; what begins with
an underscore may change at any time.

Every name is loaded when it is first used, so that runs are read and drawn without the compiled solver.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._core import View as View
    from ._sweep import sweep as sweep
    from .errors import Error as Error
    from .errors import FolderError as FolderError
    from .errors import RunError as RunError
    from .errors import RunWarning as RunWarning
    from .errors import ScenarioError as ScenarioError
    from .folder import RunFolderError as RunFolderError
    from .run import Run as Run
    from .run import open as open
    from .scenario import Scenario as Scenario
    from .scenario import functionals as functionals
    from .scenario import resume as resume
    from .scenario import schema as schema
    from .scenario import transport as transport
    from .simulation import Simulation as Simulation

# The module of each public name.
_MODULES = {
    "Error": "errors",
    "FolderError": "errors",
    "Run": "run",
    "RunError": "errors",
    "RunFolderError": "folder",
    "RunWarning": "errors",
    "Scenario": "scenario",
    "ScenarioError": "errors",
    "Simulation": "simulation",
    "View": "_core",
    "functionals": "scenario",
    "open": "run",
    "resume": "scenario",
    "schema": "scenario",
    "sweep": "_sweep",
    "transport": "scenario",
}
__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("landau._core").version()
    if name not in _MODULES:
        raise AttributeError(f"module 'landau' has no attribute {name!r}; it has {', '.join(__all__)}")
    value = getattr(importlib.import_module(f"landau.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
