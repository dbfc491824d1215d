//! `landau resume`: an interrupted run continued to its own end.

use super::session::{self, Start};
use super::{Stop, number_of_threads, print, set_threads};
use landau::output::folder::Folder;
use landau::output::summary;
use landau::scenario;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Resume {
    /// The run folder
    folder: PathBuf,
    /// Threads [default: all processors]
    #[arg(long, value_name = "N", value_parser = number_of_threads)]
    threads: Option<usize>,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
}

impl Resume {
    pub fn run(self) -> Result<(), Stop> {
        set_threads(self.threads)?;
        let folder = Folder::open(&self.folder);
        let (scenario, source) = scenario::read(&folder.scenario(), &[])?;
        if !folder.checkpoint().exists() && summary::is_completed(&folder) {
            let words = format!("the run in {} is complete\n", self.folder.display());
            return if self.quiet { Ok(()) } else { print(&words) };
        }
        session::run(&scenario, &self.folder, Start::Resumed { source }, self.quiet)
    }
}
