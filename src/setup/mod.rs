//! From a valid scenario to the problem and the initial state: the only place that samples or
//! draws random numbers.

mod bandwidth;
mod cloud;
mod cloud_file;
mod coefficients;
pub mod coulomb;
mod counter;
mod file;
mod lattice;
mod limits;
mod memory;
#[cfg(feature = "hdf5")]
mod openpmd;
#[cfg(test)]
mod ranks;
mod reference;
mod scales;
mod surroundings;
mod table;
mod weight_sources;

pub use coefficients::{coulomb_logarithms, counter_streaming, named_coulomb_logarithms};
pub use counter::Counter;
pub use lattice::{Coverage, THERMAL_SPEEDS, coverages, resolved};
pub use reference::comparison;

use crate::collision::pair_sum::PairSum;
use crate::collision::regularisation::FIXED_SHARE;
use crate::error::Failure;
use crate::fields::Fields;
use crate::functionals::Columns;
use crate::functionals::invariants::{About, Invariants};
use crate::kernel::lanes::InstructionSet;
use crate::landau::Landau;
use crate::problem::{Conserved, Problem, Species};
use crate::scenario::{
    Bandwidth, MeshSpacing, ParticleSums, Scenario, Score as ScoreChoice, Summation, Violation,
};
use crate::score::Score;
use crate::score::exactness::{self, ExactScore, Form};
use crate::score::following::FollowingScore;
use crate::score::mesh::{MeshScore, Spacing};
use crate::score::orbits::OrbitScore;
use crate::score::particles::{ParticleScore, Sums};
use crate::simulation::Simulation;
use crate::sources::given::Given;
use crate::state::State;
use crate::terms::{self, Supply};
use crate::time_grid::{Clock, TimeGrid};
use bandwidth::bandwidth;
use cloud::{Cloud, clouds};
use std::sync::Arc;

/// The problem and the initial state of a scenario of dimension D, resolved or not.
pub fn problem_and_state<const D: usize>(scenario: &Scenario) -> Result<(Problem<D>, State<D>), Violation> {
    memory::check::<D>(scenario)?;
    let scenario = &resolved::<D>(scenario)?;
    memory::require(memory::particles::<D>(scenario))?;
    let clouds = clouds(scenario)?;
    memory::require(clouds.iter().map(|cloud: &Cloud<D>| cloud.velocities.len()).sum())?;
    let moments = clouds.iter().map(Cloud::moments);
    let scales = scales::of(scenario, moments);
    let mut problem = Problem {
        symmetry: scenario.symmetry.of_run(),
        species: Vec::new(),
        fixed: Vec::new(),
        backgrounds: Vec::new(),
        fields: Fields::default(),
        heatings: Vec::new(),
        weight_sources: Vec::new(),
        weights: Vec::new(),
        gamma: scenario.collisions.gamma,
        coefficients: Vec::new(),
        fixed_coefficients: Vec::new(),
        background_coefficients: Vec::new(),
        regularisation: scenario.collisions.regularisation.factor(),
        fixed_regularisation: scenario.collisions.regularisation.factor().map(|factor| FIXED_SHARE * factor),
        conserved: Conserved::MassOnly,
        reference: [f64::NAN; D],
        scales,
    };
    let follows = matches!(scenario.score.bandwidth(), Bandwidth::Following { .. });
    let mut velocities = Vec::new();
    surroundings::fill(scenario, &mut problem);
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
            following: follows.then(|| cloud.moments().geometric_temperature()),
            lattice: cloud.lattice,
            center: cloud.center,
            notes: cloud.notes,
        });
    }
    weight_sources::fill(scenario, &mut problem, &velocities)?;
    let invariants = Invariants::of(&problem, &velocities);
    limits::check(scenario, &problem, &velocities, &invariants)?;
    coefficients::fill(scenario, &mut problem, &velocities)?;
    surroundings::check(scenario, &problem, |i| problem.moments(&problem.species[i], &velocities))?;
    problem.conserved = terms::conserved(&problem);
    problem.reference = match problem.conserved {
        Conserved::EnergyAbout(velocity) => velocity,
        // Turns are about rest.
        _ if problem.fields.turning_field(problem.symmetry).is_some() => [0.0; D],
        Conserved::MomentumAndEnergy | Conserved::MassOnly => invariants.mean_velocity(),
    };
    let state = State {
        step: 0,
        grid: grid(scenario),
        about: About::of(&problem, &velocities, problem.reference),
        velocities,
        weights: problem.weights.clone(),
        invariants,
        supplied: Supply::default(),
        given: vec![Given::default(); problem.weight_sources.len()],
        stiffness: None,
        is_step_judged: false,
        warnings: Vec::new(),
    };
    Ok((problem, state))
}

