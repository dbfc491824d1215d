//! What a scenario may say about functionals.

use crate::functionals::cloud::MOST_BETAS;
use crate::rules::{Checks, number};
use crate::scenario::{Functional, Scenario, Units};

/// The rules for the list of functionals.
pub fn check(found: &mut Checks, scenario: &Scenario) {
    let dimension = f64::from(scenario.dimension);
    let common = common_velocity(scenario);
    let physical = scenario.units == Units::Si {} && !scenario.functionals.is_empty();
    found.require(!physical, "functionals", || {
        "found in SI units; allowed: in normalized units, where the logarithm of a density has a meaning"
            .to_string()
    });
    for (index, functional) in scenario.functionals.iter().enumerate() {
        let path = format!("functionals.{index}.{}", name(functional));
        let twice = scenario.functionals[..index].contains(functional);
        found.require(!twice, path.clone(), || "found the functional twice; allowed: once".to_string());
        let about_fixed = matches!(
            functional,
            Functional::SphericalFisher { .. }
                | Functional::RelativeEntropy {}
                | Functional::Lyapunov { .. }
                | Functional::SphericalDissipation { .. }
                | Functional::FisherRate {}
        );
        found.require(!about_fixed || common, path.clone(), || {
            "found no velocity of fixed species to refer to; allowed: with fixed species, all of one velocity".to_string()
        });
        match functional {
            Functional::SphericalFisher { beta } | Functional::SphericalDissipation { beta } => {
                found.require((0.0..dimension).contains(beta), format!("{path}.beta"), || {
                    format!(
                        "found {}; allowed: 0 ≤ beta < {dimension}, the dimension, beyond which the integral diverges",
                        number(*beta)
                    )
                });
            }
            Functional::Lyapunov { a, r } => {
                found.within(format!("{path}.a"), *a, 0.0, 1e300);
                found.within(format!("{path}.r"), *r, 0.0, 1e300);
            }
            Functional::Moments { orders } => {
                for (place, order) in orders.iter().enumerate() {
                    found.within(format!("{path}.orders.{place}"), *order, -20.0, 20.0);
                }
            }
            _ => {}
        }
    }
    // One of the four places is that of β = 1 in the Lyapunov functional.
    for kind in ["spherical_fisher", "spherical_dissipation"] {
        let count = scenario.functionals.iter().filter(|functional| name(functional) == kind).count();
        found.require(count < MOST_BETAS, "functionals", || {
            format!("found {count} times {kind}; allowed: at most {}", MOST_BETAS - 1)
        });
    }
    let lyapunov =
        scenario.functionals.iter().filter(|one| matches!(one, Functional::Lyapunov { .. })).count();
    found.require(lyapunov <= 1, "functionals", || format!("found {lyapunov} times lyapunov; allowed: once"));
}

/// Whether there are fixed species, and all of one velocity.
fn common_velocity(scenario: &Scenario) -> bool {
    let zero = vec![0.0; scenario.dimension as usize];
    let mut velocities = scenario
        .species
        .iter()
        .filter_map(|species| species.fixed.as_ref())
        .map(|fixed| fixed.velocity.as_ref().unwrap_or(&zero));
    velocities.next().is_some_and(|first| velocities.all(|other| other == first))
}

/// The key of a functional.
fn name(functional: &Functional) -> &'static str {
    match functional {
        Functional::Fisher {} => "fisher",
        Functional::SphericalFisher { .. } => "spherical_fisher",
        Functional::RelativeEntropy {} => "relative_entropy",
        Functional::Lyapunov { .. } => "lyapunov",
        Functional::Moments { .. } => "moments",
        Functional::Dissipation {} => "dissipation",
        Functional::SphericalDissipation { .. } => "spherical_dissipation",
        Functional::FisherRate {} => "fisher_rate",
    }
}
