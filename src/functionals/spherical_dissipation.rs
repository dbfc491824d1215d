//! The dissipation −⟨J_β', L f⟩ of spherical Fisher information by collisions with fixed species (Junné, Winter,
//! Yoldaş 2025): Σ_b c_b n_b/m² times 2 ∫ |v|^(2+γ−β) |(Π ∇)² log f|² f.

use super::column::{At, Column, require_beta};
use super::integrals::{Integrand, bending, direction};
use super::mollified::Node;
use crate::problem::Problem;
use crate::rules::Checks;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The dissipation of the spherical Fisher information by collisions with the fixed species.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct SphericalDissipation {
    pub beta: f64,
}

/// 2 |v|^(2+γ−β) |(Π ∇)² log f|² f.
pub struct BendingDensity {
    pub beta: f64,
    pub gamma: f64,
}

impl<const D: usize> Integrand<D> for BendingDensity {
    fn at(&self, node: &Node<D>) -> f64 {
        let Some((r, unit)) = direction(node) else { return 0.0 };
        2.0 * node.density * r.powf(2.0 + self.gamma - self.beta) * bending(node, r, unit)
    }

    fn is_of_second_derivatives(&self) -> bool {
        true
    }
}

impl<const D: usize> Column<D> for SphericalDissipation {
    fn key(&self) -> &'static str {
        "spherical_dissipation"
    }

    fn is_about_fixed_species(&self) -> bool {
        true
    }

    fn rules(&self, found: &mut Checks) {
        require_beta(found, self.beta, D);
    }

    fn names(&self, problem: &Problem<D>) -> Vec<String> {
        let name = |name: &String| format!("{name}_spherical_dissipation_{}", self.beta);
        problem.species.iter().map(|one| name(&one.name)).collect()
    }

    fn integrands(&self, gamma: f64) -> Vec<Box<dyn Integrand<D>>> {
        vec![Box::new(BendingDensity { beta: self.beta, gamma })]
    }

    fn values(&self, at: &At<'_, D>, integrals: &[&[f64]]) -> Vec<f64> {
        integrals.iter().enumerate().map(|(i, found)| at.rate_by_fixed_species(i) * found[0]).collect()
    }
}
