"""Sweeps, here and in other processes."""

import inspect
import os
import shutil
import subprocess
import sys
import textwrap
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

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


def finds_the_same(executor):
    scenario = landau.Scenario(plasma())
    found = landau.sweep(scenario, AXES, executor=executor)
    expected = landau.sweep(scenario, AXES)
    assert list(found) == list(expected)
    for name in expected:
        np.testing.assert_array_equal(found[name], expected[name], name)


def test_processes_find_the_same():
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        finds_the_same(executor)


def test_a_dask_cluster_finds_the_same():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        finds_the_same(client.get_executor())


def test_a_ray_cluster_finds_the_same():
    ray = pytest.importorskip("ray")
    # The class as users find it.
    words = inspect.getdoc(landau.sweep)
    words = words[words.index("    import concurrent.futures") : words.index(".future()")] + ".future()"
    names = {}
    exec(textwrap.dedent(words), names)
    ray.init(num_cpus=2, include_dashboard=False)
    try:
        finds_the_same(names["OnRay"]())
    finally:
        ray.shutdown()


def test_ranks_of_mpi_find_the_same():
    pytest.importorskip("mpi4py")
    if shutil.which("mpiexec") is None:
        pytest.skip("no mpiexec")
    # The first rank runs the script, the others its runs.
    words = ["mpiexec", "-n", "3", sys.executable, "-m", "mpi4py.futures", str(Path(__file__).with_name("over_ranks.py"))]
    # Open MPI wants to hear that root may use it, and that ranks may share processors.
    names = ["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"]
    told = dict.fromkeys(names, "1") | {"PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe"}
    ended = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False, env=os.environ | told)
    assert (ended.returncode, ended.stdout) == (0, "the same\n"), ended.stderr


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
