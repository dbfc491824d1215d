"""Runs, from folders that are written here and from memory: what they hold, what is drawn of them, and every message."""

import copy
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import landau
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from landau import pictures
from landau.run import Run

TIMES = np.array([0.0, 0.5, 1.0])
SCENARIO: dict[str, Any] = {
    "version": 1,
    "title": "Two <species>",
    "dimension": 2,
    "symmetry": {"none": {}},
    "units": {"normalized": {}},
    "species": [
        {"name": "a", "mass": 2.0, "charge": 1.0, "initial": {"maxwellian": {"density": 1.0}}, "particles": {"random": {"count": 40}}},
        {"name": "a_b", "mass": 1.0, "charge": 0.0, "initial": {"maxwellian": {"density": 1.0}}, "particles": {"random": {"count": 40}}},
        {"name": "ion", "charge": 1.0, "fixed": {"density": 0.5, "velocity": [0.0, 0.0]}},
    ],
    "collisions": {"gamma": -3.0, "coefficients": {"uniform": 0.1}},
    "score": {"mesh": {"order": 4}},
    "time": {"step": 0.5, "steps": 2},
}
# A field drives the charges of `a`.
DRIVEN = SCENARIO | {"fields": {"electric": [0.1, 0.0]}}
SUMMARY: dict[str, Any] = {
    "status": "completed",
    "reason": None,
    "warnings": ["a & b"],
    "species": {name: {"particles": 40, "spacing": 0.3, "bandwidth": 0.2} for name in ("a", "a_b")},
}


def columns(species: tuple[str, ...] = ("a", "a_b"), axes: str = "xy") -> dict[str, np.ndarray]:
    """Rows as a run writes them: entropy falls, the temperatures of the species meet, one error is left empty."""
    found = {"step": np.arange(3.0), "time": TIMES}
    found |= {f"momentum_{axis}": np.full(3, 0.1) for axis in axes}
    found |= {"energy": np.full(3, 3.0), "entropy": -TIMES, "entropy_rate": np.full(3, -1.0)}
    for i, name in enumerate(species):
        found[f"{name}_density"] = np.ones(3)
        found |= {f"{name}_velocity_{axis}": 0.1 * (i + 1.0) + 0.0 * TIMES for axis in axes}
        found[f"{name}_temperature"] = 1.0 + (0.5 - i) * np.exp(-TIMES)
        found |= {f"{name}_temperature_{x}{y}": found[f"{name}_temperature"] * (x == y) for x in axes for y in axes if x <= y}
        found[f"{name}_entropy"] = -0.5 * TIMES
    return found


def cloud(name: str, step: int, width: int = 2) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(step + 10 * len(name))
    return generator.normal(size=(40, width)), generator.uniform(0.5, 1.0, size=40)


def write(folder: Path, scenario: dict[str, Any], rows: dict[str, np.ndarray], frames: bool = True, summary: Any = SUMMARY) -> Path:
    folder.mkdir()
    (folder / "scenario.json").write_text(json.dumps(scenario), encoding="utf-8")
    if summary is not None:
        (folder / "run.json").write_text(json.dumps(summary), encoding="utf-8")
    cells = [["" if np.isnan(value) else repr(float(value)) for value in row] for row in np.array(list(rows.values())).T]
    text = "".join(",".join(line) + "\n" for line in [list(rows), *cells])
    (folder / "diagnostics.csv").write_text(text, encoding="utf-8")
    if frames:
        (folder / "particles").mkdir()
        for step in (2, 0):
            with h5py.File(folder / f"particles/frame_{step:08}.h5", "w") as file:
                group = file.create_group(f"data/{step}")
                group.attrs["time"] = 0.5 * step
                for name in ("a", "a_b"):
                    velocities, weights = cloud(name, step)
                    for i, axis in enumerate("xy"):
                        group[f"particles/{name}/velocity/{axis}"] = velocities[:, i]
                    group[f"particles/{name}/weighting"] = weights
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "run", SCENARIO, columns())


def in_memory(scenario: dict[str, Any] = SCENARIO, rows: dict[str, np.ndarray] | None = None, frames: Any = None) -> Run:
    rows = columns() if rows is None else rows
    if frames is None:
        frames = [(step, 0.5 * step, {name: cloud(name, step) for name in ("a", "a_b")}) for step in (2, 0)]
    return Run.from_memory(scenario, SUMMARY, list(rows), np.array(list(rows.values())).T, frames)


