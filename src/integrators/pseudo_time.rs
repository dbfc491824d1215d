//! The flow dx/ds = G(x) − x, to where it rests, for the equation x = G(x) of an implicit step.
//!
//! It descends entropy, but for the turning of the kernel, and so comes to rest at a solution from
//! anywhere. Methods that lower the residual at every iteration do not: a particle of the thin tail may
//! be on its way from one place of balance that has just vanished to the next, and beside the first
//! the residual has a minimum that is not zero. Forward Euler steps, each component at a pace of its own:
//! halved where its residual changes sign, since the mollified cloud may be stiffer where the particle
//! arrives than where it came from. Source: Kelley, Keyes, Convergence analysis of pseudo-transient
//! continuation, SIAM J. Numer. Anal. 35 (1998); the pace: Riedmiller, Braun, IEEE Int. Conf. Neural
//! Networks (1993).

use super::residual::{Residual, length};
use crate::error::Failure;

/// Factors of the pace where a residual changes sign, and where it does not.
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
    /// Follows the flow from `x` in steps of at most `longest` until the residual's length is at most `goal`.
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
