//! The lists of interacting cells, from a walk over pairs of cells from the root down.
//!
//! | list | pairs | how they interact |
//! |---|---|---|
//! | near | two leaves that touch, or a leaf with itself | particle by particle |
//! | far | two cells of one level that do not touch, but whose parents do: the interaction list of each | M2L |
//! | mixed | a leaf and a smaller cell that does not touch it, but whose parent does | M2P and P2L |
//!
//! Far and mixed pairs of few particles are summed particle by particle, since that costs less. Every pair of
//! particles is met exactly once.

use super::octree::Octree;

/// A list for each owner: `items[starts[k]..starts[k + 1]]` belongs to owner k.
#[derive(Debug, Default)]
pub struct Grouped<T> {
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy + Default> Grouped<T> {
    /// Groups (owner, item) pairs by owner, and keeps the order of the items.
    pub fn fill(&mut self, owners: usize, items: impl Iterator<Item = (usize, T)> + Clone) {
        self.starts.clear();
        self.starts.resize(owners + 2, 0);
        let mut count = 0;
        for (owner, _) in items.clone() {
            self.starts[owner + 2] += 1;
            count += 1;
        }
        for owner in 2..owners + 2 {
            self.starts[owner] += self.starts[owner - 1];
        }
        self.items.clear();
        self.items.resize(count, T::default());
        for (owner, item) in items {
            let at = &mut self.starts[owner + 1];
            self.items[*at as usize] = item;
            *at += 1;
        }
    }

    /// The list of an owner.
    pub fn list(&self, owner: usize) -> &[T] {
        &self.items[self.starts[owner] as usize..self.starts[owner + 1] as usize]
    }
}

/// The pairs of interacting cells: a list of all, each once, and lists by the cell that is acted on.
#[derive(Debug, Default)]
pub struct Lists {
    /// The cells of two leaves, or twice the same leaf.
    pub near: Vec<[usize; 2]>,
    /// Two cells of one level.
    pub far: Vec<[usize; 2]>,
    /// A leaf and a smaller cell.
    pub mixed: Vec<[usize; 2]>,
    /// The interaction list of each cell: its far cells.
    pub interaction: Grouped<u32>,
    /// The smaller cells mixed with each leaf, for M2P.
    pub mixed_cells: Grouped<u32>,
    /// The leaves mixed with each cell, for P2L.
    pub mixed_leaves: Grouped<u32>,
}

impl Lists {
    /// Fills the lists for a tree.
    pub fn fill<const D: usize>(&mut self, tree: &Octree<D>, limits: DirectLimits) {
        self.near.clear();
        self.far.clear();
        self.mixed.clear();
        let mut walk = Walk { tree, limits, lists: self };
        walk.within(0);
        let cells = tree.cells.len();
        let both = self.far.iter().flat_map(|&[a, b]| [(a, b as u32), (b, a as u32)]);
        self.interaction.fill(cells, both);
        let mixed = self.mixed.iter();
        self.mixed_cells.fill(cells, mixed.clone().map(|&[leaf, cell]| (leaf, cell as u32)));
        self.mixed_leaves.fill(cells, mixed.map(|&[leaf, cell]| (cell, leaf as u32)));
    }
}

/// Cells with at most this many particles, or pairs, are summed particle by particle: that is cheaper than
/// proxies.
#[derive(Debug, Clone, Copy)]
pub struct DirectLimits {
    /// Pairs of particles between two cells that would otherwise be a far pair.
    pub pairs: usize,
    /// Particles of the smaller cell of what would otherwise be a mixed pair.
    pub particles: usize,
}

struct Walk<'a, const D: usize> {
    tree: &'a Octree<D>,
    limits: DirectLimits,
    lists: &'a mut Lists,
}

