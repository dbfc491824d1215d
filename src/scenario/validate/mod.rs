//! The rules a scenario must keep beyond its types, each with what was found and what is allowed.

mod collisions;
mod functionals;
mod initial;
mod memory;
mod reference;
mod score;
mod species;
mod summation;
mod time;

pub use memory::BYTES_PER_PARTICLE;

use super::types::*;
use super::violation::Violation;

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
    time::integrator(&mut found, &scenario.integrator);
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

#[derive(Default)]
pub(super) struct Checks {
    pub(super) violations: Vec<Violation>,
}

impl Checks {
    pub(super) fn require(
        &mut self,
        holds: bool,
        path: impl Into<String>,
        message: impl FnOnce() -> String,
    ) -> bool {
        if !holds {
            self.violations.push(Violation::new(path, message()));
        }
        holds
    }

    pub(super) fn positive(&mut self, path: impl Into<String>, value: f64) -> bool {
        self.require(value > 0.0 && value.is_finite(), path, || {
            format!("found {}; allowed: a number > 0", number(value))
        })
    }

    pub(super) fn within(&mut self, path: impl Into<String>, value: f64, low: f64, high: f64) -> bool {
        self.require((low..=high).contains(&value), path, || {
            let [value, low, high] = [value, low, high].map(number);
            format!("found {value}; allowed: a number from {low} to {high}")
        })
    }

    fn vector(&mut self, path: impl Into<String>, value: Option<&Vec<f64>>, dimension: usize) {
        let length = value.map_or(dimension, Vec::len);
        self.require(length == dimension, path, || {
            format!("found {length} components; allowed: {dimension}, one for each dimension")
        });
    }
}

/// A number in a message: with an exponent where it would fill the line with zeros.
pub(super) fn number(value: f64) -> String {
    let plain = value == 0.0 || (1e-4..1e16).contains(&value.abs());
    if plain { value.to_string() } else { format!("{value:e}") }
}
