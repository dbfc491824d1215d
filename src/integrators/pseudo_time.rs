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

use super::fixed_point::{Residual, length};
use crate::error::Failure;

/// Factors of the pace where a residual changes sign, and where it does not.
const SLOWER: f64 = 0.5;
const FASTER: f64 = 1.1;

/// Follows the flow from `x` in steps of at most `longest` until the residual's length is at most `goal`.
pub fn follow(x: &mut [f64], longest: f64, goal: f64, residual: &mut Residual<'_>) -> Result<(), Failure> {
    let mut found = vec![0.0; x.len()];
    let mut last = found.clone();
    let mut paces = vec![longest; x.len()];
    loop {
        std::mem::swap(&mut found, &mut last);
        residual(x, &mut found)?;
        if length(&found) <= goal {
            return Ok(());
        }
        for (((x, f), last), pace) in x.iter_mut().zip(&found).zip(&last).zip(&mut paces) {
            *pace *= if f * last < 0.0 { SLOWER } else { FASTER };
            *pace = pace.min(longest);
            *x += *pace * f;
        }
    }
}
