//! Runs with pair sums by a tree: the default integrator at every tolerance, conservation, and failures.

use crate::solver;
use landau::error::Failure;
use landau::functionals::invariants::Invariants;
use landau::integrators::PowerIteration;
use landau::kernel::lanes::InstructionSet;
use landau::landau::{Evaluation, InStep};
use landau::scenario::Scenario;
use landau::setup;
use serde_json::{Value, json};

/// Two species of 1728 particles each, with a small bandwidth, so that a step needs several stages.
fn stiff(summation: &Value) -> Scenario {
    let species = |name: &str, mass: f64, temperature: f64, drift: f64| {
        json!({
            "name": name, "mass": mass, "particles": { "quasi_random": { "count": 1728 } },
            "initial": { "maxwellian": { "density": 1.0, "temperature": temperature, "drift": [drift, 0.0, 0.0] } }
        })
    };
    solver::scenario(&json!({
        "version": 1, "dimension": 3,
        "species": [species("one", 1.0, 1.0, 0.4), species("other", 2.0, 0.5, -0.2)],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.1 } },
        "score": { "mesh": { "order": 4, "bandwidth": { "variance": [0.04, 0.01] } } },
        "summation": summation,
        "time": { "step": 4.0, "steps": 3 }
    }))
}

/// Two species in two dimensions that hardly interact, and end at separate equilibria.
fn apart(tolerance: f64, temperatures: [f64; 2]) -> Scenario {
    solver::scenario(&json!({
        "version": 1, "dimension": 2,
        "species": [
            { "name": "cold", "mass": 1.0, "particles": { "lattice": { "per_axis": 30, "half_width": 4.0 } },
              "initial": { "anisotropic_maxwellian": { "density": 1.0, "temperatures": temperatures } } },
            { "name": "hot", "mass": 1.0, "particles": { "lattice": { "per_axis": 30, "half_width": 6.0 } },
              "initial": { "maxwellian": { "density": 1.0, "temperature": 2.0, "drift": [1.0, 0.0] } } }
        ],
        "collisions": { "gamma": -3.0, "coefficients": { "matrix": [[1.0, 1e-9], [1e-9, 1.0]] } },
        "score": { "mesh": { "order": 4 } },
        "summation": { "tree": { "tolerance": tolerance } },
        "time": { "step": 0.5, "steps": 60 }
    }))
}

#[test]
fn the_default_integrator_runs_with_a_tree_at_every_tolerance() {
    let mut radii = Vec::new();
    let mut follow = |summation: &Value| {
        let mut drift: f64 = 0.0;
        let end = solver::run::<3>(&stiff(summation), |problem, state, _| {
            let (now, start) = (Invariants::of(problem, &state.velocities), state.invariants);
            drift = drift.max((now.energy / start.energy - 1.0).abs());
            for axis in 0..3 {
                drift = drift.max((now.momentum[axis] - start.momentum[axis]).abs() / start.momentum_scale());
            }
        });
        let end = end.unwrap_or_else(|failure| panic!("{summation}: {failure}"));
        assert!(drift <= 1e-14, "{summation}: momentum or energy drifts by {drift:e}");
        radii.push(end.stiffness.expect("the default integrator estimates it").radius);
        end.velocities
    };
    let exact = follow(&json!({ "direct": {} }));
    let (_, start) = solver::start::<3>(&stiff(&json!({ "direct": {} })));
    let distance = |a: &[[f64; 3]], b: &[[f64; 3]]| {
        a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    };
    let moved = distance(&exact, &start.velocities);
    for tolerance in [1e-3, 1e-6, 1e-9] {
        let end = follow(&json!({ "tree": { "tolerance": tolerance } }));
        let error = distance(&end, &exact) / moved;
        // A different number of stages would give an error far above the smaller tolerances. Over a few steps
        // the errors of the rates add up to at most a few times their size, relative to the displacement.
        assert!(error < 5.0 * tolerance, "{tolerance:e}: {error:e}");
    }
    for radius in &radii[1..] {
        // The estimate with a tree neglects the change of A, a share of the radius that the safety factor of
        // 1.2 covers.
        assert!((radius / radii[0] - 1.0).abs() < 0.1, "{radii:?}");
    }
}

#[test]
fn the_coarsest_tree_knows_how_stiff_the_equation_is() {
    let radius = |summation: &Value| {
        let scenario = stiff(summation);
        let (problem, mut state) = solver::start::<3>(&scenario);
        let mut landau = solver::landau(&scenario, &problem);
        let mut evaluation = Evaluation::empty(&problem);
        let within = InStep::unfenced(1);
        landau.evaluate(&state.velocities, within, &mut evaluation).unwrap();
        PowerIteration::new(&problem).radius(&mut landau, (within, &evaluation), &mut state, false).unwrap()
    };
    let (exact, coarse) =
        (radius(&json!({ "direct": {} })), radius(&json!({ "tree": { "tolerance": 0.1 } })));
    // The sums have errors of up to a tenth.
    assert!((coarse / exact - 1.0).abs() < 0.1, "{coarse}, {exact}");
}

#[test]
fn a_run_by_a_tree_has_the_same_bits_at_any_number_of_threads() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| solver::run::<3>(&stiff(&json!({ "tree": { "tolerance": 1e-3 } })), |_, _, _| {}))
            .unwrap_or_else(|failure| panic!("{failure}"))
            .velocities
    };
    let alone = run(1);
    for threads in [2, 3] {
        assert_eq!(run(threads), alone);
    }
}

/// Once each species is at its own equilibrium, its gradients drive nothing. But only one common linear part
/// is removed from the gradients of both species. So the remaining rates are small compared with the terms
/// that the tree sums.
#[test]
fn rates_that_cancel_end_a_run_beyond_the_tolerance() {
    let failure = solver::run::<2>(&apart(1e-6, [1.0, 0.6]), |_, _, _| {}).unwrap_err();
    let Failure::TreeError { step, error, .. } = failure else { panic!("{failure}") };
    // After some ten steps the rates cancel to six digits. Then the error just exceeds the tolerance.
    assert!(step > 5 && (1e-6..1e-5).contains(&error), "{failure}");
    let words = format!("the pair sums of step {step} have an error of ");
    assert!(failure.to_string().starts_with(&words), "{failure}");
}

#[test]
fn rates_that_cancel_at_the_start_are_out_of_reach() {
    let scenario = apart(1e-9, [1.0, 1.0]);
    let (problem, start) = solver::start::<2>(&scenario);
    let refused = setup::landau(&scenario, &problem, &start.velocities, InstructionSet::detect());
    let Err(failure) = refused else { panic!("a tree to 1e-9") };
    let Failure::TreeOutOfReach { error, points, tolerance } = failure else { panic!("{failure}") };
    assert!(error > 1e-9 && points == 13 && tolerance == 1e-9, "{failure}");
}
