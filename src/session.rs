//! A run with its folder: opened, run, closed.
//!
//! A command, a test and a binding share it. [`Session::create`] opens a new run and [`Session::resume`] one that was
//! interrupted or failed; [`Session::run`] steps to the end and closes the folder whatever happens, so that nothing
//! written is lost.

use crate::error::Failure;
use crate::functionals::comparison::Comparison;
use crate::kernel::lanes::InstructionSet;
use crate::output::checkpoint::{self, Checkpoints, Saved};
use crate::output::diagnostics::Diagnostics;
use crate::output::error::FileFailure;
use crate::output::folder::Folder;
use crate::output::ledger::Ledger;
use crate::output::particles::ParticleFiles;
use crate::output::summary::{self, Account, Methods, Seconds, Status};
use crate::output::until::Conditions;
use crate::problem::Problem;
use crate::report::{self, Closing};
use crate::scenario::{Scenario, Violation};
use crate::setup::{self, StartError};
use crate::simulation::{Observer, ObserverError, Outcome, Simulation, Stopped};
use crate::state::State;
use crate::time_grid::TimeGrid;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// A run that has its folder and has not begun.
pub struct Session<const D: usize> {
    began: Instant,
    instruction_set: InstructionSet,
    folder: Folder,
    simulation: Simulation<D>,
    resumed: bool,
    observers: Observers<D>,
    methods: Methods,
    coulomb_logarithms: Option<Value>,
    /// Of the start.
    warnings: Vec<String>,
    /// Resolved.
    scenario: Scenario,
}

/// What writes into the folder.
struct Observers<const D: usize> {
    diagnostics: Diagnostics<D>,
    frames: Option<ParticleFiles>,
    ledger: Ledger<D>,
    checkpoints: Checkpoints,
}

/// Why a run with a folder ended, or could not begin.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// A value of the scenario is wrong.
    #[error("{0}")]
    Scenario(Violation),
    /// The run cannot be trusted or cannot go on; numbers are in the units of the scenario.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The folder or a file in it cannot be used.
    #[error(transparent)]
    File(#[from] FileFailure),
    /// An observer failed.
    #[error(transparent)]
    Observer(ObserverError),
}

impl From<StartError> for SessionError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Scenario(violation) => Self::Scenario(violation),
            StartError::Failure(failure) => Self::Failure(failure),
        }
    }
}

impl From<Violation> for SessionError {
    fn from(violation: Violation) -> Self {
        Self::Scenario(violation)
    }
}

/// What a run starts from.
struct Start<const D: usize> {
    problem: Arc<Problem<D>>,
    /// The first state, also where a run goes on from a later one: what is said of its end stays the same.
    state: State<D>,
    fingerprint: u32,
}

impl<const D: usize> Start<D> {
    fn new(scenario: &Scenario) -> Result<Self, Violation> {
        let (problem, state) = setup::problem_and_state::<D>(scenario)?;
        let fingerprint = checkpoint::fingerprint(&problem, &state);
        Ok(Self { problem: Arc::new(problem), state, fingerprint })
    }

    /// What the run is measured against, from its particles at the start.
    fn comparison(&self, scenario: &Scenario, instruction_set: InstructionSet) -> Option<Comparison<D>> {
        setup::comparison(scenario, &self.problem, &self.state.velocities, instruction_set)
    }

    /// A run from a state by a right-hand side made for the first one.
    fn simulation(
        &self,
        scenario: &Scenario,
        state: State<D>,
        instruction_set: InstructionSet,
    ) -> Result<Simulation<D>, Failure> {
        let landau = setup::landau(scenario, &self.problem, &self.state.velocities, instruction_set)
            .map_err(|failure| failure.in_units(&self.problem.scales))?;
        let integrator = scenario.integrator.integrator(&self.problem);
        Ok(Simulation::new(landau, integrator, state))
    }
}

