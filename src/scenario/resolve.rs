//! Defaults that depend on other values, filled in so that the resolved scenario says them.

use super::types::*;
use std::path::Path;

impl Scenario {
    /// Makes the paths of files absolute: they are relative to the folder of the scenario.
    pub(super) fn locate_files(&mut self, folder: &Path) {
        for species in &mut self.species {
            if let Some(Initial::File { path, .. }) = &mut species.initial
                && let Ok(absolute) = std::path::absolute(folder.join(&*path))
                && let Some(absolute) = absolute.to_str()
            {
                *path = absolute.to_string();
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
                initial.fill_drifts(dimension);
            }
        }
    }
}

impl Initial {
    fn fill_drifts(&mut self, dimension: usize) {
        match self {
            Self::Maxwellian { drift, .. } | Self::AnisotropicMaxwellian { drift, .. } => {
                drift.get_or_insert_with(|| vec![0.0; dimension]);
            }
            Self::Mixture(parts) => parts.iter_mut().for_each(|part| part.fill_drifts(dimension)),
            Self::Bkw { .. }
            | Self::Shell { .. }
            | Self::Dipole { .. }
            | Self::Expression { .. }
            | Self::File { .. } => {}
        }
    }

    /// The parts of a mixture and of mixtures in it; else the distribution itself.
    pub fn parts(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match self {
            Self::Mixture(parts) => Box::new(parts.iter().flat_map(Self::parts)),
            _ => Box::new(std::iter::once(self)),
        }
    }

    /// The density, summed over the parts of a mixture; NaN of a file, which the particles know.
    pub fn density(&self) -> f64 {
        match self {
            Self::Maxwellian { density, .. }
            | Self::AnisotropicMaxwellian { density, .. }
            | Self::Bkw { density, .. }
            | Self::Shell { density, .. }
            | Self::Dipole { density, .. }
            | Self::Expression { density, .. } => *density,
            Self::File { .. } => f64::NAN,
            Self::Mixture(parts) => parts.iter().map(Self::density).sum(),
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
