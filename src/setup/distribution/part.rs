//! One part of a distribution: its density, its normalisation, and its map from the unit cube.

use crate::exact::lorentz::{Dipole, angle_on_circle, cosine_on_sphere};
use crate::formula::Formula;
use crate::problem::Lattice;
use crate::scenario::Violation;
use crate::setup::radial::Quantiles;
use crate::sum::Sum;
use statrs::distribution::{ContinuousCDF, Normal};
use std::f64::consts::PI;

/// One part of a distribution, with the constants of its density worked out.
pub enum Part<const D: usize> {
    /// Independent normal components; deviations √(T/m) for each axis.
    Normal { density: f64, deviations: [f64; D], drift: [f64; D] },
    /// A Maxwellian times exp(κ(|v|) cos θ); quantiles of |v|.
    Dipole { density: f64, dipole: Dipole, quantiles: Quantiles<Box<dyn Fn(f64) -> f64>> },
    /// A formula of v in the units of the scenario, in which 1 is `velocity`, times a factor; and its place among
    /// the species' keys.
    Formula { density: f64, formula: Formula, velocity: f64, factor: f64, path: String },
    /// A density of |v| alone, with ⟨|v|²⟩: a shell of a radius and a thickness, or about 0 with √(T/m) as its
    /// thickness.
    Radial {
        density: f64,
        profile: Box<dyn Fn(f64) -> f64>,
        radius: f64,
        thickness: f64,
        mean_square: f64,
        quantiles: Quantiles<Box<dyn Fn(f64) -> f64>>,
    },
}

/// The value of a formula at a velocity of the run.
fn value<const D: usize>(formula: &Formula, v: [f64; D], velocity: f64) -> f64 {
    let v = v.map(|component| component * velocity);
    let speed = v.iter().map(|component| component * component).sum::<f64>().sqrt();
    let mut variables = [speed; 4];
    variables[1..=D].copy_from_slice(&v);
    formula.at(&variables[..=D])
}

impl<const D: usize> Part<D> {
    pub fn total(&self) -> f64 {
        match self {
            Self::Normal { density, .. }
            | Self::Radial { density, .. }
            | Self::Dipole { density, .. }
            | Self::Formula { density, .. } => *density,
        }
    }

    pub fn density_at(&self, v: [f64; D]) -> f64 {
        match self {
            Self::Normal { density, deviations, drift } => (0..D).fold(*density, |value, axis| {
                let x = (v[axis] - drift[axis]) / deviations[axis];
                value * (-0.5 * x * x).exp() / ((2.0 * PI).sqrt() * deviations[axis])
            }),
            Self::Dipole { dipole, .. } => dipole.density_at(v),
            Self::Formula { formula, velocity, factor, .. } => factor * value(formula, v, *velocity),
            Self::Radial { profile, .. } => profile(v.iter().map(|c| c * c).sum::<f64>().sqrt()),
        }
    }

    /// Gives a formula its density on the lattice.
    ///
    /// # Errors
    ///
    /// A formula that is no density there, at its place among the species' keys.
    pub fn normalise(&mut self, lattice: &Lattice<D>) -> Result<(), Violation> {
        let Self::Formula { density, formula, velocity, factor, path } = self else { return Ok(()) };
        let mut total = Sum::default();
        for v in lattice.centers() {
            let value = value(formula, v, *velocity);
            if !(value >= 0.0 && value.is_finite()) {
                let place = v.map(|component| component * *velocity);
                return Err(Violation::new(
                    path.as_str(),
                    format!(
                        "found a formula with the value {value} at v = {place:?}; allowed: finite values ≥ 0 on the whole lattice"
                    ),
                ));
            }
            total.add(value);
        }
        let total = total.value() * lattice.cell_volume();
        if !total.is_normal() {
            return Err(Violation::new(
                path.as_str(),
                format!(
                    "found a formula whose integral over the lattice is {total}; allowed: one that is > 0 and finite"
                ),
            ));
        }
        *factor = *density / total;
        Ok(())
    }

    /// The velocity at a point of the unit cube, such that uniform points give this distribution.
    pub fn at_cube_point(&self, point: [f64; D]) -> [f64; D] {
        match self {
            Self::Normal { deviations, drift, .. } => {
                let standard = Normal::standard();
                std::array::from_fn(|axis| drift[axis] + deviations[axis] * standard.inverse_cdf(point[axis]))
            }
            // Validation asks for a lattice.
            Self::Formula { .. } => [f64::NAN; D],
            Self::Dipole { dipole, quantiles, .. } => {
                let r = quantiles.at(point[0]);
                let kappa = dipole.exponent(r);
                let mut v = [0.0; D];
                if D == 2 {
                    let angle = angle_on_circle(kappa, point[1]);
                    (v[0], v[1]) = (r * angle.cos(), r * angle.sin());
                } else {
                    let angle = 2.0 * PI * point[1];
                    let cosine = cosine_on_sphere(kappa, point[2]);
                    let sine = (1.0 - cosine * cosine).max(0.0).sqrt();
                    (v[0], v[1], v[2]) = (r * cosine, r * sine * angle.cos(), r * sine * angle.sin());
                }
                v
            }
            Self::Radial { quantiles, .. } => {
                let r = quantiles.at(point[0]);
                let angle = 2.0 * PI * point[1];
                let mut v = [0.0; D];
                if D == 2 {
                    (v[0], v[1]) = (r * angle.cos(), r * angle.sin());
                } else {
                    let cosine = 2.0 * point[2] - 1.0;
                    let sine = (1.0 - cosine * cosine).max(0.0).sqrt();
                    (v[0], v[1], v[2]) = (r * sine * angle.cos(), r * sine * angle.sin(), r * cosine);
                }
                v
            }
        }
    }
}
