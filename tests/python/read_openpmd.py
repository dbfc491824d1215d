"""Reads a series of openPMD frames with every common reader and compares it, bit for bit, with what was written.

    read_openpmd.py check FOLDER EXPECTATION.json     every reader finds exactly what is expected
    read_openpmd.py alter FOLDER EXPECTATION.json     the same of altered copies is noticed by every reader concerned

EXPECTATION.json:

    components (of velocities, by name), geometry (attributes of each species), comment (what that of the file ends with)
    seconds (per unit of time), software_version
    units     {"velocity": [unitSI, [the seven powers of unitDimension]], "weighting": …, "mass": …, "charge": …}
    frames    [{"step", "time", "dt", "species": [{"name", "mass", "charge", "velocities", "weights"}]}]

mass, charge, velocities and weights are expected as they are stored. Exit status 0: as expected; 1: a difference, whose
place is printed.
"""

import contextlib
import io
import json
import shutil
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
import openpmd_api
from openpmd_validator import check_h5
from openpmd_viewer import OpenPMDTimeSeries

SCALAR = openpmd_api.Record_Component.SCALAR
NO_UNIT = [1.0, [0.0] * 7]
COMMENT = "Spatially homogeneous: positions are the velocities, weightings are densities."
# macroWeighted and weightingPower of each record.
WEIGHTED = {
    "velocity": (0, 0.0),
    "position": (0, 0.0),
    "positionOffset": (0, 0.0),
    "weighting": (1, 1.0),
    "mass": (0, 1.0),
    "charge": (0, 1.0),
    "id": (0, 0.0),
}


class Difference(Exception):
    """Something is not what was written."""


def same(place, found, expected):
    """Type, shape and every bit agree."""
    found, expected = np.asarray(found), np.asarray(expected)
    if found.dtype != expected.dtype or found.shape != expected.shape or found.tobytes() != expected.tobytes():
        raise Difference(f"{place}: {found!r} instead of {expected!r}")


def equal(place, found, expected):
    if found != expected:
        raise Difference(f"{place}: {found!r} instead of {expected!r}")


class Record:
    """A record as it should be: its components (None names the only one of a scalar), constant or one value a particle."""

    def __init__(self, name, unit, components, constant=False):
        self.name = name
        self.unit_si, self.unit_dimension = unit
        self.macro_weighted, self.weighting_power = WEIGHTED[name]
        self.components = components
        self.constant = constant


def records(expectation, species, first_id):
    units, axes = expectation["units"], expectation["components"]
    count = len(species["weights"])
    velocities = np.array(species["velocities"], dtype=np.float64).reshape(count, len(axes))
    components = {axis: np.ascontiguousarray(velocities[:, i]) for i, axis in enumerate(axes)}
    weights = np.array(species["weights"], dtype=np.float64)
    ids = np.arange(first_id, first_id + count, dtype=np.uint64)

    def constant(value):
        return np.full(count, value, dtype=np.float64)

    return [
        Record("velocity", units["velocity"], components),
        Record("position", units["velocity"], components),
        Record("positionOffset", units["velocity"], {axis: constant(0.0) for axis in axes}, constant=True),
        Record("weighting", units["weighting"], {None: weights}),
        Record("id", NO_UNIT, {None: ids}),
        Record("mass", units["mass"], {None: constant(species["mass"])}, constant=True),
        Record("charge", units["charge"], {None: constant(species["charge"])}, constant=True),
    ]


def species_of(expectation, frame):
    """The name and the records of each species; ids run over all of them."""
    first_id = 0
    for species in frame["species"]:
        yield species["name"], records(expectation, species, first_id)
        first_id += len(species["weights"])


def file_of(folder, frame):
    return folder / f"frame_{frame['step']:08}.h5"


def attributes(place, node, expected):
    """The attributes of an HDF5 object are the expected ones and no others; strings are of fixed length and ASCII."""
    equal(f"{place} attributes", sorted(node.attrs), sorted(expected))
    for name, value in expected.items():
        if isinstance(value, str):
            datatype = node.attrs.get_id(name).get_type()
            if not isinstance(datatype, h5py.h5t.TypeStringID) or datatype.is_variable_str():
                raise Difference(f"{place} {name}: not a string of fixed length")
            equal(f"{place} {name} character set", datatype.get_cset(), h5py.h5t.CSET_ASCII)
            equal(f"{place} {name}", node.attrs[name].decode("ascii"), value)
        else:
            same(f"{place} {name}", node.attrs[name], value)


