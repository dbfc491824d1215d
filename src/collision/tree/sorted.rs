//! The particles in the order of the tree. The leaves are blocks that meet their neighbours. Direct sums for
//! some sampled particles measure the error.
//!
//! The samples of a species are taken at equal steps of cumulative weight along the Morton curve. So a plain
//! mean over the samples approximates the weighted mean over the species.

use std::ops::Range;

use super::lists::Lists;
use super::octree::Octree;
use super::share::Share;
use crate::collision::blocks::Blocks;
use crate::collision::interface::Particles;
use crate::collision::packed::{Block, Forces, runs};
use crate::collision::tile::{ChosenLaw, between};
use crate::parallel;
use crate::ranks::Ranks;

/// The particles in the order of the tree.
#[derive(Debug, Default)]
pub struct Sorted<const D: usize> {
    pub velocities: Vec<[f64; D]>,
    pub gradients: Vec<[f64; D]>,
    pub weights: Vec<f64>,
    /// Empty if the particles have no spreads.
    spreads: Vec<f64>,
    pub sums: Vec<[f64; D]>,
    /// The position of each particle in the order of the tree.
    ranks: Vec<u32>,
}

impl<const D: usize> Sorted<D> {
    /// Copies the particles in the given order.
    pub fn take(&mut self, order: &[u32], particles: Particles<'_, D>) {
        let Particles { velocities, gradients, weights, spreads, .. } = particles;
        self.spreads.clear();
        if let Some(spreads) = spreads {
            self.spreads.extend(order.iter().map(|&p| spreads[p as usize]));
        }
        self.velocities.resize(order.len(), [0.0; D]);
        self.gradients.resize(order.len(), [0.0; D]);
        self.weights.resize(order.len(), 0.0);
        self.ranks.resize(order.len(), 0);
        parallel::pick(velocities, order, &mut self.velocities);
        parallel::pick(gradients, order, &mut self.gradients);
        parallel::pick(weights, order, &mut self.weights);
        for (rank, &p) in order.iter().enumerate() {
            self.ranks[p as usize] = rank as u32;
        }
    }

    /// Copies some particles out of `other` by their positions there.
    fn choose(&mut self, other: &Self, ranks: impl Iterator<Item = usize> + Clone) {
        self.velocities.clear();
        self.velocities.extend(ranks.clone().map(|rank| other.velocities[rank]));
        self.gradients.clear();
        self.gradients.extend(ranks.clone().map(|rank| other.gradients[rank]));
        self.weights.clear();
        self.weights.extend(ranks.clone().map(|rank| other.weights[rank]));
        self.spreads.clear();
        if let Some(spreads) = other.spreads() {
            self.spreads.extend(ranks.map(|rank| spreads[rank]));
        }
        self.sums.resize(self.velocities.len(), [0.0; D]);
    }

    /// Writes the forces of all blocks into `sums`, in the original order of the particles. Each rank has those of its share.
    pub fn unsort(
        &mut self,
        blocks: &mut Blocks<D>,
        (tree, share): (&Octree<D>, &Share),
        sums: &mut [[f64; D]],
    ) {
        self.sums.resize(sums.len(), [0.0; D]);
        blocks.unpack(&mut self.sums);
        share.ranks().gather(|rank| D * share.first_particle(tree, rank), self.sums.as_flattened_mut());
        parallel::pick(&self.sums, &self.ranks, sums);
    }

    /// The particles in the order of the tree. The ranges of the species do not apply to this order.
    pub fn particles<'a>(&'a self, particles: Particles<'a, D>) -> Particles<'a, D> {
        let Self { velocities, gradients, weights, .. } = self;
        Particles { velocities, gradients, weights, spreads: self.spreads(), ..particles }
    }

    /// The spreads that soften the power law of the particles' pairs, if there are any.
    pub fn spreads(&self) -> Option<&[f64]> {
        (!self.spreads.is_empty()).then_some(&self.spreads)
    }
}

/// The leaves as blocks, along the Morton curve.
#[derive(Debug)]
pub struct Leaves<const D: usize> {
    pub blocks: Blocks<D>,
    /// The number of the leaf that each cell is; `u32::MAX` for other cells.
    numbers: Vec<u32>,
}

