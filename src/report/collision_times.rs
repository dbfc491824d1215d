//! How fast each pair of species slows down, exchanges energy and becomes isotropic.

use crate::exact::rates::{self, Maxwellian};
use crate::problem::Problem;

/// The times of species `one` among the particles of `other`, 1/rate each; infinite where nothing happens.
pub struct CollisionTimes {
    pub one: String,
    pub other: String,
    /// Of a velocity that is small beside the thermal speeds.
    pub slowing_down: f64,
    /// Of the difference of temperatures; none of a species with itself or with a fixed one.
    pub equilibration: Option<f64>,
    /// Of a small anisotropy of the temperature.
    pub isotropisation: f64,
}

/// The times of every moving species among every species it collides with, for Maxwellians of the
/// densities and temperatures of the particles; in the time of the run.
pub fn collision_times<const D: usize>(problem: &Problem<D>, velocities: &[[f64; D]]) -> Vec<CollisionTimes> {
    let moving: Vec<Maxwellian> = problem
        .species
        .iter()
        .map(|species| {
            let moments = problem.moments(species, velocities);
            Maxwellian { density: moments.density, mass: species.mass, temperature: moments.temperature() }
        })
        .collect();
    let gamma = problem.gamma;
    let mut found = Vec::new();
    for (i, (species, &one)) in problem.species.iter().zip(&moving).enumerate() {
        for (j, (other_species, &other)) in problem.species.iter().zip(&moving).enumerate() {
            let c = problem.coefficients[i * moving.len() + j];
            let same = i == j;
            let isotropisation = match same {
                true => rates::isotropisation(D, gamma, c, one),
                false => rates::isotropisation_by(D, gamma, c, one, other),
            };
            let exchange = rates::energy_exchange(D, gamma, c, one, other);
            found.push(CollisionTimes {
                one: species.name.clone(),
                other: other_species.name.clone(),
                slowing_down: 1.0 / rates::slowing_down(D, gamma, c, one, other),
                equilibration: (!same).then_some(1.0 / exchange),
                isotropisation: 1.0 / isotropisation,
            });
        }
        for (b, fixed) in problem.fixed.iter().enumerate() {
            let c = problem.fixed_coefficients[i * problem.fixed.len() + b];
            let wall = Maxwellian { density: fixed.density, mass: f64::INFINITY, temperature: 0.0 };
            found.push(CollisionTimes {
                one: species.name.clone(),
                other: fixed.name.clone(),
                slowing_down: 1.0 / rates::slowing_down(D, gamma, c, one, wall),
                equilibration: None,
                isotropisation: 1.0 / rates::isotropisation_by(D, gamma, c, one, wall),
            });
        }
    }
    found
}