def read_with_h5py(folder, expectation):
    names = sorted(file_of(folder, frame).name for frame in expectation["frames"])
    equal("files", sorted(path.name for path in folder.iterdir()), names)
    for frame in expectation["frames"]:
        with h5py.File(file_of(folder, frame)) as file:
            root = {
                "openPMD": "1.1.0",
                "openPMDextension": np.uint32(0),
                "basePath": "/data/%T/",
                "particlesPath": "particles/",
                "iterationEncoding": "fileBased",
                "iterationFormat": "frame_%08T.h5",
                "software": "landau",
                "softwareVersion": expectation["software_version"],
                "comment": COMMENT + expectation["comment"],
            }
            attributes("/", file, root)
            equal("iterations", list(file["data"]), [str(frame["step"])])
            iteration = file[f"data/{frame['step']}"]
            times = {"time": frame["time"], "dt": frame["dt"], "timeUnitSI": expectation["seconds"]}
            attributes(iteration.name, iteration, {name: np.float64(value) for name, value in times.items()})
            equal("species", sorted(iteration["particles"]), sorted(s["name"] for s in frame["species"]))
            for name, expected_records in species_of(expectation, frame):
                species = iteration["particles"][name]
                equal(species.name, sorted(species), sorted(record.name for record in expected_records))
                attributes(species.name, species, expectation["geometry"])
                for record in expected_records:
                    read_record_with_h5py(file, species[record.name], record)


def read_record_with_h5py(file, node, record):
    described = {
        "unitDimension": np.array(record.unit_dimension, dtype=np.float64),
        "timeOffset": np.float64(0.0),
        "macroWeighted": np.uint32(record.macro_weighted),
        "weightingPower": np.float64(record.weighting_power),
    }
    if None not in record.components:
        attributes(node.name, node, described)
        equal(node.name, sorted(node), sorted(record.components))
    for component, values in record.components.items():
        expected = {"unitSI": np.float64(record.unit_si)}
        place = node.name if component is None else f"{node.name}/{component}"
        if component is None:
            expected |= described
        if record.constant:
            shape = file[place].attrs["shape"]
            same(f"{place} shape", shape, np.array(values.shape, dtype=np.uint64))
            same(place, np.full(shape, file[place].attrs["value"]), values)
            equal(place, len(file[place]), 0)
            expected |= {name: file[place].attrs[name] for name in ("value", "shape")}
        else:
            same(place, file[place][:], values)
            equal(f"{place} compression", file[place].compression, "gzip" if len(values) else None)
        attributes(place, file[place], expected)


def read_with_api(folder, expectation):
    series = openpmd_api.Series(str(folder / "frame_%08T.h5"), openpmd_api.Access.read_only)
    equal("openPMD", series.openPMD, "1.1.0")
    equal("software", (series.software, series.software_version), ("landau", expectation["software_version"]))
    equal("iterations", sorted(series.iterations), sorted(frame["step"] for frame in expectation["frames"]))
    for frame in expectation["frames"]:
        iteration = series.iterations[frame["step"]]
        same("time", iteration.time, frame["time"])
        same("dt", iteration.dt, frame["dt"])
        same("timeUnitSI", iteration.time_unit_SI, expectation["seconds"])
        equal("species", sorted(iteration.particles), sorted(s["name"] for s in frame["species"]))
        for name, expected_records in species_of(expectation, frame):
            species = iteration.particles[name]
            equal(name, sorted(species), sorted(record.name for record in expected_records))
            found = {key: species.get_attribute(key) for key in species.attributes}
            equal(f"{name} attributes", found, expectation["geometry"])
            for expected in expected_records:
                place, record = f"{frame['step']} {name} {expected.name}", species[expected.name]
                equal(f"{place} unitDimension", list(record.unit_dimension), expected.unit_dimension)
                same(f"{place} timeOffset", float(record.time_offset), 0.0)
                equal(f"{place} macroWeighted", record.get_attribute("macroWeighted"), expected.macro_weighted)
                equal(f"{place} weightingPower", record.get_attribute("weightingPower"), expected.weighting_power)
                equal(f"{place} scalar", record.scalar, None in expected.components)
                for axis, values in expected.components.items():
                    component = record[SCALAR if axis is None else axis]
                    same(f"{place} unitSI", component.unit_SI, expected.unit_si)
                    # openPMD-api takes an array without elements for a constant.
                    equal(f"{place} constant", component.constant, expected.constant or len(values) == 0)
                    loaded = component.load_chunk()
                    series.flush()
                    same(f"{place} {axis}", loaded, values)
    series.close()


def read_with_viewer(backend):
    def read(folder, expectation):
        series = OpenPMDTimeSeries(str(folder), check_all_files=True, backend=backend)
        frames = sorted(expectation["frames"], key=lambda frame: frame["step"])
        equal("iterations", list(series.iterations), [frame["step"] for frame in frames])
        same("times", series.t, np.array([frame["time"] for frame in frames]) * expectation["seconds"])
        for frame in frames:
            for name, expected_records in species_of(expectation, frame):
                variables = {}
                for record in expected_records:
                    for axis, values in record.components.items():
                        if record.name == "position":
                            variables[axis] = values * record.unit_si + 0.0
                        elif record.name == "weighting":
                            variables["w"] = values * record.unit_si
                        elif record.name == "id":
                            variables["id"] = values
                        elif record.name != "positionOffset":
                            variables[record.name if axis is None else f"{record.name}/{axis}"] = (
                                values * record.unit_si
                            )
                equal(name, sorted(series.avail_record_components[name]), sorted(variables))
                found = series.get_particle(list(variables), species=name, iteration=frame["step"])
                for (variable, values), read_values in zip(variables.items(), found, strict=True):
                    same(f"{frame['step']} {name} {variable}", read_values, values)

    return read


