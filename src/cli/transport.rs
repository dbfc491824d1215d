//! `landau transport`: transport coefficients of a scenario's plasma near equilibrium.

use super::{ScenarioArguments, Stop, ThreadArguments, instruction_set, print};
use crate::any;
use crate::output::transport::{self as output, Format};
use crate::scenario::{self, Units};
use crate::transport::estimate::{require_three_dimensions, transport};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(clap::Args)]
pub struct Transport {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// Also write the coefficients to a file, as CSV or JSON by its extension
    #[arg(long, value_name = "FILE", value_parser = out)]
    out: Option<(PathBuf, Format)>,
    /// Replace an existing file
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    threads: ThreadArguments,
}

/// The value of `--out`.
fn out(word: &str) -> Result<(PathBuf, Format), String> {
    let path = PathBuf::from(word);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => Ok((path, Format::Csv)),
        Some("json") => Ok((path, Format::Json)),
        _ => Err("allowed: a file whose name ends with .csv or .json".to_string()),
    }
}

impl Transport {
    pub fn run(self) -> Result<(), Stop> {
        let began = Instant::now();
        self.threads.start()?;
        let (scenario, source) = scenario::read(&self.scenario.scenario, &self.scenario.set)?;
        require_three_dimensions(&scenario).map_err(|violation| source.error(&violation))?;
        let resolved = any::resolved(&scenario).map_err(|violation| source.error(&violation))?;
        // A file that cannot be written is told before anything is computed.
        let mut file = match &self.out {
            None => None,
            Some((path, format)) => Some((create(path, self.overwrite)?, path, *format)),
        };
        let found =
            transport(&resolved, instruction_set()?).map_err(|error| Stop::of_start(error, &source))?;
        let si = scenario.units == Units::Si {};
        print(&output::table(&found, si))?;
        print(&format!("{:.1} s\n", began.elapsed().as_secs_f64()))?;
        if let Some((file, path, format)) = &mut file {
            let written =
                file.set_len(0).and_then(|()| file.write_all(output::file(&found, *format, si).as_bytes()));
            written.map_err(|error| Stop::Failed(format!("{}: cannot write: {error}", path.display())))?;
            print(&format!("written to {}\n", path.display()))?;
        }
        Ok(())
    }
}

/// Opens a file to write, without touching what it holds yet.
fn create(path: &Path, overwrite: bool) -> Result<std::fs::File, Stop> {
    let opened =
        OpenOptions::new().write(true).create(true).truncate(false).create_new(!overwrite).open(path);
    opened.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Stop::Wrong(format!(
            "{}: found an existing file; allowed: a new one, or --overwrite to replace it",
            path.display()
        )),
        _ => Stop::Failed(format!("{}: cannot write: {error}", path.display())),
    })
}
