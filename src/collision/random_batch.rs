//! Random batches: the sum over all pairs is replaced by the sum over the pairs inside randomly drawn
//! batches.
//!
//! N particles are divided into batches of about B. Two particles share a batch with probability
//! P = Σ_k b_k (b_k − 1)/(N (N − 1)), where b_k are the batch sizes. So the sums over the pairs in batches,
//! divided by P, have the full sums as their mean, whatever the weights and the species. Each pair's exchange
//! stays antisymmetric and orthogonal to the relative velocity: momentum and energy are conserved to
//! rounding.
//!
//! The batches depend only on a seed and on the number of the draw. All evaluations of a step share one draw.
//! So the iterations of implicit methods converge, and a resumed run draws the same batches as an unbroken
//! one.
//!
//! Sources: Jin, Li, Liu, J. Comput. Phys. 400 (2020); Carrillo, Jin, Tang, Commun. Comput. Phys. 31 (2022).
//! They scale by weights or by numbers of equal particles. Scaling by P is unbiased for uneven weights too.

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::blocks::Interaction;
use super::interface::{Particles, Quality};
use super::packed::{Block, Forces, GROUP, runs};
use super::tile;
use crate::dimension;
use crate::kernel::lanes::InstructionSet;
use crate::parallel;
use crate::per_thread::PerThread;
use crate::ranks::Ranks;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// The pair sum by random batches, with its workspace.
#[derive(Debug)]
pub struct RandomBatchSum<const D: usize> {
    interaction: Interaction,
    size: usize,
    seed: u64,
    /// The indices of the particles, batch after batch, in increasing order within each.
    order: Vec<u32>,
    velocities: Vec<[f64; D]>,
    gradients: Vec<[f64; D]>,
    weights: Vec<f64>,
    /// Empty if the particles have no spreads.
    spreads: Vec<f64>,
    sums: Vec<[f64; D]>,
    workspaces: PerThread<Workspace<D>>,
    ranks: Ranks,
}

/// The particles of one batch, and the forces on them.
#[derive(Debug)]
struct Workspace<const D: usize> {
    block: Block<D>,
    forces: Forces<D>,
}

impl<const D: usize> Workspace<D> {
    /// Reserves memory for a batch of `species` species and `slots` slots.
    fn fit(&mut self, species: usize, slots: usize) {
        self.block.reserve(species, slots);
        self.forces.clear(slots);
    }
}

impl<const D: usize> Default for Workspace<D> {
    fn default() -> Self {
        Self { block: Block::empty(), forces: Forces::empty() }
    }
}

/// A thread takes up to this many batches one after another.
const TAKEN: usize = 4;

impl<const D: usize> RandomBatchSum<D> {
    /// A pair sum for γ in [−3, 1] in batches of about `size` ≥ 2 particles.
    pub fn new(gamma: f64, (size, seed): (usize, u64), instruction_set: InstructionSet) -> Self {
        assert!(size >= 2, "a batch has a pair");
        Self {
            interaction: Interaction::new::<D>(gamma, instruction_set),
            size,
            seed,
            order: Vec::new(),
            velocities: Vec::new(),
            gradients: Vec::new(),
            weights: Vec::new(),
            spreads: Vec::new(),
            sums: Vec::new(),
            workspaces: PerThread::default(),
            ranks: Ranks::default(),
        }
    }

    /// Divides the batches between ranks.
    pub fn divide(&mut self, ranks: &Ranks) {
        self.ranks = ranks.clone();
    }

    /// Overwrites `sums` with the scaled pair sums in the batches of a draw. They are random samples of the
    /// sums over all pairs.
    ///
    /// # Panics
    ///
    /// If an array is not as long as the particles, or the pairs of species, are many.
    pub fn evaluate(&mut self, particles: Particles<'_, D>, draw: u64, sums: &mut [[f64; D]]) -> Quality {
        match D {
            2 => in_two(dimension::of_mut(self), particles.cast(), draw, dimension::vectors_mut(sums)),
            _ => in_three(dimension::of_mut(self), particles.cast(), draw, dimension::vectors_mut(sums)),
        }
        Quality::Sampled
    }

