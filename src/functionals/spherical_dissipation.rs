//! The dissipation −⟨J_β', L f⟩ of spherical Fisher information by collisions with fixed species (Junné, Winter,
//! Yoldaş 2025): Σ_b c_b n_b/m² times 2 ∫ |v|^(2+γ−β) |(Π ∇)² log f|² f.
//!
//! For γ − β ≤ −d the integral diverges at the fixed species' velocity where ∇f is not 0 there: the integrand's mean over directions
//! is 2 a_d f |∇ log f|² r^(γ−β), a_2 = ½ and a_3 = 4/3. Where that matters the value is NaN, which leaves its cell empty.

use super::column::{At, Column, require_beta};
use super::fisher_rate::squared_slope;
use super::integrals::{Integrand, bending, direction};
use super::mollified::Node;
use crate::problem::Problem;
use crate::rules::Checks;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// The dissipation of the spherical Fisher information by collisions with the fixed species; left empty for γ − β ≤ −d where the
/// density has a slope at the fixed species' velocity, as the integral diverges there.
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

/// What diverges, from each distance to e times it, relative to the integral, below which it is rounding of data that are even.
const NEGLIGIBLE: f64 = 1e-3;

impl SphericalDissipation {
    /// 2 a_d |S| f |∇ log f|² η^(γ−β+d), |S| the area of the unit sphere and η the width of the mollifier; 0 where nothing diverges.
    fn diverging_part<const D: usize>(&self, at: &At<'_, D>, i: usize) -> f64 {
        let power = at.problem.gamma - self.beta + D as f64;
        if power > 0.0 {
            return 0.0;
        }
        let species = &at.problem.species[i];
        let slope = squared_slope(at.problem, species, at.center(i), at.velocities);
        let factor = if D == 3 { 32.0 / 3.0 * PI } else { 2.0 * PI };
        factor * slope * species.bandwidth.powf(0.5 * power)
    }
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

    fn may_be_unknown(&self) -> bool {
        true
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
        let value = |(i, found): (usize, &&[f64])| match self.diverging_part(at, i) > NEGLIGIBLE * found[0] {
            true => f64::NAN,
            false => at.rate_by_fixed_species(i) * found[0],
        };
        integrals.iter().enumerate().map(value).collect()
    }
}
