//! What all files of `landau functionals` share: their version, and a parameter to sweep.

use crate::rules::Checks;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the format that this program reads.
pub const FORMAT_VERSION: u32 = 1;

/// One parameter of the file, and the values it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// Keys joined by dots, as in density.shell_dipole.amplitude.
    pub parameter: String,
    pub values: Vec<f64>,
}

impl Sweep {
    /// Checks that there is something to sweep.
    pub fn rules(&self, found: &mut Checks) {
        found.require(!self.values.is_empty(), "sweep.values", || {
            "found no values; allowed: one or more".to_string()
        });
        found.require(!self.parameter.starts_with("sweep"), "sweep.parameter", || {
            "found the sweep itself; allowed: another parameter of the file".to_string()
        });
    }
}
