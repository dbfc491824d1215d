//! Implicit midpoint, v¹ = v⁰ + dt F((v⁰ + v¹)/2).
//!
//! Momentum is linear and energy quadratic, and F at the midpoint is orthogonal to the midpoint:
//! momentum is conserved to rounding and energy as well as the equation is solved (Hairer, Lubich,
//! Wanner, Geometric Numerical Integration, IV.2). Second order.

use super::fixed_point::{Accuracy, ImplicitStep};
use super::integrator::{Facts, Integrator, Step, Stepped};
use crate::error::Failure;
use crate::landau::Landau;
use crate::problem::Problem;
use crate::state::State;

/// The implicit midpoint rule, with its workspace.
pub struct ImplicitMidpoint<const D: usize> {
    accuracy: Accuracy,
    equation: ImplicitStep<D>,
    end: Vec<[f64; D]>,
}

impl<const D: usize> ImplicitMidpoint<D> {
    pub fn new(problem: &Problem<D>, accuracy: Accuracy) -> Self {
        Self { accuracy, equation: ImplicitStep::new(problem), end: vec![[f64::NAN; D]; problem.particles()] }
    }
}

impl<const D: usize> Integrator<D> for ImplicitMidpoint<D> {
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
