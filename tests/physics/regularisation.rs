//! The regularised kernel, which is bounded where particles coincide. It conserves the invariants, allows
//! species on coincident lattices, and hardly changes the rates of smooth densities.

use crate::solver;
use landau::collision::regularisation::Regularisation;
use landau::exact::rates::{self, Maxwellian};
use landau::functionals::invariants::Invariants;
use landau::kernel::interaction::dot;
use landau::landau::{Drive, Evaluation, InStep};
use landau::scenario::Scenario;
use serde_json::{Value, json};

const ONE: Maxwellian = Maxwellian { density: 1.0, mass: 1.0, temperature: 1.0 };
const OTHER: Maxwellian = Maxwellian { density: 1.0, mass: 1.0, temperature: 0.7 };

/// Two species on lattices with equally many cells. The second lattice is wider by the factor `wider`: for 1
/// all particles coincide in pairs.
fn coincident(per_axis: u32, wider: f64, gamma: f64, collisions: &Value) -> Scenario {
    let species = |name: &str, of: Maxwellian, half_width: f64| {
        json!({
            "name": name, "mass": of.mass,
            "initial": { "maxwellian": { "density": of.density, "temperature": of.temperature } },
            "particles": { "lattice": { "per_axis": per_axis, "half_width": half_width } }
        })
    };
    let mut scenario = json!({
        "version": 1, "dimension": 3,
        "species": [species("one", ONE, 4.0), species("other", OTHER, 4.0 * wider)],
        "collisions": { "gamma": gamma, "coefficients": { "uniform": 1.0 } },
        "time": { "step": 0.1, "steps": 3 }
    });
    for (key, value) in collisions.as_object().unwrap() {
        scenario["collisions"][key] = value.clone();
    }
    solver::scenario(&scenario)
}

#[test]
fn species_on_one_lattice_step_together() {
    for wider in [1.0, 1.0 + 1e-5, 1.0 + 1e-12] {
        let scenario = coincident(10, wider, -3.0, &json!({}));
        let mut rates = Vec::new();
        let end = solver::run::<3>(&scenario, |problem, state, evaluation| {
            let (now, start) = (Invariants::of(problem, &state.velocities), state.invariants);
            assert!((now.energy / start.energy - 1.0).abs() < 8.0 * f64::EPSILON);
            let momentum = now.momentum.iter().map(|p| p.abs()).fold(0.0, f64::max);
            assert!(momentum < 8.0 * f64::EPSILON * start.momentum_scale());
            rates.push(evaluation.entropy_rate);
        });
        let end = end.unwrap_or_else(|failure| panic!("wider by {wider}: {failure}"));
        assert!(rates.iter().all(|&rate| rate < 0.0), "{rates:?}");
        // No particle leaves the lattice. In three steps particles move by at most half a thermal speed each.
        let farthest = end.velocities.iter().map(|v| dot(*v, *v)).fold(0.0, f64::max).sqrt();
        assert!(farthest < 4.0 * 3f64.sqrt() + 1.5, "wider by {wider}: {farthest}");
    }
}

#[test]
fn lattices_that_coincide_and_lattices_that_nearly_do_exchange_the_same_energy() {
    let heating = |wider: f64| {
        let scenario = coincident(14, wider, -3.0, &json!({}));
        let (problem, state) = solver::start::<3>(&scenario);
        let evaluation = solver::evaluate(&scenario, &problem, &state.velocities);
        solver::moment_rates(&problem, &state.velocities, &evaluation, 0).1
    };
    let (same, near) = (heating(1.0), heating(1.0 + 1e-6));
    assert!((near / same - 1.0).abs() < 1e-5, "{same} {near}");
    let exact = rates::heating(3, -3.0, 1.0, ONE, OTHER);
    println!("heating over the exact one: {}", same / exact);
    // h is 0.57 thermal speeds. Most of the error is from the scores of order 6 at bandwidth h².
    assert!((0.7..1.05).contains(&(same / exact)), "{}", same / exact);
}

/// Σ w s·v̇ ≤ 0 for every pair, whatever the scores. The scores here are not gradients.
#[test]
fn momentum_energy_and_dissipation_hold_for_any_scores_of_coincident_particles() {
    for gamma in [-3.0, -2.5, -1.0, 1.0] {
        for summation in [json!({ "direct": {} }), json!({ "random_batch": { "size": 40, "seed": 3 } })] {
            let mut scenario = coincident(8, 1.0, gamma, &json!({}));
            scenario.summation = serde_json::from_value(summation).unwrap();
            let (problem, state) = solver::start::<3>(&scenario);
            let mut landau = solver::landau(&scenario, &problem);
            let mut evaluation = Evaluation::empty(&problem);
            let mut scores = vec![[0.0; 3]; problem.particles()];
            landau
                .evaluate_scores(
                    &state.velocities,
                    InStep::unfenced(0),
                    &mut scores,
                    &mut evaluation.entropies,
                )
                .unwrap();
            for (p, score) in scores.iter_mut().enumerate() {
                *score = [0, 1, 2].map(|k| ((p * 37 + k * 11) as f64).sin());
            }
            landau
                .evaluate_rates(&state.velocities, InStep::unfenced(0), Drive::by(&scores), &mut evaluation)
                .unwrap();
            assert!(evaluation.entropy_rate < 0.0);
            let (mut momentum, mut energy, mut size, mut work) = ([0.0; 3], 0.0, 0.0, 0.0);
            let particles = problem.weights.iter().zip(&state.velocities).zip(&evaluation.rates);
            for ((w, v), rate) in particles {
                (0..3).for_each(|k| momentum[k] += w * rate[k]);
                energy += w * dot(*v, *rate);
                size += w * dot(*rate, *rate).sqrt();
                work += w * (dot(*v, *v) * dot(*rate, *rate)).sqrt();
            }
            // A sum of a thousand terms. Each has rounding errors of an ulp of its pair forces, which are
            // larger than the term.
            for component in momentum {
                assert!(
                    component.abs() < 40.0 * f64::EPSILON * size,
                    "γ = {gamma}: {component:e} of {size:e}"
                );
            }
            assert!(energy.abs() < 40.0 * f64::EPSILON * work, "γ = {gamma}: {energy:e} of {work:e}");
        }
    }
}

