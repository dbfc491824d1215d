"""Scenarios as values: paths, errors with places, particles from arrays, pickles."""

import json
import pickle

import landau
import numpy as np
import pytest
from plasmas import ROOT, plasma


def test_values_are_read_and_changed_by_path():
    scenario = landau.Scenario.load(ROOT / "scenarios" / "coulomb_3d.json")
    scenario["species.0.initial.maxwellian.temperature"] = np.float64(2.0)
    assert scenario["species.0.initial.maxwellian.temperature"] == 2.0
    assert scenario["species.0"]["name"] == scenario["species.0.name"]
    assert scenario["output.diagnostics_every"] >= 1, "defaults are filled in"
    changed = scenario.copy({"output.diagnostics_every": 3})
    assert changed["output.diagnostics_every"] == 3 != scenario["output.diagnostics_every"]
    assert changed != scenario and scenario == scenario.copy()
    with pytest.raises(KeyError, match="found 'mas' at species.0; allowed: name, mass"):
        scenario["species.0.mas"]
    with pytest.raises(KeyError, match="found '7' at species; allowed: 0 to 1"):
        scenario["species.7.mass"]


def test_an_error_of_a_file_has_its_place(tmp_path):
    text = json.dumps(plasma(), indent=1).replace('"mass": 4.0', '"mass": -4.0').replace('"gamma"', '"gama"')
    (tmp_path / "plasma.json").write_text(text)
    with pytest.raises(landau.ScenarioError) as caught:
        landau.Scenario.load(tmp_path / "plasma.json")
    error = caught.value
    line = 1 + text[: text.index('"gama"')].count("\n")
    assert (error.line, error.path) == (line, "collisions.gama")
    assert text.splitlines()[line - 1][error.column - 1 :].startswith('"gama"')
    assert str(error).startswith(f"{tmp_path / 'plasma.json'}:{line}:{error.column}: collisions.gama: found an unknown key")
    assert isinstance(error, landau.Error) and isinstance(error, ValueError)


def test_an_error_of_a_dictionary_has_its_path():
    value = plasma()
    value["species"][1]["mass"] = -4.0
    value["time"]["steps"] = 0
    with pytest.raises(landau.ScenarioError) as caught:
        landau.Scenario(value)
    errors = caught.value.errors
    assert [(one.path, one.line) for one in errors] == [("species.1.mass", None), ("time.steps", None)]
    assert str(caught.value).splitlines()[0] == "species.1.mass: found -4; allowed: a number > 0"
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.errors == errors and str(again) == str(caught.value)


def test_a_change_that_is_wrong_changes_nothing():
    scenario = landau.Scenario(plasma())
    before = scenario.to_dict()
    with pytest.raises(landau.ScenarioError, match="species.0.mass: found 0; allowed: a number > 0"):
        scenario["species.0.mass"] = 0.0
    with pytest.raises(landau.ScenarioError, match="time.stops: found an unknown key"):
        scenario["time.stops"] = 3
    with pytest.raises(landau.ScenarioError, match="found `5` as an index of `species`; allowed: 0 to 1"):
        scenario["species.5.mass"] = 1.0
    assert scenario.to_dict() == before
    # What is wrong one by one may be right together.
    scenario.update({"time": {"adaptive": {"end": 1.0, "relative_tolerance": 1e-3}}})
    assert "steps" not in scenario["time"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "time.step: found nan; allowed: a finite number"),
        (1 + 2j, "time.step: found a value of the type complex"),
        (np.array([1.0, np.inf]), "time.step.1: found inf; allowed: a finite number"),
        (np.array(["a"]), "time.step: found an array of <U1; allowed: an array of real numbers"),
        ({3: 4}, "time.step: found the key 3; allowed: strings as keys"),
    ],
    ids=["nan", "complex", "inf", "words", "key"],
)
def test_what_json_does_not_have_is_refused(value, message):
    with pytest.raises(landau.ScenarioError, match=message) as caught:
        landau.Scenario(plasma())["time.step"] = value
    assert caught.value.path.startswith("time.step")


def points(velocities, weights):
    value = plasma()
    del value["species"][0]["particles"]
    value["species"][0]["initial"] = {"points": {"velocities": velocities, "weights": weights}}
    return value


