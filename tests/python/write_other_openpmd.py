"""Writes openPMD files as other programs do, and files that no run can start from.

    write_other_openpmd.py FOLDER

momentum.h5 and constant.h5 are openPMD-api's (groupBased, two iterations): momenta of macro-particles or of real ones, constant
records, counts as weights. The others are copies of the first with a change by h5py; those in FOLDER/bad cannot be read.
"""

import shutil
import sys
from pathlib import Path

import h5py
import numpy as np
import openpmd_api as io

SCALAR = io.Record_Component.SCALAR
MASS = 9.1093837139e-31
COUNT = 20
VELOCITY = [1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0]


def series(path, momentum_power, constant):
    series = io.Series(str(path), io.Access.create, '{"iteration_encoding": "group_based"}')
    for step in (0, 7):
        species = series.iterations[step].particles["electron"]
        velocity = np.arange(3 * COUNT).reshape(3, COUNT) * 1e5 + step
        weights = np.full(COUNT, 2.0e9) if constant else 1e9 * (1.0 + np.arange(COUNT))
        kind = io.Dataset(np.dtype("float64"), [COUNT])
        for axis, values in zip("xyz", velocity, strict=True):
            for record, data in (("position", np.zeros(COUNT)), ("momentum", values * MASS * weights**momentum_power)):
                component = species[record][axis]
                component.reset_dataset(kind)
                component.store_chunk(np.ascontiguousarray(data))
                component.unit_SI = 1.0
            species["positionOffset"][axis].reset_dataset(kind)
            species["positionOffset"][axis].make_constant(0.0)
        dimension = io.Unit_Dimension
        species["momentum"].unit_dimension = {dimension.L: 1.0, dimension.M: 1.0, dimension.T: -1.0}
        species["momentum"].set_attribute("macroWeighted", np.uint32(momentum_power))
        species["momentum"].set_attribute("weightingPower", 1.0)
        species["mass"][SCALAR].reset_dataset(kind)
        species["mass"][SCALAR].make_constant(MASS)
        species["mass"].unit_dimension = {dimension.M: 1.0}
        weighting = species["weighting"][SCALAR]
        weighting.reset_dataset(kind)
        if constant:
            weighting.make_constant(2.0e9)
        else:
            weighting.store_chunk(weights)
        series.flush()
    series.close()


def replace(group, name, values):
    """Other values of an array, with its attributes."""
    attributes = dict(group[name].attrs)
    del group[name]
    group.create_dataset(name, data=values).attrs.update(attributes)


def copies(folder, changes):
    folder.mkdir(exist_ok=True)
    for name, change in changes.items():
        path = folder / f"{name}.h5"
        shutil.copy(ROOT / "momentum.h5", path)
        with h5py.File(path, "r+") as file:
            change(file, file["data/7/particles/electron"])


def move_particles(file, species):
    file.attrs.modify("particlesPath", np.bytes_(b"things/"))
    file.move("data/7/particles", "data/7/things")


def in_grams(file, species):
    for axis in "xyz":
        component = species["momentum"][axis]
        component[:] *= 1000
        component.attrs.modify("unitSI", 1e-3)


def with_velocity(file, species):
    velocity = species.create_group("velocity")
    velocity.attrs["unitDimension"] = VELOCITY
    for axis in "xyz":
        weights = species["weighting"][:]
        velocity.create_dataset(axis, data=species["momentum"][axis][:] / weights / MASS).attrs["unitSI"] = 1.0
    del species["momentum"], species["mass"]


def with_rings(file, species):
    """Momenta along an axis and across it."""
    momentum = species["momentum"]
    momentum.move("y", "r")
    del momentum["x"]


def beyond_the_axis(file, species):
    with_rings(file, species)
    species["momentum/r"][3] = -1.0


def single_precision(file, species):
    replace(species, "weighting", species["weighting"][:].astype("f4"))
    for axis in "xyz":
        replace(species["momentum"], axis, (species["momentum"][axis][:] * 1e20).astype("f4"))
        species["momentum"][axis].attrs.modify("unitSI", 1e-20)


def masses_of_macro_particles(file, species):
    weights = species["weighting"][:]
    del species["mass"]
    mass = species.create_dataset("mass", data=MASS * weights)
    mass.attrs.update({"unitSI": 1.0, "unitDimension": np.eye(7)[1], "macroWeighted": np.uint32(1), "weightingPower": 1.0})


def constant_mass(**attributes):
    """As some programs write what is the same for all: with the shape of one number, or none."""

    def change(file, species):
        del species["mass"]
        species.create_group("mass").attrs.update({"unitSI": 1.0, "unitDimension": np.eye(7)[1], "value": MASS} | attributes)

    return change


def weighed_in(power):
    return attribute("weighting", "unitDimension", [power, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])


def momenta_of_one(species):
    """Momenta of real particles, for species whose weights say nothing of them."""
    for axis in "xyz":
        species["momentum"][axis][:] /= species["weighting"][:]
    species["momentum"].attrs.modify("macroWeighted", np.uint32(0))


def without_weighting(file, species):
    momenta_of_one(species)
    del species["weighting"]


