//! The integrator and the time grid.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The time integrator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Integrator {
    /// Explicit Euler, first order, without projection: the published baseline.
    ForwardEuler {},
    /// Explicit Runge–Kutta of order 2 (Heun) or 4 (classical), projected on the invariants.
    RungeKutta { order: u32 },
    /// Runge–Kutta–Chebyshev of order 2, projected on the invariants: long steps where scores are stiff.
    RungeKuttaChebyshev {
        /// Stages of a step, 2 to 250; as many as the stiffness asks for when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stages: Option<u32>,
    },
    /// Implicit midpoint: conserves momentum to rounding, energy to the tolerance.
    ImplicitMidpoint {
        /// Residual of the equation of a step, in thermal speeds, 1e-15 to 0.01.
        #[serde(default = "default_solver_tolerance")]
        tolerance: f64,
        /// Evaluations after which a step counts as failed.
        #[serde(default = "default_max_iterations")]
        max_iterations: u32,
    },
    /// Discrete gradient: conserves as implicit midpoint, and entropy falls at every step, however long.
    DiscreteGradient {
        /// Residual of the equation of a step, in thermal speeds, 1e-15 to 0.01.
        #[serde(default = "default_solver_tolerance")]
        tolerance: f64,
        /// Evaluations after which a step counts as failed.
        #[serde(default = "default_max_iterations")]
        max_iterations: u32,
    },
}

fn default_solver_tolerance() -> f64 {
    1e-13
}

fn default_max_iterations() -> u32 {
    500
}

impl Default for Integrator {
    fn default() -> Self {
        Self::RungeKuttaChebyshev { stages: None }
    }
}

/// The time grid: `step` and `steps` for steps of one length, `adaptive` alone for steps as long as a
/// tolerance allows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// Length of a step, > 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<f64>,
    /// Number of steps, ≥ 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// Steps as long as a tolerance allows; for explicit integrators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adaptive: Option<AdaptiveTime>,
}

/// Steps as long as a tolerance allows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdaptiveTime {
    /// The time at which the run ends, exactly, > 0.
    pub end: f64,
    /// Largest estimated error of a step, in thermal speeds, 1e-12 to 0.1.
    pub relative_tolerance: f64,
    /// Length of the first step to try, > 0 and at most `end`; from the rates at the start when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_step: Option<f64>,
}
