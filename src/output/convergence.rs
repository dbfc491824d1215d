//! convergence.csv: errors over resolution, observed orders, time and work, a row streamed for each resolution.

use crate::error::Failure;
use crate::output::folder::Folder;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

const NORMS: [&str; 3] = ["l1", "l2", "linf"];

/// What was measured at one resolution.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// Cells along each axis.
    pub per_axis: u32,
    /// Relative L1, L2 and L∞ errors of each species at the end.
    pub errors: Vec<[f64; 3]>,
    pub seconds: f64,
    /// Of the right-hand side.
    pub evaluations: u64,
}

/// The order at which an error falls between two resolutions: log(e/e') / log(n'/n).
pub fn observed_order((coarse, large): (u32, f64), (fine, small): (u32, f64)) -> f64 {
    (large / small).ln() / (f64::from(fine) / f64::from(coarse)).ln()
}

/// Writes convergence.csv.
pub struct ConvergenceFile {
    path: PathBuf,
    file: File,
    species: Vec<String>,
    last: Option<Resolution>,
}

impl ConvergenceFile {
    /// Opens the file and writes its header: per_axis; for each species its errors, then its orders between
    /// neighbouring rows, empty in the first; seconds, evaluations.
    pub fn create(folder: &Folder, species: Vec<String>) -> Result<Self, Failure> {
        let path = folder.convergence();
        let file = File::create(&path).map_err(Failure::file(&path, "cannot create"))?;
        let mut columns = vec!["per_axis".to_string()];
        for name in &species {
            for kind in ["error", "order"] {
                columns.extend(NORMS.map(|norm| format!("{name}_{kind}_{norm}")));
            }
        }
        columns.extend(["seconds", "evaluations"].map(String::from));
        let mut convergence = Self { path, file, species, last: None };
        convergence.line(&columns)?;
        Ok(convergence)
    }

    // Names are letters, digits and `_`: nothing needs quotes.
    fn line(&mut self, fields: &[String]) -> Result<(), Failure> {
        let written = self.file.write_all((fields.join(",") + "\n").as_bytes());
        written.map_err(Failure::file(&self.path, "cannot write"))
    }

    /// The head of the printed table.
    pub fn heading(&self) -> String {
        let mut text = format!("{:>8}", "per_axis");
        for name in &self.species {
            let column = format!("{name}_error_l2");
            text += &format!("  {column:>12}  {:>5}", "order");
        }
        text + &format!("  {:>8}  {:>11}\n", "seconds", "evaluations")
    }

    /// Writes a row, and returns the row of the printed table.
    pub fn write(&mut self, found: Resolution) -> Result<String, Failure> {
        let mut fields = vec![found.per_axis.to_string()];
        let mut text = format!("{:>8}", found.per_axis);
        for (species, errors) in found.errors.iter().enumerate() {
            let order = |norm: usize| {
                let last = self.last.as_ref()?;
                let before = (last.per_axis, last.errors[species][norm]);
                Some(observed_order(before, (found.per_axis, errors[norm])))
            };
            fields.extend(errors.iter().map(|error| format!("{error:e}")));
            fields
                .extend((0..3).map(|norm| order(norm).map_or(String::new(), |order| format!("{order:.4}"))));
            let width = self.species[species].len() + "_error_l2".len();
            let width = width.max(12);
            let order = order(1).map_or(String::new(), |order| format!("{order:.2}"));
            text += &format!("  {:>width$.3e}  {order:>5}", errors[1]);
        }
        fields.extend([format!("{:.3}", found.seconds), found.evaluations.to_string()]);
        self.line(&fields)?;
        text += &format!("  {:>8.1}  {:>11}\n", found.seconds, found.evaluations);
        self.last = Some(found);
        Ok(text)
    }
}
