//! The integrator and the time grid.

use crate::integrators::MOST_STAGES;
use crate::rules::{Checks, number};
use crate::scenario::types::*;

pub fn integrator(found: &mut Checks, integrator: &Integrator) {
    match integrator {
        Integrator::ForwardEuler {} => {}
        Integrator::RungeKutta { order } => {
            found.require(matches!(order, 2 | 4), "integrator.runge_kutta.order", || {
                format!("found {order}; allowed: 2 or 4")
            });
        }
        Integrator::RungeKuttaChebyshev { stages } => {
            if let Some(stages) = stages {
                let path = "integrator.runge_kutta_chebyshev.stages";
                found.require((2..=MOST_STAGES).contains(stages), path, || {
                    format!("found {stages}; allowed: a whole number from 2 to {MOST_STAGES}")
                });
            }
        }
        Integrator::ImplicitMidpoint { tolerance, max_iterations }
        | Integrator::DiscreteGradient { tolerance, max_iterations } => {
            let path = match integrator {
                Integrator::DiscreteGradient { .. } => "integrator.discrete_gradient",
                _ => "integrator.implicit_midpoint",
            };
            found.within(format!("{path}.tolerance"), *tolerance, 1e-15, 1e-2);
            found.require(*max_iterations >= 1, format!("{path}.max_iterations"), || {
                format!("found {max_iterations}; allowed: a whole number ≥ 1")
            });
        }
    }
}

pub fn time(found: &mut Checks, time: &Time, integrator: &Integrator) {
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
    let explicit = match integrator {
        Integrator::ForwardEuler {}
        | Integrator::RungeKutta { .. }
        | Integrator::RungeKuttaChebyshev { .. } => true,
        Integrator::ImplicitMidpoint { .. } | Integrator::DiscreteGradient { .. } => false,
    };
    found.require(explicit, "time.adaptive", || {
        "found with an implicit integrator, which has no error estimate; allowed: step and steps, or forward_euler, runge_kutta or runge_kutta_chebyshev".to_string()
    });
}
