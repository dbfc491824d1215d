//! The pair sum of rings or shells by a tree of cells, at a cost that grows in proportion to their number.
//!
//! This is the black-box fast multipole method (Fong and Darve, J. Comput. Phys. 228, 2009) over the half plane or the half
//! line by which orbits are held, on Chebyshev points. Pairs of orbits in cells near each other are summed one by one, by
//! the kernels of the direct sum; what others do is interpolated between the [nodes](far) of their cells. Averages over
//! orbits are smooth functions of both held points, except where these coincide: the mirror images beyond the axis are never
//! nearer. With cells at least as far apart as they are wide, p points along an axis leave an error that falls
//! as (2 + √5)^(−p) for rings, whose nearest singularity is beside the cell in the complex plane, and as (3 + √8)^(−p) for
//! shells, whose is ahead of it.
//!
//! Seconds of an evaluation with its measured error, one thread with AVX2 on a busy machine, two species of rings spread evenly,
//! γ = −3, δ = 1.5 spacings:
//!
//! | rings | all pairs | 1e-3 | 1e-4 | 1e-6 | 1e-8 |
//! |---|---|---|---|---|---|
//! | 20,000 | 3.0 | 0.47 | 0.66 | 1.0 | 1.6 |
//! | 80,000 | 52 | 2.4 | 3.3 | 5.5 | 9.3 |
//! | points along an axis | | 4 | 5 | 7 | 10 |
//! | error found | | 9e-5 | 1.2e-5 | 2.3e-7 | 1.4e-9 |
//!
//! Before the sums the part of the gradients that no pair feels is taken out, and after them energy and the momentum along
//! the axis are restored ([`conserve`]).

mod cells;
mod far;
mod grid;
#[cfg(test)]
mod tests;

use self::cells::{Cells, Pairs};
use self::far::Far;
use self::grid::Grid;
pub use self::grid::MOST as MOST_POINTS;
use super::blocks::Blocks;
use super::conserve::{self, Parts};
use super::interface::{Measured, Particles};
use super::packed::Run;
use super::tile::ChosenLaw;
use super::tree::lists::Grouped;
use super::tree::measured;
use super::tree::sorted::{Samples, Sorted};
use crate::kernel::lanes::InstructionSet;
use crate::ranks::Ranks;

/// The law of rings or of shells, in one evaluation.
pub struct OrbitLaw<'a, L> {
    pub law: &'a L,
    pub regularised: bool,
    pub set: InstructionSet,
}

/// A tree over held points, with its workspace.
#[derive(Debug)]
pub struct OrbitTree<const D: usize> {
    /// Along which axes there is momentum.
    momenta: [bool; D],
    parts: Parts,
    gradients: Vec<[f64; D]>,
    cells: Cells<D>,
    pairs: Pairs,
    /// The far cells of each cell.
    far_cells: Grouped<u32>,
    /// The number of the leaf that each cell is.
    numbers: Vec<u32>,
    sorted: Sorted<D>,
    leaves: Blocks<D>,
    far: Far<D>,
    samples: Samples<D>,
}

/// The most orbits in a leaf that can be cut: what p points along an axis cost is paid back by fewer cells.
fn capacity<const D: usize>(points: usize) -> usize {
    if D == 1 { 64 } else { (5 * points * points).max(64) }
}

impl<const D: usize> OrbitTree<D> {
    /// For orbits whose momentum along some axes is kept.
    pub fn new(momenta: [bool; D]) -> Self {
        Self {
            momenta,
            parts: Parts::new(),
            gradients: Vec::new(),
            cells: Cells::default(),
            pairs: Pairs::default(),
            far_cells: Grouped::default(),
            numbers: Vec::new(),
            sorted: Sorted::default(),
            leaves: Blocks::empty(),
            far: Far::default(),
            samples: Samples::empty(),
        }
    }

