//! What is said of a run in words and numbers, in the units of its scenario: before it, and when it has ended.

mod accuracy;
mod check;
mod closing;
mod collision_times;
mod lattices;
mod quantities;
mod stability;
mod start;

pub use check::check;
pub use closing::{Closing, closing_words};
pub use quantities::QuantityFormat;
pub use stability::step_warning;

use crate::problem::Problem;
use crate::scenario::Scenario;
use crate::setup;

/// Warnings of a start, a line each: of lattices that miss part of their distributions, of files that were read with
/// something left out, of plasmas that are not neutral or too fast for the equation, and of rates that are expected to be
/// off.
///
/// `velocities` are those of the first state, also where a run goes on from a later one.
pub fn warnings_of_start<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Vec<String> {
    let coverages = setup::coverages(scenario, problem, velocities);
    let mut warnings = lattices::warnings(problem, &coverages, &QuantityFormat::new(problem.scales));
    warnings.extend(start::notes(scenario, problem));
    warnings.extend(start::warnings(scenario, problem, velocities));
    warnings.extend(accuracy::warnings(problem, velocities, &scenario.score));
    warnings
}
