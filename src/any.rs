//! The edge between scenarios and types: the one place where the dimension that a scenario names becomes a type.
//!
//! Nothing here is generic: a program that uses it compiles in seconds, since the solver is compiled in the library.

use crate::error::Failure;
use crate::integrators::Facts;
use crate::kernel::lanes::InstructionSet;
use crate::problem::{Problem, Species};
use crate::report::{self, Closing};
use crate::scenario::{Scenario, Violation};
use crate::session::{Session, SessionError};
use crate::setup::{self, StartError};
use crate::simulation::{Observer, Simulation};
use crate::time_grid::TimeGrid;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// A run in memory, in two or three dimensions.
pub enum AnySimulation {
    Two(Simulation<2>),
    Three(Simulation<3>),
}

impl AnySimulation {
    /// The run of a scenario at its start, by the best instruction set of the machine.
    ///
    /// # Errors
    ///
    /// A value of the scenario that only its particles show to be wrong; a start that is out of reach for its summation.
    pub fn new(scenario: &Scenario) -> Result<Self, StartError> {
        match scenario.dimension {
            2 => setup::simulation(scenario, InstructionSet::detect()).map(Self::Two),
            _ => setup::simulation(scenario, InstructionSet::detect()).map(Self::Three),
        }
    }

    /// Takes one step, and returns its length in the units of the scenario.
    ///
    /// # Errors
    ///
    /// If the step cannot be taken or trusted; numbers are in the units of the scenario. The state is then what it was.
    pub fn step(&mut self) -> Result<f64, Failure> {
        match self {
            Self::Two(simulation) => step(simulation),
            Self::Three(simulation) => step(simulation),
        }
    }

    /// Steps to the first state at or after a time in the units of the scenario, or to the end of the time grid if that
    /// comes first, and returns the time of that state.
    ///
    /// # Errors
    ///
    /// As of [`Self::step`]. The state is then the last good one.
    pub fn advance_to(&mut self, time: f64) -> Result<f64, Failure> {
        match self {
            Self::Two(simulation) => advance_to(simulation, time),
            Self::Three(simulation) => advance_to(simulation, time),
        }
    }

    /// Steps taken.
    pub fn steps(&self) -> u64 {
        match self {
            Self::Two(simulation) => simulation.state().step,
            Self::Three(simulation) => simulation.state().step,
        }
    }

    /// The time of the state, in the units of the scenario.
    pub fn time(&self) -> f64 {
        match self {
            Self::Two(simulation) => time(simulation),
            Self::Three(simulation) => time(simulation),
        }
    }

    /// The velocities of a moving species, in the units of the scenario: two or three components a particle, particle
    /// after particle. None if there is no moving species of this name.
    pub fn velocities(&self, species: &str) -> Option<Vec<f64>> {
        match self {
            Self::Two(simulation) => velocities(simulation, species),
            Self::Three(simulation) => velocities(simulation, species),
        }
    }

    /// The weights of a moving species, in the scenario's unit of density, one a particle.
    pub fn weights(&self, species: &str) -> Option<Vec<f64>> {
        match self {
            Self::Two(simulation) => weights(simulation.problem(), species),
            Self::Three(simulation) => weights(simulation.problem(), species),
        }
    }

    /// What is known of the method.
    pub fn facts(&self) -> Facts {
        match self {
            Self::Two(simulation) => simulation.facts(),
            Self::Three(simulation) => simulation.facts(),
        }
    }
}

fn step<const D: usize>(simulation: &mut Simulation<D>) -> Result<f64, Failure> {
    let scales = simulation.problem().scales;
    let dt = simulation.step().map_err(|failure| failure.in_units(&scales))?;
    Ok(dt * scales.time)
}

fn advance_to<const D: usize>(simulation: &mut Simulation<D>, time: f64) -> Result<f64, Failure> {
    let scales = simulation.problem().scales;
    let reached = simulation.advance_to(time / scales.time);
    Ok(reached.map_err(|failure| failure.in_units(&scales))? * scales.time)
}

fn time<const D: usize>(simulation: &Simulation<D>) -> f64 {
    simulation.time() * simulation.problem().scales.time
}

fn find<'a, const D: usize>(problem: &'a Problem<D>, name: &str) -> Option<&'a Species<D>> {
    problem.species.iter().find(|species| species.name == name)
}

fn velocities<const D: usize>(simulation: &Simulation<D>, name: &str) -> Option<Vec<f64>> {
    let (problem, all) = (simulation.problem(), simulation.velocities());
    let of_species = &all[find(problem, name)?.range.clone()];
    Some(of_species.as_flattened().iter().map(|component| component * problem.scales.velocity).collect())
}

fn weights<const D: usize>(problem: &Problem<D>, name: &str) -> Option<Vec<f64>> {
    let of_species = &problem.weights[find(problem, name)?.range.clone()];
    Some(of_species.iter().map(|weight| weight * problem.scales.density).collect())
}

/// A run with its folder, in two or three dimensions.
pub enum AnySession {
    Two(Session<2>),
    Three(Session<3>),
}

