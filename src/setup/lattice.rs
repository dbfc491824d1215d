//! Where lattices are: half widths in thermal speeds, or left out, and centres left out become numbers.

use super::scales;
use crate::distribution::{Distribution, vector};
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
    for (index, (one, resolved)) in scenario.species.iter().zip(&mut resolved.species).enumerate() {
        resolve::<D>(scenario, one, &mut resolved.particles)
            .map_err(|violation| violation.under(&format!("species.{index}")))?;
    }
    Ok(resolved)
}

/// Fills in the lattice among the particles of a species. A violation's path is among the species' keys.
fn resolve<const D: usize>(
    scenario: &Scenario,
    one: &Species,
    particles: &mut Option<Particles>,
) -> Result<(), Violation> {
    let (Some(initial), Some(Particles::Lattice { half_width, center, .. })) = (&one.initial, particles)
    else {
        return Ok(());
    };
    if let (Some(HalfWidth::Velocity(_)), Some(_)) = (&half_width, &center) {
        return Ok(());
    }
    let distribution = Distribution::<D>::new(initial, scales::particle(scenario, one), None)?;
    let center = center.get_or_insert_with(|| distribution.mean().to_vec());
    let found = match half_width {
        Some(HalfWidth::Velocity(_)) => return Ok(()),
        Some(HalfWidth::ThermalSpeeds { thermal_speeds }) => {
            distribution.thermal_speed().map(|thermal_speed| *thermal_speeds * thermal_speed)
        }
        None => distribution.half_width(vector(Some(center)), THERMAL_SPEEDS),
    };
    let Some(found) = found else { unreachable!("validation asks for a number with a formula") };
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

/// The coverage of every lattice of a resolved scenario, by its particles at the start; velocities on the scales of
/// the run.
pub fn coverages<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Vec<Coverage> {
    let moving = scenario.species.iter().filter(|one| one.fixed.is_none()).enumerate();
    moving.filter_map(|(i, one)| coverage(scenario, one, i, problem, velocities)).collect()
}

/// The coverage of moving species i, if it is on a lattice.
fn coverage<const D: usize>(
    scenario: &Scenario,
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
    // The particles were placed by it: it has no violation.
    let distribution =
        Distribution::<D>::new(one.initial.as_ref()?, scales::particle(scenario, one), None).ok()?;
    let (species, scales) = (&problem.species[i], &problem.scales);
    let particles = problem.moments(species, velocities);
    let temperature = particles.temperature() * scales.velocity * scales.velocity;
    let of_distribution =
        distribution.covariance().map(|covariance| species.mass * covariance.trace() / D as f64);
    let of_run = |velocity: f64| velocity / scales.velocity;
    Some(Coverage {
        species: i,
        half_width: of_run(*half_width),
        default_half_width: distribution.half_width(vector(center.as_ref()), THERMAL_SPEEDS).map(of_run),
        thermal_speed: distribution.thermal_speed().map(of_run),
        narrowest_width: distribution.narrowest_width().map(of_run),
        density: particles.density * scales.density / distribution.density(),
        temperature: of_distribution.map(|of_distribution| temperature / of_distribution),
    })
}
