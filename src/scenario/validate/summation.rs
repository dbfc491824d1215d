//! How pairs are summed.

use super::Checks;
use crate::scenario::types::*;

pub fn summation(found: &mut Checks, scenario: &Scenario) {
    match scenario.summation {
        Summation::Direct {} => {}
        Summation::Tree { tolerance } => {
            found.within("summation.tree.tolerance", tolerance, 1e-9, 0.1);
        }
        Summation::RandomBatch { size, .. } => {
            found.require(size >= 2, "summation.random_batch.size", || {
                format!("found {size}; allowed: a whole number ≥ 2, for a batch has a pair")
            });
        }
    }
}
