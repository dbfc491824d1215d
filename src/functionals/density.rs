//! The density of a species at any velocities, from its particles: f(v) = Σ_k a_k Σ_p w_p ψ_kε(v − v_p), the mollified density
//! extrapolated in the bandwidth at the order of the scores (Carrillo, Hu, Van Fleet, Acta Appl. Math. 194, 2024, for order 2).
//!
//! With a symmetry ψ is the mollifier averaged over the orbit of a particle. Sums are over all particles of the species, in
//! their order.

use crate::parallel;
use crate::problem::{Problem, Species};
use crate::score::extrapolation;
use crate::score::mollifier::normalization;
use crate::score::orbits::Coordinates;
use crate::sum::sum;
use crate::symmetry::Symmetry;

/// The density of a species at points, when all particles have these velocities.
pub fn density_at<const D: usize>(
    problem: &Problem<D>,
    species: &Species<D>,
    all: &[[f64; D]],
    order: u32,
    points: &[[f64; D]],
) -> Vec<f64> {
    let bandwidth = species.bandwidth * problem.spread(species, all).powi(2);
    let range = species.range.clone();
    let (velocities, weights) = (&all[range.clone()], &problem.weights[range]);
    let at = |point: &[f64; D]| {
        let of_bandwidth = |(k, factor): (usize, f64)| {
            let variance = (k + 1) as f64 * bandwidth;
            let terms = velocities.iter().zip(weights);
            let mollified = sum(terms.map(|(v, w)| w * mollifier(problem.symmetry, v, point, variance)));
            factor * normalization(variance, D) * mollified
        };
        extrapolation::weights(order).into_iter().enumerate().map(of_bandwidth).sum()
    };
    parallel::map(points.len(), &|k| at(&points[k]))
}

/// The mollifier of a particle at a point, without its normalisation.
fn mollifier<const D: usize>(
    symmetry: Symmetry,
    particle: &[f64; D],
    point: &[f64; D],
    variance: f64,
) -> f64 {
    if symmetry.is_none() {
        let square: f64 = particle.iter().zip(point).map(|(one, other)| (one - other).powi(2)).sum();
        return (-0.5 * square / variance).exp();
    }
    let coordinates = Coordinates::of(symmetry);
    let [r, z] = coordinates.place(particle);
    let [r_l, z_l] = coordinates.place(&symmetry.held(*point));
    let along = (-0.5 * (z - z_l).powi(2) / variance).exp();
    along * coordinates.orbit().factor(r, r_l, variance)[0]
}
