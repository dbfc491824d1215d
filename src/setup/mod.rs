//! From a valid scenario to the problem and the initial state: the only place that samples or
//! draws random numbers.

mod distribution;
mod limits;
mod radial;
mod reference;

pub use reference::comparison;

use crate::functionals::invariants::Invariants;
use crate::kernel::lanes::InstructionSet;
use crate::problem::{FixedSpecies, Lattice, Problem, Species};
use crate::scenario::{
    Bandwidth, Initial, MeshSpacing, Particles, Scenario, Score as ScoreChoice, Variance, Violation,
};
use crate::score::Score;
use crate::score::mesh::{MeshScore, Spacing};
use crate::score::particles::ParticleScore;
use crate::simulation::Grid;
use crate::state::{Clock, State};
use distribution::Distribution;
use kiddo::{ImmutableKdTree, SquaredEuclidean};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::num::NonZeroUsize;

/// The problem and the initial state of a scenario of dimension D.
pub fn problem_and_state<const D: usize>(scenario: &Scenario) -> Result<(Problem<D>, State<D>), Violation> {
    let moving: Vec<usize> =
        (0..scenario.species.len()).filter(|&i| scenario.species[i].fixed.is_none()).collect();
    let fixed: Vec<usize> =
        (0..scenario.species.len()).filter(|&i| scenario.species[i].fixed.is_some()).collect();
    let coefficient = |i: usize, j: usize| scenario.collisions.coefficients.between(i, j);
    let mut problem = Problem {
        species: Vec::new(),
        fixed: Vec::new(),
        weights: Vec::new(),
        gamma: scenario.collisions.gamma,
        coefficients: moving
            .iter()
            .flat_map(|&i| moving.iter().map(move |&j| (i, j)))
            .map(|(i, j)| coefficient(i, j))
            .collect(),
        fixed_coefficients: moving
            .iter()
            .flat_map(|&i| fixed.iter().map(move |&b| (i, b)))
            .map(|(i, b)| coefficient(i, b))
            .collect(),
    };
    let mut velocities = Vec::new();
    for (place, &index) in moving.iter().enumerate() {
        let species = &scenario.species[index];
        let path = format!("species.{index}.particles");
        let (Some(mass), Some(initial), Some(particles)) =
            (species.mass, &species.initial, &species.particles)
        else {
            unreachable!("validation asks for these in a moving species");
        };
        let cloud = Cloud::<D>::place(initial, mass, particles, index)
            .map_err(|message| Violation::new(&path, message))?;
        let start = velocities.len();
        velocities.extend_from_slice(&cloud.velocities);
        problem.weights.extend_from_slice(&cloud.weights);
        problem.species.push(Species {
            name: species.name.clone(),
            mass,
            charge: species.charge,
            range: start..velocities.len(),
            spacing: cloud.spacing,
            bandwidth: bandwidth(scenario, place, cloud.spacing),
            lattice: cloud.lattice,
            center: cloud.center,
        });
    }
    for index in fixed {
        let species = &scenario.species[index];
        if let Some(fixed) = &species.fixed {
            problem.fixed.push(FixedSpecies {
                name: species.name.clone(),
                charge: species.charge,
                density: fixed.density,
                velocity: vector(fixed.velocity.as_deref()),
            });
        }
    }
    let invariants = Invariants::of(&problem, &velocities);
    limits::check(scenario, &problem, &velocities, &invariants)?;
    let clock = clock(scenario);
    Ok((problem, State { step: 0, velocities, invariants, clock, stiffness: None }))
}

/// The time grid of a scenario.
pub fn grid(scenario: &Scenario) -> Grid {
    match (scenario.time.adaptive, scenario.time.step, scenario.time.steps) {
        (Some(adaptive), _, _) => {
            Grid::Adaptive { end: adaptive.end, tolerance: adaptive.relative_tolerance }
        }
        (None, Some(dt), Some(steps)) => Grid::Uniform { dt, steps },
        _ => unreachable!("validation asks for one or the other"),
    }
}

/// The clock at the start, where steps adapt.
fn clock(scenario: &Scenario) -> Option<Clock> {
    let adaptive = scenario.time.adaptive?;
    Some(Clock { time: 0.0, next: adaptive.first_step, last_error: None })
}

/// The score of a scenario.
pub fn score<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
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
        ScoreChoice::Particles { order, cutoff, .. } => {
            Box::new(ParticleScore::new(*order, *cutoff, instruction_set))
        }
    }
}

