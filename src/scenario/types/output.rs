//! What is written: how often, and errors against exact solutions.

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
            checkpoint_every: default_checkpoint_every(),
        }
    }
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
