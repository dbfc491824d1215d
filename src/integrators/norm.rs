//! The size of a change of velocities, in thermal speeds.
//!
//! |x| = max_i √( Σ_{p∈i} w_p |x_p|² / Σ_{p∈i} w_p ) / √(T_i/m_i): the weighted root mean square of
//! a species against its own thermal speed, so that heavy and light species count alike. Every
//! tolerance in time is a number in this norm.

use crate::functionals::moments::Moments;
use crate::problem::{Problem, Species};
use crate::sum::sum;

/// The norm with the thermal speeds of one cloud.
#[derive(Debug, Clone, PartialEq)]
pub struct ThermalNorm {
    /// √(T/m) of every species.
    speeds: Vec<f64>,
}

impl ThermalNorm {
    /// The norm with the thermal speeds at `velocities`.
    pub fn at<const D: usize>(problem: &Problem<D>, velocities: &[[f64; D]]) -> Self {
        let of = |species: &Species<D>| {
            let range = species.range.clone();
            let moments = Moments::of(species.mass, &velocities[range.clone()], &problem.weights[range]);
            // A species of one particle has no thermal speed; its own speed, or 1 at rest, takes its place.
            let speed = (moments.temperature() / species.mass).sqrt();
            let own = moments.velocity.iter().map(|c| c * c).sum::<f64>().sqrt();
            [speed, own].into_iter().find(|&speed| speed > 0.0).unwrap_or(1.0)
        };
        Self { speeds: problem.species.iter().map(of).collect() }
    }

    /// The size of one vector per particle.
    pub fn size<const D: usize>(&self, problem: &Problem<D>, vectors: &[[f64; D]]) -> f64 {
        self.largest(problem, |p| vectors[p].iter().map(|c| c * c).sum())
    }

    /// The size of the difference of two clouds.
    pub fn distance<const D: usize>(&self, problem: &Problem<D>, a: &[[f64; D]], b: &[[f64; D]]) -> f64 {
        self.largest(problem, |p| (0..D).map(|axis| (a[p][axis] - b[p][axis]).powi(2)).sum())
    }

    /// The largest over all species of √(Σ w square / Σ w) / speed, `square` for each particle.
    pub fn largest<const D: usize>(&self, problem: &Problem<D>, square: impl Fn(usize) -> f64) -> f64 {
        let mut largest = 0.0;
        for (species, speed) in problem.species.iter().zip(&self.speeds) {
            let weights = &problem.weights[species.range.clone()];
            let total = sum(species.range.clone().zip(weights).map(|(p, w)| w * square(p)));
            let size = (total / sum(weights.iter().copied())).sqrt() / speed;
            // Not `max`, which would hide a NaN. A species without particles has no size.
            if !weights.is_empty() && (size > largest || size.is_nan()) {
                largest = size;
            }
        }
        largest
    }

    /// For every particle √(w/Σw)/√(T/m), the factor that makes the plain length of a vector the root
    /// of the sum of squares over species: the metric in which the linearised equation is symmetric
    /// at a common temperature.
    pub fn metric<const D: usize>(&self, problem: &Problem<D>) -> Vec<f64> {
        let mut factors = Vec::with_capacity(problem.particles());
        for (species, speed) in problem.species.iter().zip(&self.speeds) {
            let weights = &problem.weights[species.range.clone()];
            let total = sum(weights.iter().copied());
            factors.extend(weights.iter().map(|w| (w / total).sqrt() / speed));
        }
        factors
    }

    /// √(mean |x_p|²/(T/m)) over all particles alike, whatever their weights: sees the thin tail.
    pub fn unweighted<const D: usize>(&self, problem: &Problem<D>, vectors: &[[f64; D]]) -> f64 {
        let squares = problem.species.iter().zip(&self.speeds).flat_map(|(species, speed)| {
            vectors[species.range.clone()]
                .iter()
                .map(move |v| v.iter().map(|c| c * c).sum::<f64>() / (speed * speed))
        });
        (sum(squares) / problem.particles().max(1) as f64).sqrt()
    }
}
