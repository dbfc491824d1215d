//! The part of a tree that a rank computes: consecutive leaves along the Morton curve, and all cells above them.
//!
//! Sums run in the order of a single process. Where a near pair has a leaf of another rank, both ranks compute it and each keeps the
//! forces on its own leaf; cells above the leaves of two ranks are computed by both.

use std::ops::Range;

use super::lists::Lists;
use super::octree::Octree;
use crate::ranks::Ranks;

/// The leaves and cells of one rank.
#[derive(Debug, Default)]
pub struct Share {
    ranks: Ranks,
    /// Leaves k with `bounds[r] <= k < bounds[r + 1]` are those of rank r.
    bounds: Vec<usize>,
    /// The numbers of this rank's leaves.
    pub leaves: Range<usize>,
    /// The cells of each level that are or hold leaves of this rank.
    pub levels: Vec<Range<usize>>,
    costs: Vec<u64>,
}

impl Share {
    /// Divides trees that are taken from now on between ranks.
    pub fn divide(&mut self, ranks: &Ranks) {
        self.ranks = ranks.clone();
    }

    /// The ranks between which trees are divided.
    pub fn ranks(&self) -> &Ranks {
        &self.ranks
    }

    /// Takes this rank's part of a tree. `translation` is the cost of M2L between two cells in pairs of particles.
    pub fn take<const D: usize>(&mut self, tree: &Octree<D>, lists: &Lists, translation: u64) {
        let Self { ranks, bounds, leaves, levels, costs } = self;
        if ranks.are_one() {
            bounds.clear();
            bounds.extend([0, tree.leaves.len()]);
        } else {
            costs.clear();
            costs.resize(tree.cells.len(), 0);
            let particles = |cell: usize| tree.cells[cell].particles.len() as u64;
            for &[a, b] in &lists.near {
                costs[a] += particles(a) * particles(b);
                costs[b] += if a == b { 0 } else { particles(a) * particles(b) };
            }
            let cost = |&leaf: &usize| costs[leaf] + translation * lists.interaction.list(leaf).len() as u64;
            ranks.divide(tree.leaves.iter().map(cost), bounds);
        }
        *leaves = bounds[ranks.own()]..bounds[ranks.own() + 1];
        let particles = first_particle(tree, leaves.start)..first_particle(tree, leaves.end);
        levels.clear();
        levels.extend(tree.levels.iter().map(|level| {
            let cells = &tree.cells[level.clone()];
            let first = cells.partition_point(|cell| cell.particles.end <= particles.start);
            let end = cells.partition_point(|cell| cell.particles.start < particles.end);
            level.start + first..level.start + end.max(first)
        }));
    }

    /// Whether a cell is or holds a leaf of this rank.
    pub fn has<const D: usize>(&self, tree: &Octree<D>, cell: usize) -> bool {
        self.levels[tree.cells[cell].level as usize].contains(&cell)
    }

    /// The first leaf of each rank.
    pub fn first_leaf(&self, rank: usize) -> usize {
        self.bounds[rank]
    }

    /// The first sorted particle of each rank.
    pub fn first_particle<const D: usize>(&self, tree: &Octree<D>, rank: usize) -> usize {
        first_particle(tree, self.bounds[rank])
    }
}

/// The first sorted particle of a leaf, by its number.
fn first_particle<const D: usize>(tree: &Octree<D>, leaf: usize) -> usize {
    tree.leaves.get(leaf).map_or(tree.order.len(), |&leaf| tree.cells[leaf].particles.start)
}
