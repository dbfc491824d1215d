//! The table of a sweep: a row for each run, from what its folder holds.

use super::plan::Plan;
use super::runs::{Run, Stage};
use crate::output::error::FileFailure;
use crate::output::folder::Folder;
use crate::output::{summary, whole};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The numbers of a run, by the names of columns.
struct Rows {
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
}

impl Rows {
    /// Of diagnostics.csv; none without a whole row.
    fn read(path: &Path) -> Option<Self> {
        let mut reader = csv::Reader::from_path(path).ok()?;
        let names: Vec<String> = reader.headers().ok()?.iter().map(String::from).collect();
        let mut columns = vec![Vec::new(); names.len()];
        // A row that a killed program left unfinished ends the table.
        for record in reader.records().map_while(Result::ok) {
            let cells: Vec<f64> = record.iter().map(|cell| cell.parse().unwrap_or(f64::NAN)).collect();
            columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
        }
        (!columns.first()?.is_empty()).then_some(Self { names, columns })
    }

    fn column(&self, name: &str) -> Option<&[f64]> {
        let place = self.names.iter().position(|one| one == name)?;
        Some(&self.columns[place])
    }
}

/// The text of the table, as CSV: number, values, stage, what is kept, and why a run failed.
pub fn text(plan: &Plan, runs: &[Run]) -> String {
    let found: Vec<Option<Rows>> =
        runs.iter().map(|run| Rows::read(&Folder::open(&run.folder).diagnostics())).collect();
    let kept = match plan.keep.columns.as_slice() {
        [] => {
            let mut names: Vec<String> = Vec::new();
            for name in found.iter().flatten().flat_map(|rows| &rows.names) {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
            names
        }
        columns => columns.to_vec(),
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut head = vec!["run".to_string()];
    head.extend(plan.paths().into_iter().map(String::from));
    head.push("status".to_string());
    head.extend(kept.iter().cloned());
    head.extend(plan.keep.times.iter().map(super::plan::Threshold::name));
    head.push("reason".to_string());
    // Writing to memory does not fail.
    let _ = writer.write_record(&head);
    for (run, rows) in runs.iter().zip(&found) {
        let _ = writer.write_record(record(plan, run, rows.as_ref(), &kept));
    }
    writer.into_inner().map_or(String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn record(plan: &Plan, run: &Run, rows: Option<&Rows>, kept: &[String]) -> Vec<String> {
    let stage = run.stage();
    let mut record = vec![run.number.to_string()];
    record.extend(run.changes.iter().map(|(_, value)| match value {
        Value::String(word) => word.clone(),
        other => other.to_string(),
    }));
    record.push(
        match stage {
            Stage::New => "not begun",
            Stage::Begun => "interrupted",
            Stage::Completed => "completed",
            Stage::Failed => "failed",
        }
        .to_string(),
    );
    // What is not the end of a run is not taken for it.
    let rows = rows.filter(|_| stage == Stage::Completed);
    let cell = |value: Option<f64>| {
        value.filter(|value| !value.is_nan()).map_or(String::new(), |value| format!("{value:e}"))
    };
    let last = |name: &String| cell(rows.and_then(|rows| rows.column(name)?.last().copied()));
    record.extend(kept.iter().map(last));
    record.extend(plan.keep.times.iter().map(|one| {
        let time = rows.and_then(|rows| one.time(rows.column("time")?, rows.column(&one.column)?));
        cell(time)
    }));
    record.push(summary::reason(&Folder::open(&run.folder)).unwrap_or_default());
    record
}

/// The file of the table in the folder of a sweep.
pub fn path(folder: &Path) -> PathBuf {
    folder.join("sweep.csv")
}

/// Writes the table; other processes see the old one or the whole new one.
///
/// # Errors
///
/// If it cannot be written.
pub fn write(folder: &Path, plan: &Plan, runs: &[Run]) -> Result<PathBuf, FileFailure> {
    let path = path(folder);
    let partial = folder.join("sweep.csv.partial");
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| whole::write(&path, &partial, text(plan, runs).as_bytes()));
    written.map(|_| path.clone()).map_err(FileFailure::file(&path, "cannot write"))
}
