//! Entropy H = ∫ f log f, and the relative entropy H(f|M) = ∫ f log(f/M), where M is the Maxwellian of the
//! same mass and energy.

use super::column::{At, Column};
use super::integrals::Integrand;
use super::mollified::Node;
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Entropy relative to the Maxwellian of the same mass and energy about the fixed species.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct RelativeEntropy {}

/// f log f.
pub struct EntropyDensity;

impl<const D: usize> Integrand<D> for EntropyDensity {
    fn at(&self, node: &Node<D>) -> f64 {
        node.density * node.density.ln()
    }
}

/// H(f|M) of a species, given its entropy H. log M is quadratic, so its mean follows from the moments.
pub fn relative_entropy<const D: usize>(at: &At<'_, D>, species: usize, entropy: f64) -> f64 {
    let one = &at.problem.species[species];
    let moments = at.problem.moments(one, at.velocities);
    let center = at.center(species);
    let drift: f64 = (0..D).map(|axis| (moments.velocity[axis] - center[axis]).powi(2)).sum();
    let d = D as f64;
    let width = moments.temperature() / one.mass + drift / d;
    let log_maxwellian = moments.density.ln() - 0.5 * d * ((2.0 * PI * width).ln() + 1.0);
    entropy - moments.density * log_maxwellian
}

impl<const D: usize> Column<D> for RelativeEntropy {
    fn key(&self) -> &'static str {
        "relative_entropy"
    }

    fn is_about_fixed_species(&self) -> bool {
        true
    }

    fn names(&self, problem: &Problem<D>) -> Vec<String> {
        problem.species.iter().map(|one| format!("{}_relative_entropy", one.name)).collect()
    }

    fn integrands(&self, _gamma: f64) -> Vec<Box<dyn Integrand<D>>> {
        vec![Box::new(EntropyDensity)]
    }

    fn values(&self, at: &At<'_, D>, integrals: &[&[f64]]) -> Vec<f64> {
        integrals.iter().enumerate().map(|(i, found)| relative_entropy(at, i, found[0])).collect()
    }
}
