//! Births, losses and sinks: what is known exactly comes out, and every method accounts for what they give.

use crate::fit::slope;
use crate::solver;
use landau::functionals::invariants::About;
use landau::integrators::{Choice, RungeKutta};
use landau::kernel::lanes::InstructionSet;
use landau::scenario::Scenario;
use landau::setup;
use landau::simulation::Simulation;
use landau::state::State;
use landau::terms::Supply;
use landau::time_grid::TimeGrid;
use serde_json::{Value, json};
use std::f64::consts::PI;

/// Two species of different temperatures, of which one is lost.
fn lossy(sources: &Value) -> Scenario {
    let species = |name: &str, mass: f64, temperature: f64| {
        json!({
            "name": name, "mass": mass, "particles": { "lattice": { "per_axis": 40 } },
            "initial": { "maxwellian": { "density": 1.0, "temperature": temperature } }
        })
    };
    solver::scenario(&json!({
        "version": 1, "dimension": 3, "symmetry": { "spherical": {} },
        "species": [species("a", 1.0, 1.0), species("b", 1.5, 0.6)], "sources": sources,
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.3 } },
        "time": { "step": 0.1, "steps": 4 }
    }))
}

/// The run of a scenario by the classical method in so many steps of a length.
fn after(scenario: &Scenario, dt: f64, steps: u64) -> Simulation<3> {
    let (problem, state) = solver::start(scenario);
    let landau = setup::landau(scenario, &problem, &state.velocities, InstructionSet::detect()).unwrap();
    let method = Choice::RungeKutta(RungeKutta { order: 4 }).integrator(&problem);
    let mut simulation =
        Simulation::new(landau, method, State { grid: TimeGrid::Uniform { dt, steps }, ..state });
    solver::finish(&mut simulation, |_| {}).unwrap();
    simulation
}

#[test]
fn losses_are_exact_and_the_splitting_is_of_second_order() {
    let scenario = lossy(&json!([{ "loss": { "species": "a", "time": 0.8 } }]));
    let time = 0.8;
    let temperature = |steps: u64| {
        let run = after(&scenario, time / steps as f64, steps);
        let (problem, state) = (run.problem(), run.state());
        assert_eq!(problem.weights, state.weights);
        let [a, b] = [0, 1].map(|i| problem.moments(&problem.species[i], &state.velocities));
        // A Maxwellian of density 1 on a lattice, times e^(−1) in some steps that round.
        let start = solver::start::<3>(&scenario).0;
        let first: f64 = start.weights[start.species[0].range.clone()].iter().sum();
        assert!((a.density / first * 1.0f64.exp() - 1.0).abs() < 1e-14, "{}", a.density);
        assert!((state.given[0].density + first - a.density).abs() < 1e-14);
        b.temperature()
    };
    let exact = temperature(64);
    let counts = [2, 4, 8];
    let errors = counts.map(|steps| (steps as f64, (temperature(steps) - exact).abs()));
    println!("{errors:?}");
    let order = -slope(&errors);
    // The reference errs by 1/64 of the last error, and higher orders add a few per cent.
    assert!((order - 2.0).abs() < 0.1, "{order}: {errors:?}");
}

/// Shells in a bath that slows them down: births keep the account, and nothing is left of what a sink passes.
#[test]
fn births_and_sinks_keep_the_account() {
    let born = json!({ "shell": { "density": 0.3, "radius": 2.0, "sharpness": 20.0 } });
    let scenario = lossy(&json!([
        { "birth": { "species": "a", "rate": born } },
        { "sink": { "species": "a", "beyond": 3.2 } },
        { "sink": { "species": "b", "beyond": 2.6 } },
        { "loss": { "species": "b", "time": 3.0 } }
    ]));
    let run = after(&scenario, 0.05, 12);
    let (problem, state) = (run.problem(), run.state());
    // Births at a constant rate.
    assert!((state.given[0].density / (0.3 * 0.6) - 1.0).abs() < 1e-14);
    let found = About::of(problem, &state.velocities, problem.reference);
    let expected = state.balance(Supply::default());
    println!("{found:?} {expected:?}");
    // Shares of each shell round in every step.
    assert!((found.mass / expected.mass - 1.0).abs() < 1e-14);
    assert!((found.energy / expected.energy - 1.0).abs() < 1e-14);
    assert!(state.given.iter().all(|given| given.density != 0.0));
    // ½ m v² of what is born in a unit of time; lost and taken are 0 or below.
    let powers: Vec<f64> = state.given.iter().map(|given| given.power).collect();
    assert!(
        powers[0] > 0.6 && powers[1..].iter().all(|power| *power <= 0.0) && powers[3] < 0.0,
        "{powers:?}"
    );
    for (species, beyond) in problem.species.iter().zip([3.2, 2.6]) {
        let range = species.range.clone();
        let particles = state.weights[range.clone()].iter().zip(&state.velocities[range]);
        for (weight, v) in particles {
            assert!(*weight >= 0.0 && (v[0].abs() <= beyond || *weight == 0.0), "{weight} at {v:?}");
        }
    }
    // The cells of births are those of the start.
    let (_, start) = solver::start::<3>(&scenario);
    let range = problem.species[0].range.clone();
    assert_eq!(state.velocities[range.clone()], start.velocities[range]);
}

