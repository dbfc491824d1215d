//! The scenario file, key by key. The doc comments are the descriptions in the JSON Schema.

mod collisions;
mod fields;
mod output;
mod score;
mod sources;
mod species;
mod symmetry;
mod time;

use crate::functionals::Functional;
use crate::integrators::Choice;
use crate::units::ELEMENTARY_CHARGE;
pub use collisions::*;
pub use fields::*;
pub use output::*;
pub use score::*;
pub use sources::*;
pub use species::*;
pub use symmetry::*;
pub use time::*;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the scenario format this program reads.
pub const FORMAT_VERSION: u32 = 1;

/// A run: species, collisions, method, time span and output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Version of the scenario format: 1.
    pub version: u32,
    /// A line that says what the run shows.
    #[serde(default)]
    pub title: String,
    /// Dimension of velocity space: 2 or 3.
    pub dimension: u32,
    /// A symmetry that the distributions have and the run keeps.
    #[serde(default)]
    pub symmetry: Symmetry,
    /// Units of every quantity in the file.
    #[serde(default)]
    pub units: Units,
    /// The species, moving or fixed.
    pub species: Vec<Species>,
    /// The collision kernel and its coefficients.
    pub collisions: Collisions,
    /// Electric and magnetic fields.
    #[serde(default, skip_serializing_if = "Fields::is_none")]
    pub fields: Fields,
    /// What is given to species besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceTerm>,
    /// How the gradients of the log-densities (scores) are computed.
    #[serde(default)]
    pub score: Score,
    /// How the sum over pairs of particles is computed.
    #[serde(default)]
    pub summation: Summation,
    /// The time integrator.
    #[serde(default)]
    pub integrator: Choice,
    /// The time grid.
    pub time: Time,
    /// What is written, and how often.
    #[serde(default)]
    pub output: Output,
    /// An exact solution to measure errors against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// Functionals of the densities, columns of their own in diagnostics.csv.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functionals: Vec<Functional>,
}

/// Units of every quantity in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Units {
    /// Dimensionless: temperature is mass times velocity squared.
    Normalized {},
    /// Mass in kg, charge in elementary charges, density in m⁻³, temperature in eV, velocity in m/s, time in s;
    /// in three dimensions.
    Si {},
}

impl Units {
    /// Mass times velocity squared in the unit of temperature: 1, or with SI units a joule in eV.
    pub fn temperature(self) -> f64 {
        match self {
            Self::Normalized {} => 1.0,
            Self::Si {} => 1.0 / ELEMENTARY_CHARGE,
        }
    }
}

impl Default for Units {
    fn default() -> Self {
        Self::Normalized {}
    }
}
