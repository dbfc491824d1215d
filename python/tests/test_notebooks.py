"""The notebooks run from their first cell to their last, and are kept without outputs."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
# What each must have printed: the claim that it is about.
CLAIMS = {
    "01_first_run": "entropy falls at every step: True",
    "02_your_own_distribution": "orders between them",
    "03_conductivity_and_slowing_down": "both take the same at a mean energy of",
    "04_theorem_1_2": "dI/dt changes its sign at -2.83",
}


def texts(notebook):
    """What the cells printed, and the kinds of what they showed."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    printed = "".join(output.text for output in outputs if output.output_type == "stream")
    return printed, [kind for output in outputs for kind in output.get("data", {})]


def test_every_notebook_is_tried():
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(CLAIMS)


@pytest.mark.parametrize("name", CLAIMS)
def test_notebooks_run(name):
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert cell.cell_type == "markdown" or (not cell.outputs and cell.execution_count is None), cell.source
    # A cell that raises ends the run with its traceback. Machines may be busy.
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}})
    # A notebook shows figures by the backend of its kernel, not by that of the other tests.
    client.execute(env={name: value for name, value in os.environ.items() if name != "MPLBACKEND"})
    printed, shown = texts(notebook)
    assert CLAIMS[name] in printed
    assert "image/png" in shown
