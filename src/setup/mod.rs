//! From a valid scenario to the problem and the initial state: the only place that samples or
//! draws random numbers.

mod bandwidth;
mod cloud;
mod coefficients;
pub mod coulomb;
mod file;
mod lattice;
mod limits;
mod memory;
mod openpmd;
mod reference;
mod scales;

pub use coefficients::{coulomb_logarithms, named_coulomb_logarithms};
pub use lattice::{Coverage, THERMAL_SPEEDS, coverages, resolved};
pub use reference::comparison;

use crate::collision::regularisation::FIXED_SHARE;
use crate::distribution::vector;
use crate::error::Failure;
use crate::functionals::invariants::{About, Invariants};
use crate::functionals::moments::Moments;
use crate::kernel::lanes::InstructionSet;
use crate::landau::Landau;
use crate::problem::{FixedSpecies, Problem, Species};
use crate::scenario::{
    Bandwidth, Fixed, MeshSpacing, ParticleSums, Scenario, Score as ScoreChoice, Summation, Violation,
};
use crate::score::Score;
use crate::score::exactness::{self, ExactScore, Form};
use crate::score::following::FollowingScore;
use crate::score::mesh::{MeshScore, Spacing};
use crate::score::particles::{ParticleScore, Sums};
use crate::simulation::Grid;
use crate::state::{Clock, State};
use bandwidth::bandwidth;
use cloud::clouds;

/// The problem and the initial state of a scenario of dimension D, resolved or not.
pub fn problem_and_state<const D: usize>(scenario: &Scenario) -> Result<(Problem<D>, State<D>), Violation> {
    memory::check::<D>(scenario)?;
    let scenario = &resolved::<D>(scenario)?;
    let clouds = clouds(scenario)?;
    let scales = scales::of(scenario, &clouds);
    let mut problem = Problem {
        species: Vec::new(),
        fixed: Vec::new(),
        weights: Vec::new(),
        gamma: scenario.collisions.gamma,
        coefficients: Vec::new(),
        fixed_coefficients: Vec::new(),
        regularisation: scenario.collisions.regularisation.factor(),
        fixed_regularisation: scenario.collisions.regularisation.factor().map(|factor| FIXED_SHARE * factor),
        scales,
    };
    let follows = matches!(scenario.score.bandwidth(), Bandwidth::Following { .. });
    let mut velocities = Vec::new();
    for one in &scenario.species {
        let Some(Fixed { density, velocity }) = &one.fixed else { continue };
        problem.fixed.push(FixedSpecies {
            name: one.name.clone(),
            charge: one.charge,
            density: density / scales.density,
            velocity: vector(velocity.as_ref()).map(|component| component / scales.velocity),
        });
    }
    let moving = scenario.species.iter().filter(|one| one.fixed.is_none());
    for (place, (one, cloud)) in moving.zip(clouds).enumerate() {
        let bandwidth = bandwidth(&scenario.score, place, one.particles.as_ref(), &cloud);
        let cloud = cloud.scaled(&scales);
        let start = velocities.len();
        velocities.extend_from_slice(&cloud.velocities);
        problem.weights.extend_from_slice(&cloud.weights);
        problem.species.push(Species {
            name: one.name.clone(),
            mass: scales::particle(scenario, one).mass / scales.mass,
            charge: one.charge,
            range: start..velocities.len(),
            spacing: cloud.spacing,
            bandwidth: bandwidth / (scales.velocity * scales.velocity),
            following: follows
                .then(|| Moments::of(1.0, &cloud.velocities, &cloud.weights).geometric_temperature()),
            lattice: cloud.lattice,
            center: cloud.center,
        });
    }
    let invariants = Invariants::of(&problem, &velocities);
    limits::check(scenario, &problem, &velocities, &invariants)?;
    coefficients::fill(scenario, &mut problem, &velocities)?;
    let clock = clock(scenario);
    let about = About::reference(&problem, &velocities);
    let state =
        State { step: 0, velocities, invariants, about, clock, stiffness: None, warnings: Vec::new() };
    Ok((problem, state))
}

