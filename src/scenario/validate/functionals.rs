//! What a scenario may say about functionals.

use crate::functionals::fusion::Nucleus;
use crate::functionals::{Column, Functional, Reactivity};
use crate::rules::{Checks, excerpt, number};
use crate::scenario::{Scenario, Species, Symmetry, Units};

/// The rules for the list of functionals.
pub fn check(found: &mut Checks, scenario: &Scenario) {
    let common = common_velocity(scenario);
    let without_units = |one: &Functional| !one.column::<3>().has_units();
    let physical = scenario.units == Units::Si {} && scenario.functionals.iter().any(without_units);
    found.require(!physical, "functionals", || {
        "found in SI units; allowed: in normalized units, where the logarithm of a density has a meaning, or `beyond`, `powers` and `reactivity` alone"
            .to_string()
    });
    for (index, functional) in scenario.functionals.iter().enumerate() {
        let earlier = &scenario.functionals[..index];
        found.under(&format!("functionals.{index}"), |found| match scenario.dimension {
            2 => rules(found, functional.column::<2>(), earlier.contains(functional), common),
            _ => rules(found, functional.column::<3>(), earlier.contains(functional), common),
        });
    }
    for (index, functional) in scenario.functionals.iter().enumerate() {
        if let Functional::Reactivity(wanted) = functional {
            found.under(&format!("functionals.{index}.reactivity"), |found| {
                reactivity(found, scenario, wanted)
            });
        }
    }
    for (index, functional) in scenario.functionals.iter().enumerate() {
        let column = functional.column::<3>();
        let is_computed = scenario.symmetry == Symmetry::None {} || !column.is_of_points();
        found.require(is_computed, format!("functionals.{index}.{}", column.key()), || {
            "found with a symmetry; allowed: without, since it is computed of points".to_string()
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

/// The mass of a nucleus that reacts may be off by this share: that of an atom, say, or whole numbers of nucleons.
const MASS: f64 = 0.01;

/// Cross sections are of two nuclei, at speeds in m/s.
fn reactivity(found: &mut Checks, scenario: &Scenario, wanted: &Reactivity) {
    if !found.require(scenario.units == Units::Si {}, "reaction", || {
        "found in normalized units; allowed: in SI units, in which cross sections are known".to_string()
    }) {
        return;
    }
    let mut species = Vec::new();
    for (place, name) in wanted.species.iter().enumerate() {
        let moving = scenario.species.iter().filter(|one| one.fixed.is_none());
        let one = moving.clone().find(|one| one.name == *name);
        found.require(one.is_some(), format!("species.{place}"), || {
            let names: Vec<&str> = moving.map(|one| one.name.as_str()).collect();
            format!("found \"{}\"; allowed: a moving species, {}", excerpt(name), names.join(", "))
        });
        species.extend(one);
    }
    let [one, other] = species[..] else { return };
    let nuclei = wanted.reaction.nuclei();
    let is = |one: &Species, nucleus: Nucleus| {
        let off = one.mass.map_or(f64::INFINITY, |mass| (mass / nucleus.mass - 1.0).abs());
        off <= MASS && one.charge == nucleus.charge
    };
    let fits = is(one, nuclei[0]) && is(other, nuclei[1]) || is(one, nuclei[1]) && is(other, nuclei[0]);
    found.require(fits, "species", || {
        let words = |one: &Species| {
            format!(
                "a mass of {} kg and a charge of {}",
                number(one.mass.unwrap_or_default()),
                number(one.charge)
            )
        };
        let allowed = |nucleus: Nucleus| {
            format!(
                "a {} ({} kg to {MASS} of it, charge {})",
                nucleus.name,
                number(nucleus.mass),
                number(nucleus.charge)
            )
        };
        format!(
            "found {} beside {}; allowed: {} and {}",
            words(one),
            words(other),
            allowed(nuclei[0]),
            allowed(nuclei[1])
        )
    });
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
