//! Fisher information I = ∫ |∇ log f|² f.

use super::column::{At, Column};
use super::integrals::Integrand;
use super::mollified::Node;
use crate::kernel::interaction::dot;
use crate::problem::Problem;
use crate::sum::Sum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fisher information ∫ |∇ log f|² f of each species, and their sum over 1/m.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Fisher {}

/// |∇ log f|² f.
pub struct FisherDensity;

impl<const D: usize> Integrand<D> for FisherDensity {
    fn at(&self, node: &Node<D>) -> f64 {
        node.density * dot(node.score, node.score)
    }
}

impl<const D: usize> Column<D> for Fisher {
    fn key(&self) -> &'static str {
        "fisher"
    }

    fn names(&self, problem: &Problem<D>) -> Vec<String> {
        let each = problem.species.iter().map(|one| format!("{}_fisher", one.name));
        std::iter::once("fisher".to_string()).chain(each).collect()
    }

    fn integrands(&self, _gamma: f64) -> Vec<Box<dyn Integrand<D>>> {
        vec![Box::new(FisherDensity)]
    }

    fn values(&self, at: &At<'_, D>, integrals: &[&[f64]]) -> Vec<f64> {
        let mut total = Sum::default();
        for (species, found) in at.problem.species.iter().zip(integrals) {
            total.add(found[0] / species.mass);
        }
        std::iter::once(total.value()).chain(integrals.iter().map(|found| found[0])).collect()
    }
}
