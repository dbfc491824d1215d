//! The scales of a scenario, and its species on these scales.
//!
//! With SI units 1 is about the smallest mass, the largest spread of velocities, the largest density, and
//! the step (of adaptive steps the end).

use super::file::CloudFile;
use crate::scenario::{HalfWidth, Initial, Particles, Scenario, Species, Units};
use crate::units::{ELEMENTARY_CHARGE, Scales, power_of_two};

/// The scales of a scenario; `files` holds the clouds of its species that were read from files.
pub fn of<const D: usize>(scenario: &Scenario, files: &[Option<CloudFile<D>>]) -> Scales {
    match scenario.units {
        Units::Normalized {} => Scales::default(),
        Units::Si {} => {
            let moving = || scenario.species.iter().filter(|one| one.fixed.is_none());
            let masses = moving().filter_map(|one| one.mass);
            let spreads = moving().zip(files_of_moving(scenario, files)).map(|(one, file)| match file {
                Some(file) => file.spread(),
                None => spread(one),
            });
            let densities = moving().zip(files_of_moving(scenario, files)).map(|(one, file)| match file {
                Some(file) => file.weights.iter().sum(),
                None => one.initial.as_ref().map_or(0.0, Initial::density),
            });
            Scales::si(
                masses.fold(f64::INFINITY, f64::min),
                spreads.fold(0.0, f64::max),
                densities.fold(0.0, f64::max),
                span(scenario),
            )
        }
    }
}

/// The scales that a species would have alone, for one that no file holds.
pub fn of_species(scenario: &Scenario, one: &Species) -> Scales {
    match scenario.units {
        Units::Normalized {} => Scales::default(),
        Units::Si {} => Scales::si(
            one.mass.unwrap_or(1.0),
            spread(one),
            one.initial.as_ref().map_or(0.0, Initial::density),
            span(scenario),
        ),
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

fn files_of_moving<'a, const D: usize>(
    scenario: &'a Scenario,
    files: &'a [Option<CloudFile<D>>],
) -> impl Iterator<Item = Option<&'a CloudFile<D>>> {
    scenario.species.iter().zip(files).filter(|(one, _)| one.fixed.is_none()).map(|(_, file)| file.as_ref())
}

/// A speed by which the velocities of a species differ, in m/s.
fn spread(one: &Species) -> f64 {
    let thermal = |temperature: f64| (temperature * ELEMENTARY_CHARGE / one.mass.unwrap_or(1.0)).sqrt();
    let of_part = |initial: &Initial| match initial {
        Initial::Maxwellian { temperature, .. }
        | Initial::Bkw { temperature, .. }
        | Initial::Dipole { temperature, .. } => thermal(*temperature),
        Initial::AnisotropicMaxwellian { temperatures, .. } => {
            thermal(temperatures.iter().copied().fold(0.0, f64::max))
        }
        Initial::Shell { radius, .. } => *radius,
        Initial::Expression { .. } => match one.particles {
            Some(Particles::Lattice { half_width: Some(HalfWidth::Velocity(half_width)), .. }) => {
                0.25 * half_width
            }
            _ => 1.0,
        },
        Initial::Mixture(_) | Initial::File { .. } => 0.0,
    };
    one.initial.as_ref().map_or(0.0, |initial| initial.parts().map(of_part).fold(0.0, f64::max))
}

/// The species of a scenario with every quantity on the scales.
pub fn scaled_species(scenario: &Scenario, scales: &Scales) -> Vec<Species> {
    scenario.species.iter().map(|one| scaled(one, scales)).collect()
}

/// A species with every quantity on the scales.
pub fn scaled(one: &Species, scales: &Scales) -> Species {
    let vector = |components: &Option<Vec<f64>>| {
        components.as_ref().map(|components| components.iter().map(|v| v / scales.velocity).collect())
    };
    let mut one = one.clone();
    one.mass = one.mass.map(|mass| mass / scales.mass);
    one.initial = one.initial.map(|initial| scaled_initial(initial, scales));
    match &mut one.particles {
        Some(Particles::Lattice { half_width, center, .. }) => {
            if let Some(HalfWidth::Velocity(velocity)) = half_width {
                *velocity /= scales.velocity;
            }
            *center = vector(center);
        }
        Some(Particles::Random { .. } | Particles::QuasiRandom { .. }) | None => {}
    }
    if let Some(fixed) = &mut one.fixed {
        fixed.density /= scales.density;
        fixed.velocity = vector(&fixed.velocity);
    }
    one
}

fn scaled_initial(mut initial: Initial, scales: &Scales) -> Initial {
    let scaled_drift = |drift: &mut Option<Vec<f64>>| {
        drift.iter_mut().flatten().for_each(|component| *component /= scales.velocity);
    };
    match &mut initial {
        Initial::Maxwellian { density, temperature, drift } => {
            *density /= scales.density;
            *temperature /= scales.temperature;
            scaled_drift(drift);
        }
        Initial::AnisotropicMaxwellian { density, temperatures, drift } => {
            *density /= scales.density;
            temperatures.iter_mut().for_each(|temperature| *temperature /= scales.temperature);
            scaled_drift(drift);
        }
        Initial::Bkw { density, temperature, .. } | Initial::Dipole { density, temperature, .. } => {
            *density /= scales.density;
            *temperature /= scales.temperature;
        }
        Initial::Shell { density, radius, .. } => {
            *density /= scales.density;
            *radius /= scales.velocity;
        }
        // A formula is of velocities in the units of the scenario.
        Initial::Expression { density, .. } => *density /= scales.density,
        Initial::Mixture(parts) => {
            parts.iter_mut().for_each(|part| *part = scaled_initial(part.clone(), scales));
        }
        Initial::File { .. } => {}
    }
    initial
}