def test_a_folder_and_memory_hold_the_same(folder: Path) -> None:
    read, held = landau.open(str(folder)), in_memory()
    assert (read.path, held.path) == (folder, None)
    for run in (read, held):
        assert (run.title, run.dimension, run.gamma, run.time, run.status) == ("Two <species>", 2, -3.0, 1.0, "completed")
        assert [species.name for species in run.species] == ["a", "a_b", "ion"]
        assert [species.name for species in run.moving] == ["a", "a_b"]
        assert run.scenario == SCENARIO and run.summary == SUMMARY and run.warnings == ["a & b"]
        assert list(run.diagnostics) == list(columns())
        assert [(frame.step, frame.time) for frame in run.frames] == [(0, 0.0), (2, 1.0)]
        for frame in run.frames:
            for name in ("a", "a_b"):
                for found, written in zip(frame.particles(name), cloud(name, frame.step), strict=True):
                    assert np.array_equal(found, written)
    for name, values in columns().items():
        assert np.array_equal(read.diagnostics[name], values) and np.array_equal(held.diagnostics[name], values)


def test_both_are_drawn_alike_byte_for_byte(folder: Path, tmp_path: Path) -> None:
    read, held = landau.open(folder), in_memory()
    expected = ["conservation", "entropy", "temperatures", "velocities", "anisotropy", "density", "profiles", "particles", "animation"]
    # The page holds the bytes of every picture.
    pages = [run.report(tmp_path / f"{i}.html").read_text(encoding="utf-8") for i, run in enumerate((read, held))]
    assert re.findall(r'<figure id="(\w+)"', pages[0]) == expected
    assert pages[0] == pages[1] and "Two &lt;species&gt;" in pages[0]
    assert pages[0].count("data:image/png") == 8 and pages[0].count("data:image/gif") == 1
    plt.close("all")


def test_empty_cells_are_nan_and_an_unfinished_line_is_not_read(tmp_path: Path) -> None:
    rows = columns() | {"a_error_l2": np.array([0.1, np.nan, 0.3])}
    folder = write(tmp_path / "run", SCENARIO, rows, frames=False, summary=None)
    with (folder / "diagnostics.csv").open("a", encoding="utf-8") as file:
        file.write("3,1.5,0.1")
    run = landau.open(folder)
    assert np.array_equal(run.diagnostics["a_error_l2"], rows["a_error_l2"], equal_nan=True)
    assert run.summary is None and run.status is None and run.warnings == [] and run.frames == []
    assert "no run.json" in repr(run)


def test_diagnostics_as_tables() -> None:
    rows = in_memory().diagnostics
    frame = rows.to_pandas()
    assert list(frame.columns) == list(columns()) and np.array_equal(frame["a_temperature"], rows["a_temperature"])
    data = rows.to_xarray()
    assert data.a_temperature.dims == ("time",) and np.array_equal(data.time, TIMES) and np.array_equal(data.step, [0, 1, 2])
    assert data.a_temperature.attrs == {}
    assert repr(rows) == f"<diagnostics: 3 rows of {len(columns())} columns, step, time, momentum_x … a_b_entropy>"


def test_units_of_columns_in_si() -> None:
    scenario = copy.deepcopy(SCENARIO) | {"units": {"si": {}}}
    more = ["work", "momentum_given_x", "electric_power", "ion_power", "a_heating_power", "a_heat_flux_x", "a_beyond_1e6", "a_error_l2"]
    rows = in_memory(scenario, columns() | {name: TIMES for name in more}).diagnostics
    expected = {
        "step": "1", "time": "s", "momentum_x": "kg m^-2 s^-1", "momentum_given_x": "kg m^-2 s^-1", "energy": "J m^-3", "work": "J m^-3",
        "entropy": "m^-3", "entropy_rate": "m^-3 s^-1", "electric_power": "W m^-3", "ion_power": "W m^-3", "a_heating_power": "W m^-3",
        "a_density": "m^-3", "a_velocity_y": "m s^-1", "a_temperature": "eV", "a_temperature_xy": "eV", "a_b_temperature": "eV",
        "a_heat_flux_x": "W m^-2", "a_entropy": "m^-3", "a_beyond_1e6": "m^-3", "a_error_l2": "1",
    }  # fmt: skip
    assert {name: rows.unit(name) for name in expected} == expected
    assert all(rows.unit(name) is not None for name in rows)
    data = rows.to_xarray()
    assert data.a_b_temperature.attrs == {"units": "eV"} and data.time.attrs == {"units": "s"}
    assert "<th>a_temperature (eV)</th>" in rows._repr_html_() and "<th>step</th>" in rows._repr_html_()
    assert in_memory().diagnostics.unit("time") is None


