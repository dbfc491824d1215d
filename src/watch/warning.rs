//! A warning about a step.

use serde::{Deserialize, Serialize};

/// What is wrong: the quantity that does not agree with the rates, or the length of all steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Entropy,
    Energy,
    Displacement,
    Projection,
    Length,
    Turn,
}

/// The first step at which a check failed, 0 before the first. The state keeps the warnings, so that a resumed run repeats none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    pub step: u64,
    pub subject: Subject,
    /// What was found, what the rates explain, and what can be done.
    pub words: String,
}
