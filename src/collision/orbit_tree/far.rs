//! What far cells do to each other, by their proxies: orbits at the nodes of a grid over each cell.
//!
//! The sum over the sources of a cell is linear in its weights and in its gradients. With Lagrange polynomials ℓ_k,
//!
//! ```text
//! W_k = Σ ℓ_k(v_q) w_q,   G_k = Σ ℓ_k(v_q) w_q g_q                     at the nodes of the sources
//! T_a = Σ_k W_k F(e_a, 0),   T_0 = Σ_k F(0, G_k)                       at the nodes of the targets
//! sums_p = Σ_a g_a T_a(v_p) + T_0(v_p)                                 by the polynomials of the targets
//! ```
//!
//! F(g, g') is the force of the pair law between orbits of the gradients g and g', e_a the unit vectors. So proxies meet by
//! the same kernels as particles, D + 1 times: W_k are weights of orbits without gradient, G_k gradients of orbits of
//! weight 1.

use super::cells::{Cell, Cells};
use super::grid::{Grid, MOST, Matrix};
use crate::collision::interface::Particles;
use crate::collision::packed::{Block, Forces, Run};
use crate::collision::tile::{ChosenLaw, between};
use crate::collision::tree::lists::Grouped;
use crate::collision::tree::sorted::Sorted;
use crate::parallel;

/// The nodes of a cell.
#[derive(Debug)]
struct Proxies<const D: usize> {
    /// Orbits of weight W without gradient, and of weight 1 with the gradient G.
    sources: [Block<D>; 2],
    /// Orbits of the gradients e_a, and one without.
    targets: Vec<Block<D>>,
}

/// The nodes of all cells, and the fields at them.
#[derive(Debug, Default)]
pub struct Far<const D: usize> {
    /// The first `count` are in use, as are the first fields. The others only keep their memory.
    proxies: Vec<Proxies<D>>,
    /// T_a, and T_0 last.
    fields: Vec<Vec<Forces<D>>>,
    count: usize,
}

/// Nodes of a cell at most.
const MOST_NODES: usize = MOST * MOST;

impl<const D: usize> Proxies<D> {
    fn empty() -> Self {
        Self {
            sources: std::array::from_fn(|_| Block::empty()),
            targets: (0..=D).map(|_| Block::empty()).collect(),
        }
    }

    /// Places the nodes of a cell, without weights.
    fn place(&mut self, cell: &Cell<D>, grid: &Grid) {
        let Self { sources: [weights, gradients], targets } = self;
        let count = grid.nodes::<D>();
        let run = Run { species: cell.species, first: 0, count, start: 0 };
        for block in targets.iter_mut().chain([&mut *weights, &mut *gradients]) {
            block.arrange(std::iter::once(run));
            for slot in 0..run.slots() {
                let mut node = slot.min(count - 1);
                for axis in (0..D).rev() {
                    let k = node % grid.points;
                    node /= grid.points;
                    block.velocity[axis][slot] = grid.place(k, cell.center[axis], cell.half[axis]);
                    block.gradient[axis][slot] = 0.0;
                }
                block.weight[slot] = 0.0;
            }
        }
        gradients.weight[..count].fill(1.0);
        for (axis, block) in targets[..D].iter_mut().enumerate() {
            block.gradient[axis].fill(1.0);
        }
    }

    /// W and the components of G.
    fn moments(&mut self) -> impl Iterator<Item = &mut [f64]> {
        let [weights, gradients] = &mut self.sources;
        let gradients = gradients.gradient.iter_mut().map(|component| &mut **component);
        std::iter::once(&mut *weights.weight).chain(gradients)
    }
}

impl<const D: usize> Far<D> {
    /// Places the nodes of all cells. Nothing acts on them yet.
    pub fn place(&mut self, cells: &[Cell<D>], grid: &Grid) {
        if self.proxies.len() < cells.len() {
            self.proxies.resize_with(cells.len(), Proxies::empty);
            self.fields.resize_with(cells.len(), || (0..=D).map(|_| Forces::empty()).collect());
        }
        self.count = cells.len();
        let (proxies, fields) = (&mut self.proxies[..self.count], &mut self.fields[..self.count]);
        parallel::items(proxies, &|cell, proxies| proxies.place(&cells[cell], grid));
        parallel::items(fields, &|cell, fields| {
            fields.iter_mut().for_each(|field| field.clear(proxies[cell].targets[0].slots()));
        });
    }

    /// From particles to their leaves, and from those up.
    pub fn gather(&mut self, cells: &[Cell<D>], grid: &Grid, sorted: &Sorted<D>) {
        let proxies = &mut self.proxies[..self.count];
        parallel::items(proxies, &|cell, proxies| {
            let cell = &cells[cell];
            if cell.children.is_some() {
                return;
            }
            for p in cell.particles.clone() {
                let shares = shares(grid, cell, &sorted.velocities[p]);
                let (w, g) = (sorted.weights[p], sorted.gradients[p]);
                let strengths = std::iter::once(w).chain(g.map(|g| w * g));
                for (moment, strength) in proxies.moments().zip(strengths) {
                    let nodes = moment.iter_mut().zip(&shares[..grid.nodes::<D>()]);
                    nodes.for_each(|(node, share)| *node += strength * share);
                }
            }
        });
        for index in (0..cells.len()).rev() {
            for child in cells[index].children.into_iter().flatten() {
                let matrices = matrices(grid, &cells[index], &cells[child]);
                let (above, below) = proxies.split_at_mut(index + 1);
                let moments = above[index].moments().zip(below[child - index - 1].moments());
                moments.for_each(|(to, from)| pass::<D>(grid, &matrices, Way::Up, from, to));
            }
        }
    }

