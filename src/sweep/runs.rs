//! The runs of a sweep: their scenarios and folders, what has been done of them, and doing the rest.
//!
//! A run is what its folder says. A completed or failed one stays; one with a checkpoint goes on from there; any other is run
//! from its start. So a sweep that was killed loses nothing and repeats nothing that was finished.

use super::plan::{Changes, Plan};
use crate::any::{self, AnyObserver, AnySession, AnyView};
use crate::kernel::lanes::InstructionSet;
use crate::output::error::FileFailure;
use crate::output::folder::Folder;
use crate::output::summary;
use crate::scenario::{self, BYTES_PER_PARTICLE, Difference, Scenario, ScenarioErrors};
use crate::session::SessionError;
use crate::setup::Counter;
use crate::simulation::{ObserverError, Outcome};
use rayon::ThreadPoolBuilder;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// One run of a sweep.
#[derive(Debug, Clone)]
pub struct Run {
    /// Counted from 1.
    pub number: usize,
    pub changes: Changes,
    pub folder: PathBuf,
    /// Resolved.
    pub scenario: Scenario,
}

/// What a run's folder says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing that could be gone on from.
    New,
    /// A checkpoint to go on from.
    Begun,
    Completed,
    Failed,
}

/// All runs of a plan, validated, with folders below one.
///
/// # Errors
///
/// A scenario that is wrong with the values of a run.
pub fn runs(plan: &Plan, scenario: &Path, folder: &Path) -> Result<Vec<Run>, ScenarioErrors> {
    let of = |(place, changes): (usize, Changes)| {
        let number = place + 1;
        let set: Vec<String> = changes.iter().map(|(path, value)| format!("{path}={value}")).collect();
        let (scenario, source) = scenario::read(scenario, &set)?;
        let scenario = any::resolved(&scenario).map_err(|violation| source.error(&violation))?;
        Ok(Run { number, changes, folder: folder.join("runs").join(format!("{number:06}")), scenario })
    };
    plan.runs().into_iter().enumerate().map(of).collect()
}

impl Run {
    /// How far the run is.
    pub fn stage(&self) -> Stage {
        let folder = Folder::open(&self.folder);
        match summary::status(&folder).as_deref() {
            Some("completed") => Stage::Completed,
            Some("failed") => Stage::Failed,
            _ if folder.checkpoint().exists() => Stage::Begun,
            _ => Stage::New,
        }
    }

    /// How the scenario differs from that of the folder, if that has one.
    pub fn difference(&self) -> Option<Difference> {
        let text = std::fs::read_to_string(Folder::open(&self.folder).scenario()).ok()?;
        let before: Value = serde_json::from_str(&text).ok()?;
        scenario::difference(&before, &serde_json::to_value(&self.scenario).ok()?)
    }

    /// GiB that its particles need, about.
    pub fn gibibytes(&self, counter: &mut Counter) -> f64 {
        counter.particles(&self.scenario) as f64 * BYTES_PER_PARTICLE / (1_u64 << 30) as f64
    }

    /// Runs it, or goes on with it, to its end or until `interrupted` is set.
    ///
    /// # Errors
    ///
    /// Of the run, which its folder says too; or of the folder.
    pub fn go_on(&self, set: InstructionSet, interrupted: &AtomicBool) -> Result<Outcome, SessionError> {
        let session = match self.stage() {
            Stage::Completed => return Ok(Outcome::Completed),
            Stage::Begun => AnySession::resume(&self.scenario, &self.folder, set)?,
            Stage::New | Stage::Failed => AnySession::create(&self.scenario, &self.folder, true, set)?,
        };
        Ok(session.run(&mut Silent, interrupted)?.outcome)
    }
}

struct Silent;

impl AnyObserver for Silent {
    fn observe(&mut self, _: &dyn AnyView) -> Result<(), ObserverError> {
        Ok(())
    }
}

/// How many runs are done at once, and each by how many threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crew {
    pub jobs: usize,
    pub threads: usize,
    /// Whether runs that failed are done again.
    pub retries: bool,
}

/// What is told of a run that was taken up.
#[derive(Debug)]
pub struct Told<'a> {
    pub run: &'a Run,
    /// Runs that are finished now.
    pub finished: usize,
    pub result: Result<Outcome, SessionError>,
}

/// Does what is left of the runs, the first ones first, until `interrupted` is set; `tell` hears of each. Returns whether all
/// are finished.
///
/// # Errors
///
/// Threads that cannot be started.
pub fn work(
    runs: &[Run],
    crew: Crew,
    set: InstructionSet,
    interrupted: &AtomicBool,
    tell: &mut (dyn FnMut(&Told<'_>) + Send),
) -> Result<bool, String> {
    let is_left = |run: &&Run| match run.stage() {
        Stage::New | Stage::Begun => true,
        Stage::Failed => crew.retries,
        Stage::Completed => false,
    };
    let left: Vec<&Run> = runs.iter().filter(is_left).collect();
    let (next, tell) = (AtomicUsize::new(0), Mutex::new((runs.len() - left.len(), tell)));
    let pools = (0..crew.jobs.min(left.len())).map(|_| {
        let pool = ThreadPoolBuilder::new().num_threads(crew.threads).build();
        pool.map_err(|error| format!("cannot start {} times {} threads: {error}", crew.jobs, crew.threads))
    });
    let pools = pools.collect::<Result<Vec<_>, _>>()?;
    std::thread::scope(|scope| {
        for pool in &pools {
            let (next, tell, left) = (&next, &tell, &left);
            scope.spawn(move || {
                while !interrupted.load(Ordering::Relaxed)
                    && let Some(run) = left.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let result = pool.install(|| run.go_on(set, interrupted));
                    let Ok(mut held) = tell.lock() else { return };
                    let (finished, tell) = &mut *held;
                    *finished += usize::from(matches!(run.stage(), Stage::Completed | Stage::Failed));
                    tell(&Told { run, finished: *finished, result });
                }
            });
        }
    });
    let finished = tell.into_inner().map_or(0, |(finished, _)| finished);
    Ok(finished == runs.len())
}

/// A folder whose runs are of another sweep.
///
/// # Errors
///
/// The first run whose folder holds another scenario.
pub fn require_the_same(runs: &[Run]) -> Result<(), FileFailure> {
    match runs.iter().find_map(|run| Some((run, run.difference()?))) {
        None => Ok(()),
        Some((run, difference)) => {
            let reason = format!(
                "holds a run of another scenario ({difference}): choose another folder by --out, or remove the run"
            );
            Err(FileFailure::Checkpoint { path: run.folder.clone(), reason })
        }
    }
}
