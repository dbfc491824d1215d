//! What is said of a run in words and numbers, in the units of its scenario: before it, and when it has ended.

mod accuracy;
mod check;
mod citations;
mod closing;
mod collision_times;
mod lattices;
mod quantities;
mod stability;
mod start;

pub use check::check;
pub use citations::{Citation, citations};
pub use closing::{Closing, closing_words};
pub use quantities::QuantityFormat;
pub use stability::step_warning;

use crate::functionals::{Functional, SphericalDissipation, slope_at_center, squared_slope};
use crate::problem::Problem;
use crate::rules::number;
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
    warnings.extend(fisher_rate_is_unknown(scenario, problem, velocities));
    warnings.extend(dissipation_diverges(scenario, problem, velocities));
    warnings
}

/// The smallest share of f |∇ log f|² in units of f T^(-1) at the fixed species' velocity that is told.
const SLOPE: f64 = 1e-3;

/// A warning of the column `fisher_rate` that a run cannot fill.
fn fisher_rate_is_unknown<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Option<String> {
    let asked = scenario.functionals.iter().any(|one| matches!(one, Functional::FisherRate(_)));
    let center = problem.fixed.first()?.velocity;
    let unknown: Vec<&str> = problem
        .species
        .iter()
        .filter(|one| {
            let moments = problem.moments(one, velocities);
            let size = moments.density * (one.mass / moments.temperature()).powf(2.5);
            slope_at_center(problem, one, center, velocities) > SLOPE * size
        })
        .map(|one| one.name.as_str())
        .collect();
    (asked && !unknown.is_empty()).then(|| {
        format!(
            "fisher_rate of {} is left empty while its density has a slope at the fixed species: with gamma -3 the formula does not hold there, see `landau functionals`",
            unknown.join(", ")
        )
    })
}

/// A warning of a column `spherical_dissipation` that is infinite.
fn dissipation_diverges<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Option<String> {
    let of = |one: &Functional| match one {
        Functional::SphericalDissipation(SphericalDissipation { beta }) => Some(*beta),
        _ => None,
    };
    let diverges = |beta: &f64| problem.gamma - beta <= -(D as f64);
    let beta = scenario.functionals.iter().filter_map(of).find(diverges)?;
    let center = problem.fixed.first()?.velocity;
    let steep: Vec<&str> = problem
        .species
        .iter()
        .filter(|one| {
            let moments = problem.moments(one, velocities);
            let size = moments.density * (one.mass / moments.temperature()).powf(0.5 * D as f64 + 1.0);
            squared_slope(problem, one, center, velocities) > SLOPE * size
        })
        .map(|one| one.name.as_str())
        .collect();
    (!steep.is_empty()).then(|| {
        format!(
            "spherical_dissipation of {} with beta {} is left empty while its density has a slope at the fixed species: with gamma - beta up to -{D} the integral diverges there",
            steep.join(", "),
            number(beta)
        )
    })
}
