//! The scales of a scenario: what 1 stands for inside its run.
//!
//! With SI units 1 is about the smallest mass, the largest spread of velocities, the largest density, and
//! the step (of adaptive steps the end).

use crate::distribution::Particle;
use crate::functionals::moments::Moments;
use crate::scenario::{Scenario, Species, Units};
use crate::units::{Scales, power_of_two};

/// The scales of a scenario whose moving species have clouds of these moments, by the mass 1.
pub fn of<const D: usize>(scenario: &Scenario, moments: impl Iterator<Item = Moments<D>>) -> Scales {
    match scenario.units {
        Units::Normalized {} => Scales::default(),
        Units::Si {} => {
            let (spread, density) = moments.fold((0.0, 0.0), |(spread, density), moments| {
                (f64::max(spread, moments.temperature().sqrt()), f64::max(density, moments.density))
            });
            let masses = scenario.species.iter().filter_map(|one| one.mass);
            Scales::si(masses.fold(f64::INFINITY, f64::min), spread, density, span(scenario))
        }
    }
}

/// What 1 stands for in the time of a run.
pub fn time(scenario: &Scenario) -> f64 {
    match scenario.units {
        Units::Normalized {} => 1.0,
        Units::Si {} => power_of_two(span(scenario)),
    }
}

fn span(scenario: &Scenario) -> f64 {
    let time = &scenario.time;
    time.adaptive.map(|adaptive| adaptive.end).or(time.step).unwrap_or(1.0)
}

/// A particle of a moving species, in the units of the scenario.
pub fn particle(scenario: &Scenario, one: &Species) -> Particle {
    let Some(mass) = one.mass else { unreachable!("validation asks for the mass of a moving species") };
    Particle { mass, temperature_unit: scenario.units.temperature() }
}
