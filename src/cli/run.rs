//! `landau run` and `landau resume`: a scenario into a run folder, and an interrupted run continued to its own end.

use super::interruption::Interruption;
use super::progress::Progress;
use super::ranks::Together;
use super::{ResultArguments, ScenarioArguments, Stop, ThreadArguments, instruction_set, print, say};
use crate::any::{self, AnyFollower, AnySession};
use crate::kernel::lanes::InstructionSet;
use crate::output::folder::{Folder, json_text};
use crate::output::summary;
use crate::report::closing_words;
use crate::scenario::{self, Difference, Scenario, Source, Violation};
use crate::session::SessionError;
use crate::simulation::Outcome;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Run {
    #[command(flatten)]
    scenario: ScenarioArguments,
    #[command(flatten)]
    results: ResultArguments,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
}

#[derive(clap::Args)]
pub struct Resume {
    /// The run folder
    folder: PathBuf,
    #[command(flatten)]
    threads: ThreadArguments,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
}

impl Run {
    pub fn run(self) -> Result<(), Stop> {
        let together = Together::find()?;
        let ended = self.among(&together);
        together.end(ended)
    }

    fn among(self, together: &Together) -> Result<(), Stop> {
        let out = self.results.folder(&self.scenario);
        let read = || {
            self.results.threads.start_beside(together.on_this_machine())?;
            let (scenario, source) = scenario::read(&self.scenario.scenario, &self.scenario.set)?;
            if together.ranks.leads() {
                Folder::require_free(&out, self.results.overwrite)?;
            }
            Ok((scenario, source, instruction_set()?))
        };
        let (scenario, source, set) = together.agree(read(), of_run)?;
        let interruption = Interruption::watch()?;
        let ranks = &together.ranks;
        if ranks.leads() {
            let session = AnySession::create_among(ranks, &scenario, &out, self.results.overwrite, set);
            to_the_end(together, &source, session, &interruption, self.quiet)
        } else {
            follow(together, &source, AnyFollower::create(ranks, &scenario, set), &interruption)
        }
    }
}

impl Resume {
    pub fn run(self) -> Result<(), Stop> {
        let together = Together::find()?;
        let ended = self.among(&together);
        together.end(ended)
    }

    fn among(self, together: &Together) -> Result<(), Stop> {
        let Some((scenario, source, set)) = self.unfinished(together)? else { return Ok(()) };
        let interruption = Interruption::watch()?;
        let ranks = &together.ranks;
        if ranks.leads() {
            let session = AnySession::resume_among(ranks, &scenario, &self.folder, set);
            to_the_end(together, &source, session, &interruption, self.quiet)
        } else {
            follow(together, &source, AnyFollower::resume(ranks, &scenario, &self.folder, set), &interruption)
        }
    }

    /// What is to go on, on all ranks; nothing of a run that is complete, which is said.
    fn unfinished(&self, together: &Together) -> Result<Option<(Scenario, Source, InstructionSet)>, Stop> {
        let read = || {
            self.threads.start_beside(together.on_this_machine())?;
            let (scenario, source) = scenario::read(&Folder::open(&self.folder).scenario(), &[])?;
            let goes_on = self.goes_on(&scenario, &source, together.ranks.leads())?;
            Ok((goes_on, (scenario, source, instruction_set()?)))
        };
        let word = |(goes_on, read): &(bool, _)| format!("a run that goes on ({goes_on})\n{}", of_run(read));
        let (goes_on, read) = together.agree(read(), word)?;
        Ok(goes_on.then_some(read))
    }

    /// Whether there is anything to go on with; says so if not.
    fn goes_on(&self, scenario: &Scenario, source: &Source, leads: bool) -> Result<bool, Stop> {
        let folder = Folder::open(&self.folder);
        if !folder.checkpoint().exists()
            && let Some(completed) = summary::completed(&folder)
        {
            let resolved = any::resolved(scenario).map_err(|violation| source.error(&violation))?;
            let now = serde_json::to_value(&resolved).unwrap_or_default();
            if let Some(Difference { path, before, now }) = scenario::difference(&completed, &now) {
                let message = format!(
                    "found {now}, where the completed run in {} has {before}; allowed: that, or a run of its own by: landau run",
                    self.folder.display()
                );
                return Err(source.error(&Violation::new(path, message)).into());
            }
            let words = format!("the run in {} is complete\n", self.folder.display());
            if !self.quiet && leads {
                print(&words)?;
            }
            return Ok(false);
        }
        Ok(true)
    }
}

/// What the ranks of a run must have in common before it begins.
fn of_run((scenario, _, set): &(Scenario, Source, InstructionSet)) -> String {
    format!(
        "program {} ({})\ninstruction set {}\na scenario with the checksum {:08x}",
        env!("CARGO_PKG_VERSION"),
        summary::COMMIT,
        set.name(),
        crc32fast::hash(json_text(scenario).as_bytes())
    )
}

/// The reason to stop that a session gives.
fn stop(source: &Source, error: SessionError) -> Stop {
    match error {
        SessionError::Scenario(violation) => source.error(&violation).into(),
        SessionError::File(failure) => failure.into(),
        error @ SessionError::Ranks { .. } => Stop::Wrong(error.to_string()),
        other => Stop::Failed(other.to_string()),
    }
}

/// The particles that the ranks of a run must have in common.
fn particles(fingerprint: u32) -> String {
    format!("particles with the checksum {fingerprint:08x}")
}

/// Computes with the first rank until the run ends.
fn follow(
    together: &Together,
    source: &Source,
    follower: Result<AnyFollower, SessionError>,
    interruption: &Interruption,
) -> Result<(), Stop> {
    let follower = follower.map_err(|error| stop(source, error));
    let follower = together.agree(follower, |follower| particles(follower.fingerprint()))?;
    match follower.run(interruption.of_run()) {
        Ok(Outcome::Completed) => Ok(()),
        Ok(Outcome::Interrupted) => Err(Stop::Elsewhere(130)),
        // What a step fails of, it fails of on all ranks.
        Err(error) => Err(Stop::Elsewhere(stop(source, error).exit_status())),
    }
}

/// Runs a session to its end, or until Ctrl-C, and says how it went.
fn to_the_end(
    together: &Together,
    source: &Source,
    session: Result<AnySession, SessionError>,
    interruption: &Interruption,
    quiet: bool,
) -> Result<(), Stop> {
    let session = session.map_err(|error| stop(source, error));
    let session = together.agree(session, |session| particles(session.fingerprint()))?;
    let interrupted = interruption.of_run();
    if !quiet {
        session.warnings().iter().for_each(|warning| say(&format!("warning: {warning}")));
    }
    let mut progress = Progress::new(session.grid(), quiet);
    let closing = session.run(&mut progress, interrupted).map_err(|error| match error {
        // What cannot be written is known to this rank alone.
        SessionError::File(_) | SessionError::Observer(_) => together.abandon(stop(source, error)),
        _ => stop(source, error),
    })?;
    match closing.outcome {
        Outcome::Interrupted => {
            let folder = closing.folder.as_deref().unwrap_or(Path::new(""));
            Err(Stop::Interrupted(format!(
                "interrupted after step {}; continue with: landau resume {}",
                closing.last_step,
                folder.display()
            )))
        }
        Outcome::Completed if quiet => Ok(()),
        Outcome::Completed => {
            // The run is complete, whoever hears of it.
            print(&closing_words(&closing)).unwrap_or_else(|stop| stop.say());
            Ok(())
        }
    }
}
