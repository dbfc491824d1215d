//! The smooth cut-off of theorem 1.2's family.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A cut-off on 1/2 < x < 2, with y = (4x − 5)/3: `power`, (1 − y²)⁶, has as many derivatives as the integrals here need, and
/// the part of the electrons a seventh of the other's; `exponential`, exp(−1/(1 − y²)), has all derivatives, and is steep at its ends.
// Words without descriptions of their own are a plain list in the JSON Schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CutOff {
    #[default]
    Power,
    Exponential,
}
