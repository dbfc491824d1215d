//! Moments of a cloud up to the fourth, in coordinates in which its covariance is the unit matrix.
//!
//! With mean u, covariance Σ = R Λ Rᵀ and x = Λ^(−1/2) Rᵀ (v − u): ⟨x⟩ = 0, ⟨x xᵀ⟩ = I, the third cumulants are
//! S_ijk = ⟨x_i x_j x_k⟩ and the fourth K_ijkl = ⟨x_i x_j x_k x_l⟩ − δ_ij δ_kl − δ_ik δ_jl − δ_il δ_jk.
//! Both vanish for a Gaussian. In these coordinates a Gaussian mollifier of variance ε has the variances ε/Λ_i.

use crate::functionals::moments::Moments;
use nalgebra::{Matrix2, Matrix3, SMatrix, SymmetricEigen};
use std::array;

/// Particles that are summed one after another.
const PART: usize = 4096;

/// Eigenvalues of the covariance below this share of the largest are rounding: the cloud lies in a plane.
const FLAT: f64 = 1e-12;

/// Distinct moments of the third and fourth degree in three dimensions, the most there are.
const MOST: usize = 15;

/// A symmetric tensor of the third rank.
pub type Third<const D: usize> = [[[f64; D]; D]; D];

/// A symmetric tensor of the fourth rank.
pub type Fourth<const D: usize> = [[[[f64; D]; D]; D]; D];

/// A cloud's mean and covariance, and what the standard coordinates follow from.
#[derive(Debug, Clone, Copy)]
pub struct Standard<const D: usize> {
    /// n = Σ w.
    pub density: f64,
    /// u.
    pub mean: [f64; D],
    /// Λ, the eigenvalues of Σ.
    pub variances: [f64; D],
    /// R: its columns are the eigenvectors of Σ.
    axes: SMatrix<f64, D, D>,
}

/// Third and fourth cumulants in standard coordinates.
#[derive(Debug, Clone, Copy)]
pub struct Cumulants<const D: usize> {
    pub third: Third<D>,
    pub fourth: Fourth<D>,
}

impl<const D: usize> Standard<D> {
    /// The standard coordinates of a cloud.
    ///
    /// None where it has no covariance of full rank: fewer than D + 1 particles, or all of them in a plane.
    pub fn of(velocities: &[[f64; D]], weights: &[f64]) -> Option<Self> {
        if velocities.len() <= D {
            return None;
        }
        let Moments { density, velocity: mean, temperature_tensor: covariance } =
            Moments::of(1.0, velocities, weights);
        if !covariance.iter().all(|c| c.is_finite()) {
            return None;
        }
        let (variances, axes) = principal_axes(&covariance);
        let largest = variances.iter().copied().fold(0.0, f64::max);
        let full = variances.iter().all(|&variance| variance > FLAT * largest);
        full.then_some(Self { density, mean, variances, axes })
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

    /// The third cumulants, and the fourth if asked for; else these are 0.
    pub fn cumulants(&self, velocities: &[[f64; D]], weights: &[f64], fourth: bool) -> Cumulants<D> {
        let mut cumulants = Cumulants { third: [[[0.0; D]; D]; D], fourth: [[[[0.0; D]; D]; D]; D] };
        let third = sums(velocities, weights, |v| {
            let x = self.coordinates(v);
            let mut products = [0.0; MOST];
            for (product, [i, j, k]) in products.iter_mut().zip(triples::<D>()) {
                *product = x[i] * x[j] * x[k];
            }
            products
        });
        for (sum, at) in third.iter().zip(triples::<D>()) {
            for [i, j, k] in permutations_of_three(at) {
                cumulants.third[i][j][k] = sum / self.density;
            }
        }
        if !fourth {
            return cumulants;
        }
        let fourth = sums(velocities, weights, |v| {
            let x = self.coordinates(v);
            let mut products = [0.0; MOST];
            for (product, [i, j, k, l]) in products.iter_mut().zip(quadruples::<D>()) {
                *product = x[i] * x[j] * x[k] * x[l];
            }
            products
        });
        let same = |i: usize, j: usize| f64::from(u8::from(i == j));
        for (sum, [i, j, k, l]) in fourth.iter().zip(quadruples::<D>()) {
            let gaussian = same(i, j) * same(k, l) + same(i, k) * same(j, l) + same(i, l) * same(j, k);
            let cumulant = sum / self.density - gaussian;
            for [i, j, k] in permutations_of_three([i, j, k]) {
                cumulants.fourth[i][j][k][l] = cumulant;
                cumulants.fourth[i][j][l][k] = cumulant;
                cumulants.fourth[i][l][j][k] = cumulant;
                cumulants.fourth[l][i][j][k] = cumulant;
            }
        }
        cumulants
    }
}

/// Σ w times some terms of a velocity: by halves, the same for any number of threads.
fn sums<const D: usize, const N: usize>(
    velocities: &[[f64; D]],
    weights: &[f64],
    terms: impl Fn(&[f64; D]) -> [f64; N] + Sync + Copy,
) -> [f64; N] {
    if velocities.len() > PART {
        let middle = (velocities.len() / 2).next_multiple_of(PART);
        let ((low, high), (low_weights, high_weights)) =
            (velocities.split_at(middle), weights.split_at(middle));
        let (low, high) = rayon::join(|| sums(low, low_weights, terms), || sums(high, high_weights, terms));
        return array::from_fn(|term| low[term] + high[term]);
    }
    let mut totals = [0.0; N];
    for (v, w) in velocities.iter().zip(weights) {
        totals.iter_mut().zip(terms(v)).for_each(|(total, term)| *total += w * term);
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

fn pairs<const D: usize>() -> impl Iterator<Item = [usize; 2]> {
    (0..D).flat_map(|i| (i..D).map(move |j| [i, j]))
}

fn triples<const D: usize>() -> impl Iterator<Item = [usize; 3]> {
    pairs::<D>().flat_map(|[i, j]| (j..D).map(move |k| [i, j, k]))
}

fn quadruples<const D: usize>() -> impl Iterator<Item = [usize; 4]> {
    triples::<D>().flat_map(|[i, j, k]| (k..D).map(move |l| [i, j, k, l]))
}

fn permutations_of_three([i, j, k]: [usize; 3]) -> [[usize; 3]; 6] {
    [[i, j, k], [i, k, j], [j, i, k], [j, k, i], [k, i, j], [k, j, i]]
}
