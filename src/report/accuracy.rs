//! What a run's rates and final temperatures are expected to be off by, in words.

use crate::accuracy::{Expected, Scores, expected};
use crate::problem::Problem;
use crate::scenario::Score;
use crate::score::exactness::Form;

/// The relative error from which on a run is warned of it.
const MOST: f64 = 0.01;

/// A warning for each species whose rates, or whose temperature at the end, are off by more than a per cent.
pub fn warnings<const D: usize>(problem: &Problem<D>, velocities: &[[f64; D]], score: &Score) -> Vec<String> {
    let form = match score {
        Score::Mesh { .. } => Form::Mesh,
        Score::Particles { .. } => Form::Particles,
    };
    let scores = Scores { form, order: score.order(), exact: score.exact_degree() >= 2 };
    let all = expected(problem, velocities, scores);
    let words = |(i, one): (usize, &Expected)| {
        let mut errors = Vec::new();
        if one.isotropisation.abs() > MOST {
            errors.push(format!("isotropisation {}", percent(one.isotropisation)));
        }
        if let Some((error, j)) = one.equilibration
            && error.abs() > MOST
        {
            errors.push(format!("equilibration with {} {}", problem.species[j].name, percent(error)));
        }
        let rest = one.rest.filter(|rest| rest.abs() > MOST);
        if errors.is_empty() && rest.is_none() {
            return None;
        }
        let rates = match errors.is_empty() {
            true => String::new(),
            false => {
                format!("rates of {} are expected off by: {}; ", problem.species[i].name, errors.join(", "))
            }
        };
        let rest = rest.map_or(String::new(), |rest| {
            format!("{} comes to rest at a temperature off by {}; ", problem.species[i].name, percent(rest))
        });
        let remedy = match scores.exact {
            true => "take more cells along each axis",
            false => "take `exact_degree` 2 or more, or more cells along each axis",
        };
        Some(format!("{rates}{rest}{remedy}"))
    };
    all.iter().enumerate().filter_map(words).collect()
}

fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent.abs() < 9.95 { format!("{percent:+.1} %") } else { format!("{percent:+.0} %") }
}
