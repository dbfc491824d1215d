//! What a user should know of the particles at the start: how their files were read, whether the plasma is neutral, and
//! whether it is slow enough for an equation that is not relativistic.

use crate::functionals::moments::Moments;
use crate::problem::{Problem, Species};
use crate::scenario::{Coefficients, Initial, Scenario, Units};

/// Share of all charges up to which their sum counts as none: impurities are often left out.
const NEUTRAL: f64 = 0.05;

/// Of light in vacuum, in m/s; exact.
const SPEED_OF_LIGHT: f64 = 299_792_458.0;

/// Root mean square of v/c up to which γ − 1 is below half a per cent; files of momenta have the same bound.
const MOST_RELATIVISTIC: f64 = 0.1;

/// Notes on the files that particles came from, and on neutral species among charged ones, a line each.
pub fn notes<const D: usize>(scenario: &Scenario, problem: &Problem<D>) -> Vec<String> {
    let of_species = |species: &Species<D>| {
        let one = scenario.species.iter().find(|one| one.name == species.name);
        let key = one.and_then(|one| one.initial.as_ref()).map_or("particles", Initial::key);
        let told = species.notes.iter().map(move |note| format!("the {key} of {}: {note}", species.name));
        told.collect::<Vec<_>>()
    };
    let mut notes: Vec<String> = problem.species.iter().flat_map(of_species).collect();
    if let Coefficients::Coulomb { .. } = scenario.collisions.coefficients {
        let neutral = problem.species.iter().filter(|species| species.charge == 0.0);
        notes.extend(
            neutral.map(|species| format!("{} has charge 0 and collides with nothing", species.name)),
        );
    }
    notes
}

/// Warnings of a plasma in SI units that is not neutral, or too fast; a line each.
pub fn warnings<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Vec<String> {
    if scenario.units != (Units::Si {}) {
        return Vec::new();
    }
    let moments: Vec<Moments<D>> =
        problem.species.iter().map(|species| problem.moments(species, velocities)).collect();
    let moving =
        problem.species.iter().zip(&moments).map(|(species, moments)| species.charge * moments.density);
    let fixed = problem.fixed.iter().map(|fixed| fixed.charge * fixed.density);
    let backgrounds = problem.backgrounds.iter().map(|one| one.charge * one.density);
    let charges: Vec<f64> = moving.chain(fixed).chain(backgrounds).collect();
    let mut warnings = Vec::from_iter(neutrality(&charges));
    for (species, moments) in problem.species.iter().zip(&moments) {
        let thermal = D as f64 * moments.temperature() / species.mass;
        let drift: f64 = moments.velocity.iter().map(|component| component * component).sum();
        let speed = (thermal + drift).sqrt() * problem.scales.velocity / SPEED_OF_LIGHT;
        warnings.extend(relativity(&species.name, speed));
    }
    warnings
}

/// Of charge densities. Those of one sign alone have their counterpart left out on purpose.
fn neutrality(charges: &[f64]) -> Option<String> {
    let positive: f64 = charges.iter().filter(|charge| **charge > 0.0).sum();
    let negative: f64 = charges.iter().filter(|charge| **charge < 0.0).sum();
    let share = (positive + negative) / (positive - negative);
    (positive > 0.0 && negative < 0.0 && share.abs() > NEUTRAL).then(|| {
        format!(
            "the plasma is not neutral: its positive charges are {:.3e} of its negative ones; check densities and charges",
            -positive / negative
        )
    })
}

/// Of a root mean square speed in units of c.
fn relativity(name: &str, speed: f64) -> Option<String> {
    let words = match speed {
        _ if speed <= MOST_RELATIVISTIC => return None,
        _ if speed < 1.0 => {
            format!(
                "{speed:.3} c (root mean square), where γ − 1 = {:.3}",
                1.0 / (1.0 - speed * speed).sqrt() - 1.0
            )
        }
        _ => format!("{speed:.3} c (root mean square), faster than light"),
    };
    Some(format!(
        "{name} moves at {words}; the equation is not relativistic, and holds up to {MOST_RELATIVISTIC} c"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charges_of_both_signs_should_be_even() {
        assert_eq!(neutrality(&[-1.0, 0.96]), None);
        assert_eq!(neutrality(&[-1.0]), None);
        assert_eq!(
            neutrality(&[-1.0, 1e-3]).unwrap(),
            "the plasma is not neutral: its positive charges are 1.000e-3 of its negative ones; check densities and charges"
        );
    }

    #[test]
    fn a_fast_species_is_told_with_its_gamma() {
        assert_eq!(relativity("electron", 0.1), None);
        // γ = 1/√(1 − 0.36) = 1.25
        assert_eq!(
            relativity("electron", 0.6).unwrap(),
            "electron moves at 0.600 c (root mean square), where γ − 1 = 0.250; the equation is not relativistic, and holds up to 0.1 c"
        );
        assert!(
            relativity("electron", 1.5).unwrap().contains("1.500 c (root mean square), faster than light")
        );
    }
}
