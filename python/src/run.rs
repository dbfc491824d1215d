//! Whole runs, in memory or with a folder.

use crate::errors;
use crate::scenario::Scenario;
use crate::view::{View, vectors};
use crate::work::{instruction_set, interruptible, threads};
use landau::any::{AnyCondition, AnyObserver, AnyRecording, AnySession, AnyView};
use landau::session::SessionError;
use landau::session::recording::{Frame, Recorded};
use landau::simulation::{ObserverError, Outcome};
use landau::time_grid::TimeGrid;
use numpy::{PyArray1, PyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What Python wants to hear of a run. An exception ends the run.
struct Listener {
    /// Called with views.
    observer: Option<Py<PyAny>>,
    every: u64,
    /// Called with the step, the time and the completed part.
    progress: Option<Py<PyAny>>,
    told: Option<Instant>,
    /// Called with each warning.
    warn: Py<PyAny>,
    warned: usize,
}

/// How often progress is told at most.
const PROGRESS: Duration = Duration::from_millis(200);

impl AnyObserver for Listener {
    fn observe(&mut self, view: &dyn AnyView) -> Result<(), ObserverError> {
        let (last, warnings) = (view.ending().is_some(), view.warnings());
        let observes = self.observer.is_some() && (last || view.step().is_multiple_of(self.every));
        let tells = self.progress.is_some() && (last || self.told.is_none_or(|at| at.elapsed() > PROGRESS));
        if !observes && !tells && warnings.len() == self.warned {
            return Ok(());
        }
        Python::attach(|py| {
            for warning in &warnings[self.warned..] {
                self.warn.call1(py, (*warning,))?;
            }
            self.warned = warnings.len();
            if let Some(observer) = self.observer.as_ref().filter(|_| observes) {
                observer.call1(py, (View::of(view),))?;
            }
            if let Some(progress) = self.progress.as_ref().filter(|_| tells) {
                progress.call1(py, (view.step(), view.time(), part(view)))?;
                self.told = Some(Instant::now());
            }
            Ok::<(), PyErr>(())
        })
        .map_err(ObserverError::from)
    }
}

/// The completed part of a run.
fn part(view: &dyn AnyView) -> f64 {
    match view.grid() {
        TimeGrid::Uniform { steps, .. } => view.step() as f64 / steps.max(1) as f64,
        TimeGrid::Adaptive { end, .. } => view.time() / (view.scales().time * end),
    }
}

/// What a condition raised, which cannot end the run by itself.
type Raised = Arc<Mutex<Option<PyErr>>>;

/// Whether a Python callable finds that the run is to end. Words of its own are the reason.
fn condition(until: Py<PyAny>, raised: &Raised) -> AnyCondition {
    let raised = Arc::clone(raised);
    Box::new(move |view| {
        let met = Python::attach(|py| {
            let found = until.bind(py).call1((View::of(view),))?;
            match found.extract::<String>() {
                Ok(words) => Ok((!words.is_empty()).then_some(words)),
                Err(_) => Ok(found.is_truthy()?.then(|| "its condition in Python was met".to_string())),
            }
        });
        met.unwrap_or_else(|error: PyErr| {
            if let Ok(mut raised) = raised.lock() {
                *raised = Some(error);
            }
            Some("its condition in Python failed".to_string())
        })
    })
}

/// How a run is to be done, as Python says it.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Options {
    threads: Option<usize>,
    observer: Option<Py<PyAny>>,
    every: u64,
    until: Option<Py<PyAny>>,
    progress: Option<Py<PyAny>>,
    warn: Py<PyAny>,
}

impl Options {
    fn listener(&self, py: Python<'_>) -> PyResult<Listener> {
        if self.every == 0 {
            return Err(PyValueError::new_err("every: found 0; allowed: a whole number ≥ 1"));
        }
        Ok(Listener {
            observer: self.observer.as_ref().map(|one| one.clone_ref(py)),
            every: self.every,
            progress: self.progress.as_ref().map(|one| one.clone_ref(py)),
            told: None,
            warn: self.warn.clone_ref(py),
            warned: 0,
        })
    }
}