    #[inline]
    fn evaluate_here(&mut self, particles: Particles<'_, D>, draw: u64, sums: &mut [[f64; D]]) {
        let count = particles.count(sums);
        let batches = (count / self.size).max(1);
        self.deal(count, draw, batches);
        let order = &self.order;
        let gather = |from: &[[f64; D]], to: &mut Vec<[f64; D]>| {
            to.resize(count, [0.0; D]);
            parallel::pick(from, order, to);
        };
        gather(particles.velocities, &mut self.velocities);
        gather(particles.gradients, &mut self.gradients);
        self.weights.clear();
        self.weights.extend(order.iter().map(|&p| particles.weights[p as usize]));
        self.spreads.clear();
        if let Some(spreads) = particles.spreads {
            self.spreads.extend(order.iter().map(|&p| spreads[p as usize]));
        }
        self.sums.resize(count, [0.0; D]);
        let Self { interaction, velocities, gradients, weights, spreads, sums: batch_sums, ranks, .. } = self;
        let spreads = particles.spreads.is_some().then_some(spreads.as_slice());
        // The particles batch after batch. Their species are in the runs of each batch's block.
        let dealt = Particles { velocities, gradients, weights, spreads, ..particles };
        let ranges = particles.species.ranges();
        // The particles of each species may leave the last group of slots partly empty.
        let largest = count.div_ceil(batches) + ranges.len() * GROUP;
        self.workspaces.fit(|workspace| workspace.fit(ranges.len(), largest.next_multiple_of(GROUP)));
        let workspaces = &self.workspaces;
        let law = interaction.of_points(spreads.is_some(), dealt.regularisation);
        let within = |range: Range<usize>, sums: &mut [[f64; D]]| {
            let Workspace { block, forces } = &mut *workspaces.own();
            block.arrange(runs(&order[range.clone()], range.start, ranges));
            block.pack(dealt);
            forces.clear(block.slots());
            tile::within(&law, dealt.couplings(), (block, forces));
            block.unpack(forces, sums);
        };
        let own = ranks.share(batches);
        let (first, end) = (members(count, batches, own.start).start, members(count, batches, own.end).start);
        each(own, &|batch| members(count, batches, batch), &mut batch_sums[first..end], &within);
        ranks.gather(
            |rank| D * members(count, batches, ranks.first(rank, batches)).start,
            batch_sums.as_flattened_mut(),
        );
        let shared: f64 = (0..batches)
            .map(|batch| members(count, batches, batch).len() as f64)
            .map(|size| size * (size - 1.0))
            .sum();
        let factor = if shared > 0.0 { count as f64 * (count as f64 - 1.0) / shared } else { 0.0 };
        for (sum, &p) in batch_sums.iter().zip(order) {
            sums[p as usize] = sum.map(|component| factor * component);
        }
    }

    /// Numbers that each of several ranks receives, at most, in an evaluation like the last.
    pub fn received(&self) -> usize {
        D * self.sums.len()
    }

    /// The number of particles in a batch.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Bytes of the workspace after an evaluation.
    pub fn memory(&self) -> usize {
        self.weights.len() * (3 * size_of::<[f64; D]>() + 2 * size_of::<f64>() + size_of::<u32>())
    }

    /// Distributes the particles over the batches of a draw.
    fn deal(&mut self, particles: usize, draw: u64, batches: usize) {
        let mut generator = ChaCha8Rng::seed_from_u64(self.seed);
        generator.set_stream(draw);
        self.order.clear();
        self.order.extend(0..particles as u32);
        // The Fisher–Yates shuffle.
        for last in (1..particles).rev() {
            self.order.swap(last, generator.random_range(0..=last));
        }
        for batch in 0..batches {
            self.order[members(particles, batches, batch)].sort_unstable();
        }
    }
}

#[inline(never)]
fn in_two(batches: &mut RandomBatchSum<2>, particles: Particles<'_, 2>, draw: u64, sums: &mut [[f64; 2]]) {
    batches.evaluate_here(particles, draw, sums);
}

#[inline(never)]
fn in_three(batches: &mut RandomBatchSum<3>, particles: Particles<'_, 3>, draw: u64, sums: &mut [[f64; 3]]) {
    batches.evaluate_here(particles, draw, sums);
}

/// The range of a batch in the shuffled order: sizes differ by at most one.
fn members(particles: usize, batches: usize, batch: usize) -> Range<usize> {
    batch * particles / batches..(batch + 1) * particles / batches
}

/// Calls `within` on each of the batches with its part of `values`, on all threads and without allocation.
/// `values` starts with the first particle of the first of these batches.
fn each<T: Send>(
    batches: Range<usize>,
    members: &(dyn Fn(usize) -> Range<usize> + Sync),
    values: &mut [T],
    within: &(dyn Fn(Range<usize>, &mut [T]) + Sync),
) {
    if batches.len() <= TAKEN {
        let mut rest = values;
        for batch in batches {
            let range = members(batch);
            let (own, after) = rest.split_at_mut(range.len());
            within(range, own);
            rest = after;
        }
        return;
    }
    let middle = batches.start + batches.len() / 2;
    let (left, right) = values.split_at_mut(members(middle).start - members(batches.start).start);
    let mut left = || each(batches.start..middle, members, left, within);
    let mut right = || each(middle..batches.end, members, right, within);
    parallel::join(&mut left, &mut right);
}
