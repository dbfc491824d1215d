//! A term in addition to collisions, here a constant electric field. Every method accounts for what the term
//! brings in.

use crate::solver;
use landau::collision::interface::Particles;
use landau::collision::pair_sum::PairSum;
use landau::error::Failure;
use landau::functionals::invariants::About;
use landau::integrators::{
    Choice, Conservation, DiscreteGradient, ForwardEuler, ImplicitMidpoint, RungeKutta, RungeKuttaChebyshev,
};
use landau::kernel::interaction::dot;
use landau::kernel::lanes::InstructionSet;
use landau::landau::Landau;
use landau::problem::{Conserved, Problem};
use landau::setup;
use landau::simulation::Simulation;
use landau::state::State;
use landau::terms::{Request, Supply, Term};
use landau::time_grid::TimeGrid;
use serde_json::json;
use std::sync::Arc;

/// A constant electric field E, which acts on a particle with the force q E.
struct ElectricField([f64; 3]);

impl Term<3> for ElectricField {
    fn add(
        &mut self,
        problem: &Problem<3>,
        _at: Particles<'_, 3>,
        _request: Request,
        drag: &mut [[f64; 3]],
    ) -> Result<(), Failure> {
        for species in &problem.species {
            for drag in &mut drag[species.range.clone()] {
                (0..3).for_each(|axis| drag[axis] -= species.charge * self.0[axis]);
            }
        }
        Ok(())
    }

    fn conserved(&self, _problem: &Problem<3>) -> Conserved<3> {
        Conserved::MomentumAndEnergy
    }

    fn supply(&self, problem: &Problem<3>, at: Particles<'_, 3>) -> Supply<3> {
        let mut supply = Supply::default();
        for species in &problem.species {
            for p in species.range.clone() {
                let force = self.0.map(|component| at.weights[p] * species.charge * component);
                let relative = std::array::from_fn(|axis| at.velocities[p][axis] - problem.reference[axis]);
                supply.energy += dot(force, relative);
                supply.entropy += dot(force, at.gradients[p]);
                (0..3).for_each(|axis| supply.momentum[axis] += force[axis]);
            }
        }
        supply
    }
}

/// Electrons and ions of unequal charge density, so that the field accelerates them as a whole.
fn start() -> (Arc<Problem<3>>, State<3>, landau::scenario::Scenario) {
    let species = |name: &str, mass: f64, charge: f64, temperature: f64| {
        json!({
            "name": name, "mass": mass, "charge": charge, "particles": { "lattice": { "per_axis": 7 } },
            "initial": { "maxwellian": { "density": 1.0, "temperature": temperature } }
        })
    };
    let scenario = solver::scenario(&json!({
        "version": 1, "dimension": 3,
        "species": [species("electron", 1.0, -1.0, 1.0), species("ion", 3.0, 2.0, 0.6)],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.3 } },
        "time": { "step": 0.05, "steps": 6 }
    }));
    let (problem, state) = solver::start(&scenario);
    (problem, state, scenario)
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

/// The state at the end of a run with the given method in the field.
fn end(method: &Choice, grid: TimeGrid) -> (Arc<Problem<3>>, State<3>) {
    let (problem, state, scenario) = start();
    let set = InstructionSet::detect();
    let score = setup::score(&scenario, &problem, &state.velocities, set);
    let landau =
        Landau::new(Arc::clone(&problem), score, PairSum::direct(problem.symmetry, problem.gamma, set))
            .with_term(Box::new(ElectricField([0.4, 0.0, -0.2])));
    let mut simulation = Simulation::new(landau, method.integrator(&problem), State { grid, ..state });
    solver::finish(&mut simulation, |_| {}).unwrap();
    (problem, simulation.state().clone())
}

#[test]
fn momentum_and_energy_are_those_at_the_start_and_what_the_field_gave() {
    for method in methods() {
        let facts = method.facts();
        let (problem, state) = end(&method, TimeGrid::Uniform { dt: 0.05, steps: 6 });
        let found = About::of(&problem, &state.velocities, problem.reference);
        let expected = state.balance(Supply::default());
        // A constant force on constant charges adds the momentum Σ q w E t.
        let charge: f64 = problem
            .species
            .iter()
            .map(|one| one.charge * problem.weights[one.range.clone()].iter().sum::<f64>())
            .sum();
        for (axis, field) in [0.4, 0.0, -0.2].into_iter().enumerate() {
            let given = charge * field * state.time();
            // Rounding of sums of 700 terms, in a few steps and stages.
            assert!((state.supplied.momentum[axis] - given).abs() < 1e-13, "{}", facts.name);
            assert!((found.momentum[axis] - expected.momentum[axis]).abs() < 1e-13, "{}", facts.name);
        }
        let energy = (found.energy / expected.energy - 1.0).abs();
        println!("{}: work {:e}, energy off by {energy:e}", facts.name, state.supplied.energy);
        assert!(state.supplied.energy.abs() > 1e-3);
        match facts.conservation {
            Conservation::Exact => assert!(energy < 1e-14, "{}: {energy:e}", facts.name),
            // The tolerance of the residual of each step, in thermal speeds.
            Conservation::ToTolerance(tolerance) => assert!(energy < 10.0 * tolerance, "{energy:e}"),
            // Each step adds (dt²/2) Σ m w |dv/dt|², and in total at most a per cent of the work.
            Conservation::MomentumOnly => assert!(energy > 1e-6 && energy < 1e-2, "{energy:e}"),
        }
    }
}

#[test]
fn the_work_of_the_field_has_the_order_of_the_method() {
    let work = |method: &Choice, steps: u64| {
        let (_, state) = end(method, TimeGrid::Uniform { dt: 0.6 / steps as f64, steps });
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
