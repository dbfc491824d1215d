//! Defaults that depend on other values, filled in so that the resolved scenario says them.

use super::types::*;
use crate::distribution::Initial;
use std::path::Path;

impl Scenario {
    /// Makes the paths of files absolute: they are relative to the folder of the scenario.
    pub fn locate_files(&mut self, folder: &Path) {
        for species in &mut self.species {
            if let Some(Initial::File(file)) = &mut species.initial
                && let Ok(absolute) = std::path::absolute(folder.join(&file.path))
                && let Some(absolute) = absolute.to_str()
            {
                file.path = absolute.to_string();
            }
        }
    }

    /// Fills drifts and fixed velocities that were left out, with 0.
    pub(super) fn fill_defaults(&mut self) {
        let dimension = self.dimension as usize;
        for species in &mut self.species {
            if let Some(fixed) = &mut species.fixed {
                fixed.velocity.get_or_insert_with(|| vec![0.0; dimension]);
            }
            if let Some(initial) = &mut species.initial {
                match dimension {
                    2 => initial.fill_defaults::<2>(),
                    _ => initial.fill_defaults::<3>(),
                }
            }
        }
        for source in &mut self.sources {
            if let SourceTerm::Birth { rate, .. } = source {
                rate.fill_defaults::<3>();
            }
        }
    }
}

impl Coefficients {
    /// c_ij of the species at these places of the scenario, if it says the number itself.
    pub fn between(&self, i: usize, j: usize) -> Option<f64> {
        match self {
            Self::Uniform(coefficient) => Some(*coefficient),
            Self::Matrix(rows) => Some(rows[i][j]),
            Self::Coulomb { .. } => None,
        }
    }
}
