//! Births, losses and sinks: what is known exactly comes out, and every method accounts for what they give.

use crate::fit::slope;
use crate::solver;
use landau::exact::isotropic::{Isotropic, IsotropicRelaxation, Sources};
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

/// A beam that is born along an axis among rings that slow it down, and that goes over to shells where they are alike.
fn beam(per_axis: u32, sources: &Value) -> Scenario {
    let species = |name: &str, mass: f64, temperature: f64, drift: f64| {
        json!({
            "name": name, "mass": mass, "particles": { "lattice": { "per_axis": per_axis, "half_width": 5.0 } },
            "initial": { "maxwellian": { "density": 1.0, "temperature": temperature, "drift": [0.0, 0.0, drift] } }
        })
    };
    solver::scenario(&json!({
        "version": 1, "dimension": 3, "symmetry": { "axial": {} },
        "species": [species("a", 1.0, 1.0, 0.2), species("b", 1.5, 0.8, 0.0)], "sources": sources,
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.3 } },
        "time": { "step": 0.1, "steps": 4 }
    }))
}

#[test]
fn births_of_rings_keep_the_account() {
    let born = json!({ "maxwellian": { "density": 0.3, "temperature": 0.5, "drift": [0.0, 0.0, 1.5] } });
    let scenario = beam(
        20,
        &json!([
            { "birth": { "species": "a", "rate": born } },
            { "sink": { "species": "a", "beyond": 4.4 } },
            { "birth": { "species": "b", "rate": born } },
            { "loss": { "species": "b", "time": 3.0 } }
        ]),
    );
    let run = after(&scenario, 0.05, 12);
    let (problem, state) = (run.problem(), run.state());
    let found = About::of(problem, &state.velocities, problem.reference);
    let expected = state.balance(Supply::default());
    println!("{found:?} {expected:?} {:?}", state.given);
    // Shares of each ring round in every step.
    assert!((found.mass / expected.mass - 1.0).abs() < 1e-14);
    assert!((found.energy / expected.energy - 1.0).abs() < 1e-14);
    let scale = (found.mass * found.energy).sqrt();
    assert!((found.momentum[2] - expected.momentum[2]).abs() < 1e-14 * scale);
    assert_eq!([found.momentum[0], found.momentum[1]], [0.0; 2]);
    // Births at a constant rate: density, momentum about the reference, and energy, of which the lattice has all but 1e-6.
    let born = state.given[0];
    let momentum = 0.18 * (1.5 - problem.reference[2]);
    assert!((born.density / 0.18 - 1.0).abs() < 1e-14);
    assert!((born.supply.momentum[2] / momentum - 1.0).abs() < 1e-5, "{born:?}");
    assert!(state.given[1].density < 0.0 && state.given[3].density < 0.0);
    assert!(state.weights.iter().all(|weight| *weight >= 0.0));
    let (_, start) = solver::start::<3>(&scenario);
    assert_eq!(state.velocities, start.velocities);
}

/// Births, losses and the way back to the lattice together are of second order in the step. What the way back changes
/// hardly depends on it: weights move as far in many steps as in few.
#[test]
fn the_splitting_of_births_is_of_second_order() {
    let born = json!({ "maxwellian": { "density": 1.0, "temperature": 0.5, "drift": [0.0, 0.0, 1.0] } });
    let scenario = beam(
        16,
        &json!([
            { "birth": { "species": "a", "rate": born } },
            { "loss": { "species": "a", "time": 1.0 } }
        ]),
    );
    let time = 0.8;
    let numbers = |steps: u64| {
        let run = after(&scenario, time / steps as f64, steps);
        let of = |i: usize| run.problem().moments(&run.problem().species[i], &run.state().velocities);
        [of(1).temperature(), of(1).velocity[2]]
    };
    let exact = numbers(64);
    let found = [2, 4, 8].map(|steps: u64| (steps, numbers(steps)));
    let [temperature, velocity] = [0, 1]
        .map(|index| found.map(|(steps, numbers)| (steps as f64, (numbers[index] - exact[index]).abs())));
    println!("{temperature:?} {velocity:?}");
    let order = -slope(&temperature);
    assert!((order - 2.0).abs() < 0.15, "{order}: {temperature:?}");
    // Of the velocity the error of the splitting is below what plain shares at the edge add, a h² of the step.
    assert!(velocity.iter().all(|(_, error)| *error < 2e-5), "{velocity:?}");
}

