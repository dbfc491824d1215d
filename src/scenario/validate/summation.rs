//! How pairs are summed.

use crate::rules::Checks;
use crate::scenario::types::*;

pub fn summation(found: &mut Checks, scenario: &Scenario) {
    match scenario.summation {
        Summation::Direct {} => {}
        Summation::Tree { tolerance } => {
            found.within("summation.tree.tolerance", tolerance, 1e-9, 0.1);
            let moving = scenario.species.iter().filter(|one| one.fixed.is_none()).count();
            let follows = matches!(scenario.score.bandwidth(), Bandwidth::Following { .. });
            let regularised = scenario.collisions.regularisation.factor().is_some();
            found.require(moving < 2 || !follows || !regularised, "summation.tree", || {
                "found with several species whose kernels follow them, each of which asks for new tables at every evaluation; allowed: `direct` or `random_batch`, another bandwidth than `following`, or `collisions.regularisation` `none`".to_string()
            });
        }
        Summation::RandomBatch { size, .. } => {
            found.require(size >= 2, "summation.random_batch.size", || {
                format!("found {size}; allowed: a whole number ≥ 2, for a batch has a pair")
            });
        }
    }
}
