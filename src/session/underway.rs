//! What runs with a folder and runs in memory share: how the run is accounted for, from its start to its end.

use super::error::SessionError;
use super::start::Start;
use crate::kernel::lanes::InstructionSet;
use crate::output::checkpoint;
use crate::output::ledger::Ledger;
use crate::output::summary::{self, Account, Methods, Seconds, Status};
use crate::report::{self, Closing};
use crate::scenario::Scenario;
use crate::setup;
use crate::simulation::{Observer, ObserverError, Outcome, Simulation, Stopped, View};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// A run and what is known of it.
pub struct Underway<const D: usize> {
    began: Instant,
    pub instruction_set: InstructionSet,
    pub simulation: Simulation<D>,
    first_step: u64,
    resumed: bool,
    ledger: Ledger<D>,
    methods: Methods,
    coulomb_logarithms: Option<Value>,
    /// Of the start.
    pub warnings: Vec<String>,
    /// Resolved.
    pub scenario: Scenario,
}

/// An observer from outside, whose failure interrupts the run.
pub struct Guest<'a, const D: usize> {
    observer: &'a mut dyn Observer<D>,
    interrupted: &'a AtomicBool,
    failure: Option<ObserverError>,
}

impl<'a, const D: usize> Guest<'a, D> {
    /// An observer of a run that `interrupted` ends.
    pub fn new(observer: &'a mut dyn Observer<D>, interrupted: &'a AtomicBool) -> Self {
        Self { observer, interrupted, failure: None }
    }

    /// Why it failed, if it did and has not been asked before.
    pub fn failure(self) -> Result<(), SessionError> {
        self.failure.map_or(Ok(()), |error| Err(SessionError::Observer(error)))
    }
}

