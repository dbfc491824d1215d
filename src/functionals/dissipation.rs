//! Dissipation of entropy by collisions, for each pair of species. With the scores s and g = s/m,
//!
//! ```text
//! D_ij = c_ij Σ_{p∈i} Σ_{q∈j} w_p w_q (g_p − g_q)·A(v_p − v_q)(g_p − g_q)      (half of it for i = j)
//! D_ib = c_ib n_b Σ_{p∈i} w_p g_p·A(v_p − u_b) g_p
//! ```
//!
//! A is the tensor of the pair sums, with their regularisation. No term is negative. The total is minus the
//! rate of change of the entropy whose gradient the scores are.
//!
//! # Rings and shells
//!
//! Their terms are averages over orbits, which only the kernels of their pair sums know. A pair sum in which no other species
//! collide has the sums F of two species, and since a pair's forces are opposite in what they do to the invariants,
//!
//! ```text
//! D_ij = Σ_{p∈i,j} w_p g_p·F_p
//! ```
//!
//! It is the same for g without the part that no pair feels, which is taken out: near equilibrium little is left, and
//! rounding is relative to that.

use super::column::{At, Column};
use crate::collision::conserve::remove_invariants;
use crate::collision::pair_sum::{Accuracy, PairSum, Particles, SpeciesTable};
use crate::kernel::interaction::dot;
use crate::kernel::lanes::InstructionSet;
use crate::parallel;
use crate::problem::Problem;
use crate::sum::{Sum, sum};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The dissipation of entropy by each pair of species; costs as much as a sum over pairs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Dissipation {}

impl<const D: usize> Column<D> for Dissipation {
    fn key(&self) -> &'static str {
        "dissipation"
    }

    fn names(&self, problem: &Problem<D>) -> Vec<String> {
        pairs(problem).iter().map(|[a, b]| format!("dissipation_{a}_{b}")).collect()
    }

    fn values(&self, at: &At<'_, D>, _integrals: &[&[f64]]) -> Vec<f64> {
        dissipations(at).iter().map(|one| one.value).collect()
    }
}

/// The dissipation of one pair of species.
#[derive(Debug, Clone, PartialEq)]
pub struct OfPair {
    /// Names of the two species, in the order of the scenario; fixed species last.
    pub species: [String; 2],
    pub value: f64,
}

/// The names of all pairs of species that collide.
pub fn pairs<const D: usize>(problem: &Problem<D>) -> Vec<[String; 2]> {
    colliding(problem).into_iter().map(|(names, ..)| names).collect()
}

/// The partner of a moving species: a moving or a fixed species, by its index.
#[derive(Debug, Clone, Copy)]
enum Partner {
    Moving(usize),
    Fixed(usize),
}

fn colliding<const D: usize>(problem: &Problem<D>) -> Vec<([String; 2], usize, Partner)> {
    let count = problem.species.len();
    let mut pairs = Vec::new();
    for (i, species) in problem.species.iter().enumerate() {
        for (j, other) in problem.species.iter().enumerate().skip(i) {
            if problem.coefficients[i * count + j] > 0.0 {
                pairs.push(([species.name.clone(), other.name.clone()], i, Partner::Moving(j)));
            }
        }
        for (b, fixed) in problem.fixed.iter().enumerate() {
            if problem.fixed_coefficients[i * problem.fixed.len() + b] > 0.0 {
                pairs.push(([species.name.clone(), fixed.name.clone()], i, Partner::Fixed(b)));
            }
        }
    }
    pairs
}

