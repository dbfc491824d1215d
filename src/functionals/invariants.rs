//! Mass, momentum Σ m w v and kinetic energy ½ Σ m w |v|² of the whole system, and both about a velocity.

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
        let about_rest = About::of(problem, velocities, [0.0; D]);
        Self { mass: about_rest.mass, momentum: about_rest.momentum, energy: about_rest.energy }
    }

    /// The mean velocity Σ m w v / Σ m w.
    pub fn mean_velocity(&self) -> [f64; D] {
        self.momentum.map(|component| component / self.mass)
    }

    /// The momentum scale √(2 M E).
    pub fn momentum_scale(&self) -> f64 {
        (2.0 * self.mass * self.energy).sqrt()
    }
}

/// Momentum and energy about a velocity c.
///
/// Where all particles drift at a velocity far beyond their thermal speeds, ½ Σ m w |v|² is the energy of the drift,
/// and its rounding may exceed the thermal energy. About a velocity near the mean both are as exact as the
/// velocities are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct About<const D: usize> {
    /// c.
    pub center: [f64; D],
    /// Σ m w.
    pub mass: f64,
    /// Σ m w (v − c).
    pub momentum: [f64; D],
    /// ½ Σ m w |v − c|².
    pub energy: f64,
}

impl<const D: usize> About<D> {
    /// About a given velocity, each total to a few ulp of the sum of its terms' sizes.
    pub fn of(problem: &Problem<D>, velocities: &[[f64; D]], center: [f64; D]) -> Self {
        let (mut mass, mut momentum, mut energy) = (Sum::default(), [Sum::default(); D], Sum::default());
        for ((m, w), v) in problem.masses_and_weights().zip(velocities) {
            let relative: [f64; D] = std::array::from_fn(|axis| v[axis] - center[axis]);
            let square: f64 = relative.iter().map(|component| component * component).sum();
            mass.add(m * w);
            energy.add(0.5 * m * w * square);
            for axis in (0..D).filter(|&axis| problem.symmetry.has_mean(axis)) {
                momentum[axis].add(m * w * relative[axis]);
            }
        }
        Self { center, mass: mass.value(), momentum: momentum.map(Sum::value), energy: energy.value() }
    }

    /// The mean velocity relative to c.
    pub fn mean_offset(&self) -> [f64; D] {
        self.momentum.map(|component| component / self.mass)
    }

    /// ½ Σ m w |v − u|², u the mean velocity.
    pub fn energy_about_mean(&self) -> f64 {
        let square: f64 = self.momentum.iter().map(|component| component * component).sum();
        self.energy - 0.5 * square / self.mass
    }
}
