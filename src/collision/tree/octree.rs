//! The tree of cells over a cloud: a quadtree in two dimensions, an octree in three.
//!
//! A cell with more particles than a leaf may hold is halved along every axis. Cells without particles do not
//! exist. The particles are sorted along the Morton curve, so that each cell owns a contiguous range of them.
//! Within a leaf they are sorted by index, hence by species.

use crate::parallel::{self, CHUNK};
use std::ops::Range;

use rayon::prelude::*;

/// The deepest level. 20 bits for each of three axes fit into a 64-bit key. Particles closer than about 2⁻²⁰
/// of the root edge may share a leaf of any size.
const DEPTH: u32 = 20;

/// One cell of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell<const D: usize> {
    /// 0 for the whole cloud; each level halves the edge.
    pub level: u32,
    /// Its index along each axis in the grid of all cells of its level.
    pub index: [u32; D],
    /// The range of its particles in sorted order.
    pub particles: Range<usize>,
    /// The index of its parent. The root is its own parent.
    pub parent: usize,
    /// The indices of its children, all on the next level; empty for a leaf.
    pub children: Range<usize>,
}

impl<const D: usize> Cell<D> {
    pub fn is_leaf(&self) -> bool {
        self.children.is_empty()
    }

    /// The position of the cell in its parent: bit `axis` is set if it is in the upper half along that axis.
    pub fn octant(&self) -> usize {
        (0..D).map(|axis| ((self.index[axis] & 1) << axis) as usize).sum()
    }

    /// Whether two cells touch or overlap.
    pub fn is_adjacent(&self, other: &Self) -> bool {
        let (large, small) = if self.level <= other.level { (self, other) } else { (other, self) };
        let shift = small.level - large.level;
        (0..D).all(|axis| {
            let (first, end) = (large.index[axis] << shift, (large.index[axis] + 1) << shift);
            small.index[axis] + 1 >= first && small.index[axis] <= end
        })
    }
}

/// The size of the root cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Root {
    /// The least edge over the extent of the cloud, ≥ 1.
    pub scale: f64,
    /// The edge is this length times 2^(k/4) with an integer k, so that cells of many clouds have the same
    /// edges. 0 for no such restriction.
    pub unit: f64,
}

impl Root {
    /// The edge for a cloud of the given extent.
    fn edge(self, extent: f64) -> f64 {
        let least = extent * self.scale;
        let octaves = (least / self.unit).log2();
        if !octaves.is_finite() {
            return least;
        }
        // Starts an octave below, where the edge is too small.
        let octaves = octaves.floor() as i32 - 1..;
        let edges =
            octaves.flat_map(|octave| QUARTERS.map(|quarter| quarter * self.unit * 2_f64.powi(octave)));
        edges.take(12).find(|&edge| edge >= least).unwrap_or(least)
    }
}

/// 2^(k/4) for k = 0 to 3.
pub const QUARTERS: [f64; 4] = [1.0, 1.189_207_115_002_721, std::f64::consts::SQRT_2, 1.681_792_830_507_429];

/// The cells over one cloud. Building another tree reuses the memory.
#[derive(Debug)]
pub struct Octree<const D: usize> {
    /// The lowest corner of the root cell, and its edge.
    pub corner: [f64; D],
    pub edge: f64,
    /// The cells, level after level, and along the Morton curve within each level.
    pub cells: Vec<Cell<D>>,
    /// The range of cells of each level.
    pub levels: Vec<Range<usize>>,
    /// The cells that are leaves, along the Morton curve.
    pub leaves: Vec<usize>,
    /// The indices of the particles in sorted order.
    pub order: Vec<u32>,
    keys: Vec<(u64, u32)>,
}

impl<const D: usize> Octree<D> {
    pub fn new() -> Self {
        Self {
            corner: [0.0; D],
            edge: 1.0,
            cells: Vec::new(),
            levels: Vec::new(),
            leaves: Vec::new(),
            order: Vec::new(),
            keys: Vec::new(),
        }
    }