impl AnySession {
    /// Opens a run in a folder of its own: [`Session::create`].
    ///
    /// # Errors
    ///
    /// A folder or a scenario that cannot be run.
    pub fn create(
        scenario: &Scenario,
        path: &Path,
        overwrite: bool,
        instruction_set: InstructionSet,
    ) -> Result<Self, SessionError> {
        match scenario.dimension {
            2 => Session::create(scenario, path, overwrite, instruction_set).map(Self::Two),
            _ => Session::create(scenario, path, overwrite, instruction_set).map(Self::Three),
        }
    }

    /// Opens a run that was interrupted or failed: [`Session::resume`].
    ///
    /// # Errors
    ///
    /// A folder that cannot be gone on with.
    pub fn resume(
        scenario: &Scenario,
        path: &Path,
        instruction_set: InstructionSet,
    ) -> Result<Self, SessionError> {
        match scenario.dimension {
            2 => Session::resume(scenario, path, instruction_set).map(Self::Two),
            _ => Session::resume(scenario, path, instruction_set).map(Self::Three),
        }
    }

    /// What is to be said of the start, a line each.
    pub fn warnings(&self) -> &[String] {
        match self {
            Self::Two(session) => session.warnings(),
            Self::Three(session) => session.warnings(),
        }
    }

    /// The time grid, at the state that the run goes on from.
    pub fn grid(&self) -> TimeGrid {
        match self {
            Self::Two(session) => session.grid(),
            Self::Three(session) => session.grid(),
        }
    }

    /// Runs to the end, or until `interrupted` is set: [`Session::run`].
    ///
    /// # Errors
    ///
    /// If a step cannot be taken or trusted, or something cannot be written.
    pub fn run(
        self,
        observer: &mut dyn AnyObserver,
        interrupted: &AtomicBool,
    ) -> Result<Closing, SessionError> {
        match self {
            Self::Two(session) => session.run(observer.in_two(), interrupted),
            Self::Three(session) => session.run(observer.in_three(), interrupted),
        }
    }
}

/// An observer of runs in two and in three dimensions.
pub trait AnyObserver {
    /// It, for a run in two dimensions.
    fn in_two(&mut self) -> &mut dyn Observer<2>;

    /// It, for a run in three dimensions.
    fn in_three(&mut self) -> &mut dyn Observer<3>;
}

impl<T: Observer<2> + Observer<3>> AnyObserver for T {
    fn in_two(&mut self) -> &mut dyn Observer<2> {
        self
    }

    fn in_three(&mut self) -> &mut dyn Observer<3> {
        self
    }
}

/// The scenario with every value as a number that its distributions give it: [`setup::resolved`].
///
/// # Errors
///
/// A value that no lattice can have.
pub fn resolved(scenario: &Scenario) -> Result<Scenario, Violation> {
    match scenario.dimension {
        2 => setup::resolved::<2>(scenario),
        _ => setup::resolved::<3>(scenario),
    }
}

/// Labels, each with what it says of a run of the scenario: [`report::check`].
///
/// # Errors
///
/// A value that only the particles show to be wrong, or a start whose rates cannot be had.
pub fn check(
    scenario: &Scenario,
    instruction_set: InstructionSet,
) -> Result<Vec<(String, String)>, StartError> {
    match scenario.dimension {
        2 => report::check::<2>(scenario, instruction_set),
        _ => report::check::<3>(scenario, instruction_set),
    }
}

/// How far a run ended from the reference of its scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorsAtTheEnd {
    /// The errors of each species, as [`Comparison::errors`](crate::functionals::comparison::Comparison::errors) has them.
    pub errors: Vec<Vec<f64>>,
    /// Evaluations of the right-hand side that the run took.
    pub evaluations: u64,
}

/// Runs a scenario in memory and compares its end with its reference; none without one.
///
/// # Errors
///
/// A scenario that cannot be run, or a run that cannot be trusted.
pub fn errors_at_the_end(
    scenario: &Scenario,
    instruction_set: InstructionSet,
) -> Result<Option<ErrorsAtTheEnd>, StartError> {
    match scenario.dimension {
        2 => errors_at_the_end_in::<2>(scenario, instruction_set),
        _ => errors_at_the_end_in::<3>(scenario, instruction_set),
    }
}

fn errors_at_the_end_in<const D: usize>(
    scenario: &Scenario,
    instruction_set: InstructionSet,
) -> Result<Option<ErrorsAtTheEnd>, StartError> {
    let mut simulation = setup::simulation::<D>(scenario, instruction_set)?;
    let (problem, first) = (simulation.problem().clone(), simulation.velocities());
    let Some(comparison) = setup::comparison(scenario, &problem, first, instruction_set) else {
        return Ok(None);
    };
    let in_units = |failure: Failure| failure.in_units(&problem.scales);
    let end = simulation.state().grid.end();
    simulation.advance_to(end).map_err(in_units)?;
    let (velocities, time) = (simulation.velocities(), simulation.time());
    let errors = (0..problem.species.len()).map(|i| comparison.errors(&problem, i, velocities, time));
    let errors = errors.collect::<Result<_, _>>().map_err(in_units)?;
    Ok(Some(ErrorsAtTheEnd { errors, evaluations: simulation.work().evaluations }))
}