/// The time grid of a scenario, on the scales of its run.
pub fn grid(scenario: &Scenario) -> Grid {
    let unit = scales::time(scenario);
    match (scenario.time.adaptive, scenario.time.step, scenario.time.steps) {
        (Some(adaptive), _, _) => {
            Grid::Adaptive { end: adaptive.end / unit, tolerance: adaptive.relative_tolerance }
        }
        (None, Some(dt), Some(steps)) => Grid::Uniform { dt: dt / unit, steps },
        _ => unreachable!("validation asks for one or the other"),
    }
}

/// The clock at the start, where steps adapt.
fn clock(scenario: &Scenario) -> Option<Clock> {
    let adaptive = scenario.time.adaptive?;
    let next = adaptive.first_step.map(|step| step / scales::time(scenario));
    Some(Clock { time: 0.0, next, last_error: None })
}

/// The right-hand side of a scenario whose run starts at the given velocities.
///
/// # Errors
///
/// If the start is out of reach for the scenario's summation.
pub fn landau<'p, const D: usize>(
    scenario: &Scenario,
    problem: &'p Problem<D>,
    velocities: &[[f64; D]],
    instruction_set: InstructionSet,
) -> Result<Landau<'p, D>, Failure> {
    let score = score(scenario, problem, velocities, instruction_set);
    match scenario.summation {
        Summation::Direct {} => Ok(Landau::new(problem, score, instruction_set)),
        Summation::Tree { tolerance } => {
            Landau::by_tree(problem, score, tolerance, velocities, instruction_set)
        }
        Summation::RandomBatch { size, seed } => {
            Ok(Landau::by_random_batches(problem, score, (size as usize, seed), instruction_set))
        }
    }
}

/// The score of a scenario whose run starts at the given velocities.
pub fn score<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
    instruction_set: InstructionSet,
) -> Box<dyn Score<D>> {
    let near_gaussians = near_gaussians(scenario, problem, velocities, instruction_set);
    if problem.follows() { Box::new(FollowingScore::new(near_gaussians)) } else { near_gaussians }
}

/// The score with the bandwidths of the start, exact near Gaussians as far as the scenario asks.
fn near_gaussians<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
    instruction_set: InstructionSet,
) -> Box<dyn Score<D>> {
    let choice = &scenario.score;
    let plain = plain_score(scenario, problem, velocities, instruction_set);
    if choice.exact_degree() == 0 {
        return plain;
    }
    let form = match choice {
        ScoreChoice::Mesh { .. } => Form::Mesh,
        ScoreChoice::Particles { .. } => Form::Particles,
    };
    let degree = |species: &Species<D>| {
        let range = species.range.clone();
        exactness::degree_of(&velocities[range.clone()], &problem.weights[range], choice.exact_degree())
    };
    let degrees = problem.species.iter().map(degree).collect();
    Box::new(ExactScore::new(plain, form, choice.order(), degrees))
}

/// The score as published, with the mollifier's bias.
fn plain_score<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
    instruction_set: InstructionSet,
) -> Box<dyn Score<D>> {
    match &scenario.score {
        ScoreChoice::Mesh { order, spacing, cutoff, .. } => {
            let spacing = match spacing {
                MeshSpacing::Relative(relative) => Spacing::Relative(*relative),
                MeshSpacing::Deviations(relative) => Spacing::Deviations(*relative),
                MeshSpacing::Lattice {} => Spacing::Lattice,
            };
            Box::new(MeshScore::new(problem, *order, spacing, *cutoff, instruction_set))
        }
        ScoreChoice::Particles { order, cutoff, sums, .. } => {
            let of = |species: &Species<D>| match sums {
                ParticleSums::Neighbours {} => Sums::Neighbours,
                ParticleSums::Mesh {} => Sums::Mesh,
                ParticleSums::Cheaper {} => {
                    Sums::cheaper(&velocities[species.range.clone()], species.bandwidth, *order, *cutoff)
                }
            };
            let sums: Vec<Sums> = problem.species.iter().map(of).collect();
            Box::new(ParticleScore::new(problem, *order, *cutoff, &sums, instruction_set))
        }
    }
}
