//! What evolves in a run, all of it: a checkpoint is exactly this.

use crate::functionals::invariants::Invariants;

/// The evolving quantities.
#[derive(Debug, Clone, PartialEq)]
pub struct State<const D: usize> {
    /// Steps taken. Time is this count times the step, never a running sum.
    pub step: u64,
    /// Velocities, species after species.
    pub velocities: Vec<[f64; D]>,
    /// The invariants at the start, which projections return to.
    pub invariants: Invariants<D>,
}
