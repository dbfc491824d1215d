//! `landau run` and `landau resume`: a scenario into a run folder, and an interrupted run continued to its own end.

use super::progress::Progress;
use super::{
    Interruption, ResultArguments, ScenarioArguments, Stop, ThreadArguments, instruction_set, print, say,
    watch_for_interruption,
};
use crate::any::{self, AnySession};
use crate::output::folder::Folder;
use crate::output::summary;
use crate::report::closing_words;
use crate::scenario::{self, Difference, Source, Violation};
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
        self.results.threads.start()?;
        let (scenario, source) = scenario::read(&self.scenario.scenario, &self.scenario.set)?;
        let out = self.results.folder(&self.scenario);
        let instruction_set = instruction_set()?;
        let interruption = watch_for_interruption()?;
        let session = AnySession::create(&scenario, &out, self.results.overwrite, instruction_set);
        to_the_end(&source, session, &interruption, self.quiet)
    }
}

impl Resume {
    pub fn run(self) -> Result<(), Stop> {
        self.threads.start()?;
        let folder = Folder::open(&self.folder);
        let (scenario, source) = scenario::read(&folder.scenario(), &[])?;
        if !folder.checkpoint().exists()
            && let Some(completed) = summary::completed(&folder)
        {
            let resolved = any::resolved(&scenario).map_err(|violation| source.error(&violation))?;
            let now = serde_json::to_value(&resolved).unwrap_or_default();
            if let Some(Difference { path, before, now }) = scenario::difference(&completed, &now) {
                let message = format!(
                    "found {now}, where the completed run in {} has {before}; allowed: that, or a run of its own by: landau run",
                    self.folder.display()
                );
                return Err(source.error(&Violation::new(path, message)).into());
            }
            let words = format!("the run in {} is complete\n", self.folder.display());
            return if self.quiet { Ok(()) } else { print(&words) };
        }
        let interruption = watch_for_interruption()?;
        let session = AnySession::resume(&scenario, &self.folder, instruction_set()?);
        to_the_end(&source, session, &interruption, self.quiet)
    }
}

/// Runs a session to its end, or until Ctrl-C, and says how it went.
fn to_the_end(
    source: &Source,
    session: Result<AnySession, SessionError>,
    interruption: &Interruption,
    quiet: bool,
) -> Result<(), Stop> {
    let stop = |error: SessionError| match error {
        SessionError::Scenario(violation) => source.error(&violation).into(),
        SessionError::File(failure) => failure.into(),
        other => Stop::Failed(other.to_string()),
    };
    let session = session.map_err(stop)?;
    let interrupted = interruption.of_run();
    if !quiet {
        session.warnings().iter().for_each(|warning| say(&format!("warning: {warning}")));
    }
    let mut progress = Progress::new(session.grid(), quiet);
    let closing = session.run(&mut progress, interrupted).map_err(stop)?;
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
