//! Spherical Fisher information J_β = ∫ |Π ∇ log f|² |v|^(−β) f (Junné, Winter, Yoldaş 2025).

use super::column::{At, Column, require_beta};
use super::integrals::{Integrand, direction, turning};
use super::mollified::{Center, Node};
use super::origin::Around;
use crate::kernel::interaction::dot;
use crate::problem::Problem;
use crate::rules::Checks;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// ∫ |Π ∇ log f|² |v|^(−β) f about the fixed species, Π the projection across v; 0 ≤ β < d.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct SphericalFisher {
    pub beta: f64,
}

/// |Π ∇ log f|² |v|^(−β) f.
pub struct SphericalFisherDensity {
    pub beta: f64,
}

impl<const D: usize> Integrand<D> for SphericalFisherDensity {
    fn at(&self, node: &Node<D>) -> f64 {
        direction(node).map_or(0.0, |(r, _)| node.density * r.powf(-self.beta) * turning(node, r))
    }

    /// The mean of |Π a|² over directions is (1 − 1/d) |a|².
    fn excess_at_center(&self, center: &Center<D>, around: &Around) -> f64 {
        // For β < 0 the weight vanishes at the centre, and the neglected contribution is of higher order.
        if self.beta < 0.0 {
            return 0.0;
        }
        let d = D as f64;
        let turning = (1.0 - 1.0 / d) * dot(center.score, center.score) * center.density;
        around.excess(self.beta) * turning
    }
}

impl<const D: usize> Column<D> for SphericalFisher {
    fn key(&self) -> &'static str {
        "spherical_fisher"
    }

    fn is_about_fixed_species(&self) -> bool {
        true
    }

    fn rules(&self, found: &mut Checks) {
        require_beta(found, self.beta, D);
    }

    fn names(&self, problem: &Problem<D>) -> Vec<String> {
        problem.species.iter().map(|one| format!("{}_spherical_fisher_{}", one.name, self.beta)).collect()
    }

    fn integrands(&self, _gamma: f64) -> Vec<Box<dyn Integrand<D>>> {
        vec![Box::new(SphericalFisherDensity { beta: self.beta })]
    }

    fn values(&self, _at: &At<'_, D>, integrals: &[&[f64]]) -> Vec<f64> {
        integrals.iter().map(|found| found[0]).collect()
    }
}