def validate(folder, expectation):
    for frame in expectation["frames"]:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            errors, _warnings = check_h5.check_file(str(file_of(folder, frame)))
        if errors:
            raise Difference(f"{file_of(folder, frame).name}: {printed.getvalue()}")


READERS = {
    "h5py": read_with_h5py,
    "openPMD-api": read_with_api,
    "openPMD-viewer, h5py": read_with_viewer("h5py"),
    "openPMD-viewer, openPMD-api": read_with_viewer("openpmd-api"),
    "openPMD-validator": validate,
}
# Readers that see the records' definitions, and those that see all values and their scales.
DEFINITIONS = {"h5py", "openPMD-api"}
VALUES = DEFINITIONS | {"openPMD-viewer, h5py", "openPMD-viewer, openPMD-api"}
RULES = {"h5py", "openPMD-validator"}


def last_bit(path, attribute=None):
    """Alters the last value of an array, or an attribute, by one unit in its last place."""

    def alter(iteration):
        node = iteration[path]
        if attribute:
            node.attrs.modify(attribute, np.nextafter(node.attrs[attribute], np.inf))
        elif node.dtype == np.uint64:
            node[-1] += 1
        else:
            node[-1] = np.nextafter(node[-1], np.inf)

    return alter


def replace(path, attribute, value):
    return lambda iteration: iteration[path].attrs.create(attribute, value)


def delete(path, attribute):
    return lambda iteration: iteration[path].attrs.pop(attribute)


def alterations(name, axes, geometry):
    """What is altered in a frame and its species, and which readers must notice; paths are relative to the iteration."""
    species = f"particles/{name}"
    altered = {
        "velocity": (last_bit(f"{species}/velocity/{axes[0]}"), VALUES),
        "position": (last_bit(f"{species}/position/{axes[-1]}"), VALUES),
        "weighting": (last_bit(f"{species}/weighting"), VALUES),
        "id": (last_bit(f"{species}/id"), VALUES),
        "mass": (last_bit(f"{species}/mass", "value"), VALUES),
        "charge": (last_bit(f"{species}/charge", "value"), VALUES),
        "positionOffset": (replace(f"{species}/positionOffset/{axes[-1]}", "value", 0.5), VALUES),
        "unitSI": (last_bit(f"{species}/weighting", "unitSI"), VALUES),
        "unitDimension": (replace(f"{species}/mass", "unitDimension", [9.0] * 7), DEFINITIONS),
        "macroWeighted": (replace(f"{species}/velocity", "macroWeighted", np.uint32(1)), DEFINITIONS),
        "weightingPower": (replace(f"{species}/id", "weightingPower", 3.0), DEFINITIONS),
        "time": (last_bit(".", "time"), VALUES),
        "dt": (last_bit(".", "dt"), DEFINITIONS),
        "timeUnitSI": (replace(".", "timeUnitSI", 3.0), VALUES),
        "iterationFormat": (replace("/", "iterationFormat", np.bytes_(b"frame_%T.h5")), {"h5py"}),
        "a string of varying length": (replace("/", "software", "landau"), RULES),
        "no timeOffset": (delete(f"{species}/velocity", "timeOffset"), RULES),
        "no basePath": (delete("/", "basePath"), RULES),
    }
    return altered | {key: (delete(species, key), DEFINITIONS) for key in geometry}


def notices(read, folder, expectation):
    try:
        read(folder, expectation)
    except Exception:
        return True
    return False


def check(folder, expectation):
    for name, read in READERS.items():
        try:
            read(folder, expectation)
        except Difference as difference:
            sys.exit(f"{name}: {difference}")


def alter(folder, expectation):
    frame = expectation["frames"][0]
    for what, (change, concerned) in alterations(
        frame["species"][0]["name"], expectation["components"], expectation["geometry"]
    ).items():
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch) / "particles"
            shutil.copytree(folder, copy)
            with h5py.File(file_of(copy, frame), "r+") as file:
                change(file[f"data/{frame['step']}"])
            for name in sorted(concerned):
                if not notices(READERS[name], copy, expectation):
                    sys.exit(f"{name} did not notice: {what}")


def main():
    command, folder, expectation = sys.argv[1], Path(sys.argv[2]), json.loads(Path(sys.argv[3]).read_text())
    {"check": check, "alter": alter}[command](folder, expectation)


if __name__ == "__main__":
    main()
