//! Quantities of a run in words, in the units of its scenario.

use crate::problem::{Background, FixedSpecies, Problem, Species};
use crate::rules::{MOST_PLAIN, number};
use crate::units::{ELEMENTARY_CHARGE, Scales};

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
            false => number(species.mass),
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
            false => number(fixed.density),
        };
        format!("fixed, density {density}, velocity {velocity:?}")
    }

    pub fn background<const D: usize>(&self, background: &Background<D>) -> String {
        let velocity = background.velocity.map(|component| component * self.scales.velocity);
        format!(
            "Maxwellian background, mass {}, density {}, temperature {}, thermal speed {}, velocity {velocity:?}",
            self.quantity(background.mass, self.scales.mass, "kg"),
            self.quantity(background.density, self.scales.density, "m⁻³"),
            self.temperature(background.temperature),
            self.velocity((background.temperature / background.mass).sqrt()),
        )
    }

    /// The fields, with what they mean for each species.
    pub fn fields<const D: usize>(&self, problem: &Problem<D>) -> Vec<(&'static str, String)> {
        let scales = &self.scales;
        let length =
            |field: &[f64; D]| field.iter().fold(0.0f64, |length, component| length.hypot(*component));
        let charge = if scales.si { ELEMENTARY_CHARGE } else { 1.0 };
        let mut lines = Vec::new();
        if let Some(electric) = &problem.fields.electric {
            let unit = scales.mass * scales.velocity / (scales.time * charge);
            let (first, last) = (electric.values[0], electric.values[electric.values.len() - 1]);
            let [first, last] = [first, last].map(|field| field.map(|component| component * unit));
            let unit = if scales.si { " V/m" } else { "" };
            lines.push((
                "electric field",
                match first == last {
                    true => format!("{first:?}{unit}"),
                    false => format!("{first:?} to {last:?}{unit}"),
                },
            ));
        }
        if let Some(magnetic) = &problem.fields.magnetic {
            let field = magnetic.map(|component| component * scales.mass / (scales.time * charge));
            let unit = if scales.si { " T" } else { "" };
            let turns = problem.species.iter().map(|species| {
                let frequency = (species.charge / species.mass).abs() * length(magnetic);
                format!("\"{}\" turns by 1 in {}", species.name, self.time(1.0 / frequency))
            });
            let turns: Vec<String> = turns.collect();
            lines.push(("magnetic field", format!("{field:?}{unit}; {}", turns.join(", "))));
        }
        lines
    }
}

/// A number with this many decimals, or with an exponent where these would not show two of its digits, or where it has
/// more digits than a number.
fn decimals(value: f64, count: usize) -> String {
    let plain = value == 0.0 || (10f64.powi(1 - count as i32)..MOST_PLAIN).contains(&value.abs());
    if plain { format!("{value:.count$}") } else { format!("{value:.4e}") }
}
