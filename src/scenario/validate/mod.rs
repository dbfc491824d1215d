//! The rules a scenario must keep beyond its types, each with what was found and what is allowed.

mod collisions;
mod fields;
mod functionals;
mod memory;
mod output;
mod reference;
mod score;
mod sources;
mod species;
mod summation;
mod symmetry;
mod time;

pub use memory::BYTES_PER_PARTICLE;

use super::types::*;
use crate::rules::{Checks, Violation};

/// Every rule the scenario breaks, in the order of the file.
pub fn violations(scenario: &Scenario) -> Vec<Violation> {
    let mut found = Checks::default();
    let dimension = scenario.dimension as usize;
    found.require(scenario.version == FORMAT_VERSION, "version", || {
        format!("found {}; allowed: {FORMAT_VERSION}", scenario.version)
    });
    if !found
        .require(matches!(dimension, 2 | 3), "dimension", || format!("found {dimension}; allowed: 2 or 3"))
    {
        return found.violations;
    }
    found.require(scenario.units != Units::Si {} || dimension == 3, "units.si", || {
        "found in two dimensions; allowed: in three, where densities are per cubic metre".to_string()
    });
    if !symmetry::dimension(&mut found, scenario) {
        return found.violations;
    }
    species::species(&mut found, scenario, dimension);
    memory::memory(&mut found, scenario);
    collisions::collisions(&mut found, scenario);
    fields::fields(&mut found, scenario);
    sources::sources(&mut found, scenario);
    score::score(&mut found, scenario);
    summation::summation(&mut found, scenario);
    found.under("integrator", |found| scenario.integrator.rules(found));
    time::time(&mut found, &scenario.time, &scenario.integrator);
    output::output(&mut found, scenario);
    functionals::check(&mut found, scenario);
    if found.violations.is_empty() {
        symmetry::symmetry(&mut found, scenario);
    }
    if let Some(reference) = &scenario.reference {
        reference::collisions_alone(&mut found, scenario, reference);
    }
    if found.violations.is_empty() {
        match scenario.reference {
            Some(Reference::Bkw {}) => reference::bkw(&mut found, scenario),
            Some(Reference::OrnsteinUhlenbeck {}) => reference::ornstein_uhlenbeck(&mut found, scenario),
            Some(Reference::Lorentz {}) => reference::lorentz(&mut found, scenario),
            Some(Reference::MaxwellMolecules {}) => {
                reference::maxwell_molecules(&mut found, "reference.maxwell_molecules", scenario);
            }
            None => {}
        }
    }
    found.violations
}
