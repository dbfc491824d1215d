//! A sum of distributions.

use super::Initial;
use super::shape::{Particle, Parts, Shape};
use crate::problem::Lattice;
use crate::rules::{Checks, Violation};
use crate::symmetry::Symmetry;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The sum of its parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Mixture(pub Vec<Initial>);

impl<const D: usize> Shape<D> for Mixture {
    fn key(&self) -> &'static str {
        "mixture"
    }

    fn density(&self) -> f64 {
        self.0.iter().map(Initial::density::<D>).sum()
    }

    fn rules(&self, found: &mut Checks) {
        found.require(!self.0.is_empty(), "", || "found no parts; allowed: one or more".to_string());
        for (index, part) in self.0.iter().enumerate() {
            found.under(&index.to_string(), |found| {
                found.require(!part.holds_particles::<D>(), part.key(), || {
                    "found in a mixture; allowed: as the initial of a species, alone".to_string()
                });
                part.rules::<D>(found);
            });
        }
    }

    fn symmetry_rules(&self, symmetry: Symmetry, found: &mut Checks) {
        for (index, part) in self.0.iter().enumerate() {
            found.under(&index.to_string(), |found| part.symmetry_rules::<D>(symmetry, found));
        }
    }

    fn fill_defaults(&mut self) {
        self.0.iter_mut().for_each(Initial::fill_defaults::<D>);
    }

    fn needs_lattice(&self) -> bool {
        self.0.iter().any(Initial::needs_lattice::<D>)
    }

    fn parts(&self, particle: Particle, lattice: Option<&Lattice<D>>) -> Result<Parts<D>, Violation> {
        let mut parts = Vec::new();
        for (index, part) in self.0.iter().enumerate() {
            let of_part = part.parts(particle, lattice);
            parts.extend(of_part.map_err(|violation| violation.under(&index.to_string()))?);
        }
        Ok(parts)
    }
}

#[cfg(test)]
impl Mixture {
    pub fn example<const D: usize>() -> Self {
        let maxwellian = super::Maxwellian::example::<D>();
        Self(vec![Initial::Maxwellian(maxwellian), Initial::Shell(super::Shell::example())])
    }
}
