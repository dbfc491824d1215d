//! The time grid.

use crate::integrators::Choice;
use crate::rules::{Checks, number};
use crate::scenario::types::*;

/// Names of columns are checked beside the particles.
fn until(found: &mut Checks, path: &str, condition: &Until) {
    match condition {
        Until::Temperatures { within } => {
            found.positive(format!("{path}.temperatures.within"), *within);
        }
        Until::Entropy { change } => {
            found.positive(format!("{path}.entropy.change"), *change);
        }
        Until::Column { above, below, .. } => {
            found.require(above.is_some() || below.is_some(), format!("{path}.column"), || {
                "found no limit; allowed: `above`, `below` or both".to_string()
            });
        }
    }
}

pub fn time(found: &mut Checks, time: &Time, integrator: &Choice) {
    for (place, condition) in time.until.iter().enumerate() {
        until(found, &format!("time.until.{place}"), condition);
    }
    let Some(adaptive) = &time.adaptive else {
        let missing = |key: &str| format!("found no `{key}`; allowed: step and steps, or adaptive alone");
        if found.require(time.step.is_some(), "time", || missing("step")) {
            found.positive("time.step", time.step.unwrap_or_default());
        }
        if found.require(time.steps.is_some(), "time", || missing("steps")) {
            found.require(time.steps != Some(0), "time.steps", || {
                "found 0; allowed: a whole number ≥ 1".to_string()
            });
        }
        if let (Some(step), Some(steps)) = (time.step, time.steps) {
            let end = step * steps as f64;
            found.require(end.is_finite() || !step.is_finite(), "time", || {
                format!(
                    "found {steps} steps of {}, which end beyond every number; allowed: step × steps up to 1.7e308",
                    number(step)
                )
            });
        }
        return;
    };
    for (key, present) in [("step", time.step.is_some()), ("steps", time.steps.is_some())] {
        found.require(!present, format!("time.{key}"), || {
            format!("found `{key}` beside `adaptive`; allowed: step and steps, or adaptive alone")
        });
    }
    let ends = found.positive("time.adaptive.end", adaptive.end);
    found.within("time.adaptive.relative_tolerance", adaptive.relative_tolerance, 1e-12, 0.1);
    if let Some(first) = adaptive.first_step
        && found.positive("time.adaptive.first_step", first)
    {
        found.require(!ends || first <= adaptive.end, "time.adaptive.first_step", || {
            format!("found {first}; allowed: a number > 0, at most the end {}", adaptive.end)
        });
    }
    let has_estimate = integrator.facts().error_order.is_some();
    found.require(has_estimate, "time.adaptive", || {
        "found with an implicit integrator, which has no error estimate; allowed: step and steps, or forward_euler, runge_kutta or runge_kutta_chebyshev".to_string()
    });
}