/// Rings that are born alike in all directions do what shells do.
#[test]
fn rings_of_isotropic_births_are_shells() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/alphas_stationary_si_3d.json");
    let last = |symmetry: &str| {
        let changes = [
            "species.0.particles.lattice.per_axis=40",
            "species.0.initial.shell.sharpness=40",
            "sources.0.birth.rate.shell.sharpness=40",
            r#"time={"step":0.02,"steps":10}"#,
            symmetry,
        ];
        let (scenario, _) = landau::scenario::read(path.as_ref(), &changes.map(String::from)).unwrap();
        let mut powers = Vec::new();
        let state = solver::run::<3>(&scenario, |_, _, evaluation| {
            powers = evaluation.sources.iter().map(|source| source.energy).collect();
        })
        .unwrap();
        let problem = solver::start::<3>(&scenario).0;
        let mut problem = (*problem).clone();
        problem.weights.clone_from(&state.weights);
        (problem.moments(&problem.species[0], &state.velocities), powers)
    };
    let ((shells, of_shells), (rings, of_rings)) =
        (last(r#"symmetry={"spherical":{}}"#), last(r#"symmetry={"axial":{}}"#));
    println!("{} {} {of_shells:?} {of_rings:?}", shells.temperature(), rings.temperature());
    assert!((rings.temperature() / shells.temperature() - 1.0).abs() < 2e-3);
    for (rings, shells) in of_rings.iter().zip(&of_shells) {
        assert!((rings / shells - 1.0).abs() < 0.02, "{rings} {shells}");
    }
    // The lattice of rings does not know all directions alike.
    let tensor = rings.temperature_tensor;
    assert!((tensor[(2, 2)] / tensor[(0, 0)] - 1.0).abs() < 1e-3, "{tensor}");
}

/// The same alphas by finite volumes, which have diffusion and electrons of any speed, after 1 s; and after 5 s, when nothing
/// changes any more, what takes the power of the births.
#[test]
fn born_alphas_are_those_of_finite_volumes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/alphas_stationary_si_3d.json");
    let changes = [r#"time={"adaptive":{"end":1.0,"relative_tolerance":1e-4}}"#].map(String::from);
    let (scenario, _) = landau::scenario::read(path.as_ref(), &changes).unwrap();
    let mut powers = Vec::new();
    let last = solver::run::<3>(&scenario, |_, _, evaluation| {
        powers = evaluation.sources.iter().map(|source| source.energy).collect();
    })
    .unwrap();
    let (problem, start) = solver::start::<3>(&scenario);
    let (alpha, scales) = (&problem.species[0], &problem.scales);
    let (birth, sharpness) = (1.2984e7 / scales.velocity, 200.0);
    let shell = |v: f64| (-sharpness * (v / birth - 1.0).powi(2)).exp();
    let (rate, loss) = (2e17 * scales.time / scales.density, 1.0 / scales.time);
    let cells = 400;
    let fastest = 1.7e7 / scales.velocity;
    let born = Isotropic::new(alpha.mass, cells, fastest, shell);
    let first = 1e16 / scales.density / born.number();
    let mut species = vec![Isotropic::new(alpha.mass, cells, fastest, |v| first * shell(v))];
    let mut sources = vec![Sources::new(&born, rate, shell, loss)];
    let count = 1 + problem.backgrounds.len();
    let mut coefficients = vec![0.0; count * count];
    coefficients[0] = problem.coefficients[0];
    for (index, one) in problem.backgrounds.iter().enumerate() {
        let reach = 7.0 * (one.temperature / one.mass).sqrt();
        species.push(Isotropic::maxwellian(one.mass, 2 * cells, reach, one.density, one.temperature));
        sources.push(Sources::held());
        let c = problem.background_coefficients[index];
        (coefficients[index + 1], coefficients[(index + 1) * count]) = (c, c);
    }
    let mut exact = IsotropicRelaxation::new(-3.0, &coefficients, species).with_sources(sources);
    exact.advance_to(last.time(), 1e-6);
    let h = alpha.spacing;
    let mut worst: f64 = 0.0;
    for (v, w) in start.velocities.iter().zip(&last.weights) {
        let r = v[0];
        if (0.3..0.8).contains(&(r / birth)) {
            worst = worst.max((w / (4.0 * PI * r * r * h) / exact.species[0].density_at(r) - 1.0).abs());
        }
    }
    let of_exact = exact.powers();
    println!("{worst:e} {powers:?} {:?}", of_exact[0]);
    // 80 shells: measured 2.4e-4, and as much for the powers.
    assert!(worst < 1e-3, "{worst}");
    for (found, exact) in powers.iter().zip(&of_exact[0][1..]) {
        assert!((found / exact - 1.0).abs() < 1e-3, "{found} {exact}");
    }
    exact.advance_to(5.0 * last.time(), 1e-6);
    let given = rate / born.number() * born.energy();
    let lost = -exact.species[0].energy() / loss;
    let shares = [exact.powers()[0][1], exact.powers()[0][2], lost].map(|power| -power / given);
    println!("{shares:?}");
    // 400 cells err by 1e-4; all three together take all of it but what is still on its way.
    for (share, known) in shares.iter().zip([0.6929, 0.1740, 0.1332]) {
        assert!((share - known).abs() < 1e-3, "{shares:?}");
    }
}

/// A beam slows down and spreads in angle: above thermal speeds its Legendre moments are
///
/// ```text
/// f_l(v) = S_l τ_s (v³ + v_c³)^(−1) [ v³ (v_b³ + v_c³)/(v_b³ (v³ + v_c³)) ]^(l (l + 1) m_i/6 m) ((v³ + v_c³)/(v_b³ + v_c³))^(τ_s/3τ)
/// ```
///
/// (Gaffey, J. Plasma Phys. 16, 1976) but for diffusion in the speed, which is of the order of the backgrounds' temperature.
#[test]
fn a_beam_slows_down_and_spreads_in_angle() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/beam_stationary_rings_3d.json");
    let changes = ["species.0.particles.lattice.per_axis=48", r#"time={"step":0.03,"steps":100}"#];
    let (scenario, _) = landau::scenario::read(path.as_ref(), &changes.map(String::from)).unwrap();
    let last = solver::run::<3>(&scenario, |_, _, _| {}).unwrap();
    let (problem, start) = solver::start::<3>(&scenario);
    let (fast, electrons, ions) = (&problem.species[0], &problem.backgrounds[0], &problem.backgrounds[1]);
    let c = &problem.background_coefficients;
    let thermal = (2.0 * electrons.temperature / electrons.mass).sqrt();
    let by_electrons =
        c[0] * electrons.density / (fast.mass * electrons.temperature) * 4.0 / (3.0 * PI.sqrt() * thermal);
    let by_ions = 2.0 * c[1] * ions.density / (fast.mass * ions.mass);
    let (slowing, critical, loss) = (1.0 / by_electrons, by_ions / by_electrons, 4.0);
    let legendre = [|_: f64| 1.0, |x: f64| x, |x: f64| 1.5 * x * x - 0.5];
    // Seen through a Gaussian about the speed 0.7.
    let seen = |v: f64| (-0.5 * ((v - 0.7) / 0.08).powi(2)).exp();
    // What is born, by speed and cosine, with the weights that births have on the cells.
    let born = problem.weight_source(0, |flow| match flow {
        landau::problem::Flow::Birth(birth) => Some(birth),
        _ => None,
    });
    let (_, birth) = born.unwrap();
    let place = |v: &[f64; 3]| {
        let speed = v[0].hypot(v[2]);
        (speed, v[2] / speed)
    };
    let moment = |l: usize| {
        let exponent = (l * (l + 1)) as f64 * ions.mass / (6.0 * fast.mass);
        let sum = |(cell, rate): (&[f64; 3], &f64)| {
            let (at_birth, cosine) = place(cell);
            let of = |v: f64| {
                let drag = |v: f64| v.powi(3) + critical;
                let turned = (v / at_birth).powi(3) * drag(at_birth) / drag(v);
                let lost = (drag(v) / drag(at_birth)).powf(slowing / (3.0 * loss));
                slowing * v * v / drag(v) * turned.powf(exponent) * lost * seen(v)
            };
            let steps = 200;
            let width = (at_birth - 0.3).max(0.0) / f64::from(steps);
            let integral: f64 = (0..steps).map(|k| of(0.3 + (f64::from(k) + 0.5) * width) * width).sum();
            rate * legendre[l](cosine) * integral
        };
        birth.cells.iter().zip(&birth.rates).map(sum).sum::<f64>()
    };
    let found = |l: usize| {
        let sum = |(v, w): (&[f64; 3], &f64)| {
            let (speed, cosine) = place(v);
            w * legendre[l](cosine) * seen(speed)
        };
        start.velocities.iter().zip(&last.weights).map(sum).sum::<f64>()
    };
    let ratios: Vec<f64> = (0..3).map(|l| found(l) / moment(l)).collect();
    println!("{ratios:?}");
    // 1.014, 1.009, 0.994 at 64 cells, with 3.3 times the temperature 1.009, 0.991, 0.959: linear in it.
    assert!((ratios[0] - 1.0).abs() < 0.025, "{ratios:?}");
    assert!((ratios[1] / ratios[0] - 1.0).abs() < 0.01, "{ratios:?}");
    assert!((ratios[2] / ratios[0] - 1.0).abs() < 0.03, "{ratios:?}");
}

/// Steps that adapt need no first one: that which would throw the newborn off their lattice is shortened.
#[test]
fn adaptive_steps_stand_births() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/alphas_stationary_si_3d.json");
    let changes = [
        "species.0.particles.lattice.per_axis=80",
        r#"time={"adaptive":{"end":0.05,"relative_tolerance":1e-3}}"#,
    ];
    let (scenario, _) = landau::scenario::read(path.as_ref(), &changes.map(String::from)).unwrap();
    let mut first = f64::NAN;
    let last = solver::run::<3>(&scenario, |_, state, _| {
        if state.step == 1 {
            first = state.time();
        }
    })
    .unwrap();
    let scales = &solver::start::<3>(&scenario).0.scales;
    let (first, end) = (first * scales.time, last.time() * scales.time);
    println!("{first} in {} steps", last.step);
    // 1e16 at the start, and 2e17 in a second.
    assert!(first <= 0.05 && (end / 0.05 - 1.0).abs() < 1e-12 && last.step < 40, "{first} {}", last.step);
}

