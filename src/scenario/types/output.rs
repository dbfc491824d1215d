//! What is written: how often, and errors against exact solutions.

use super::symmetry::{Axis, Symmetry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is written, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Steps between rows of diagnostics.csv, ≥ 1.
    #[serde(default = "default_diagnostics_every")]
    pub diagnostics_every: u64,
    /// Steps between particle files; 0 writes none.
    #[serde(default)]
    pub particles_every: u64,
    /// The density over velocities along and across an axis, written into the particle files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<DistributionGrid>,
    /// Steps between checkpoints; 0 writes one on interruption only.
    #[serde(default = "default_checkpoint_every")]
    pub checkpoint_every: u64,
}

fn default_diagnostics_every() -> u64 {
    1
}

fn default_checkpoint_every() -> u64 {
    100
}

impl Default for Output {
    fn default() -> Self {
        Self {
            diagnostics_every: default_diagnostics_every(),
            particles_every: 0,
            distribution: None,
            checkpoint_every: default_checkpoint_every(),
        }
    }
}

/// A grid of velocities along and across an axis; in three dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DistributionGrid {
    /// Cells along the axis, an even number from 4 to 1024; half as many are across it.
    #[serde(default = "default_cells")]
    pub cells: u32,
    /// The axis, by default that of `symmetry`, or z.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub axis: Option<Axis>,
}

impl DistributionGrid {
    /// The axis in a run of some symmetry.
    pub fn axis_in(self, symmetry: Symmetry) -> Axis {
        match (self.axis, symmetry) {
            (Some(axis), _) | (None, Symmetry::Axial { axis }) => axis,
            _ => Axis::default(),
        }
    }
}

fn default_cells() -> u32 {
    64
}

/// An exact solution to measure errors against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reference {
    /// The Bobylev–Krook–Wu solution: Maxwell molecules (γ = 0), every species `bkw` on a `lattice`.
    Bkw {},
    /// Maxwellians that stay Maxwellian: Maxwell molecules (γ = 0), every moving species `maxwellian` at one
    /// drift on a `lattice`.
    OrnsteinUhlenbeck {},
    /// Scattering by fixed species alone, at velocity 0: every moving species `dipole` on a `lattice`.
    Lorentz {},
    /// Mean velocities and second moments between Maxwell molecules (γ = 0), whatever the initial
    /// distributions.
    MaxwellMolecules {},
}

impl Reference {
    /// Its key in a scenario.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Bkw {} => "bkw",
            Self::OrnsteinUhlenbeck {} => "ornstein_uhlenbeck",
            Self::Lorentz {} => "lorentz",
            Self::MaxwellMolecules {} => "maxwell_molecules",
        }
    }
}
