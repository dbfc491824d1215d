//! Particle scores (form B): E_ε = Σ_p w_p log ρ_ε(v_p) and
//! s_p = Σ_k w_k ∇ψ_ε(v_p − v_k) [1/ρ_ε(v_p) + 1/ρ_ε(v_k)] (Carrillo, Craig, Patacchini 2019), the
//! exact gradient of E_ε, without a mesh.
//!
//! Neighbours within κ standard deviations come from a kd-tree, in the tree's order, which depends
//! on the cloud alone. A particle is its own neighbour in ρ, so that no logarithm or quotient is
//! taken of 0. The cut-off leaves out of the density at most
//! [the mass outside the ball](crate::score::mollifier::mass_beyond_ball), relative to the largest density; the score of a
//! particle in a thin tail loses more, by the weight of what it loses sight of over its own.

use super::{Score, extrapolation, mollifier};
use crate::error::Failure;
use crate::problem::Problem;
use crate::sum::sum;
use kiddo::{ImmutableKdTree, SquaredEuclidean};
use rayon::prelude::*;

/// Most bandwidths an order of 8 combines.
const MOST_BANDWIDTHS: usize = 4;

/// Particles per parallel task.
const CHUNK: usize = 32;

/// Particle scores of all species.
#[derive(Debug)]
pub struct ParticleScore<const D: usize> {
    weights: Vec<f64>,
    cutoff: f64,
    densities: Vec<[f64; MOST_BANDWIDTHS]>,
}

/// The bandwidths kε of one species.
struct Bandwidths {
    count: usize,
    /// 1/(2kε).
    exponents: [f64; MOST_BANDWIDTHS],
    normalizations: [f64; MOST_BANDWIDTHS],
    squared_radii: [f64; MOST_BANDWIDTHS],
}

impl Bandwidths {
    fn new(variance: f64, count: usize, cutoff: f64, dimension: usize) -> Self {
        let of = |f: &dyn Fn(f64) -> f64| std::array::from_fn(|k| f((k + 1) as f64 * variance));
        Self {
            count,
            exponents: of(&|variance| 0.5 / variance),
            normalizations: of(&|variance| mollifier::normalization(variance, dimension)),
            squared_radii: of(&|variance| cutoff * cutoff * variance),
        }
    }

    fn largest_squared_radius(&self) -> f64 {
        self.squared_radii[self.count - 1]
    }

    /// ψ_kε at a squared distance; 0 beyond the cut-off.
    fn mollifier(&self, k: usize, square: f64) -> f64 {
        if square > self.squared_radii[k] {
            0.0
        } else {
            self.normalizations[k] * (-square * self.exponents[k]).exp()
        }
    }
}

impl<const D: usize> ParticleScore<D> {
    /// Scores of the given order; `cutoff` in standard deviations.
    pub fn new(order: u32, cutoff: f64) -> Self {
        Self { weights: extrapolation::weights(order), cutoff, densities: Vec::new() }
    }

    /// One species: densities of every particle, then scores; returns the entropy.
    fn evaluate_species(
        &mut self,
        variance: f64,
        velocities: &[[f64; D]],
        weights: &[f64],
        scores: &mut [[f64; D]],
    ) -> f64 {
        let Ok(tree) = ImmutableKdTree::<f64, D>::new_from_slice(velocities) else {
            // An empty species has no tree, no entropy and no scores.
            return 0.0;
        };
        let bandwidths = Bandwidths::new(variance, self.weights.len(), self.cutoff, D);
        let radius = bandwidths.largest_squared_radius();
        let neighbours = |at: &[f64; D], visit: &mut dyn FnMut(usize)| {
            tree.query(at)
                .within::<SquaredEuclidean<f64>>(radius)
                .unsorted()
                .visit(|neighbour| visit(neighbour.item as usize));
        };

        self.densities.clear();
        self.densities.resize(velocities.len(), [0.0; MOST_BANDWIDTHS]);
        self.densities.par_chunks_mut(CHUNK).zip(velocities.par_chunks(CHUNK)).for_each(|(densities, at)| {
            for (density, v) in densities.iter_mut().zip(at) {
                neighbours(v, &mut |q| {
                    let square = squared_distance(v, &velocities[q]);
                    for (k, density) in density.iter_mut().enumerate().take(bandwidths.count) {
                        *density += weights[q] * bandwidths.mollifier(k, square);
                    }
                });
            }
        });

        let densities = &self.densities;
        let factors = &self.weights;
        scores
            .par_chunks_mut(CHUNK)
            .zip(velocities.par_chunks(CHUNK).zip(densities.par_chunks(CHUNK)))
            .for_each(|(scores, (at, own))| {
                for (score, (v, own)) in scores.iter_mut().zip(at.iter().zip(own)) {
                    *score = [0.0; D];
                    neighbours(v, &mut |q| {
                        let square = squared_distance(v, &velocities[q]);
                        let mut slope = 0.0;
                        for (k, factor) in factors.iter().enumerate() {
                            let inverse = 1.0 / own[k] + 1.0 / densities[q][k];
                            // ∇ψ(z) = −z/(kε) ψ(z).
                            slope -= factor
                                * 2.0
                                * bandwidths.exponents[k]
                                * bandwidths.mollifier(k, square)
                                * inverse;
                        }
                        for axis in 0..D {
                            score[axis] += weights[q] * slope * (v[axis] - velocities[q][axis]);
                        }
                    });
                }
            });

        let logarithm = |own: &[f64; MOST_BANDWIDTHS]| -> f64 {
            factors.iter().zip(own).map(|(a, rho)| a * rho.ln()).sum()
        };
        sum(weights.iter().zip(densities).map(|(w, own)| w * logarithm(own)))
    }
}

fn squared_distance<const D: usize>(a: &[f64; D], b: &[f64; D]) -> f64 {
    (0..D).map(|axis| (a[axis] - b[axis]) * (a[axis] - b[axis])).sum()
}

impl<const D: usize> Score<D> for ParticleScore<D> {
    fn evaluate(
        &mut self,
        problem: &Problem<D>,
        velocities: &[[f64; D]],
        scores: &mut [[f64; D]],
        entropies: &mut [f64],
    ) -> Result<(), Failure> {
        for (species, entropy) in problem.species.iter().zip(entropies) {
            let range = species.range.clone();
            *entropy = self.evaluate_species(
                species.bandwidth,
                &velocities[range.clone()],
                &problem.weights[range.clone()],
                &mut scores[range],
            );
        }
        Ok(())
    }

    fn truncation(&self) -> f64 {
        self.weights.iter().map(|a| a.abs()).sum::<f64>() * mollifier::mass_beyond_ball(self.cutoff, D)
    }

    fn memory(&self) -> usize {
        // A tree holds every velocity once more, with its index.
        self.densities.len() * (std::mem::size_of::<[f64; MOST_BANDWIDTHS]>() + 8 * D + 4)
    }
}
