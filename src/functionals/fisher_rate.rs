//! The derivative ⟨I', L f⟩ of Fisher information along collisions with fixed species, and its radial and
//! spherical parts (Junné, Winter, Yoldaş 2025).
//!
//! For Coulomb collisions in three dimensions the integrals over v ≠ 0 lack −(4π/3) f(0) |∇ log f(0)|², and near the ions they
//! converge by cancellation of directions alone. Where that term matters, neither they nor a run, whose scattering near the
//! ions is that of a bounded kernel, know the derivative: the values are NaN.

use super::column::{At, Column};
use super::integrals::{Integrand, bending, direction, turning};
use super::mollified::Node;
use crate::kernel::interaction::dot;
use crate::problem::{Problem, Species};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The derivative of the Fisher information along collisions with the fixed species, and its radial and
/// spherical parts; left empty for γ = −3 where the density has a slope at the fixed species' velocity.
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

/// What is missing at the fixed species' velocity, relative to the integrals, below which they stand.
const NEGLIGIBLE: f64 = 1e-3;

/// (4π/3) f |∇ log f|² at a velocity, of the mollified density, for Coulomb collisions in three dimensions; else 0.
pub fn slope_at_center<const D: usize>(
    problem: &Problem<D>,
    species: &Species<D>,
    center: [f64; D],
    velocities: &[[f64; D]],
) -> f64 {
    if problem.gamma != -3.0 || D != 3 {
        return 0.0;
    }
    4.0 / 3.0 * std::f64::consts::PI * squared_slope(problem, species, center, velocities)
}

/// f |∇ log f|² at a velocity, of the mollified density.
pub fn squared_slope<const D: usize>(
    problem: &Problem<D>,
    species: &Species<D>,
    center: [f64; D],
    velocities: &[[f64; D]],
) -> f64 {
    let (mut density, mut slope) = (0.0, [0.0; D]);
    for p in species.range.clone() {
        let away: [f64; D] = std::array::from_fn(|axis| velocities[p][axis] - center[axis]);
        let share = problem.weights[p] * (-0.5 * dot(away, away) / species.bandwidth).exp();
        density += share;
        (0..D).for_each(|axis| slope[axis] += share * away[axis] / species.bandwidth);
    }
    let slope = problem.symmetry.mean(slope);
    if density == 0.0 {
        return 0.0;
    }
    let norm = (2.0 * std::f64::consts::PI * species.bandwidth).powi(D as i32).sqrt();
    dot(slope, slope) / (density * norm)
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

    fn may_be_unknown(&self) -> bool {
        true
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
                let species = &at.problem.species[i];
                if slope_at_center(at.problem, species, at.center(i), at.velocities)
                    > NEGLIGIBLE * (found[0].abs() + found[1].abs())
                {
                    return [f64::NAN; 2];
                }
                [rate * found[0], rate * found[1]]
            })
            .collect();
        let totals = parts.iter().map(|parts| parts.iter().sum());
        totals.chain(parts.iter().map(|parts| parts[0])).chain(parts.iter().map(|parts| parts[1])).collect()
    }
}
