//! Runs scenarios that tests write as JSON, without files.

#![allow(dead_code)] // Each test file uses its own part.

use landau::error::Failure;
use landau::functionals::moments::Moments;
use landau::kernel::lanes::InstructionSet;
use landau::landau::{Evaluation, InStep, Landau};
use landau::problem::Problem;
use landau::scenario::{self, Scenario};
use landau::setup;
use landau::simulation::{Observer, ObserverError, Simulation, Stopped, View};
use landau::state::State;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A scenario from its JSON. Panics with the message of the parser if it is invalid.
pub fn scenario(json: &Value) -> Scenario {
    match scenario::parse("test", json.to_string(), &[]) {
        Ok((scenario, _)) => scenario,
        Err(errors) => panic!("{errors}"),
    }
}

/// The problem and the initial state of a scenario.
pub fn start<const D: usize>(scenario: &Scenario) -> (Arc<Problem<D>>, State<D>) {
    let (problem, state) =
        setup::problem_and_state(scenario).unwrap_or_else(|violation| panic!("{violation:?}"));
    (Arc::new(problem), state)
}

/// The right-hand side of a scenario with the best instruction set of the machine.
pub fn landau<const D: usize>(scenario: &Scenario, problem: &Arc<Problem<D>>) -> Landau<D> {
    let instruction_set = InstructionSet::detect();
    let (_, start) = start::<D>(scenario);
    setup::landau(scenario, problem, &start.velocities, instruction_set)
        .unwrap_or_else(|failure| panic!("{failure}"))
}

/// The evaluation of the right-hand side at the given velocities.
pub fn evaluate<const D: usize>(
    scenario: &Scenario,
    problem: &Arc<Problem<D>>,
    velocities: &[[f64; D]],
) -> Evaluation<D> {
    let mut evaluation = Evaluation::empty(problem);
    landau(scenario, problem)
        .evaluate(velocities, InStep::unfenced(0), &mut evaluation)
        .unwrap_or_else(|failure| panic!("{failure}"));
    evaluation
}

/// An observer that calls a function with every state and its rates.
pub struct Look<F>(pub F);

impl<const D: usize, F: FnMut(&View<'_, D>)> Observer<D> for Look<F> {
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), ObserverError> {
        (self.0)(view);
        Ok(())
    }
}

/// Runs a simulation to its end, calling `look` with every state and its rates.
pub fn finish<const D: usize>(
    simulation: &mut Simulation<D>,
    look: impl FnMut(&View<'_, D>),
) -> Result<(), Failure> {
    match simulation.run(&mut [&mut Look(look)], &AtomicBool::new(false)) {
        Ok(_) => Ok(()),
        Err(Stopped::Failure(failure)) => Err(failure),
        Err(Stopped::Observer(error)) => panic!("{error}"),
    }
}

/// Runs all steps of a scenario. Calls `look` with the state and its rates before each step and at the end.
pub fn run<const D: usize>(
    scenario: &Scenario,
    mut look: impl FnMut(&Problem<D>, &State<D>, &Evaluation<D>),
) -> Result<State<D>, Failure> {
    let mut simulation =
        setup::simulation::<D>(scenario, InstructionSet::detect()).unwrap_or_else(|error| panic!("{error}"));
    finish(&mut simulation, |view| look(view.problem, view.state, view.evaluation))?;
    Ok(simulation.state().clone())
}

/// The moments of species `index`.
pub fn moments<const D: usize>(problem: &Problem<D>, velocities: &[[f64; D]], index: usize) -> Moments<D> {
    let species = &problem.species[index];
    problem.moments(species, velocities)
}

/// The rates of change of the mean velocity and the temperature of species `index`, from the particles'
/// rates.
pub fn moment_rates<const D: usize>(
    problem: &Problem<D>,
    velocities: &[[f64; D]],
    evaluation: &Evaluation<D>,
    index: usize,
) -> ([f64; D], f64) {
    let species = &problem.species[index];
    let moments = moments(problem, velocities, index);
    let mut drift = [0.0; D];
    let mut heating = 0.0;
    for p in species.range.clone() {
        for axis in 0..D {
            let share = problem.weights[p] * evaluation.rates[p][axis] / moments.density;
            drift[axis] += share;
            heating += 2.0 * species.mass * share * (velocities[p][axis] - moments.velocity[axis]) / D as f64;
        }
    }
    (drift, heating)
}
