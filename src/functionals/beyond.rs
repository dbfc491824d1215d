//! How much of each species is faster than given speeds: the runaways in an electric field, say.

use super::column::{At, Column};
use crate::problem::Problem;
use crate::rules::Checks;
use crate::sum::sum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The density of each moving species beyond speeds, as far as its particles are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Beyond {
    pub speeds: Vec<f64>,
}

impl<const D: usize> Column<D> for Beyond {
    fn key(&self) -> &'static str {
        "beyond"
    }

    fn has_units(&self) -> bool {
        true
    }

    fn rules(&self, found: &mut Checks) {
        for (place, speed) in self.speeds.iter().enumerate() {
            found.positive(format!("speeds.{place}"), *speed);
        }
    }

    fn names(&self, problem: &Problem<D>) -> Vec<String> {
        let of = |name: &str| self.speeds.iter().map(|speed| format!("{name}_beyond_{speed}")).collect();
        problem.species.iter().flat_map(|species| -> Vec<String> { of(&species.name) }).collect()
    }

    fn values(&self, at: &At<'_, D>, _integrals: &[&[f64]]) -> Vec<f64> {
        let scales = &at.problem.scales;
        let beyond = |range: std::ops::Range<usize>, speed: f64| {
            let faster = range.filter(|&p| {
                let square: f64 = at.velocities[p].iter().map(|component| component * component).sum();
                square.sqrt() * scales.velocity > speed
            });
            scales.density * sum(faster.map(|p| at.problem.weights[p]))
        };
        let species = at.problem.species.iter();
        species.flat_map(|one| self.speeds.iter().map(|&speed| beyond(one.range.clone(), speed))).collect()
    }
}
