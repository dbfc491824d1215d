//! Errors of the library as exceptions of landau/errors.py.

use landau::scenario::{ScenarioError, ScenarioErrors, Source};
use landau::session::SessionError;
use landau::setup::StartError;
use pyo3::prelude::*;

/// An exception of a class of landau/errors.py.
fn exception<'py>(py: Python<'py>, class: &str, arguments: impl pyo3::call::PyCallArgs<'py>) -> PyErr {
    let made = py
        .import("landau.errors")
        .and_then(|module| module.getattr(class))
        .and_then(|class| class.call1(arguments));
    made.map_or_else(|error| error, PyErr::from_value)
}

/// The exception of a scenario that is wrong. Where the text is no file of the user's, or the value was changed, the path
/// alone says the place.
pub fn of_scenario(py: Python<'_>, errors: &ScenarioErrors, has_file: bool) -> PyErr {
    let position = |error: &ScenarioError| error.position.filter(|_| has_file);
    let line = |error: &ScenarioError| match error {
        error if position(error).is_some() => error.line.clone(),
        ScenarioError { path, message, .. } if !path.is_empty() => format!("{path}: {message}"),
        ScenarioError { message, .. } if !has_file => message.clone(),
        error => error.line.clone(),
    };
    let lines: Vec<String> = errors.all().iter().map(line).collect();
    let places: Vec<_> = errors
        .all()
        .iter()
        .map(|error| {
            let at = position(error).map(|position| (position.line, position.column));
            (at, error.path.clone(), error.message.clone())
        })
        .collect();
    exception(py, "ScenarioError", (lines.join("\n"), places))
}

/// The exception of a scenario that has no start.
pub fn of_start(py: Python<'_>, error: &StartError, source: &Source, has_file: bool) -> PyErr {
    match error {
        StartError::Scenario(violation) => of_scenario(py, &source.error(violation), has_file),
        StartError::Failure(failure) => of_run(py, failure.to_string()),
    }
}

/// The exception of a run that failed or cannot begin.
pub fn of_session(py: Python<'_>, error: &SessionError, source: &Source, has_file: bool) -> PyErr {
    match error {
        SessionError::Scenario(violation) => of_scenario(py, &source.error(violation), has_file),
        SessionError::File(failure) => exception(py, "FolderError", (failure.to_string(),)),
        SessionError::Failure(_) | SessionError::Observer(_) | SessionError::Ranks { .. } => {
            of_run(py, error.to_string())
        }
    }
}

/// The exception of a run that failed.
pub fn of_run(py: Python<'_>, message: String) -> PyErr {
    exception(py, "RunError", (message,))
}
