//! Scores are exact gradients of a functional that decays, up to a known truncation error. Clouds may be
//! sparse or uneven.

use crate::solver;
use landau::functionals::invariants::Invariants;
use landau::landau::InStep;
use landau::problem::Problem;
use landau::scenario::Scenario;
use landau::score::extrapolation::{relative_bias, relative_bias_of_particles};
use landau::score::mollifier::{mass_beyond_ball, mass_beyond_cube};
use serde_json::{Value, json};
use std::sync::Arc;

fn scenario(dimension: usize, species: Value, gamma: f64, score: &Value) -> Scenario {
    solver::scenario(&json!({
        "version": 1, "dimension": dimension, "species": species,
        "collisions": { "gamma": gamma, "coefficients": { "uniform": 0.1 } },
        "score": score,
        "time": { "step": 1.0, "steps": 1 }
    }))
}

fn cloud(dimension: usize, name: &str, mass: f64, temperature: f64, particles: Value) -> Value {
    json!({
        "name": name, "mass": mass, "particles": particles,
        "initial": { "anisotropic_maxwellian": {
            "density": 0.8, "temperatures": (0..dimension).map(|axis| temperature * (1.0 + axis as f64)).collect::<Vec<_>>()
        } }
    })
}

fn two_species(dimension: usize) -> Value {
    let n = if dimension == 2 { 12 } else { 7 };
    json!([
        cloud(dimension, "heavy", 2.0, 1.0, json!({ "lattice": { "per_axis": n, "half_width": 3.0 } })),
        cloud(dimension, "light", 1.0, 0.5, json!({ "random": { "count": 150, "seed": 5 } })),
    ])
}

fn every_score() -> Vec<Value> {
    vec![
        json!({ "mesh": { "order": 2 } }),
        json!({ "mesh": { "order": 2, "exact_degree": 0 } }),
        json!({ "mesh": { "order": 6, "exact_degree": 2 } }),
        json!({ "mesh": { "order": 4, "exact_degree": 3, "bandwidth": { "variance": [0.3, 0.2] } } }),
        json!({ "particles": { "order": 6, "exact_degree": 0 } }),
        json!({ "mesh": { "order": 6, "bandwidth": { "spacing_squared": 1.0 } } }),
        json!({ "mesh": { "order": 8, "spacing": { "relative": 0.6 }, "bandwidth": { "variance": [0.1, 0.04] } } }),
        json!({ "mesh": { "order": 4, "bandwidth": { "following": {} } } }),
        json!({ "particles": { "order": 4, "bandwidth": { "following": { "factor": 1.3 } } } }),
        json!({ "particles": { "order": 2 } }),
        json!({ "particles": { "order": 4, "bandwidth": { "variance": 0.1 }, "sums": { "neighbours": {} } } }),
        json!({ "particles": { "order": 2, "sums": { "mesh": {} } } }),
        json!({ "particles": { "order": 6, "bandwidth": { "variance": [0.3, 0.1] }, "sums": { "mesh": {} } } }),
    ]
}

/// The entropy at the given velocities.
fn entropy<const D: usize>(scenario: &Scenario, problem: &Arc<Problem<D>>, velocities: &[[f64; D]]) -> f64 {
    solver::evaluate(scenario, problem, velocities).entropy()
}

/// entropy_rate is the derivative of the entropy along the rates, and is not positive.
fn rate_is_the_derivative<const D: usize>() {
    for score in every_score() {
        for gamma in [-3.0, 0.0, 0.5] {
            let scenario = scenario(D, two_species(D), gamma, &score);
            let (problem, state) = solver::start::<D>(&scenario);
            let evaluation = solver::evaluate(&scenario, &problem, &state.velocities);
            assert!(evaluation.entropy_rate < 0.0, "{score}: {}", evaluation.entropy_rate);
            // A central difference over displacements of 1e-4 thermal speeds of the fastest particle. Its
            // relative error is 1e-8. Rounding of the entropy adds 1e-16/1e-4, compared with a rate of order
            // 0.1.
            let fastest = evaluation.rates.iter().flatten().fold(0.0f64, |most, c| most.max(c.abs()));
            let step = 1e-4 / fastest;
            let moved = |sign: f64| -> Vec<[f64; D]> {
                let pairs = state.velocities.iter().zip(&evaluation.rates);
                pairs
                    .map(|(v, rate)| std::array::from_fn(|axis| v[axis] + sign * step * rate[axis]))
                    .collect()
            };
            let ahead = entropy(&scenario, &problem, &moved(1.0));
            let behind = entropy(&scenario, &problem, &moved(-1.0));
            let difference = (ahead - behind) / (2.0 * step);
            let error = (difference / evaluation.entropy_rate - 1.0).abs();
            assert!(
                error < 1e-6,
                "{D}-D, {score}, γ = {gamma}: {difference} against {}",
                evaluation.entropy_rate
            );
        }
    }
}

