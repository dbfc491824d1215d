//! The Maxwellian n exp(−m|v − u|²/2T) / (2πT/m)^(d/2).

use super::shape::{Part, Particle, Parts, Shape, vector};
use crate::problem::Lattice;
use crate::rules::{Checks, Violation};
use crate::symmetry::Symmetry;
use rand::Rng;
use rand_distr::{Distribution as _, StandardNormal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal as StandardQuantiles};
use std::f64::consts::PI;

/// Maxwellian of a density (> 0) and a temperature (> 0) about a drift velocity (default 0).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Maxwellian {
    pub density: f64,
    pub temperature: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Vec<f64>>,
}

impl<const D: usize> Shape<D> for Maxwellian {
    fn key(&self) -> &'static str {
        "maxwellian"
    }

    fn density(&self) -> f64 {
        self.density
    }

    fn rules(&self, found: &mut Checks) {
        found.size("density", self.density);
        found.temperature("temperature", self.temperature);
        found.vector("drift", self.drift.as_ref(), D);
    }

    fn symmetry_rules(&self, symmetry: Symmetry, found: &mut Checks) {
        found.symmetric_vector("drift", self.drift.as_ref(), symmetry);
    }

    fn fill_defaults(&mut self) {
        self.drift.get_or_insert_with(|| vec![0.0; D]);
    }

    fn parts(&self, particle: Particle, _: Option<&Lattice<D>>) -> Result<Parts<D>, Violation> {
        let normal = Normal {
            density: self.density,
            deviations: [particle.thermal_speed(self.temperature); D],
            drift: vector(self.drift.as_ref()),
        };
        Ok(vec![Box::new(normal)])
    }
}

/// Independent normal components, each with its own deviation about its own mean.
#[derive(Debug, Clone, Copy)]
pub struct Normal<const D: usize> {
    pub density: f64,
    pub deviations: [f64; D],
    pub drift: [f64; D],
}

impl<const D: usize> Part<D> for Normal<D> {
    fn density(&self) -> f64 {
        self.density
    }

    fn density_at(&self, v: [f64; D]) -> f64 {
        (0..D).fold(self.density, |value, axis| {
            let x = (v[axis] - self.drift[axis]) / self.deviations[axis];
            value * (-0.5 * x * x).exp() / ((2.0 * PI).sqrt() * self.deviations[axis])
        })
    }

    fn at_cube_point(&self, point: [f64; D]) -> [f64; D] {
        let standard = StandardQuantiles::standard();
        std::array::from_fn(|axis| {
            self.drift[axis] + self.deviations[axis] * standard.inverse_cdf(point[axis])
        })
    }

    fn random(&self, generator: &mut dyn Rng) -> [f64; D] {
        std::array::from_fn(|axis| {
            let normal: f64 = StandardNormal.sample(generator);
            self.drift[axis] + self.deviations[axis] * normal
        })
    }

    fn mean(&self) -> [f64; D] {
        self.drift
    }

    fn variances(&self) -> Option<[f64; D]> {
        Some(self.deviations.map(|deviation| deviation * deviation))
    }
}

#[cfg(test)]
impl Maxwellian {
    pub fn example<const D: usize>() -> Self {
        Self { density: 2.0, temperature: 0.5, drift: Some(vec![0.3; D]) }
    }
}
