//! Quantities of a run in words, in the units of its scenario.

use crate::problem::{FixedSpecies, Species};
use crate::units::Scales;

/// How quantities are written.
pub struct QuantityFormat {
    scales: Scales,
}

impl QuantityFormat {
    /// For a run on these scales.
    pub fn new(scales: Scales) -> Self {
        Self { scales }
    }

    /// A number of the run times its scale, with its unit where it has one.
    fn quantity(&self, value: f64, scale: f64, unit: &str) -> String {
        match self.scales.si {
            true => format!("{:.4e} {unit}", value * scale),
            false => decimals(value, 6),
        }
    }

    pub fn time(&self, time: f64) -> String {
        match self.scales.si {
            true => format!("{:.3e} s", time * self.scales.time),
            false => decimals(time, 4),
        }
    }

    pub fn temperature(&self, temperature: f64) -> String {
        match self.scales.si {
            true => format!("{:.2} eV", temperature * self.scales.temperature),
            false => decimals(temperature, 6),
        }
    }

    pub fn velocity(&self, velocity: f64) -> String {
        self.quantity(velocity, self.scales.velocity, "m/s")
    }

    pub fn species<const D: usize>(
        &self,
        species: &Species<D>,
        particles: usize,
        density: f64,
        temperature: f64,
    ) -> String {
        let mass = match self.scales.si {
            true => self.quantity(species.mass, self.scales.mass, "kg"),
            false => species.mass.to_string(),
        };
        format!(
            "{particles} particles, mass {mass}, density {}, temperature {}, thermal speed {}; h = {}, bandwidth {:.4} h²{}",
            self.quantity(density, self.scales.density, "m⁻³"),
            self.temperature(temperature),
            self.velocity((temperature / species.mass).sqrt()),
            self.velocity(species.spacing),
            species.bandwidth / (species.spacing * species.spacing),
            if species.following.is_some() { ", both follow the species" } else { "" },
        )
    }

    pub fn fixed<const D: usize>(&self, fixed: &FixedSpecies<D>) -> String {
        let velocity = fixed.velocity.map(|component| component * self.scales.velocity);
        let density = match self.scales.si {
            true => self.quantity(fixed.density, self.scales.density, "m⁻³"),
            false => fixed.density.to_string(),
        };
        format!("fixed, density {density}, velocity {velocity:?}")
    }
}

/// A number with this many decimals, or with an exponent where these would not show two of its digits.
fn decimals(value: f64, count: usize) -> String {
    let small = value != 0.0 && value.abs() < 10f64.powi(1 - count as i32);
    if small { format!("{value:.4e}") } else { format!("{value:.count$}") }
}