/// The time grid of a scenario at its start, on the scales of its run.
pub fn grid(scenario: &Scenario) -> TimeGrid {
    let unit = scales::time(scenario);
    match (scenario.time.adaptive, scenario.time.step, scenario.time.steps) {
        (Some(adaptive), _, _) => {
            let next = adaptive.first_step.map(|step| step / unit);
            TimeGrid::Adaptive {
                end: adaptive.end / unit,
                tolerance: adaptive.relative_tolerance,
                clock: Clock { next, ..Clock::default() },
            }
        }
        (None, Some(dt), Some(steps)) => TimeGrid::Uniform { dt: dt / unit, steps },
        _ => unreachable!("validation asks for one or the other"),
    }
}

/// The right-hand side of a scenario whose run starts at the given velocities.
///
/// # Errors
///
/// If the start is out of reach for the scenario's summation.
pub fn landau<const D: usize>(
    scenario: &Scenario,
    problem: &Arc<Problem<D>>,
    velocities: &[[f64; D]],
    instruction_set: InstructionSet,
) -> Result<Landau<D>, Failure> {
    let score = score(scenario, problem, velocities, instruction_set);
    let pair_sum = match scenario.summation {
        Summation::Direct {} => PairSum::direct(problem.symmetry, problem.gamma, instruction_set),
        Summation::Tree { tolerance } => {
            PairSum::tree(problem.symmetry, problem.gamma, tolerance, instruction_set)
        }
        Summation::RandomBatch { size, seed } => {
            PairSum::random_batches(problem.gamma, (size as usize, seed), instruction_set)
        }
    };
    Landau::starting_at(Arc::clone(problem), score, pair_sum, velocities)
}

/// The functionals that a scenario asks for, of densities at the order and cut-off of its scores.
pub fn columns(scenario: &Scenario) -> Columns {
    let (ScoreChoice::Mesh { order, cutoff, .. } | ScoreChoice::Particles { order, cutoff, .. }) =
        scenario.score;
    Columns::new(scenario.functionals.clone(), order, cutoff)
}

/// The run of a scenario of dimension D at its start, in memory.
///
/// # Errors
///
/// A value of the scenario that only its particles show to be wrong, with its path; or a start that is out of reach for
/// the scenario's summation, with numbers in the units of the scenario.
pub fn simulation<const D: usize>(
    scenario: &Scenario,
    instruction_set: InstructionSet,
) -> Result<Simulation<D>, StartError> {
    let (problem, state) = problem_and_state::<D>(scenario)?;
    let problem = Arc::new(problem);
    let landau = landau(scenario, &problem, &state.velocities, instruction_set)
        .map_err(|failure| failure.in_units(&problem.scales))?;
    let integrator = scenario.integrator.integrator(&problem);
    Ok(Simulation::new(landau, integrator, state))
}

/// Why a scenario has no start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A value is wrong.
    #[error("{0}")]
    Scenario(Violation),
    /// The numbers of the start cannot be had.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<Violation> for StartError {
    fn from(violation: Violation) -> Self {
        Self::Scenario(violation)
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
        let (velocities, weights) = (&velocities[range.clone()], &problem.weights[range]);
        exactness::degree_of(problem.symmetry, velocities, weights, choice.exact_degree())
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
        ScoreChoice::Mesh { order, spacing, cutoff, .. } if !problem.symmetry.is_none() => {
            let spacing = |species: &Species<D>| match spacing {
                MeshSpacing::Relative(relative) => relative * species.spacing,
                MeshSpacing::Deviations(relative) => relative * species.bandwidth.sqrt(),
                MeshSpacing::Lattice {} => unreachable!("validation refuses it with a symmetry"),
            };
            let spacings = problem.species.iter().map(spacing).collect();
            Box::new(OrbitScore::new(problem, *order, spacings, *cutoff))
        }
        ScoreChoice::Mesh { order, spacing, cutoff, .. } => {
            let spacing = match spacing {
                MeshSpacing::Relative(relative) => Spacing::Relative(*relative),
                MeshSpacing::Deviations(relative) => Spacing::Deviations(*relative),
                MeshSpacing::Lattice {} => Spacing::Lattice,
            };
            Box::new(MeshScore::new(problem, *order, spacing, *cutoff, instruction_set))
        }
        ScoreChoice::Particles { order, cutoff, sums, .. } => {
            let chosen = |species: &Species<D>| match sums {
                ParticleSums::Neighbours {} => Sums::Neighbours,
                ParticleSums::Mesh {} => Sums::Mesh,
                ParticleSums::Cheaper {} => {
                    Sums::cheaper(&velocities[species.range.clone()], species.bandwidth, *order, *cutoff)
                }
            };
            let sums: Vec<Sums> = problem.species.iter().map(chosen).collect();
            Box::new(ParticleScore::new(problem, *order, *cutoff, &sums, instruction_set))
        }
    }
}
