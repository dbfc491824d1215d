//! Pseudo-transient continuation: follows the flow dx/ds = G(x) − x to a solution of the equation x = G(x) of
//! an implicit step.
//!
//! Apart from the change of the kernel with x, the flow descends entropy. So it comes to rest at a solution
//! from any start. Methods that lower the residual at every iteration may not: when the balance of a particle
//! in the thin tail has just vanished and it has to move to another one, the residual has a nonzero minimum
//! near the old balance.
//!
//! The flow is followed by forward Euler steps. Each component has its own step length. It is halved when its
//! residual changes sign, since the mollified cloud may be stiffer where the particle arrives than where it
//! came from. Sources: Kelley, Keyes, Convergence analysis of pseudo-transient continuation, SIAM J. Numer.
//! Anal. 35 (1998); for the step lengths, Riedmiller, Braun, IEEE Int. Conf. Neural Networks (1993).

use super::residual::{Residual, length};
use crate::error::Failure;

/// The factors of a component's step length if its residual changes sign, and if it does not.
const SLOWER: f64 = 0.5;
const FASTER: f64 = 1.1;

/// The flow's workspace.
#[derive(Debug, Default)]
pub struct PseudoTime {
    found: Vec<f64>,
    last: Vec<f64>,
    paces: Vec<f64>,
}

impl PseudoTime {
    /// Follows the flow from `x` in steps of at most `longest` until the length of the residual is at most
    /// `goal`.
    pub fn follow(
        &mut self,
        x: &mut [f64],
        longest: f64,
        goal: f64,
        residual: &mut Residual<'_>,
    ) -> Result<(), Failure> {
        let Self { found, last, paces } = self;
        for (values, start) in [(&mut *found, 0.0), (&mut *last, 0.0), (&mut *paces, longest)] {
            values.clear();
            values.resize(x.len(), start);
        }
        loop {
            std::mem::swap(found, last);
            residual(x, found)?;
            if length(found) <= goal {
                return Ok(());
            }
            for (((x, f), last), pace) in x.iter_mut().zip(&*found).zip(&*last).zip(&mut *paces) {
                *pace *= if f * last < 0.0 { SLOWER } else { FASTER };
                *pace = pace.min(longest);
                *x += *pace * f;
            }
        }
    }
}
