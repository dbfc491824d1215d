//! Moments Σ m ∫ (1 + |v|²)^(l/2) f over all moving species, as sums over the particles.

use super::column::{At, Column};
use crate::problem::Problem;
use crate::rules::Checks;
use crate::sum::Sum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Σ m ∫ (1 + |v|²)^(l/2) f over all moving species, for each order l from −20 to 20.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct PowerMoments {
    pub orders: Vec<f64>,
}

impl<const D: usize> Column<D> for PowerMoments {
    fn key(&self) -> &'static str {
        "moments"
    }

    fn rules(&self, found: &mut Checks) {
        for (place, order) in self.orders.iter().enumerate() {
            found.within(format!("orders.{place}"), *order, -20.0, 20.0);
        }
    }

    fn names(&self, _problem: &Problem<D>) -> Vec<String> {
        self.orders.iter().map(|order| format!("moment_{order}")).collect()
    }

    fn values(&self, at: &At<'_, D>, _integrals: &[&[f64]]) -> Vec<f64> {
        self.orders.iter().map(|&order| moment(at, order)).collect()
    }
}

/// Σ m w (1 + |v|²)^(l/2).
fn moment<const D: usize>(at: &At<'_, D>, order: f64) -> f64 {
    let mut total = Sum::default();
    for ((mass, weight), v) in at.problem.masses_and_weights().zip(at.velocities) {
        let square: f64 = v.iter().map(|component| component * component).sum();
        total.add(mass * weight * (1.0 + square).powf(0.5 * order));
    }
    total.value()
}