impl<const D: usize> Leaves<D> {
    /// No leaves.
    pub fn empty() -> Self {
        Self { blocks: Blocks::empty(), numbers: Vec::new() }
    }

    /// Makes a block of each leaf of a tree, and schedules the near pairs of a share's leaves. `ranges` holds the
    /// particles of each species.
    pub fn arrange(&mut self, tree: &Octree<D>, lists: &Lists, share: &Share, ranges: &[Range<usize>]) {
        let numbers = &mut self.numbers;
        numbers.clear();
        numbers.resize(tree.cells.len(), u32::MAX);
        for (number, &leaf) in tree.leaves.iter().enumerate() {
            numbers[leaf] = number as u32;
        }
        self.blocks.arrange(tree.leaves.len(), &|number, block| {
            let particles = tree.cells[tree.leaves[number]].particles.clone();
            block.arrange(runs(&tree.order[particles.clone()], particles.start, ranges));
        });
        let near = &lists.near;
        // Consecutive pairs of the list share blocks, so that threads would wait for each other. A stride
        // spreads them.
        let stride = stride(near.len());
        let pairs =
            (0..near.len()).map(|k| near[(k * stride) % near.len()].map(|cell| numbers[cell] as usize));
        let pairs = pairs.filter(|pair| pair.iter().any(|leaf| share.leaves.contains(leaf)));
        self.blocks.schedule.arrange(tree.leaves.len(), pairs);
    }

    /// The block of a cell, if it is a leaf.
    pub fn block(&self, cell: usize) -> Option<&Block<D>> {
        self.blocks.all().get(self.numbers[cell] as usize)
    }
}

/// An integer near 0.618 times `length`, the golden ratio, that has no common divisor with it.
pub fn stride(length: usize) -> usize {
    let gcd = |mut a: usize, mut b: usize| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let near = (length as f64 * 0.618) as usize;
    (near.max(1)..).find(|&stride| gcd(stride, length.max(1)) == 1).unwrap_or(1)
}

/// The number of samples of each species.
const SAMPLES: usize = 64;

/// The number of leaves in a part. A thread sums the leaves of a part one after another.
const PART: usize = 32;

/// The sampled particles, species after species.
#[derive(Debug)]
pub struct Samples<const D: usize> {
    /// The total weight of each species.
    totals: Vec<f64>,
    /// The range i..i + 1 for species i.
    ranges: Vec<Range<usize>>,
    /// For each species, 64 times the weight passed so far along the Morton curve. `chosen` holds the
    /// positions of its samples.
    passed: Vec<f64>,
    chosen: Vec<Vec<usize>>,
    particles: Vec<u32>,
    species: Vec<u32>,
    sorted: Sorted<D>,
    /// The samples as a block, and the forces of each part of the leaves on them.
    block: Block<D>,
    forces: Vec<Forces<D>>,
    /// The direct sums of the samples.
    sums: Vec<[f64; D]>,
}

impl<const D: usize> Samples<D> {
    /// No samples yet.
    pub fn empty() -> Self {
        Self {
            totals: Vec::new(),
            ranges: Vec::new(),
            passed: Vec::new(),
            chosen: Vec::new(),
            particles: Vec::new(),
            species: Vec::new(),
            sorted: Sorted::default(),
            block: Block::empty(),
            forces: Vec::new(),
            sums: Vec::new(),
        }
    }

    /// Numbers that ranks exchange for the direct sums.
    pub fn numbers(&self) -> usize {
        self.forces.iter().map(Forces::numbers).sum()
    }

