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

    /// Fills every velocity that was left out: drifts and fixed velocities with 0, lattice centres
    /// with the centre of their distribution.
    pub(super) fn fill_defaults(&mut self) {
        let dimension = self.dimension as usize;
        for species in &mut self.species {
            if let Some(fixed) = &mut species.fixed {
                fixed.velocity.get_or_insert_with(|| vec![0.0; dimension]);
            }
            let Some(initial) = &mut species.initial else { continue };
            initial.fill_drifts(dimension);
            if let Some(Particles::Lattice { center, .. }) = &mut species.particles {
                center.get_or_insert_with(|| initial.center(dimension));
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

    /// The drift or the point of symmetry, of a mixture the mean over its parts, one component per dimension:
    /// the mean velocity of all but dipoles.
    pub fn center(&self, dimension: usize) -> Vec<f64> {
        match self {
            Self::Maxwellian { drift, .. } | Self::AnisotropicMaxwellian { drift, .. } => {
                drift.clone().unwrap_or_else(|| vec![0.0; dimension])
            }
            Self::Bkw { .. }
            | Self::Shell { .. }
            | Self::Dipole { .. }
            | Self::Expression { .. }
            | Self::File { .. } => vec![0.0; dimension],
            Self::Mixture(parts) => {
                let mut mean = vec![0.0; dimension];
                for part in parts {
                    let share = part.density() / self.density();
                    for (total, component) in mean.iter_mut().zip(part.center(dimension)) {
                        *total += share * component;
                    }
                }
                mean
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
