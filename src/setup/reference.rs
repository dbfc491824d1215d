//! What a scenario is to be measured against.

use crate::distribution::{Bkw, Dipole, Initial, Particle, vector};
use crate::exact::lorentz::Lorentz;
use crate::exact::maxwell_moments::MaxwellMoments;
use crate::exact::ornstein_uhlenbeck::OrnsteinUhlenbeck;
use crate::exact::{Exact, rates};
use crate::functionals::comparison::Comparison;
use crate::kernel::lanes::InstructionSet;
use crate::problem::Problem;
use crate::scenario::{Reference, Scenario, Score};

/// The comparison with the reference of a scenario, if it names one, from its particles at t = 0.
pub fn comparison<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
    instruction_set: InstructionSet,
) -> Option<Comparison<D>> {
    let exact = match scenario.reference? {
        Reference::MaxwellMolecules {} => {
            return Some(Comparison::Moments(MaxwellMoments::new(problem, velocities)));
        }
        Reference::Bkw {} => bkw(scenario, problem),
        Reference::OrnsteinUhlenbeck {} => ornstein_uhlenbeck(scenario, problem),
        Reference::Lorentz {} => lorentz(scenario, problem),
    };
    let (Score::Mesh { order, cutoff, .. } | Score::Particles { order, cutoff, .. }) = scenario.score;
    Some(Comparison::Densities { exact, order, cutoff, instruction_set })
}

/// The initial distribution of every moving species, in the units of the scenario, and its particle, whose mass and
/// unit of temperature are those of the run.
fn moving<'a, const D: usize>(
    scenario: &'a Scenario,
    problem: &'a Problem<D>,
) -> impl Iterator<Item = (&'a Initial, Particle)> {
    let temperature_unit = problem.scales.temperature;
    let particles = problem.species.iter().map(move |one| Particle { mass: one.mass, temperature_unit });
    scenario.species.iter().filter_map(|one| one.initial.as_ref()).zip(particles)
}

fn bkw<const D: usize>(scenario: &Scenario, problem: &Problem<D>) -> Exact<D> {
    let unit = problem.scales.density;
    let first = problem.species[0].mass;
    let rate = moving(scenario, problem)
        .zip(&problem.coefficients)
        .map(|((other, particle), c)| other.density::<D>() / unit * c / (first * particle.mass))
        .sum();
    let species = moving(scenario, problem).filter_map(|(initial, particle)| match *initial {
        Initial::Bkw(one) => Some(Bkw { density: one.density / unit, ..one }.solution(particle, rate)),
        _ => None,
    });
    Exact::Bkw(species.collect())
}

fn ornstein_uhlenbeck<const D: usize>(scenario: &Scenario, problem: &Problem<D>) -> Exact<D> {
    let scales = &problem.scales;
    let maxwellians = || {
        moving(scenario, problem).filter_map(|(initial, particle)| match initial {
            Initial::Maxwellian(one) => Some((one, particle)),
            _ => None,
        })
    };
    let species = maxwellians().map(|(one, particle)| rates::Maxwellian {
        density: one.density / scales.density,
        mass: particle.mass,
        temperature: particle.energy(one.temperature),
    });
    let drift = maxwellians().next().and_then(|(one, _)| one.drift.as_ref());
    let count = problem.species.len();
    Exact::OrnsteinUhlenbeck(OrnsteinUhlenbeck {
        center: vector(drift).map(|component| component / scales.velocity),
        species: species.collect(),
        coefficients: problem.coefficients[..count * count].to_vec(),
    })
}

fn lorentz<const D: usize>(scenario: &Scenario, problem: &Problem<D>) -> Exact<D> {
    let fixed = &problem.fixed;
    let species = moving(scenario, problem).enumerate().filter_map(|(i, (initial, particle))| {
        let Initial::Dipole(one) = *initial else { return None };
        let ions = fixed.iter().zip(&problem.fixed_coefficients[i * fixed.len()..]);
        let rate = ions.map(|(ion, c)| c * ion.density).sum::<f64>() / (particle.mass * particle.mass);
        let dipole = Dipole { density: one.density / problem.scales.density, ..one }.start(particle, D);
        Some(Lorentz { dipole, gamma: problem.gamma, rate })
    });
    Exact::Lorentz(species.collect())
}
