//! Units: conversion between the numbers inside a run and the units of its scenario.
//!
//! A run computes with numbers of order 1. With SI units these numbers are multiples of [`Scales`], which are
//! chosen once at the start. The scales of mass, velocity, density and time are powers of two, so that
//! conversion changes no bit of these. Constants: CODATA 2022.

/// Elementary charge e in C, which is also an electronvolt in J; exact.
pub const ELEMENTARY_CHARGE: f64 = 1.602176634e-19;
/// Vacuum permittivity ε0 in F/m.
pub const VACUUM_PERMITTIVITY: f64 = 8.8541878188e-12;
/// Electron mass in kg.
pub const ELECTRON_MASS: f64 = 9.1093837139e-31;
/// Proton mass in kg.
pub const PROTON_MASS: f64 = 1.67262192595e-27;

/// The units inside a run, expressed in the units of the scenario.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scales {
    /// Whether the scenario is in SI units.
    pub si: bool,
    pub mass: f64,
    pub velocity: f64,
    pub density: f64,
    pub time: f64,
    /// mass × velocity² in the scenario's unit of temperature: eV with SI units.
    pub temperature: f64,
}

impl Default for Scales {
    /// The scales of a normalized scenario, all 1.
    fn default() -> Self {
        Self { si: false, mass: 1.0, velocity: 1.0, density: 1.0, time: 1.0, temperature: 1.0 }
    }
}

impl Scales {
    /// Scales for SI units: the powers of two at or below these sizes, in kg, m/s, m⁻³ and s.
    pub fn si(mass: f64, velocity: f64, density: f64, time: f64) -> Self {
        let [mass, velocity, density, time] = [mass, velocity, density, time].map(power_of_two);
        let temperature = mass * velocity * velocity / ELEMENTARY_CHARGE;
        Self { si: true, mass, velocity, density, time, temperature }
    }

    /// The unit of mass × weight.
    pub fn mass_density(&self) -> f64 {
        self.mass * self.density
    }

    /// The unit of mass × weight × velocity.
    pub fn momentum(&self) -> f64 {
        self.mass_density() * self.velocity
    }

    /// The unit of mass × weight × velocity²; in J/m³ with SI units.
    pub fn energy(&self) -> f64 {
        self.momentum() * self.velocity
    }

    /// The unit of a coefficient c_ij: mass² velocity^(−γ) / (density time), from dv/dt = (c/m²) n |v|^(γ+1).
    pub fn coefficient(&self, gamma: f64) -> f64 {
        self.mass * self.mass * self.velocity.powf(-gamma) / (self.density * self.time)
    }

    /// Σ∫ f log f in the scenario's units, from its value `entropy` and the total density inside the run. The
    /// logarithm of the unit of f, times the density, is added to the value.
    pub fn entropy(&self, entropy: f64, density: f64, dimension: usize) -> f64 {
        let unit = (self.density / self.velocity.powi(dimension as i32)).ln();
        self.density * (entropy + density * unit)
    }

    /// The unit of the rate of the entropy.
    pub fn entropy_rate(&self) -> f64 {
        self.density / self.time
    }
}

/// The power of two at or below a positive normal number; 1 for any other.
pub fn power_of_two(size: f64) -> f64 {
    if size.is_normal() && size > 0.0 {
        2f64.powi(size.log2().floor().clamp(-1022.0, 1023.0) as i32)
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_powers_of_two_that_change_no_bit() {
        let scales = Scales::si(ELECTRON_MASS, 1.3e7, 1e20, 1e-7);
        for (scale, size) in [
            (scales.mass, ELECTRON_MASS),
            (scales.velocity, 1.3e7),
            (scales.density, 1e20),
            (scales.time, 1e-7),
        ] {
            let share = size / scale;
            assert!((1.0..2.0).contains(&share), "{share}");
            assert_eq!(share * scale, size);
        }
        // An electronvolt is e J.
        assert_eq!(scales.temperature * ELEMENTARY_CHARGE, scales.mass * scales.velocity.powi(2));
    }

    #[test]
    fn sizes_that_are_none_have_the_scale_1() {
        for size in [0.0, -1.0, f64::NAN, f64::INFINITY, 5e-324] {
            assert_eq!(power_of_two(size), 1.0);
        }
        assert_eq!(power_of_two(f64::MAX), 2f64.powi(1023));
    }
}
