//! Functionals of a density given by formula.

use crate::errors;
use crate::work::{interruptible, threads};
use landau::output::functionals::Table;
use landau::scenario;
use pyo3::prelude::*;
use std::sync::atomic::AtomicBool;

/// A table's names, rows and notes.
type Found = (Vec<String>, Vec<Vec<Option<f64>>>, Vec<String>);

/// The functionals of the experiment in a text.
#[pyfunction]
#[pyo3(signature = (text, changes, number, file=None))]
pub fn functionals(
    py: Python<'_>,
    text: String,
    changes: Vec<String>,
    number: Option<usize>,
    file: Option<&str>,
) -> PyResult<Found> {
    let wrong = |error| errors::of_scenario(py, &error, file.is_some());
    let parsed = scenario::parse_experiment(file.unwrap_or("experiment"), text, &changes);
    let (experiment, source) = parsed.map_err(wrong)?;
    let pool = threads(number)?;
    let (table, raised) =
        interruptible(py, &pool, &AtomicBool::new(false), || Table::of(&experiment, &source, &changes));
    raised.map_or(Ok(()), Err)?;
    let Table { names, rows, notes } = table.map_err(wrong)?;
    Ok((names, rows, notes))
}
