//! Electric and magnetic fields and Maxwellian backgrounds: every method accounts for what they bring in, and what is
//! known exactly comes out.

use crate::solver;
use landau::exact::rates::{self, Maxwellian};
use landau::functionals::invariants::About;
use landau::integrators::{
    Choice, Conservation, DiscreteGradient, ForwardEuler, ImplicitMidpoint, RungeKutta, RungeKuttaChebyshev,
};
use landau::kernel::lanes::InstructionSet;
use landau::problem::Problem;
use landau::scenario::Scenario;
use landau::setup;
use landau::simulation::Simulation;
use landau::state::State;
use landau::terms::Supply;
use landau::time_grid::TimeGrid;
use serde_json::{Value, json};
use std::sync::Arc;

/// Electrons and ions of unequal charge density, so that fields accelerate them as a whole.
fn two_species(surroundings: &Value) -> Scenario {
    let species = |name: &str, mass: f64, charge: f64, temperature: f64| {
        json!({
            "name": name, "mass": mass, "charge": charge, "particles": { "lattice": { "per_axis": 7 } },
            "initial": { "maxwellian": { "density": 1.0, "temperature": temperature } }
        })
    };
    let mut scenario = json!({
        "version": 1, "dimension": 3,
        "species": [species("electron", 1.0, -1.0, 1.0), species("ion", 3.0, 2.0, 0.6)],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.3 } },
        "time": { "step": 0.05, "steps": 6 }
    });
    for (key, value) in surroundings.as_object().expect("keys and values") {
        match key.as_str() {
            "species" => scenario["species"].as_array_mut().expect("a list").push(value.clone()),
            _ => scenario[key] = value.clone(),
        }
    }
    solver::scenario(&scenario)
}

/// What can act from outside.
fn surroundings() -> [Value; 7] {
    let background = json!({
        "name": "helium", "charge": 2.0,
        "fixed": { "density": 0.5, "mass": 4.0, "temperature": 2.0, "velocity": [0.3, 0.0, -0.2] }
    });
    [
        json!({ "fields": { "electric": [0.4, 0.0, -0.2] } }),
        json!({ "fields": { "electric": { "table": { "times": [0.1, 0.2], "values": [[0.4, 0.0, 0.0], [0.0, 0.4, 0.1]] } } } }),
        json!({ "fields": { "electric": [0.4, 0.0, -0.2], "magnetic": [0.0, 3.0, 1.0] } }),
        json!({ "species": background }),
        json!({ "sources": [{ "heating": { "species": "ion", "power": 0.3 } }] }),
        json!({ "sources": [
            { "heating": { "species": "electron", "temperature": 0.5, "time": 0.7 } },
            { "heating": { "species": "ion", "power": -0.1 } }
        ] }),
        json!({
            "fields": { "electric": [0.4, 0.0, -0.2], "magnetic": [0.0, 3.0, 1.0] },
            "sources": [
                { "loss": { "species": "electron", "time": 1.5 } },
                { "sink": { "species": "electron", "beyond": 2.5 } },
                { "sink": { "species": "ion", "beyond": 1.6 } }
            ]
        }),
    ]
}

fn methods() -> Vec<Choice> {
    let (tolerance, max_iterations) = (1e-12, 3000);
    vec![
        Choice::ForwardEuler(ForwardEuler {}),
        Choice::RungeKutta(RungeKutta { order: 2 }),
        Choice::RungeKutta(RungeKutta { order: 4 }),
        Choice::RungeKuttaChebyshev(RungeKuttaChebyshev::default()),
        Choice::ImplicitMidpoint(ImplicitMidpoint { tolerance, max_iterations }),
        Choice::DiscreteGradient(DiscreteGradient { tolerance, max_iterations }),
    ]
}

/// The state at the end of a run with the given method.
fn end(scenario: &Scenario, method: &Choice, grid: TimeGrid) -> (Arc<Problem<3>>, State<3>) {
    let (problem, state) = solver::start(scenario);
    let landau = setup::landau(scenario, &problem, &state.velocities, InstructionSet::detect()).unwrap();
    let mut simulation = Simulation::new(landau, method.integrator(&problem), State { grid, ..state });
    solver::finish(&mut simulation, |_| {}).unwrap();
    (Arc::clone(simulation.problem()), simulation.state().clone())
}

