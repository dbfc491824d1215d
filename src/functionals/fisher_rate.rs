//! The derivative ⟨I', L f⟩ of Fisher information along collisions with fixed species, and its radial and
//! spherical parts (Junné, Winter, Yoldaş 2025).

use super::column::{At, Column};
use super::integrals::{Integrand, bending, direction, turning};
use super::mollified::Node;
use crate::kernel::interaction::dot;
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The derivative of the Fisher information along collisions with the fixed species, and its radial and
/// spherical parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct FisherRate {}

/// −2 |v|^(γ+2) |Π ∇(v̂·∇ℓ) + (γ/2r) Π ∇ℓ|² f.
pub struct RadialRate {
    pub gamma: f64,
}

/// −2 |v|^(γ+2) (|(Π ∇)² ℓ|² − (γ²/4r²) |Π ∇ℓ|²) f.
pub struct SphericalRate {
    pub gamma: f64,
}

impl<const D: usize> Integrand<D> for RadialRate {
    fn at(&self, node: &Node<D>) -> f64 {
        let Some((r, unit)) = direction(node) else { return 0.0 };
        // Π ∇(v̂·∇ℓ) + (γ/2r) Π ∇ℓ = Π (∇∇ℓ v̂ + (1 + γ/2)/r ∇ℓ).
        let factor = (1.0 + 0.5 * self.gamma) / r;
        let change: [f64; D] = std::array::from_fn(|a| dot(node.hessian[a], unit) + factor * node.score[a]);
        let radial = dot(change, change) - dot(change, unit).powi(2);
        let weight = -2.0 * node.density * r.powf(self.gamma + 2.0);
        weight * radial
    }

    fn is_of_second_derivatives(&self) -> bool {
        true
    }
}

impl<const D: usize> Integrand<D> for SphericalRate {
    fn at(&self, node: &Node<D>) -> f64 {
        let Some((r, unit)) = direction(node) else { return 0.0 };
        let square = dot(node.from_center, node.from_center);
        let weight = -2.0 * node.density * r.powf(self.gamma + 2.0);
        let turning = turning(node, r);
        weight * (bending(node, r, unit) - 0.25 * self.gamma * self.gamma * turning / square)
    }

    fn is_of_second_derivatives(&self) -> bool {
        true
    }
}

impl<const D: usize> Column<D> for FisherRate {
    fn key(&self) -> &'static str {
        "fisher_rate"
    }

    fn is_about_fixed_species(&self) -> bool {
        true
    }

    fn names(&self, problem: &Problem<D>) -> Vec<String> {
        let each =
            |name: &str| problem.species.iter().map(|one| format!("{}_{name}", one.name)).collect::<Vec<_>>();
        ["fisher_rate", "fisher_rate_radial", "fisher_rate_spherical"].map(each).concat()
    }

    fn integrands(&self, gamma: f64) -> Vec<Box<dyn Integrand<D>>> {
        vec![Box::new(RadialRate { gamma }), Box::new(SphericalRate { gamma })]
    }

    fn values(&self, at: &At<'_, D>, integrals: &[&[f64]]) -> Vec<f64> {
        let parts: Vec<[f64; 2]> = integrals
            .iter()
            .enumerate()
            .map(|(i, found)| {
                let rate = at.rate_by_fixed_species(i);
                [rate * found[0], rate * found[1]]
            })
            .collect();
        let totals = parts.iter().map(|parts| parts.iter().sum());
        totals.chain(parts.iter().map(|parts| parts[0])).chain(parts.iter().map(|parts| parts[1])).collect()
    }
}
