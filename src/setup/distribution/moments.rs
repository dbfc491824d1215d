//! Mean velocities and covariances of the initial distributions, before any particle is placed.
//!
//! The covariance of a sum of parts is Σ_a (n_a/n) [C_a + (u_a − u)(u_a − u)ᵀ], with the density n_a, the mean u_a and
//! the covariance C_a of each part.

use super::Distribution;
use super::part::Part;
use super::parts::{reach, shell_area};
use crate::exact::lorentz::{Dipole, modes};
use crate::setup::radial::integral;
use nalgebra::{DMatrix, SMatrix};

impl<const D: usize> Part<D> {
    /// The mean velocity; 0 for a formula, whose moments are not known before its lattice.
    pub fn mean(&self) -> [f64; D] {
        match self {
            Self::Normal { drift, .. } => *drift,
            Self::Radial { .. } | Self::Formula { .. } => [0.0; D],
            Self::Dipole { dipole, .. } => {
                let mut mean = [0.0; D];
                mean[0] = mean_along_the_axis(dipole, D);
                mean
            }
        }
    }

    /// How far the part reaches beyond its mean along each axis, at this many thermal speeds; of a shell, at as many
    /// thicknesses beyond its radius, where its density is as small beside its largest. Not known of a formula.
    fn reach(&self, thermal_speeds: f64) -> Option<[f64; D]> {
        match self {
            Self::Radial { radius, thickness, .. } => Some([radius + thermal_speeds * thickness; D]),
            Self::Normal { .. } | Self::Dipole { .. } | Self::Formula { .. } => {
                self.variances().map(|variances| variances.map(|variance| thermal_speeds * variance.sqrt()))
            }
        }
    }

    /// The smallest deviation along an axis, of a shell its thickness where that is less; not known of a formula.
    fn width(&self) -> Option<f64> {
        let narrowest = self.variances()?.into_iter().fold(f64::INFINITY, f64::min).sqrt();
        match self {
            Self::Radial { thickness, .. } => Some(narrowest.min(*thickness)),
            Self::Normal { .. } | Self::Dipole { .. } | Self::Formula { .. } => Some(narrowest),
        }
    }

    /// The variance of each component of the velocity, which no part correlates with another; not known of a formula.
    pub fn variances(&self) -> Option<[f64; D]> {
        match self {
            Self::Normal { deviations, .. } => Some(deviations.map(|deviation| deviation * deviation)),
            Self::Radial { mean_square, .. } => Some([mean_square / D as f64; D]),
            Self::Dipole { dipole, .. } => Some(dipole_variances(dipole)),
            Self::Formula { .. } => None,
        }
    }
}

impl<const D: usize> Distribution<D> {
    /// The mean velocity, in which a formula counts as one about 0.
    pub fn mean(&self) -> [f64; D] {
        let mut mean = [0.0; D];
        for part in &self.parts {
            let share = part.total() / self.total();
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
            let share = part.total() / self.total();
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

/// ⟨v_x⟩ of a dipole. On the sphere of radius r the mean of cos θ is b_1/b_0 of the modes b_l of its exponent.
fn mean_along_the_axis(dipole: &Dipole, dimension: usize) -> f64 {
    average(dipole, dimension, |r, modes| {
        r * modes.get(1).unwrap_or(&0.0) / modes[0] * dipole.amplitude.signum()
    })
}

/// The variances of a dipole along each axis. On the sphere of radius r the mean of cos² θ is
/// [1 + (d − 1) b_2/b_0]/d of the modes b_l of its exponent.
fn dipole_variances<const D: usize>(dipole: &Dipole) -> [f64; D] {
    let d = D as f64;
    let mean = mean_along_the_axis(dipole, D);
    let square = average(dipole, D, |r, _| r * r);
    let along = average(dipole, D, |r, modes| {
        r * r * (1.0 + (d - 1.0) * modes.get(2).unwrap_or(&0.0) / modes[0]) / d
    });
    let mut variances = [(square - along) / (d - 1.0); D];
    variances[0] = along - mean * mean;
    variances
}

/// The average over a dipole of a function of |v| and of the modes of the dipole's exponent there.
fn average(dipole: &Dipole, dimension: usize, of_radius: impl Fn(f64, &[f64]) -> f64) -> f64 {
    let weight = |r: f64| shell_area(r, dimension) * dipole.mean_at(r, dimension);
    let high = reach(dipole);
    let value = |r: f64| weight(r) * of_radius(r, &modes(dipole.exponent(r).abs(), dimension));
    integral(value, 0.0, high) / integral(weight, 0.0, high)
}
