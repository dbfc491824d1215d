//! A Maxwellian with a temperature for each axis.

use super::maxwellian::Normal;
use super::shape::{Particle, Parts, Shape, vector};
use crate::problem::Lattice;
use crate::rules::{Checks, Violation};
use crate::symmetry::Symmetry;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Maxwellian with a temperature (> 0) of its own along each axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct AnisotropicMaxwellian {
    pub density: f64,
    pub temperatures: Vec<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Vec<f64>>,
}

impl<const D: usize> Shape<D> for AnisotropicMaxwellian {
    fn key(&self) -> &'static str {
        "anisotropic_maxwellian"
    }

    fn density(&self) -> f64 {
        self.density
    }

    fn rules(&self, found: &mut Checks) {
        found.size("density", self.density);
        found.vector("temperatures", Some(&self.temperatures), D);
        for (axis, temperature) in self.temperatures.iter().enumerate() {
            found.temperature(format!("temperatures.{axis}"), *temperature);
        }
        found.vector("drift", self.drift.as_ref(), D);
    }

    fn symmetry_rules(&self, symmetry: Symmetry, found: &mut Checks) {
        found.symmetric_vector("drift", self.drift.as_ref(), symmetry);
        // Those across the axis; with all directions alike, all.
        let across = |axis: &usize| !symmetry.has_mean(*axis);
        let first = (0..D).find(across);
        for axis in (0..D).filter(across) {
            let same = first.is_none_or(|first| self.temperatures[axis] == self.temperatures[first]);
            found.require(same, "temperatures", || {
                format!("found {:?}; allowed: {}", self.temperatures, symmetry.of_temperatures())
            });
        }
    }

    fn fill_defaults(&mut self) {
        self.drift.get_or_insert_with(|| vec![0.0; D]);
    }

    fn parts(&self, particle: Particle, _: Option<&Lattice<D>>) -> Result<Parts<D>, Violation> {
        let normal = Normal {
            density: self.density,
            deviations: std::array::from_fn(|axis| particle.thermal_speed(self.temperatures[axis])),
            drift: vector(self.drift.as_ref()),
        };
        Ok(vec![Box::new(normal)])
    }
}

#[cfg(test)]
impl AnisotropicMaxwellian {
    pub fn example<const D: usize>() -> Self {
        let temperatures = (1..=D).map(|axis| axis as f64).collect();
        Self { density: 1.5, temperatures, drift: Some(vec![-0.1; D]) }
    }
}
