//! A state of a run, copied when it was reached.

use landau::any::AnyView;
use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;

/// A state of a run as it was. It keeps its own copy of the velocities.
#[pyclass(frozen)]
pub struct View {
    #[pyo3(get)]
    step: u64,
    #[pyo3(get)]
    time: f64,
    #[pyo3(get)]
    entropy: f64,
    #[pyo3(get)]
    entropy_rate: f64,
    dimension: usize,
    species: Vec<(String, Vec<f64>)>,
    names: Vec<String>,
    values: Vec<f64>,
}

impl View {
    pub fn of(view: &dyn AnyView) -> Self {
        let species = view.species().into_iter().map(|name| {
            let velocities = view.velocities(name).unwrap_or_default();
            (name.to_string(), velocities)
        });
        Self {
            step: view.step(),
            time: view.time(),
            entropy: view.entropy(),
            entropy_rate: view.entropy_rate(),
            dimension: view.dimension(),
            species: species.collect(),
            names: view.names(),
            values: view.values(),
        }
    }
}

#[pymethods]
impl View {
    #[getter]
    fn species(&self) -> Vec<&str> {
        self.species.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn velocities<'py>(&self, py: Python<'py>, species: &str) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let found = self.species.iter().find(|(name, _)| name == species);
        let (_, velocities) = found.ok_or_else(|| unknown_species(species, &self.species()))?;
        vectors(py, velocities.clone(), self.dimension)
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn values(&self) -> &[f64] {
        &self.values
    }

    fn __getitem__(&self, name: &str) -> PyResult<f64> {
        let place = self.names.iter().position(|one| one == name);
        place.map(|place| self.values[place]).ok_or_else(|| {
            PyKeyError::new_err(format!("found \"{name}\"; allowed: {}", self.names.join(", ")))
        })
    }

    fn __repr__(&self) -> String {
        format!("<View of step {} at t = {:e}>", self.step, self.time)
    }
}

/// A species that a run does not move.
pub fn unknown_species(name: &str, allowed: &[&str]) -> PyErr {
    PyKeyError::new_err(format!("found the species \"{name}\"; allowed: {}", allowed.join(", ")))
}

/// Numbers as an array of the shape (particles, dimension).
pub fn vectors(py: Python<'_>, numbers: Vec<f64>, dimension: usize) -> PyResult<Bound<'_, PyArray2<f64>>> {
    let shape = [numbers.len() / dimension, dimension];
    PyArray1::from_vec(py, numbers).reshape(shape)
}
