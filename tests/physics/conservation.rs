//! Conservation of momentum and energy to a few ulp, for every method and mix of species.

use crate::integrators::{integrators, is_implicit};
use crate::solver;
use landau::functionals::invariants::{About, Invariants};
use landau::problem::Conserved;
use serde_json::{Value, json};

fn species(name: &str, mass: f64, initial: Value, particles: Value) -> Value {
    json!({ "name": name, "mass": mass, "initial": initial, "particles": particles })
}

fn maxwellian(dimension: usize, density: f64, temperature: f64, drift: f64) -> Value {
    let mut velocity = vec![0.0; dimension];
    velocity[0] = drift;
    json!({ "maxwellian": { "density": density, "temperature": temperature, "drift": velocity } })
}

fn fixed(dimension: usize, name: &str, drift: f64) -> Value {
    let mut velocity = vec![0.0; dimension];
    velocity[0] = drift;
    json!({ "name": name, "fixed": { "density": 0.5, "velocity": velocity } })
}

/// Mixes of species: one; two with different clouds and masses; three with a mass ratio of 1836; and mixes
/// with fixed species at one and at two velocities.
pub fn mixes(dimension: usize) -> Vec<(&'static str, Vec<Value>)> {
    let lattice = |n: u32, half_width: f64| json!({ "lattice": { "per_axis": n, "half_width": half_width } });
    let n = if dimension == 2 { 10 } else { 6 };
    let heavy = || species("heavy", 2.0, maxwellian(dimension, 1.0, 1.0, 0.4), lattice(n, 2.5));
    let light = || {
        species(
            "light",
            1.0,
            maxwellian(dimension, 0.5, 0.6, -0.7),
            json!({ "quasi_random": { "count": 90 } }),
        )
    };
    let heaviest = || species("heaviest", 1836.0, maxwellian(dimension, 1.0, 1.0, 0.1), lattice(n, 0.08));
    let shell = || {
        let shell = json!({ "shell": { "density": 1.0, "radius": 1.0, "sharpness": 6.0 } });
        species("shell", 1.0, shell, json!({ "random": { "count": 80, "seed": 3 } }))
    };
    vec![
        ("one", vec![shell()]),
        ("two", vec![heavy(), light()]),
        ("three", vec![heavy(), light(), heaviest()]),
        ("fixed", vec![light(), fixed(dimension, "ions", 0.2)]),
        (
            "two and fixed",
            vec![fixed(dimension, "ions", 0.2), heavy(), light(), fixed(dimension, "more", 0.2)],
        ),
        ("fixed apart", vec![heavy(), fixed(dimension, "ions", 0.2), fixed(dimension, "others", -0.3)]),
    ]
}

/// Every method except forward Euler, which gains energy. A test below checks how much.
pub fn methods() -> Vec<Value> {
    let gains = |integrator: &Value| integrator.get("forward_euler").is_some();
    integrators(1e-14).into_iter().filter(|integrator| !gains(integrator)).collect()
}

fn scenario(
    dimension: usize,
    species: &[Value],
    gamma: f64,
    score: &Value,
    integrator: &Value,
) -> landau::scenario::Scenario {
    solver::scenario(&json!({
        "version": 1, "dimension": dimension, "species": species,
        "collisions": { "gamma": gamma, "coefficients": { "uniform": 0.1 } },
        "score": score, "integrator": integrator,
        "time": { "step": 0.002, "steps": 5 }
    }))
}

/// Compares the invariants after every step with those at the start. The projection computes a scale factor
/// (a few roundings) and applies it to every particle (one rounding each, of either sign). So 8 ulp bound the
/// error of the energy, and that of momentum relative to √(2 M E). Implicit methods keep them to their
/// tolerance, 1e-14 thermal speeds, times the few steps.
fn check<const D: usize>(gamma: f64, score: &Value) {
    const ULP: f64 = f64::EPSILON;
    for (mix, species) in mixes(D) {
        for integrator in methods() {
            let scenario = scenario(D, &species, gamma, score, &integrator);
            let bound = if is_implicit(&integrator) { 1e-13 } else { 8.0 * ULP };
            let what = format!("{mix}, {D}-D, γ = {gamma}, {integrator}, {score}");
            let mut moved = 0.0f64;
            let mut first = None;
            solver::run::<D>(&scenario, |problem, state, _| {
                let start = state.invariants;
                let first: &Vec<[f64; D]> = first.get_or_insert_with(|| state.velocities.clone());
                let displacements = state.velocities.iter().flatten().zip(first.iter().flatten());
                moved = displacements.fold(moved, |most, (a, b)| most.max((a - b).abs()));
                let now = Invariants::of(problem, &state.velocities);
                assert_eq!(now.mass, start.mass, "{what}");
                match problem.conserved {
                    Conserved::MomentumAndEnergy => {
                        for axis in 0..D {
                            let drift =
                                (now.momentum[axis] - start.momentum[axis]).abs() / start.momentum_scale();
                            assert!(drift <= bound, "{what}: momentum drifts by {drift:e}");
                        }
                        let drift = (now.energy / start.energy - 1.0).abs();
                        assert!(drift <= bound, "{what}: energy drifts by {drift:e}");
                    }
                    Conserved::EnergyAbout(center) => {
                        let about = About::of(problem, &state.velocities, center);
                        let drift = (about.energy / state.about.energy - 1.0).abs();
                        assert!(drift <= bound, "{what}: energy about the fixed species drifts by {drift:e}");
                        assert_eq!(center[0], 0.2, "{what}");
                    }
                    Conserved::MassOnly => assert_eq!(mix, "fixed apart"),
                }
            })
            .unwrap_or_else(|failure| panic!("{what}: {failure}"));
            assert!(moved > 1e-6, "{what}: nothing moved");
        }
    }
}

