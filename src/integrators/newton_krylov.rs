//! Jacobian-free Newton–Krylov iteration for f(x) = 0.
//!
//! Each correction δ solves J δ = −f by GMRES, with J u ≈ (f(x + h u) − f(x))/h. It is shortened until the
//! residual falls. Sources: Saad, Schultz, GMRES, SIAM J. Sci. Stat. Comput. 7 (1986); Knoll, Keyes,
//! Jacobian-free Newton–Krylov methods, J. Comput. Phys. 193 (2004).

use super::residual::{Residual, dot, length};
use crate::error::Failure;

/// The largest dimension of the Krylov space. If a correction needs more, it stays inexact and the next
/// correction continues.
const MOST_VECTORS: usize = 40;

/// Each correction solves its linear equation to this share of the residual.
const FORCING: f64 = 1e-2;

/// The length h of the difference. Residuals, in thermal speeds, are rounded at 1e-16. So h = 1e-9 leaves
/// seven digits of the derivative, plenty for [`FORCING`]. h should be small, since in thin tails a small
/// weighted length is a large change of velocity. If velocities are rounded at a coarser `resolution`, h
/// leaves three digits of the derivative, or as many as rounding and curvature allow.
fn difference(resolution: f64) -> f64 {
    (1e3 * resolution).min(resolution.sqrt()).max(1e-9)
}

/// A correction is halved at most this many times.
const MOST_HALVINGS: u32 = 10;

/// The method's workspace.
#[derive(Debug, Default)]
pub struct NewtonKrylov {
    basis: Vec<Vec<f64>>,
    /// The columns of the triangular factor of the Hessenberg matrix.
    triangle: Vec<Vec<f64>>,
    /// The Givens rotations (c, s), and the right-hand side to which they are applied.
    rotations: Vec<(f64, f64)>,
    right: Vec<f64>,
    residual: Vec<f64>,
    trial: Vec<f64>,
    trial_residual: Vec<f64>,
    correction: Vec<f64>,
}

impl NewtonKrylov {
    /// Corrects `x` until the length of the residual is at most `tolerance`. Returns whether that was
    /// reached. If so, the last evaluation was at `x`. The residual rounds `x` at `resolution`.
    pub fn solve(
        &mut self,
        x: &mut [f64],
        (tolerance, resolution): (f64, f64),
        residual: &mut Residual<'_>,
    ) -> Result<bool, Failure> {
        let n = x.len();
        for room in [&mut self.residual, &mut self.trial, &mut self.trial_residual, &mut self.correction] {
            room.resize(n, f64::NAN);
        }
        residual(x, &mut self.residual)?;
        let mut size = length(&self.residual);
        while size > tolerance {
            self.gmres(x, size, difference(resolution), residual)?;
            let mut share = 1.0;
            let mut halvings = 0;
            loop {
                for (trial, (x, correction)) in self.trial.iter_mut().zip(x.iter().zip(&self.correction)) {
                    *trial = x + share * correction;
                }
                match residual(&self.trial, &mut self.trial_residual) {
                    Ok(()) => {}
                    Err(failure) if failure.is_divergence() => self.trial_residual.fill(f64::INFINITY),
                    Err(failure) => return Err(failure),
                }
                let found = length(&self.trial_residual);
                if found <= tolerance || found < (1.0 - 1e-4 * share) * size {
                    size = found;
                    break;
                }
                halvings += 1;
                if halvings > MOST_HALVINGS {
                    return Ok(false);
                }
                share *= 0.5;
            }
            x.copy_from_slice(&self.trial);
            std::mem::swap(&mut self.residual, &mut self.trial_residual);
        }
        Ok(true)
    }

    /// Writes to `correction` an approximate solution of J δ = −f at `x`.
    fn gmres(
        &mut self,
        x: &[f64],
        size: f64,
        difference: f64,
        residual: &mut Residual<'_>,
    ) -> Result<(), Failure> {
        let n = x.len();
        if self.basis.is_empty() {
            self.basis.push(vec![f64::NAN; n]);
        }
        for (q, f) in self.basis[0].iter_mut().zip(&self.residual) {
            *q = -f / size;
        }
        let Self { rotations, right, .. } = self;
        rotations.clear();
        rotations.reserve(MOST_VECTORS);
        right.clear();
        right.reserve(MOST_VECTORS + 1);
        right.push(size);
        for k in 0..MOST_VECTORS {
            for (trial, (x, q)) in self.trial.iter_mut().zip(x.iter().zip(&self.basis[k])) {
                *trial = x + difference * q;
            }
            residual(&self.trial, &mut self.trial_residual)?;
            if self.basis.len() == k + 1 {
                self.basis.push(vec![f64::NAN; n]);
                self.triangle.push(Vec::with_capacity(MOST_VECTORS + 1));
            }
            let (earlier, rest) = self.basis.split_at_mut(k + 1);
            let next = &mut rest[0];
            for (next, (found, f)) in next.iter_mut().zip(self.trial_residual.iter().zip(&self.residual)) {
                *next = (found - f) / difference;
            }
            let column = &mut self.triangle[k];
            column.clear();
            for other in earlier.iter() {
                let share = dot(other, next);
                next.iter_mut().zip(other).for_each(|(next, other)| *next -= share * other);
                column.push(share);
            }
            let left = length(next);
            for (row, (c, s)) in rotations.iter().enumerate() {
                let (a, b) = (column[row], column[row + 1]);
                (column[row], column[row + 1]) = (c * a + s * b, c * b - s * a);
            }
            let diagonal = column[k].hypot(left);
            let (c, s) = if diagonal > 0.0 { (column[k] / diagonal, left / diagonal) } else { (1.0, 0.0) };
            column[k] = diagonal;
            rotations.push((c, s));
            right.push(-s * right[k]);
            right[k] *= c;
            if right[k + 1].abs() <= FORCING * size || left == 0.0 {
                break;
            }
            next.iter_mut().for_each(|next| *next /= left);
        }
        self.combine();
        Ok(())
    }

    /// correction ← Σ y_k q_k, where y solves the triangular system. There is one basis vector q_k for each
    /// rotation.
    fn combine(&mut self) {
        let right = &mut self.right;
        self.correction.fill(0.0);
        for k in (0..self.rotations.len()).rev() {
            let pivot = self.triangle[k][k];
            let y = if pivot > 0.0 { right[k] / pivot } else { 0.0 };
            for (right, entry) in right[..k].iter_mut().zip(&self.triangle[k]) {
                *right -= y * entry;
            }
            for (correction, q) in self.correction.iter_mut().zip(&self.basis[k]) {
                *correction += y * q;
            }
        }
    }
}