    /// An estimate of √(Σ m w |error of the rate|² / Σ m w |rate|²) of `sums`; 0 if there is no error. `sums`
    /// and `particles` are in the original order.
    ///
    /// `order` holds the particles as they are sorted, in `blocks` and `sorted`.
    pub fn error(
        &mut self,
        law: &dyn ChosenLaw<D>,
        ranks: &Ranks,
        particles: Particles<'_, D>,
        (order, blocks, sorted): (&[u32], &[Block<D>], &Sorted<D>),
        sums: &[[f64; D]],
    ) -> f64 {
        self.choose(order, sorted, particles);
        self.sum(law, ranks, particles, blocks);
        let masses = particles.species.masses();
        let (mut error, mut size) = (0.0, 0.0);
        for ((exact, &p), &i) in self.sums.iter().zip(&self.particles).zip(&self.species) {
            let (sum, i) = (sums[p as usize], i as usize);
            for axis in 0..D {
                error += self.totals[i] / masses[i] * (sum[axis] - exact[axis]).powi(2);
                size += self.totals[i] / masses[i] * exact[axis].powi(2);
            }
        }
        if error == 0.0 { 0.0 } else { (error / size).sqrt() }
    }

    /// Chooses the samples and copies them out of the sorted particles.
    fn choose(&mut self, order: &[u32], sorted: &Sorted<D>, all: Particles<'_, D>) {
        let Self { totals, ranges: numbers, passed, chosen, particles, species, .. } = self;
        let ranges = all.species.ranges();
        totals.clear();
        totals.extend(ranges.iter().map(|range| all.weights[range.clone()].iter().sum::<f64>()));
        numbers.clear();
        numbers.extend((0..ranges.len()).map(|i| i..i + 1));
        chosen.resize_with(ranges.len(), Vec::new);
        chosen.iter_mut().for_each(Vec::clear);
        passed.clear();
        passed.resize(ranges.len(), 0.0);
        for (rank, (&p, weight)) in order.iter().zip(&sorted.weights).enumerate() {
            let i = ranges.partition_point(|range| range.end <= p as usize);
            passed[i] += SAMPLES as f64 * weight;
            while chosen[i].len() < SAMPLES && passed[i] >= totals[i] * (chosen[i].len() as f64 + 0.5) {
                chosen[i].push(rank);
            }
        }
        let ranks = chosen.iter().flatten().copied();
        particles.clear();
        particles.extend(ranks.clone().map(|rank| order[rank]));
        species.clear();
        species.extend(chosen.iter().enumerate().flat_map(|(i, ranks)| ranks.iter().map(move |_| i as u32)));
        self.sorted.choose(sorted, ranks);
    }

    /// Overwrites the sums of the samples with direct sums over all particles.
    fn sum(&mut self, law: &dyn ChosenLaw<D>, ranks: &Ranks, all: Particles<'_, D>, blocks: &[Block<D>]) {
        let Self { ranges, species, sorted, block, forces, sums, .. } = self;
        block.arrange(runs(species, 0, ranges));
        block.pack(sorted.particles(all));
        let (targets, couplings) = (&*block, all.couplings());
        let parts = blocks.chunks(PART).len();
        if forces.len() < parts {
            forces.resize_with(parts, Forces::empty);
        }
        let forces = &mut forces[..parts];
        let own = ranks.share(parts);
        forces.iter_mut().for_each(|forces| forces.clear(targets.slots()));
        let first = |part: usize| blocks.len().min(part * PART);
        let sources = &blocks[first(own.start)..first(own.end)];
        parallel::items(&mut forces[own], &|part, forces| {
            for sources in sources[part * PART..].iter().take(PART) {
                between(law, couplings, (targets, forces), (sources, None));
            }
        });
        gather(ranks, forces);
        sums.clear();
        sums.resize(species.len(), [0.0; D]);
        for part in forces {
            targets.unpack(part, &mut sorted.sums);
            for (sum, part) in sums.iter_mut().zip(&sorted.sums) {
                for axis in 0..D {
                    sum[axis] += part[axis];
                }
            }
        }
    }
}

/// Completes the forces of all parts, of which each rank has its share.
fn gather<const D: usize>(ranks: &Ranks, forces: &mut [Forces<D>]) {
    if ranks.are_one() {
        return;
    }
    let mut numbers = Vec::new();
    forces.iter().for_each(|forces| forces.read_into(&mut numbers));
    let (parts, each) = (forces.len(), numbers.len() / forces.len().max(1));
    ranks.gather(|rank| each * ranks.first(rank, parts), &mut numbers);
    let mut numbers = numbers.as_slice();
    forces.iter_mut().for_each(|forces| forces.write_from(&mut numbers));
}
