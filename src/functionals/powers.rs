//! The power that moving species give one another by collisions.
//!
//! ```text
//! P_ij = −c_ij Σ_{p∈i} Σ_{q∈j} w_p w_q v_p · A(v_p − v_q)(g_p − g_q),     P_ij + P_ji = 0
//! ```
//!
//! These are the sums of the right-hand side, pair of species by pair, as if each were alone: directly, whatever the run's own
//! `summation` is.

use super::column::{At, Column};
use crate::collision::interface::{Accuracy, Particles, SpeciesTable};
use crate::collision::pair_sum::PairSum;
use crate::kernel::interaction::dot;
use crate::kernel::lanes::InstructionSet;
use crate::problem::Problem;
use crate::sum::{Sum, sum};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The power that each moving species gets from each other by collisions; costs as much as a sum over pairs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Powers {}

impl<const D: usize> Column<D> for Powers {
    fn key(&self) -> &'static str {
        "powers"
    }

    fn has_units(&self) -> bool {
        true
    }

    fn names(&self, problem: &Problem<D>) -> Vec<String> {
        let name = |i: usize, j: usize| {
            let [to, from] = [i, j].map(|place| &problem.species[place].name);
            [format!("power_{to}_{from}"), format!("power_{from}_{to}")]
        };
        colliding(problem).into_iter().flat_map(|[i, j]| name(i, j)).collect()
    }

    fn values(&self, at: &At<'_, D>, _integrals: &[&[f64]]) -> Vec<f64> {
        let problem = at.problem;
        // The same bits on every machine.
        let mut pair_sum = PairSum::direct(problem.symmetry, problem.gamma, InstructionSet::Portable);
        let of_species = |species: &crate::problem::Species<D>| {
            let scores = at.scores[species.range.clone()].iter();
            scores.map(|score| score.map(|component| component / species.mass)).collect::<Vec<_>>()
        };
        let gradients: Vec<[f64; D]> = problem.species.iter().flat_map(of_species).collect();
        let unit = problem.scales.energy() / problem.scales.time;
        let mut drag = vec![[0.0; D]; problem.particles()];
        let mut powers = Vec::new();
        for pair in colliding(problem) {
            let table = alone(problem, pair);
            let particles = Particles {
                species: &table,
                velocities: at.velocities,
                gradients: &gradients,
                weights: &problem.weights,
                spreads: None,
                regularisation: at.regularisation,
            };
            pair_sum.evaluate(particles, 0, Accuracy::Kept, &mut drag);
            powers.extend(pair.map(|species| -unit * work(at, species, &drag)));
        }
        powers
    }
}

/// The pairs of different moving species that collide.
fn colliding<const D: usize>(problem: &Problem<D>) -> Vec<[usize; 2]> {
    let count = problem.species.len();
    let pairs = (0..count).flat_map(|i| (i + 1..count).map(move |j| [i, j]));
    pairs.filter(|[i, j]| problem.coefficients[i * count + j] > 0.0).collect()
}

/// The moving species of which only these two collide, with each other.
fn alone<const D: usize>(problem: &Problem<D>, [i, j]: [usize; 2]) -> SpeciesTable {
    let count = problem.species.len();
    let mut coefficients = vec![0.0; count * count];
    for place in [i * count + j, j * count + i] {
        coefficients[place] = problem.coefficients[place];
    }
    let masses = problem.species.iter().map(|species| species.mass).collect();
    let ranges = problem.species.iter().map(|species| species.range.clone()).collect();
    SpeciesTable::new(masses, ranges, coefficients)
}

/// Σ w v · drag over a species, by velocities about the reference and the momentum beside it.
fn work<const D: usize>(at: &At<'_, D>, species: usize, drag: &[[f64; D]]) -> f64 {
    let problem = at.problem;
    let range = problem.species[species].range.clone();
    let about_reference = sum(range.clone().map(|p| {
        let relative = std::array::from_fn(|axis| at.velocities[p][axis] - problem.reference[axis]);
        problem.weights[p] * dot(relative, drag[p])
    }));
    let mut momentum = [Sum::default(); D];
    for p in range {
        (0..D).for_each(|axis| momentum[axis].add(problem.weights[p] * drag[p][axis]));
    }
    about_reference + dot(problem.reference, problem.symmetry.mean(momentum.map(Sum::value)))
}
