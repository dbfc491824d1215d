//! The exact solution that a scenario names.

use super::distribution::dipole;
use super::scales::scaled_species;
use super::vector;
use crate::exact::Exact;
use crate::exact::bkw::Bkw;
use crate::exact::lorentz::Lorentz;
use crate::exact::ornstein_uhlenbeck::OrnsteinUhlenbeck;
use crate::exact::rates::Maxwellian;
use crate::problem::Problem;
use crate::scenario::{Initial, Reference, Scenario};

/// The exact solution of a scenario, if it names one.
pub fn reference<const D: usize>(scenario: &Scenario, problem: &Problem<D>) -> Option<Exact<D>> {
    let count = problem.species.len();
    let scaled = scaled_species(scenario, &problem.scales);
    let moving = || {
        let initials = scaled.iter().filter_map(|species| species.initial.as_ref());
        initials.zip(problem.species.iter().map(|species| species.mass)).enumerate()
    };
    Some(match scenario.reference? {
        Reference::Bkw {} => {
            let rate = moving()
                .map(|(j, (other, mass))| {
                    other.density() * problem.coefficients[j] / (problem.species[0].mass * mass)
                })
                .sum();
            let species = moving().filter_map(|(_, (initial, mass))| match initial {
                Initial::Bkw { density, temperature, contrast } => Some(Bkw {
                    density: *density,
                    mass,
                    temperature: *temperature,
                    contrast: *contrast,
                    rate,
                }),
                _ => None,
            });
            Exact::Bkw(species.collect())
        }
        Reference::OrnsteinUhlenbeck {} => {
            let species = moving().filter_map(|(_, (initial, mass))| match initial {
                Initial::Maxwellian { density, temperature, .. } => {
                    Some(Maxwellian { density: *density, mass, temperature: *temperature })
                }
                _ => None,
            });
            let center = moving().next().map(|(_, (initial, _))| initial.center(D));
            Exact::OrnsteinUhlenbeck(OrnsteinUhlenbeck {
                center: vector(center.as_deref()),
                species: species.collect(),
                coefficients: problem.coefficients[..count * count].to_vec(),
            })
        }
        Reference::Lorentz {} => {
            let fixed = &problem.fixed;
            let species = moving().filter_map(|(i, (initial, mass))| {
                let ions = fixed.iter().zip(&problem.fixed_coefficients[i * fixed.len()..]);
                let rate = ions.map(|(ion, c)| c * ion.density).sum::<f64>() / (mass * mass);
                let dipole = dipole(initial, mass, D)?;
                Some(Lorentz { dipole, gamma: problem.gamma, rate })
            });
            Exact::Lorentz(species.collect())
        }
    })
}
