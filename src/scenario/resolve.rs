//! Defaults that depend on other values, filled in so that the resolved scenario says them.

use super::types::*;

impl Scenario {
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
            Self::Bkw { .. } | Self::Shell { .. } | Self::Dipole { .. } => {}
        }
    }

    /// The density, summed over the parts of a mixture.
    pub fn density(&self) -> f64 {
        match self {
            Self::Maxwellian { density, .. }
            | Self::AnisotropicMaxwellian { density, .. }
            | Self::Bkw { density, .. }
            | Self::Shell { density, .. }
            | Self::Dipole { density, .. } => *density,
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
            Self::Bkw { .. } | Self::Shell { .. } | Self::Dipole { .. } => vec![0.0; dimension],
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
    /// c_ij of the species at these places of the scenario.
    pub fn between(&self, i: usize, j: usize) -> f64 {
        match self {
            Self::Uniform(coefficient) => *coefficient,
            Self::Matrix(rows) => rows[i][j],
        }
    }
}