impl<const D: usize> Observer<D> for Guest<'_, D> {
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), ObserverError> {
        if let Err(error) = self.observer.observe(view) {
            self.failure = Some(error);
            self.interrupted.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// A warning of ranks that only wait while others sum over pairs.
fn words_on_ranks(count: usize, most: Option<usize>) -> Option<String> {
    let most = most.filter(|&most| count > most)?;
    let part = if most == 1 { "is" } else { "are" };
    Some(format!(
        "of {count} ranks only {most} {part} of use in sums over pairs, which have no more parts at a time; others help with the scores alone"
    ))
}

impl<const D: usize> Underway<D> {
    /// A run from its start, or from a later state.
    pub fn new(
        scenario: &Scenario,
        start: &Start<D>,
        simulation: Simulation<D>,
        began: Instant,
        instruction_set: InstructionSet,
    ) -> Self {
        let (problem, velocities) = (&start.problem, &start.state.velocities);
        let mut warnings = report::warnings_of_start(scenario, problem, velocities);
        warnings
            .extend(words_on_ranks(simulation.landau().ranks().count(), simulation.landau().most_ranks()));
        Self {
            began,
            instruction_set,
            first_step: simulation.state().step,
            resumed: false,
            ledger: Ledger::new(problem, simulation.state()),
            methods: Methods::of(problem, simulation.landau()),
            coulomb_logarithms: setup::named_coulomb_logarithms(scenario, problem, velocities),
            warnings,
            scenario: scenario.clone(),
            simulation,
        }
    }

    /// A run that goes on.
    pub fn resumed(mut self) -> Self {
        self.ledger.follow(self.simulation.problem(), self.simulation.state());
        self.resumed = true;
        self
    }

    /// What identifies the state that the run begins or goes on from.
    pub fn fingerprint(&self) -> u32 {
        checkpoint::fingerprint(self.simulation.problem(), self.simulation.state())
    }

    /// Runs to the end, or until `interrupted` is set. Every state is shown to the observers `before` it is entered into
    /// the account, then to `guest`, then to those `after`. A guest that fails interrupts the run, so that nothing done is
    /// lost.
    ///
    /// # Errors
    ///
    /// If a step cannot be taken or trusted, or an observer fails; but not if the guest fails at the end of the run.
    pub fn run(
        &mut self,
        before: Vec<&mut dyn Observer<D>>,
        guest: &mut Guest<'_, D>,
        after: Vec<&mut dyn Observer<D>>,
        interrupted: &AtomicBool,
    ) -> Result<Outcome, SessionError> {
        self.judge_step(interrupted);
        let mut observers: Vec<&mut dyn Observer<D>> = Vec::new();
        observers.extend(before.into_iter().map(|one| one as &mut dyn Observer<D>));
        observers.extend([&mut self.ledger as &mut dyn Observer<D>, &mut *guest]);
        observers.extend(after.into_iter().map(|one| one as &mut dyn Observer<D>));
        let outcome = self.simulation.run(&mut observers, interrupted);
        drop(observers);
        if let Ok(Outcome::Interrupted) = outcome
            && let Some(error) = guest.failure.take()
        {
            return Err(SessionError::Observer(error));
        }
        outcome.map_err(|stopped| match stopped {
            Stopped::Failure(failure) => {
                SessionError::Failure(failure.in_units(&self.simulation.problem().scales))
            }
            Stopped::Observer(error) => SessionError::Observer(error),
        })
    }

    /// Compares the length of steps with the longest stable one, once in a run.
    fn judge_step(&mut self, interrupted: &AtomicBool) {
        let Self { simulation, scenario, instruction_set, .. } = self;
        if simulation.state().is_step_judged {
            return;
        }
        let (problem, state) = (simulation.problem(), simulation.state());
        let ranks = simulation.landau().ranks().clone();
        let computing = (&ranks, *instruction_set);
        let finding = report::step_warning(scenario, problem, state, computing, interrupted);
        // What an interruption cut short is for the run that goes on.
        if !ranks.any(interrupted.load(Ordering::Relaxed)) {
            simulation.judge_step(finding);
        }
    }

    /// The status of a run that ended so, and the reason.
    pub fn ending(&self, outcome: &Result<Outcome, SessionError>) -> (Status, Option<String>) {
        match outcome {
            Ok(Outcome::Completed) => {
                (Status::Completed, self.simulation.stopped_by().map(|met| format!("ended since {met}")))
            }
            Ok(Outcome::Interrupted) => (Status::Interrupted, Some("interrupted".to_string())),
            Err(error) => (Status::Failed, Some(error.to_string())),
        }
    }

    /// The text of run.json.
    pub fn summary(&self, status: Status, reason: Option<String>) -> String {
        let simulation = &self.simulation;
        let mut warnings = self.warnings.clone();
        warnings.extend(simulation.state().warnings.iter().map(|warning| warning.words.clone()));
        let account = Account {
            instruction_set: self.instruction_set.name(),
            work: simulation.work(),
            seconds: self.seconds(),
            pairs: simulation.landau().pairs(),
            methods: &self.methods,
            coulomb_logarithms: self.coulomb_logarithms.as_ref(),
            status,
            reason,
            warnings: &warnings,
            ranks: simulation.landau().ranks(),
            scenario: &serde_json::to_value(&self.scenario).unwrap_or_default(),
        };
        summary::text(&self.ledger, account)
    }

    /// What the run did.
    pub fn closing(&self, outcome: Outcome, folder: Option<PathBuf>) -> Closing {
        let simulation = &self.simulation;
        let (last_step, conservation) = (simulation.state().step, simulation.facts().conservation);
        Closing {
            outcome,
            stopped_by: simulation.stopped_by().map(String::from),
            folder,
            first_step: self.first_step,
            last_step,
            resumed: self.resumed,
            work: simulation.work(),
            pairs: simulation.landau().pairs(),
            seconds: self.seconds(),
            conservation,
            promised: self.ledger.promised(conservation, last_step),
            drift: self.ledger.drift(),
            given: self.ledger.given().cloned(),
        }
    }

    fn seconds(&self) -> Seconds {
        Seconds { total: self.began.elapsed(), output: self.simulation.observing() }
    }
}
