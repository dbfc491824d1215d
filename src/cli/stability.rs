//! Whether a step of one length is stable for an explicit method, by the spectral radius at the start.

use landau::integrators::{Facts, STABLE_SHARE};
use landau::simulation::Grid;

/// The longest stable step of a method for a problem of this spectral radius; none if any is.
pub fn longest_stable_step(facts: &Facts, radius: f64) -> Option<f64> {
    facts.stable_interval.map(|interval| STABLE_SHARE * interval / radius)
}

/// The step that a method takes as it is told, stable or not: an explicit one of so many stages.
pub fn step_as_told(facts: &Facts, grid: Grid) -> Option<f64> {
    match grid {
        Grid::Uniform { dt, .. } if facts.stages.is_some() && facts.stable_interval.is_some() => Some(dt),
        Grid::Uniform { .. } | Grid::Adaptive { .. } => None,
    }
}

/// What to say of a step that is too long; times in words by `time`.
pub fn warning(facts: &Facts, grid: Grid, radius: f64, time: impl Fn(f64) -> String) -> Option<String> {
    let dt = step_as_told(facts, grid)?;
    let most = longest_stable_step(facts, radius)?;
    (dt > most).then(|| {
        format!(
            "the step {} is beyond the longest stable one of {}, about {} at the start: the result may be wrong though nothing fails; take a smaller step, `adaptive`, or `runge_kutta_chebyshev` without `stages`",
            time(dt),
            facts.name,
            time(most)
        )
    })
}