def beam(base, path):
    """As beam physics has it: no group around the records, weights in coulombs."""

    def change(file, species):
        momenta_of_one(species)
        species["weighting"][:] *= 1.602176634e-19
        species["weighting"].attrs.modify("unitDimension", [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0])
        species.move("weighting", "weight")
        if path == "/":
            for name in list(species):
                file.move(f"data/7/particles/electron/{name}", name)
        else:
            file.move("data/7/particles/electron", path)
        file[path].attrs["speciesType"] = np.bytes_(b"electron")
        del file["data"]
        # Not modified, which would keep the length of the former text.
        file.attrs["basePath"] = np.bytes_(base)
        file.attrs["particlesPath"] = np.bytes_(b"./")

    return change


def empty_at_the_end(file, species):
    for axis in "xyz":
        replace(species["momentum"], axis, np.zeros(0))
    replace(species, "weighting", np.zeros(0))


def latest(file, species):
    """Chunks and filters in the newest layout that the library writes."""
    with h5py.File(Path(file.filename).with_suffix(".H5"), "w", libver="latest") as newest:
        file.copy("data", newest)
        newest.attrs.update(file.attrs)
        there = newest["data/7/particles/electron"]
        for group, name in [(there, "weighting")] + [(there["momentum"], axis) for axis in "xyz"]:
            values, attributes = group[name][:], dict(group[name].attrs)
            del group[name]
            group.create_dataset(name, data=values, chunks=(8,), maxshape=(None,), compression="gzip", shuffle=True).attrs.update(attributes)


def constant(file, species, **attributes):
    del species["weighting"]
    species.create_group("weighting").attrs.update({"unitSI": 1.0, "unitDimension": np.zeros(7)} | attributes)


def attribute(record, name, value):
    return lambda file, species: species[record].attrs.modify(name, value)


def fast(file, species):
    for axis in "xyz":
        species["momentum"][axis].attrs.modify("unitSI", 10.0)


def poke(record, value):
    def change(file, species):
        species[record][3] = value

    return change


ROOT = Path(sys.argv[1])
series(ROOT / "momentum.h5", 1, False)
series(ROOT / "constant.h5", 0, True)
copies(
    ROOT,
    {
        "moved": move_particles,
        "grams": in_grams,
        "velocity": with_velocity,
        "rings": with_rings,
        "single": single_precision,
        "macro_mass": masses_of_macro_particles,
        "no_mass": lambda file, species: species.__delitem__("mass"),
        "mass_of_one": constant_mass(shape=[1]),
        "mass_of_none": constant_mass(shape=[0]),
        "mass_without_shape": constant_mass(),
        "per_length": weighed_in(-1.0),
        "per_area": weighed_in(-2.0),
        "no_weight": poke("weighting", 0.0),
        "no_weighting": without_weighting,
        "beam": beam(b"/", "/"),
        "screen": beam(b"/screen/%T/", "screen/7"),
        "empty_at_the_end": empty_at_the_end,
        "absent_at_the_end": lambda file, species: species.parent.move("electron", "ion"),
        "newest": latest,
        "densities": attribute("weighting", "unitDimension", [-3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    },
)
copies(
    ROOT / "bad",
    {
        "no_data": lambda file, species: file.__delitem__("data"),
        "no_iteration": lambda file, species: [file["data"].__delitem__(name) for name in list(file["data"])],
        "no_particles": lambda file, species: file["data/7"].__delitem__("particles"),
        "no_weighting": lambda file, species: species.__delitem__("weighting"),
        "no_units": lambda file, species: species["weighting"].attrs.__delitem__("unitDimension"),
        "other_mass": attribute("mass", "value", 1836 * MASS),
        "no_momentum": lambda file, species: species.__delitem__("momentum"),
        "no_z": lambda file, species: species["momentum"].__delitem__("z"),
        "no_power": lambda file, species: species["momentum"].attrs.__delitem__("weightingPower"),
        "length": lambda file, species: replace(species["momentum"], "y", np.zeros(COUNT + 1)),
        "momentum_in_metres": attribute("momentum", "unitDimension", [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        "without_units": attribute("momentum", "unitDimension", np.zeros(7)),
        "weighting_in_metres": attribute("weighting", "unitDimension", [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        "fast": fast,
        "no_value": lambda file, species: constant(file, species, shape=[COUNT]),
        "text_value": lambda file, species: constant(file, species, shape=[COUNT], value="many"),
        "huge_shape": lambda file, species: constant(file, species, value=1.0, shape=[10**15]),
        "scalar_momentum": lambda file, species: (species.__delitem__("momentum"), species.create_dataset("momentum", data=[1.0])),
        "negative": poke("weighting", -1.0),
        "text": lambda file, species: replace(species, "weighting", np.full(COUNT, b"1")),
        "complex": lambda file, species: replace(species, "weighting", np.full(COUNT, 1j)),
        "nan": poke("momentum/x", np.nan),
        "negative_r": beyond_the_axis,
        "one": lambda file, species: replace(species, "weighting", [1.0]),
    },
)
