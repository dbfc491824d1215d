//! Particles that the scenario itself holds, which are placed as they stand: no distribution to sample.

use super::shape::{Particle, Parts, Shape};
use crate::problem::Lattice;
use crate::rules::{Checks, Violation, number};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Weighted particles, as they stand; then no `particles`. Millions of them are better kept in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Points {
    /// Velocities, a list of `dimension` components for each particle; with a symmetry each stands for its orbit.
    pub velocities: Vec<Vec<f64>>,
    /// Weights, one for each particle, ≥ 0: real particles per volume.
    pub weights: Vec<f64>,
}

impl Points {
    /// The particles in D dimensions; the rules say that they have them.
    pub fn particles<const D: usize>(&self) -> (Vec<[f64; D]>, Vec<f64>) {
        let point = |v: &Vec<f64>| std::array::from_fn(|axis| v.get(axis).copied().unwrap_or(f64::NAN));
        (self.velocities.iter().map(point).collect(), self.weights.clone())
    }
}

impl<const D: usize> Shape<D> for Points {
    fn key(&self) -> &'static str {
        "points"
    }

    fn density(&self) -> f64 {
        f64::NAN
    }

    fn rules(&self, found: &mut Checks) {
        let (velocities, weights) = (self.velocities.len(), self.weights.len());
        found.require(velocities == weights, "weights", || {
            format!("found {weights} weights beside {velocities} velocities; allowed: one for each particle")
        });
        // One violation of each kind: thousands would say the same.
        if let Some(place) = self.velocities.iter().position(|v| v.len() != D) {
            let length = self.velocities[place].len();
            found.require(false, format!("velocities.{place}"), || {
                format!("found {length} components; allowed: {D}, as many as the dimension")
            });
        }
        if let Some(place) = self.weights.iter().position(|weight| *weight < 0.0) {
            found.require(false, format!("weights.{place}"), || {
                format!("found {}; allowed: a number ≥ 0", number(self.weights[place]))
            });
        }
    }

    fn holds_particles(&self) -> bool {
        true
    }

    fn parts(&self, _: Particle, _: Option<&Lattice<D>>) -> Result<Parts<D>, Violation> {
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_cloud_has_its_place() {
        let points =
            Points { velocities: vec![vec![0.0; 2], vec![1.0; 3], vec![1.0]], weights: vec![1.0, -0.5] };
        let mut found = Checks::default();
        Shape::<2>::rules(&points, &mut found);
        let said: Vec<String> = found.violations.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "weights: found 2 weights beside 3 velocities; allowed: one for each particle",
                "velocities.1: found 3 components; allowed: 2, as many as the dimension",
                "weights.1: found -0.5; allowed: a number ≥ 0",
            ]
        );
    }
}