#[test]
fn momentum_and_energy_are_those_at_the_start_and_what_was_given() {
    for (surroundings, method) in
        surroundings().iter().flat_map(|one| methods().into_iter().map(move |m| (one, m)))
    {
        let facts = method.facts();
        let scenario = two_species(surroundings);
        let (problem, state) = end(&scenario, &method, TimeGrid::Uniform { dt: 0.05, steps: 6 });
        let found = About::of(&problem, &state.velocities, problem.reference);
        let expected = state.balance(Supply::default());
        for axis in 0..3 {
            // Rounding of sums of 700 terms, in a few steps and stages.
            assert!(
                (found.momentum[axis] - expected.momentum[axis]).abs() < 1e-13,
                "{}: {surroundings}",
                facts.name
            );
        }
        let energy = (found.energy / expected.energy - 1.0).abs();
        println!("{}: work {:e}, energy off by {energy:e}", facts.name, state.supplied.energy);
        assert!(state.supplied.energy.abs() > 1e-3, "{}: {surroundings}", facts.name);
        match facts.conservation {
            Conservation::Exact => assert!(energy < 1e-14, "{}: {energy:e}", facts.name),
            // The tolerance of the residual of each step, in thermal speeds.
            Conservation::ToTolerance(tolerance) => assert!(energy < 10.0 * tolerance, "{energy:e}"),
            // Each step adds (dt²/2) Σ m w |dv/dt|², and in total at most a few per cent.
            Conservation::MomentumOnly => assert!(energy > 1e-6 && energy < 3e-2, "{energy:e}"),
        }
    }
}

/// A constant force on constant charges adds the momentum Σ q w E t, one that is linear in time between 0.1 and 0.2 the
/// integral of that, which the nodes of every method of order 2 integrate.
#[test]
fn the_field_gives_its_impulse() {
    let [constant, table, ..] = surroundings();
    for method in methods().into_iter().filter(|method| method.facts().order > 1) {
        for (surroundings, impulse) in
            [(&constant, [0.12, 0.0, -0.06]), (&table, [0.4 * 0.15, 0.4 * 0.15, 0.1 * 0.15])]
        {
            let (problem, state) =
                end(&two_species(surroundings), &method, TimeGrid::Uniform { dt: 0.05, steps: 6 });
            let charge: f64 = problem
                .species
                .iter()
                .map(|one| one.charge * problem.weights[one.range.clone()].iter().sum::<f64>())
                .sum();
            for (found, impulse) in state.supplied.momentum.iter().zip(impulse) {
                assert!((found - charge * impulse).abs() < 1e-13, "{}", method.facts().name);
            }
        }
    }
}

#[test]
fn the_work_of_the_field_has_the_order_of_the_method() {
    let [constant, ..] = surroundings();
    let scenario = two_species(&constant);
    let work = |method: &Choice, steps: u64| {
        let (_, state) = end(&scenario, method, TimeGrid::Uniform { dt: 0.6 / steps as f64, steps });
        state.supplied.energy
    };
    let exact = work(&Choice::RungeKutta(RungeKutta { order: 4 }), 48);
    for method in methods().into_iter().filter(|method| method.facts().order < 4) {
        let facts = method.facts();
        let errors = [6, 12].map(|steps| (work(&method, steps) - exact).abs());
        let slope = (errors[0] / errors[1]).log2();
        println!("{}: {slope:.2} {errors:?}", facts.name);
        // At these steps the next order still contributes to the error.
        assert!((slope - f64::from(facts.order)).abs() < 0.35, "{}: {slope} {errors:?}", facts.name);
    }
}

/// In crossed fields without collisions all velocities drift by E × B/B², at any step. Turns and kicks are exact, and so
/// is their sum over the gyration.
#[test]
fn particles_drift_across_crossed_fields_exactly() {
    let free = json!({
        "fields": { "electric": [0.3, 0.0, 0.02], "magnetic": [0.0, 0.0, 2.0] },
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.0 } }
    });
    let scenario = two_species(&free);
    let (problem, start) = solver::start::<3>(&scenario);
    let drift = [0.0, -0.15];
    for (method, dt) in
        methods().into_iter().flat_map(|method| [0.01, 0.7, 40.0].map(|dt| (method.clone(), dt)))
    {
        // Steps of one method are not all those of another: without projection and tolerance they are exact.
        if method.facts().conservation != Conservation::Exact {
            continue;
        }
        let (_, state) = end(&scenario, &method, TimeGrid::Uniform { dt, steps: 3 });
        for species in &problem.species {
            let angle = -species.charge / species.mass * 2.0 * 3.0 * dt;
            for p in species.range.clone() {
                let (v, found) = (start.velocities[p], state.velocities[p]);
                let from = [v[0] - drift[0], v[1] - drift[1]];
                let exact = [
                    drift[0] + angle.cos() * from[0] - angle.sin() * from[1],
                    drift[1] + angle.sin() * from[0] + angle.cos() * from[1],
                    v[2] + species.charge / species.mass * 0.02 * 3.0 * dt,
                ];
                // The rounding of angles up to 480, and of velocities of 3.
                let off = (0..3).map(|axis| (found[axis] - exact[axis]).abs()).fold(0.0, f64::max);
                assert!(off < 1e-12, "{} at {dt}: {off:e}", method.facts().name);
            }
        }
    }
}

