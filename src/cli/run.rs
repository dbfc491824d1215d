//! `landau run`: a scenario into a run folder.

use super::session::{self, Start};
use super::{ResultArguments, ScenarioArguments, Stop, set_threads};
use landau::scenario;

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

impl Run {
    pub fn run(self) -> Result<(), Stop> {
        set_threads(self.results.threads)?;
        let (scenario, source) = scenario::read(&self.scenario.scenario, &self.scenario.set)?;
        let out = self.results.folder(&self.scenario);
        let start = Start::New { source, overwrite: self.results.overwrite };
        session::run(&scenario, &out, start, self.quiet)
    }
}