/// The variance of the mollifier of moving species `place` with spacing h.
fn bandwidth(scenario: &Scenario, place: usize, h: f64) -> f64 {
    let (ScoreChoice::Mesh { bandwidth, .. } | ScoreChoice::Particles { bandwidth, .. }) = &scenario.score;
    match bandwidth {
        Bandwidth::SpacingSquared(factor) => factor * h * h,
        Bandwidth::Variance(Variance::Common(variance)) => *variance,
        Bandwidth::Variance(Variance::PerSpecies(variances)) => variances[place],
        Bandwidth::Chv {} => 0.64 * h.powf(1.98),
    }
}

/// The particles of one species.
struct Cloud<const D: usize> {
    velocities: Vec<[f64; D]>,
    weights: Vec<f64>,
    spacing: f64,
    lattice: Option<Lattice<D>>,
    center: [f64; D],
}

impl<const D: usize> Cloud<D> {
    /// Places the particles of the species at `index`, which is also the stream of its random numbers.
    fn place(initial: &Initial, mass: f64, particles: &Particles, index: usize) -> Result<Self, String> {
        let distribution = Distribution::<D>::new(initial, mass);
        let mean = vector(Some(&initial.center(D)));
        match particles {
            Particles::Lattice { per_axis, half_width, center, drop_below } => {
                let spacing = 2.0 * half_width / f64::from(*per_axis);
                let center = center.as_deref().map_or(mean, |center| vector(Some(center)));
                let lattice = Lattice {
                    first: center.map(|component| component - half_width + 0.5 * spacing),
                    spacing,
                    per_axis: *per_axis as usize,
                };
                Self::on_lattice(&distribution, lattice, center, *drop_below)
            }
            Particles::Random { count, seed } => {
                let mut generator = ChaCha8Rng::seed_from_u64(*seed);
                generator.set_stream(index as u64);
                Self::sampled(
                    distribution.random(*count as usize, &mut generator),
                    distribution.total(),
                    mean,
                )
            }
            Particles::QuasiRandom { count } => {
                Self::sampled(distribution.quasi_random(*count as usize), distribution.total(), mean)
            }
        }
    }

    fn on_lattice(
        distribution: &Distribution<D>,
        lattice: Lattice<D>,
        center: [f64; D],
        drop_below: f64,
    ) -> Result<Self, String> {
        let weighted = || lattice.centers().map(|v| (v, distribution.density_at(v) * lattice.cell_volume()));
        let largest = weighted().map(|(_, weight)| weight).fold(0.0, f64::max);
        let least = drop_below * largest;
        let (velocities, weights): (Vec<_>, Vec<_>) =
            weighted().filter(|&(_, weight)| weight > 0.0 && weight >= least && weight.is_finite()).unzip();
        if velocities.is_empty() {
            return Err("found a lattice whose cells all lie where the density is 0; allowed: a lattice that covers the distribution".to_string());
        }
        Ok(Self { velocities, weights, spacing: lattice.spacing, lattice: Some(lattice), center })
    }

    fn sampled(velocities: Vec<[f64; D]>, density: f64, center: [f64; D]) -> Result<Self, String> {
        let weights = vec![density / velocities.len() as f64; velocities.len()];
        let spacing = mean_neighbour_distance(&velocities);
        if spacing.is_nan() || spacing <= 0.0 {
            return Err(format!(
                "found a mean distance of {spacing} between neighbours; allowed: particles that differ"
            ));
        }
        Ok(Self { velocities, weights, spacing, lattice: None, center })
    }
}

/// The mean distance from a particle to its nearest neighbour.
fn mean_neighbour_distance<const D: usize>(velocities: &[[f64; D]]) -> f64 {
    let Ok(tree) = ImmutableKdTree::<f64, D>::new_from_slice(velocities) else { return f64::NAN };
    let two = NonZeroUsize::MIN.saturating_add(1);
    let distances: Vec<f64> = velocities
        .par_iter()
        .map(|v| {
            // The nearest is the particle itself.
            let nearest = tree.query(v).nearest_n::<SquaredEuclidean<f64>>(two).execute();
            nearest.last().map_or(f64::NAN, |neighbour| neighbour.distance.sqrt())
        })
        .collect();
    distances.iter().sum::<f64>() / velocities.len() as f64
}

fn vector<const D: usize>(components: Option<&[f64]>) -> [f64; D] {
    std::array::from_fn(|axis| components.map_or(0.0, |components| components[axis]))
}
