"""Sweeps, here and in other processes."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import landau
import numpy as np
import pytest
from plasmas import plasma

pytestmark = pytest.mark.filterwarnings("ignore::landau.RunWarning")
AXES = {"collisions.gamma": [-3, -2], "time.step": [0.1, 0.05]}


def last(run):
    """What is kept of a run, in another process too."""
    return {"steps": run.diagnostics["step"][-1]}


def test_a_sweep_is_a_table():
    found = landau.sweep(landau.Scenario(plasma()), AXES, keep=["light_temperature", "entropy"])
    assert list(found) == [*AXES, "light_temperature", "entropy", "failure"]
    assert [tuple(row[path] for path in AXES) for row in found.rows] == [(-3, 0.1), (-3, 0.05), (-2, 0.1), (-2, 0.05)]
    one = landau.Scenario(plasma()).copy({"collisions.gamma": -2, "time.step": 0.1}).run()
    assert found["entropy"][2] == one.diagnostics["entropy"][-1]
    assert list(landau.sweep(landau.Scenario(plasma()), AXES, zipped=True)["time.step"]) == [0.1, 0.05]


def test_processes_find_the_same():
    scenario = landau.Scenario(plasma())
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        found = landau.sweep(scenario, AXES, executor=executor)
    expected = landau.sweep(scenario, AXES)
    for name in expected:
        np.testing.assert_array_equal(found[name], expected[name], name)


def test_a_run_that_fails_has_its_reason():
    scenario = landau.Scenario(plasma(integrator={"forward_euler": {}}))
    found = landau.sweep(scenario, {"time.step": [0.01, 500.0]}, keep=last)
    assert found["failure"][0] == "" and found["steps"][0] == 4
    assert found["failure"][1] != "" and np.isnan(found["steps"][1])


def test_every_scenario_is_validated_first():
    ran = []
    with pytest.raises(landau.ScenarioError, match="time.step: found -1"):
        landau.sweep(landau.Scenario(plasma()), {"time.step": [0.1, -1.0]}, keep=ran.append)
    assert ran == []
    with pytest.raises(ValueError, match="axes: found none"):
        landau.sweep(landau.Scenario(plasma()), {})