    /// Overwrites `sums` with the pair sums of all orbits, with so many points along each axis of a cell. Far cells
    /// neglect the spreads, which are not None. What is not finite makes all sums NaN.
    pub fn evaluate(
        &mut self,
        law: &dyn ChosenLaw<D>,
        points: usize,
        particles: Particles<'_, D>,
        sums: &mut [[f64; D]],
    ) {
        let all = particles.velocities.iter().chain(particles.gradients).flatten();
        if !all.chain(particles.weights).all(|x| x.is_finite()) {
            sums.fill([f64::NAN; D]);
            return;
        }
        let species = particles.species;
        let grid = Grid::new(points);
        let Self { parts, cells, pairs, sorted, leaves, far, .. } = self;
        conserve::remove_invariants(particles, self.momenta, parts, &mut self.gradients);
        cells.build(particles.velocities, species.ranges(), capacity::<D>(points));
        sorted.take(&cells.order, Particles { gradients: &self.gradients, ..particles });
        // Two cells of particles meet both ways at once, their nodes once each way and D + 1 times.
        let direct = 2 * (D + 1) * grid.nodes::<D>().pow(2);
        cells.pair(pairs, direct, |i, j| species.coefficients().between(i, j) != 0.0);

        arrange(leaves, &mut self.numbers, cells, &pairs.near);
        leaves.evaluate(law, sorted.particles(particles));
        sorted.sums.resize(sums.len(), [0.0; D]);
        leaves.unpack(&mut sorted.sums);

        let both = pairs.far.iter().flat_map(|&[a, b]| [(a, b as u32), (b, a as u32)]);
        self.far_cells.fill(cells.cells.len(), both);
        far.place(&cells.cells, &grid);
        far.gather(&cells.cells, &grid, sorted);
        far.meet(law, particles, &self.far_cells);
        far.spread(cells, &grid, sorted);

        for (&p, sum) in cells.order.iter().zip(&sorted.sums) {
            sums[p as usize] = *sum;
        }
        conserve::restore(particles, self.momenta, parts, sums);
    }

    /// The error of the sums of the last evaluation, by direct sums of samples, and whether they dissipate as far as a
    /// tolerance goes.
    pub fn measure(
        &mut self,
        law: &dyn ChosenLaw<D>,
        tolerance: f64,
        particles: Particles<'_, D>,
        sums: &[[f64; D]],
    ) -> Measured {
        let cloud = (self.cells.order.as_slice(), self.leaves.all(), &self.sorted);
        let error = self.samples.error(law, &Ranks::default(), particles, cloud, sums);
        measured(error, tolerance, &self.gradients, particles, sums)
    }

    /// Bytes of the workspace after an evaluation.
    pub fn memory(&self) -> usize {
        // Sorted arrays of two vectors, sums and a weight and a spread, and the gradients.
        let sorted = self.gradients.capacity() * (4 * D + 2) * size_of::<f64>();
        self.cells.memory() + self.leaves.memory() + self.far.memory() + sorted
    }
}

/// Makes a block of each leaf, and schedules the near pairs.
fn arrange<const D: usize>(
    leaves: &mut Blocks<D>,
    numbers: &mut Vec<u32>,
    cells: &Cells<D>,
    near: &[[usize; 2]],
) {
    numbers.clear();
    numbers.resize(cells.cells.len(), u32::MAX);
    for (number, &leaf) in cells.leaves.iter().enumerate() {
        numbers[leaf] = number as u32;
    }
    leaves.arrange(cells.leaves.len(), &|number, block| {
        let cell = &cells.cells[cells.leaves[number]];
        let (first, count) = (cell.particles.start, cell.particles.len());
        block.arrange(std::iter::once(Run { species: cell.species, first, count, start: 0 }));
    });
    // Consecutive pairs share leaves, and threads would wait for each other.
    let stride = super::tree::sorted::stride(near.len());
    let pairs = (0..near.len()).map(|k| near[(k * stride) % near.len()].map(|cell| numbers[cell] as usize));
    leaves.schedule.arrange(cells.leaves.len(), pairs);
}