/// The dissipation of every pair of species that collides, from all velocities and scores.
pub fn dissipations<const D: usize>(at: &At<'_, D>) -> Vec<OfPair> {
    let At { problem, regularisation, velocities, scores } = *at;
    let mut orbits = (!problem.symmetry.is_none()).then(|| Orbits::new(at));
    let mut of_pair = |(species, i, partner): ([String; 2], usize, Partner)| {
        let own = &problem.species[i];
        let gradient = |p: usize, mass: f64| scores[p].map(|component| component / mass);
        let between = |a: [f64; D], b: [f64; D]| std::array::from_fn(|axis| a[axis] - b[axis]);
        let value = match (partner, &mut orbits) {
            (Partner::Moving(j), Some(orbits)) => orbits.dissipation(i, j),
            (Partner::Moving(j), None) => {
                let other = &problem.species[j];
                let tensor = regularisation.between(problem, i, j);
                let targets = parallel::map(own.range.len(), &|k| {
                    let p = own.range.start + k;
                    let g = gradient(p, own.mass);
                    let mut total = Sum::default();
                    for q in other.range.clone() {
                        let z: [f64; D] = between(velocities[p], velocities[q]);
                        let d: [f64; D] = between(g, gradient(q, other.mass));
                        total.add(problem.weights[q] * dot(d, tensor.apply(z, 0.0, d)));
                    }
                    problem.weights[p] * total.value()
                });
                let half = if i == j { 0.5 } else { 1.0 };
                half * problem.coefficients[i * problem.species.len() + j] * sum(targets)
            }
            (Partner::Fixed(b), _) => {
                let fixed = &problem.fixed[b];
                let tensor = regularisation.from_fixed(problem, i, b);
                let strength = problem.fixed_coefficients[i * problem.fixed.len() + b] * fixed.density;
                let terms = own.range.clone().map(|p| {
                    let (z, g) = (between(velocities[p], fixed.velocity), gradient(p, own.mass));
                    problem.weights[p] * dot(g, tensor.apply(z, 0.0, g))
                });
                strength * sum(terms)
            }
        };
        OfPair { species, value }
    };
    colliding(problem).into_iter().map(&mut of_pair).collect()
}

/// Sums over pairs of rings or shells.
struct Orbits<'a, const D: usize> {
    at: &'a At<'a, D>,
    pair_sum: PairSum<D>,
    gradients: Vec<[f64; D]>,
    sums: Vec<[f64; D]>,
}

impl<'a, const D: usize> Orbits<'a, D> {
    fn new(at: &'a At<'a, D>) -> Self {
        let At { problem, velocities, .. } = *at;
        // The run has refused a name that is none.
        let set = InstructionSet::chosen().unwrap_or_else(|_| InstructionSet::detect());
        Self {
            at,
            pair_sum: PairSum::direct(problem.symmetry, problem.gamma, set),
            gradients: Vec::new(),
            sums: vec![[0.0; D]; velocities.len()],
        }
    }

    /// D_ij of two moving species.
    fn dissipation(&mut self, i: usize, j: usize) -> f64 {
        let At { problem, regularisation, velocities, scores } = *self.at;
        let species = &problem.species;
        let between = |a: usize, b: usize| {
            let c = problem.coefficients[i * species.len() + j];
            if (a, b) == (i, j) || (a, b) == (j, i) { c } else { 0.0 }
        };
        let all = (0..species.len()).flat_map(|a| (0..species.len()).map(move |b| (a, b)));
        let table = SpeciesTable::new(
            species.iter().map(|one| one.mass).collect(),
            species.iter().map(|one| one.range.clone()).collect(),
            all.map(|(a, b)| between(a, b)).collect(),
        );
        let masses = species.iter().flat_map(|one| one.range.clone().map(|_| one.mass));
        let gradient = |(score, mass): (&[f64; D], f64)| score.map(|component| component / mass);
        let whole: Vec<[f64; D]> = scores.iter().zip(masses).map(gradient).collect();
        let particles = |gradients| Particles {
            species: &table,
            velocities,
            gradients,
            weights: &problem.weights,
            spreads: None,
            regularisation,
        };
        let momenta = std::array::from_fn(|axis| problem.symmetry.has_mean(axis));
        let Self { pair_sum, gradients, sums, .. } = self;
        remove_invariants(particles(&whole), momenta, &mut Vec::new(), gradients);
        pair_sum.evaluate(particles(gradients), 0, Accuracy::Kept, sums);
        let of_species = |k: usize| species[k].range.clone();
        let pair = of_species(i).chain(if i == j { 0..0 } else { of_species(j) });
        sum(pair.map(|p| problem.weights[p] * dot(gradients[p], sums[p])))
    }
}
