//! `landau check`: describes a run of the scenario without running it.

use super::{ScenarioArguments, Stop, ThreadArguments, instruction_set, print};
use crate::any;
use crate::scenario;

#[derive(clap::Args)]
pub struct Check {
    #[command(flatten)]
    scenario: ScenarioArguments,
    #[command(flatten)]
    threads: ThreadArguments,
}

impl Check {
    pub fn run(self) -> Result<(), Stop> {
        self.threads.start()?;
        let (scenario, source) = scenario::read(&self.scenario.scenario, &self.scenario.set)?;
        let lines = any::check(&scenario, instruction_set()?);
        let lines = lines.map_err(|error| Stop::of_start(error, &source))?;
        let width = lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or_default().max(21);
        print(&lines.iter().map(|(label, value)| format!("{label:<width$} {value}\n")).collect::<String>())
    }
}
