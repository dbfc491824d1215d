//! A density that a scenario gives as a formula, normalised on the lattice of its particles.

use super::shape::{Part, Particle, Parts, Shape};
use crate::formula::Formula;
use crate::problem::Lattice;
use crate::rules::{Checks, Violation};
use crate::sum::Sum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A formula of vx, vy, vz and the speed v, times the factor that gives the particles the density; particles
/// on a `lattice`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Expression {
    pub density: f64,
    /// Numbers, + − * / ^, parentheses, pi, e, exp, log, sqrt, abs, sin, cos, tan, atan, sinh, cosh, tanh, erf,
    /// step (1 from 0 on), min, max; ≥ 0 on the whole lattice.
    pub formula: String,
}

impl<const D: usize> Shape<D> for Expression {
    fn key(&self) -> &'static str {
        "expression"
    }

    fn density(&self) -> f64 {
        self.density
    }

    fn rules(&self, found: &mut Checks) {
        found.size("density", self.density);
        if let Err(message) = self.parsed::<D>() {
            found.require(false, "formula", || message);
        }
    }

    fn needs_lattice(&self) -> bool {
        true
    }

    fn parts(&self, _: Particle, lattice: Option<&Lattice<D>>) -> Result<Parts<D>, Violation> {
        let wrong = |message| Violation::new("formula", message);
        let mut part =
            Formulated { density: self.density, formula: self.parsed::<D>().map_err(wrong)?, factor: 1.0 };
        if let Some(lattice) = lattice {
            part.factor = self.density / part.integral(lattice).map_err(wrong)?;
        }
        Ok(vec![Box::new(part)])
    }
}

impl Expression {
    fn parsed<const D: usize>(&self) -> Result<Formula, String> {
        let variables = ["v", "vx", "vy", "vz"];
        Formula::parse(&self.formula, &variables[..=D])
    }
}

/// A formula of v times a factor.
struct Formulated {
    density: f64,
    formula: Formula,
    factor: f64,
}

impl Formulated {
    fn value<const D: usize>(&self, v: [f64; D]) -> f64 {
        let speed = v.iter().map(|component| component * component).sum::<f64>().sqrt();
        let mut variables = [speed; 4];
        variables[1..=D].copy_from_slice(&v);
        self.formula.at(&variables[..=D])
    }

    /// The sum over the cells of a lattice; the error says why it is that of no density.
    fn integral<const D: usize>(&self, lattice: &Lattice<D>) -> Result<f64, String> {
        let cube = lattice.spacing.powi(D as i32);
        let mut total = Sum::default();
        for (v, volume) in lattice.cells() {
            let value = self.value(v);
            if !(value >= 0.0 && value.is_finite()) {
                return Err(format!(
                    "found a formula with the value {value} at v = {v:?}; allowed: finite values ≥ 0 on the whole lattice"
                ));
            }
            total.add(value * (volume / cube));
        }
        let total = total.value() * cube;
        if !total.is_normal() {
            return Err(format!(
                "found a formula whose integral over the lattice is {total}; allowed: one that is > 0 and finite"
            ));
        }
        Ok(total)
    }
}

impl<const D: usize> Part<D> for Formulated {
    fn density(&self) -> f64 {
        self.density
    }

    fn density_at(&self, v: [f64; D]) -> f64 {
        self.factor * self.value(v)
    }

    fn at_cube_point(&self, _: [f64; D]) -> [f64; D] {
        // The rules ask for a lattice.
        [f64::NAN; D]
    }

    fn variances(&self) -> Option<[f64; D]> {
        None
    }
}

#[cfg(test)]
impl Expression {
    pub fn example() -> Self {
        Self { density: 0.8, formula: "exp(-v^2) * (1 + 0.5 * sin(vx))".to_string() }
    }
}
