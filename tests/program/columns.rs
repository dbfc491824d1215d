//! Reads the columns of tables that runs of the shipped scenarios write.

use crate::program;
use std::collections::BTreeMap;
use std::path::Path;

/// Columns by their names.
pub type Columns = BTreeMap<String, Vec<f64>>;

/// Runs a shipped scenario with changes, and returns the columns of its diagnostics.csv.
pub fn run(scenario: &str, changes: &[&str]) -> Columns {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(scenario);
    let directory = tempfile::tempdir().unwrap();
    let mut command = program::landau(directory.path());
    command.arg("run").arg(path).args(["--out", "there", "--quiet"]);
    for change in changes {
        command.args(["--set", change]);
    }
    let output = command.output().unwrap();
    assert_eq!(program::status(&output), 0, "{}", program::stderr(&output));
    read(&directory.path().join("there/diagnostics.csv"))
}

/// The columns of a table; empty cells are NaN.
pub fn read(path: &Path) -> Columns {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let names: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
    let mut columns = Columns::new();
    for record in reader.records() {
        for (name, field) in names.iter().zip(&record.unwrap()) {
            let value = if field.is_empty() { f64::NAN } else { field.parse().unwrap() };
            columns.entry(name.clone()).or_default().push(value);
        }
    }
    columns
}

/// Computes a shipped experiment of the laboratory with changes, and returns its columns.
pub fn experiment(name: &str, changes: &[&str]) -> Columns {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/laboratory").join(name);
    let directory = tempfile::tempdir().unwrap();
    let mut command = program::landau(directory.path());
    command.arg("functionals").arg(path).args(["--out", "there.csv"]);
    for change in changes {
        command.args(["--set", change]);
    }
    let output = command.output().unwrap();
    assert_eq!(program::status(&output), 0, "{}", program::stderr(&output));
    read(&directory.path().join("there.csv"))
}

/// Whether the values fall from each row to the next.
pub fn falls(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[1] < pair[0])
}
