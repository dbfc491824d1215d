//! `landau cite`: what to cite for the methods of a scenario.

use super::{ScenarioArguments, Stop, print};
use crate::report::citations;
use crate::scenario;

#[derive(clap::Args)]
pub struct Cite {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// Print entries of BibTeX
    #[arg(long)]
    bibtex: bool,
}

impl Cite {
    pub fn run(self) -> Result<(), Stop> {
        let (scenario, _) = scenario::read(&self.scenario.scenario, &self.scenario.set)?;
        let cited = citations(&scenario);
        let lines: Vec<String> = match self.bibtex {
            true => cited.iter().map(|one| one.bibtex()).collect(),
            false => cited.iter().map(|one| one.words() + "\n").collect(),
        };
        print(&lines.concat())
    }
}
