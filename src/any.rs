//! The edge between scenarios and types: the one place where the dimension that a scenario names becomes a type.
//!
//! Nothing here is generic: a program that uses it compiles in seconds, since the solver is compiled in the library.

mod simulation;
mod view;

pub use simulation::AnySimulation;
pub use view::AnyView;

use crate::error::Failure;
use crate::kernel::lanes::InstructionSet;
use crate::ranks::Ranks;
use crate::report::{self, Closing};
use crate::scenario::{Scenario, Violation};
use crate::session::recording::{Recorded, Recording};
use crate::session::{Follower, Session, SessionError};
use crate::setup::{self, StartError};
use crate::simulation::{Observer, ObserverError, Outcome, StopCondition, View};
use crate::time_grid::TimeGrid;
use std::path::Path;
use std::sync::atomic::AtomicBool;

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
        Self::create_among(&Ranks::default(), scenario, path, overwrite, instruction_set)
    }

    /// The same on the first of several ranks: [`Session::create_among`].
    ///
    /// # Errors
    ///
    /// A folder or a scenario that cannot be run.
    pub fn create_among(
        ranks: &Ranks,
        scenario: &Scenario,
        path: &Path,
        overwrite: bool,
        instruction_set: InstructionSet,
    ) -> Result<Self, SessionError> {
        match scenario.dimension {
            2 => Session::create_among(ranks, scenario, path, overwrite, instruction_set).map(Self::Two),
            _ => Session::create_among(ranks, scenario, path, overwrite, instruction_set).map(Self::Three),
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
        Self::resume_among(&Ranks::default(), scenario, path, instruction_set)
    }

    /// The same on the first of several ranks: [`Session::resume_among`].
    ///
    /// # Errors
    ///
    /// A folder that cannot be gone on with.
    pub fn resume_among(
        ranks: &Ranks,
        scenario: &Scenario,
        path: &Path,
        instruction_set: InstructionSet,
    ) -> Result<Self, SessionError> {
        match scenario.dimension {
            2 => Session::resume_among(ranks, scenario, path, instruction_set).map(Self::Two),
            _ => Session::resume_among(ranks, scenario, path, instruction_set).map(Self::Three),
        }
    }

    /// What identifies the state that the run begins or goes on from.
    pub fn fingerprint(&self) -> u32 {
        match self {
            Self::Two(session) => session.fingerprint(),
            Self::Three(session) => session.fingerprint(),
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
            Self::Two(session) => session.run(&mut Observing(observer), interrupted),
            Self::Three(session) => session.run(&mut Observing(observer), interrupted),
        }
    }

    /// Ends the run also at the first state that meets a condition.
    pub fn stopping(self, condition: AnyCondition) -> Self {
        match self {
            Self::Two(session) => Self::Two(session.stopping(in_dimension(condition))),
            Self::Three(session) => Self::Three(session.stopping(in_dimension(condition))),
        }
    }
}

/// The part of a rank other than the first in a run, in two or three dimensions.
pub enum AnyFollower {
    Two(Follower<2>),
    Three(Follower<3>),
}

impl AnyFollower {
    /// The part in a run that the first rank creates: [`Follower::create`].
    ///
    /// # Errors
    ///
    /// A scenario that cannot be run.
    pub fn create(
        ranks: &Ranks,
        scenario: &Scenario,
        instruction_set: InstructionSet,
    ) -> Result<Self, SessionError> {
        match scenario.dimension {
            2 => Follower::create(ranks, scenario, instruction_set).map(Self::Two),
            _ => Follower::create(ranks, scenario, instruction_set).map(Self::Three),
        }
    }

    /// The part in a run that the first rank resumes: [`Follower::resume`].
    ///
    /// # Errors
    ///
    /// A folder that cannot be gone on with.
    pub fn resume(
        ranks: &Ranks,
        scenario: &Scenario,
        path: &Path,
        instruction_set: InstructionSet,
    ) -> Result<Self, SessionError> {
        match scenario.dimension {
            2 => Follower::resume(ranks, scenario, path, instruction_set).map(Self::Two),
            _ => Follower::resume(ranks, scenario, path, instruction_set).map(Self::Three),
        }
    }

    /// What identifies the state that the run begins or goes on from.
    pub fn fingerprint(&self) -> u32 {
        match self {
            Self::Two(follower) => follower.fingerprint(),
            Self::Three(follower) => follower.fingerprint(),
        }
    }

    /// Runs to the end, or until any rank is interrupted: [`Follower::run`].
    ///
    /// # Errors
    ///
    /// If a step cannot be taken or trusted.
    pub fn run(self, interrupted: &AtomicBool) -> Result<Outcome, SessionError> {
        match self {
            Self::Two(follower) => follower.run(interrupted),
            Self::Three(follower) => follower.run(interrupted),
        }
    }
}

/// A run in memory that will be recorded, in two or three dimensions.
pub enum AnyRecording {
    Two(Recording<2>),
    Three(Recording<3>),
}

impl AnyRecording {
    /// The run of a scenario at its start: [`Recording::new`].
    ///
    /// # Errors
    ///
    /// A scenario that cannot be run.
    pub fn new(scenario: &Scenario, instruction_set: InstructionSet) -> Result<Self, SessionError> {
        match scenario.dimension {
            2 => Recording::new(scenario, instruction_set).map(Self::Two),
            _ => Recording::new(scenario, instruction_set).map(Self::Three),
        }
    }

    /// What is to be said of the start, a line each.
    pub fn warnings(&self) -> &[String] {
        match self {
            Self::Two(recording) => recording.warnings(),
            Self::Three(recording) => recording.warnings(),
        }
    }

    /// The time grid at the start.
    pub fn grid(&self) -> TimeGrid {
        match self {
            Self::Two(recording) => recording.grid(),
            Self::Three(recording) => recording.grid(),
        }
    }

    /// Ends the run also at the first state that meets a condition.
    pub fn stopping(self, condition: AnyCondition) -> Self {
        match self {
            Self::Two(recording) => Self::Two(recording.stopping(in_dimension(condition))),
            Self::Three(recording) => Self::Three(recording.stopping(in_dimension(condition))),
        }
    }

    /// Runs to the end, or until `interrupted` is set: [`Recording::run`].
    pub fn run(self, observer: &mut dyn AnyObserver, interrupted: &AtomicBool) -> Recorded {
        match self {
            Self::Two(recording) => recording.run(&mut Observing(observer), interrupted),
            Self::Three(recording) => recording.run(&mut Observing(observer), interrupted),
        }
    }
}

/// Says in words why a run in any dimension is to end at a state, if it is.
pub type AnyCondition = Box<dyn FnMut(&dyn AnyView) -> Option<String> + Send>;

fn in_dimension<const D: usize>(mut condition: AnyCondition) -> StopCondition<D> {
    Box::new(move |view| condition(view))
}

/// An observer of runs in any dimension.
pub trait AnyObserver {
    /// Looks at a state: the first, and that after every step.
    ///
    /// # Errors
    ///
    /// Why the run cannot go on: it ends with that.
    fn observe(&mut self, view: &dyn AnyView) -> Result<(), ObserverError>;
}

/// It, as an observer in one dimension.
struct Observing<'a>(&'a mut dyn AnyObserver);

impl<const D: usize> Observer<D> for Observing<'_> {
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), ObserverError> {
        self.0.observe(view)
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
