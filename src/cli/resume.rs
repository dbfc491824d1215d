//! `landau resume`: an interrupted run continued to its own end.

use super::session::{self, Start};
use super::{Stop, set_threads};
use landau::output::folder::Folder;
use landau::scenario;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Resume {
    /// The run folder
    folder: PathBuf,
    /// Threads [default: all processors]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
}

impl Resume {
    pub fn run(self) -> Result<(), Stop> {
        set_threads(self.threads)?;
        let (scenario, source) = scenario::read(&Folder::open(&self.folder).scenario(), &[])?;
        session::run(&scenario, &self.folder, Start::Resumed { source }, self.quiet)
    }
}
