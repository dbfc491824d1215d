//! Random batches: pairs inside batches drawn at random only, in place of all pairs.
//!
//! N particles fall into batches of about B. A pair shares a batch with probability
//! P = Σ_k b_k (b_k − 1)/(N (N − 1)), b_k the sizes, so that the sums over the pairs of the batches divided by
//! P have the full sums as their mean, whatever the weights and the species. Each pair stays
//! antisymmetric and orthogonal to its relative velocity: momentum and energy are conserved to rounding.
//!
//! All evaluations of a step have the same batches, drawn from the seed and the number of the step
//! alone: iterations converge, and a resumed run draws what an unbroken one does.
//!
//! Jin, Li, Liu, J. Comput. Phys. 400 (2020); Carrillo, Jin, Tang, Commun. Comput. Phys. 31 (2022). These
//! scale by weights or numbers of equal particles; scaling by P is unbiased for uneven weights too.

use std::ops::Range;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::blocks::Interaction;
use super::packed::{Block, Forces};
use super::tile::{Coefficients, Within};
use super::tree::leaves::runs;
use crate::kernel::lanes::InstructionSet;
use crate::kernel::power::{Power, PowerLaw, WithPower};

/// The pair sum by random batches, with its workspace.
#[derive(Debug)]
pub struct RandomBatchSum<const D: usize> {
    interaction: Interaction,
    ranges: Vec<Range<usize>>,
    weights: Vec<f64>,
    size: usize,
    seed: u64,
    /// The particles, batch after batch, by number in each.
    order: Vec<u32>,
    velocities: Vec<[f64; D]>,
    gradients: Vec<[f64; D]>,
    sorted_weights: Vec<f64>,
    sums: Vec<[f64; D]>,
}

impl<const D: usize> RandomBatchSum<D> {
    /// Sums over species whose particles are `ranges`, in batches of about `size` ≥ 2; `coefficients` holds
    /// c_ij row by row.
    pub fn new(
        gamma: f64,
        ranges: &[Range<usize>],
        coefficients: &[f64],
        weights: &[f64],
        (size, seed): (usize, u64),
        instruction_set: InstructionSet,
    ) -> Self {
        assert!(size >= 2, "a batch has a pair");
        let coefficients = Coefficients { species: ranges.len(), values: coefficients.to_vec() };
        Self {
            interaction: Interaction { law: PowerLaw::new(gamma), coefficients, instruction_set },
            ranges: ranges.to_vec(),
            weights: weights.to_vec(),
            size,
            seed,
            order: Vec::new(),
            velocities: Vec::new(),
            gradients: Vec::new(),
            sorted_weights: Vec::new(),
            sums: Vec::new(),
        }
    }

    /// Overwrites `sums` with the pair sums in the batches of a step. With `spreads`, one number ≥ 0 a particle,
    /// the power of |z|² in A is that of |z|² + spread_p + spread_q.
    pub fn evaluate(
        &mut self,
        step: u64,
        velocities: &[[f64; D]],
        gradients: &[[f64; D]],
        spreads: Option<&[f64]>,
        sums: &mut [[f64; D]],
    ) {
        let particles = self.weights.len();
        let batches = (particles / self.size).max(1);
        self.draw(step, batches);
        let order = &self.order;
        let gather = |from: &[[f64; D]], to: &mut Vec<[f64; D]>| {
            to.resize(particles, [0.0; D]);
            to.par_iter_mut().zip(order).for_each(|(to, &p)| *to = from[p as usize]);
        };
        gather(velocities, &mut self.velocities);
        gather(gradients, &mut self.gradients);
        self.sorted_weights.clear();
        self.sorted_weights.extend(order.iter().map(|&p| self.weights[p as usize]));
        let spreads: Option<Vec<f64>> =
            spreads.map(|spreads| order.iter().map(|&p| spreads[p as usize]).collect());
        self.sums.resize(particles, [0.0; D]);
        let Self { interaction, ranges, velocities, gradients, sorted_weights, sums: batch_sums, .. } = self;
        let mut rest = batch_sums.as_mut_slice();
        let mut parts = Vec::with_capacity(batches);
        for batch in 0..batches {
            let range = members(particles, batches, batch);
            let (own, after) = rest.split_at_mut(range.len());
            parts.push((range, own));
            rest = after;
        }
        parts.into_par_iter().for_each(|(range, sums)| {
            let mut block = Block::new(runs(&order[range.clone()], range.start, ranges), sorted_weights);
            block.pack(velocities, gradients, spreads.as_deref());
            let mut forces = Forces::zeros(block.slots());
            let work = WithinBatch { interaction, block: &block, forces: &mut forces };
            interaction.law.apply_to(spreads.is_some(), work);
            block.unpack(&forces, sums);
        });
        let shared: f64 = (0..batches)
            .map(|batch| members(particles, batches, batch).len() as f64)
            .map(|size| size * (size - 1.0))
            .sum();
        let factor = if shared > 0.0 { particles as f64 * (particles as f64 - 1.0) / shared } else { 0.0 };
        for (sum, &p) in batch_sums.iter().zip(order) {
            sums[p as usize] = sum.map(|component| factor * component);
        }
    }

    /// Particles in a batch.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Bytes of the workspace.
    pub fn memory(&self) -> usize {
        self.weights.len() * (3 * size_of::<[f64; D]>() + 2 * size_of::<f64>() + size_of::<u32>())
    }

