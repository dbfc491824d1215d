//! What two species do to each other: power by collisions, and fusion.

use crate::solver;
use landau::functionals::At;
use landau::functionals::fusion::Reaction;
use landau::scenario::Scenario;
use landau::setup;
use landau::units::ELEMENTARY_CHARGE;
use serde_json::{Value, json};
use std::f64::consts::PI;

/// The values of the functionals of a scenario at its start.
fn values(scenario: &Scenario) -> Vec<f64> {
    let (problem, state) = solver::start::<3>(scenario);
    let mut landau = solver::landau(scenario, &problem);
    let mut evaluation = landau::landau::Evaluation::empty(&problem);
    landau.evaluate(&state.velocities, landau::landau::InStep::unfenced(0), &mut evaluation).unwrap();
    let at = At {
        problem: &problem,
        regularisation: landau.regularisation(),
        velocities: &state.velocities,
        scores: landau.scores(),
    };
    setup::columns(scenario).values(&at).unwrap()
}

fn symmetries() -> [Value; 3] {
    [json!({ "none": {} }), json!({ "axial": {} }), json!({ "spherical": {} })]
}

/// Collisions within a species keep its energy, so that the power from the only other one is what the rates do.
#[test]
fn powers_are_those_of_the_rates_and_vanish_together() {
    for symmetry in symmetries() {
        let drift = if symmetry["spherical"].is_object() { 0.0 } else { 0.7 };
        let species = |name: &str, mass: f64, temperature: f64, drift: f64| {
            json!({
                "name": name, "mass": mass, "particles": { "lattice": { "per_axis": 8 } },
                "initial": { "maxwellian": { "density": 1.0, "temperature": temperature, "drift": [0.0, 0.0, drift] } }
            })
        };
        let scenario = solver::scenario(&json!({
            "version": 1, "dimension": 3, "symmetry": symmetry,
            "species": [species("a", 1.0, 1.0, drift), species("b", 2.0, 0.5, 2.0 * drift)],
            "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.3 } },
            "functionals": [{ "powers": {} }],
            "time": { "step": 0.1, "steps": 1 }
        }));
        let found = values(&scenario);
        let (problem, state) = solver::start::<3>(&scenario);
        let evaluation = solver::evaluate(&scenario, &problem, &state.velocities);
        let size = found[0].abs();
        for (species, power) in problem.species.iter().zip(&found) {
            let terms = species.range.clone().map(|p| {
                let work: f64 =
                    (0..3).map(|axis| state.velocities[p][axis] * evaluation.rates[p][axis]).sum();
                species.mass * problem.weights[p] * work
            });
            let by_rates: f64 = terms.sum();
            println!("{symmetry}: {power} {by_rates}");
            // Sums of up to 512 terms, in another order.
            assert!((power - by_rates).abs() < 1e-12 * size, "{symmetry}: {power} {by_rates}");
        }
        assert!(size > 1e-3 && (found[0] + found[1]).abs() < 1e-13 * size, "{found:?}");
    }
}

/// √(8/(π μ)) T^(−3/2) ∫ σ E exp(−E/T) dE of Maxwellians at T keV, in m³/s.
fn of_maxwellians(reaction: Reaction, temperature: f64) -> f64 {
    let [one, other] = reaction.nuclei();
    let reduced = one.mass * other.mass / (one.mass + other.mass);
    let (count, top) = (4000, 40.0 * temperature);
    let step = top / f64::from(count);
    let energies = (0..count).map(|k| (f64::from(k) + 0.5) * step);
    let integral: f64 =
        energies.map(|e| step * reaction.cross_section(e) * e * (-e / temperature).exp()).sum();
    (8e3 * ELEMENTARY_CHARGE / (PI * reduced)).sqrt() * temperature.powf(-1.5) * integral
}

#[test]
fn the_reactivity_of_maxwellians_is_the_known_one() {
    let reactions = [
        ("T(d,n)4He", Reaction::DeuteronTriton),
        ("3He(d,p)4He", Reaction::DeuteronHelion),
        ("D(d,p)T", Reaction::DeuteronsToTriton),
        ("D(d,n)3He", Reaction::DeuteronsToHelion),
    ];
    for symmetry in symmetries() {
        let is_points = symmetry["none"].is_object();
        // 1728 points, or more rings and shells at a fraction of the cost.
        let per_axis = if is_points { 12 } else { 24 };
        for (name, reaction) in &reactions[..if is_points { 1 } else { 4 }] {
            let [one, other] = reaction.nuclei();
            let species = |name: &str, mass: f64, charge: f64| {
                json!({
                    "name": name, "mass": mass, "charge": charge,
                    "particles": { "lattice": { "per_axis": per_axis, "half_width": { "thermal_speeds": 5.5 } } },
                    "initial": { "maxwellian": { "density": 5e19, "temperature": 20000.0 } }
                })
            };
            let mut all = vec![species("one", one.mass, one.charge)];
            if one != other {
                all.push(species("other", other.mass, other.charge));
            }
            let pair = ["one", if one == other { "one" } else { "other" }];
            let scenario = solver::scenario(&json!({
                "version": 1, "dimension": 3, "units": { "si": {} }, "symmetry": symmetry, "species": all,
                "collisions": { "gamma": -3.0, "coefficients": { "coulomb": { "log_lambda": 15.0 } } },
                "functionals": [{ "reactivity": { "species": pair, "reaction": name } }],
                "time": { "step": 1e-6, "steps": 1 }
            }));
            let found = values(&scenario)[0] / of_maxwellians(*reaction, 20.0);
            println!("{symmetry} {name}: {found:.5}");
            // What lies beyond 5.5 thermal speeds, of the reaction that wants the fastest most, and sums over wide lattices.
            assert!((found - 1.0).abs() < 3e-3, "{symmetry} {name}: {found}");
        }
    }
}

/// Deuterons of 1.5 MeV meet deuterons at energies within the fit, tritons at some beyond.
#[test]
fn a_reactivity_beyond_the_cross_sections_is_not_known() {
    let species = |name: &str, mass: f64, initial: Value| json!({ "name": name, "mass": mass, "charge": 1.0, "particles": { "lattice": { "per_axis": 60 } }, "initial": initial });
    let fast = json!({ "shell": { "density": 1e18, "radius": 1.2e7, "sharpness": 50.0 } });
    let slow = json!({ "maxwellian": { "density": 1e19, "temperature": 20000.0 } });
    let scenario = solver::scenario(&json!({
        "version": 1, "dimension": 3, "units": { "si": {} }, "symmetry": { "spherical": {} },
        "species": [species("beam", 3.3436e-27, fast), species("triton", 5.0074e-27, slow)],
        "collisions": { "gamma": -3.0, "coefficients": { "coulomb": { "log_lambda": 15.0 } } },
        "functionals": [
            { "reactivity": { "species": ["beam", "triton"], "reaction": "T(d,n)4He" } },
            { "reactivity": { "species": ["beam", "beam"], "reaction": "D(d,n)3He" } }
        ],
        "time": { "step": 1e-6, "steps": 1 }
    }));
    let found = values(&scenario);
    assert!(found[0].is_nan() && found[1] > 1e-23, "{found:?}");
}
