//! convergence.csv: errors, observed orders, seconds and evaluations, with one row for each resolution.

use crate::output::error::FileFailure;
use crate::output::folder::Folder;
use crate::output::whole;

/// The measurements at one resolution.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// Cells along each axis.
    pub per_axis: u32,
    /// The errors of each species at the end.
    pub errors: Vec<Vec<f64>>,
    pub seconds: f64,
    /// Evaluations of the right-hand side.
    pub evaluations: u64,
}

/// The order at which an error falls between two resolutions: log(e/e') / log(n'/n).
pub fn observed_order((coarse, large): (u32, f64), (fine, small): (u32, f64)) -> f64 {
    (large / small).ln() / (f64::from(fine) / f64::from(coarse)).ln()
}

/// Writes convergence.csv, anew with every row: what is there is whole, whatever ends the program.
pub struct ConvergenceFile {
    folder: Folder,
    text: String,
    species: Vec<String>,
    /// The names of the errors of a species. The second one is printed.
    kinds: &'static [&'static str],
    last: Option<Resolution>,
}

impl ConvergenceFile {
    /// Writes the file with its header: per_axis; for each species its errors, then its orders; seconds,
    /// evaluations. Orders are between neighbouring rows, and empty in the first row.
    pub fn create(
        folder: &Folder,
        species: Vec<String>,
        kinds: &'static [&'static str],
    ) -> Result<Self, FileFailure> {
        let mut columns = vec!["per_axis".to_string()];
        for name in &species {
            for kind in ["error", "order"] {
                columns.extend(kinds.iter().map(|of| format!("{name}_{kind}_{of}")));
            }
        }
        columns.extend(["seconds", "evaluations"].map(String::from));
        let mut convergence =
            Self { folder: folder.clone(), text: String::new(), species, kinds, last: None };
        convergence.line(&columns)?;
        Ok(convergence)
    }

    // Names consist of letters, digits and `_`, so no field needs quotes.
    fn line(&mut self, fields: &[String]) -> Result<(), FileFailure> {
        self.text += &(fields.join(",") + "\n");
        let path = self.folder.convergence();
        let written = whole::write(&path, &self.folder.partial_convergence(), self.text.as_bytes());
        written.map(drop).map_err(FileFailure::file(&path, "cannot write"))
    }

    /// The name of the error of a species that is printed.
    fn printed(&self, species: &str) -> String {
        format!("{species}_error_{}", self.kinds[1])
    }

    /// The head of the printed table.
    pub fn heading(&self) -> String {
        let mut text = format!("{:>8}", "per_axis");
        for name in &self.species {
            text += &format!("  {:>12}  {:>5}", self.printed(name), "order");
        }
        text + &format!("  {:>8}  {:>11}\n", "seconds", "evaluations")
    }

    /// Writes a row, and returns the corresponding row of the printed table.
    pub fn write(&mut self, found: Resolution) -> Result<String, FileFailure> {
        let mut fields = vec![found.per_axis.to_string()];
        let mut text = format!("{:>8}", found.per_axis);
        for (species, errors) in found.errors.iter().enumerate() {
            let order = |norm: usize| {
                let last = self.last.as_ref()?;
                let before = (last.per_axis, last.errors[species][norm]);
                Some(observed_order(before, (found.per_axis, errors[norm])))
            };
            fields.extend(errors.iter().map(|error| format!("{error:e}")));
            let orders = (0..errors.len()).map(order);
            fields.extend(orders.map(|order| order.map_or(String::new(), |order| format!("{order:.4}"))));
            let width = self.printed(&self.species[species]).len().max(12);
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
