//! A valid scenario, and what is known of it before it runs.

use crate::errors;
use crate::work::{instruction_set, interruptible, threads};
use landau::any;
use landau::output::folder::json_text;
use landau::output::transport::{Format, file};
use landau::scenario::{self, Source, Units};
use landau::transport::estimate::{require_three_dimensions, transport};
use pyo3::prelude::*;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// A valid scenario.
#[pyclass(frozen)]
pub struct Scenario {
    pub scenario: scenario::Scenario,
    pub source: Source,
    /// Whether places in the text say something to the user.
    pub has_file: bool,
}

#[pymethods]
impl Scenario {
    /// The scenario of a text with changes, each as `PATH=VALUE`. Particle files are relative to the folder. `file` is the
    /// name in messages; without one they say the path of a value alone.
    #[new]
    #[pyo3(signature = (text, changes, folder, file=None))]
    fn new(
        py: Python<'_>,
        text: String,
        changes: Vec<String>,
        folder: &str,
        file: Option<&str>,
    ) -> PyResult<Self> {
        let has_file = file.is_some();
        let parsed = py.detach(|| scenario::parse(file.unwrap_or("scenario"), text, &changes));
        let (mut scenario, source) = parsed.map_err(|error| errors::of_scenario(py, &error, has_file))?;
        scenario.locate_files(Path::new(folder));
        Ok(Self { scenario, source, has_file })
    }

    /// The scenario as JSON, with every default filled in.
    fn json(&self) -> String {
        json_text(&self.scenario)
    }

    /// The same with every value as a number that its distributions give it.
    fn resolved(&self, py: Python<'_>) -> PyResult<String> {
        let resolved = py.detach(|| any::resolved(&self.scenario));
        resolved
            .map(|resolved| json_text(&resolved))
            .map_err(|violation| errors::of_scenario(py, &self.source.error(&violation), self.has_file))
    }

    /// Labels, each with what it says of a run.
    #[pyo3(name = "check")]
    fn describe(&self, py: Python<'_>, number: Option<usize>) -> PyResult<Vec<(String, String)>> {
        let (pool, set) = (threads(number)?, instruction_set()?);
        let (found, raised) =
            interruptible(py, &pool, &AtomicBool::new(false), || any::check(&self.scenario, set));
        raised.map_or(Ok(()), Err)?;
        found.map_err(|error| errors::of_start(py, &error, &self.source, self.has_file))
    }

    /// Transport coefficients as JSON.
    fn transport(&self, py: Python<'_>, number: Option<usize>) -> PyResult<String> {
        let wrong = |violation| errors::of_scenario(py, &self.source.error(&violation), self.has_file);
        require_three_dimensions(&self.scenario).map_err(wrong)?;
        let resolved = any::resolved(&self.scenario).map_err(wrong)?;
        let (pool, set) = (threads(number)?, instruction_set()?);
        let (found, raised) = interruptible(py, &pool, &AtomicBool::new(false), || transport(&resolved, set));
        raised.map_or(Ok(()), Err)?;
        let found = found.map_err(|error| errors::of_start(py, &error, &self.source, self.has_file))?;
        Ok(file(&found, Format::Json, self.scenario.units == Units::Si {}))
    }

    /// What to cite for the methods of the scenario: each as words and in BibTeX.
    fn cite(&self) -> Vec<(String, String)> {
        landau::report::citations(&self.scenario).iter().map(|one| (one.words(), one.bibtex())).collect()
    }
}

/// The JSON Schema of a scenario.
#[pyfunction]
pub fn schema() -> String {
    format!("{:#}", scenario::schema())
}
