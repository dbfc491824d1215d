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
    /// Conditions that end the run before that, as soon as a step meets one of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub until: Vec<Until>,
}

/// A condition that ends a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Until {
    /// The temperatures of all moving species agree.
    Temperatures {
        /// The largest difference over the largest temperature, > 0.
        within: f64,
    },
    /// Entropy hardly changes any more.
    Entropy {
        /// The largest change per particle in a step, > 0.
        change: f64,
    },
    /// A column of diagnostics.csv leaves a range: a total, or a density, velocity, temperature, heat flux or entropy of a
    /// species.
    Column {
        /// The column.
        name: String,
        /// The run ends above this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        above: Option<f64>,
        /// The run ends below this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        below: Option<f64>,
    },
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
