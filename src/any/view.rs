//! A state of a run in any dimension, in the units of its scenario.

use crate::functionals::density::density_at;
use crate::output::rows;
use crate::problem::{Problem, Species};
use crate::simulation::{Outcome, View};
use crate::sum::sum;
use crate::time_grid::TimeGrid;
use crate::units::Scales;

/// A state of a run and what is known there, in the units of the scenario. Vectors have the components of the scenario's
/// dimension, particle after particle; with a symmetry they are those of the point that holds a particle's orbit.
pub trait AnyView {
    /// The dimension of the velocity space.
    fn dimension(&self) -> usize;

    /// The names of the moving species, in the order of the scenario.
    fn species(&self) -> Vec<&str>;

    /// Steps taken.
    fn step(&self) -> u64;

    fn time(&self) -> f64;

    /// The time grid of the run.
    fn grid(&self) -> TimeGrid;

    /// The units inside the run.
    fn scales(&self) -> Scales;

    /// How the run ends here, if it does.
    fn ending(&self) -> Option<Outcome>;

    /// What was wrong with steps so far, in words.
    fn warnings(&self) -> Vec<&str>;

    /// Velocities of a species; none if no moving species has the name. So below.
    fn velocities(&self, species: &str) -> Option<Vec<f64>>;

    /// Weights of a species, one a particle: real particles per volume.
    fn weights(&self, species: &str) -> Option<Vec<f64>>;

    /// Scores of a species, ∇ log f at its particles.
    fn scores(&self, species: &str) -> Option<Vec<f64>>;

    /// Rates dv/dt of a species.
    fn rates(&self, species: &str) -> Option<Vec<f64>>;

    /// Σ∫ f log f of all moving species.
    fn entropy(&self) -> f64;

    /// Its rate of change.
    fn entropy_rate(&self) -> f64;

    /// The names of totals and moments, as columns of diagnostics.csv have them.
    fn names(&self) -> Vec<String>;

    /// Totals and moments, in the order of their names.
    fn values(&self) -> Vec<f64>;

    /// The density of a species at points, at an order of the mollifier's bias: [`density_at`].
    fn density(&self, species: &str, order: u32, points: &[f64]) -> Option<Vec<f64>>;
}

impl<const D: usize> AnyView for View<'_, D> {
    fn dimension(&self) -> usize {
        D
    }

    fn species(&self) -> Vec<&str> {
        self.problem.species.iter().map(|one| one.name.as_str()).collect()
    }

    fn step(&self) -> u64 {
        self.state.step
    }

    fn time(&self) -> f64 {
        self.time * self.problem.scales.time
    }

    fn grid(&self) -> TimeGrid {
        self.state.grid
    }

    fn scales(&self) -> Scales {
        self.problem.scales
    }

    fn ending(&self) -> Option<Outcome> {
        self.ending
    }

    fn warnings(&self) -> Vec<&str> {
        self.state.warnings.iter().map(|warning| warning.words.as_str()).collect()
    }

    fn velocities(&self, species: &str) -> Option<Vec<f64>> {
        vectors(self.problem, &self.state.velocities, species, |scales| scales.velocity)
    }

    fn weights(&self, species: &str) -> Option<Vec<f64>> {
        weights(self.problem, species)
    }

    fn scores(&self, species: &str) -> Option<Vec<f64>> {
        vectors(self.problem, self.scores, species, |scales| 1.0 / scales.velocity)
    }

    fn rates(&self, species: &str) -> Option<Vec<f64>> {
        vectors(self.problem, &self.evaluation.rates, species, |scales| scales.velocity / scales.time)
    }

    fn entropy(&self) -> f64 {
        let particles = sum(self.problem.weights.iter().copied());
        self.problem.scales.entropy(self.evaluation.entropy(), particles, D)
    }

    fn entropy_rate(&self) -> f64 {
        self.evaluation.entropy_rate * self.problem.scales.entropy_rate()
    }

    fn names(&self) -> Vec<String> {
        rows::names(self.problem)
    }

    fn values(&self) -> Vec<f64> {
        rows::values(self)
    }

    fn density(&self, species: &str, order: u32, points: &[f64]) -> Option<Vec<f64>> {
        density(self.problem, &self.state.velocities, species, order, points)
    }
}

fn find<'a, const D: usize>(problem: &'a Problem<D>, name: &str) -> Option<&'a Species<D>> {
    problem.species.iter().find(|species| species.name == name)
}

/// Vectors of the particles of a species, in a unit.
pub(super) fn vectors<const D: usize>(
    problem: &Problem<D>,
    all: &[[f64; D]],
    species: &str,
    unit: impl Fn(&Scales) -> f64,
) -> Option<Vec<f64>> {
    let (found, unit) = (find(problem, species)?, unit(&problem.scales));
    Some(all[found.range.clone()].as_flattened().iter().map(|component| component * unit).collect())
}

pub(super) fn weights<const D: usize>(problem: &Problem<D>, species: &str) -> Option<Vec<f64>> {
    let of_species = &problem.weights[find(problem, species)?.range.clone()];
    Some(of_species.iter().map(|weight| weight * problem.scales.density).collect())
}

pub(super) fn density<const D: usize>(
    problem: &Problem<D>,
    velocities: &[[f64; D]],
    species: &str,
    order: u32,
    points: &[f64],
) -> Option<Vec<f64>> {
    let species = find(problem, species)?;
    let scales = &problem.scales;
    let point = |point: &[f64]| std::array::from_fn(|axis| point[axis] / scales.velocity);
    let points: Vec<[f64; D]> = points.chunks_exact(D).map(point).collect();
    let unit = scales.density / scales.velocity.powi(D as i32);
    let found = density_at(problem, species, velocities, order, &points);
    Some(found.into_iter().map(|value| value * unit).collect())
}
