//! Orthogonal projection on the invariants (Hairer, Lubich, Wanner, Geometric Numerical Integration, IV.4).
//!
//! v ← U + α (v − U′) with U the mean velocity at the start, U′ that of the step and α = √(E/E′),
//! energies about the mean. Momentum and energy return to their values at the start to rounding;
//! the order of the method and the time grid are untouched. With fixed species at one velocity
//! u_b, the energy about u_b is what is conserved, and v ← u_b + α (v − u_b).

use super::norm::ThermalNorm;
use crate::error::Failure;
use crate::functionals::invariants::{Invariants, energy_about};
use crate::problem::{Conserved, Problem};

/// Projects the velocities after step `step` back on the invariants at the start. Returns how far it
/// moved them, in thermal speeds.
pub fn project<const D: usize>(
    problem: &Problem<D>,
    start: &Invariants<D>,
    velocities: &mut [[f64; D]],
    step: u64,
) -> Result<f64, Failure> {
    let (center, from) = match problem.conserved() {
        Conserved::MassOnly => return Ok(0.0),
        Conserved::EnergyAbout(center) => (center, center),
        Conserved::MomentumAndEnergy => {
            (start.mean_velocity(), Invariants::of(problem, velocities).mean_velocity())
        }
    };
    let target = start.energy_about(center);
    let found = energy_about(problem, velocities, from);
    if target == 0.0 && found == 0.0 {
        // All particles at one velocity: there is nothing to scale.
        return Ok(0.0);
    }
    let scale = (target / found).sqrt();
    if !(scale.is_finite() && scale > 0.0) {
        return Err(Failure::Projection { step, found, start: target });
    }
    let projected = |velocity: &[f64; D]| -> [f64; D] {
        std::array::from_fn(|axis| center[axis] + scale * (velocity[axis] - from[axis]))
    };
    let moved = ThermalNorm::at(problem, velocities).largest(problem, |p| {
        let after = projected(&velocities[p]);
        (0..D).map(|axis| (after[axis] - velocities[p][axis]).powi(2)).sum()
    });
    for velocity in velocities.iter_mut() {
        *velocity = projected(velocity);
    }
    Ok(moved)
}