def test_long_tables_are_shown_in_part() -> None:
    rows = {name: np.resize(values, 20) for name, values in columns().items()}
    shown = in_memory(rows=rows).diagnostics._repr_html_()
    assert "… 12 rows …" in shown and shown.count("<tr>") == 1 + 8 + 1
    assert in_memory().diagnostics._repr_html_().count("<tr>") == 1 + 3


def test_what_a_notebook_shows_of_a_run(folder: Path) -> None:
    for run in (landau.open(folder), in_memory()):
        shown = run._repr_html_()
        for text in ("Two &lt;species&gt;", "a, a_b, ion", "completed", "3, to t = 1", "<td>2</td>", "a &amp; b"):
            assert text in shown, text
    assert repr(in_memory()) == "<run in memory: a, a_b, ion; completed>"


def test_every_name_is_drawn_and_said(folder: Path) -> None:
    table = "per_axis,a_error_l2,a_b_error_l2\n10,1e-1,2e-1\n20,1e-2,2e-2\n"
    (folder / "convergence.csv").write_text(table, encoding="utf-8")
    rows = columns() | {"a_error_l2": TIMES, "a_b_error_l2": TIMES}
    with_errors = write(folder.parent / "errors", SCENARIO, rows)
    rows = columns() | {"electric_power": TIMES, "work": TIMES, "momentum_given_x": TIMES, "momentum_given_y": TIMES}
    driven = write(folder.parent / "driven", DRIVEN, rows)
    for name in pictures.NAMES:
        run = landau.open({"errors": with_errors, "currents": driven, "power": driven}.get(name, folder))
        figure = run.plot(name)
        assert figure.axes and figure.number in plt.get_fignums()
        assert f"`{name}`" in str(Run.plot.__doc__)
    plt.close("all")


def test_the_current_is_that_of_the_charges_and_power_that_of_the_columns() -> None:
    rows = columns() | {"electric_power": TIMES, "a_heating_power": 2.0 * TIMES, "energy": 3.0 + 1.5 * TIMES**2}
    run = in_memory(DRIVEN, rows)
    # The charge 1 of density 1 at 0.1 along each axis; `a_b` has none.
    lines = run.plot("currents").axes[0].lines
    for line in lines[:2]:
        np.testing.assert_allclose(line.get_ydata(), 0.1)
    drawn = {line.get_label(): np.asarray(line.get_ydata()) for line in run.plot("power").axes[0].lines}
    # d(1.5 t²)/dt between the rows is 3 t there, the sum of both powers.
    middle = 0.5 * (TIMES[1:] + TIMES[:-1])
    np.testing.assert_allclose(drawn["electric"] + drawn["a heating"], 3.0 * TIMES)
    np.testing.assert_allclose(drawn["change of energy, between rows"], 3.0 * middle)
    plt.close("all")


def test_pictures_of_one_species() -> None:
    run = in_memory()
    for choice in ("a_b", ["a_b"]):
        (axes,) = run.plot("temperatures", species=choice).axes
        labels = [line.get_label() for line in axes.lines]
        # The equilibrium is that of all species.
        assert labels[0] == "a_b" and "a" not in labels
    both = {line.get_label(): line.get_color() for line in run.plot().axes[0].lines}
    assert both["a_b"] == axes.lines[0].get_color() and both["a"] != both["a_b"]
    for name, panels in (("density", 2), ("profiles", 3), ("particles", 2)):
        # Beside the panels stands at most one bar of colours.
        assert len(run.plot(name, species="a").axes) in (panels, panels + 1), name
    plt.close("all")