#[test]
fn entropy_rate_is_the_derivative_of_entropy_in_2d() {
    rate_is_the_derivative::<2>();
}

#[test]
fn entropy_rate_is_the_derivative_of_entropy_in_3d() {
    rate_is_the_derivative::<3>();
}

/// The published variant, whose functional lacks the "+1".
#[test]
fn entropy_rate_is_the_derivative_of_entropy_on_the_initial_lattice() {
    let score = json!({ "mesh": { "order": 2, "bandwidth": { "chv": {} }, "spacing": { "lattice": {} }, "exact_degree": 0 } });
    let species =
        json!([cloud(2, "one", 1.0, 0.5, json!({ "lattice": { "per_axis": 12, "half_width": 3.0 } }))]);
    let scenario = scenario(2, species, -1.0, &score);
    let (problem, state) = solver::start::<2>(&scenario);
    let evaluation = solver::evaluate(&scenario, &problem, &state.velocities);
    let step = 1e-4 / evaluation.rates.iter().flatten().fold(0.0f64, |most, c| most.max(c.abs()));
    let moved = |sign: f64| -> Vec<[f64; 2]> {
        let pairs = state.velocities.iter().zip(&evaluation.rates);
        pairs.map(|(v, rate)| [v[0] + sign * step * rate[0], v[1] + sign * step * rate[1]]).collect()
    };
    let difference = (entropy(&scenario, &problem, &moved(1.0)) - entropy(&scenario, &problem, &moved(-1.0)))
        / (2.0 * step);
    assert!((difference / evaluation.entropy_rate - 1.0).abs() < 1e-6, "{difference}");
}

/// Entropy falls in every step of a run, for both forms of score.
#[test]
fn entropy_falls_at_every_step() {
    for score in [
        json!({ "mesh": { "order": 2 } }),
        json!({ "mesh": { "order": 6 } }),
        json!({ "particles": { "order": 2, "sums": { "neighbours": {} } } }),
        json!({ "particles": { "order": 4, "sums": { "mesh": {} } } }),
    ] {
        let mut scenario = scenario(2, two_species(2), -3.0, &score);
        (scenario.time.step, scenario.time.steps) = (Some(0.002), Some(20));
        let mut last = f64::INFINITY;
        solver::run::<2>(&scenario, |_, _, evaluation| {
            assert!(evaluation.entropy() < last && evaluation.entropy_rate < 0.0, "{score}");
            last = evaluation.entropy();
        })
        .unwrap();
    }
}

/// The largest difference between two sets of scores, relative to the largest score.
fn score_difference<const D: usize>(first: &Value, second: &Value) -> f64 {
    let scores = |score: &Value| {
        let scenario = scenario(D, two_species(D), 0.0, score);
        let (problem, state) = solver::start::<D>(&scenario);
        let mut landau = solver::landau(&scenario, &problem);
        let mut evaluation = landau::landau::Evaluation::empty(&problem);
        landau.evaluate(&state.velocities, InStep::unfenced(0), &mut evaluation).unwrap();
        landau.scores().to_vec()
    };
    let (first, second) = (scores(first), scores(second));
    let largest = second.iter().flatten().fold(0.0f64, |most, c| most.max(c.abs()));
    first.iter().flatten().zip(second.iter().flatten()).fold(0.0f64, |most, (a, b)| most.max((a - b).abs()))
        / largest
}

