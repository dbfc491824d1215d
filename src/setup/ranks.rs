//! Evaluations that ranks share, beside those of one alone.

use super as setup;
use crate::kernel::lanes::InstructionSet;
use crate::landau::{Evaluation, InStep};
use crate::ranks::{Ranks, Received, threads};
use crate::scenario::{Scenario, parse};
use serde_json::{Value, json};
use std::sync::Arc;

/// Two species of other widths and masses, with changes.
fn scenario(dimension: usize, per_axis: usize, changes: &Value) -> Scenario {
    let species = |name: &str, mass: f64, half_width: f64| {
        json!({
            "name": name, "mass": mass,
            "particles": { "lattice": { "per_axis": per_axis, "half_width": half_width } },
            "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0 } }
        })
    };
    let mut scenario = json!({
        "version": 1, "dimension": dimension,
        "species": [species("one", 1.0, 3.5), species("other", 9.0, 1.2)],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.1 } },
        "time": { "step": 0.1, "steps": 1 }
    });
    for (key, value) in changes.as_object().unwrap() {
        scenario[key] = value.clone();
    }
    parse("a scenario", scenario.to_string(), &[]).unwrap().0
}

/// What a rank finds in two evaluations at different places, and what it received.
fn evaluated<const D: usize>(scenario: &Scenario, ranks: &Ranks) -> (Vec<Evaluation<D>>, Received) {
    let (problem, state) = setup::problem_and_state::<D>(scenario).unwrap();
    let problem = Arc::new(problem);
    let set = InstructionSet::detect();
    let landau = setup::landau(scenario, &problem, &state.velocities, set).unwrap();
    let mut landau = landau.among(ranks);
    let mut velocities = state.velocities;
    let mut found = Vec::new();
    for number in 0..2 {
        let mut evaluation = Evaluation::empty(&problem);
        landau.evaluate(&velocities, InStep::unfenced(number), &mut evaluation).unwrap();
        for (v, rate) in velocities.iter_mut().zip(&evaluation.rates) {
            v.iter_mut().zip(rate).for_each(|(v, rate)| *v += 0.01 * rate);
        }
        found.push(evaluation);
    }
    (found, ranks.received())
}

fn have_the_bits_of_one<const D: usize>(scenario: &Scenario, what: &str) {
    let (alone, _) = evaluated::<D>(scenario, &Ranks::default());
    for count in [2, 3, 4] {
        for (found, received) in threads::each_of(count, |ranks| evaluated::<D>(scenario, ranks)) {
            assert!(found == alone, "{what} on {count} ranks");
            assert!(received.gathers > 0, "{what}");
        }
    }
}

#[test]
fn ranks_find_the_bits_of_one_for_every_score() {
    for (dimension, per_axis) in [(2, 24), (3, 9)] {
        for score in [
            json!({ "mesh": { "order": 2 } }),
            json!({ "mesh": { "order": 4, "exact_degree": 4 } }),
            json!({ "particles": { "order": 6, "sums": { "neighbours": {} } } }),
            json!({ "particles": { "order": 2, "sums": { "mesh": {} } } }),
            json!({ "mesh": { "bandwidth": { "following": {} } } }),
            json!({ "mesh": { "bandwidth": { "chv": {} }, "spacing": { "lattice": {} } } }),
        ] {
            let scenario = scenario(dimension, per_axis, &json!({ "score": score }));
            let what = format!("{score}");
            match dimension {
                2 => have_the_bits_of_one::<2>(&scenario, &what),
                _ => have_the_bits_of_one::<3>(&scenario, &what),
            }
        }
    }
}

#[test]
fn ranks_find_the_bits_of_one_for_every_sum_over_pairs() {
    for (dimension, per_axis) in [(2, 24), (3, 11)] {
        for summation in [
            json!({ "direct": {} }),
            json!({ "tree": { "tolerance": 1e-3 } }),
            json!({ "random_batch": { "size": 20, "seed": 5 } }),
        ] {
            let scenario = scenario(dimension, per_axis, &json!({ "summation": summation }));
            let what = format!("{summation}");
            match dimension {
                2 => have_the_bits_of_one::<2>(&scenario, &what),
                _ => have_the_bits_of_one::<3>(&scenario, &what),
            }
        }
    }
}

#[test]
fn ranks_find_the_bits_of_one_for_rings_and_shells_and_by_moments() {
    for gamma in [-3.0, 0.0] {
        let collisions = json!({ "gamma": gamma, "coefficients": { "uniform": 0.1 } });
        for (symmetry, per_axis) in [(json!({ "axial": {} }), 32), (json!({ "spherical": {} }), 700)] {
            let changes = json!({ "symmetry": symmetry, "collisions": collisions });
            have_the_bits_of_one::<3>(&scenario(3, per_axis, &changes), &format!("{changes}"));
        }
        let changes = json!({ "collisions": collisions });
        have_the_bits_of_one::<2>(&scenario(2, 12, &changes), &format!("{changes}"));
    }
}

#[test]
fn ranks_without_a_part_find_the_bits_of_one() {
    // Fewer groups of particles than ranks, and one block.
    let scenario = scenario(2, 5, &json!({}));
    have_the_bits_of_one::<2>(&scenario, "few particles");
}