@pytest.mark.filterwarnings("ignore::landau.RunWarning")
def test_particles_come_from_arrays_of_any_order_and_type():
    rng = np.random.default_rng(7)
    velocities, weights = rng.normal(size=(200, 2)), rng.uniform(0.5, 1.5, size=200) / 200
    for given in (velocities, np.asfortranarray(velocities), velocities[::-1][::-1], velocities.tolist()):
        simulation = landau.Scenario(points(given, weights)).simulation()
        np.testing.assert_array_equal(simulation.velocities("light"), velocities)
        np.testing.assert_array_equal(simulation.weights("light"), weights)
    single = landau.Scenario(points(velocities.astype(np.float32), weights)).simulation()
    np.testing.assert_array_equal(single.velocities("light"), velocities.astype(np.float32))
    run = landau.Scenario(points(velocities, weights)).run()
    assert run.diagnostics["light_density"][0] == pytest.approx(weights.sum(), rel=1e-14)


@pytest.mark.parametrize(
    ("velocities", "weights", "message"),
    [
        (np.zeros((5, 3)), np.ones(5), "velocities.0: found 3 components; allowed: 2, as many as the dimension"),
        (np.eye(2), np.ones(3), "found 3 weights beside 2 velocities; allowed: one for each particle"),
        (np.eye(2), -np.ones(2), "weights.0: found -1; allowed: a number ≥ 0"),
        (np.array([[0.0, 1.0], [np.nan, 0.0]]), np.ones(2), "velocities.1.0: found nan; allowed: a finite number"),
        (np.arange(4.0), np.ones(4), "points.velocities.0: found 0"),
        (np.zeros((4, 2)), np.ones(4), "allowed: particles that differ"),
    ],
    ids=["dimension", "count", "weight", "nan", "flat", "equal"],
)
def test_arrays_that_are_no_particles_are_refused(velocities, weights, message):
    with pytest.raises(landau.ScenarioError, match=message):
        landau.Scenario(points(velocities, weights)).check()


def test_scenarios_travel_by_pickle(tmp_path):
    (tmp_path / "plasma.json").write_text(json.dumps(plasma()))
    loaded = landau.Scenario.load(tmp_path / "plasma.json", {"time.steps": 2})
    (tmp_path / "plasma.json").unlink()
    for scenario in (loaded, landau.Scenario(plasma())):
        assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_tables_are_shown():
    scenario = landau.Scenario(plasma(title="A <plasma>"))
    check = scenario.check(threads=1)
    assert "particles" in repr(check) and check["dimension, gamma"] == "2, -3"
    assert "<table>" in check._repr_html_()
    assert "A &lt;plasma&gt;" in scenario._repr_html_()
    assert repr(scenario) == "<Scenario 'A <plasma>', 2 dimensions, light, heavy>"
    cited = scenario.cite()
    assert "Carrillo" in cited["the particle method"] and "@article{carrillo_hu_van_fleet_2024," in cited.bibtex
    assert landau.schema()["properties"].keys() >= {"species", "collisions"}


def test_functionals_are_a_table(tmp_path, command):
    file = ROOT / "scenarios" / "laboratory" / "lorentz_even.json"
    experiment = json.loads(file.read_text())
    found = landau.functionals(experiment, threads=2)
    written = command("functionals", file).stdout.splitlines()
    assert list(found) == written[0].split(",")
    expected = np.array([[float(cell or "nan") for cell in line.split(",")] for line in written[1:]])
    np.testing.assert_array_equal(np.column_stack(list(found.values())), expected)
    with pytest.raises(landau.ScenarioError, match="gamma: found 9") as caught:
        landau.functionals(experiment, {"gamma": 9})
    assert caught.value.path == "gamma"


def test_transport_is_a_table(tmp_path, command):
    changes = {"species.0.particles.lattice.per_axis": 16, "fields": {}}
    scenario = landau.Scenario.load(ROOT / "scenarios" / "spitzer_rings_3d.json", changes)
    found = landau.transport(scenario, threads=2)
    sets = [word for path, value in changes.items() for word in ("--set", f"{path}={json.dumps(value)}")]
    command("transport", ROOT / "scenarios" / "spitzer_rings_3d.json", *sets, "--out", "found.json")
    expected = json.loads((tmp_path / "found.json").read_text())
    assert list(found["value"]) == [one["value"] for one in expected["coefficients"]]
    (conductivity,) = (row for row in found.rows if row["name"] == "electrical_conductivity")
    assert conductivity["value"] == pytest.approx(conductivity["exact"], rel=0.02)
