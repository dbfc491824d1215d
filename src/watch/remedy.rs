//! Advice on a step that does not agree with its rates.
//!
//! For each particle, the mean of the rates at both ends predicts where the step should have moved it. The
//! particle with the largest deviation, measured by m w |Δ|², is examined. If a particle of another species,
//! or a fixed species, is within a quarter of the spacing, the force between the two is the reason. The force
//! |z|^(γ+2) grows without bound as they approach, and no step is short enough for all pairs.

use crate::integrators::{Facts, StepTaken};
use crate::kernel::interaction::dot;
use crate::landau::Landau;
use crate::problem::Problem;
use crate::time_grid::TimeGrid;

/// Two particles count as near if their distance is below this share of the larger spacing of their species.
/// In a random cloud one particle in fifteen has such a neighbour.
const NEAR: f64 = 0.25;

/// Below this power γ the force between two particles grows without bound as they meet.
const SINGULAR: f64 = -2.0;

/// The advice that the method of a run allows.
pub struct Remedy {
    shorter: &'static str,
}

impl Remedy {
    pub fn new(facts: Facts, grid: TimeGrid) -> Self {
        let shorter = match (grid, facts.implicit, facts.stages) {
            (TimeGrid::Adaptive { .. }, ..) => "take a smaller `relative_tolerance`",
            (_, false, Some(_)) => {
                "take a smaller `time.step`, `adaptive`, or `runge_kutta_chebyshev` without `stages`"
            }
            (_, false, None) => "take a smaller `time.step`, or `adaptive`",
            (_, true, _) => "take a smaller `time.step`",
        };
        Self { shorter }
    }

    /// Advice on a step.
    pub fn words<const D: usize>(&self, landau: &Landau<D>, taken: &StepTaken<'_, D>) -> String {
        let problem = landau.problem();
        if problem.gamma < SINGULAR
            && problem.regularisation.is_none()
            && let Some(p) = farthest_off(problem, taken)
            && let Some(encounter) = encounter(problem, taken, p)
        {
            return encounter;
        }
        match landau.precision().sampled {
            true => format!("{}, or a larger `random_batch.size`", self.shorter),
            false => self.shorter.to_string(),
        }
    }
}

/// The particle with the largest deviation from the trapezoidal rule, measured by m w |Δ|².
fn farthest_off<const D: usize>(problem: &Problem<D>, taken: &StepTaken<'_, D>) -> Option<usize> {
    let energies = problem.masses_and_weights().enumerate().map(|(p, (m, w))| {
        let defect: [f64; D] = std::array::from_fn(|axis| {
            let mean = 0.5 * (taken.start.rates[p][axis] + taken.end.rates[p][axis]);
            taken.after[p][axis] - taken.before[p][axis] - taken.dt * mean
        });
        (p, m * w * dot(defect, defect))
    });
    energies.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(p, _)| p)
}

/// Advice if a particle of another species, or a fixed species, is near particle `p` at either end of the
/// step.
fn encounter<const D: usize>(problem: &Problem<D>, taken: &StepTaken<'_, D>, p: usize) -> Option<String> {
    let own = problem.species.iter().position(|species| species.range.contains(&p))?;
    let species = &problem.species;
    let cure = "a smaller step is no cure where the force between two particles grows without bound; take the regularised kernel, `collisions.regularisation`";
    let distance = |to: &dyn Fn(&[[f64; D]]) -> [f64; D]| {
        let ends = [taken.before, taken.after];
        let distances = ends.map(|velocities| {
            let to = to(velocities);
            let z: [f64; D] = std::array::from_fn(|axis| velocities[p][axis] - to[axis]);
            dot(z, z).sqrt()
        });
        distances[0].min(distances[1])
    };
    for (b, fixed) in problem.fixed.iter().enumerate() {
        let near = distance(&|_| fixed.velocity) / species[own].spacing;
        if problem.fixed_coefficients[own * problem.fixed.len() + b] > 0.0 && near < NEAR {
            return Some(format!(
                "a particle of species \"{}\" is {near:.1e} of their spacing from the velocity of \"{}\": {cure}",
                species[own].name, fixed.name
            ));
        }
    }
    for (j, other) in species.iter().enumerate() {
        if j == own || problem.coefficients[own * species.len() + j] == 0.0 {
            continue;
        }
        let nearest = other.range.clone().map(|q| distance(&|velocities| velocities[q]));
        let near = nearest.fold(f64::INFINITY, f64::min) / species[own].spacing.max(other.spacing);
        if near < NEAR {
            return Some(format!(
                "a particle of species \"{}\" is {near:.1e} of their spacing from one of \"{}\": {cure}",
                species[own].name, other.name
            ));
        }
    }
    None
}