def test_the_settings_of_matplotlib_stay() -> None:
    before = dict(matplotlib.rcParams)
    for name in ("temperatures", "particles"):
        pictures.picture(in_memory(), name).encode("svg")
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("temperature", {}, f"no picture 'temperature'; there are {', '.join(pictures.NAMES)}"),
        ("errors", {}, "no picture 'errors' of this run: it has no reference"),
        ("currents", {}, "no picture 'currents' of this run: it has no charges in fields"),
        ("power", {}, "no picture 'power' of this run: nothing gives or takes power"),
        ("convergence", {}, "no picture 'convergence' of this run: it has no convergence.csv, which `landau converge` writes"),
        ("entropy", {"species": ["a", "ion"]}, "no moving species 'ion'; there are a, a_b"),
        ("entropy", {"species": []}, "no moving species named; there are a, a_b"),
        ("conservation", {"species": "a"}, "the picture 'conservation' is of all species"),
    ],
)
def test_what_cannot_be_drawn(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as error:
        in_memory().plot(name, **options)
    assert str(error.value) == message


def test_particles_that_are_not_there(folder: Path) -> None:
    with pytest.raises(ValueError, match="it has no particles; run it with output.particles_every"):
        in_memory(frames=[]).plot("density")
    (folder / "run.json").unlink()
    with pytest.raises(ValueError, match=r"it has no run\.json, which says the bandwidths"):
        landau.open(folder).plot("profiles")
    frame = in_memory().frames[0]
    with pytest.raises(ValueError, match="step 0: no particles of 'c'; there are those of a, a_b"):
        frame.particles("c")
    with pytest.raises(landau.RunFolderError, match=r"frame_00000000\.h5: species c: "):
        landau.open(folder).frames[0].particles("c")


def test_columns_that_are_not_there() -> None:
    rows = in_memory().diagnostics
    with pytest.raises(KeyError, match="no column 'a_temperatur'; near it are a_temperature"):
        rows["a_temperatur"]
    with pytest.raises(KeyError, match=r"no column '\?'; there are step, time, "):
        rows["?"]
    assert rows.get("?") is None and "?" not in rows


def test_what_memory_refuses() -> None:
    rows = columns()
    names, table = list(rows), np.array(list(rows.values())).T
    cases = [
        (names, table[:, 1:], f"expected rows of {len(names)} columns; found the shape (3, {len(names) - 1})"),
        (names, table[:0], f"expected rows of {len(names)} columns; found the shape (0, {len(names)})"),
        (["step", *names[:-1]], table, f"two columns have one name in {', '.join(['step', *names[:-1]])}"),
    ]
    for some, values, message in cases:
        with pytest.raises(ValueError) as error:
            Run.from_memory(SCENARIO, SUMMARY, some, values)
        assert str(error.value) == message
    with pytest.raises(landau.RunFolderError) as lacking:
        Run.from_memory(SCENARIO, SUMMARY, ["s", *names[1:]], table)
    assert str(lacking.value) == "the rows in memory: lacks the columns step"
    with pytest.raises(landau.RunFolderError) as unresolved:
        Run.from_memory({"dimension": 2}, SUMMARY, names, table)
    assert str(unresolved.value) == "the scenario in memory: not a resolved scenario: KeyError('collisions')"
    velocities, weights = cloud("a", 0)
    frames = [
        ((velocities[:, :1], weights), "velocities have the shape (40, 1); allowed: (particles, 2)"),
        ((velocities, weights[1:]), "step 0, species a: 40 velocities and weights of the shape (39,)"),
    ]
    for particles, message in frames:
        with pytest.raises(ValueError) as error:
            in_memory(frames=[(0, 0.0, {"a": particles})])
        assert str(error.value) == message


def test_folders_that_are_none(tmp_path: Path) -> None:
    expected = "expected the folder that `landau run` wrote"
    with pytest.raises(landau.RunFolderError) as error:
        landau.open(tmp_path / "none")
    assert str(error.value) == f"{tmp_path / 'none'}: no such folder; {expected}"
    with pytest.raises(landau.RunFolderError) as error:
        landau.open(tmp_path)
    assert str(error.value) == f"{tmp_path}: holds no scenario.json; {expected}"


def test_rings_and_shells_from_vectors() -> None:
    vectors = np.array([[3.0, 1.0, 4.0], [-6.0, 2.0, 8.0]])
    weights = np.ones(2)
    axes = {"x": [[3.0, np.sqrt(17.0)], [-6.0, np.sqrt(68.0)]], "y": [[1.0, 5.0], [2.0, 10.0]], "z": [[4.0, np.sqrt(10.0)], [8.0, np.sqrt(40.0)]]}
    shells = [[np.sqrt(26.0)], [np.sqrt(104.0)]]
    cases = [({"axial": {"axis": axis}}, expected) for axis, expected in axes.items()] + [({"spherical": {}}, shells)]
    for symmetry, expected in cases:
        scenario = copy.deepcopy(SCENARIO) | {"dimension": 3, "symmetry": symmetry}
        scenario["species"][2]["fixed"]["velocity"] = [0.0, 0.0, 0.0]
        rows = columns(axes="xyz")
        for velocities in (vectors, np.array(expected)):
            run = in_memory(scenario, rows, [(0, 0.0, {"a": (velocities, weights)})])
            # Roots of sums of squares of whole numbers, rounded once or twice.
            np.testing.assert_allclose(run.frames[0].particles("a")[0], expected, rtol=4e-16)


def alone(code: str, **environment: str) -> str:
    """What a Python of its own prints."""
    source = str(Path(landau.__file__).resolve().parent.parent)
    settings = {**os.environ, "PYTHONPATH": source, **environment}
    return subprocess.run([sys.executable, "-c", code], env=settings, check=True, capture_output=True, text=True).stdout.strip()


def test_packages_are_imported_when_they_are_used(folder: Path) -> None:
    heavy = "{'h5py', 'matplotlib', 'pandas', 'xarray', 'PIL', 'landau._core'} & set(sys.modules)"
    assert alone(f"import sys, landau; landau.open({str(folder)!r}).diagnostics['time']; print({heavy})") == "set()"
    for package, use in [("matplotlib", "plot()"), ("h5py", "frames"), ("pandas", "diagnostics.to_pandas()"), ("xarray", "diagnostics.to_xarray()")]:
        code = f"""
import sys, landau
sys.modules[{package!r}] = None
try:
    landau.open({str(folder)!r}).{use}
except ImportError as error:
    print(error)
"""
        assert alone(code).endswith(f" needs {package}: pip install 'landau[plots]'"), package


def test_no_backend_is_forced(folder: Path) -> None:
    code = f"import landau, matplotlib; landau.open({str(folder)!r}).plot(); print(matplotlib.get_backend())"
    assert alone(code, MPLBACKEND="svg") == "svg"


def test_names_of_the_package() -> None:
    assert {"Run", "RunFolderError", "open"} <= set(dir(landau))
    with pytest.raises(AttributeError, match="module 'landau' has no attribute 'opem'; it has .*open"):
        landau.opem


def test_a_distribution_is_read_with_its_axes(folder: Path) -> None:
    with h5py.File(folder / "particles/frame_00000002.h5", "a") as file:
        record = file.create_dataset("data/2/meshes/a_distribution", data=np.arange(8.0).reshape(4, 2))
        record.attrs["gridSpacing"] = [0.5, 0.5]
        record.attrs["gridGlobalOffset"] = [-1.0, 0.0]
        record.attrs["axis"] = np.bytes_("z")
    first, last = landau.open(folder).frames
    found = last.distribution("a")
    assert found.axis == "z" and found.density[3, 1] == 7.0
    assert found.along.tolist() == [-0.75, -0.25, 0.25, 0.75] and found.across.tolist() == [0.25, 0.75]
    # 2π (k + 1/2) 0.5³, with the ends' corrections.
    assert np.allclose(found.volumes / (2.0 * np.pi * 0.125), [0.5 - 0.0586634595, 1.5 + 0.0229546192], rtol=1e-9)
    assert found.across[0] == 0.25
    for frame, name in [(first, "a"), (last, "a_b")]:
        with pytest.raises(landau.RunFolderError, match=f"no distribution of {name}; run with output.distribution"):
            frame.distribution(name)
    with pytest.raises(landau.RunFolderError, match="frames in memory hold no distribution"):
        in_memory().frames[0].distribution("a")