/// A Maxwellian among a warmer background that flows: the rates of momentum and energy at the start are those of two
/// Maxwellians, and at the background's own temperature and velocity nothing moves.
#[test]
fn a_background_gives_the_rates_of_a_maxwellian() {
    let scenario = |temperature: f64, drift: f64, per_axis: u32| {
        solver::scenario(&json!({
            "version": 1, "dimension": 3,
            "species": [
                {
                    "name": "alpha", "mass": 1.0, "charge": 1.0,
                    "initial": { "maxwellian": { "density": 1.0, "temperature": temperature, "drift": [drift, 0.0, 0.0] } },
                    "particles": { "lattice": { "per_axis": per_axis, "half_width": 5.0 } }
                },
                {
                    "name": "bath", "charge": 1.0,
                    "fixed": { "density": 0.7, "mass": 2.0, "temperature": 1.5, "velocity": [0.1, 0.0, 0.0] }
                }
            ],
            "collisions": { "gamma": -3.0, "coefficients": { "matrix": [[0.0, 0.4], [0.4, 0.0]] } },
            "time": { "step": 0.1, "steps": 1 }
        }))
    };
    let supply = |scenario: &Scenario| {
        let (problem, state) = solver::start::<3>(scenario);
        solver::evaluate(scenario, &problem, &state.velocities)
    };
    let at_rest = scenario(1.5, 0.1, 16);
    let evaluation = supply(&at_rest);
    let fastest = evaluation.rates.iter().flatten().fold(0.0f64, |most, rate| most.max(rate.abs()));
    // A lattice of 16 cells cut off at 4 thermal speeds is a Maxwellian to 1e-3 of its thin tail.
    println!("largest rate at equilibrium {fastest:e}");
    assert!(evaluation.supply.energy.abs() < 1e-4 && fastest < 0.05, "{fastest:e}");

    let (one, bath) = (
        Maxwellian { density: 1.0, mass: 1.0, temperature: 0.8 },
        Maxwellian { density: 0.7, mass: 2.0, temperature: 1.5 },
    );
    let heated = supply(&scenario(0.8, 0.1, 20));
    let exact = 1.5 * rates::energy_exchange(3, -3.0, 0.4, one, bath) * (1.5 - 0.8);
    let found = heated.supply.energy;
    println!("heating {found} {exact}");
    // 20 cells across ±5: the sum over a lattice of a smooth function, and the score of a Gaussian, which is exact.
    assert!((found / exact - 1.0).abs() < 1e-3, "{found} {exact}");
    let dragged = supply(&scenario(0.8, 0.12, 20));
    let exact = -rates::slowing_down(3, -3.0, 0.4, one, bath) * 0.02;
    let found = dragged.supply.momentum[0];
    println!("drag {found} {exact}");
    assert!((found / exact - 1.0).abs() < 1e-3, "{found} {exact}");
}

/// A power is given exactly, whatever else happens, and a temperature is approached exponentially where nothing else acts.
#[test]
fn heating_gives_its_power_and_brings_a_temperature() {
    for method in methods().into_iter().filter(|method| method.facts().order > 1) {
        let power = two_species(&json!({ "sources": [{ "heating": { "species": "ion", "power": 0.3 } }] }));
        let (_, state) = end(&power, &method, TimeGrid::Uniform { dt: 0.05, steps: 6 });
        // P t, by rates that are the same at all stages.
        assert!((state.supplied.energy - 0.09).abs() < 1e-14, "{}", method.facts().name);
        let towards = two_species(&json!({
            "sources": [{ "heating": { "species": "electron", "temperature": 0.5, "time": 0.7 } }],
            "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.0 } }
        }));
        let (problem, first) = solver::start::<3>(&towards);
        let temperature =
            |state: &State<3>| problem.moments(&problem.species[0], &state.velocities).temperature();
        let (_, last) = end(&towards, &method, TimeGrid::Uniform { dt: 0.05, steps: 14 });
        let exact = 0.5 + (temperature(&first) - 0.5) * (-1.0f64).exp();
        let off = (temperature(&last) / exact - 1.0).abs();
        println!("{}: {off:e}", method.facts().name);
        // Of second order in dt over the time: (0.05/0.7)²/6 of what it falls by.
        assert!(off < 1e-3, "{}: {off:e}", method.facts().name);
    }
}