#[test]
fn spacings_give_the_distance_of_each_pair() {
    let scenario = coincident(8, 1.5, -2.0, &json!({ "regularisation": { "spacings": { "factor": 0.5 } } }));
    let (problem, _) = solver::start::<3>(&scenario);
    let found = Regularisation::at_start(&problem);
    // The spacings are h = 1 and 1.5.
    assert_eq!(found.squares, [0.25, 0.5625, 0.5625, 0.5625]);
    assert_eq!(Regularisation::new(&problem, &[2.0, 1.0]).squares, [1.0, 1.0, 1.0, 0.25]);
    for (gamma, choice) in [(0.0, json!({})), (-2.0, json!({ "regularisation": { "none": {} } }))] {
        let (problem, _) = solver::start::<3>(&coincident(8, 1.0, gamma, &choice));
        assert_eq!(Regularisation::at_start(&problem).squares, [0.0; 4]);
        assert!(Regularisation::at_start(&problem).is_none());
    }
}

/// Electrons on ions at rest, without collisions among electrons.
fn on_ions(dimension: usize, per_axis: u32, coefficient: f64, choice: &Value) -> Scenario {
    let mut temperatures = vec![0.6; dimension];
    temperatures[0] = 1.0;
    let mut scenario = json!({
        "version": 1, "dimension": dimension,
        "species": [
            { "name": "electron", "mass": 1.0,
              "initial": { "anisotropic_maxwellian": { "density": 1.0, "temperatures": temperatures } },
              "particles": { "lattice": { "per_axis": per_axis, "half_width": 4.0 } } },
            { "name": "ion", "fixed": { "density": 1.0 } }
        ],
        "collisions": { "gamma": -3.0, "coefficients": { "matrix": [[0.0, coefficient], [coefficient, 0.0]] } },
        "time": { "step": 0.1, "steps": 5 }
    });
    scenario["collisions"]["regularisation"] = choice.clone();
    solver::scenario(&scenario)
}

/// The largest distance that a particle moves in the run, in thermal speeds.
fn farthest_move<const D: usize>(scenario: &Scenario) -> f64 {
    let (_, start) = solver::start::<D>(scenario);
    let end = solver::run::<D>(scenario, |_, _, _| {}).unwrap_or_else(|failure| panic!("{failure}"));
    let moved = |(a, b): (&[f64; D], &[f64; D])| (0..D).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>().sqrt();
    start.velocities.iter().zip(&end.velocities).map(moved).fold(0.0, f64::max)
}

#[test]
fn a_particle_at_the_velocity_of_the_ions_stays_near_it() {
    let default = json!({ "spacings": { "factor": 1.5 } });
    for per_axis in [14, 15] {
        let moved = farthest_move::<3>(&on_ions(3, per_axis, 0.1, &default));
        println!("3-D, {per_axis}: {moved}");
        assert!(moved < 1.0, "{per_axis}: {moved}");
        let moved = farthest_move::<2>(&on_ions(2, per_axis, 0.1, &default));
        println!("2-D, {per_axis}: {moved}");
        assert!(moved < 1.0, "{per_axis}: {moved}");
    }
    let moved = farthest_move::<3>(&on_ions(3, 15, 0.1, &json!({ "none": {} })));
    println!("singular: {moved}");
}

/// A harmonic of degree l on a shell of radius r decays at the rate c n_b r^γ l(l + d − 2)/m². The
/// regularised kernel has φ in place of r^γ, which differs more for smaller shells.
#[test]
fn shells_around_ions_keep_their_rates() {
    for gamma in [-3.0, -2.0, -1.3, 1.0] {
        let check = |ratio: &dyn Fn(f64) -> f64, dimension: usize, bounds: [f64; 3]| {
            for (shell, bound) in [4.0, 3.0, 2.0].into_iter().zip(bounds) {
                let error = (ratio(shell) - 1.0).abs();
                assert!(error < bound, "{dimension}-D, γ = {gamma}, r = {shell} h: {error:e}");
            }
            // The rate is bounded at the former singularity.
            assert!((0.0..1e-6).contains(&ratio(1e-3)) || gamma > -2.5);
        };
        let (plane, space) = (ratio::<2>(gamma), ratio::<3>(gamma));
        check(&plane, 2, [1e-3, 4e-3, 3e-2]);
        check(&space, 3, [4e-4, 2e-3, 1e-2]);
    }
}

/// φ/r^γ of the fixed species as a function of r/h.
fn ratio<const D: usize>(gamma: f64) -> impl Fn(f64) -> f64 {
    let mut scenario = on_ions(D, 10, 0.1, &json!({ "spacings": { "factor": 1.5 } }));
    scenario.collisions.gamma = gamma;
    let (problem, _) = solver::start::<D>(&scenario);
    let tensor = Regularisation::at_start(&problem).from_fixed(&problem, 0, 0);
    let h = problem.species[0].spacing;
    move |shell: f64| {
        let (mut z, mut g) = ([0.0; D], [0.0; D]);
        (z[0], g[1]) = (shell * h, 1.0);
        tensor.apply(z, 0.0, g)[1] / (shell * h).powf(gamma + 2.0)
    }
}