impl<const D: usize> Session<D> {
    /// Opens a run in a folder of its own. A folder that cannot be used is refused before anything is computed, and
    /// nothing is written before the start of the run is known to be good.
    ///
    /// # Errors
    ///
    /// A folder that is not empty, unless `overwrite`, or cannot be written; a value of the scenario that only its
    /// particles show to be wrong; a start that is out of reach for the scenario's summation.
    pub fn create(
        scenario: &Scenario,
        path: &Path,
        overwrite: bool,
        instruction_set: InstructionSet,
    ) -> Result<Self, SessionError> {
        let began = Instant::now();
        Folder::require_free(path, overwrite)?;
        let scenario = &setup::resolved::<D>(scenario)?;
        let start = Start::new(scenario)?;
        let conditions = Conditions::new(&scenario.time.until, &start.problem)?;
        let simulation = start.simulation(scenario, start.state.clone(), instruction_set)?;
        let simulation = stopping(simulation, conditions);
        let folder = Folder::create(path, overwrite, scenario)?;
        let diagnostics = Diagnostics::create(
            &folder,
            &start.problem,
            scenario.output.diagnostics_every,
            start.comparison(scenario, instruction_set),
            setup::columns(scenario),
        )?;
        let opened = Opened { began, instruction_set, folder, diagnostics, resumed: false };
        Self::new(scenario, &start, simulation, opened)
    }

    /// Opens a run that was interrupted or failed, to go on from its checkpoint. What cannot go on is refused before
    /// anything is computed, and nothing is removed before that.
    ///
    /// # Errors
    ///
    /// A folder without a checkpoint, or with one that does not belong to its scenario, to this program or to this
    /// instruction set; rows that are missing; and what [`Self::create`] refuses of a scenario.
    pub fn resume(
        scenario: &Scenario,
        path: &Path,
        instruction_set: InstructionSet,
    ) -> Result<Self, SessionError> {
        let began = Instant::now();
        let scenario = &setup::resolved::<D>(scenario)?;
        let folder = Folder::reopen(path)?;
        let saved = Saved::read(&folder, scenario, instruction_set.name())?;
        let start = Start::new(scenario)?;
        let state = saved.state(&start.state, start.fingerprint)?;
        let step = state.step;
        let conditions = Conditions::new(&scenario.time.until, &start.problem)?;
        let simulation = start.simulation(scenario, state, instruction_set)?.resumed();
        let missing = folder.missing_frames(scenario.output.particles_every, step);
        let simulation = stopping(simulation, conditions);
        let diagnostics = Diagnostics::reopen(
            &folder,
            &start.problem,
            saved.diagnostics(),
            scenario.output.diagnostics_every,
            start.comparison(scenario, instruction_set),
            setup::columns(scenario),
        )?;
        folder.remove_frames(|frame| frame > step)?;
        let opened = Opened { began, instruction_set, folder, diagnostics, resumed: true };
        let mut session = Self::new(scenario, &start, simulation, opened)?;
        session.warnings.extend(words_on_missing(&missing));
        Ok(session)
    }

    fn new(
        scenario: &Scenario,
        start: &Start<D>,
        simulation: Simulation<D>,
        opened: Opened<D>,
    ) -> Result<Self, SessionError> {
        let Opened { began, instruction_set, folder, diagnostics, resumed } = opened;
        let (problem, velocities) = (&start.problem, &start.state.velocities);
        let frames = match scenario.output.particles_every {
            0 => None,
            every => Some(ParticleFiles::create(&folder, every)?),
        };
        let mut ledger = Ledger::new(problem, simulation.state());
        if resumed {
            ledger.follow(problem, simulation.state());
        }
        let checkpoints = Checkpoints::new(
            &folder,
            scenario.output.checkpoint_every,
            scenario,
            instruction_set.name(),
            start.fingerprint,
        );
        let warnings = report::warnings_of_start(scenario, problem, velocities);
        let methods = Methods::of(problem, simulation.landau());
        Ok(Self {
            began,
            instruction_set,
            methods,
            simulation,
            resumed,
            observers: Observers { diagnostics, frames, ledger, checkpoints },
            coulomb_logarithms: setup::named_coulomb_logarithms(scenario, problem, velocities),
            warnings,
            scenario: scenario.clone(),
            folder,
        })
    }

    /// What is to be said of the start, a line each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The time grid, at the state that the run goes on from.
    pub fn grid(&self) -> TimeGrid {
        self.simulation.state().grid
    }