#[test]
fn every_method_conserves_in_every_mix_with_mesh_scores() {
    for gamma in [-3.0, 0.0] {
        check::<2>(gamma, &json!({ "mesh": { "order": 2 } }));
        check::<3>(gamma, &json!({ "mesh": { "order": 2, "cutoff": 4.0 } }));
    }
    check::<2>(-1.7, &json!({ "mesh": { "order": 4 } }));
    check::<2>(1.0, &json!({ "mesh": { "order": 2 } }));
}

#[test]
fn every_method_conserves_in_every_mix_with_particle_scores() {
    for gamma in [-3.0, 0.0] {
        // At 9 standard deviations the mollifier's jump at the cut-off is 3e-18 of its height. So no
        // iteration stalls because a neighbour keeps entering and leaving.
        check::<2>(gamma, &json!({ "particles": { "order": 2, "cutoff": 9.0 } }));
        check::<3>(gamma, &json!({ "particles": { "order": 2, "cutoff": 9.0 } }));
    }
}

/// The rates themselves conserve before any projection: Σ m w v̇ and Σ m w v·v̇ vanish relative to the sum of
/// the sizes of their terms. The two contributions of each pair are rounded separately, and a particle adds N
/// of them. That gives typically N^(1/2) ulp. The bound is 2 N^(1/2) ulp.
#[test]
fn rates_are_orthogonal_to_momentum_and_energy() {
    for gamma in [-3.0, -2.0, -0.6, 0.0, 1.0] {
        for (mix, species) in mixes(3).into_iter().take(3) {
            let scenario = scenario(
                3,
                &species,
                gamma,
                &json!({ "mesh": { "order": 2, "cutoff": 4.0 } }),
                &json!({ "forward_euler": {} }),
            );
            let (problem, state) = solver::start::<3>(&scenario);
            let evaluation = solver::evaluate(&scenario, &problem, &state.velocities);
            let (mut momentum, mut energy, mut momentum_size, mut energy_size) = ([0.0; 3], 0.0, 0.0, 0.0);
            for (((m, w), v), rate) in
                problem.masses_and_weights().zip(&state.velocities).zip(&evaluation.rates)
            {
                for axis in 0..3 {
                    momentum[axis] += m * w * rate[axis];
                    momentum_size += (m * w * rate[axis]).abs();
                    energy += m * w * v[axis] * rate[axis];
                    energy_size += (m * w * v[axis] * rate[axis]).abs();
                }
            }
            let bound = 2.0 * (problem.particles() as f64).sqrt() * f64::EPSILON;
            for component in momentum {
                assert!(
                    component.abs() <= bound * momentum_size,
                    "{mix}, γ = {gamma}: {component:e} of {momentum_size:e}"
                );
            }
            assert!(energy.abs() <= bound * energy_size, "{mix}, γ = {gamma}: {energy:e} of {energy_size:e}");
        }
    }
}

/// Forward Euler keeps momentum and gains exactly the energy (dt²/2) Σ m w |v̇|² in a step.
#[test]
fn forward_euler_gains_the_energy_it_must() {
    let (_, species) = mixes(2).swap_remove(2);
    let scenario =
        scenario(2, &species, -3.0, &json!({ "mesh": { "order": 2 } }), &json!({ "forward_euler": {} }));
    let dt = scenario.time.step.unwrap();
    let mut expected: Option<f64> = None;
    let mut gained = 0.0;
    solver::run::<2>(&scenario, |problem, state, evaluation| {
        let now = Invariants::of(problem, &state.velocities);
        if let Some(expected) = expected {
            // Rounding of the energies; the gains are 1e-6 of them.
            assert!((now.energy - expected).abs() <= 8.0 * f64::EPSILON * now.energy);
        }
        let squares = problem.masses_and_weights().zip(&evaluation.rates);
        let gain: f64 = squares
            .map(|((m, w), rate)| 0.5 * dt * dt * m * w * rate.iter().map(|c| c * c).sum::<f64>())
            .sum();
        gained += gain / now.energy;
        expected = Some(now.energy + gain);
    })
    .unwrap();
    assert!(gained > 1e-9, "{gained}");
}
