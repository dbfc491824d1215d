//! `landau functionals`: functionals of a density given by formula, by quadrature.

use super::{Stop, print, say};
use landau::laboratory::experiment::{Quantity, history, quantities};
use landau::scenario::{self, Experiment, Violation};
use std::path::PathBuf;

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
}

impl Functionals {
    pub fn run(self) -> Result<(), Stop> {
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
        match &self.out {
            None => print(&String::from_utf8_lossy(&text)),
            Some(path) => {
                std::fs::write(path, text)
                    .map_err(|error| Stop::Failed(format!("{}: cannot write: {error}", path.display())))?;
                print(&format!("written to {}\n", path.display()))
            }
        }
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
