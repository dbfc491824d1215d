//! What a scenario is to be measured against.

use super::distribution::dipole;
use super::scales::scaled_species;
use super::vector;
use crate::exact::Exact;
use crate::exact::bkw::Bkw;
use crate::exact::lorentz::Lorentz;
use crate::exact::maxwell_moments::MaxwellMoments;
use crate::exact::ornstein_uhlenbeck::OrnsteinUhlenbeck;
use crate::exact::rates::Maxwellian;
use crate::functionals::comparison::Comparison;
use crate::problem::Problem;
use crate::scenario::{Initial, Reference, Scenario, Score, Species};

/// The comparison with the reference of a scenario, if it names one, from its particles at t = 0.
pub fn comparison<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Option<Comparison<D>> {
    let scaled = scaled_species(scenario, &problem.scales);
    let exact = match scenario.reference? {
        Reference::MaxwellMolecules {} => {
            return Some(Comparison::Moments(MaxwellMoments::new(problem, velocities)));
        }
        Reference::Bkw {} => bkw(&scaled, problem),
        Reference::OrnsteinUhlenbeck {} => ornstein_uhlenbeck(&scaled, problem),
        Reference::Lorentz {} => lorentz(&scaled, problem),
    };
    let (Score::Mesh { order, cutoff, .. } | Score::Particles { order, cutoff, .. }) = scenario.score;
    Some(Comparison::Densities { exact, order, cutoff })
}

/// The initial distribution and the mass of every moving species.
fn moving<'a, const D: usize>(
    scaled: &'a [Species],
    problem: &'a Problem<D>,
) -> impl Iterator<Item = (&'a Initial, f64)> {
    let initials = scaled.iter().filter_map(|species| species.initial.as_ref());
    initials.zip(problem.species.iter().map(|species| species.mass))
}

fn bkw<const D: usize>(scaled: &[Species], problem: &Problem<D>) -> Exact<D> {
    let rate = moving(scaled, problem)
        .enumerate()
        .map(|(j, (other, mass))| {
            other.density() * problem.coefficients[j] / (problem.species[0].mass * mass)
        })
        .sum();
    let species = moving(scaled, problem).filter_map(|(initial, mass)| match initial {
        Initial::Bkw { density, temperature, contrast } => {
            Some(Bkw { density: *density, mass, temperature: *temperature, contrast: *contrast, rate })
        }
        _ => None,
    });
    Exact::Bkw(species.collect())
}

fn ornstein_uhlenbeck<const D: usize>(scaled: &[Species], problem: &Problem<D>) -> Exact<D> {
    let species = moving(scaled, problem).filter_map(|(initial, mass)| match initial {
        Initial::Maxwellian { density, temperature, .. } => {
            Some(Maxwellian { density: *density, mass, temperature: *temperature })
        }
        _ => None,
    });
    let drift = moving(scaled, problem).find_map(|(initial, _)| match initial {
        Initial::Maxwellian { drift, .. } => drift.as_deref(),
        _ => None,
    });
    let count = problem.species.len();
    Exact::OrnsteinUhlenbeck(OrnsteinUhlenbeck {
        center: vector(drift),
        species: species.collect(),
        coefficients: problem.coefficients[..count * count].to_vec(),
    })
}

fn lorentz<const D: usize>(scaled: &[Species], problem: &Problem<D>) -> Exact<D> {
    let fixed = &problem.fixed;
    let species = moving(scaled, problem).enumerate().filter_map(|(i, (initial, mass))| {
        let ions = fixed.iter().zip(&problem.fixed_coefficients[i * fixed.len()..]);
        let rate = ions.map(|(ion, c)| c * ion.density).sum::<f64>() / (mass * mass);
        let dipole = dipole(initial, mass, D)?;
        Some(Lorentz { dipole, gamma: problem.gamma, rate })
    });
    Exact::Lorentz(species.collect())
}
