//! A common drift far beyond the thermal speeds changes results only by the rounding of the velocities.

use crate::conservation::{methods, mixes};
use crate::solver;
use landau::functionals::invariants::About;
use landau::integrators::norm::ThermalNorm;
use landau::problem::Conserved;
use serde_json::{Value, json};

/// Common drifts, in units of about the thermal speed of most species. At 1e12 the cells of the heaviest
/// species, with 3 % of that thermal speed, are finer than the spacing of numbers, and are refused.
const DRIFTS: [f64; 4] = [1e4, 1e8, 1e11, 1e12];

/// Whether the numbers near the drift velocity resolve the cells of every species.
fn resolved(species: &[Value], drift: f64) -> bool {
    let masses = species.iter().filter_map(|one| one["mass"].as_f64());
    drift < 1e12 || masses.fold(0.0, f64::max) < 100.0
}

/// The species with a velocity added to every drift. A shell, which cannot drift, becomes a Maxwellian.
fn shifted(species: &[Value], shift: f64) -> Vec<Value> {
    let mut species = species.to_vec();
    for one in &mut species {
        let velocity = if let Some(initial) = one.get_mut("initial") {
            if initial.get("shell").is_some() {
                *initial =
                    json!({ "maxwellian": { "density": 1.0, "temperature": 1.0, "drift": [0.0, 0.0] } });
            }
            &mut initial["maxwellian"]["drift"][0]
        } else {
            &mut one["fixed"]["velocity"][0]
        };
        *velocity = json!(velocity.as_f64().unwrap() + shift);
    }
    species
}

/// The results of a run: the rounding of its velocities in thermal speeds, the largest deviations of energy
/// and momentum about the reference velocity, and the temperatures at the end.
struct Told {
    resolution: f64,
    energy: f64,
    momentum: f64,
    temperatures: Vec<f64>,
}

fn run(species: &[Value], integrator: &Value, time: &Value, gamma: f64) -> Told {
    let scenario = solver::scenario(&json!({
        "version": 1, "dimension": 2, "species": species,
        "collisions": { "gamma": gamma, "coefficients": { "uniform": 0.1 } },
        "score": { "mesh": { "order": 2, "cutoff": 6.5 } }, "integrator": integrator, "time": time
    }));
    let mut told = Told { resolution: 0.0, energy: 0.0, momentum: 0.0, temperatures: Vec::new() };
    let run = solver::run::<2>(&scenario, |problem, state, _| {
        let start = &state.about;
        let now = About::of(problem, &state.velocities, start.center);
        told.resolution = ThermalNorm::at(problem, &state.velocities).resolution();
        if problem.conserved != Conserved::MassOnly {
            told.energy = told.energy.max((now.energy / start.energy - 1.0).abs());
        }
        if problem.conserved == Conserved::MomentumAndEnergy {
            let scale = (2.0 * start.mass * start.energy).sqrt();
            for axis in 0..2 {
                told.momentum = told.momentum.max((now.momentum[axis] - start.momentum[axis]).abs() / scale);
            }
        }
        let species = 0..problem.species.len();
        told.temperatures =
            species.map(|i| solver::moments(problem, &state.velocities, i).temperature()).collect();
    });
    run.unwrap_or_else(|failure| panic!("{integrator}: {failure}"));
    told
}

/// The roundings of the velocities have either sign. Each changes the energy by a share that is the rounding
/// over the thermal speed. Three times the largest rounding bounds the sum. Temperatures are compared with a
/// run without drift, in which close particles of two species are at slightly different distances. So their
/// bound is three times as large.
#[test]
fn every_method_keeps_temperature_momentum_and_energy_in_every_mix() {
    let time = json!({ "step": 0.002, "steps": 5 });
    for gamma in [-3.0, 0.0] {
        for (mix, species) in mixes(2) {
            for integrator in methods() {
                let at_rest = run(&shifted(&species, 0.0), &integrator, &time, gamma);
                for drift in DRIFTS.into_iter().filter(|&drift| resolved(&species, drift)) {
                    let told = run(&shifted(&species, drift), &integrator, &time, gamma);
                    let what = format!("{mix}, γ = {gamma}, {integrator}, drift {drift:e}");
                    let bound = 3.0 * told.resolution + 1e-13;
                    assert!(told.resolution < 0.02, "{what}: {:e}", told.resolution);
                    assert!(told.energy <= bound, "{what}: energy drifts by {:e} of {bound:e}", told.energy);
                    assert!(
                        told.momentum <= bound,
                        "{what}: momentum drifts by {:e} of {bound:e}",
                        told.momentum
                    );
                    for (now, expected) in told.temperatures.iter().zip(&at_rest.temperatures) {
                        let error = (now / expected - 1.0).abs();
                        assert!(
                            error <= 3.0 * bound,
                            "{what}: T = {now}, at rest {expected}: {error:e} of {bound:e}"
                        );
                    }
                }
            }
        }
    }
}
