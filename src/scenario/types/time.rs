//! The time grid.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The time grid: `step` and `steps` for steps of one length, `adaptive` alone for steps as long as a
/// tolerance allows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// Length of a step, > 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<f64>,
    /// Number of steps, ≥ 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// Steps as long as a tolerance allows; for explicit integrators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adaptive: Option<AdaptiveTime>,
}

/// Steps as long as a tolerance allows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdaptiveTime {
    /// The time at which the run ends, exactly, > 0.
    pub end: f64,
    /// Largest estimated error of a step, in thermal speeds, 1e-12 to 0.1.
    pub relative_tolerance: f64,
    /// Length of the first step to try, > 0 and at most `end`; from the rates at the start when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_step: Option<f64>,
}