    /// Runs to the end, or until `interrupted` is set, at the next evaluation; shows every state to `observer`, and closes the folder: run.json
    /// says from the start how the run computes and at last how it ended. Only a completed run loses its checkpoint.
    ///
    /// # Errors
    ///
    /// If a step cannot be taken or trusted, or something cannot be written. What was written is kept, and a checkpoint
    /// of the last good state with it.
    pub fn run(
        mut self,
        observer: &mut dyn Observer<D>,
        interrupted: &AtomicBool,
    ) -> Result<Closing, SessionError> {
        let first_step = self.simulation.state().step;
        self.write_summary(Status::Running, None)?;
        self.judge_step(interrupted);
        let Observers { diagnostics, frames, ledger, checkpoints } = &mut self.observers;
        let mut observers: Vec<&mut dyn Observer<D>> = vec![diagnostics];
        if let Some(frames) = frames {
            observers.push(frames);
        }
        observers.extend([ledger as &mut dyn Observer<D>, observer, checkpoints]);
        let outcome = self.simulation.run(&mut observers, interrupted);
        let outcome = outcome.map_err(|stopped| match stopped {
            Stopped::Failure(failure) => {
                SessionError::Failure(failure.in_units(&self.simulation.problem().scales))
            }
            Stopped::Observer(error) => SessionError::Observer(error),
        });
        self.close(first_step, outcome)
    }

    /// Compares the length of steps with the longest stable one, once in a run.
    fn judge_step(&mut self, interrupted: &AtomicBool) {
        let Self { simulation, scenario, instruction_set, .. } = self;
        if simulation.state().is_step_judged {
            return;
        }
        let (problem, state) = (simulation.problem(), simulation.state());
        let finding = report::step_warning(scenario, problem, state, *instruction_set, interrupted);
        // What an interruption cut short is for the run that goes on.
        if !interrupted.load(Ordering::Relaxed) {
            simulation.judge_step(finding);
        }
    }

    fn close(self, first_step: u64, outcome: Result<Outcome, SessionError>) -> Result<Closing, SessionError> {
        let (status, reason) = match &outcome {
            Ok(Outcome::Completed) => {
                (Status::Completed, self.simulation.stopped_by().map(|met| format!("ended since {met}")))
            }
            Ok(Outcome::Interrupted) => (Status::Interrupted, Some("interrupted".to_string())),
            Err(error) => (Status::Failed, Some(error.to_string())),
        };
        let written = self.write_summary(status, reason);
        // The failure of the run is the one to report, if both failed.
        let outcome = outcome?;
        written?;
        let Self { simulation, folder, observers, .. } = &self;
        if outcome == Outcome::Completed {
            checkpoint::remove(folder)?;
        }
        let (last_step, conservation) = (simulation.state().step, simulation.facts().conservation);
        Ok(Closing {
            outcome,
            stopped_by: simulation.stopped_by().map(String::from),
            folder: folder.path().to_path_buf(),
            first_step,
            last_step,
            resumed: self.resumed,
            work: simulation.work(),
            pairs: simulation.landau().pairs(),
            seconds: self.seconds(),
            conservation,
            promised: observers.ledger.promised(conservation, last_step),
            drift: observers.ledger.drift(),
            given: observers.ledger.given().cloned(),
        })
    }

    fn seconds(&self) -> Seconds {
        Seconds { total: self.began.elapsed(), output: self.simulation.observing() }
    }

    fn write_summary(&self, status: Status, reason: Option<String>) -> Result<(), FileFailure> {
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
            scenario: &serde_json::to_value(&self.scenario).unwrap_or_default(),
        };
        summary::write(&self.folder, &self.observers.ledger, account)
    }
}

/// A warning of frames that someone took away.
fn words_on_missing(steps: &[u64]) -> Option<String> {
    const MOST: usize = 10;
    let named: Vec<String> = steps.iter().take(MOST).map(u64::to_string).collect();
    let others = if steps.len() > MOST { format!(" and {} more", steps.len() - MOST) } else { String::new() };
    (!steps.is_empty()).then(|| {
        format!(
            "particles/ lacks the frames of the steps {}{others}, which the run wrote before its checkpoint; they are not written again",
            named.join(", ")
        )
    })
}

fn stopping<const D: usize>(simulation: Simulation<D>, conditions: Conditions) -> Simulation<D> {
    simulation.stopping(Box::new(move |view| conditions.met(view)))
}

/// What differs between a new run and one that goes on.
struct Opened<const D: usize> {
    began: Instant,
    instruction_set: InstructionSet,
    folder: Folder,
    diagnostics: Diagnostics<D>,
    resumed: bool,
}
