//! The scores: kind, order, bandwidth, mesh.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the gradients of the log-densities (scores) are computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Score {
    /// Entropy of the mollified density summed over a uniform mesh, differentiated exactly.
    Mesh {
        /// Order in the bandwidth: 2, 4, 6 or 8.
        #[serde(default = "default_order")]
        order: u32,
        #[serde(default)]
        bandwidth: Bandwidth,
        #[serde(default)]
        spacing: MeshSpacing,
        /// Reach of the mollifier in standard deviations, 3 to 12.
        #[serde(default = "default_cutoff")]
        cutoff: f64,
        /// Hermite modes of a Maxwellian up to this degree have no bias: 0 (as published), 2 (Gaussians), 3 or 4.
        #[serde(default = "default_exact_degree_of_mesh")]
        exact_degree: u32,
    },
    /// Entropy of the mollified density summed over the particles themselves, differentiated exactly.
    Particles {
        /// Order in the bandwidth: 2, 4, 6 or 8.
        #[serde(default = "default_order")]
        order: u32,
        #[serde(default)]
        bandwidth: Bandwidth,
        /// Reach of the mollifier in standard deviations, 3 to 12.
        #[serde(default = "default_cutoff")]
        cutoff: f64,
        #[serde(default)]
        sums: ParticleSums,
        /// Hermite modes of a Maxwellian up to this degree have no bias: 0 (as published) or 2 (Gaussians).
        #[serde(default = "default_exact_degree_of_particles")]
        exact_degree: u32,
    },
}

impl Score {
    /// Order in the bandwidth.
    pub fn order(&self) -> u32 {
        match self {
            Self::Mesh { order, .. } | Self::Particles { order, .. } => *order,
        }
    }

    /// The variance of the mollifier.
    pub fn bandwidth(&self) -> &Bandwidth {
        match self {
            Self::Mesh { bandwidth, .. } | Self::Particles { bandwidth, .. } => bandwidth,
        }
    }

    /// The degree up to which Hermite modes of a Maxwellian have no bias.
    pub fn exact_degree(&self) -> u32 {
        match self {
            Self::Mesh { exact_degree, .. } | Self::Particles { exact_degree, .. } => *exact_degree,
        }
    }
}

/// At 40 to 80 cells along an axis one to two orders of magnitude more accurate than order 2, for about four
/// times the work; the tables are in the documentation of [`exact`](crate::exact).
fn default_order() -> u32 {
    6
}

/// Leaves out 1e-10 of the mollifier's mass. No two particles of a lattice are 6.5 √k spacings apart for
/// k = 1 to 3: rounding does not decide which neighbours count.
fn default_cutoff() -> f64 {
    6.5
}

/// By the study in the documentation of [`score`](crate::score).
fn default_exact_degree_of_mesh() -> u32 {
    4
}

/// Higher modes are known for meshes only.
fn default_exact_degree_of_particles() -> u32 {
    2
}

impl Default for Score {
    fn default() -> Self {
        Self::Mesh {
            order: default_order(),
            bandwidth: Bandwidth::default(),
            spacing: MeshSpacing::default(),
            cutoff: default_cutoff(),
            exact_degree: default_exact_degree_of_mesh(),
        }
    }
}

/// The variance ε of the Gaussian mollifier; h is the lattice spacing, for other clouds the mean
/// distance between neighbours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Bandwidth {
    /// ε = κ h² with this κ > 0.
    SpacingSquared(f64),
    /// ε itself, > 0: one number, or one for each moving species.
    Variance(Variance),
    /// ε = 0.64 h^1.98 (Carrillo, Hu, Van Fleet 2024).
    Chv {},
    /// ε = h² on a lattice, from a cloud's own variance and number of particles where they are not on one.
    Adapted {},
    /// At the start this factor times what `adapted` gives; then ε and the square of δ in proportion to (det Σ)^(1/d) of the species'
    /// own particles. For species that heat or cool by more than a factor of two.
    Following {
        /// > 0.
        #[serde(default = "one")]
        factor: f64,
    },
}

fn one() -> f64 {
    1.0
}

impl Default for Bandwidth {
    fn default() -> Self {
        // On lattices one constant for all orders: what limits them is the overlap of particles that have drifted off
        // their lattice (a floor of 2e-3 at 0.64 h²), and above 1 the bias alone (twice the error at 1.3 h²).
        Self::Adapted {}
    }
}

/// How the sums over particles of particle scores run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ParticleSums {
    /// Whichever costs less at the start, for each species.
    Cheaper {},
    /// Over the neighbours of each particle, which a kd-tree finds.
    Neighbours {},
    /// Over a mesh between all particles, at a cost that does not grow with the number of neighbours.
    Mesh {},
}

impl Default for ParticleSums {
    fn default() -> Self {
        Self::Cheaper {}
    }
}

/// One number, or one for each moving species.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Variance {
    Common(f64),
    PerSpecies(Vec<f64>),
}

/// The mesh of the mesh scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MeshSpacing {
    /// Spacing as a multiple (0.1 to 2) of h; the mesh covers wherever particles are.
    Relative(f64),
    /// Spacing as a multiple (0.1 to 2) of the mollifier's standard deviation √ε; the mesh covers wherever
    /// particles are.
    Deviations(f64),
    /// The cells of the initial lattice and nothing beyond, as published by Carrillo, Hu and Van Fleet (2024).
    Lattice {},
}

impl Default for MeshSpacing {
    fn default() -> Self {
        Self::Deviations(0.9)
    }
}
