"""The package computes the bits of the command, whatever the method and the number of threads."""

import json
import warnings
from pathlib import Path

import landau
import numpy as np
import pytest
from plasmas import plasma

# In these few steps of a coarse plasma rates are expected to be off, which runs say.
pytestmark = pytest.mark.filterwarnings("ignore::landau.RunWarning")

SUMMATIONS = [{"direct": {}}, {"tree": {"tolerance": 1e-3}}, {"random_batch": {"size": 20, "seed": 3}}]
SCORES = [{"mesh": {}}, {"particles": {}}, {"particles": {"sums": {"mesh": {}}}}, {"mesh": {"exact_degree": 0}}]
INTEGRATORS = [
    {"forward_euler": {}},
    {"runge_kutta": {"order": 2}},
    {"runge_kutta": {"order": 4}},
    {"runge_kutta_chebyshev": {}},
    {"implicit_midpoint": {}},
    {"discrete_gradient": {}},
]
VARIANTS = [
    *({"summation": one} for one in SUMMATIONS),
    *({"score": one} for one in SCORES),
    *({"integrator": one} for one in INTEGRATORS),
    {"time": {"adaptive": {"end": 0.4, "relative_tolerance": 1e-3}}},
]


def files(folder):
    """The files of a run folder but run.json, which holds times."""
    found = {path.relative_to(folder): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}
    found.pop(Path("run.json"))
    return found


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: json.dumps(variant)[1:-1])
def test_a_folder_has_the_bits_of_the_command(tmp_path, command, variant):
    value = plasma(**variant, output={"particles_every": 2})
    (tmp_path / "plasma.json").write_text(json.dumps(value))
    command("run", "plasma.json", "--out", "expected", "--quiet", "--threads", 2)
    expected = files(tmp_path / "expected")
    scenario = landau.Scenario.load(tmp_path / "plasma.json")
    for threads in (1, 2, 3):
        out = tmp_path / f"found{threads}"
        scenario.run(out=out, threads=threads)
        assert files(out) == expected, f"{threads} threads"


@pytest.mark.parametrize("symmetry", [{"none": {}}, {"axial": {"axis": "x"}}, {"spherical": {}}], ids=str)
def test_a_run_in_memory_is_the_run_in_a_folder(tmp_path, symmetry):
    value = plasma(dimension=3, symmetry=symmetry, output={"particles_every": 2})
    if "spherical" in symmetry:
        value["species"][0]["initial"] = {"maxwellian": {"density": 1.0, "temperature": 1.0}}
    else:
        value["species"][0]["initial"]["anisotropic_maxwellian"]["temperatures"] = [1.5, 0.75, 0.75]
    scenario = landau.Scenario(value)
    held, kept = scenario.run(threads=2), scenario.run(out=tmp_path / "out", threads=1)
    assert held.path is None and kept.path == tmp_path / "out"
    assert list(held.diagnostics) == list(kept.diagnostics)
    for name in held.diagnostics:
        np.testing.assert_array_equal(held.diagnostics[name], kept.diagnostics[name], name)
    assert held.scenario == kept.scenario
    assert [frame.step for frame in held.frames] == [frame.step for frame in kept.frames] == [0, 2, 4]
    for one, other in zip(held.frames, kept.frames):
        assert one.time == other.time
        for name in ("light", "heavy"):
            for found, expected in zip(one.particles(name), other.particles(name)):
                np.testing.assert_array_equal(found, expected)


def test_steps_are_those_of_a_run():
    scenario = landau.Scenario(plasma())
    run = scenario.run()
    simulation = scenario.simulation(threads=1)
    views = list(simulation.steps())
    assert [view.step for view in views] == [0, 1, 2, 3, 4]
    for name in ("time", "energy", "entropy", "light_temperature_xx", "heavy_heat_flux_y"):
        assert [view[name] for view in views] == list(run.diagnostics[name])
    assert simulation.is_complete and simulation.step_count == 4
    assert simulation.step() == simulation.time == 0.4, "no step beyond the end"
    assert [view.step for view in scenario.simulation().steps(until=0.3, every=2)] == [0, 2, 4]


def test_a_run_that_was_interrupted_is_resumed_to_the_same_bits(tmp_path):
    scenario = landau.Scenario(plasma(output={"particles_every": 1}))
    scenario.run(out=tmp_path / "whole")

    def stop(view):
        if view.step == 2:
            raise InterruptedError("enough")

    with pytest.raises(InterruptedError, match="enough"):
        scenario.run(out=tmp_path / "broken", observer=stop)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = landau.resume(tmp_path / "broken", threads=2)
    assert run.diagnostics["step"][-1] == 4
    assert files(tmp_path / "broken") == files(tmp_path / "whole")
