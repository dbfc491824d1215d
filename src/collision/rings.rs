//! Pair sums between rings.
use super::interface::{Particles, Quality};
use crate::kernel::interaction::Tensor;
use crate::kernel::lanes::InstructionSet;
use crate::kernel::series::{Series, TERMS};
use crate::symmetry::HalfPlane;
#[derive(Debug)]
pub struct RingSum {
    gamma: f64,
    half_plane: HalfPlane,
}
impl RingSum {
    pub fn new(gamma: f64, half_plane: HalfPlane, _: InstructionSet) -> Self {
        Self { gamma, half_plane }
    }
    pub fn memory(&self) -> usize {
        0
    }
    pub fn evaluate(&mut self, at: Particles<'_, 3>, sums: &mut [[f64; 3]]) -> Quality {
        let HalfPlane { along, across } = self.half_plane;
        let third = 3 - along - across;
        let n = 64;
        let cs: Vec<[f64; 2]> = (0..n)
            .map(|k| {
                let a = std::f64::consts::TAU * (k as f64 + 0.5) / n as f64;
                [a.cos(), a.sin()]
            })
            .collect();
        for (i, targets) in at.species.ranges().iter().enumerate() {
            for p in targets.clone() {
                let mut total = [0.0; 3];
                for (j, sources) in at.species.ranges().iter().enumerate() {
                    let Some(c) = at.couplings().between(i, j) else { continue };
                    let t = Tensor::new(self.gamma, c.delta_squared, Series::new(self.gamma, 3, TERMS));
                    for q in sources.clone() {
                        if q == p {
                            continue;
                        }
                        for [co, si] in &cs {
                            let turn = |v: [f64; 3]| {
                                let mut w = v;
                                w[across] = v[across] * co;
                                w[third] = v[across] * si;
                                w
                            };
                            let (v, g) = (turn(at.velocities[q]), turn(at.gradients[q]));
                            let z: [f64; 3] = std::array::from_fn(|a| at.velocities[p][a] - v[a]);
                            let x: [f64; 3] = std::array::from_fn(|a| at.gradients[p][a] - g[a]);
                            let f = t.apply(z, at.spreads.map_or(0.0, |s| s[p] + s[q]), x);
                            for a in [along, across] {
                                total[a] += c.c * at.weights[q] * f[a] / n as f64;
                            }
                        }
                    }
                }
                sums[p] = total;
            }
        }
        Quality::Exact
    }
}
