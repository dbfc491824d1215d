//! The particles near one group, gathered by component for vectors.

use super::bandwidths::MOST_BANDWIDTHS;
use crate::kernel::lanes::Lanes;

/// A multiple of every vector's width.
const PADDING: usize = 8;

/// Particles near one group, the workspace of a thread.
#[derive(Debug)]
pub struct Neighbours<const D: usize> {
    pub particles: Vec<u32>,
    components: [Vec<f64>; D],
    /// Filled up with 0 to whole vectors.
    pub weights: Vec<f64>,
    /// 1/ρ_kε by bandwidth.
    pub reciprocals: [Vec<f64>; MOST_BANDWIDTHS],
}

impl<const D: usize> Default for Neighbours<D> {
    fn default() -> Self {
        Self {
            particles: Vec::new(),
            components: std::array::from_fn(|_| Vec::new()),
            weights: Vec::new(),
            reciprocals: Default::default(),
        }
    }
}

impl<const D: usize> Neighbours<D> {
    /// Places for particles, those filled up included.
    #[inline]
    pub fn padded(&self) -> usize {
        self.weights.len()
    }

    /// Gathers what the densities need; what is filled up has no weight.
    pub fn gather(&mut self, velocities: &[[f64; D]], weights: &[f64]) {
        let padded = self.particles.len().next_multiple_of(PADDING);
        for (axis, components) in self.components.iter_mut().enumerate() {
            components.clear();
            components.extend(self.particles.iter().map(|&q| velocities[q as usize][axis]));
            components.resize(padded, 0.0);
        }
        self.weights.clear();
        self.weights.extend(self.particles.iter().map(|&q| weights[q as usize]));
        self.weights.resize(padded, 0.0);
    }

    /// Gathers the reciprocal densities of `count` bandwidths.
    pub fn gather_reciprocals(&mut self, reciprocals: &[[f64; MOST_BANDWIDTHS]], count: usize) {
        let padded = self.padded();
        for (k, gathered) in self.reciprocals.iter_mut().enumerate().take(count) {
            gathered.clear();
            gathered.extend(self.particles.iter().map(|&q| reciprocals[q as usize][k]));
            gathered.resize(padded, 0.0);
        }
    }

    /// v − v_q and |v − v_q|² of the vector of particles q from place `at` on.
    #[inline(always)]
    pub fn difference<L: Lanes>(&self, lanes: L, v: [f64; D], at: usize) -> ([L::Vector; D], L::Vector) {
        let mut z = [lanes.splat(0.0); D];
        let mut square = lanes.splat(0.0);
        for axis in 0..D {
            z[axis] = lanes.sub(lanes.splat(v[axis]), lanes.load(&self.components[axis][at..]));
            square = lanes.mul_add(z[axis], z[axis], square);
        }
        (z, square)
    }
}
