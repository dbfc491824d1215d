//! Time integrators: each is a value with facts, a step, and nothing to remember between steps.

mod explicit;
mod implicit_midpoint;
pub mod projection;

pub use explicit::Explicit;
pub use implicit_midpoint::ImplicitMidpoint;

use crate::error::Failure;
use crate::landau::{Evaluation, Landau};
use crate::problem::Problem;
use crate::scenario;
use crate::state::State;

/// How well a method keeps momentum and energy, where the equation conserves them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Conservation {
    /// To rounding.
    Exact,
    /// As well as its equations are solved.
    ToTolerance(f64),
    /// Momentum to rounding, energy to the order of the method.
    MomentumOnly,
}

/// What is known of a method.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    pub name: &'static str,
    /// Order of convergence in the step.
    pub order: u32,
    /// Evaluations of the right-hand side in a step; for an implicit method in one iteration.
    pub stages: u32,
    pub implicit: bool,
    pub conservation: Conservation,
}

/// A method that advances the velocities by one step.
pub trait Integrator<const D: usize> {
    fn facts(&self) -> Facts;

    /// Replaces the velocities of `state` by those a step `dt` later. `start` holds the rates at
    /// the velocities of `state`, `landau` the right-hand side. The caller counts the step.
    fn step(
        &mut self,
        landau: &mut Landau<'_, D>,
        start: &Evaluation<D>,
        state: &mut State<D>,
        dt: f64,
    ) -> Result<(), Failure>;
}

/// The integrator a scenario asks for.
pub fn new<const D: usize>(choice: &scenario::Integrator, problem: &Problem<D>) -> Box<dyn Integrator<D>> {
    match choice {
        scenario::Integrator::ForwardEuler {} => Box::new(Explicit::forward_euler(problem)),
        scenario::Integrator::RungeKutta { order: 4 } => Box::new(Explicit::classical(problem)),
        scenario::Integrator::RungeKutta { .. } => Box::new(Explicit::heun(problem)),
        scenario::Integrator::ImplicitMidpoint { tolerance, max_iterations } => {
            Box::new(ImplicitMidpoint::new(problem, *tolerance, *max_iterations))
        }
    }
}

/// target ← base + factor × rates.
fn advance<const D: usize>(target: &mut [[f64; D]], base: &[[f64; D]], factor: f64, rates: &[[f64; D]]) {
    for ((target, base), rate) in target.iter_mut().zip(base).zip(rates) {
        for axis in 0..D {
            target[axis] = base[axis] + factor * rate[axis];
        }
    }
}
