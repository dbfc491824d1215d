//! Conditions that end a run before its time grid does.

use super::rows;
use crate::problem::Problem;
use crate::rules::{Violation, number};
use crate::scenario::Until;
use crate::simulation::View;

/// The conditions of a run: any of them ends it.
pub struct Conditions {
    conditions: Vec<Condition>,
}

/// A condition, with where its column is in a row of diagnostics.
struct Condition {
    until: Until,
    column: usize,
}

impl Conditions {
    /// Of a problem.
    ///
    /// # Errors
    ///
    /// A column that rows do not have.
    pub fn new<const D: usize>(until: &[Until], problem: &Problem<D>) -> Result<Self, Violation> {
        let names = rows::names(problem);
        let conditions = until.iter().enumerate().map(|(place, one)| {
            let column = match one {
                Until::Column { name, .. } => names.iter().position(|column| column == name),
                Until::Temperatures { .. } | Until::Entropy { .. } => Some(0),
            };
            let unknown = || {
                Violation::new(
                    format!("time.until.{place}.column.name"),
                    format!(
                        "found a name that no column of sums over particles has; allowed: {}",
                        names.join(", ")
                    ),
                )
            };
            Ok(Condition { until: one.clone(), column: column.ok_or_else(unknown)? })
        });
        Ok(Self { conditions: conditions.collect::<Result<_, _>>()? })
    }

    /// The first condition that a state meets, in words.
    pub fn met<const D: usize>(&self, view: &View<'_, D>) -> Option<String> {
        self.conditions.iter().find_map(|condition| condition.met(view))
    }
}

impl Condition {
    fn met<const D: usize>(&self, view: &View<'_, D>) -> Option<String> {
        let View { problem, state, evaluation, .. } = view;
        match &self.until {
            Until::Temperatures { within } => {
                let temperatures =
                    problem.species.iter().map(|one| problem.moments(one, &state.velocities).temperature());
                let (least, most) = temperatures
                    .fold((f64::INFINITY, 0.0f64), |(least, most), t| (least.min(t), most.max(t)));
                (most - least <= within * most).then(|| format!("temperatures agree to {}", number(*within)))
            }
            Until::Entropy { change } => {
                let particles: f64 = problem.weights.iter().sum();
                let found = (evaluation.entropy_rate * view.dt / particles).abs();
                // Before the first step no step has a length.
                (state.step > 0 && found <= *change)
                    .then(|| format!("entropy changes by at most {} per particle in a step", number(*change)))
            }
            Until::Column { name, above, below } => {
                let value = rows::values(view)[self.column];
                let beyond = above.is_some_and(|above| value > above);
                let under = below.is_some_and(|below| value < below);
                (beyond || under).then(|| format!("{name} is {value:e}"))
            }
        }
    }
}
