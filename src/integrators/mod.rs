//! Time integrators: each is a value with facts and a step; what must last between steps is in the state.
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
mod stiffness;

pub use discrete_gradient::DiscreteGradient;
pub use explicit::Explicit;
pub use fixed_point::Accuracy;
pub use implicit_midpoint::ImplicitMidpoint;
pub use integrator::{Conservation, Facts, Integrator, STABLE_SHARE, Step, StepTaken, Stepped};
pub use runge_kutta_chebyshev::{MOST_STAGES, RungeKuttaChebyshev, stable_interval};
pub use stiffness::PowerIteration;