    /// Deals the particles into the batches of a step.
    fn draw(&mut self, step: u64, batches: usize) {
        let particles = self.weights.len();
        let mut generator = ChaCha8Rng::seed_from_u64(self.seed);
        generator.set_stream(step);
        self.order.clear();
        self.order.extend(0..particles as u32);
        // Fisher and Yates.
        for last in (1..particles).rev() {
            self.order.swap(last, generator.random_range(0..=last));
        }
        for batch in 0..batches {
            self.order[members(particles, batches, batch)].sort_unstable();
        }
    }
}

/// The places of a batch in the shuffled order: sizes differ by at most one.
fn members(particles: usize, batches: usize, batch: usize) -> Range<usize> {
    batch * particles / batches..(batch + 1) * particles / batches
}

struct WithinBatch<'a, const D: usize> {
    interaction: &'a Interaction,
    block: &'a Block<D>,
    forces: &'a mut Forces<D>,
}

impl<const D: usize> WithPower for WithinBatch<'_, D> {
    fn run(self, law: impl Power) {
        let Interaction { coefficients, instruction_set, .. } = self.interaction;
        instruction_set.run(Within { law, coefficients, block: (self.block, self.forces) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collision::oracle::pair_sums;

    const COUNTS: [usize; 2] = [37, 24];
    const COEFFICIENTS: [f64; 4] = [1.0, 0.5, 0.5, 2.0];

    fn cloud() -> (Vec<[f64; 3]>, Vec<[f64; 3]>, Vec<f64>) {
        let number = |p: usize, k: usize| ((p * 37 + k * 11 + 1) as f64).sin();
        let vectors = |k: usize| (0..61).map(|p| [k, k + 1, k + 2].map(|k| number(p, k))).collect();
        (vectors(0), vectors(3), (0..61).map(|p| 1.5 + number(p, 7)).collect())
    }

    fn sum(size: usize, seed: u64) -> RandomBatchSum<3> {
        let set = InstructionSet::detect();
        RandomBatchSum::new(-3.0, &[0..37, 37..61], &COEFFICIENTS, &cloud().2, (size, seed), set)
    }

    #[test]
    fn the_mean_over_steps_is_the_full_sum() {
        let (velocities, gradients, weights) = cloud();
        let exact = pair_sums(-3.0, &COUNTS, &COEFFICIENTS, &weights, &velocities, &gradients, &[0.0; 61]);
        let size: f64 = exact.iter().map(|(sum, _)| sum.iter().map(|x| x * x).sum::<f64>()).sum();
        let mut batches = sum(7, 5);
        let mut errors = Vec::new();
        let mut mean = vec![[0.0; 3]; 61];
        let mut one = mean.clone();
        for step in 0..10_000 {
            batches.evaluate(step, &velocities, &gradients, None, &mut one);
            for (mean, one) in mean.iter_mut().zip(&one) {
                (0..3).for_each(|k| mean[k] += one[k]);
            }
            if [100, 10_000].contains(&(step + 1)) {
                let error = |k: usize, p: usize| mean[p][k] / (step + 1) as f64 - exact[p].0[k];
                let square: f64 =
                    (0..61).flat_map(|p| (0..3).map(move |k| (k, p))).map(|(k, p)| error(k, p).powi(2)).sum();
                errors.push((square / size).sqrt());
            }
        }
        // A hundred times the steps, a tenth of the error: there is no bias to be seen at this level.
        let ratio = errors[0] / errors[1];
        assert!(errors[1] < 0.04 && (7.0..14.0).contains(&ratio), "{errors:?}");
    }

    #[test]
    fn one_batch_is_the_full_sum_and_every_batch_conserves() {
        let (velocities, gradients, weights) = cloud();
        let exact = pair_sums(-3.0, &COUNTS, &COEFFICIENTS, &weights, &velocities, &gradients, &[0.0; 61]);
        for size in [2, 3, 10, 61, 1000] {
            let mut sums = vec![[f64::NAN; 3]; 61];
            sum(size, 1).evaluate(3, &velocities, &gradients, None, &mut sums);
            let scale: f64 = exact.iter().map(|(_, size)| size).sum();
            for axis in 0..3 {
                let momentum: f64 = weights.iter().zip(&sums).map(|(w, sum)| w * sum[axis]).sum();
                assert!(momentum.abs() < 1e-13 * scale, "{momentum:e}");
            }
            let energy: f64 = (0..61)
                .map(|p| weights[p] * (0..3).map(|k| velocities[p][k] * sums[p][k]).sum::<f64>())
                .sum();
            assert!(energy.abs() < 1e-13 * scale, "{energy:e}");
            for (sum, (exact, size)) in sums.iter().zip(&exact).filter(|_| size >= 61) {
                assert!((0..3).all(|k| (sum[k] - exact[k]).abs() <= 1e-13 * size));
            }
        }
    }

    #[test]
    fn batches_follow_from_seed_and_step_alone() {
        let (velocities, gradients, _) = cloud();
        let evaluate = |threads: usize, seed: u64, steps: &[u64]| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut sums = vec![[f64::NAN; 3]; 61];
            let mut batches = sum(5, seed);
            steps.iter().for_each(|&step| {
                pool.install(|| batches.evaluate(step, &velocities, &gradients, None, &mut sums))
            });
            sums
        };
        let alone = evaluate(1, 9, &[4]);
        for threads in [2, 3, 7] {
            assert_eq!(evaluate(threads, 9, &[8, 1, 4]), alone);
        }
        assert_ne!(evaluate(1, 9, &[5]), alone);
        assert_ne!(evaluate(1, 8, &[4]), alone);
    }
}
