//! A warning of a step.

use serde::{Deserialize, Serialize};

/// What does not agree with the rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Entropy,
    Energy,
    Displacement,
    Projection,
}

/// The first step with which something is wrong. A restart goes on with those of its run, and gives none twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    pub step: u64,
    pub subject: Subject,
    /// What was found, what the rates explain, and what can be done.
    pub words: String,
}
