//! The Lyapunov functional I + a J_1 + R H(f|M) of theorem 1.3 (Junné, Winter, Yoldaş 2025).

use super::column::{At, Column};
use super::fisher::FisherDensity;
use super::integrals::Integrand;
use super::relative_entropy::{EntropyDensity, relative_entropy};
use super::spherical_fisher::SphericalFisherDensity;
use crate::problem::Problem;
use crate::rules::Checks;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fisher information plus a times the spherical one with β = 1 plus r times the relative entropy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Lyapunov {
    pub a: f64,
    pub r: f64,
}

impl<const D: usize> Column<D> for Lyapunov {
    fn key(&self) -> &'static str {
        "lyapunov"
    }

    fn is_about_fixed_species(&self) -> bool {
        true
    }

    /// The names of its columns do not contain a and r, so it may occur only once.
    fn is_asked_for_once(&self) -> bool {
        true
    }

    fn rules(&self, found: &mut Checks) {
        found.within("a", self.a, 0.0, 1e300);
        found.within("r", self.r, 0.0, 1e300);
    }

    fn names(&self, problem: &Problem<D>) -> Vec<String> {
        problem.species.iter().map(|one| format!("{}_lyapunov", one.name)).collect()
    }

    fn integrands(&self, _gamma: f64) -> Vec<Box<dyn Integrand<D>>> {
        vec![
            Box::new(FisherDensity),
            Box::new(SphericalFisherDensity { beta: 1.0 }),
            Box::new(EntropyDensity),
        ]
    }

    fn values(&self, at: &At<'_, D>, integrals: &[&[f64]]) -> Vec<f64> {
        let value = |(i, found): (usize, &&[f64])| {
            found[0] + self.a * found[1] + self.r * relative_entropy(at, i, found[2])
        };
        integrals.iter().enumerate().map(value).collect()
    }
}
