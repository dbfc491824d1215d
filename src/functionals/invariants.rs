//! Mass, momentum Σ m w v and kinetic energy ½ Σ m w |v|² of the whole system.

use crate::problem::Problem;
use crate::sum::Sum;

/// Totals over all moving species.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Invariants<const D: usize> {
    /// Σ m w.
    pub mass: f64,
    /// Σ m w v.
    pub momentum: [f64; D],
    /// ½ Σ m w |v|².
    pub energy: f64,
}

impl<const D: usize> Invariants<D> {
    /// The totals of a cloud, each to a few ulp of the sum of its terms' sizes.
    pub fn of(problem: &Problem<D>, velocities: &[[f64; D]]) -> Self {
        let mut mass = Sum::default();
        let mut momentum = [Sum::default(); D];
        for ((m, w), v) in problem.masses_and_weights().zip(velocities) {
            mass.add(m * w);
            for axis in 0..D {
                momentum[axis].add(m * w * v[axis]);
            }
        }
        Self {
            mass: mass.value(),
            momentum: momentum.map(Sum::value),
            energy: energy_about(problem, velocities, [0.0; D]),
        }
    }

    /// The mean velocity Σ m w v / Σ m w.
    pub fn mean_velocity(&self) -> [f64; D] {
        self.momentum.map(|component| component / self.mass)
    }

    /// ½ Σ m w |v − center|² = E − c·P + ½ M |c|².
    pub fn energy_about(&self, center: [f64; D]) -> f64 {
        let shift: f64 =
            (0..D).map(|axis| center[axis] * (self.momentum[axis] - 0.5 * self.mass * center[axis])).sum();
        self.energy - shift
    }

    /// The momentum scale √(2 M E) that drifts of momentum are measured against.
    pub fn momentum_scale(&self) -> f64 {
        (2.0 * self.mass * self.energy).sqrt()
    }
}

/// ½ Σ m w |v − center|².
pub fn energy_about<const D: usize>(problem: &Problem<D>, velocities: &[[f64; D]], center: [f64; D]) -> f64 {
    let mut energy = Sum::default();
    for ((m, w), v) in problem.masses_and_weights().zip(velocities) {
        let square: f64 = (0..D).map(|axis| (v[axis] - center[axis]) * (v[axis] - center[axis])).sum();
        energy.add(0.5 * m * w * square);
    }
    energy.value()
}
