//! Pair sums between shells.

use super::interface::{Particles, Quality};
use crate::kernel::interaction::Tensor;
use crate::kernel::lanes::InstructionSet;
use crate::kernel::series::{Series, TERMS};
use crate::symmetry::RADIUS;

/// The sum over all pairs of shells, by quadrature over the angle between two particles.
#[derive(Debug)]
pub struct ShellSum {
    gamma: f64,
}

impl ShellSum {
    pub fn new(gamma: f64, _: InstructionSet) -> Self {
        Self { gamma }
    }

    pub fn memory(&self) -> usize {
        0
    }

    /// Overwrites `sums` with the pair sums of all shells.
    pub fn evaluate(&mut self, at: Particles<'_, 3>, sums: &mut [[f64; 3]]) -> Quality {
        let count = 64;
        let cosine = |k: i32| (2.0 * f64::from(k) + 1.0) / f64::from(count) - 1.0;
        for (i, targets) in at.species.ranges().iter().enumerate() {
            for p in targets.clone() {
                sums[p] = [0.0; 3];
                for (j, sources) in at.species.ranges().iter().enumerate() {
                    let Some(c) = at.couplings().between(i, j) else { continue };
                    let tensor = Tensor::new(self.gamma, c.delta_squared, Series::new(self.gamma, 3, TERMS));
                    for q in sources.clone().filter(|&q| q != p) {
                        let spread = at.spreads.map_or(0.0, |s| s[p] + s[q]);
                        for k in 0..count {
                            let (x, y) = (cosine(k), (1.0 - cosine(k).powi(2)).sqrt());
                            let (v, g) = (at.velocities[q][RADIUS], at.gradients[q][RADIUS]);
                            let z = [at.velocities[p][RADIUS] - v * x, -v * y, 0.0];
                            let image =
                                tensor.apply(z, spread, [at.gradients[p][RADIUS] - g * x, -g * y, 0.0]);
                            sums[p][RADIUS] += c.c * at.weights[q] * image[0] / f64::from(count);
                        }
                    }
                }
            }
        }
        Quality::Exact
    }
}
