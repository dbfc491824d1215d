//! A run in memory that is stepped.

use crate::errors;
use crate::scenario::Scenario;
use crate::view::{View, unknown_species, vectors};
use crate::work::{instruction_set, interruptible, threads};
use landau::any::{AnySimulation, AnyView};
use landau::error::Failure;
use numpy::{PyArray1, PyArray2, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use rayon::ThreadPool;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};

/// A run in memory. Methods of one simulation exclude each other: while a thread steps it, others are refused.
#[pyclass(frozen)]
pub struct Simulation {
    run: Mutex<AnySimulation>,
    pool: ThreadPool,
}

impl Simulation {
    fn lock(&self) -> PyResult<MutexGuard<'_, AnySimulation>> {
        self.run.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                PyRuntimeError::new_err("another thread uses this simulation; allowed: one at a time")
            }
            TryLockError::Poisoned(_) => PyRuntimeError::new_err("this simulation broke in an earlier call"),
        })
    }

    /// Does some work on the run, which Ctrl-C ends.
    fn work<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut AnySimulation, &AtomicBool) -> Result<T, Failure> + Send,
    ) -> PyResult<T> {
        let mut run = self.lock()?;
        let (run, interrupted) = (&mut *run, AtomicBool::new(false));
        let (found, raised) = interruptible(py, &self.pool, &interrupted, || work(run, &interrupted));
        raised.map_or(Ok(()), Err)?;
        found.map_err(|failure| errors::of_run(py, failure.to_string()))
    }

    /// Numbers of the particles of a species, of which the run has been asked by `of`.
    fn of_species<'py>(
        &self,
        py: Python<'py>,
        species: &str,
        of: impl Fn(&dyn AnyView, &str) -> Option<Vec<f64>> + Send + Sync,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (found, dimension) =
            self.work(py, |run, _| run.look(|view| (of(view, species), view.dimension())))?;
        vectors(py, found.ok_or_else(|| self.unknown(species))?, dimension)
    }

    fn unknown(&self, species: &str) -> PyErr {
        match self.lock() {
            Ok(run) => unknown_species(species, &run.species()),
            Err(error) => error,
        }
    }
}

#[pymethods]
impl Simulation {
    #[new]
    #[pyo3(signature = (scenario, number=None))]
    fn new(py: Python<'_>, scenario: &Scenario, number: Option<usize>) -> PyResult<Self> {
        let (pool, set) = (threads(number)?, instruction_set()?);
        let (run, raised) =
            interruptible(py, &pool, &AtomicBool::new(false), || AnySimulation::by(&scenario.scenario, set));
        raised.map_or(Ok(()), Err)?;
        let run = run.map_err(|error| errors::of_start(py, &error, &scenario.source, scenario.has_file))?;
        Ok(Self { run: Mutex::new(run), pool })
    }

    /// Takes so many steps, or as many as there are before the end, and returns the time.
    fn step(&self, py: Python<'_>, count: u64) -> PyResult<f64> {
        self.work(py, |run, interrupted| {
            for _ in 0..count {
                if run.is_complete() || interrupted.load(Ordering::Relaxed) {
                    break;
                }
                run.step()?;
            }
            Ok(run.time())
        })
    }

    /// Steps to the first state at or after a time.
    fn advance_to(&self, py: Python<'_>, time: f64) -> PyResult<f64> {
        self.work(py, |run, interrupted| {
            while run.time() < time && !run.is_complete() && !interrupted.load(Ordering::Relaxed) {
                run.step()?;
            }
            Ok(run.time())
        })
    }

    #[getter]
    fn is_complete(&self) -> PyResult<bool> {
        Ok(self.lock()?.is_complete())
    }

    #[getter]
    fn steps(&self) -> PyResult<u64> {
        Ok(self.lock()?.steps())
    }

    #[getter]
    fn time(&self) -> PyResult<f64> {
        Ok(self.lock()?.time())
    }

    #[getter]
    fn dimension(&self) -> PyResult<usize> {
        Ok(self.lock()?.dimension())
    }

    #[getter]
    fn evaluations(&self) -> PyResult<u64> {
        Ok(self.lock()?.evaluations())
    }

    #[getter]
    fn species(&self) -> PyResult<Vec<String>> {
        Ok(self.lock()?.species().into_iter().map(String::from).collect())
    }

    fn view(&self, py: Python<'_>) -> PyResult<View> {
        self.work(py, |run, _| run.look(View::of))
    }

    fn velocities<'py>(&self, py: Python<'py>, species: &str) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (found, dimension) = {
            let run = self.lock()?;
            (run.velocities(species), run.dimension())
        };
        vectors(py, found.ok_or_else(|| self.unknown(species))?, dimension)
    }

    fn weights<'py>(&self, py: Python<'py>, species: &str) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let found = self.lock()?.weights(species);
        Ok(PyArray1::from_vec(py, found.ok_or_else(|| self.unknown(species))?))
    }

    fn scores<'py>(&self, py: Python<'py>, species: &str) -> PyResult<Bound<'py, PyArray2<f64>>> {
        self.of_species(py, species, |view, species| view.scores(species))
    }

    fn rates<'py>(&self, py: Python<'py>, species: &str) -> PyResult<Bound<'py, PyArray2<f64>>> {
        self.of_species(py, species, |view, species| view.rates(species))
    }

    fn entropy(&self, py: Python<'_>) -> PyResult<f64> {
        self.work(py, |run, _| run.look(|view| view.entropy()))
    }

    fn density<'py>(
        &self,
        py: Python<'py>,
        species: &str,
        points: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let points = numbers(&points)?;
        let found = self.work(py, |run, _| Ok(run.density(species, points)))?;
        Ok(PyArray1::from_vec(py, found.ok_or_else(|| self.unknown(species))?))
    }

    fn set_velocities(&self, species: &str, velocities: PyReadonlyArray2<'_, f64>) -> PyResult<()> {
        let set = self.lock()?.set_velocities(species, numbers(&velocities)?);
        set.map_err(|violation| PyValueError::new_err(violation.to_string()))
    }
}

/// The numbers of an array, row after row.
fn numbers<'a>(array: &'a PyReadonlyArray2<'_, f64>) -> PyResult<&'a [f64]> {
    if !array.is_c_contiguous() {
        return Err(PyValueError::new_err("found an array in another order; allowed: rows after rows (C)"));
    }
    Ok(array.as_slice()?)
}
