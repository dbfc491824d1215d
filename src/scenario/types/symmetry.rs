//! Symmetries of velocity space.

use crate::symmetry::{self, HalfPlane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A symmetry that the distributions have and the run keeps; in three dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Symmetry {
    /// None: particles are points.
    None {},
    /// About an axis through the origin: particles are rings. A lattice of n cells along an axis has about 0.4 n² of
    /// them.
    Axial {
        #[serde(default)]
        axis: Axis,
    },
    /// All directions are alike: particles are shells about the origin. A lattice has n/2 of them.
    Spherical {},
}

impl Default for Symmetry {
    fn default() -> Self {
        Self::None {}
    }
}

/// An axis of velocity space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    X,
    Y,
    #[default]
    Z,
}

impl Symmetry {
    /// The cells of a lattice in so many dimensions, at most.
    pub fn cells(self, per_axis: f64, dimension: u32) -> f64 {
        match self {
            Self::None {} => per_axis.powi(dimension as i32),
            Self::Axial { .. } => per_axis * (0.5 * per_axis).ceil(),
            Self::Spherical {} => (0.5 * per_axis).ceil(),
        }
    }

    /// The symmetry as a run has it.
    pub fn of_run(self) -> symmetry::Symmetry {
        match self {
            Self::None {} => symmetry::Symmetry::None,
            Self::Axial { axis } => symmetry::Symmetry::Axial(HalfPlane::of_axis(axis as usize)),
            Self::Spherical {} => symmetry::Symmetry::Spherical,
        }
    }
}