    /// From the nodes of far cells to those of each cell.
    pub fn meet(&mut self, law: &dyn ChosenLaw<D>, particles: Particles<'_, D>, far: &Grouped<u32>) {
        let couplings = particles.couplings();
        let proxies = &self.proxies[..self.count];
        parallel::items(&mut self.fields[..self.count], &|cell, fields| {
            for &source in far.list(cell) {
                let [weights, gradients] = &proxies[source as usize].sources;
                for (a, (targets, field)) in proxies[cell].targets.iter().zip(&mut *fields).enumerate() {
                    let sources = if a < D { weights } else { gradients };
                    between(law, couplings, (targets, field), (sources, None));
                }
            }
        });
    }

    /// From cells down to their leaves, and from those to the sums of their particles, which are sorted.
    pub fn spread(&mut self, cells: &Cells<D>, grid: &Grid, sorted: &mut Sorted<D>) {
        let fields = &mut self.fields[..self.count];
        for (index, cell) in cells.cells.iter().enumerate() {
            for child in cell.children.into_iter().flatten() {
                let matrices = matrices(grid, cell, &cells.cells[child]);
                let (above, below) = fields.split_at_mut(index + 1);
                for (from, to) in above[index].iter().zip(&mut below[child - index - 1]) {
                    for (from, to) in from.0.iter().zip(&mut to.0) {
                        pass::<D>(grid, &matrices, Way::Down, from, to);
                    }
                }
            }
        }
        let Sorted { velocities, gradients, sums, .. } = sorted;
        let mut rest = sums.as_mut_slice();
        let mut parts = Vec::with_capacity(cells.leaves.len());
        for &leaf in &cells.leaves {
            let (own, after) = rest.split_at_mut(cells.cells[leaf].particles.len());
            parts.push((leaf, own));
            rest = after;
        }
        parallel::items(&mut parts, &|_, (leaf, sums)| {
            let (leaf, cell) = (*leaf, &cells.cells[*leaf]);
            for (p, sum) in cell.particles.clone().zip(&mut **sums) {
                let shares = shares(grid, cell, &velocities[p]);
                for (a, field) in fields[leaf].iter().enumerate() {
                    let gradient = if a < D { gradients[p][a] } else { 1.0 };
                    for (sum, values) in sum.iter_mut().zip(&field.0) {
                        let nodes = values.iter().zip(&shares[..grid.nodes::<D>()]);
                        *sum += gradient * nodes.map(|(value, share)| value * share).sum::<f64>();
                    }
                }
            }
        });
    }

    /// Bytes.
    pub fn memory(&self) -> usize {
        let slots: usize = self.proxies.iter().map(|proxies| proxies.sources[0].slots()).sum();
        // Of a node: D + 3 blocks of two vectors, a weight and a spread, and D + 1 forces.
        slots * ((D + 3) * (2 * D + 2) + (D + 1) * D) * size_of::<f64>()
    }
}

/// The products of the polynomials of a cell at a point, node by node.
fn shares<const D: usize>(grid: &Grid, cell: &Cell<D>, point: &[f64; D]) -> [f64; MOST_NODES] {
    let mut shares = [0.0; MOST_NODES];
    let polynomials: [_; D] =
        std::array::from_fn(|axis| grid.polynomials((point[axis] - cell.center[axis]) / cell.half[axis]));
    match D {
        1 => shares[..MOST].copy_from_slice(&polynomials[0]),
        _ => {
            for k in 0..grid.points {
                for m in 0..grid.points {
                    shares[k * grid.points + m] = polynomials[0][k] * polynomials[D - 1][m];
                }
            }
        }
    }
    shares
}

/// The polynomials of a cell at the points of one in it, along each axis.
fn matrices<const D: usize>(grid: &Grid, outer: &Cell<D>, inner: &Cell<D>) -> [Matrix; D] {
    let along = |cell: &Cell<D>, axis: usize| [cell.center[axis], cell.half[axis]];
    std::array::from_fn(|axis| grid.between(along(outer, axis), along(inner, axis)))
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    /// Weights of the inner cell go to the outer one.
    Up,
    /// Values of the outer cell are interpolated at the inner one.
    Down,
}

/// Adds what one grid passes to another, axis by axis.
fn pass<const D: usize>(grid: &Grid, matrices: &[Matrix; D], way: Way, from: &[f64], to: &mut [f64]) {
    let (p, count) = (grid.points, grid.nodes::<D>());
    let mut values = [0.0; MOST_NODES];
    values[..count].copy_from_slice(&from[..count]);
    for (axis, matrix) in matrices.iter().enumerate() {
        let stride = p.pow((D - 1 - axis) as u32);
        let before = values;
        for (node, value) in values[..count].iter_mut().enumerate() {
            let place = node / stride % p;
            let first = node - place * stride;
            let share = |k: usize| if way == Way::Up { matrix[k][place] } else { matrix[place][k] };
            *value = (0..p).map(|k| share(k) * before[first + k * stride]).sum();
        }
    }
    to.iter_mut().zip(&values[..count]).for_each(|(to, value)| *to += value);
}
