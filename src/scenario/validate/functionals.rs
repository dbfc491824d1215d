//! What a scenario may say about functionals.

use crate::functionals::{Column, Functional};
use crate::rules::Checks;
use crate::scenario::{Scenario, Units};

/// The rules for the list of functionals.
pub fn check(found: &mut Checks, scenario: &Scenario) {
    let common = common_velocity(scenario);
    let without_units = |one: &Functional| !one.column::<3>().has_units();
    let physical = scenario.units == Units::Si {} && scenario.functionals.iter().any(without_units);
    found.require(!physical, "functionals", || {
        "found in SI units; allowed: in normalized units, where the logarithm of a density has a meaning, or `beyond` alone"
            .to_string()
    });
    for (index, functional) in scenario.functionals.iter().enumerate() {
        let earlier = &scenario.functionals[..index];
        found.under(&format!("functionals.{index}"), |found| match scenario.dimension {
            2 => rules(found, functional.column::<2>(), earlier.contains(functional), common),
            _ => rules(found, functional.column::<3>(), earlier.contains(functional), common),
        });
    }
    for functional in &scenario.functionals {
        // Neither the key nor how often depends on the dimension.
        let key = |one: &Functional| one.column::<3>().key();
        let is_same = |other: &&Functional| key(other) == key(functional);
        let count = scenario.functionals.iter().filter(is_same).count();
        if functional.column::<3>().is_asked_for_once() && count > 1 {
            found.require(false, "functionals", || {
                format!("found {count} times {}; allowed: once", key(functional))
            });
            break;
        }
    }
}

/// The rules for one functional.
fn rules<const D: usize>(found: &mut Checks, column: &dyn Column<D>, is_there_before: bool, common: bool) {
    found.require(!is_there_before, column.key(), || "found the functional twice; allowed: once".to_string());
    found.require(!column.is_about_fixed_species() || common, column.key(), || {
        "found no velocity of fixed species to refer to; allowed: with fixed species, all of one velocity"
            .to_string()
    });
    found.under(column.key(), |found| column.rules(found));
}

/// Whether there are fixed species, and all of one velocity.
fn common_velocity(scenario: &Scenario) -> bool {
    let zero = vec![0.0; scenario.dimension as usize];
    let mut velocities = scenario
        .species
        .iter()
        .filter_map(|species| species.fixed.as_ref())
        .filter(|fixed| fixed.background().is_none())
        .map(|fixed| fixed.velocity.as_ref().unwrap_or(&zero));
    velocities.next().is_some_and(|first| velocities.all(|other| other == first))
}