    /// Builds the tree over finite `velocities`, with at most `capacity` particles in a leaf above the
    /// deepest level.
    pub fn build(&mut self, velocities: &[[f64; D]], capacity: usize, root: Root) {
        self.enclose(velocities, root);
        let (corner, scale) = (self.corner, f64::from(1_u32 << DEPTH) / self.edge);
        self.keys.resize(velocities.len(), (0, 0));
        parallel::chunks(&mut self.keys, CHUNK, &|number, keys| {
            for (p, key) in (number * CHUNK..).zip(keys) {
                *key = (morton(&velocities[p], &corner, scale), p as u32);
            }
        });
        self.keys.par_sort_unstable();
        self.split(capacity);
        self.order.resize(velocities.len(), 0);
        parallel::chunks(&mut self.order, CHUNK, &|number, order| {
            order.iter_mut().zip(&self.keys[number * CHUNK..]).for_each(|(p, key)| *p = key.1);
        });
        let mut rest = self.order.as_mut_slice();
        for &leaf in &self.leaves {
            let (own, after) = rest.split_at_mut(self.cells[leaf].particles.len());
            own.sort_unstable();
            rest = after;
        }
    }

    fn enclose(&mut self, velocities: &[[f64; D]], root: Root) {
        let (mut low, mut high) = ([f64::INFINITY; D], [f64::NEG_INFINITY; D]);
        for velocity in velocities {
            for axis in 0..D {
                low[axis] = low[axis].min(velocity[axis]);
                high[axis] = high[axis].max(velocity[axis]);
            }
        }
        let extent = (0..D).map(|axis| high[axis] - low[axis]).fold(0.0, f64::max);
        self.edge = if extent > 0.0 { root.edge(extent) } else { 1.0 };
        self.corner = std::array::from_fn(|axis| 0.5 * (low[axis] + high[axis]) - 0.5 * self.edge);
    }

    /// Cuts the sorted keys into cells, level after level.
    fn split(&mut self, capacity: usize) {
        self.cells.clear();
        self.levels.clear();
        self.leaves.clear();
        let all = 0..self.keys.len();
        self.cells.push(Cell { level: 0, index: [0; D], particles: all, parent: 0, children: 0..0 });
        let mut level = 0..1;
        while !level.is_empty() {
            self.levels.push(level.clone());
            for index in level.clone() {
                let cell = &self.cells[index];
                if cell.particles.len() > capacity && cell.level < DEPTH {
                    let first = self.cells.len();
                    self.halve(index);
                    self.cells[index].children = first..self.cells.len();
                }
            }
            level = level.end..self.cells.len();
        }
        self.leaves.extend((0..self.cells.len()).filter(|&cell| self.cells[cell].is_leaf()));
        let cells = &self.cells;
        self.leaves.sort_unstable_by_key(|&leaf| cells[leaf].particles.start);
    }

    fn halve(&mut self, parent: usize) {
        let cell = self.cells[parent].clone();
        let level = cell.level + 1;
        let shift = D as u32 * (DEPTH - level);
        let keys = &self.keys[cell.particles.clone()];
        let mut start = 0;
        for octant in 0..1_u64 << D {
            let end = keys.partition_point(|key| key.0 >> shift & ((1 << D) - 1) <= octant);
            if end > start {
                self.cells.push(Cell {
                    level,
                    index: std::array::from_fn(|axis| 2 * cell.index[axis] + (octant >> axis & 1) as u32),
                    particles: cell.particles.start + start..cell.particles.start + end,
                    parent,
                    children: 0..0,
                });
            }
            start = end;
        }
    }

    /// The edge of a cell.
    pub fn edge_of(&self, cell: &Cell<D>) -> f64 {
        self.edge / f64::from(1_u32 << cell.level)
    }

    /// The centre of a cell.
    pub fn center_of(&self, cell: &Cell<D>) -> [f64; D] {
        let edge = self.edge_of(cell);
        std::array::from_fn(|axis| self.corner[axis] + (f64::from(cell.index[axis]) + 0.5) * edge)
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        self.cells.capacity() * size_of::<Cell<D>>()
            + self.leaves.capacity() * size_of::<usize>()
            + self.order.capacity() * size_of::<u32>()
            + self.keys.capacity() * size_of::<(u64, u32)>()
    }
}

/// The position of a velocity along the Morton curve: the bits of its indices interleaved, with axis 0 in the
/// lowest bit.
fn morton<const D: usize>(velocity: &[f64; D], corner: &[f64; D], scale: f64) -> u64 {
    let last = (1_u64 << DEPTH) - 1;
    let mut key = 0;
    for axis in 0..D {
        let index = ((velocity[axis] - corner[axis]) * scale).max(0.0) as u64;
        key |= interleave::<D>(index.min(last)) << axis;
    }
    key
}

