//! The Bobylev–Krook–Wu density at t = 0, a density of |v| alone. Its formula is that of the exact solution.

use super::radial::{Quantiles, Radial, shell_area};
use super::shape::{Particle, Parts, Shape};
use crate::exact::bkw::Bkw as Exact;
use crate::problem::Lattice;
use crate::rules::{Checks, Violation, number};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The Bobylev–Krook–Wu solution at t = 0, K = T (1 − contrast), 0 ≤ contrast ≤ 2/(d + 2).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Bkw {
    pub density: f64,
    pub temperature: f64,
    pub contrast: f64,
}

/// Thermal speeds beyond which the density is below 1e-40 of its largest value.
const REACH: f64 = 14.0;

impl<const D: usize> Shape<D> for Bkw {
    fn key(&self) -> &'static str {
        "bkw"
    }

    fn density(&self) -> f64 {
        self.density
    }

    fn rules(&self, found: &mut Checks) {
        found.size("density", self.density);
        found.temperature("temperature", self.temperature);
        let most = 2.0 / (D as f64 + 2.0);
        found.require((0.0..=most).contains(&self.contrast), "contrast", || {
            format!(
                "found {}; allowed: 0 to 2/(d + 2) = {most}, beyond which the density is negative",
                number(self.contrast)
            )
        });
    }

    fn parts(&self, particle: Particle, _: Option<&Lattice<D>>) -> Result<Parts<D>, Violation> {
        let exact = self.solution(particle, 0.0);
        let thermal_speed = particle.thermal_speed(self.temperature);
        let profile = move |r: f64| exact.density_at::<D>(r * r, 0.0);
        let weight = move |r| shell_area(r, D) * profile(r);
        Ok(vec![Box::new(Radial {
            density: self.density,
            profile: Box::new(profile),
            radius: 0.0,
            thickness: thermal_speed,
            mean_square: D as f64 * thermal_speed * thermal_speed,
            quantiles: Quantiles::new(weight, 0.0, REACH * thermal_speed),
        })])
    }
}

impl Bkw {
    /// The solution that begins with this density; `rate` is its β.
    pub fn solution(self, particle: Particle, rate: f64) -> Exact {
        let Self { density, temperature, contrast } = self;
        Exact { density, mass: particle.mass, temperature: particle.energy(temperature), contrast, rate }
    }
}

#[cfg(test)]
impl Bkw {
    pub fn example() -> Self {
        Self { density: 0.7, temperature: 1.3, contrast: 0.3 }
    }
}
