"""Simulations: arrays, what a state is set to, callables, Ctrl-C, threads, memory."""

import gc
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import landau
import numpy as np
import pytest
from plasmas import plasma

pytestmark = pytest.mark.filterwarnings("ignore::landau.RunWarning")


def simulation(**changes):
    return landau.Scenario(plasma(**changes)).simulation(threads=2)


def test_a_state_as_arrays():
    sim = simulation()
    velocities, weights = sim.velocities("light"), sim.weights("light")
    assert velocities.shape == (len(weights), 2) and velocities.flags.c_contiguous
    assert sim.scores("light").shape == sim.rates("light").shape == velocities.shape
    # Pairs exchange momentum and energy, and dissipate entropy: Σ m w dv/dt = 0, Σ m w v·dv/dt = 0, Σ w s·dv/dt ≤ 0.
    sums = np.zeros(4)
    for name, mass in (("light", 1.0), ("heavy", 4.0)):
        w, v, rates, scores = sim.weights(name), sim.velocities(name), sim.rates(name), sim.scores(name)
        sums[:2] += mass * w @ rates
        sums[2] += mass * w @ (v * rates).sum(axis=1)
        sums[3] += w @ (scores * rates).sum(axis=1)
    size = np.abs(sim.rates("light")).max()
    assert np.abs(sums[:3]).max() < 1e-14 * size
    assert sums[3] < 0.0 and sums[3] == pytest.approx(sim.view().entropy_rate, rel=1e-12)
    before = sim.entropy
    sim.advance_to(0.2)
    assert sim.entropy < before and sim.time == pytest.approx(0.2)
    velocities[:] = np.nan
    assert np.isfinite(sim.velocities("light")).all(), "arrays are copies"
    with pytest.raises(KeyError, match='found the species "none"; allowed: light, heavy'):
        sim.velocities("none")


def test_the_density_at_points():
    sim = simulation()
    x = np.linspace(-8.0, 8.0, 81)
    points = np.stack(np.meshgrid(x, x), axis=-1)
    found = sim.density("heavy", points)
    assert found.shape == (81, 81)
    # ∫ f and ∫ v² f, by a sum over a mesh that is fine beside the mollifier, are those of the particles at order 2 and
    # higher up to the mollifier's own variance, which extrapolation removes.
    weights, velocities = sim.weights("heavy"), sim.velocities("heavy")
    cell = (x[1] - x[0]) ** 2
    assert found.sum() * cell == pytest.approx(weights.sum(), rel=1e-6)
    square = (found[..., None] * points**2).sum() * cell
    assert square == pytest.approx((weights[:, None] * velocities**2).sum(), rel=1e-4)
    assert sim.density("heavy", [0.1, 0.2]).shape == ()
    np.testing.assert_array_equal(sim.density("heavy", points), sim.density("heavy", np.asfortranarray(points)))
    with pytest.raises(ValueError, match=r"points: found the shape \(4, 3\); allowed: \(…, 2\)"):
        sim.density("heavy", np.zeros((4, 3)))


def test_a_state_is_set():
    sim = simulation()
    moved = sim.velocities("heavy") + [1.0, 0.0]
    sim.set_velocities("heavy", np.asfortranarray(moved))
    np.testing.assert_array_equal(sim.velocities("heavy"), moved)
    momentum = sim.view()["momentum_x"]
    sim.step()
    assert sim.view()["momentum_x"] == pytest.approx(momentum, rel=1e-14)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda v: v[:-1], ValueError, "velocities: found 62 components|velocities: found .* components"),
        (lambda v: v.ravel(), ValueError, r"velocities: found the shape .*; allowed: \(particles, 2\)"),
        (lambda v: v.T, ValueError, "velocities: found the shape"),
        (lambda v: np.full_like(v, np.nan), ValueError, "velocities.0.0: found NaN; allowed: a finite number"),
        (lambda v: v + 1j, TypeError, "velocities: found an array of complex128; allowed: real numbers"),
        (lambda v: v.astype(str), TypeError, "velocities: found an array of <U32"),
    ],
    ids=["count", "flat", "transposed", "nan", "complex", "words"],
)
def test_a_state_that_cannot_be_is_refused(change, error, message):
    sim = simulation()
    before = sim.velocities("heavy")
    with pytest.raises(error, match=message):
        sim.set_velocities("heavy", change(before))
    np.testing.assert_array_equal(sim.velocities("heavy"), before)


def test_callables_observe_and_end_a_run():
    seen = []
    scenario = landau.Scenario(plasma())
    run = scenario.run(observer=lambda view: seen.append((view.step, view["light_temperature"])), every=2)
    assert [step for step, _ in seen] == [0, 2, 4]
    assert [value for _, value in seen] == list(run.diagnostics["light_temperature"][::2])
    for until, reason in [
        (lambda view: view.step == 3, "ended since its condition in Python was met"),
        (lambda view: "enough" if view.time > 0.25 else "", "ended since enough"),
    ]:
        run = scenario.run(until=until)
        assert run.diagnostics["step"][-1] == 3
        assert (run.summary["status"], run.summary["reason"]) == ("completed", reason)


