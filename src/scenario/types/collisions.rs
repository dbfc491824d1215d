//! Collisions: the kernel, its coefficients, and how pairs are summed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The collision kernel |z|^γ (|z|² I − z zᵀ) and its coefficients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Collisions {
    /// Exponent γ in [−3, 1]: −3 Coulomb, 0 Maxwell molecules.
    pub gamma: f64,
    /// Collision strength of every pair of species.
    pub coefficients: Coefficients,
    /// How far apart particles must be to see the kernel as it is.
    #[serde(default)]
    pub regularisation: Regularisation,
}

/// The distance δ below which |z|^γ is replaced by a bounded power that is as good for smooth densities.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Regularisation {
    /// δ of two species is a multiple of the larger spacing of their particles, from a fixed species of that of the
    /// moving one.
    Spacings {
        /// δ over the spacing, > 0 and at most 4.
        #[serde(default = "default_factor")]
        factor: f64,
    },
    /// |z|^γ at all distances, as published.
    None {},
}

impl Regularisation {
    /// δ over the spacing, if there is a δ.
    pub fn factor(self) -> Option<f64> {
        match self {
            Self::Spacings { factor } => Some(factor),
            Self::None {} => None,
        }
    }
}

/// By the study in the documentation of [`score`](crate::score).
fn default_factor() -> f64 {
    1.5
}

impl Default for Regularisation {
    fn default() -> Self {
        Self::Spacings { factor: default_factor() }
    }
}

/// Collision strength c_ij = c_ji ≥ 0 of every pair of species.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Coefficients {
    /// A symmetric matrix in the order of the species.
    Matrix(Vec<Vec<f64>>),
    /// The same number for every pair.
    Uniform(f64),
    /// q_i² q_j² ln Λ / (8π ε0²), from the charges; needs `units: si` and `gamma: -3`.
    Coulomb {
        /// ln Λ, > 0, for every pair; when left out, of each pair from densities and temperatures at the start,
        /// by the formulas of the NRL Plasma Formulary.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log_lambda: Option<f64>,
    },
}

/// How the sum over pairs of particles is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Summation {
    /// Every pair; for γ = 0 by moments, which is exact too.
    Direct {},
    /// Neighbours pair by pair, far particles by polynomials on a tree of cells: work that grows like the number
    /// of particles. Momentum and energy are conserved to rounding; for γ = 0 by moments, without error.
    Tree {
        /// Largest error of the rates of change of all velocities, relative to these in the norm Σ m w |v̇|², 1e-9 to
        /// 0.1.
        tolerance: f64,
    },
    /// Pairs inside batches drawn anew for every step, scaled so that the mean over draws is the sum over all
    /// pairs. Momentum and energy are conserved to rounding.
    RandomBatch {
        /// Particles in a batch, ≥ 2.
        size: u32,
        /// Seed of the draws.
        seed: u64,
    },
}

impl Default for Summation {
    fn default() -> Self {
        Self::Direct {}
    }
}
