//! `landau functionals`: functionals of a density given by formula, by quadrature.

use super::{Stop, ThreadArguments, print, say};
use landau::laboratory::experiment::{Quantity, history, quantities};
use landau::scenario::{self, Experiment, Violation};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Functionals {
    /// The file of the experiment: a density, collisions, and a parameter to sweep
    experiment: PathBuf,
    /// The CSV file to write [default: stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Change one value before validation, as in gamma=-2.5 (VALUE is JSON or a bare string)
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Replace an existing file
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    threads: ThreadArguments,
}

impl Functionals {
    pub fn run(self) -> Result<(), Stop> {
        self.threads.start()?;
        let (experiment, source) = scenario::read_experiment(&self.experiment, &self.set)?;
        let parameter = experiment.sweep.as_ref().map(|sweep| sweep.parameter.clone());
        // All experiments are read before the first is computed, so that errors in the last are reported at
        // once.
        let swept = scenario::swept(&experiment, &source, &self.set)?;
        let mut experiments: Vec<_> =
            swept.into_iter().map(|(value, experiment, source)| (Some(value), experiment, source)).collect();
        if experiments.is_empty() {
            experiments.push((None, experiment, source));
        }
        let out = self.out.as_deref().map(|path| Output::open(path, &self)).transpose()?;
        let mut table = csv::Writer::from_writer(Vec::new());
        let mut headed = false;
        for (value, experiment, source) in &experiments {
            let rows =
                rows(experiment).map_err(|message| source.error(&Violation::new("density", message)))?;
            for (time, quantities) in rows {
                let mut head: Vec<String> = parameter.iter().map(|path| last_key(path)).collect();
                let mut record: Vec<String> = value.iter().map(|value| format!("{value:e}")).collect();
                if let Some(time) = time {
                    head.push("time".to_string());
                    record.push(format!("{time:e}"));
                }
                for quantity in &quantities {
                    tell(quantity, value.as_ref(), time);
                    head.push(quantity.name.clone());
                    record.push(quantity.value.as_ref().map_or(String::new(), |value| format!("{value:e}")));
                }
                if !headed {
                    write(&mut table, &head)?;
                    headed = true;
                }
                write(&mut table, &record)?;
            }
        }
        let text = table.into_inner().map_err(|error| Stop::Failed(error.to_string()))?;
        match out {
            None => print(&String::from_utf8_lossy(&text)),
            Some(out) => {
                let path = out.path.clone();
                out.write(&text)?;
                print(&format!("written to {}\n", path.display()))
            }
        }
    }
}

/// The file to write. It has a name of its own until it is whole.
struct Output {
    path: PathBuf,
    partial: PathBuf,
    file: File,
}

impl Output {
    /// Opens the file before anything is computed.
    fn open(path: &Path, arguments: &Functionals) -> Result<Self, Stop> {
        let name = path.display();
        let is_input = path
            .canonicalize()
            .ok()
            .filter(|path| arguments.experiment.canonicalize().ok().as_ref() == Some(path));
        if is_input.is_some() {
            return Err(Stop::Wrong(format!(
                "--out {name}: found the file of the experiment; allowed: another one"
            )));
        }
        if path.exists() && !arguments.overwrite {
            return Err(Stop::Wrong(format!(
                "--out {name}: found a file; allowed: a new one, or --overwrite to replace it"
            )));
        }
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let file = File::create(&partial)
            .map_err(|error| Stop::Failed(format!("{}: cannot create: {error}", partial.display())))?;
        Ok(Self { path: path.to_path_buf(), partial, file })
    }

    fn write(mut self, text: &[u8]) -> Result<(), Stop> {
        let written = self.file.write_all(text).and_then(|()| self.file.sync_all());
        written
            .and_then(|()| fs::rename(&self.partial, &self.path))
            .map_err(|error| Stop::Failed(format!("{}: cannot write: {error}", self.path.display())))
    }
}

impl Drop for Output {
    /// Removes what is not whole; there is nothing to remove after it was renamed.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.partial);
    }
}

/// One row without a time, or one row for each time.
type Rows = Vec<(Option<f64>, Vec<Quantity>)>;

fn rows(experiment: &Experiment) -> Result<Rows, String> {
    if experiment.times.is_empty() {
        return Ok(vec![(None, quantities(experiment)?)]);
    }
    Ok(history(experiment)?.into_iter().map(|(time, quantities)| (Some(time), quantities)).collect())
}

fn write(table: &mut csv::Writer<Vec<u8>>, record: &[String]) -> Result<(), Stop> {
    table.write_record(record).map_err(|error| Stop::Failed(error.to_string()))
}

fn last_key(path: &str) -> String {
    path.rsplit('.').next().unwrap_or(path).to_string()
}

/// Reports on stderr which cell stays empty, and why.
fn tell(quantity: &Quantity, value: Option<&f64>, time: Option<f64>) {
    let Err(reason) = &quantity.value else { return };
    let at = [value.map(|value| format!(" at {value}")), time.map(|time| format!(" at time {time}"))];
    let place = at.into_iter().flatten().collect::<String>();
    say(&format!("note: {}{place}: {reason}; the cell is left empty", quantity.name));
}
