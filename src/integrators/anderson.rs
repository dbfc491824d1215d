//! Anderson acceleration of a fixed-point iteration x = G(x).
//!
//! Let f = G(x) − x, let ΔX and ΔF be the differences of x and f in the last iterations, and β the damping.
//! An iteration is x ← x + β f − (ΔX + β ΔF) γ, where γ is the least-squares solution of ΔF γ = f. For linear
//! G it is essentially GMRES. Sources: Anderson, J. ACM 12 (1965); Walker, Ni, SIAM J. Numer. Anal. 49
//! (2011), equation 2.2.

use super::residual::{Residual, dot, length};
use crate::error::Failure;

/// The number of differences kept.
const DEPTH: usize = 10;

/// The iteration counts as stalled if the residual does not fall by the factor [`PROGRESS`] within this many
/// iterations.
const PATIENCE: u32 = 40;
const PROGRESS: f64 = 0.1;

/// A residual that grows by this factor shows that G is not linear here. Then the differences are dropped.
const SETBACK: f64 = 2.0;

/// A difference counts as linearly dependent on newer ones if less than this share of its length is
/// orthogonal to them. It would add nothing but rounding.
const DEPENDENT: f64 = 1e-9;

/// The iteration's workspace.
#[derive(Debug, Default)]
pub struct Anderson {
    /// Pairs (Δx, Δf), the newest first.
    differences: Vec<(Vec<f64>, Vec<f64>)>,
    orthogonal: Vec<Vec<f64>>,
    residual: Vec<f64>,
    last_x: Vec<f64>,
    last_residual: Vec<f64>,
    best: Vec<f64>,
}

impl Anderson {
    /// Iterates from `x` until the length of the residual is at most `tolerance`. Returns whether that was
    /// reached. If not, `x` is the best iterate found. If so, the last evaluation was at `x`.
    pub fn solve(
        &mut self,
        x: &mut [f64],
        damping: f64,
        tolerance: f64,
        residual: &mut Residual<'_>,
    ) -> Result<bool, Failure> {
        let n = x.len();
        self.residual.resize(n, f64::NAN);
        let (mut kept, mut last) = (0, f64::INFINITY);
        let (mut best, mut watched, mut since) = (f64::INFINITY, f64::INFINITY, 0);
        for iteration in 0.. {
            let evaluated = residual(x, &mut self.residual);
            let size = match evaluated {
                Ok(()) => length(&self.residual),
                Err(failure) if failure.is_divergence() && best.is_finite() => {
                    x.copy_from_slice(&self.best);
                    return Ok(false);
                }
                Err(failure) => return Err(failure),
            };
            if size <= tolerance {
                return Ok(true);
            }
            if size < best {
                best = size;
                self.best.clear();
                self.best.extend_from_slice(x);
            }
            since += 1;
            if best <= PROGRESS * watched {
                (watched, since) = (best, 0);
            } else if since > PATIENCE {
                x.copy_from_slice(&self.best);
                return Ok(false);
            }
            if iteration > 0 {
                kept = if size > SETBACK * last { 0 } else { self.remember(x, kept) };
            }
            last = size;
            self.last_x.clear();
            self.last_x.extend_from_slice(x);
            self.last_residual.clone_from(&self.residual);
            let coefficients = self.least_squares(kept);
            for (x, f) in x.iter_mut().zip(&self.residual) {
                *x += damping * f;
            }
            for ((dx, df), gamma) in self.differences[..kept].iter().zip(coefficients) {
                for (x, (dx, df)) in x.iter_mut().zip(dx.iter().zip(df)) {
                    *x -= gamma * (dx + damping * df);
                }
            }
        }
        Ok(false)
    }

    /// Puts the newest difference first, in place of the oldest. Returns the number of differences.
    fn remember(&mut self, x: &[f64], kept: usize) -> usize {
        if self.differences.len() < DEPTH && kept == self.differences.len() {
            self.differences.push((Vec::new(), Vec::new()));
        }
        let kept = (kept + 1).min(DEPTH);
        self.differences[..kept].rotate_right(1);
        let (dx, df) = &mut self.differences[0];
        dx.clear();
        dx.extend(x.iter().zip(&self.last_x).map(|(now, last)| now - last));
        df.clear();
        df.extend(self.residual.iter().zip(&self.last_residual).map(|(now, last)| now - last));
        kept
    }

    /// γ by modified Gram–Schmidt, the newest difference first. γ is 0 for differences that depend linearly
    /// on newer ones.
    fn least_squares(&mut self, kept: usize) -> [f64; DEPTH] {
        let mut upper = [[0.0; DEPTH]; DEPTH];
        let mut gamma = [0.0; DEPTH];
        self.orthogonal.resize(kept.max(self.orthogonal.len()), Vec::new());
        for column in 0..kept {
            let (earlier, rest) = self.orthogonal.split_at_mut(column);
            let q = &mut rest[0];
            q.clone_from(&self.differences[column].1);
            let whole = length(q);
            for (row, other) in earlier.iter().enumerate() {
                upper[row][column] = dot(other, q);
                for (q, other) in q.iter_mut().zip(other) {
                    *q -= upper[row][column] * other;
                }
            }
            let left = length(q);
            let scale = if left > DEPENDENT * whole { 1.0 / left } else { 0.0 };
            q.iter_mut().for_each(|q| *q *= scale);
            upper[column][column] = left;
            gamma[column] = dot(q, &self.residual);
        }
        for column in (0..kept).rev() {
            if gamma[column] != 0.0 {
                gamma[column] /= upper[column][column];
            }
            for row in 0..column {
                gamma[row] -= upper[row][column] * gamma[column];
            }
        }
        gamma
    }
}
