//! What evolves in a run, all of it: a checkpoint is exactly this.

use crate::functionals::invariants::{About, Invariants};
use crate::watch::Warning;

/// The evolving quantities.
#[derive(Debug, Clone, PartialEq)]
pub struct State<const D: usize> {
    /// Steps taken. With steps of one length, time is this count times the step, never a running sum.
    pub step: u64,
    /// Velocities, species after species.
    pub velocities: Vec<[f64; D]>,
    /// Mass, momentum and energy at the start.
    pub invariants: Invariants<D>,
    /// Momentum and energy at the start about the run's reference velocity, which projections return to.
    pub about: About<D>,
    /// Time and step size, where steps adapt.
    pub clock: Option<Clock>,
    /// How stiff the right-hand side is, once a method has asked.
    pub stiffness: Option<Stiffness<D>>,
    /// What was wrong with steps so far.
    pub warnings: Vec<Warning>,
}

/// Time, and what the step size control remembers between steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    pub time: f64,
    /// The length to try next; none before the first step, unless the scenario says it.
    pub next: Option<f64>,
    /// The error of the last accepted step over the tolerance; none before the first.
    pub last_error: Option<f64>,
}

/// The spectral radius of the right-hand side's Jacobian, as last estimated.
#[derive(Debug, Clone, PartialEq)]
pub struct Stiffness<const D: usize> {
    /// With a safety factor.
    pub radius: f64,
    /// The step before which it was estimated.
    pub step: u64,
    /// The direction of fastest change, from which the next estimate starts.
    pub direction: Vec<[f64; D]>,
}
