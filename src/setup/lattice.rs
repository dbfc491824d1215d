//! Where lattices are: half widths in thermal speeds, or left out, and centres left out become numbers.

use super::distribution::Distribution;
use super::{scales, vector};
use crate::functionals::moments::Moments;
use crate::problem::Problem;
use crate::scenario::{HalfWidth, Particles, Scenario, Species, Violation};

/// How far beyond the mean of every part of a distribution a lattice reaches whose half width is left out, in thermal
/// speeds of the part. A Maxwellian has 2e-5 of its density beyond, and 1.5e-4 of its temperature.
pub const THERMAL_SPEEDS: f64 = 4.5;

/// The scenario with the half width and the centre of every lattice as numbers, in the units of the scenario.
///
/// # Errors
///
/// A half width that comes out as 0 or beyond every number.
pub fn resolved<const D: usize>(scenario: &Scenario) -> Result<Scenario, Violation> {
    let mut resolved = scenario.clone();
    for (index, one) in resolved.species.iter_mut().enumerate() {
        resolve::<D>(scenario, one).map_err(|Violation { path, message, .. }| {
            Violation::new(format!("species.{index}.{path}"), message)
        })?;
    }
    Ok(resolved)
}

/// A violation's path is among the species' keys.
fn resolve<const D: usize>(scenario: &Scenario, one: &mut Species) -> Result<(), Violation> {
    if let Some(Particles::Lattice { half_width: Some(HalfWidth::Velocity(_)), center: Some(_), .. }) =
        one.particles
    {
        return Ok(());
    }
    let scales = scales::of_species(scenario, one);
    let scaled = scales::scaled(one, &scales);
    let (Some(Particles::Lattice { half_width, center, .. }), Some(initial), Some(mass)) =
        (&mut one.particles, &scaled.initial, scaled.mass)
    else {
        return Ok(());
    };
    let distribution = Distribution::<D>::new(initial, mass, scales.velocity, None)?;
    let mean = || distribution.mean().map(|component| component * scales.velocity).to_vec();
    let center = center.get_or_insert_with(mean);
    let found = match half_width {
        Some(HalfWidth::Velocity(_)) => return Ok(()),
        Some(HalfWidth::ThermalSpeeds { thermal_speeds }) => {
            distribution.thermal_speed().map(|thermal_speed| *thermal_speeds * thermal_speed)
        }
        None => {
            let center = vector::<D>(Some(center)).map(|component| component / scales.velocity);
            distribution.half_width(center, THERMAL_SPEEDS)
        }
    };
    let Some(found) = found else { unreachable!("validation asks for a number with a formula") };
    let found = found * scales.velocity;
    if !found.is_normal() {
        return Err(Violation::new(
            "particles.lattice",
            format!(
                "found a distribution whose thermal speed makes a half width of {found:?}; allowed: temperatures, masses and velocities that make one > 0 and finite"
            ),
        ));
    }
    *half_width = Some(HalfWidth::Velocity(found));
    Ok(())
}

/// What the particles on a lattice have of the distribution they were placed by.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// The species' place among the moving ones.
    pub species: usize,
    /// Half the edge of the lattice.
    pub half_width: f64,
    /// What it is when left out; not known with a formula, like the rest that may be missing.
    pub default_half_width: Option<f64>,
    /// The thermal speed of the distribution.
    pub thermal_speed: Option<f64>,
    /// The smallest width of a part of it along an axis.
    pub narrowest_width: Option<f64>,
    /// Σ w over the density.
    pub density: f64,
    /// The temperature of the particles over that of the distribution.
    pub temperature: Option<f64>,
}

/// The coverage of every lattice of a resolved scenario, by its particles at the start.
pub fn coverages<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Vec<Coverage> {
    let scaled = scales::scaled_species(scenario, &problem.scales);
    let moving = scaled.iter().filter(|one| one.fixed.is_none()).enumerate();
    moving.filter_map(|(i, one)| coverage(one, i, problem, velocities)).collect()
}

/// The coverage of a species on the scales of the run, if it is on a lattice.
fn coverage<const D: usize>(
    one: &Species,
    i: usize,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Option<Coverage> {
    let Some(Particles::Lattice { half_width: Some(HalfWidth::Velocity(half_width)), center, .. }) =
        &one.particles
    else {
        return None;
    };
    let species = &problem.species[i];
    // The particles were placed by it: it has no violation.
    let distribution =
        Distribution::<D>::new(one.initial.as_ref()?, species.mass, problem.scales.velocity, None).ok()?;
    let range = species.range.clone();
    let particles = Moments::of(species.mass, &velocities[range.clone()], &problem.weights[range]);
    let temperature =
        distribution.covariance().map(|covariance| species.mass * covariance.trace() / D as f64);
    Some(Coverage {
        species: i,
        half_width: *half_width,
        default_half_width: distribution.half_width(vector(center.as_deref()), THERMAL_SPEEDS),
        thermal_speed: distribution.thermal_speed(),
        narrowest_width: distribution.narrowest_width(),
        density: particles.density / distribution.total(),
        temperature: temperature.map(|temperature| particles.temperature() / temperature),
    })
}
