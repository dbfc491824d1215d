//! Implicit midpoint, v¹ = v⁰ + dt F((v⁰ + v¹)/2).
//!
//! Momentum is linear and energy quadratic, and F at the midpoint is orthogonal to the midpoint:
//! momentum is conserved to rounding and energy as well as the equation is solved (Hairer, Lubich,
//! Wanner, Geometric Numerical Integration, IV.2). Second order.

use super::fixed_point::{Accuracy, ImplicitStep};
use super::{Conservation, Facts, Integrator, StepTaken};
use crate::error::Failure;
use crate::landau::{Evaluation, Landau};
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
        Facts {
            name: "implicit_midpoint",
            order: 2,
            stages: Some(1),
            implicit: true,
            conservation: Conservation::ToTolerance(self.accuracy.tolerance),
            stable_interval: None,
            error_order: None,
        }
    }

    fn step(
        &mut self,
        landau: &mut Landau<'_, D>,
        start: &Evaluation<D>,
        state: &mut State<D>,
        dt: f64,
    ) -> Result<f64, Failure> {
        self.equation.begin(landau, start, state, dt)?;
        self.equation.solve(landau, state, dt, self.accuracy, &mut |landau, middle, evaluation| {
            landau.evaluate(middle, evaluation)
        })?;
        self.equation.end(&state.velocities, dt, &mut self.end);
        std::mem::swap(&mut state.velocities, &mut self.end);
        Ok(0.0)
    }

    fn estimate_error(&self, _taken: &StepTaken<'_, D>, _error: &mut [[f64; D]]) {
        unreachable!("its facts promise no estimate");
    }
}
