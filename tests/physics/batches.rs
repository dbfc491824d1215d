//! Random batches with methods that compare rates within a step. All rates of a step use one draw, so that
//! they differ only because the velocities do.

use crate::solver;
use landau::kernel::lanes::InstructionSet;
use landau::setup;
use landau::simulation::Simulation;
use serde_json::{Value, json};

/// 900 particles with a warm and a cold axis.
fn simulation(summation: Value, integrator: Value, time: Value) -> Simulation<2> {
    let scenario = solver::scenario(&json!({
        "version": 1, "dimension": 2,
        "species": [{
            "name": "a", "mass": 1.0, "particles": { "lattice": { "per_axis": 30, "half_width": 4.0 } },
            "initial": { "anisotropic_maxwellian": { "density": 1.0, "temperatures": [1.2, 0.8] } }
        }],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.01 } },
        "summation": summation, "integrator": integrator, "time": time
    }));
    setup::simulation(&scenario, InstructionSet::detect()).unwrap_or_else(|error| panic!("{error}"))
}

fn batches() -> Value {
    json!({ "random_batch": { "size": 100, "seed": 5 } })
}

fn direct() -> Value {
    json!({ "direct": {} })
}

#[test]
fn the_default_integrator_finds_batches_as_stiff_as_all_pairs() {
    let radius_and_work = |summation: Value| {
        let time = json!({ "step": 1.0, "steps": 10 });
        let mut simulation = simulation(summation, json!({ "runge_kutta_chebyshev": {} }), time);
        solver::finish(&mut simulation, |_| {}).unwrap();
        let radius = simulation.state().stiffness.as_ref().map(|stiffness| stiffness.radius);
        (radius.unwrap(), simulation.work().evaluations)
    };
    let (all, work) = radius_and_work(direct());
    let (batched, batched_work) = radius_and_work(batches());
    println!("radius {batched} of {all}, evaluations {batched_work} of {work}");
    // A draw with a ninth of the pairs is a little stiffer. Estimates from two different draws would be
    // hundreds of times larger.
    assert!(batched < 3.0 * all && batched > 0.3 * all, "{batched} {all}");
    // The rates at the start of each step are evaluated again, for the draw of that step.
    assert!(batched_work <= 2 * work + 10, "{batched_work} {work}");
}

#[test]
fn adaptive_steps_do_not_take_draws_for_errors() {
    let steps = |summation: Value| {
        let time = json!({ "adaptive": { "end": 2.0, "relative_tolerance": 1e-3 } });
        let mut simulation = simulation(summation, json!({ "runge_kutta": { "order": 2 } }), time);
        solver::finish(&mut simulation, |_| {}).unwrap();
        simulation.state().step
    };
    let (all, batched) = (steps(direct()), steps(batches()));
    println!("steps {batched} of {all}");
    // Each draw has an error of its own, which adds to the estimated error of a step.
    assert!(batched <= 3 * all, "{batched} {all}");
}
