//! The particles in the order of the tree, and its leaves as blocks that meet their neighbours.

use std::ops::Range;

use rayon::prelude::*;

use super::lists::Lists;
use super::octree::Octree;
use crate::collision::blocks::Blocks;
use crate::collision::interface::Particles;
use crate::collision::packed::{Block, runs};

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
    pub fn take(&mut self, order: &[u32], particles: Particles<'_, D>) {
        let Particles { velocities, gradients, weights, spreads, .. } = particles;
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

    /// Takes some of other particles that are sorted already, by their places; their own places are left.
    pub fn choose(&mut self, other: &Self, places: impl Iterator<Item = usize> + Clone) {
        self.velocities.clear();
        self.velocities.extend(places.clone().map(|place| other.velocities[place]));
        self.gradients.clear();
        self.gradients.extend(places.clone().map(|place| other.gradients[place]));
        self.weights.clear();
        self.weights.extend(places.clone().map(|place| other.weights[place]));
        self.spreads.clear();
        if let Some(spreads) = other.spreads() {
            self.spreads.extend(places.map(|place| spreads[place]));
        }
        self.sums.resize(self.velocities.len(), [0.0; D]);
    }

    /// Writes the forces on the blocks of all particles, unsorted.
    pub fn give(&mut self, blocks: &mut Blocks<D>, sums: &mut [[f64; D]]) {
        self.sums.resize(sums.len(), [0.0; D]);
        blocks.unpack(&mut self.sums);
        let sorted = &self.sums;
        sums.par_iter_mut().zip(&self.places).for_each(|(sum, place)| *sum = sorted[*place as usize]);
    }

    /// The particles that were taken, in the order of the tree: the ranges of the species do not hold for them.
    pub fn of<'a>(&'a self, particles: Particles<'a, D>) -> Particles<'a, D> {
        let Self { velocities, gradients, weights, .. } = self;
        Particles { velocities, gradients, weights, spreads: self.spreads(), ..particles }
    }

    /// What softens the power of each particle's pairs, if anything does.
    pub fn spreads(&self) -> Option<&[f64]> {
        (!self.spreads.is_empty()).then_some(&self.spreads)
    }
}

/// The leaves as blocks, along the Morton curve.
#[derive(Debug)]
pub struct Leaves<const D: usize> {
    pub blocks: Blocks<D>,
    /// The number of each leaf by its cell; `u32::MAX` for other cells.
    numbers: Vec<u32>,
}

impl<const D: usize> Leaves<D> {
    /// Of no tree.
    pub fn empty() -> Self {
        Self { blocks: Blocks::empty(), numbers: Vec::new() }
    }

    /// Takes the leaves of a tree and who meets whom among them; `ranges` are the particles of each species.
    pub fn arrange(&mut self, tree: &Octree<D>, lists: &Lists, ranges: &[Range<usize>]) {
        let numbers = &mut self.numbers;
        numbers.clear();
        numbers.resize(tree.cells.len(), u32::MAX);
        for (number, &leaf) in tree.leaves.iter().enumerate() {
            numbers[leaf] = number as u32;
        }
        self.blocks.arrange(tree.leaves.len(), |number, block| {
            let particles = tree.cells[tree.leaves[number]].particles.clone();
            block.arrange(runs(&tree.order[particles.clone()], particles.start, ranges));
        });
        let near = &lists.near;
        // Neighbours in the list share blocks, which would make threads wait for each other.
        let stride = stride(near.len());
        let pairs =
            (0..near.len()).map(|k| near[(k * stride) % near.len()].map(|cell| numbers[cell] as usize));
        self.blocks.schedule.arrange(tree.leaves.len(), pairs);
    }

    /// The block of a cell, if it is a leaf.
    pub fn block_of(&self, cell: usize) -> Option<&Block<D>> {
        self.blocks.all().get(self.numbers[cell] as usize)
    }
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
