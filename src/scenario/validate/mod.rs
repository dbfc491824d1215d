//! The rules a scenario must keep beyond its types, each with what was found and what is allowed.

mod collisions;
mod functionals;
mod memory;
mod reference;
mod score;
mod species;
mod summation;
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
    species::species(&mut found, &scenario.species, dimension);
    memory::memory(&mut found, &scenario.species, dimension);
    collisions::collisions(&mut found, scenario);
    score::score(&mut found, scenario);
    summation::summation(&mut found, scenario);
    found.under("integrator", |found| scenario.integrator.rules(found));
    time::time(&mut found, &scenario.time, &scenario.integrator);
    found.require(scenario.output.diagnostics_every >= 1, "output.diagnostics_every", || {
        "found 0; allowed: a whole number ≥ 1".to_string()
    });
    functionals::check(&mut found, scenario);
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
