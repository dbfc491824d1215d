//! The conditions under which the exact solutions solve the equation.

use crate::distribution::{Bkw, Initial};
use crate::rules::{Checks, number};
use crate::scenario::types::*;

/// The conditions under which the Bobylev–Krook–Wu densities solve the multispecies equation
/// (Carrillo, Hu, Van Fleet 2024): γ = 0, one temperature and contrast for all species, and
/// Σ_j n_j c_ij / (m_i m_j) the same number for every i.
pub fn bkw(found: &mut Checks, scenario: &Scenario) {
    let path = "reference.bkw";
    maxwell_molecules(found, path, scenario);
    let mut first: Option<(f64, f64)> = None;
    let mut densities = Vec::new();
    for (index, one) in scenario.species.iter().enumerate() {
        let Some(Initial::Bkw(Bkw { density, temperature, contrast })) = one.initial else {
            found.require(false, path, || {
                format!("found species.{index} without `bkw`; allowed: `bkw` as the initial of every species with this reference, none fixed")
            });
            return;
        };
        on_lattice(found, path, index, one);
        let (common_temperature, common_contrast) = *first.get_or_insert((temperature, contrast));
        found.require(temperature == common_temperature && contrast == common_contrast, path, || {
            let [temperature, contrast] = [temperature, contrast].map(number);
            let [first, second] = [common_temperature, common_contrast].map(number);
            format!("found temperature {temperature} and contrast {contrast} in species.{index}, {first} and {second} in species.0; allowed: the same for all with this reference")
        });
        densities.push(density);
    }
    let rates: Vec<f64> = (0..densities.len())
        .map(|i| {
            let mass = |k: usize| scenario.species[k].mass.unwrap_or(f64::NAN);
            (0..densities.len())
                .map(|j| {
                    densities[j] * scenario.collisions.coefficients.between(i, j).unwrap_or(f64::NAN)
                        / (mass(i) * mass(j))
                })
                .sum()
        })
        .collect();
    for (index, rate) in rates.iter().enumerate() {
        // A few rounding errors of the sum are no violation.
        let same = (rate - rates[0]).abs() <= 1e-12 * rates[0].abs();
        found.require(same, path, || {
            format!(
                "found Σ_j n_j c_ij/(m_i m_j) = {} for species.{index}, {} for species.0; allowed: the same number for every species with this reference",
                number(*rate),
                number(rates[0])
            )
        });
    }
}

/// References are solutions of the equation without fields and backgrounds.
pub fn collisions_alone(found: &mut Checks, scenario: &Scenario, reference: &Reference) {
    let path = format!("reference.{}", reference.key());
    found.require(scenario.fields.is_none(), path.as_str(), || {
        "found `fields`; allowed: none with this reference".to_string()
    });
    found.require(scenario.sources.is_empty(), path.as_str(), || {
        "found `sources`; allowed: none with this reference".to_string()
    });
    for (index, one) in scenario.species.iter().enumerate() {
        let background = one.fixed.as_ref().and_then(Fixed::background);
        found.require(background.is_none(), path.as_str(), || {
            format!("found species.{index} with `mass` and `temperature`, a background; allowed: none with this reference")
        });
    }
}

/// References that hold for γ = 0 alone.
pub fn maxwell_molecules(found: &mut Checks, path: &str, scenario: &Scenario) {
    let gamma = scenario.collisions.gamma;
    found.require(gamma == 0.0, path, || {
        format!("found collisions.gamma {}; allowed: 0 with this reference", number(gamma))
    });
}

/// A species of a scenario with an exact solution must be on a lattice, where errors are taken.
fn on_lattice(found: &mut Checks, path: &str, index: usize, one: &Species) {
    found.require(matches!(one.particles, Some(Particles::Lattice { .. })), path, || {
        format!("found species.{index} without a lattice; allowed: particles on a `lattice` with this reference, whose errors are taken at the cell centres")
    });
}

/// Whether a velocity that is 0 when left out is another one; only called with valid lengths.
fn differs(velocity: &Option<Vec<f64>>, other: &Option<Vec<f64>>) -> bool {
    let component = |of: &Option<Vec<f64>>, axis: usize| of.as_ref().map_or(0.0, |v| v[axis]);
    let length = velocity.as_ref().or(other.as_ref()).map_or(0, Vec::len);
    (0..length).any(|axis| component(velocity, axis) != component(other, axis))
}

/// The conditions under which Maxwellians stay Maxwellian: γ = 0 and one mean velocity.
pub fn ornstein_uhlenbeck(found: &mut Checks, scenario: &Scenario) {
    let path = "reference.ornstein_uhlenbeck";
    maxwell_molecules(found, path, scenario);
    let moving = |one: &&Species| one.fixed.is_none();
    let common = scenario.species.iter().find(moving).and_then(|one| match &one.initial {
        Some(Initial::Maxwellian(maxwellian)) => maxwellian.drift.clone(),
        _ => None,
    });
    for (index, one) in scenario.species.iter().enumerate() {
        let velocity = match (&one.fixed, &one.initial) {
            (Some(fixed), _) => &fixed.velocity,
            (None, Some(Initial::Maxwellian(maxwellian))) => {
                on_lattice(found, path, index, one);
                &maxwellian.drift
            }
            _ => {
                found.require(false, path, || {
                    format!("found species.{index} without `maxwellian`; allowed: `maxwellian` as the initial of every moving species with this reference")
                });
                continue;
            }
        };
        found.require(!differs(velocity, &common), path, || {
            format!("found species.{index} at another velocity than the first moving species; allowed: the same for all with this reference")
        });
    }
}

/// The conditions under which dipoles decay mode by mode: collisions with fixed species at velocity 0 alone.
pub fn lorentz(found: &mut Checks, scenario: &Scenario) {
    let path = "reference.lorentz";
    found.require(scenario.species.iter().any(|one| one.fixed.is_some()), path, || {
        "found no fixed species; allowed: one or more with this reference".to_string()
    });
    for (index, one) in scenario.species.iter().enumerate() {
        if let Some(fixed) = &one.fixed {
            found.require(!differs(&fixed.velocity, &None), path, || {
                format!(
                    "found species.{index} fixed at another velocity than 0; allowed: 0 with this reference"
                )
            });
            continue;
        }
        found.require(matches!(one.initial, Some(Initial::Dipole(_))), path, || {
            format!("found species.{index} without `dipole`; allowed: `dipole` as the initial of every moving species with this reference")
        });
        on_lattice(found, path, index, one);
        for (other, _) in
            scenario.species.iter().enumerate().take(index + 1).filter(|(_, of)| of.fixed.is_none())
        {
            // Coulomb coefficients between charged species are none of them 0.
            let coefficient = scenario.collisions.coefficients.between(index, other).unwrap_or(f64::INFINITY);
            found.require(coefficient == 0.0, path, || {
                format!("found a coefficient of {} between species.{index} and species.{other}, which move; allowed: 0 with this reference", number(coefficient))
            });
        }
    }
}
