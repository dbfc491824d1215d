//! A Maxwellian that points along the first axis. Its formula is that of the exact solution at t = 0.

use super::radial::{Quantiles, integral, shell_area};
use super::shape::{Part, Particle, Parts, Shape};
use crate::exact::lorentz::{Dipole as Exact, angle_on_circle, cosine_on_sphere, modes};
use crate::problem::Lattice;
use crate::rules::{Checks, Violation, number};
use crate::symmetry::Symmetry;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// A Maxwellian about 0 times exp(a (|v|/√(T/m))^p cos θ), θ the angle to the first axis; normalised to
/// the density.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Dipole {
    pub density: f64,
    pub temperature: f64,
    /// a: at most 10 either way, and at most 0.49 where the power is above 1.
    pub amplitude: f64,
    /// p, 0 to 2.
    pub power: f64,
}

impl<const D: usize> Shape<D> for Dipole {
    fn key(&self) -> &'static str {
        "dipole"
    }

    fn density(&self) -> f64 {
        self.density
    }

    fn rules(&self, found: &mut Checks) {
        found.size("density", self.density);
        found.temperature("temperature", self.temperature);
        found.within("power", self.power, 0.0, 2.0);
        // Beyond 1/2 a dipole of power 2 grows without bound, and below 2 nearly so.
        let most = if self.power > 1.0 { 0.49 } else { 10.0 };
        found.require(self.amplitude.abs() <= most, "amplitude", || {
            format!(
                "found {}; allowed: a number from -10 to 10, from -0.49 to 0.49 where the power is above 1",
                number(self.amplitude)
            )
        });
    }

    fn symmetry_rules(&self, symmetry: Symmetry, found: &mut Checks) {
        found.require(symmetry.has_mean(0), "", || {
            "found a dipole, which points along x; allowed: with `symmetry` `axial` about the axis x"
                .to_string()
        });
    }

    fn parts(&self, particle: Particle, _: Option<&Lattice<D>>) -> Result<Parts<D>, Violation> {
        let exact = self.start(particle, D);
        let weight = move |r: f64| shell_area(r, D) * exact.mean_at(r, D);
        let quantiles = Quantiles::new(weight, 0.0, reach(&exact));
        Ok(vec![Box::new(Directed { density: self.density, exact, quantiles })])
    }
}

impl Dipole {
    /// The start of the exact solution, with the factor that gives it its density.
    pub fn start(self, particle: Particle, dimension: usize) -> Exact {
        let Self { density, temperature, amplitude, power } = self;
        let thermal_speed = particle.thermal_speed(temperature);
        // In units of the thermal speed, in which no square overflows.
        let unit = Exact { thermal_speed: 1.0, amplitude, power, factor: 1.0 };
        let total = integral(|r| shell_area(r, dimension) * unit.mean_at(r, dimension), 0.0, reach(&unit));
        Exact { thermal_speed, factor: density / total / thermal_speed.powi(dimension as i32), ..unit }
    }
}

/// The speed beyond which a dipole's exponent is below −49 and falls, for the powers and amplitudes a
/// scenario may have: x²/2 − |a| x^p is at least ((x − |a|)² − |a|²)/2 for p ≤ 1 < x and x²(1/2 − |a|) for 1 < p ≤ 2.
fn reach(dipole: &Exact) -> f64 {
    let size = dipole.amplitude.abs();
    let reach =
        if dipole.power <= 1.0 { size + (98.0 + size * size).sqrt() } else { 7.0 / (0.5 - size).sqrt() };
    reach * dipole.thermal_speed
}

/// A dipole with the quantiles of |v|.
struct Directed {
    density: f64,
    exact: Exact,
    quantiles: Quantiles,
}

impl<const D: usize> Part<D> for Directed {
    fn density(&self) -> f64 {
        self.density
    }

    fn density_at(&self, v: [f64; D]) -> f64 {
        self.exact.density_at(v)
    }

    fn at_cube_point(&self, point: [f64; D]) -> [f64; D] {
        let r = self.quantiles.at(point[0]);
        let kappa = self.exact.exponent(r);
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

    fn mean(&self) -> [f64; D] {
        let mut mean = [0.0; D];
        mean[0] = self.mean_along_the_axis(D);
        mean
    }

    /// On the sphere of radius r the mean of cos² θ is [1 + (d − 1) b_2/b_0]/d of the modes b_l of its exponent.
    fn variances(&self) -> Option<[f64; D]> {
        let d = D as f64;
        let mean = self.mean_along_the_axis(D);
        let square = self.average(D, |r, _| r * r);
        let along = self
            .average(D, |r, modes| r * r * (1.0 + (d - 1.0) * modes.get(2).unwrap_or(&0.0) / modes[0]) / d);
        let mut variances = [(square - along) / (d - 1.0); D];
        variances[0] = along - mean * mean;
        Some(variances)
    }
}

impl Directed {
    /// ⟨v_x⟩. On the sphere of radius r the mean of cos θ is b_1/b_0 of the modes b_l of the exponent.
    fn mean_along_the_axis(&self, dimension: usize) -> f64 {
        self.average(dimension, |r, modes| {
            r * modes.get(1).unwrap_or(&0.0) / modes[0] * self.exact.amplitude.signum()
        })
    }

    /// The average of a function of |v| and of the modes of the exponent there.
    fn average(&self, dimension: usize, of_radius: impl Fn(f64, &[f64]) -> f64) -> f64 {
        let exact = &self.exact;
        let weight = |r: f64| shell_area(r, dimension) * exact.mean_at(r, dimension);
        let high = reach(exact);
        let value = |r: f64| weight(r) * of_radius(r, &modes(exact.exponent(r).abs(), dimension));
        integral(value, 0.0, high) / integral(weight, 0.0, high)
    }
}

#[cfg(test)]
impl Dipole {
    pub fn example() -> Self {
        Self { density: 0.9, temperature: 1.1, amplitude: -0.4, power: 1.2 }
    }
}