/// A particle without weight stays where it is in a field that carries all others away.
#[test]
fn what_a_sink_has_emptied_stays_and_harms_nothing() {
    let scenario = solver::scenario(&json!({
        "version": 1, "dimension": 3, "symmetry": { "axial": {} },
        "species": [{
            "name": "electron", "mass": 1.0, "charge": -1.0, "particles": { "lattice": { "per_axis": 14 } },
            "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0 } }
        }, { "name": "ion", "charge": 1.0, "fixed": { "density": 1.0 } }],
        "fields": { "electric": [0.0, 0.0, -1.0] },
        "sources": [{ "sink": { "species": "electron", "beyond": 4.0 } }],
        "functionals": [{ "beyond": { "speeds": [4.0] } }],
        "collisions": { "gamma": -3.0, "coefficients": { "matrix": [[0.2, 0.2], [0.2, 0.0]] } },
        "time": { "step": 0.1, "steps": 40 }
    }));
    let mut emptied: Vec<(usize, [f64; 3])> = Vec::new();
    let mut first = f64::NAN;
    solver::run::<3>(&scenario, |problem, state, evaluation| {
        if state.step == 0 {
            first = state.weights.iter().sum();
        }
        // The projection shifts all particles by what it corrects, the rate of these is 0.
        for (p, v) in &emptied {
            let moved: f64 = (0..3).map(|axis| (state.velocities[*p][axis] - v[axis]).powi(2)).sum();
            assert!(moved.sqrt() < 1e-2 && evaluation.rates[*p] == [0.0; 3], "{moved}");
        }
        emptied = (0..problem.particles())
            .filter(|&p| state.weights[p] == 0.0)
            .map(|p| (p, state.velocities[p]))
            .collect();
        let left: f64 = state.weights.iter().sum();
        // The ledger has all that is missing.
        assert!((left - first - state.given[0].density).abs() < 1e-13 * first);
    })
    .unwrap();
    println!("{} emptied", emptied.len());
    assert!(emptied.len() > 30);
}

/// Alphas that are born at 3.5 MeV, slow down on electrons and deuterons and are lost: above thermal speeds the density is
///
/// ```text
/// f(v) = S τ_s/(4π (v³ + v_c³)) ((v³ + v_c³)/(v_b³ + v_c³))^(τ_s/3τ)
/// ```
///
/// (Gaffey, J. Plasma Phys. 16, 1976; the second factor is what is lost on the way). It holds for v far below the thermal speed
/// of electrons and without diffusion: both change it by 1 to 2 per cent here.
#[test]
fn alphas_that_are_born_slow_down_to_the_stationary_distribution() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/alphas_stationary_si_3d.json");
    let changes =
        ["species.0.particles.lattice.per_axis=100", "time.step=0.0125", "time.steps=64"].map(String::from);
    let (scenario, _) = landau::scenario::read(path.as_ref(), &changes).unwrap();
    let mut powers = Vec::new();
    let (problem, start) = solver::start::<3>(&scenario);
    let last = solver::run::<3>(&scenario, |_, _, evaluation| {
        powers = evaluation.sources.iter().map(|source| source.energy).collect();
    })
    .unwrap();
    let (alpha, electrons, deuterons) =
        (&problem.species[0], &problem.backgrounds[0], &problem.backgrounds[1]);
    let c = &problem.background_coefficients;
    let thermal = (2.0 * electrons.temperature / electrons.mass).sqrt();
    // dv/dt = −v/τ_s − v_c³/(τ_s v²).
    let by_electrons =
        c[0] * electrons.density / (alpha.mass * electrons.temperature) * 4.0 / (3.0 * PI.sqrt() * thermal);
    let by_deuterons = 2.0 * c[1] * deuterons.density / (alpha.mass * deuterons.mass);
    let (slowing, critical) = (1.0 / by_electrons, by_deuterons / by_electrons);
    let scales = &problem.scales;
    let (birth, loss) = (1.2984e7 / scales.velocity, 1.0 / scales.time);
    let rate = last.given[0].density / last.time();
    let exact = |v: f64| {
        let lost = ((v.powi(3) + critical) / (birth.powi(3) + critical)).powf(slowing / (3.0 * loss));
        rate * slowing / (4.0 * PI * (v.powi(3) + critical)) * lost
    };
    let radii = || start.velocities.iter().zip(&last.weights).map(|(v, w)| (v[0], *w));
    let h = alpha.spacing;
    let mut ratios = Vec::new();
    for (r, w) in radii().filter(|(r, _)| (0.25..0.75).contains(&(r / birth))) {
        ratios.push(w / (4.0 * PI * r * r * h) / exact(r));
    }
    println!("{ratios:.3?}");
    // 1 to 2 per cent by what the closed form leaves out, and as much by 50 shells.
    assert!(ratios.iter().all(|ratio| (ratio - 1.0).abs() < 0.03), "{ratios:?}");
    // What electrons and deuterons take from the fast ones: Σ m v (−dv/dt) w. Slower ones give what is left to deuterons.
    let slow = 0.2 * birth;
    let taken = |drag: &dyn Fn(f64) -> f64| {
        let fast = radii().filter(|(r, _)| *r > slow);
        fast.map(|(r, w)| alpha.mass * r * drag(r) * w).sum::<f64>()
    };
    let passing = exact(slow) * 4.0 * PI * (slow.powi(3) + critical) / slowing;
    let to_electrons = -taken(&|v| by_electrons * v);
    let to_deuterons = -taken(&|v| by_deuterons / (v * v)) - passing * 0.5 * alpha.mass * slow * slow;
    println!("{powers:?} {to_electrons} {to_deuterons}");
    // At v_b the drag of electrons is 3 per cent below its limit for slow particles.
    assert!((powers[0] / to_electrons - 1.0).abs() < 0.04 && (powers[1] / to_deuterons - 1.0).abs() < 0.04);
}
