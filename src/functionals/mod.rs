//! Functionals: pure functions of velocities and weights, or of a density at quadrature points.
//!
//! # To add a functional that a run can be asked for
//!
//! 1. Write its file beside this one: a struct with the numbers that a scenario gives, [`Column`] for it, and the
//!    integrands of its own. `fisher.rs` is a short example. The comment of the struct is its description in the JSON
//!    Schema.
//! 2. Name it in this file, in the list [`Functional`] and in the match below it.
//!
//! Nothing else knows the list.

pub mod axisymmetric;
mod beyond;
mod collision_rates;
mod column;
mod columns;
pub mod comparison;
pub mod density;
pub mod dissipation;
mod fisher;
mod fisher_rate;
pub mod fusion;
pub mod gyroaverage;
pub mod integrals;
pub mod invariants;
mod lyapunov;
pub mod mollified;
pub mod moments;
mod orbits;
mod origin;
mod power_moments;
mod powers;
mod reactivity;
mod relative_entropy;
mod spherical_dissipation;
mod spherical_fisher;

pub use beyond::Beyond;
pub use collision_rates::CollisionRates;
pub use column::{At, Column, Elsewhere};
pub use columns::Columns;
pub use dissipation::Dissipation;
pub use fisher::Fisher;
pub use fisher_rate::{FisherRate, slope_at_center, squared_slope};
pub use lyapunov::Lyapunov;
pub use power_moments::PowerMoments;
pub use powers::Powers;
pub use reactivity::Reactivity;
pub use relative_entropy::RelativeEntropy;
pub use spherical_dissipation::SphericalDissipation;
pub use spherical_fisher::SphericalFisher;

use crate::rules::describe_choices;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A functional of the densities, reconstructed at the order of the scores, or a derivative of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schemars(transform = describe_choices)]
pub enum Functional {
    Fisher(Fisher),
    SphericalFisher(SphericalFisher),
    RelativeEntropy(RelativeEntropy),
    Lyapunov(Lyapunov),
    Moments(PowerMoments),
    Dissipation(Dissipation),
    SphericalDissipation(SphericalDissipation),
    FisherRate(FisherRate),
    CollisionRates(CollisionRates),
    Beyond(Beyond),
    Powers(Powers),
    Reactivity(Reactivity),
}

impl Functional {
    /// The functional in D dimensions.
    pub fn column<const D: usize>(&self) -> &dyn Column<D> {
        match self {
            Self::Fisher(column) => column,
            Self::SphericalFisher(column) => column,
            Self::RelativeEntropy(column) => column,
            Self::Lyapunov(column) => column,
            Self::Moments(column) => column,
            Self::Dissipation(column) => column,
            Self::SphericalDissipation(column) => column,
            Self::FisherRate(column) => column,
            Self::CollisionRates(column) => column,
            Self::Beyond(column) => column,
            Self::Powers(column) => column,
            Self::Reactivity(column) => column,
        }
    }
}
