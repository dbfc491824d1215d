//! Sources: what is given to a species, or taken from it, besides collisions and fields.

use crate::distribution::Initial;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SourceTerm {
    /// Heats or cools a moving species: its velocities about their mean are stretched. Either with a `power`, or towards a
    /// `temperature` within a `time`.
    Heating {
        /// The name of the species.
        species: String,
        /// Energy per volume and time; W/m³ with SI units. Below 0 it cools.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        power: Option<f64>,
        /// The temperature that the species is brought to, > 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        temperature: Option<f64>,
        /// The time in which its difference falls to 1/e, > 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        time: Option<f64>,
    },
    /// Particles of a moving species are born, with a `symmetry`: rings or shells.
    Birth {
        /// The name of the species, whose particles start on a `lattice`.
        species: String,
        /// What is born in a unit of time: any distribution of a formula, whose `density` is the density per time.
        rate: Initial,
    },
    /// Every weight of a moving species falls to 1/e in a time, whatever the velocity.
    Loss {
        /// The name of the species.
        species: String,
        /// > 0.
        time: f64,
    },
    /// What is faster than a speed leaves a moving species, at the end of the step in which it passes the speed.
    Sink {
        /// The name of the species.
        species: String,
        /// The speed, > 0.
        beyond: f64,
    },
}

impl SourceTerm {
    /// Its key in a scenario.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Heating { .. } => "heating",
            Self::Birth { .. } => "birth",
            Self::Loss { .. } => "loss",
            Self::Sink { .. } => "sink",
        }
    }

    /// The name of its species.
    pub fn species(&self) -> &str {
        match self {
            Self::Heating { species, .. }
            | Self::Birth { species, .. }
            | Self::Loss { species, .. }
            | Self::Sink { species, .. } => species,
        }
    }
}