/// The rate at which electrons pass 6 thermal speeds, per electron and ν, in a field of a part of Dreicer's; over the last fifth of a run.
fn runaway_rate(field: f64, born: f64, time: f64) -> f64 {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/runaway_rate_rings_3d.json");
    // ν = 2 c n/(m² v³) = 2, so Dreicer's field m v ν/e is 2.
    let changes = [
        "species.0.particles.lattice.per_axis=40".to_string(),
        format!("fields.electric=[0,0,{}]", -2.0 * field),
        format!("sources.0.birth.rate.maxwellian.density={born}"),
        format!(r#"time={{"step":0.5,"steps":{}}}"#, 2.0 * time),
    ];
    let (scenario, _) = landau::scenario::read(path.as_ref(), &changes).unwrap();
    let (mut taken, mut since) = (0.0, 0.0);
    let last = solver::run::<3>(&scenario, |_, state, _| {
        if state.step as f64 <= 1.6 * time {
            (taken, since) = (state.given[1].density, state.time());
        }
    })
    .unwrap();
    let present: f64 = last.weights.iter().sum();
    (taken - last.given[1].density) / (last.time() - since) / present / 2.0
}

/// Rates of runaways grow with the field E, in parts of Dreicer's, as
///
/// ```text
/// E^(−3/8) exp(−1/4E − √(2/E))     (Z = 1)
/// ```
///
/// (Kruskal and Bernstein; Connor and Hastie, Nucl. Fusion 15, 1975). Numerically they are 3.177e-4 at E = 0.08 and 1.004e-3 at 0.1
/// (Kulsrud, Sun, Winsor, Fallon, Phys. Rev. Lett. 31, 1973).
#[test]
fn runaway_rates_are_stationary_and_scale_with_the_field() {
    let form = |field: f64| field.powf(-0.375) * (-0.25 / field - (2.0 / field).sqrt()).exp();
    let (low, high) = (runaway_rate(0.08, 6.3e-4, 130.0), runaway_rate(0.1, 1.85e-3, 110.0));
    println!("{low:e} {high:e} {}", high / low);
    // Both are 1 per cent from stationary.
    assert!((high / low / (form(0.1) / form(0.08)) - 1.0).abs() < 0.04, "{low} {high}");
    assert!((0.92..1.02).contains(&(low / 3.177e-4)), "{low}");
    // A tenth below the published number, for a reason that is not known: this bracket holds what was found, and is no
    // agreement.
    assert!((0.84..0.95).contains(&(high / 1.004e-3)), "{high}");
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
        ["species.0.particles.lattice.per_axis=100", r#"time={"step":0.0125,"steps":64}"#].map(String::from);
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
