//! Anderson acceleration of a fixed-point iteration x = G(x).
//!
//! With f = G(x) − x and the differences ΔX, ΔF of the last iterations,
//! x ← x + f − (ΔX + ΔF) γ, γ the least-squares solution of ΔF γ = f. For linear G it does what GMRES
//! does. Sources: Anderson, J. ACM 12 (1965); Walker, Ni, SIAM J. Numer. Anal. 49 (2011), equation 2.2.

use super::residual::{Residual, dot, length};
use crate::error::Failure;

/// Differences kept.
const DEPTH: usize = 10;

/// Within so many iterations the residual must fall by [`PROGRESS`], else the iteration counts as stalled.
const PATIENCE: u32 = 40;
const PROGRESS: f64 = 0.1;

/// A residual that grows by this much tells of curvature: differences are forgotten.
const SETBACK: f64 = 2.0;

/// A difference that others explain but for this part adds nothing but rounding.
const DEPENDENT: f64 = 1e-9;

/// The iteration's workspace.
#[derive(Debug, Default)]
pub struct Anderson {
    /// (Δx, Δf), the newest first.
    differences: Vec<(Vec<f64>, Vec<f64>)>,
    orthogonal: Vec<Vec<f64>>,
    residual: Vec<f64>,
    last_x: Vec<f64>,
    last_residual: Vec<f64>,
    best: Vec<f64>,
}

impl Anderson {
    /// Iterates from `x` until the residual's length is at most `tolerance`, and returns whether it
    /// is; else `x` is the best found. On success the last evaluation was at `x`.
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

    /// Puts the difference from the last iteration first, in the room of the oldest; returns how many
    /// there are.
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

    /// γ by modified Gram–Schmidt, the newest difference first; 0 for those that depend on newer ones.
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
