//! Coefficients with estimates of their errors.
//!
//! The same plasma is computed four times: as the scenario has it; on lattices of three quarters as many cells; there by
//! steps of four times the tolerance; and there after impulses of half the size. The differences are
//!
//! | difference | estimate |
//! |---|---|
//! | of resolutions n and ¾ n | of the error at n if it falls as n⁻², which it does at least: 9/7 of it |
//! | of tolerances | of the error by time, a third of it |
//! | of sizes | of what is not linear in the impulse: as that falls as the square of its size, 4/3 of it |

use super::across;
use super::coefficients::{Coefficient, coefficients};
use super::matrix::Matrices;
use super::plasma::Constituents;
use super::response::{Accuracy, Plasma};
use crate::exact::sonine;
use crate::kernel::lanes::InstructionSet;
use crate::scenario::{Particles, Scenario, Violation};
use crate::setup::StartError;

/// A coefficient with its errors, in the same unit; an exact value where there is one.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimated {
    pub coefficient: Coefficient,
    /// Of the lattice; none for clouds that are not on lattices.
    pub resolution_error: Option<f64>,
    /// Of steps and of the end of the run.
    pub time_error: f64,
    /// Of the size of the impulse.
    pub linearity_error: f64,
    /// By Sonine polynomials.
    pub exact: Option<f64>,
}

impl Estimated {
    /// All errors together.
    pub fn error(&self) -> f64 {
        self.resolution_error.unwrap_or_default() + self.time_error + self.linearity_error
    }
}

/// All coefficients of a scenario's plasma.
#[derive(Debug, Clone, PartialEq)]
pub struct Transport {
    pub coefficients: Vec<Estimated>,
    /// The largest |L_ab − L_ba| over √(L_aa L_bb): Onsager's relations, which nothing enforces.
    pub asymmetry: f64,
    pub evaluations: u64,
}

/// Lattices of three quarters as many cells along each axis, an even number where the scenario's is.
fn coarser(scenario: &Scenario) -> Option<Scenario> {
    let mut coarser = scenario.clone();
    for one in coarser.species.iter_mut().filter(|one| one.fixed.is_none()) {
        let Some(Particles::Lattice { per_axis, .. }) = &mut one.particles else { return None };
        *per_axis = (3 * *per_axis / 4).max(4).next_multiple_of(2);
    }
    Some(coarser)
}

/// The transport coefficients of a resolved scenario.
///
/// # Errors
///
/// With the place of what is not near an equilibrium; if a step of a run cannot be trusted.
pub fn transport(scenario: &Scenario, set: InstructionSet) -> Result<Transport, StartError> {
    let accuracy = Accuracy::default();
    let of = |scenario: &Scenario, accuracy: Accuracy| -> Result<_, StartError> {
        let plasma = Plasma::<3>::new(scenario)?;
        let matrices = Matrices::of(&plasma, scenario, accuracy, set)
            .map_err(|failure| failure.in_units(&plasma.problem.scales))?;
        let constituents = Constituents::of(&plasma);
        let mut values = coefficients(&constituents, &matrices.vectors, &matrices.stresses);
        if let Some(turning) = &matrices.across {
            values.extend(across::coefficients(&constituents, turning));
        }
        Ok((constituents, matrices, values))
    };
    let (constituents, matrices, values) = of(scenario, accuracy)?;
    let coarse = coarser(scenario);
    let compared = coarse.as_ref().unwrap_or(scenario);
    let (_, same, reference) = of(compared, accuracy)?;
    let (_, rough, roughly) = of(
        compared,
        Accuracy { tolerance: 4.0 * accuracy.tolerance, tail: 4.0 * accuracy.tail, ..accuracy },
    )?;
    let (_, small, weakly) = of(compared, Accuracy { amplitude: 0.5 * accuracy.amplitude, ..accuracy })?;
    let exact = constituents.expansion.as_ref().map(|plasma| {
        let (vectors, stresses) = (plasma.vectors(sonine::TERMS), plasma.stresses(sonine::TERMS));
        let mut exact = coefficients(&constituents, &vectors, &stresses);
        let turning =
            matrices.across.and_then(|one| across::exact(&constituents, one.frequency, sonine::TERMS));
        exact.extend(turning.iter().flat_map(|turning| across::coefficients(&constituents, turning)));
        exact
    });
    // A coarser lattice turns a complex coefficient as well as it shortens it: one part may then hardly change where
    // the other does. Both have the error of the whole.
    let first_across = values.len()
        - matrices.across.map_or(0, |turning| across::coefficients(&constituents, &turning).len());
    let differences: Vec<f64> =
        values.iter().zip(&reference).map(|(one, coarse)| (one.value - coarse.value).abs()).collect();
    let of_both = |k: usize| match k.checked_sub(first_across) {
        None => differences[k],
        Some(place) => {
            let other = across::other_part(place, differences.len() - first_across);
            differences[k].hypot(differences[first_across + other])
        }
    };
    let estimated = values.into_iter().enumerate().map(|(k, coefficient)| Estimated {
        resolution_error: coarse.as_ref().map(|_| 9.0 / 7.0 * of_both(k)),
        // A response that never settled leaves more beyond its last step than was asked for.
        time_error: (reference[k].value - roughly[k].value).abs() / 3.0
            + (matrices.tail - accuracy.tail).max(0.0) * coefficient.value.abs(),
        linearity_error: 4.0 / 3.0 * (reference[k].value - weakly[k].value).abs(),
        exact: exact.as_ref().map(|exact| exact[k].value),
        coefficient,
    });
    Ok(Transport {
        coefficients: estimated.collect(),
        asymmetry: matrices.asymmetry(),
        evaluations: [matrices, same, rough, small].iter().map(|one| one.evaluations).sum(),
    })
}

/// Whether transport can be asked of a scenario; the dimension is that of the types behind it.
///
/// # Errors
///
/// With the place of what is not allowed.
pub fn require_three_dimensions(scenario: &Scenario) -> Result<(), Violation> {
    match scenario.dimension {
        3 => Ok(()),
        other => {
            Err(Violation::new("dimension", format!("found {other}; allowed: 3, for transport coefficients")))
        }
    }
}
