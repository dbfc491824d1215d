//! The file of `landau functionals`: a density by formula, collisions, and a parameter to sweep; or several species, which
//! [`species`](super::species) has.

use super::densities::ExperimentDensity;
use super::species::input::SpeciesExperiment;
use super::sweep::{FORMAT_VERSION, Sweep};
use crate::rules::{Checks, Violation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a file of `landau functionals` holds.
#[derive(Debug, Clone, PartialEq)]
pub enum AnyExperiment {
    /// One density with an axis of symmetry, under the key `density`.
    Density(Experiment),
    /// Several without, under the key `species`.
    Species(SpeciesExperiment),
}

impl AnyExperiment {
    /// Its sweep, if it has one.
    pub fn sweep(&self) -> Option<&Sweep> {
        match self {
            Self::Density(experiment) => experiment.sweep.as_ref(),
            Self::Species(experiment) => experiment.sweep.as_ref(),
        }
    }
}

/// A density by formula, symmetric about the first axis of a three-dimensional velocity space, and what to compute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Version of the format: 1.
    pub version: u32,
    /// A line that says what the experiment shows.
    #[serde(default)]
    pub title: String,
    /// Mass of a particle, > 0.
    #[serde(default = "one")]
    pub mass: f64,
    /// Exponent γ of the collision kernel, in [−3, 1].
    pub gamma: f64,
    /// The density.
    pub density: ExperimentDensity,
    /// Strength c of the collisions of the density with itself, ≥ 0; 0 leaves them out.
    #[serde(default)]
    pub self_coefficient: f64,
    /// Strength c n_b of the collisions with ions fixed at velocity 0, ≥ 0.
    #[serde(default = "one")]
    pub fixed_coefficient: f64,
    /// β of the spherical Fisher information, 0 to 10.
    #[serde(default = "one")]
    pub beta: f64,
    /// Orders l of the moments m ∫ (1 + |v|²)^(l/2) f, −20 to 20.
    #[serde(default)]
    pub moments: Vec<f64>,
    /// Coefficients of the functional I + a J + R H(f|M).
    #[serde(default)]
    pub lyapunov: Option<ExperimentLyapunov>,
    /// One parameter of the file, and the values it takes.
    #[serde(default)]
    pub sweep: Option<Sweep>,
    /// Times to which collisions with the fixed ions alone are followed, exactly.
    #[serde(default)]
    pub times: Vec<f64>,
    /// Relative error of the integrals, 1e-12 to 0.1.
    #[serde(default = "default_tolerance")]
    pub tolerance: f64,
    /// Relative error of the derivatives along collisions of the density with itself, 1e-6 to 0.1.
    #[serde(default = "default_self_tolerance")]
    pub self_tolerance: f64,
}

fn one() -> f64 {
    1.0
}

fn default_tolerance() -> f64 {
    1e-8
}

fn default_self_tolerance() -> f64 {
    1e-3
}

/// Coefficients of the functional I + a J + R H(f|M).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperimentLyapunov {
    pub a: f64,
    pub r: f64,
}

/// All violations of rules in the experiment, in the order of the file.
pub fn violations(experiment: &Experiment) -> Vec<Violation> {
    let mut found = Checks::default();
    found.require(experiment.version == FORMAT_VERSION, "version", || {
        format!("found {}; allowed: {FORMAT_VERSION}", experiment.version)
    });
    found.positive("mass", experiment.mass);
    found.within("gamma", experiment.gamma, -3.0, 1.0);
    found.under("density", |found| experiment.density.rules(found, experiment.gamma));
    found.within("self_coefficient", experiment.self_coefficient, 0.0, 1e300);
    found.within("fixed_coefficient", experiment.fixed_coefficient, 0.0, 1e300);
    found.within("beta", experiment.beta, 0.0, 10.0);
    for (index, order) in experiment.moments.iter().enumerate() {
        found.within(format!("moments.{index}"), *order, -20.0, 20.0);
    }
    if let Some(lyapunov) = experiment.lyapunov {
        found.within("lyapunov.a", lyapunov.a, 0.0, 1e300);
        found.within("lyapunov.r", lyapunov.r, 0.0, 1e300);
    }
    if let Some(sweep) = &experiment.sweep {
        sweep.rules(&mut found);
    }
    for (index, time) in experiment.times.iter().enumerate() {
        found.within(format!("times.{index}"), *time, 0.0, 1e300);
    }
    if !experiment.times.is_empty() {
        found.require(experiment.fixed_coefficient > 0.0, "times", || {
            "found times, but no fixed ions whose collisions to follow; allowed: with fixed_coefficient above 0".to_string()
        });
        found.require(experiment.self_coefficient == 0.0, "times", || {
            "found times beside collisions of the density with itself, which have no exact solution; allowed: with self_coefficient 0".to_string()
        });
    }
    found.within("tolerance", experiment.tolerance, 1e-12, 0.1);
    found.within("self_tolerance", experiment.self_tolerance, 1e-6, 0.1);
    found.violations
}
