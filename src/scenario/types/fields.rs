//! Electric and magnetic fields.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fields, the same for all velocities: the force on a charge is q (E + v × B).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// Electric field: a vector, or a table over time. In V/m with SI units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub electric: Option<Electric>,
    /// Magnetic field: a vector. In T with SI units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub magnetic: Option<Vec<f64>>,
}

impl Fields {
    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// An electric field: a vector, or a table over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Electric {
    /// A constant field, one component per dimension.
    Constant(Vec<f64>),
    /// A field that changes with time.
    OverTime {
        /// Times and fields.
        table: FieldTable,
    },
}

/// A vector over time: linear between its times, constant before the first and after the last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldTable {
    /// Times that increase.
    pub times: Vec<f64>,
    /// A vector for every time.
    pub values: Vec<Vec<f64>>,
}
