//! The particles in the order of the tree, and its leaves as blocks that meet their neighbours.

use std::ops::Range;

use rayon::prelude::*;

use super::lists::Lists;
use super::octree::Octree;
use crate::collision::blocks::Blocks;
use crate::collision::packed::{Block, GROUP, Run};
use crate::collision::schedule::Schedule;

/// The particles in the order of the tree.
#[derive(Debug, Default)]
pub struct Sorted<const D: usize> {
    pub velocities: Vec<[f64; D]>,
    pub gradients: Vec<[f64; D]>,
    pub weights: Vec<f64>,
    /// Empty without spreads.
    spreads: Vec<f64>,
    pub sums: Vec<[f64; D]>,
    /// The place of each particle.
    pub places: Vec<u32>,
}

impl<const D: usize> Sorted<D> {
    /// Takes the particles in the given order.
    pub fn take(
        &mut self,
        order: &[u32],
        weights: &[f64],
        velocities: &[[f64; D]],
        gradients: &[[f64; D]],
        spreads: Option<&[f64]>,
    ) {
        self.spreads.clear();
        if let Some(spreads) = spreads {
            self.spreads.extend(order.iter().map(|&p| spreads[p as usize]));
        }
        self.velocities.resize(order.len(), [0.0; D]);
        self.gradients.resize(order.len(), [0.0; D]);
        self.weights.resize(order.len(), 0.0);
        self.places.resize(order.len(), 0);
        self.velocities.par_iter_mut().zip(order).for_each(|(v, &p)| *v = velocities[p as usize]);
        self.gradients.par_iter_mut().zip(order).for_each(|(g, &p)| *g = gradients[p as usize]);
        self.weights.par_iter_mut().zip(order).for_each(|(w, &p)| *w = weights[p as usize]);
        for (place, &p) in order.iter().enumerate() {
            self.places[p as usize] = place as u32;
        }
    }

    /// What softens the power of each particle's pairs, if anything does.
    pub fn spreads(&self) -> Option<&[f64]> {
        (!self.spreads.is_empty()).then_some(&self.spreads)
    }
}

/// The leaves as blocks, along the Morton curve; `numbers` are the leaves by cell, `ranges` the particles of
/// each species.
pub fn blocks<const D: usize>(
    tree: &Octree<D>,
    lists: &Lists,
    ranges: &[Range<usize>],
    weights: &[f64],
    numbers: &[u32],
) -> Blocks<D> {
    let leaves = tree.leaves.par_iter();
    let blocks: Vec<Block<D>> = leaves
        .map(|&leaf| {
            let particles = tree.cells[leaf].particles.clone();
            Block::new(runs(&tree.order[particles.clone()], particles.start, ranges), weights)
        })
        .collect();
    let near = &lists.near;
    // Neighbours in the list share blocks, which would make threads wait for each other.
    let stride = stride(near.len());
    let pairs = (0..near.len()).map(|k| near[(k * stride) % near.len()].map(|cell| numbers[cell] as usize));
    let schedule = Schedule::in_order(blocks.len(), pairs);
    Blocks::new(blocks, schedule)
}

/// The runs of some particles in increasing order, the first of them at place `first` of the sorted arrays.
pub fn runs(particles: &[u32], mut first: usize, ranges: &[Range<usize>]) -> Vec<Run> {
    let mut runs = Vec::new();
    let (mut start, mut taken) = (0, 0);
    for (species, range) in ranges.iter().enumerate() {
        let count = particles[taken..].partition_point(|&p| (p as usize) < range.end);
        if count > 0 {
            runs.push(Run { species, first, count, start });
            first += count;
            taken += count;
            start += count.next_multiple_of(GROUP);
        }
    }
    runs
}

/// The number of each leaf by its cell; `u32::MAX` for other cells.
pub fn numbers<const D: usize>(tree: &Octree<D>) -> Vec<u32> {
    let mut numbers = vec![u32::MAX; tree.cells.len()];
    for (number, &leaf) in tree.leaves.iter().enumerate() {
        numbers[leaf] = number as u32;
    }
    numbers
}

/// About the golden ratio of a length, and without a common divisor with it.
fn stride(length: usize) -> usize {
    let gcd = |mut a: usize, mut b: usize| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let near = (length as f64 * 0.618) as usize;
    (near.max(1)..).find(|&stride| gcd(stride, length.max(1)) == 1).unwrap_or(1)
}
