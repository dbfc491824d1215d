//! The account of a source of weight.

use crate::terms::Supply;

/// What a source of weight has given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Given<const D: usize> {
    /// Σ Δw.
    pub density: f64,
    pub supply: Supply<D>,
    /// Σ ½ m |v|² Δw over the last step, over its length.
    pub power: f64,
}

impl<const D: usize> Default for Given<D> {
    fn default() -> Self {
        Self { density: 0.0, supply: Supply::default(), power: 0.0 }
    }
}

impl<const D: usize> Given<D> {
    /// Adds what was given in a step of a length.
    pub fn add(&mut self, step: &Self, length: f64, reference: [f64; D]) {
        self.density += step.density;
        self.supply = self.supply.plus(1.0, step.supply);
        self.power = step.supply.energy_about_rest(reference) / length;
    }
}
