//! A run with its folder: opened, run, closed; or in memory, recorded ([`recording`]).
//!
//! A command, a test and a binding share it. [`Session::create`] opens a new run and [`Session::resume`] one that was
//! interrupted or failed; [`Session::run`] steps to the end and closes the folder whatever happens, so that nothing
//! written is lost.

mod error;
mod follower;
pub mod recording;
mod start;
mod underway;

pub use error::SessionError;
pub use follower::Follower;

use crate::kernel::lanes::InstructionSet;
use crate::output::checkpoint::{self, Checkpoints, Saved};
use crate::output::diagnostics::Diagnostics;
use crate::output::folder::Folder;
use crate::output::particles::{Distribution, ParticleFiles};
use crate::output::summary::{self, Status};
use crate::ranks::Ranks;
use crate::report::Closing;
use crate::scenario::Scenario;
use crate::setup;
use crate::simulation::{Observer, Outcome, StopCondition};
use crate::time_grid::TimeGrid;
use start::Start;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use underway::{Guest, Underway};

/// A run that has its folder and has not begun.
pub struct Session<const D: usize> {
    underway: Underway<D>,
    folder: Folder,
    diagnostics: Diagnostics<D>,
    frames: Option<ParticleFiles>,
    checkpoints: Checkpoints,
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
        Self::create_among(&Ranks::default(), scenario, path, overwrite, instruction_set)
    }

    /// The same on the first of several ranks. The others have a [`Follower`] each.
    ///
    /// # Errors
    ///
    /// As [`Self::create`].
    pub fn create_among(
        ranks: &Ranks,
        scenario: &Scenario,
        path: &Path,
        overwrite: bool,
        instruction_set: InstructionSet,
    ) -> Result<Self, SessionError> {
        let began = Instant::now();
        Folder::require_free(path, overwrite)?;
        let scenario = &setup::resolved::<D>(scenario)?;
        let start = Start::new(scenario)?.among(ranks);
        let simulation = start.simulation(scenario, start.state.clone(), instruction_set)?;
        let folder = Folder::create(path, overwrite, scenario)?;
        let rows = start.rows(scenario, instruction_set);
        let diagnostics = Diagnostics::create(&folder, scenario.output.diagnostics_every, rows)?;
        let underway = Underway::new(scenario, &start, simulation, began, instruction_set);
        Self::new(scenario, &start, underway, folder, diagnostics)
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
        Self::resume_among(&Ranks::default(), scenario, path, instruction_set)
    }

    /// The same on the first of several ranks, whose number may be another than that of the run before. The others have a
    /// [`Follower`] each.
    ///
    /// # Errors
    ///
    /// As [`Self::resume`].
    pub fn resume_among(
        ranks: &Ranks,
        scenario: &Scenario,
        path: &Path,
        instruction_set: InstructionSet,
    ) -> Result<Self, SessionError> {
        let began = Instant::now();
        let scenario = &setup::resolved::<D>(scenario)?;
        let folder = Folder::reopen(path)?;
        let saved = Saved::read(&folder, scenario, instruction_set.name())?;
        let start = Start::new(scenario)?.among(ranks);
        let state = saved.state(&start.state, start.fingerprint)?;
        let step = state.step;
        let simulation = start.simulation(scenario, state, instruction_set)?.resumed();
        let missing = folder.missing_frames(scenario.output.particles_every, step);
        let rows = start.rows(scenario, instruction_set);
        let every = scenario.output.diagnostics_every;
        let diagnostics = Diagnostics::reopen(&folder, saved.diagnostics(), every, rows)?;
        folder.remove_frames(|frame| frame > step)?;
        let underway = Underway::new(scenario, &start, simulation, began, instruction_set).resumed();
        let mut session = Self::new(scenario, &start, underway, folder, diagnostics)?;
        session.underway.warnings.extend(words_on_missing(&missing));
        Ok(session)
    }

    fn new(
        scenario: &Scenario,
        start: &Start<D>,
        underway: Underway<D>,
        folder: Folder,
        diagnostics: Diagnostics<D>,
    ) -> Result<Self, SessionError> {
        let frames = match scenario.output.particles_every {
            0 => None,
            every => {
                let distribution = scenario.output.distribution.map(|grid| Distribution {
                    axis: grid.axis_in(scenario.symmetry) as usize,
                    cells: grid.cells as usize,
                    order: scenario.score.order(),
                });
                Some(ParticleFiles::create(&folder, every, distribution)?)
            }
        };
        let checkpoints = Checkpoints::new(
            &folder,
            scenario.output.checkpoint_every,
            scenario,
            underway.instruction_set.name(),
            start.fingerprint,
        );
        Ok(Self { underway, folder, diagnostics, frames, checkpoints })
    }

    /// What is to be said of the start, a line each.
    pub fn warnings(&self) -> &[String] {
        &self.underway.warnings
    }

    /// What identifies the state that the run begins or goes on from.
    pub fn fingerprint(&self) -> u32 {
        self.underway.fingerprint()
    }

    /// The time grid, at the state that the run goes on from.
    pub fn grid(&self) -> TimeGrid {
        self.underway.simulation.state().grid
    }

    /// Ends the run also at the first state that meets a condition.
    pub fn stopping(mut self, condition: StopCondition<D>) -> Self {
        self.underway.simulation = self.underway.simulation.stopping(condition);
        self
    }

    /// Runs to the end, or until `interrupted` is set, at the next evaluation; shows every state to `observer`, and closes the
    /// folder: run.json says from the start how the run computes and at last how it ended. Only a completed run loses its checkpoint.
    ///
    /// # Errors
    ///
    /// If a step cannot be taken or trusted, or something cannot be written. What was written is kept, and a checkpoint
    /// of the last good state with it.
    pub fn run(
        self,
        observer: &mut dyn Observer<D>,
        interrupted: &AtomicBool,
    ) -> Result<Closing, SessionError> {
        let Self { mut underway, folder, mut diagnostics, mut frames, mut checkpoints } = self;
        summary::write(&folder, &underway.summary(Status::Running, None))?;
        let frames = frames.as_mut().map(|frames| frames as &mut dyn Observer<D>);
        let before =
            Vec::from_iter([Some(&mut diagnostics as &mut dyn Observer<D>), frames].into_iter().flatten());
        let mut guest = Guest::new(observer, interrupted);
        let outcome = underway.run(before, &mut guest, vec![&mut checkpoints], interrupted);
        let (status, reason) = underway.ending(&outcome);
        let written = summary::write(&folder, &underway.summary(status, reason));
        // The failure of the run is the one to report, if both failed.
        let outcome = outcome?;
        written?;
        if outcome == Outcome::Completed {
            checkpoint::remove(&folder)?;
        }
        guest.failure()?;
        Ok(underway.closing(outcome, Some(folder.path().to_path_buf())))
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

#[cfg(test)]
mod tests {
    use crate::any::{AnyObserver, AnySession, AnyView};
    use crate::kernel::lanes::InstructionSet;
    use crate::output::folder::Folder;
    use crate::scenario::{Scenario, parse};
    use crate::simulation::ObserverError;
    use std::fs;
    use std::path::Path;
    use std::sync::atomic::AtomicBool;

    /// An observer that fails at a step.
    struct FailsAt(u64);

    impl AnyObserver for FailsAt {
        fn observe(&mut self, view: &dyn AnyView) -> Result<(), ObserverError> {
            if view.step() == self.0 { Err("that is enough".into()) } else { Ok(()) }
        }
    }

    fn run(scenario: &Scenario, path: &Path, fails_at: u64) -> Option<String> {
        let set = InstructionSet::detect();
        let session = match Folder::open(path).checkpoint().exists() {
            true => AnySession::resume(scenario, path, set),
            false => AnySession::create(scenario, path, false, set),
        };
        let ended = session.unwrap().run(&mut FailsAt(fails_at), &AtomicBool::new(false));
        ended.err().map(|error| error.to_string())
    }

    #[test]
    fn an_observer_from_outside_that_fails_loses_nothing_of_the_run() {
        let text = include_str!("../tests/bad/maxwellian.json").to_string();
        let (scenario, _) = parse("maxwellian.json", text, &["output.checkpoint_every=0".into()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (broken, whole) = (folder.path().join("broken"), folder.path().join("whole"));
        assert_eq!(run(&scenario, &whole, u64::MAX), None);
        let failure = Some("that is enough".to_string());
        assert_eq!(run(&scenario, &broken, 0), failure);
        assert_eq!(run(&scenario, &broken, 3), failure);
        assert!(
            fs::read_to_string(broken.join("run.json")).unwrap().contains("\"reason\": \"that is enough\"")
        );
        // At the end there is nothing to go on with: the run is complete all the same.
        assert_eq!(run(&scenario, &broken, 6), failure);
        assert!(fs::read_to_string(broken.join("run.json")).unwrap().contains("\"status\": \"completed\""));
        let rows = |path: &Path| fs::read(path.join("diagnostics.csv")).unwrap();
        assert!(rows(&broken) == rows(&whole));
    }
}
