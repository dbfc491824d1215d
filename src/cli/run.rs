//! `landau run`: a scenario into a run folder.

use super::session::{self, Start};
use super::{ScenarioArguments, Stop, number_of_threads, set_threads};
use landau::scenario;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Run {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// The run folder [default: out/<file stem>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace the run in an existing folder
    #[arg(long)]
    overwrite: bool,
    /// Threads [default: all processors]
    #[arg(long, value_name = "N", value_parser = number_of_threads)]
    threads: Option<usize>,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
}

impl Run {
    pub fn run(self) -> Result<(), Stop> {
        set_threads(self.threads)?;
        let (scenario, source) = scenario::read(&self.scenario.scenario, &self.scenario.set)?;
        let out = self.out.unwrap_or_else(|| {
            PathBuf::from("out").join(self.scenario.scenario.file_stem().unwrap_or("run".as_ref()))
        });
        let start = Start::New { source, overwrite: self.overwrite };
        session::run(&scenario, &out, start, self.quiet)
    }
}
