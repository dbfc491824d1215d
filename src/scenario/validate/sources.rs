//! Sources.

use crate::rules::{Checks, excerpt};
use crate::scenario::types::*;

pub fn sources(found: &mut Checks, scenario: &Scenario) {
    for (index, source) in scenario.sources.iter().enumerate() {
        let SourceTerm::Heating { species, power, temperature, time } = source;
        let path = format!("sources.{index}.heating");
        let moving = |one: &&Species| one.fixed.is_none();
        let names: Vec<&str> = scenario.species.iter().filter(moving).map(|one| one.name.as_str()).collect();
        found.require(names.contains(&species.as_str()), format!("{path}.species"), || {
            format!("found \"{}\"; allowed: a moving species, {}", excerpt(species), names.join(", "))
        });
        let before = scenario.sources[..index].iter();
        let twice = before.clone().any(|SourceTerm::Heating { species: other, .. }| other == species);
        found.require(!twice, format!("{path}.species"), || {
            format!("found \"{}\" a second time; allowed: one heating of a species", excerpt(species))
        });
        match (power, temperature, time) {
            // Numbers of a scenario are finite.
            (Some(_), None, None) => {}
            (None, Some(temperature), Some(time)) => {
                found.positive(format!("{path}.temperature"), *temperature);
                found.positive(format!("{path}.time"), *time);
            }
            _ => {
                found.require(false, path.as_str(), || {
                    "found neither `power` alone nor both `temperature` and `time`; allowed: one of these"
                        .to_string()
                });
            }
        }
    }
}
