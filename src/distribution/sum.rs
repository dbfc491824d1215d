//! A distribution as the sum of its parts: its density, its samples, and its moments before any particle is placed.
//!
//! The covariance of a sum of parts is Σ_a (n_a/n) [C_a + (u_a − u)(u_a − u)ᵀ], with the density n_a, the mean u_a and
//! the covariance C_a of each part.

use super::Initial;
use super::shape::{Particle, Parts};
use crate::problem::Lattice;
use crate::rules::Violation;
use nalgebra::{DMatrix, SMatrix};
use rand::{Rng, RngExt};

/// A distribution of velocities, the sum of its parts.
pub struct Distribution<const D: usize> {
    parts: Parts<D>,
}

impl<const D: usize> Distribution<D> {
    /// The distribution of the particles of a species. What is not known up to a factor is normalised on the lattice.
    ///
    /// # Errors
    ///
    /// If it is no density on the lattice. The path is among the species' keys.
    pub fn new(
        initial: &Initial,
        particle: Particle,
        lattice: Option<&Lattice<D>>,
    ) -> Result<Self, Violation> {
        let parts = initial.parts(particle, lattice).map_err(|violation| violation.under("initial"))?;
        Ok(Self { parts })
    }

    /// f(v).
    pub fn density_at(&self, v: [f64; D]) -> f64 {
        self.parts.iter().map(|part| part.density_at(v)).sum()
    }

    /// ∫ f dv.
    pub fn density(&self) -> f64 {
        self.parts.iter().map(|part| part.density()).sum()
    }

    /// Independent samples.
    pub fn random(&self, count: usize, generator: &mut impl Rng) -> Vec<[f64; D]> {
        let sample = |_| {
            let mut share = generator.random::<f64>() * self.density();
            let part = self.parts.iter().find(|part| {
                share -= part.density();
                share < 0.0
            });
            // Rounding may leave a share of 0 behind the last part.
            part.unwrap_or(&self.parts[self.parts.len() - 1]).random(generator)
        };
        (0..count).map(sample).collect()
    }

    /// Low-discrepancy samples: every part gets its share of the count, rounded so that the counts
    /// add up, and its own sequence from the start.
    pub fn quasi_random(&self, count: usize) -> Vec<[f64; D]> {
        let mut samples = Vec::with_capacity(count);
        let mut before = 0.0;
        for part in &self.parts {
            before += part.density();
            let end = (count as f64 * before / self.density()).round() as usize;
            let own = end - samples.len();
            samples.extend((0..own).map(|index| part.at_cube_point(halton_point(index))));
        }
        samples
    }

    /// The mean velocity, in which a formula counts as one about 0.
    pub fn mean(&self) -> [f64; D] {
        let mut mean = [0.0; D];
        for part in &self.parts {
            let share = part.density() / self.density();
            for (component, of_part) in mean.iter_mut().zip(part.mean()) {
                *component += share * of_part;
            }
        }
        mean
    }

    /// The covariance of the velocities about their mean; not known with a formula.
    pub fn covariance(&self) -> Option<SMatrix<f64, D, D>> {
        let mean = self.mean();
        let mut covariance = SMatrix::<f64, D, D>::zeros();
        for part in &self.parts {
            let share = part.density() / self.density();
            let (variances, of_part) = (part.variances()?, part.mean());
            let away: [f64; D] = std::array::from_fn(|axis| of_part[axis] - mean[axis]);
            covariance += share
                * SMatrix::from_fn(|row, column| {
                    away[row] * away[column] + if row == column { variances[row] } else { 0.0 }
                });
        }
        Some(covariance)
    }

    /// The root of the largest eigenvalue of the covariance, √(T/m) of a Maxwellian; not known with a formula.
    pub fn thermal_speed(&self) -> Option<f64> {
        let covariance = self.covariance()?;
        let covariance = DMatrix::from_fn(D, D, |row, column| covariance[(row, column)]);
        Some(covariance.symmetric_eigenvalues().max().sqrt())
    }

    /// Half the edge of the smallest square or cube about `center` that holds every part as far as it reaches at this
    /// many thermal speeds; not known with a formula.
    pub fn half_width(&self, center: [f64; D], thermal_speeds: f64) -> Option<f64> {
        let mut half_width = 0.0;
        for part in &self.parts {
            let (mean, reach) = (part.mean(), part.reach(thermal_speeds)?);
            for axis in 0..D {
                half_width = f64::max(half_width, (mean[axis] - center[axis]).abs() + reach[axis]);
            }
        }
        Some(half_width)
    }

    /// The width of the narrowest part; not known with a formula.
    pub fn narrowest_width(&self) -> Option<f64> {
        self.parts.iter().try_fold(f64::INFINITY, |narrowest, part| Some(part.width()?.min(narrowest)))
    }
}

/// Point `index` + 1 of the Halton sequence (Halton 1960): radical inverses in the bases 2, 3, 5, inside
/// the open unit cube.
fn halton_point<const D: usize>(index: usize) -> [f64; D] {
    std::array::from_fn(|axis| {
        let base = [2, 3, 5][axis];
        let (mut rest, mut digit, mut inverse) = (index + 1, 1.0, 0.0);
        while rest > 0 {
            digit /= base as f64;
            inverse += digit * (rest % base) as f64;
            rest /= base;
        }
        inverse
    })
}