/// The truncation error relative to the largest score lies between the mollifier's mass beyond the cut-off
/// and 1000 times that mass. The score multiplies the mass by the logarithm of the density, by the cut-off
/// and, for particles in the tails, by the weight of the neglected particles over their own weight.
#[test]
fn truncation_errors_stay_in_their_brackets() {
    let bracket = |what: &str, error: f64, bound: f64| {
        assert!((1.0..1000.0).contains(&(error / bound)), "{what}: {error:e}, mass beyond {bound:e}");
    };
    for cutoff in [4.0, 5.0, 6.0, 7.0] {
        let mesh = |cutoff: f64| {
            json!({ "mesh": { "order": 2, "cutoff": cutoff, "bandwidth": { "spacing_squared": 1.0 },
                "spacing": { "relative": 0.5 } } })
        };
        let error = score_difference::<2>(&mesh(cutoff), &mesh(12.0));
        bracket(&format!("mesh, {cutoff}"), error, mass_beyond_cube(cutoff, 2));

        let particles = |cutoff: f64| {
            json!({ "particles": { "order": 2, "cutoff": cutoff, "bandwidth": { "spacing_squared": 1.0 },
                "sums": { "neighbours": {} } } })
        };
        let error = score_difference::<2>(&particles(cutoff), &particles(12.0));
        bracket(&format!("particles, {cutoff}"), error, mass_beyond_ball(cutoff, 2));
    }
}

/// The sums of particle scores by a mesh differ from those over all neighbours only by the error of the
/// trapezoidal rule. It is 2 exp(−π²ε/2η²) = 4e-7 of a density. With the spacing η = 0.57 √ε its gradient
/// gives an error of 4.4e-6/√ε in a score. Bandwidth kε has 1/√k of that, times its weight. The largest
/// scores are about 4 and √ε is about 0.3, so that is 4e-6 of the largest scores for order 2.
#[test]
fn particle_sums_by_a_mesh_are_those_over_neighbours() {
    for (order, weights) in [(2, 1.0), (4, 2.7), (6, 5.7), (8, 11.0)] {
        let score = |sums: &str, cutoff: f64| {
            json!({ "particles": { "order": order, "cutoff": cutoff, "sums": { sums: {} },
                "bandwidth": { "spacing_squared": 1.0 } } })
        };
        let (mesh, neighbours) = (score("mesh", 6.5), score("neighbours", 12.0));
        let errors = [score_difference::<2>(&mesh, &neighbours), score_difference::<3>(&mesh, &neighbours)];
        for error in errors {
            let share = error / (4e-6 * weights);
            assert!((0.1..3.0).contains(&share), "order {order}: {errors:?}");
        }
    }
}

/// −⟨s·v⟩ of a Maxwellian on a fine lattice is d times one minus the bias of each form. The lattice ends at
/// 4.5 thermal speeds and misses 1e-5 of the mass, which limits the comparison.
#[test]
fn wide_mollifiers_have_the_bias_that_their_closed_forms_say() {
    for (form, bias) in [
        ("mesh", relative_bias as fn(u32, f64) -> f64),
        ("particles", relative_bias_of_particles as fn(u32, f64) -> f64),
    ] {
        for (order, width) in [(2, 0.1), (2, 0.5), (4, 0.25), (6, 0.3)] {
            let species = json!([{
                "name": "one", "mass": 1.0,
                "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0 } },
                "particles": { "lattice": { "per_axis": 40, "half_width": 4.5 } }
            }]);
            let score =
                json!({ form: { "order": order, "bandwidth": { "variance": width }, "exact_degree": 0 } });
            let scenario = scenario(2, species, 0.0, &score);
            let (problem, state) = solver::start::<2>(&scenario);
            let mut landau = solver::landau(&scenario, &problem);
            let mut evaluation = landau::landau::Evaluation::empty(&problem);
            landau.evaluate(&state.velocities, InStep::unfenced(0), &mut evaluation).unwrap();
            let (mut product, mut square) = (0.0, 0.0);
            for ((s, v), w) in landau.scores().iter().zip(&state.velocities).zip(&problem.weights) {
                product -= w * (s[0] * v[0] + s[1] * v[1]);
                square += w;
            }
            let found = 1.0 - product / (2.0 * square);
            let expected = bias(order, width);
            assert!((found - expected).abs() < 1e-4, "{form} {order} {width}: {found} {expected}");
        }
    }
}

