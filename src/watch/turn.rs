//! How far particles turn about a magnetic field in a step that an electric field across it acts in.
//!
//! Turns are exact, and so are crossed fields without collisions. What collisions take from the current is taken once in a
//! step, at one phase of the turn. With friction −νv, in steps that are short beside collisions, the stationary current along E
//! is (θ/2)/tan(θ/2) of what it should be: θ²/12 is missing to leading order. From half a turn on nothing of it is left.

use crate::fields::Electric;
use crate::kernel::interaction::dot;
use crate::problem::Problem;
use std::f64::consts::PI;

/// The share of the current along the electric field that may be missing unsaid.
const SHARE: f64 = 0.02;

/// What is to be said where particles turn too far in a step.
pub fn turn<const D: usize>(problem: &Problem<D>, dt: f64) -> Option<String> {
    let magnetic = problem.fields.turning_field(problem.symmetry)?;
    if !problem.fields.electric.as_ref().is_some_and(|electric| is_across(electric, magnetic)) {
        return None;
    }
    let frequency = |charge: f64, mass: f64| (charge / mass).abs() * dot(magnetic, magnetic).sqrt();
    let fastest = problem.species.iter().max_by(|one, other| {
        frequency(one.charge, one.mass).total_cmp(&frequency(other.charge, other.mass))
    })?;
    let angle = frequency(fastest.charge, fastest.mass) * dt;
    let missing = missing(angle);
    (missing > SHARE).then(|| {
        format!(
            "{} turns by {angle:.1} about the magnetic field: the current along an electric field across it may lack some {:.0} %",
            fastest.name,
            100.0 * missing
        )
    })
}

/// 1 − (θ/2)/tan(θ/2), up to half a turn.
fn missing(angle: f64) -> f64 {
    let half = 0.5 * angle;
    if angle >= PI {
        1.0
    } else if half > 0.0 {
        1.0 - half / half.tan()
    } else {
        0.0
    }
}

/// Whether the field has a part across another at any time.
fn is_across<const D: usize>(electric: &Electric<D>, magnetic: [f64; D]) -> bool {
    let square = dot(magnetic, magnetic);
    electric.values.iter().any(|&value| {
        let along = dot(value, magnetic);
        // But for rounding.
        dot(value, value) * square - along * along > 1e-12 * dot(value, value) * square
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::Complex;

    /// The stationary state of a step of half a turn, exact friction with a kick, half a turn, beside that of the equation.
    #[test]
    fn friction_once_in_a_step_loses_the_current_that_is_said() {
        for angle in [0.1f64, 0.5, 1.0, 2.0] {
            for friction in [0.1, 0.01, 1e-4f64] {
                let dt = 1e-3;
                let (nu, omega) = (friction * angle / dt, angle / dt);
                let kept = (-nu * dt).exp();
                let kick = (1.0 - kept) / nu * crate::fields::share_of_kick(angle);
                let half = Complex::cis(-0.5 * angle);
                // v = half (kept half v + kick)
                let found = half * kick / (1.0 - kept * half * half);
                let exact = 1.0 / Complex::new(nu, omega);
                let lacking = 1.0 - found.re / exact.re;
                // The rest is of second order in what collisions take in a step.
                let rest = (nu * dt).powi(2) + 1e-9;
                assert!((lacking - missing(angle)).abs() < rest, "{angle} {friction}: {lacking}");
            }
        }
        assert_eq!((missing(0.0), missing(4.0)), (0.0, 1.0));
        assert!((missing(0.2) - 0.2 * 0.2 / 12.0).abs() < 1e-5);
    }

    #[test]
    fn only_fields_across_the_magnetic_one_count() {
        let electric = |value| Electric::constant(value);
        assert!(!is_across(&electric([0.0, 0.0, 2.0]), [0.0, 0.0, -3.0]));
        assert!(!is_across(&electric([0.3, 0.6, 0.9]), [0.1, 0.2, 0.3]));
        assert!(is_across(&electric([0.3, 0.6, 0.9]), [0.1, 0.2, 0.31]));
        assert!(!is_across(&electric([0.0; 3]), [0.0, 0.0, 1.0]));
    }
}
