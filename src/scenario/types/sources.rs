//! Sources: what is given to a species besides collisions and fields.

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
}
