//! Scores whose bandwidth follows the cloud.
//!
//! A species that cools or slows down carries its particles closer together, and a bandwidth that was right at the start
//! is too wide. With λ = (det Σ₀/det Σ)^(1/2d), from the covariance of the particles now and at the start, the bandwidth
//! is ε = ε₀/λ². Stretched about its mean by λ the cloud has its first volume and its first bandwidth, and
//!
//! ```text
//! E_ε(v) = E_ε₀(v') + n d log λ,     v'_p = c + λ (v_p − u)
//! ```
//!
//! holds for every functional ∫ f log f of mollified particles, whatever is added to it that scales alike. That is what is
//! computed, and the scores are its gradient, with that of λ:
//!
//! ```text
//! s_p = λ (s'_p − s̄') − (1 + λ V/(n d)) Σ⁻¹ (v_p − u),     V = Σ_q w_q s'_q · (v_q − u),     s̄' = Σ_q w_q s'_q/n
//! ```
//!
//! They make Σ_p w_p s_p · (v_p − u) = −n d, as for the scores of a density. The functional is one of the particles alone: conservation
//! and dissipation hold as for any other.

use super::Score;
use super::standard::Standard;
use crate::error::Failure;
use crate::problem::{Problem, Species};
use crate::ranks::Ranks;
use crate::sum::sum;
use std::array;

/// Scores of clouds that are rescaled to their first volume.
pub struct FollowingScore<const D: usize> {
    /// With the bandwidths of the start.
    inner: Box<dyn Score<D>>,
    rescaled: Vec<[f64; D]>,
    /// Of each species that is followed and not flat, with its λ.
    clouds: Vec<Option<(Standard<D>, f64)>>,
}

impl<const D: usize> FollowingScore<D> {
    /// `inner`, whose bandwidths are those of the start, with bandwidths that follow.
    pub fn new(inner: Box<dyn Score<D>>) -> Self {
        Self { inner, rescaled: Vec::new(), clouds: Vec::new() }
    }
}

impl<const D: usize> Score<D> for FollowingScore<D> {
    fn evaluate(
        &mut self,
        problem: &Problem<D>,
        velocities: &[[f64; D]],
        scores: &mut [[f64; D]],
        entropies: &mut [f64],
    ) -> Result<(), Failure> {
        let cloud = |species: &Species<D>| {
            let (own, weights) =
                (&velocities[species.range.clone()], &problem.weights[species.range.clone()]);
            species.following?;
            let standard = Standard::of(problem.symmetry, own, weights)?;
            Some((standard, 1.0 / problem.spread(species, velocities)))
        };
        self.clouds.clear();
        self.clouds.extend(problem.species.iter().map(cloud));
        self.rescaled.clear();
        self.rescaled.extend_from_slice(velocities);
        for (species, cloud) in problem.species.iter().zip(&self.clouds) {
            let Some((standard, lambda)) = cloud else { continue };
            for v in &mut self.rescaled[species.range.clone()] {
                *v = array::from_fn(|axis| species.center[axis] + lambda * (v[axis] - standard.mean[axis]));
            }
        }
        self.inner.evaluate(problem, &self.rescaled, scores, entropies)?;
        for ((species, cloud), entropy) in problem.species.iter().zip(&self.clouds).zip(entropies) {
            let range = species.range.clone();
            let (scores, velocities) = (&mut scores[range.clone()], &velocities[range.clone()]);
            match cloud {
                Some((standard, lambda)) => {
                    *entropy += standard.density * D as f64 * lambda.ln();
                    back(standard, *lambda, (velocities, &problem.weights[range]), scores);
                }
                // A cloud that has become flat shows in scores that are not finite.
                None if species.following.is_some() => {
                    *entropy = f64::NAN;
                    scores.fill([f64::NAN; D]);
                }
                None => {}
            }
        }
        Ok(())
    }

    fn divide(&mut self, ranks: &Ranks) {
        self.inner.divide(ranks);
    }

    fn gathered(&self, problem: &Problem<D>) -> usize {
        self.inner.gathered(problem)
    }

    fn truncation(&self) -> f64 {
        self.inner.truncation()
    }

    fn memory(&self) -> usize {
        self.inner.memory() + size_of_val(self.rescaled.as_slice())
    }

    fn mesh_spacing(&self, species: usize) -> Option<f64> {
        self.inner.mesh_spacing(species)
    }

    fn method(&self, problem: &Problem<D>) -> String {
        format!("{}; bandwidths follow their species", self.inner.method(problem))
    }
}

/// Makes the scores s' of the rescaled cloud those of the cloud itself.
fn back<const D: usize>(
    standard: &Standard<D>,
    lambda: f64,
    (velocities, weights): (&[[f64; D]], &[f64]),
    scores: &mut [[f64; D]],
) {
    let Standard { density, mean, .. } = standard;
    let averages: [f64; D] =
        array::from_fn(|axis| sum(scores.iter().zip(weights).map(|(s, w)| w * s[axis])) / density);
    let averages = standard.symmetry.mean(averages);
    let virial = sum(scores
        .iter()
        .zip(velocities)
        .zip(weights)
        .map(|((s, v), w)| w * (0..D).map(|axis| s[axis] * (v[axis] - mean[axis])).sum::<f64>()));
    let share = 1.0 + lambda * virial / (density * D as f64);
    for (score, v) in scores.iter_mut().zip(velocities) {
        // Σ⁻¹ (v − u).
        let gaussian = standard.gradient(&standard.coordinates(v));
        *score = array::from_fn(|axis| lambda * (score[axis] - averages[axis]) - share * gaussian[axis]);
    }
}
