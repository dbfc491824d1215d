"""Reads the densities over velocities along and across an axis of an openPMD frame with common readers and the Python package.

    read_distribution.py FOLDER NAME DENSITY     a run folder, a species, and its density

Exit status 0: readers agree, the validator finds no error, and the density times the volumes of its cells is that of the species.
"""

import contextlib
import io
import sys
from pathlib import Path

import h5py
import numpy as np
import openpmd_api
from openpmd_validator import check_h5

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))
from landau.run import Run  # noqa: E402  It needs no compiled module.

folder, name, density = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
(path,) = sorted((folder / "particles").glob("*.h5"))[-1:]
with h5py.File(path) as file:
    (step,) = file["data"]
    record = file[f"data/{step}/meshes/{name}_distribution"]
    held, attributes = record[:], dict(record.attrs)

series = openpmd_api.Series(str(folder / "particles/frame_%08T.h5"), openpmd_api.Access.read_only)
mesh = series.iterations[int(step)].meshes[f"{name}_distribution"]
loaded = mesh[openpmd_api.Record_Component.SCALAR].load_chunk()
series.flush()
assert (loaded == held).all(), "openPMD-api reads something else"
assert mesh.axis_labels == ["parallel", "perpendicular"], mesh.axis_labels

messages = io.StringIO()
with contextlib.redirect_stdout(messages):
    with h5py.File(path) as file:
        errors, warnings = np.asarray(check_h5.check_meshes(file, step, False, {"ED-PIC": False}))[:2]
assert errors == 0, f"{errors} errors: {messages.getvalue()}"

found = Run(folder).frames[-1].distribution(name)
assert (found.density == held).all() and found.density.shape == (len(found.along), len(found.across))
width = attributes["gridSpacing"][0]
assert found.along[0] == attributes["gridGlobalOffset"][0] + 0.5 * width and found.across[0] == 0.5 * width
total = float((found.density * found.volumes).sum())
# Cells of 0.8 deviations of the mollifier miss 6e-6 of those next to the axis.
assert abs(total / density - 1.0) < 1e-5, (total, density)
mean = float((found.density * found.volumes * found.along[:, None]).sum() / total)
print(total, mean, found.axis)
