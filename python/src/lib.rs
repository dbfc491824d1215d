//! The compiled part of the Python package `landau`: scenarios, runs and simulations in the plainest terms. What users see
//! of it, with its documentation, is python/landau.

mod errors;
mod functionals;
mod run;
mod scenario;
mod simulation;
mod view;
mod work;

use pyo3::prelude::*;

#[pymodule]
mod _core {
    #[pymodule_export]
    use super::functionals::functionals;
    #[pymodule_export]
    use super::run::{record, resume, run};
    #[pymodule_export]
    use super::scenario::{Scenario, schema};
    #[pymodule_export]
    use super::simulation::Simulation;
    #[pymodule_export]
    use super::view::View;
    #[pymodule_export]
    use super::{main, version};
}

/// The version of the program.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Runs the command line `landau`, whose first word is the name of the program, and returns its exit status.
#[pyfunction]
fn main(py: Python<'_>, words: Vec<std::ffi::OsString>) -> u8 {
    py.detach(|| landau::cli::main(words))
}