/// The lowest 20 bits of the index, spread out with D − 1 zeros between any two.
fn interleave<const D: usize>(index: u64) -> u64 {
    let steps: [(u32, u64); 5] = if D == 2 {
        [
            (16, 0x0000_ffff_0000_ffff),
            (8, 0x00ff_00ff_00ff_00ff),
            (4, 0x0f0f_0f0f_0f0f_0f0f),
            (2, 0x3333_3333_3333_3333),
            (1, 0x5555_5555_5555_5555),
        ]
    } else {
        [
            (32, 0x001f_0000_0000_ffff),
            (16, 0x001f_0000_ff00_00ff),
            (8, 0x100f_00f0_0f00_f00f),
            (4, 0x10c3_0c30_c30c_30c3),
            (2, 0x1249_2492_4924_9249),
        ]
    };
    steps.iter().fold(index, |bits, (shift, mask)| (bits | bits << shift) & mask)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Numbers;

    fn cloud<const D: usize>(particles: usize) -> Vec<[f64; D]> {
        let mut numbers = Numbers(1);
        (0..particles)
            .map(|p| {
                std::array::from_fn(|_| {
                    let x = numbers.share();
                    // A third of the particles lies in a corner that is a thousand times smaller.
                    if p % 3 == 0 { 1e-3 * x } else { x }
                })
            })
            .collect()
    }

    fn cells_hold_what_lies_in_them<const D: usize>() {
        let velocities = cloud::<D>(5000);
        let mut tree = Octree::new();
        tree.build(&velocities, 30, Root { scale: 1.3, unit: 0.0 });
        let mut seen = vec![0; velocities.len()];
        for (index, cell) in tree.cells.iter().enumerate() {
            let (center, half) = (tree.center_of(cell), 0.5 * tree.edge_of(cell));
            for &p in &tree.order[cell.particles.clone()] {
                for axis in 0..D {
                    assert!((velocities[p as usize][axis] - center[axis]).abs() <= half * (1.0 + 1e-9));
                }
                seen[p as usize] += usize::from(cell.is_leaf());
            }
            assert!(!cell.particles.is_empty());
            if cell.is_leaf() {
                assert!(cell.particles.len() <= 30);
                assert!(tree.order[cell.particles.clone()].is_sorted());
            } else {
                let children = &tree.cells[cell.children.clone()];
                assert_eq!(
                    children.iter().map(|child| child.particles.len()).sum::<usize>(),
                    cell.particles.len()
                );
                assert!(children.iter().all(|child| child.level == cell.level + 1));
            }
            assert!(tree.levels[cell.level as usize].contains(&index));
        }
        assert!(seen.iter().all(|&times| times == 1));
    }

    #[test]
    fn leaves_hold_every_particle_once_and_where_it_lies() {
        cells_hold_what_lies_in_them::<2>();
        cells_hold_what_lies_in_them::<3>();
    }

    #[test]
    fn coincident_particles_end_at_the_deepest_level() {
        let mut tree = Octree::new();
        tree.build(&[[1.0, 2.0]; 50], 10, Root { scale: 1.0, unit: 0.1 });
        assert_eq!(tree.leaves.len(), 1);
        assert_eq!(tree.levels.len(), DEPTH as usize + 1);
    }

    #[test]
    fn roots_are_the_next_quarter_of_an_octave_of_their_unit() {
        for unit in [0.3, 1.0, 7e10] {
            let root = Root { scale: 1.25, unit };
            for extent in [1e-9, 0.1, 0.8, 3.7, 4e12] {
                let edge = root.edge(extent);
                let least = 1.25 * extent;
                assert!((1.0..1.19).contains(&(edge / least)), "{edge} for {least}");
                let quarters = 4.0 * (edge / unit).log2();
                assert!((quarters - quarters.round()).abs() < 1e-12, "{quarters}");
                // A root twice as large has cells of the same edges, to the bit.
                assert_eq!(root.edge(2.0 * extent), 2.0 * edge);
            }
        }
        assert_eq!(Root { scale: 1.5, unit: 0.0 }.edge(3.0), 4.5);
    }

    #[test]
    fn cells_touch_across_levels() {
        let cell = |level, index| Cell { level, index, particles: 0..1, parent: 0, children: 0..0 };
        assert!(cell(2, [1, 1]).is_adjacent(&cell(2, [2, 0])));
        assert!(!cell(2, [1, 1]).is_adjacent(&cell(2, [3, 1])));
        assert!(cell(1, [0, 0]).is_adjacent(&cell(3, [4, 4])));
        assert!(!cell(1, [0, 0]).is_adjacent(&cell(3, [5, 0])));
        assert!(cell(3, [1, 2]).is_adjacent(&cell(1, [0, 0])));
    }
}
