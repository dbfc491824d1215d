//! Bandwidths that follow their species when a cloud shrinks.

use crate::solver;
use landau::landau::{Evaluation, InStep};
use landau::problem::Problem;
use landau::scenario::Scenario;
use serde_json::{Value, json};

/// Two species of different shapes and centres.
fn scenario(score: &Value, regularisation: &Value) -> Scenario {
    solver::scenario(&json!({
        "version": 1, "dimension": 3,
        "species": [
            {
                "name": "a", "mass": 1.0,
                "initial": { "anisotropic_maxwellian": { "density": 1.0, "temperatures": [1.0, 0.7, 1.3], "drift": [0.4, 0.0, 0.0] } },
                "particles": { "quasi_random": { "count": 300 } }
            },
            {
                "name": "b", "mass": 2.0, "initial": { "maxwellian": { "density": 0.5, "temperature": 1.5 } },
                "particles": { "lattice": { "per_axis": 6, "half_width": 3.0 } }
            }
        ],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 1.0 }, "regularisation": regularisation },
        "score": score, "time": { "step": 1.0, "steps": 1 }
    }))
}

fn scores() -> [Value; 3] {
    [
        json!({ "mesh": { "order": 6, "bandwidth": { "following": {} } } }),
        json!({ "mesh": { "order": 2, "exact_degree": 0, "bandwidth": { "following": { "factor": 1.4 } } } }),
        json!({ "particles": { "order": 4, "bandwidth": { "following": {} } } }),
    ]
}

/// The velocities of every species, scaled about its mean by a factor.
fn scaled<const D: usize>(problem: &Problem<D>, velocities: &[[f64; D]], factor: f64) -> Vec<[f64; D]> {
    let mut scaled = velocities.to_vec();
    for species in &problem.species {
        let range = species.range.clone();
        let mean = landau::functionals::moments::Moments::of(
            landau::symmetry::Symmetry::None,
            1.0,
            &velocities[range.clone()],
            &problem.weights[range.clone()],
        )
        .velocity;
        for v in &mut scaled[range] {
            *v = std::array::from_fn(|axis| mean[axis] + factor * (v[axis] - mean[axis]));
        }
    }
    scaled
}

/// If a cloud shrinks by a factor of 100, its scores keep their shape to rounding, and its entropy grows by
/// n d log 100.
#[test]
fn a_cloud_that_shrinks_keeps_the_shape_of_its_scores() {
    for score in scores() {
        let scenario = scenario(&score, &json!({ "spacings": { "factor": 1.5 } }));
        let (problem, state) = solver::start::<3>(&scenario);
        let at = |factor: f64| {
            let mut landau = solver::landau(&scenario, &problem);
            let mut evaluation = Evaluation::empty(&problem);
            landau
                .evaluate(&scaled(&problem, &state.velocities, factor), InStep::unfenced(0), &mut evaluation)
                .unwrap();
            let squares = landau.regularisation().squares.clone();
            (landau.scores().to_vec(), evaluation.entropies, squares)
        };
        let ((first, entropies, squares), (shrunk, shrunk_entropies, shrunk_squares)) = (at(1.0), at(0.01));
        let largest = first.iter().flatten().fold(0.0f64, |most, c| most.max(c.abs()));
        for (s, shrunk) in first.iter().zip(&shrunk) {
            for axis in 0..3 {
                assert!((0.01 * shrunk[axis] - s[axis]).abs() < 1e-11 * largest, "{score}");
            }
        }
        for (i, species) in problem.species.iter().enumerate() {
            let density: f64 = problem.weights[species.range.clone()].iter().sum();
            let gained = shrunk_entropies[i] - entropies[i];
            assert!((gained - 3.0 * density * 100f64.ln()).abs() < 1e-11, "{score}: {gained}");
        }
        // δ follows h.
        for (square, shrunk) in squares.iter().zip(&shrunk_squares) {
            assert!((1e4 * shrunk / square - 1.0).abs() < 1e-11, "{score}: {square}, {shrunk}");
        }
    }
}

/// The scores are the gradient of the entropy at a cloud that differs from the initial one.
#[test]
fn scores_are_the_gradient_of_the_entropy_at_any_spread() {
    for score in scores() {
        let scenario = scenario(&score, &json!({ "none": {} }));
        let (problem, state) = solver::start::<3>(&scenario);
        let place = scaled(&problem, &state.velocities, 0.6);
        let mut landau = solver::landau(&scenario, &problem);
        let mut evaluation = Evaluation::empty(&problem);
        let mut entropy = |velocities: &[[f64; 3]]| {
            landau.evaluate(velocities, InStep::unfenced(0), &mut evaluation).unwrap();
            (evaluation.entropy(), landau.scores().to_vec())
        };
        let (_, scores) = entropy(&place);
        // A direction without symmetry, which includes shears and dilations.
        let direction: Vec<[f64; 3]> = place
            .iter()
            .map(|v| [0.3 * v[0] + (3.0 * v[1]).sin(), v[2] - 0.5 * v[1] * v[1], (v[0] + 2.0 * v[2]).cos()])
            .collect();
        let step = 1e-3;
        let moved = |steps: f64| -> Vec<[f64; 3]> {
            let pairs = place.iter().zip(&direction);
            pairs.map(|(v, e)| std::array::from_fn(|axis| v[axis] + steps * step * e[axis])).collect()
        };
        let mut difference =
            |steps: f64| (entropy(&moved(steps)).0 - entropy(&moved(-steps)).0) / (2.0 * steps * step);
        let slope = (4.0 * difference(1.0) - difference(2.0)) / 3.0;
        let expected: f64 = problem
            .weights
            .iter()
            .zip(&scores)
            .zip(&direction)
            .map(|((w, s), e)| w * (0..3).map(|axis| s[axis] * e[axis]).sum::<f64>())
            .sum();
        // The difference quotient is of fourth order. The remaining error is from the cut-off of the
        // mollifier, 1e-10 of the entropy, over the step.
        assert!((slope / expected - 1.0).abs() < 1e-6, "{score}: {slope} against {expected}");
    }
}
