//! The columns that the functionals of a scenario make, and their values along a run.

use super::Functional;
use super::column::At;
use super::integrals::{Integrand, Reconstruction, integrals};
use super::mollified::TooManyNodes;
use crate::error::Failure;
use crate::problem::Problem;

/// The cut-off of densities that are subtracted from one another, in standard deviations.
const WIDE: f64 = 8.0;

/// Which functionals, and how densities are reconstructed for them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns {
    requested: Vec<Functional>,
    order: u32,
    cutoff: f64,
}

impl Columns {
    /// Functionals of densities at the order and cut-off of the scores.
    pub fn new(requested: Vec<Functional>, order: u32, cutoff: f64) -> Self {
        Self { requested, order, cutoff }
    }

    /// The names of the columns.
    pub fn names<const D: usize>(&self, problem: &Problem<D>) -> Vec<String> {
        self.requested.iter().flat_map(|one| one.column::<D>().names(problem)).collect()
    }

    /// Whether each column may be unknown at a state: NaN, which is no fault of numbers.
    pub fn may_be_unknown<const D: usize>(&self, problem: &Problem<D>) -> Vec<bool> {
        let of = |one: &Functional| {
            let column = one.column::<D>();
            vec![column.may_be_unknown(); column.names(problem).len()]
        };
        self.requested.iter().flat_map(of).collect()
    }

    /// Their values at a state.
    ///
    /// # Errors
    ///
    /// If the density of a species takes a mesh that is too large.
    pub fn values<const D: usize>(&self, at: &At<'_, D>) -> Result<Vec<f64>, Failure> {
        let problem = at.problem;
        let mut integrands: Vec<Box<dyn Integrand<D>>> = Vec::new();
        let mut places = Vec::new();
        for functional in &self.requested {
            let own = functional.column::<D>().integrands(problem.gamma);
            places.push(integrands.len()..integrands.len() + own.len());
            integrands.extend(own);
        }
        let found: Vec<Vec<f64>> = (0..problem.species.len())
            .map(|species| self.integrals(at, species, &integrands))
            .collect::<Result<_, _>>()?;
        // Differences see where a mollifier ends: here it is 1e-14 of its maximum.
        let wide = Self { cutoff: self.cutoff.max(WIDE), requested: Vec::new(), order: self.order };
        let elsewhere = |species: usize, velocities: &[[f64; D]], integrands: &[Box<dyn Integrand<D>>]| {
            wide.integrals(&At { velocities, ..*at }, species, integrands)
        };
        let mut values = Vec::new();
        for (functional, place) in self.requested.iter().zip(places) {
            let own: Vec<&[f64]> = found.iter().map(|found| &found[place.clone()]).collect();
            values.extend(functional.column::<D>().values_elsewhere(at, &own, &elsewhere)?);
        }
        Ok(values)
    }

    fn integrals<const D: usize>(
        &self,
        at: &At<'_, D>,
        index: usize,
        integrands: &[Box<dyn Integrand<D>>],
    ) -> Result<Vec<f64>, Failure> {
        if integrands.is_empty() {
            return Ok(Vec::new());
        }
        let species = &at.problem.species[index];
        let velocities = &at.velocities[species.range.clone()];
        let weights = &at.problem.weights[species.range.clone()];
        let bandwidth = species.bandwidth * at.problem.spread(species, at.velocities).powi(2);
        let (order, cutoff, center) = (self.order, self.cutoff, at.center(index));
        let symmetry = at.problem.symmetry;
        let density = Reconstruction { symmetry, velocities, weights, bandwidth, order, cutoff, center };
        integrals(&density, integrands).map_err(|TooManyNodes(nodes)| Failure::FunctionalsTooLarge {
            species: species.name.clone(),
            nodes,
            bandwidth,
        })
    }
}
