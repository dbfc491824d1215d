//! The functionals of an experiment as a table: a row for each value of its sweep and each time.

use crate::laboratory::experiment::{Quantity, history, quantities};
use crate::laboratory::species;
use crate::scenario::{AnyExperiment, ScenarioErrors, Source, Violation, swept};

/// Rows of numbers under names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The parameter of the sweep and the time, where there are any, then the functionals.
    pub names: Vec<String>,
    /// One cell for each name; none where the number cannot be had.
    pub rows: Vec<Vec<Option<f64>>>,
    /// Why cells are empty, a line each.
    pub notes: Vec<String>,
}

impl Table {
    /// The functionals of an experiment that was read with the changes of `set`.
    ///
    /// # Errors
    ///
    /// An experiment that is wrong at a value of its sweep; all are read before the first is computed. A density that
    /// cannot be had.
    pub fn of(experiment: &AnyExperiment, source: &Source, set: &[String]) -> Result<Self, ScenarioErrors> {
        let parameter = experiment.sweep().map(|sweep| last_key(&sweep.parameter));
        let mut experiments: Vec<_> = swept(experiment, source, set)?
            .into_iter()
            .map(|(value, experiment, source)| (Some(value), experiment, source))
            .collect();
        if experiments.is_empty() {
            experiments.push((None, experiment.clone(), source.clone()));
        }
        let mut table = Self::default();
        for (value, experiment, source) in &experiments {
            let rows = rows(experiment);
            for (time, quantities) in
                rows.map_err(|message| source.error(&Violation::new("density", message)))?
            {
                let head =
                    parameter.iter().cloned().zip(*value).chain(time.map(|time| ("time".to_string(), time)));
                let head = head.map(|(name, value)| (name, Some(value)));
                table
                    .add(head.chain(quantities.iter().map(|one| (one.name.clone(), one.value.clone().ok()))));
                table.notes.extend(quantities.iter().filter_map(|one| note(one, *value, time)));
            }
        }
        Ok(table)
    }

    /// Adds a row. What one value of a sweep has and another has not is a column too, and empty elsewhere.
    fn add(&mut self, cells: impl Iterator<Item = (String, Option<f64>)>) {
        let mut row = vec![None; self.names.len()];
        for (name, value) in cells {
            match self.names.iter().position(|one| *one == name) {
                Some(place) => row[place] = value,
                None => {
                    self.names.push(name);
                    self.rows.iter_mut().for_each(|row| row.push(None));
                    row.push(value);
                }
            }
        }
        self.rows.push(row);
    }

    /// The table as CSV, with a header.
    pub fn csv(&self) -> String {
        let cell = |cell: &Option<f64>| cell.map_or(String::new(), |value| format!("{value:e}"));
        let rows = self.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(","));
        std::iter::once(self.names.join(",")).chain(rows).map(|line| line + "\n").collect()
    }
}

/// One row without a time, or one row for each time.
type Rows = Vec<(Option<f64>, Vec<Quantity>)>;

fn rows(experiment: &AnyExperiment) -> Result<Rows, String> {
    let experiment = match experiment {
        AnyExperiment::Density(experiment) => experiment,
        AnyExperiment::Species(experiment) => {
            return Ok(vec![(None, species::quantities::quantities(experiment))]);
        }
    };
    if experiment.times.is_empty() {
        return Ok(vec![(None, quantities(experiment)?)]);
    }
    Ok(history(experiment)?.into_iter().map(|(time, quantities)| (Some(time), quantities)).collect())
}

fn last_key(path: &str) -> String {
    path.rsplit('.').next().unwrap_or(path).to_string()
}

/// Which cell stays empty, and why.
fn note(quantity: &Quantity, value: Option<f64>, time: Option<f64>) -> Option<String> {
    let reason = quantity.value.as_ref().err()?;
    let at = [value.map(|value| format!(" at {value}")), time.map(|time| format!(" at time {time}"))];
    let place = at.into_iter().flatten().collect::<String>();
    Some(format!("{}{place}: {reason}; the cell is left empty", quantity.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_lack_columns_are_empty_there() {
        let mut table = Table::default();
        let cell = |name: &str, value: f64| (name.to_string(), Some(value));
        table.add([cell("c", 0.0), cell("fixed", 2.0)].into_iter());
        table.add([cell("c", 1.0), cell("fixed", 3.0), cell("own", 4.0)].into_iter());
        table.add([cell("c", 2.0), cell("own", 5.0)].into_iter());
        assert_eq!(table.csv(), "c,fixed,own\n0e0,2e0,\n1e0,3e0,4e0\n2e0,,5e0\n");
    }
}