@pytest.mark.parametrize("which", ["observer", "until"])
def test_what_a_callable_raises_ends_the_run(tmp_path, which):
    def broken(view):
        raise ZeroDivisionError(f"at step {view.step}")

    for options in ({}, {"out": tmp_path / "out"}):
        with pytest.raises(ZeroDivisionError, match="at step 0"):
            landau.Scenario(plasma()).run(**{which: broken}, **options)


def test_a_run_that_fails_is_there_as_far_as_it_came():
    scenario = landau.Scenario(plasma(time={"step": 500.0, "steps": 4}, integrator={"forward_euler": {}}))
    with pytest.raises(landau.RunError) as caught:
        scenario.run()
    assert caught.value.run.summary["status"] == "failed"
    assert caught.value.run.summary["reason"] == str(caught.value)
    assert list(caught.value.run.diagnostics["step"]) == [0]


def test_a_folder_that_is_taken_is_refused(tmp_path):
    scenario = landau.Scenario(plasma())
    scenario.run(out=tmp_path / "out")
    with pytest.raises(landau.FolderError, match="out") as caught:
        scenario.run(out=tmp_path / "out")
    assert isinstance(caught.value, OSError)
    scenario.run(out=tmp_path / "out", overwrite=True)


def test_warnings_are_warnings():
    with pytest.warns(landau.RunWarning) as caught:
        landau.Scenario(plasma()).run()
    assert {warning.filename for warning in caught} == {__file__}


def test_numbers_that_cannot_be_are_refused():
    scenario = landau.Scenario(plasma())
    with pytest.raises(ValueError, match="threads: found 0; allowed: a whole number from 1 to 1024"):
        scenario.run(threads=0)
    with pytest.raises(ValueError, match="every: found 0; allowed: a whole number ≥ 1"):
        scenario.run(every=0)


SLOW = """
import sys, landau
sys.path.insert(0, sys.argv[1])
from plasmas import plasma
import warnings
warnings.simplefilter("ignore")
value = plasma(dimension=3, time={"step": 0.001, "steps": 100000})
value["species"][0]["initial"]["anisotropic_maxwellian"]["temperatures"] = [1.5, 0.7, 0.7]
s = landau.Scenario(value)
print("ready", flush=True)
try:
    %s
except KeyboardInterrupt as error:
    %s
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of this kind are POSIX")
@pytest.mark.parametrize(
    ("work", "then", "said"),
    [
        ("s.simulation(threads=2).advance_to(1e9)", "print('stopped')", "stopped"),
        ("s.run(threads=2)", "print('stopped', error.run.summary['status'])", "stopped interrupted"),
    ],
    ids=["simulation", "run"],
)
def test_ctrl_c_ends_at_the_next_step(work, then, said):
    tests = str(Path(__file__).parent)
    process = subprocess.Popen([sys.executable, "-c", SLOW % (work, then), tests], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    # A step here takes far less; a machine may be busy.
    out, _ = process.communicate(timeout=60)
    assert out.strip() == said and process.returncode == 0


def test_two_simulations_in_two_threads():
    expected = simulation()
    expected.step(4)
    found = [simulation(), simulation()]
    threads = [threading.Thread(target=one.step, args=(4,)) for one in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in found:
        np.testing.assert_array_equal(one.velocities("light"), expected.velocities("light"))


def test_other_threads_go_on_while_one_steps_and_the_simulation_is_its_own():
    value = plasma(time={"step": 1e-4, "steps": 2000})
    sim = landau.Scenario(value).simulation(threads=1)
    refused = 0
    thread = threading.Thread(target=sim.step, args=(2000,))
    thread.start()
    while thread.is_alive():
        try:
            sim.velocities("light")
        except RuntimeError as error:
            assert "another thread uses this simulation" in str(error)
            refused += 1
    thread.join()
    assert refused > 0 and sim.step_count == 2000


def test_memory_does_not_grow():
    resource = pytest.importorskip("resource")
    sim = simulation(time={"step": 1e-4, "steps": 1200})

    def work(steps):
        for view in sim.steps(until=sim.time + steps * 1e-4):
            view.velocities("light")
            sim.rates("heavy")
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    before = work(100)
    # A copy of the state in each of 1,000 steps would be 3 MB; allocators round.
    assert work(1000) - before < 1024


def test_nothing_larger_than_the_state_is_copied():
    # The largest memory of a process only grows, so it is another process that is measured.
    text = """
import resource, sys, warnings
sys.path.insert(0, sys.argv[1])
import landau
from plasmas import plasma

warnings.simplefilter("ignore")
value = plasma(
    collisions={"gamma": 0.0, "coefficients": {"uniform": 0.1}},
    integrator={"forward_euler": {}},
    time={"step": 1e-3, "steps": 100},
)
value["species"] = value["species"][:1]
value["species"][0]["particles"]["lattice"]["per_axis"] = 700
sim = landau.Scenario(value).simulation(threads=1)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
sim.step(2)
state = sim.velocities("light").nbytes
before = peak()
sim.step(3)
print((peak() - before) / state)
before = peak()
views = [sim.view()]
print((peak() - before) / state)
"""
    pytest.importorskip("resource")
    tests = str(Path(__file__).parent)
    done = subprocess.run([sys.executable, "-c", text, tests], capture_output=True, text=True, check=True)
    stepping, viewing = map(float, done.stdout.split())
    # Memory is counted in pages and handed out in chunks: a tenth of the state, 8 MB here.
    assert stepping < 0.1 and viewing < 1.1, done.stdout
