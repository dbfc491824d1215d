//! A run on the ranks other than the first: they compute with it, and neither write nor talk.

use super::error::SessionError;
use super::start::Start;
use super::underway::{Guest, Underway};
use crate::kernel::lanes::InstructionSet;
use crate::output::checkpoint::Saved;
use crate::output::folder::Folder;
use crate::ranks::Ranks;
use crate::scenario::Scenario;
use crate::setup;
use crate::simulation::{Observer, ObserverError, Outcome, View};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// The part of a rank in a run whose folder the first rank has.
pub struct Follower<const D: usize> {
    underway: Underway<D>,
}

impl<const D: usize> Follower<D> {
    /// The part in a run that the first rank creates.
    ///
    /// # Errors
    ///
    /// What the first rank has of the scenario.
    pub fn create(
        ranks: &Ranks,
        scenario: &Scenario,
        instruction_set: InstructionSet,
    ) -> Result<Self, SessionError> {
        let began = Instant::now();
        let scenario = &setup::resolved::<D>(scenario)?;
        let start = Start::new(scenario)?.among(ranks);
        let simulation = start.simulation(scenario, start.state.clone(), instruction_set)?;
        Ok(Self { underway: Underway::new(scenario, &start, simulation, began, instruction_set) })
    }

    /// The part in a run that the first rank resumes. The folder is read and not changed.
    ///
    /// # Errors
    ///
    /// What the first rank has of the scenario and the checkpoint.
    pub fn resume(
        ranks: &Ranks,
        scenario: &Scenario,
        path: &Path,
        instruction_set: InstructionSet,
    ) -> Result<Self, SessionError> {
        let began = Instant::now();
        let scenario = &setup::resolved::<D>(scenario)?;
        let saved = Saved::read(&Folder::open(path), scenario, instruction_set.name())?;
        let start = Start::new(scenario)?.among(ranks);
        let state = saved.state(&start.state, start.fingerprint)?;
        let simulation = start.simulation(scenario, state, instruction_set)?.resumed();
        Ok(Self { underway: Underway::new(scenario, &start, simulation, began, instruction_set).resumed() })
    }

    /// What identifies the state that the run begins or goes on from.
    pub fn fingerprint(&self) -> u32 {
        self.underway.fingerprint()
    }

    /// Runs to the end, or until any rank is interrupted.
    ///
    /// # Errors
    ///
    /// If a step cannot be taken or trusted: on all ranks alike.
    pub fn run(mut self, interrupted: &AtomicBool) -> Result<Outcome, SessionError> {
        let mut nobody = Nobody;
        let mut guest = Guest::new(&mut nobody, interrupted);
        self.underway.run(Vec::new(), &mut guest, Vec::new(), interrupted)
    }
}

/// Looks at nothing.
struct Nobody;

impl<const D: usize> Observer<D> for Nobody {
    fn observe(&mut self, _view: &View<'_, D>) -> Result<(), ObserverError> {
        Ok(())
    }
}
