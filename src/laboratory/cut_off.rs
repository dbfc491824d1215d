//! The smooth cut-off of theorem 1.2's family.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A cut-off on 1/2 < x < 2, with y = (4x − 5)/3.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CutOff {
    /// (1 − y²)⁶: as many derivatives as the integrals here need. Its constants are a thousandth of the other's.
    #[default]
    Power,
    /// exp(−1/(1 − y²)): all derivatives, steep at its ends.
    Exponential,
}
