//! What the functionals of a run cost.

use crate::cli::Stop;
use landau::collision::regularisation::Regularisation;
use landau::output::functional_columns::FunctionalColumns;
use landau::problem::Problem;
use landau::scenario::Scenario;
use std::time::Instant;

/// The seconds of a row, timed, if there are functionals.
pub fn cost<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Result<Option<String>, Stop> {
    if scenario.functionals.is_empty() {
        return Ok(None);
    }
    let columns = FunctionalColumns::new(scenario);
    // The time does not depend on the scores.
    let scores = vec![[1.0; D]; velocities.len()];
    let start = Instant::now();
    columns.values(problem, &Regularisation::at_start(problem), velocities, &scores)?;
    let seconds = start.elapsed().as_secs_f64();
    let rows = match scenario.output.diagnostics_every {
        1 => "every step".to_string(),
        every => format!("every {every} steps"),
    };
    Ok(Some(format!("{} columns, {seconds:.4} s a row, a row {rows}", columns.names(problem).len())))
}
