//! The default bandwidth of randomly drawn clouds, compared with the best bandwidth of a scan, for the plain
//! functional. With scores that are exact for Gaussians, the widest mollifier would be best for a Maxwellian.
//!
//! `cargo test --release --test physics score_study -- --nocapture` prints the table.

use crate::solver;
use serde_json::{Value, json};

/// The relative error √(Σ w |s + v|²/Σ w |v|²) of the scores of a Maxwellian of unit variance.
fn error<const D: usize>(particles: &Value, score: &Value) -> f64 {
    let scenario = solver::scenario(&json!({
        "version": 1, "dimension": D,
        "species": [{ "name": "a", "mass": 1.0, "particles": particles,
            "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0 } } }],
        "collisions": { "gamma": 0.0, "coefficients": { "uniform": 1.0 } },
        "score": score, "time": { "step": 1.0, "steps": 1 }
    }));
    let (problem, state) = solver::start::<D>(&scenario);
    let mut landau = solver::landau(&scenario, &problem);
    let mut evaluation = landau::landau::Evaluation::empty(&problem);
    landau.evaluate(&state.velocities, landau::landau::InStep::unfenced(0), &mut evaluation).unwrap();
    let (mut wrong, mut all) = (0.0, 0.0);
    for ((s, v), w) in landau.scores().iter().zip(&state.velocities).zip(&problem.weights) {
        for axis in 0..D {
            wrong += w * (s[axis] + v[axis]).powi(2);
            all += w * v[axis] * v[axis];
        }
    }
    (wrong / all).sqrt()
}

fn scan<const D: usize>(count: u32) {
    for (name, particles) in [
        ("random", json!({ "random": { "count": count, "seed": 1 } })),
        ("quasi-random", json!({ "quasi_random": { "count": count } })),
    ] {
        for (form, order) in [("mesh", 2), ("mesh", 4), ("mesh", 6), ("particles", 2), ("particles", 6)] {
            let with = |bandwidth: Value| {
                error::<D>(
                    &particles,
                    &json!({ form: { "order": order, "bandwidth": bandwidth, "exact_degree": 0 } }),
                )
            };
            let variances = [0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28];
            let errors = variances.map(|variance| with(json!({ "variance": variance })));
            let best = errors.iter().copied().fold(f64::INFINITY, f64::min);
            let adapted = with(json!({ "adapted": {} }));
            let row: Vec<String> = errors.iter().map(|error| format!("{error:.3}")).collect();
            println!("| {D} | {name} {count} | {form} {order} | {} | {adapted:.3} |", row.join(" | "));
            // Neighbouring variances of the scan differ by a factor of two, and the error is flat near its
            // minimum.
            assert!(adapted < 1.4 * best, "{D}-D, {name} {count}, {form} {order}: {adapted}, best {best}");
        }
    }
}

#[test]
fn the_default_bandwidth_of_sampled_clouds_is_near_the_best() {
    println!("| d | particles | score | ε = 0.02 | 0.04 | 0.08 | 0.16 | 0.32 | 0.64 | 1.28 | default |");
    scan::<2>(400);
    scan::<2>(6400);
    scan::<3>(1000);
    scan::<3>(8000);
}
