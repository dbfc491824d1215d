//! What every functional is that a run can be asked for: some columns of diagnostics.csv.

use super::integrals::Integrand;
use crate::collision::regularisation::Regularisation;
use crate::error::Failure;
use crate::problem::Problem;
use crate::rules::{Checks, number};

/// A functional as a scenario asks for it.
pub trait Column<const D: usize>: Sync {
    /// Its key in a scenario.
    fn key(&self) -> &'static str;

    /// Whether its values have units, which it brings them to: functionals of the logarithm of a density have none.
    fn has_units(&self) -> bool {
        false
    }

    /// Whether there are states at which it is not known: its values are then NaN, which is no fault of numbers.
    fn may_be_unknown(&self) -> bool {
        false
    }

    /// Whether it refers to a velocity that all fixed species have in common.
    fn is_about_fixed_species(&self) -> bool {
        false
    }

    /// Whether it is computed of points alone, not of rings or shells.
    fn is_of_points(&self) -> bool {
        false
    }

    /// Whether a scenario may ask for it once only.
    fn is_asked_for_once(&self) -> bool {
        false
    }

    /// Checks its numbers. Paths of violations are among its own keys.
    fn rules(&self, _found: &mut Checks) {}

    /// The names of its columns.
    fn names(&self, problem: &Problem<D>) -> Vec<String>;

    /// What it needs to be integrated of the mollified density of each species; nothing for sums over particles.
    fn integrands(&self, _gamma: f64) -> Vec<Box<dyn Integrand<D>>> {
        Vec::new()
    }

    /// The values of its columns, from the integrals of each species in the order of its integrands.
    fn values(&self, at: &At<'_, D>, integrals: &[&[f64]]) -> Vec<f64>;

    /// The same for a column that needs densities at other velocities too.
    ///
    /// # Errors
    ///
    /// If such a density takes a mesh that is too large.
    fn values_elsewhere(
        &self,
        at: &At<'_, D>,
        integrals: &[&[f64]],
        _elsewhere: &Elsewhere<'_, D>,
    ) -> Result<Vec<f64>, Failure> {
        Ok(self.values(at, integrals))
    }
}

/// Integrals of the density of a species, by its index, for particles at other velocities.
pub type Elsewhere<'a, const D: usize> =
    dyn Fn(usize, &[[f64; D]], &[Box<dyn Integrand<D>>]) -> Result<Vec<f64>, Failure> + 'a;

/// A state of a run with its scores.
#[derive(Debug, Clone, Copy)]
pub struct At<'a, const D: usize> {
    pub problem: &'a Problem<D>,
    /// δ² of every pair of species there.
    pub regularisation: &'a Regularisation,
    pub velocities: &'a [[f64; D]],
    pub scores: &'a [[f64; D]],
}

impl<const D: usize> At<'_, D> {
    /// The velocity that functionals of a moving species are about: that of the fixed species, or of its distribution
    /// at the start.
    pub fn center(&self, species: usize) -> [f64; D] {
        self.problem.fixed.first().map_or(self.problem.species[species].center, |fixed| fixed.velocity)
    }

    /// Σ_b c_b n_b/m² of a moving species.
    pub fn rate_by_fixed_species(&self, species: usize) -> f64 {
        let Problem { fixed, fixed_coefficients, .. } = self.problem;
        let strengths = fixed.iter().zip(&fixed_coefficients[species * fixed.len()..]);
        strengths.map(|(fixed, c)| c * fixed.density).sum::<f64>()
            / self.problem.species[species].mass.powi(2)
    }
}

/// β in 0 ≤ β < d.
pub fn require_beta(found: &mut Checks, beta: f64, dimension: usize) {
    let dimension = dimension as f64;
    found.require((0.0..dimension).contains(&beta), "beta", || {
        format!(
            "found {}; allowed: 0 ≤ beta < {dimension}, the dimension, beyond which the integral diverges",
            number(beta)
        )
    });
}
