//! Coordinates in which a cloud's mean is 0 and its covariance the unit matrix.
//!
//! With mean u and covariance Σ = R Λ Rᵀ they are x = Λ^(−1/2) Rᵀ (v − u). In them a Gaussian mollifier of variance ε has the variances
//! ε/Λ_i.

use crate::functionals::moments::Moments;
use crate::parallel;
use crate::symmetry::Symmetry;
use nalgebra::{Matrix2, Matrix3, SMatrix, SymmetricEigen};
use std::array;

/// Particles that are summed one after another.
const PART: usize = 4096;

/// Eigenvalues of the covariance below this share of the largest are rounding: the cloud lies in a plane.
const FLAT: f64 = 1e-12;

/// A cloud's mean and covariance, and what the standard coordinates follow from.
#[derive(Debug, Clone, Copy)]
pub struct Standard<const D: usize> {
    /// Of the cloud.
    pub symmetry: Symmetry,
    /// n = Σ w.
    pub density: f64,
    /// u.
    pub mean: [f64; D],
    /// Λ, the eigenvalues of Σ.
    pub variances: [f64; D],
    /// R: its columns are the eigenvectors of Σ.
    axes: SMatrix<f64, D, D>,
}

impl<const D: usize> Standard<D> {
    /// The standard coordinates of a cloud.
    ///
    /// None where it has no covariance of full rank: as many particles as coordinates at most, or all in a plane.
    pub fn of(symmetry: Symmetry, velocities: &[[f64; D]], weights: &[f64]) -> Option<Self> {
        if velocities.len() <= symmetry.coordinates::<D>() {
            return None;
        }
        let Moments { density, velocity: mean, temperature_tensor: covariance } =
            Moments::of(symmetry, 1.0, velocities, weights);
        if !covariance.iter().all(|c| c.is_finite()) {
            return None;
        }
        let (variances, axes) = match symmetry {
            Symmetry::None => principal_axes(&covariance),
            // The coordinates of velocity space are principal axes, and keep held points held.
            _ => (array::from_fn(|i| covariance[(i, i)]), SMatrix::identity()),
        };
        let largest = variances.iter().copied().fold(0.0, f64::max);
        let full = variances.iter().all(|&variance| variance > FLAT * largest);
        full.then_some(Self { symmetry, density, mean, variances, axes })
    }

    /// x of a velocity.
    #[inline]
    pub fn coordinates(&self, v: &[f64; D]) -> [f64; D] {
        array::from_fn(|i| {
            let along: f64 = (0..D).map(|axis| self.axes[(axis, i)] * (v[axis] - self.mean[axis])).sum();
            along / self.variances[i].sqrt()
        })
    }

    /// ∂/∂v from ∂/∂x.
    #[inline]
    pub fn gradient(&self, by_coordinates: &[f64; D]) -> [f64; D] {
        array::from_fn(|axis| {
            (0..D).map(|i| self.axes[(axis, i)] * by_coordinates[i] / self.variances[i].sqrt()).sum()
        })
    }
}

/// Σ w times the mean over a particle's orbit of some polynomials in the velocity up to degree 5, which may have factors that
/// are functions of |x|²: by halves, the same for any number of threads.
pub fn sums<const D: usize, const N: usize>(
    symmetry: Symmetry,
    velocities: &[[f64; D]],
    weights: &[f64],
    terms: impl Fn(&[f64; D]) -> [f64; N] + Sync + Copy,
) -> [f64; N] {
    if velocities.len() > PART {
        let middle = (velocities.len() / 2).next_multiple_of(PART);
        let ((low, high), (low_weights, high_weights)) =
            (velocities.split_at(middle), weights.split_at(middle));
        let mut halves = [[0.0; N]; 2];
        let [of_low, of_high] = &mut halves;
        let mut low = || *of_low = sums(symmetry, low, low_weights, terms);
        let mut high = || *of_high = sums(symmetry, high, high_weights, terms);
        parallel::join(&mut low, &mut high);
        return array::from_fn(|term| halves[0][term] + halves[1][term]);
    }
    let mut totals = [0.0; N];
    if symmetry.is_none() {
        for (v, w) in velocities.iter().zip(weights) {
            totals.iter_mut().zip(terms(v)).for_each(|(total, term)| *total += w * term);
        }
        return totals;
    }
    for (v, w) in velocities.iter().zip(weights) {
        let share = w / symmetry.orbit(*v).count() as f64;
        for point in symmetry.orbit(*v) {
            totals.iter_mut().zip(terms(&point)).for_each(|(total, term)| *total += share * term);
        }
    }
    totals
}

/// Eigenvalues and eigenvectors of a covariance.
fn principal_axes<const D: usize>(covariance: &SMatrix<f64, D, D>) -> ([f64; D], SMatrix<f64, D, D>) {
    // The decomposition is for matrices of a known size.
    if D == 2 {
        let eigen = SymmetricEigen::new(Matrix2::from_fn(|i, j| covariance[(i, j)]));
        (array::from_fn(|i| eigen.eigenvalues[i]), SMatrix::from_fn(|i, j| eigen.eigenvectors[(i, j)]))
    } else {
        let eigen = SymmetricEigen::new(Matrix3::from_fn(|i, j| covariance[(i, j)]));
        (array::from_fn(|i| eigen.eigenvalues[i]), SMatrix::from_fn(|i, j| eigen.eigenvectors[(i, j)]))
    }
}
