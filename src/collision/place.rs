//! Where pair sums are evaluated.

use super::regularisation::Regularisation;
use crate::dimension;

/// A point of phase space with its gradients, and what softens the pairs there.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a, const D: usize> {
    pub velocities: &'a [[f64; D]],
    /// g of every particle.
    pub gradients: &'a [[f64; D]],
    /// One number ≥ 0 a particle: the |z|² in φ is |z|² and the spreads of the pair.
    pub spreads: Option<&'a [f64]>,
    /// δ² of every pair of species.
    pub regularisation: &'a Regularisation,
}

impl<const D: usize> Place<'_, D> {
    /// The same place, whose dimension is E.
    pub(super) fn cast<const E: usize>(&self) -> Place<'_, E> {
        Place {
            velocities: dimension::vectors(self.velocities),
            gradients: dimension::vectors(self.gradients),
            spreads: self.spreads,
            regularisation: self.regularisation,
        }
    }
}
