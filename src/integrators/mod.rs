//! Time integrators, one file each: the numbers of the method in a scenario, its facts and its step. Whatever
//! must persist between steps is part of the state.
//!
//! # To add an integrator
//!
//! 1. Write its file beside this one. It has a struct with the numbers that a scenario gives, which implements [`Method`],
//!    and a workspace that implements [`Integrator`]. `implicit_midpoint.rs` is a short example. The doc comment of the
//!    struct is its description in the JSON Schema.
//! 2. Name it in this file, in the list [`Choice`] and in the match below it.
//!
//! No other file contains the list.
#![doc = include_str!("work_precision.md")]

pub mod adaptive;
mod anderson;
mod discrete_gradient;
mod explicit;
mod fixed_point;
mod implicit_midpoint;
mod integrator;
mod newton_krylov;
pub mod norm;
pub mod projection;
mod pseudo_time;
mod residual;
mod runge_kutta_chebyshev;
pub mod split;
mod stiffness;

pub use discrete_gradient::DiscreteGradient;
pub use explicit::{ForwardEuler, RungeKutta};
pub use implicit_midpoint::ImplicitMidpoint;
pub use integrator::{Conservation, Facts, Integrator, Method, STABLE_SHARE, Step, StepTaken, Stepped};
pub use runge_kutta_chebyshev::{MOST_STAGES, RungeKuttaChebyshev, stable_interval};
pub use stiffness::PowerIteration;

use crate::problem::Problem;
use crate::rules::{Checks, describe_choices};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The time integrator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schemars(rename = "Integrator", transform = describe_choices)]
pub enum Choice {
    ForwardEuler(ForwardEuler),
    RungeKutta(RungeKutta),
    RungeKuttaChebyshev(RungeKuttaChebyshev),
    ImplicitMidpoint(ImplicitMidpoint),
    DiscreteGradient(DiscreteGradient),
}

impl Choice {
    fn method<const D: usize>(&self) -> &dyn Method<D> {
        match self {
            Self::ForwardEuler(method) => method,
            Self::RungeKutta(method) => method,
            Self::RungeKuttaChebyshev(method) => method,
            Self::ImplicitMidpoint(method) => method,
            Self::DiscreteGradient(method) => method,
        }
    }

    /// Checks the numbers of the method. Paths of violations begin at its key.
    pub fn rules(&self, found: &mut Checks) {
        // Neither the rules nor the facts depend on the dimension.
        let method = self.method::<3>();
        found.under(method.key(), |found| method.rules(found));
    }

    /// The properties of the method.
    pub fn facts(&self) -> Facts {
        self.method::<3>().facts()
    }

    /// The integrator, with its workspace for a problem.
    pub fn integrator<const D: usize>(&self, problem: &Problem<D>) -> Box<dyn Integrator<D>> {
        self.method().integrator(problem)
    }
}

impl Default for Choice {
    fn default() -> Self {
        Self::RungeKuttaChebyshev(RungeKuttaChebyshev::default())
    }
}
