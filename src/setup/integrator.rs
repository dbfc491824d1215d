//! The time integrator that a scenario asks for.

use crate::integrators::{
    Accuracy, DiscreteGradient, Explicit, ImplicitMidpoint, Integrator, RungeKuttaChebyshev,
};
use crate::problem::Problem;
use crate::scenario::Integrator as Choice;

/// The method, with its workspace.
pub fn integrator<const D: usize>(choice: &Choice, problem: &Problem<D>) -> Box<dyn Integrator<D>> {
    match choice {
        Choice::ForwardEuler {} => Box::new(Explicit::forward_euler(problem)),
        Choice::RungeKutta { order: 4 } => Box::new(Explicit::classical(problem)),
        Choice::RungeKutta { .. } => Box::new(Explicit::heun(problem)),
        Choice::RungeKuttaChebyshev { stages } => Box::new(RungeKuttaChebyshev::new(problem, *stages)),
        &Choice::ImplicitMidpoint { tolerance, max_iterations: most } => {
            Box::new(ImplicitMidpoint::new(problem, Accuracy { tolerance, most }))
        }
        &Choice::DiscreteGradient { tolerance, max_iterations: most } => {
            Box::new(DiscreteGradient::new(problem, Accuracy { tolerance, most }))
        }
    }
}
