//! Orthogonal projection on the invariants (Hairer, Lubich, Wanner, Geometric Numerical Integration, IV.4).
//!
//! v ← U + α (v − U′) with the required mean velocity U, the mean velocity U′ after the step, and
//! α = √(E/E′). E and E′ are the required energy and the energy after the step, both about the mean velocity.
//! The required values are those at the start plus what terms have brought in, and they are restored to
//! rounding. The order of the method is unchanged. With fixed species at one velocity u_b, the energy about
//! u_b is conserved instead, and v ← u_b + α (v − u_b).
//!
//! The code adds the difference (α − 1)(v − U′) + (U − U′) to v, with all velocities taken relative to one
//! near U. So a common drift far beyond the thermal speeds costs no digits beyond the rounding of the
//! velocities themselves.

use super::norm::ThermalNorm;
use crate::error::Failure;
use crate::functionals::invariants::About;
use crate::problem::{Conserved, Problem};

/// Projects the velocities after step `step` on the required momentum and energy. Returns how far it moved
/// them, in thermal speeds.
pub fn project<const D: usize>(
    problem: &Problem<D>,
    balance: &About<D>,
    velocities: &mut [[f64; D]],
    step: u64,
) -> Result<f64, Failure> {
    let now = About::of(problem, velocities, balance.center);
    // Mean velocities relative to the reference velocity, and energies about the means.
    let (mean, mean_now, target, found) = match problem.conserved {
        Conserved::MassOnly => return Ok(0.0),
        Conserved::EnergyAbout(_) => ([0.0; D], [0.0; D], balance.energy, now.energy),
        Conserved::MomentumAndEnergy => {
            (balance.mean_offset(), now.mean_offset(), balance.energy_about_mean(), now.energy_about_mean())
        }
    };
    if target <= rounding(balance) && found <= rounding(balance) {
        // All particles have one velocity, and there is nothing to scale.
        return Ok(0.0);
    }
    let scale = (target / found).sqrt();
    if !(scale.is_finite() && scale > 0.0) {
        return Err(Failure::Projection { step, found, start: target });
    }
    let projected = |velocity: &[f64; D]| -> [f64; D] {
        std::array::from_fn(|axis| {
            let from_mean = velocity[axis] - balance.center[axis] - mean_now[axis];
            velocity[axis] + ((scale - 1.0) * from_mean + (mean[axis] - mean_now[axis]))
        })
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

/// The energy of the rounding errors of velocities near the reference velocity.
fn rounding<const D: usize>(balance: &About<D>) -> f64 {
    let square: f64 = balance.center.iter().map(|component| component * component).sum();
    balance.mass * f64::EPSILON * f64::EPSILON * square
}
