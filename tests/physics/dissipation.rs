//! Dissipation of entropy by pairs of species, with mollified and with exact scores on the same particles.
//! For non-Gaussian densities it converges at the order of the scores.

use crate::fit::slope;
use crate::solver;
use landau::functionals::At;
use landau::functionals::dissipation::{OfPair, dissipations};
use landau::landau::{Evaluation, InStep};
use serde_json::json;

const DIPOLE: &str = "exp(-v^2/2 + 0.8 * vx * exp(-v^2/6))";

/// The exact score of the dipole data.
fn dipole(v: [f64; 2]) -> [f64; 2] {
    let factor = 0.8 * (-(v[0] * v[0] + v[1] * v[1]) / 6.0).exp();
    [-v[0] + factor * (1.0 - v[0] * v[0] / 3.0), -v[1] - factor * v[0] * v[1] / 3.0]
}

/// The exact score of the sum of two Maxwellians with densities 0.6 and 0.4 at ±(1, 0.3), temperature 0.8 and
/// mass 1.
fn pair(v: [f64; 2]) -> [f64; 2] {
    let parts = [(0.6, [1.0, 0.3]), (0.4, [-1.0, -0.3])].map(|(density, place): (f64, [f64; 2])| {
        let from = [v[0] - place[0], v[1] - place[1]];
        (density * (-(from[0] * from[0] + from[1] * from[1]) / 1.6).exp(), from)
    });
    let total = parts[0].0 + parts[1].0;
    [0, 1].map(|axis| -(parts[0].0 * parts[0].1[axis] + parts[1].0 * parts[1].1[axis]) / (0.8 * total))
}

/// The dissipation with scores of the given order and bandwidth ε/h², and with the exact scores.
fn both(order: u32, per_axis: u32, overlap: f64) -> [Vec<OfPair>; 2] {
    let lattice = json!({ "lattice": { "per_axis": per_axis, "half_width": 7.0, "center": [0.0, 0.0] } });
    let half = |density: f64, drift: [f64; 2]| json!({ "maxwellian": { "density": density, "temperature": 0.8, "drift": drift } });
    let scenario = solver::scenario(&json!({
        "version": 1, "dimension": 2,
        "species": [
            {
                "name": "dipole", "mass": 1.0, "particles": lattice,
                "initial": { "expression": { "density": 1.0, "formula": DIPOLE } }
            },
            {
                "name": "pair", "mass": 1.0, "particles": lattice,
                "initial": { "mixture": [half(0.6, [1.0, 0.3]), half(0.4, [-1.0, -0.3])] }
            },
            { "name": "wall", "fixed": { "density": 0.5, "velocity": [6.0, 2.0] } }
        ],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 1.0 } },
        "score": { "mesh": { "order": order, "bandwidth": { "spacing_squared": overlap } } },
        "time": { "step": 1.0, "steps": 1 }
    }));
    let (problem, state) = solver::start::<2>(&scenario);
    let velocities = &state.velocities;
    let mut landau = solver::landau(&scenario, &problem);
    landau.evaluate(velocities, InStep::unfenced(0), &mut Evaluation::empty(&problem)).unwrap();
    let at = |scores| {
        dissipations(&At { problem: &problem, regularisation: landau.regularisation(), velocities, scores })
    };
    let found = at(landau.scores());
    let of = [dipole as fn([f64; 2]) -> [f64; 2], pair];
    let species = problem.species.iter().zip(of);
    let exact: Vec<[f64; 2]> = species
        .flat_map(|(one, score)| velocities[one.range.clone()].iter().map(move |&v| score(v)))
        .collect();
    [found, at(&exact)]
}

#[test]
fn dissipations_of_dipole_data_and_of_sums_have_the_order_of_the_scores() {
    // The dissipation of a species with itself depends only on its deviation from a Maxwellian, which is
    // small compared with the scores. So it needs fine lattices, and bandwidths with lattice errors of 1e-4
    // and 1e-6.
    for (order, resolutions, overlap) in [(2, [56, 84], 0.5), (6, [56, 84], 0.75)] {
        let errors = resolutions.map(|per_axis| {
            let [found, exact] = both(order, per_axis, overlap);
            let error =
                |(found, exact): (OfPair, OfPair)| (found.species, (found.value / exact.value - 1.0).abs());
            found.into_iter().zip(exact).map(error).collect::<Vec<_>>()
        });
        assert_eq!(errors[0].len(), 5);
        for ((species, coarse), (_, fine)) in errors[0].iter().zip(&errors[1]) {
            let slope = -slope(&[(56.0, *coarse), (84.0, *fine)]);
            // At bandwidths of 0.02 to 0.05 the next order is still visible.
            assert!(
                (slope / f64::from(order) - 1.0).abs() < 0.2,
                "order {order}, {species:?}: {slope} ({coarse:e}, {fine:e})"
            );
        }
    }
}