impl<const D: usize> Walk<'_, D> {
    fn within(&mut self, cell: usize) {
        if self.tree.cells[cell].is_leaf() {
            self.lists.near.push([cell, cell]);
            return;
        }
        let children = self.tree.cells[cell].children.clone();
        for a in children.clone() {
            self.within(a);
            for b in a + 1..children.end {
                self.between(a, b);
            }
        }
    }

    /// Lists the interactions of two cells of one level whose parents touch or are the same.
    fn between(&mut self, a: usize, b: usize) {
        let [first, second] = [&self.tree.cells[a], &self.tree.cells[b]];
        if !first.is_adjacent(second) {
            if first.particles.len() * second.particles.len() <= self.limits.pairs {
                self.directly(a, b);
            } else {
                self.lists.far.push([a, b]);
            }
            return;
        }
        match (first.is_leaf(), second.is_leaf()) {
            (true, true) => self.lists.near.push([a, b]),
            (true, false) => second.children.clone().for_each(|child| self.beside_leaf(a, child)),
            (false, true) => first.children.clone().for_each(|child| self.beside_leaf(b, child)),
            (false, false) => {
                for child in first.children.clone() {
                    for other in second.children.clone() {
                        self.between(child, other);
                    }
                }
            }
        }
    }

    /// Lists the interactions of a leaf with a smaller cell whose parent touches the leaf.
    fn beside_leaf(&mut self, leaf: usize, cell: usize) {
        let smaller = &self.tree.cells[cell];
        if !self.tree.cells[leaf].is_adjacent(smaller) {
            if smaller.particles.len() <= self.limits.particles {
                self.directly(leaf, cell);
            } else {
                self.lists.mixed.push([leaf, cell]);
            }
        } else if smaller.is_leaf() {
            self.lists.near.push([leaf, cell]);
        } else {
            smaller.children.clone().for_each(|child| self.beside_leaf(leaf, child));
        }
    }

    /// Lists all pairs of leaves of two cells as near.
    fn directly(&mut self, a: usize, b: usize) {
        let [first, second] = [&self.tree.cells[a], &self.tree.cells[b]];
        if !first.is_leaf() {
            first.children.clone().for_each(|child| self.directly(child, b));
        } else if !second.is_leaf() {
            second.children.clone().for_each(|child| self.directly(a, child));
        } else {
            self.lists.near.push([a, b]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::octree::Root;
    use super::*;
    use crate::random::Numbers;

    #[test]
    fn every_pair_of_particles_is_met_once() {
        let mut numbers = Numbers(1);
        let velocities: Vec<[f64; 3]> = (0..600)
            .map(|p| std::array::from_fn(|_| numbers.share() * if p % 2 == 0 { 1.0 } else { 0.03 }))
            .collect();
        let mut tree = Octree::new();
        tree.build(&velocities, 4, Root { scale: 1.0, unit: 0.0 });
        let mut lists = Lists::default();
        lists.fill(&tree, DirectLimits { pairs: 9, particles: 6 });
        assert!(!lists.far.is_empty() && !lists.mixed.is_empty());
        let mut met = vec![0_u8; 600 * 600];
        for &[a, b] in lists.near.iter().chain(&lists.far).chain(&lists.mixed) {
            for p in tree.cells[a].particles.clone() {
                for q in tree.cells[b].particles.clone() {
                    met[p * 600 + q] += 1;
                    met[q * 600 + p] += u8::from(a != b);
                }
            }
        }
        assert!(met.iter().all(|&times| times == 1));
        for &[a, b] in lists.far.iter().chain(&lists.mixed) {
            assert!(!tree.cells[a].is_adjacent(&tree.cells[b]));
        }
    }

    #[test]
    fn groups_keep_the_order_of_their_items() {
        let mut grouped = Grouped::default();
        grouped.fill(4, [(2, 7), (0, 1), (2, 3), (3, 9)].into_iter());
        assert_eq!(grouped.list(0), [1]);
        assert_eq!(grouped.list(1), [0; 0]);
        assert_eq!(grouped.list(2), [7, 3]);
        assert_eq!(grouped.list(3), [9]);
    }
}
