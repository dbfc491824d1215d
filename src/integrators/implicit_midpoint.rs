//! Implicit midpoint, v¹ = v⁰ + dt F((v⁰ + v¹)/2).
//!
//! Momentum is linear in v and is conserved to rounding. Energy is quadratic, and F at the midpoint is
//! orthogonal to the midpoint. So energy is conserved as accurately as the equation is solved (Hairer,
//! Lubich, Wanner, Geometric Numerical Integration, IV.2). The order is 2.

use super::fixed_point::{Accuracy, ImplicitStep, default_max_iterations, default_tolerance};
use super::integrator::{Facts, Integrator, Method, Step, Stepped};
use crate::error::Failure;
use crate::landau::Landau;
use crate::problem::Problem;
use crate::rules::Checks;
use crate::state::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Implicit midpoint: conserves momentum to rounding, energy to the tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct ImplicitMidpoint {
    /// Residual of the equation of a step, in thermal speeds, 1e-15 to 0.01.
    #[serde(default = "default_tolerance")]
    pub tolerance: f64,
    /// Evaluations after which a step counts as failed.
    #[serde(default = "default_max_iterations")]
    pub max_iterations: u32,
}

impl ImplicitMidpoint {
    fn accuracy(self) -> Accuracy {
        Accuracy { tolerance: self.tolerance, most: self.max_iterations }
    }
}

impl<const D: usize> Method<D> for ImplicitMidpoint {
    fn key(&self) -> &'static str {
        "implicit_midpoint"
    }

    fn rules(&self, found: &mut Checks) {
        self.accuracy().rules(found);
    }

    fn facts(&self) -> Facts {
        self.accuracy().facts("implicit_midpoint")
    }

    fn integrator(&self, problem: &Problem<D>) -> Box<dyn Integrator<D>> {
        Box::new(MidpointSolver::new(problem, self.accuracy()))
    }
}

/// The implicit midpoint rule, with its workspace.
struct MidpointSolver<const D: usize> {
    accuracy: Accuracy,
    equation: ImplicitStep<D>,
    end: Vec<[f64; D]>,
}

impl<const D: usize> MidpointSolver<D> {
    fn new(problem: &Problem<D>, accuracy: Accuracy) -> Self {
        Self { accuracy, equation: ImplicitStep::new(problem), end: vec![[f64::NAN; D]; problem.particles()] }
    }
}

impl<const D: usize> Integrator<D> for MidpointSolver<D> {
    fn facts(&self) -> Facts {
        self.accuracy.facts("implicit_midpoint")
    }

    fn step(
        &mut self,
        landau: &mut Landau<D>,
        state: &mut State<D>,
        step: Step<'_, D>,
    ) -> Result<Stepped<D>, Failure> {
        self.equation.begin(landau, state, step)?;
        self.equation.solve(landau, state, step, 0.0, self.accuracy)?;
        self.equation.end(&state.velocities, step.dt, &mut self.end);
        std::mem::swap(&mut state.velocities, &mut self.end);
        Ok(Stepped { correction: 0.0, supply: self.equation.supply(step.dt) })
    }
}
