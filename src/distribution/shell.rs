//! A spherical shell of velocities, a Gaussian of |v| about a radius.

use super::radial::{Quantiles, Radial, integral, shell_area};
use super::shape::{Particle, Parts, Shape};
use crate::problem::Lattice;
use crate::rules::{Checks, Violation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A spherical shell, exp(−sharpness (|v| − radius)² / radius²) up to a factor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Shell {
    pub density: f64,
    pub radius: f64,
    pub sharpness: f64,
}

impl<const D: usize> Shape<D> for Shell {
    fn key(&self) -> &'static str {
        "shell"
    }

    fn density(&self) -> f64 {
        self.density
    }

    fn rules(&self, found: &mut Checks) {
        found.size("density", self.density);
        found.positive("radius", self.radius);
        found.positive("sharpness", self.sharpness);
    }

    fn parts(&self, _: Particle, _: Option<&Lattice<D>>) -> Result<Parts<D>, Violation> {
        let Self { density, radius, sharpness } = *self;
        let shape = move |r: f64| (-sharpness * ((r - radius) / radius).powi(2)).exp();
        // Where the exponent is −50 the density is below 2e-22 of its largest value.
        let half_width = radius * (50.0 / sharpness).sqrt();
        let (low, high) = ((radius - half_width).max(0.0), radius + half_width);
        let moment =
            |power: i32| integral(|r| shell_area(r, D) * shape(r) * (r / radius).powi(power), low, high);
        let total = moment(0);
        let factor = density / total;
        let profile = move |r: f64| factor * shape(r);
        Ok(vec![Box::new(Radial {
            density,
            profile: Box::new(profile),
            radius,
            thickness: radius / (2.0 * sharpness).sqrt(),
            mean_square: radius * radius * moment(2) / total,
            quantiles: Quantiles::new(move |r| shell_area(r, D) * profile(r), low, high),
        })])
    }
}

#[cfg(test)]
impl Shell {
    pub fn example() -> Self {
        Self { density: 1.1, radius: 0.8, sharpness: 10.0 }
    }
}
