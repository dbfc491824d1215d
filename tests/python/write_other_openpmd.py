"""Writes openPMD files as other programs do: momenta of macro-particles or of real ones, constant records, counts as weights.

    write_other_openpmd.py FOLDER    writes momentum.h5 and constant.h5 (groupBased, two iterations)
"""

import sys
from pathlib import Path

import numpy as np
import openpmd_api as io

SCALAR = io.Record_Component.SCALAR
MASS = 9.1093837139e-31


def series(path, momentum_power, constant):
    series = io.Series(str(path), io.Access.create, '{"iteration_encoding": "group_based"}')
    for step in (0, 7):
        species = series.iterations[step].particles["electron"]
        count = 20
        velocity = np.arange(3 * count).reshape(3, count) * 1e5 + step
        weights = np.full(count, 2.0e9) if constant else 1e9 * (1.0 + np.arange(count))
        kind = io.Dataset(np.dtype("float64"), [count])
        for axis, values in zip("xyz", velocity, strict=True):
            for record, data in (("position", np.zeros(count)), ("momentum", values * MASS * weights**momentum_power)):
                component = species[record][axis]
                component.reset_dataset(kind)
                component.store_chunk(np.ascontiguousarray(data))
                component.unit_SI = 1.0
            species["positionOffset"][axis].reset_dataset(kind)
            species["positionOffset"][axis].make_constant(0.0)
        species["momentum"].set_attribute("macroWeighted", np.uint32(momentum_power))
        species["momentum"].set_attribute("weightingPower", 1.0)
        species["mass"][SCALAR].reset_dataset(kind)
        species["mass"][SCALAR].make_constant(MASS)
        weighting = species["weighting"][SCALAR]
        weighting.reset_dataset(kind)
        if constant:
            weighting.make_constant(2.0e9)
        else:
            weighting.store_chunk(weights)
        series.flush()
    series.close()


folder = Path(sys.argv[1])
series(folder / "momentum.h5", 1, False)
series(folder / "constant.h5", 0, True)