/// Runs a scenario in memory. Returns what was recorded, and the exception that ended it, if one did.
#[pyfunction]
pub fn record<'py>(
    py: Python<'py>,
    scenario: &Scenario,
    options: Options,
) -> PyResult<(Bound<'py, PyDict>, Option<PyErr>)> {
    let (pool, set) = (threads(options.threads)?, instruction_set()?);
    let mut listener = options.listener(py)?;
    let (interrupted, raised) = (AtomicBool::new(false), Raised::default());
    let (recording, stopped) =
        interruptible(py, &pool, &interrupted, || AnyRecording::new(&scenario.scenario, set));
    stopped.map_or(Ok(()), Err)?;
    let mut recording = recording.map_err(|error| of_session(py, error, scenario))?;
    for warning in recording.warnings() {
        options.warn.call1(py, (warning,))?;
    }
    if let Some(until) = options.until {
        recording = recording.stopping(condition(until, &raised));
    }
    let (recorded, stopped) =
        interruptible(py, &pool, &interrupted, || recording.run(&mut listener, &interrupted));
    let found = dictionary(py, &recorded)?;
    let failed = recorded.outcome.err().map(|error| of_session(py, error, scenario));
    Ok((found, of_condition(&raised).or(stopped).or(failed)))
}

/// Runs a scenario into a folder.
#[pyfunction]
pub fn run(
    py: Python<'_>,
    scenario: &Scenario,
    folder: PathBuf,
    overwrite: bool,
    options: Options,
) -> PyResult<()> {
    let set = instruction_set()?;
    session(py, scenario, options, || AnySession::create(&scenario.scenario, &folder, overwrite, set))
}

/// Continues the run in a folder to its end.
#[pyfunction]
pub fn resume(py: Python<'_>, scenario: &Scenario, folder: PathBuf, options: Options) -> PyResult<()> {
    let set = instruction_set()?;
    session(py, scenario, options, || AnySession::resume(&scenario.scenario, &folder, set))
}

fn session(
    py: Python<'_>,
    scenario: &Scenario,
    options: Options,
    open: impl FnOnce() -> Result<AnySession, SessionError> + Send,
) -> PyResult<()> {
    let pool = threads(options.threads)?;
    let mut listener = options.listener(py)?;
    let (interrupted, raised) = (AtomicBool::new(false), Raised::default());
    let (session, stopped) = interruptible(py, &pool, &interrupted, open);
    stopped.map_or(Ok(()), Err)?;
    let mut session = session.map_err(|error| of_session(py, error, scenario))?;
    for warning in session.warnings() {
        options.warn.call1(py, (warning,))?;
    }
    if let Some(until) = options.until {
        session = session.stopping(condition(until, &raised));
    }
    let (closing, stopped) =
        interruptible(py, &pool, &interrupted, || session.run(&mut listener, &interrupted));
    let ended = closing.map_err(|error| of_session(py, error, scenario));
    of_condition(&raised).map_or(Ok(()), Err)?;
    // A run that came to its end is not undone by a signal after it.
    match (ended, stopped) {
        (Ok(closing), Some(error)) if closing.outcome == Outcome::Interrupted => Err(error),
        (ended, _) => ended.map(drop),
    }
}

fn of_condition(raised: &Raised) -> Option<PyErr> {
    raised.lock().ok().and_then(|mut raised| raised.take())
}

/// What a callable raised is raised again as it was.
fn of_session(py: Python<'_>, error: SessionError, scenario: &Scenario) -> PyErr {
    match error {
        SessionError::Observer(error) => match error.downcast::<PyErr>() {
            Ok(error) => *error,
            Err(error) => errors::of_run(py, error.to_string()),
        },
        error => errors::of_session(py, &error, &scenario.source, scenario.has_file),
    }
}

/// A recorded run in Python's terms.
fn dictionary<'py>(py: Python<'py>, recorded: &Recorded) -> PyResult<Bound<'py, PyDict>> {
    let rows: Vec<Vec<f64>> = recorded
        .rows
        .iter()
        .map(|row| std::iter::once(row.step as f64).chain(row.values.iter().copied()).collect())
        .collect();
    let rows = match rows.is_empty() {
        true => PyArray2::zeros(py, [0, recorded.names.len()], false),
        false => PyArray2::from_vec2(py, &rows)?,
    };
    let frames = recorded.frames.iter().map(|frame| frame_of(py, frame)).collect::<PyResult<Vec<_>>>()?;
    let found = PyDict::new(py);
    found.set_item("scenario", recorded.scenario.to_string())?;
    found.set_item("summary", &recorded.summary)?;
    found.set_item("names", &recorded.names)?;
    found.set_item("rows", rows)?;
    found.set_item("frames", frames)?;
    found.set_item("closing", &recorded.closing)?;
    Ok(found)
}

fn frame_of<'py>(py: Python<'py>, frame: &Frame) -> PyResult<(u64, f64, Bound<'py, PyDict>)> {
    let species = PyDict::new(py);
    for one in &frame.species {
        let velocities = vectors(py, one.velocities.clone(), one.coordinates)?;
        species.set_item(&one.name, (velocities, PyArray1::from_slice(py, &one.weights)))?;
    }
    Ok((frame.step, frame.time, species))
}