/// The error falls faster than any power of the mesh spacing, since the sums are over smooth functions. With
/// few random particles, whose densities have the largest curvature, a spacing of 0.8 h gives errors of 1e-3
/// to 2e-3 of the largest score.
#[test]
fn mesh_sums_converge_faster_than_any_power() {
    let mesh =
        |spacing: f64| json!({ "mesh": { "order": 2, "cutoff": 10.0, "spacing": { "relative": spacing } } });
    let [coarse, medium, fine] =
        [0.8, 0.56, 0.4].map(|spacing| score_difference::<2>(&mesh(spacing), &mesh(0.2)));
    assert!(coarse < 2e-3, "{coarse:e}");
    let orders = [(coarse / medium).log2() * 2.0, (medium / fine).log2() * 2.0];
    assert!(orders.iter().all(|&order| order > 8.0), "{coarse:e} {medium:e} {fine:e}: orders {orders:?}");
}

/// A species a hundred times narrower than the other, and a cloud of two clumps a thousand widths apart. The
/// mesh only covers the surroundings of particles, and a clump has the same scores as it has alone.
#[test]
fn sparse_and_uneven_clouds_have_the_scores_of_their_parts() {
    let score = json!({ "mesh": { "order": 2, "bandwidth": { "variance": 0.02 }, "spacing": { "relative": 0.5 }, "exact_degree": 0 } });
    let near = json!({ "maxwellian": { "density": 1.0, "temperature": 0.05, "drift": [0.0, 0.0, 0.0] } });
    let far =
        json!({ "maxwellian": { "density": 1.0, "temperature": 0.05, "drift": [400.0, 300.0, -200.0] } });
    let particles = json!({ "quasi_random": { "count": 120 } });
    let alone = json!([{ "name": "one", "mass": 1.0, "initial": near, "particles": particles }]);
    let both = json!([{ "name": "one", "mass": 1.0, "initial": { "mixture": [near, far] },
        "particles": { "quasi_random": { "count": 240 } } }]);
    let scores = |species: Value| {
        let scenario = scenario(3, species, 0.0, &score);
        let (problem, state) = solver::start::<3>(&scenario);
        let mut landau = solver::landau(&scenario, &problem);
        let mut evaluation = landau::landau::Evaluation::empty(&problem);
        landau.evaluate(&state.velocities, InStep::unfenced(0), &mut evaluation).unwrap();
        (landau.scores().to_vec(), landau.memory())
    };
    let (alone, _) = scores(alone);
    let (both, memory) = scores(both);
    assert_eq!(both.len(), 240);
    assert!(memory < 400 << 20, "{memory} bytes");
    for (a, b) in alone.iter().flatten().zip(both.iter().take(120).flatten()) {
        // The mesh is anchored at the mean velocity, so that its nodes differ.
        assert!((a - b).abs() < 1e-5 * a.abs().max(1.0), "{a} {b}");
    }
}

/// Meshes and trees move with a cloud: the scores of a drifting cloud are those of the cloud at rest.
#[test]
fn rates_do_not_depend_on_the_frame() {
    let species = |shift: f64| {
        json!([{
            "name": "one", "mass": 1.0,
            "initial": { "maxwellian": { "density": 1.0, "temperature": 0.5, "drift": [shift, -shift] } },
            "particles": { "lattice": { "per_axis": 14, "half_width": 3.0 } }
        }])
    };
    // Rounding decides whether neighbours exactly at the cut-off count. At 9 deviations their weight is
    // 3e-18.
    for score in [&json!({ "mesh": { "order": 6 } }), &json!({ "particles": { "order": 2, "cutoff": 9.0 } })]
    {
        let rates = |shift: f64| {
            let scenario = scenario(2, species(shift), -2.0, score);
            let (problem, state) = solver::start::<2>(&scenario);
            let totals = Invariants::of(&problem, &state.velocities);
            assert!((totals.mean_velocity()[0] - shift).abs() < 1e-9);
            solver::evaluate(&scenario, &problem, &state.velocities).rates
        };
        let (rest, moving) = (rates(0.0), rates(64.0));
        let largest = rest.iter().flatten().fold(0.0f64, |most, c| most.max(c.abs()));
        for (a, b) in rest.iter().flatten().zip(moving.iter().flatten()) {
            // Near 64, velocities are rounded by 64/0.43 ulp of a lattice spacing. The scores of the thin
            // tails amplify that.
            assert!((a - b).abs() < 1e-9 * largest, "{score}: {a} {b}");
        }
    }
}
