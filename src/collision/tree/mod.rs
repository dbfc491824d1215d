//! The pair sum by a tree: work that grows like the number of particles, to a tolerance.
//!
//! ```text
//! sums_p = T(v_p) g_p − F(v_p),   T(v) = Σ_q c_ij w_q A(v − v_q),   F(v) = Σ_q c_ij w_q A(v − v_q) g_q
//! ```
//!
//! Particles of neighbouring leaves meet one by one, in the kernels of the direct sum. For all others A is
//! replaced by polynomials between uniform grids of proxies, p points along an axis, one grid a cell: the
//! black-box fast multipole method (Fong and Darve, J. Comput. Phys. 228, 2009), which takes any γ, on uniform
//! grids, where a translation between two cells is a product of spectra. T and F are fields of 6 + 3
//! components in three dimensions and of 3 + 2 in two. The replaced A is symmetric in the pair,
//! so momentum stays to rounding; energy does not, and [`conserve`] restores both.
//!
//! Two steps keep the error small where the sums almost cancel. Gradients lose the part that no pair
//! feels ([`conserve`]). And the number of points is not taken from a formula ([`calibration`]) but raised
//! until the error against direct sums of samples is half the tolerance. Every evaluation measures that
//! error again, and is repeated with more points where it exceeds the tolerance: sums depend on the cloud and the
//! calibration alone, not on what was summed before.
#![doc = include_str!("measured.md")]

pub mod calibration;
mod channels;
mod exchange;
mod far;
mod fourier;
mod grouped;
mod leaves;
mod lists;
mod octree;
mod particles;
mod proxies;
mod samples;
#[cfg(test)]
mod tests;
mod translate;

use super::blocks::Interaction;
use super::conserve::{self, Parts};
use super::interface::{Accuracy, Coefficients, Couplings, Measured, Particles, Quality, SpeciesTable};
use super::regularisation::Regularisation;
use crate::dimension;
use crate::kernel::lanes::InstructionSet;
use crate::kernel::series::ORDER;
use crate::sum::sum;
use calibration::{MOST_POINTS, capacity, first_points};
use channels::Channels;
use exchange::Exchange;
use far::Far;
use far::tables::Tables;
use leaves::{Leaves, Sorted};
use lists::{Few, Lists};
use octree::{Octree, Root};
use samples::Samples;

/// The error of rough sums.
const ROUGHLY: f64 = 1e-3;

/// What |z|^γ in place of φ_δ may add to the error of the nearest far cells, over the tolerance. The others are up to
/// three times as far, where it is smaller by powers of that.
const UNSEEN: f64 = 0.05;

/// The pair sum by a tree over `D`-dimensional velocities, with its workspace.
#[derive(Debug)]
pub struct TreeSum<const D: usize> {
    gamma: f64,
    tolerance: f64,
    interaction: Interaction,
    parts: Parts,
    channels: Channels,
    /// δ over the edge of a cell, level by level and channel by channel; NaN where no cells are far.
    ratios: Vec<f64>,
    /// Points along an axis that an evaluation begins with.
    points: usize,
    /// The edge of the root cell over the extent of the cloud.
    stretch: f64,
    /// By points, which evaluations have asked for so far.
    tables: Vec<Tables<D>>,
    gradients: Vec<[f64; D]>,
    tree: Octree<D>,
    lists: Lists,
    sorted: Sorted<D>,
    leaves: Leaves<D>,
    far: Far,
    samples: Samples<D>,
}

impl<const D: usize> TreeSum<D> {
    /// A sum for γ in [−3, 1] to a tolerance of 1e-9 to 0.1, with the number of points that a smooth cloud needs.
    ///
    /// # Panics
    ///
    /// If D is neither 2 nor 3, or the machine does not have the instruction set.
    pub fn new(gamma: f64, tolerance: f64, instruction_set: InstructionSet) -> Self {
        assert!(D == 2 || D == 3, "velocities have two or three components");
        assert!(instruction_set.is_available(), "no {} here", instruction_set.name());
        Self {
            gamma,
            tolerance,
            interaction: Interaction::new::<D>(gamma, instruction_set),
            points: first_points(tolerance, gamma),
            stretch: 1.0,
            parts: Parts::new(),
            channels: Channels::default(),
            ratios: Vec::new(),
            tables: Vec::new(),
            gradients: Vec::new(),
            tree: Octree::new(),
            lists: Lists::default(),
            sorted: Sorted::default(),
            leaves: Leaves::empty(),
            far: Far::default(),
            samples: Samples::empty(),
        }
    }

    /// The error that evaluations may have.
    pub fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// Points along an axis of a cell's grid that evaluations begin with.
    pub fn points(&self) -> usize {
        self.points
    }

    /// Overwrites `sums` with the pair sums of finite velocities and gradients, and measures their error. Between cells
    /// that are apart spreads are left out, which the error shows.
    ///
    /// # Panics
    ///
    /// If an array is not as long as the particles, or the pairs of species, are many.
    pub fn evaluate(
        &mut self,
        particles: Particles<'_, D>,
        accuracy: Accuracy,
        sums: &mut [[f64; D]],
    ) -> Quality {
        Quality::Measured(match accuracy {
            Accuracy::Kept => self.evaluate_to_tolerance(particles, sums),
            Accuracy::Rough => {
                let points = first_points(ROUGHLY, self.gamma).min(self.points);
                self.evaluate_once(points, self.tolerance.max(ROUGHLY), particles, sums)
            }
        })
    }

    /// With more points than the calibration found where the error asks for them.
    fn evaluate_to_tolerance(&mut self, particles: Particles<'_, D>, sums: &mut [[f64; D]]) -> Measured {
        let mut points = self.points;
        loop {
            let measured = self.evaluate_once(points, self.tolerance, particles, sums);
            if measured.error <= self.tolerance || measured.error.is_nan() || points == MOST_POINTS {
                return measured;
            }
            points += 1;
        }
    }

    /// With so many points along an axis.
    fn evaluate_once(
        &mut self,
        points: usize,
        tolerance: f64,
        particles: Particles<'_, D>,
        sums: &mut [[f64; D]],
    ) -> Measured {
        let aim = (points, tolerance);
        match D {
            2 => in_two(dimension::of_mut(self), aim, particles.cast(), dimension::vectors_mut(sums)),
            _ => in_three(dimension::of_mut(self), aim, particles.cast(), dimension::vectors_mut(sums)),
        }
    }

    #[inline]
    fn evaluate_here(
        &mut self,
        (points, tolerance): (usize, f64),
        particles: Particles<'_, D>,
        sums: &mut [[f64; D]],
    ) -> Measured {
        particles.count(sums);
        let (species, regularisation) = (particles.species, particles.regularisation);
        let tables = self.tables_of(points);
        let root = self.root(regularisation);
        let excess = self.interaction.series.excess(self.gamma);
        let tables = &mut self.tables[tables];
        let Self { interaction, parts, channels, ratios, .. } = self;
        let (tree, lists, sorted, leaves, far) =
            (&mut self.tree, &mut self.lists, &mut self.sorted, &mut self.leaves, &mut self.far);
        conserve::remove_invariants(particles, parts, &mut self.gradients);
        tree.build(particles.velocities, capacity::<D>(points), root);
        sorted.take(&tree.order, Particles { gradients: &self.gradients, ..particles });
        lists.fill(tree, few::<D>(points));

        leaves.arrange(tree, lists, species.ranges());
        leaves.blocks.evaluate(interaction, sorted.of(particles));

        channels.arrange(particles.couplings());
        take_ratios(ratios, tree, lists, channels, &|ratio| {
            excess * ratio.powi(2 * ORDER as i32) <= UNSEEN * tolerance
        });
        tables.prepare(ratios);
        let tables = &*tables;
        let exchange = Exchange { tree, tables, channels, interaction, regularisation };
        far.clear(tables, tree.cells.len(), channels.len());
        exchange.anterpolate(leaves, far);
        far.gather(tables, tree);
        far.translate(tables, ratios, tree, &lists.far_sources);
        exchange.onto_proxies(leaves, &lists.mixed_leaves, far);
        far.scatter(tables, tree);
        exchange.interpolate(far, &lists.mixed_cells, leaves);

        sorted.give(&mut leaves.blocks, sums);
        conserve::restore(particles, parts, sums);
        let cloud = (&*tree, leaves.blocks.all(), &*sorted);
        let error = self.samples.error(interaction, particles, cloud, sums);
        self.measured(error, particles, sums)
    }

    /// How large the root cell is: the largest δ is the unit of its edge, so that tables serve many clouds.
    fn root(&self, regularisation: &Regularisation) -> Root {
        let largest = regularisation.squares.iter().copied().fold(0.0, f64::max);
        Root { stretch: self.stretch, unit: largest.sqrt() }
    }

    /// The number of the tables of so many points, made when they are first asked for.
    fn tables_of(&mut self, points: usize) -> usize {
        self.tables.iter().position(|tables| tables.points() == points).unwrap_or_else(|| {
            self.tables.push(Tables::new(self.gamma, points, self.interaction.instruction_set));
            self.tables.len() - 1
        })
    }

    /// The error with what it explains of the entropy rate.
    fn measured(&self, error: f64, particles: Particles<'_, D>, sums: &[[f64; D]]) -> Measured {
        let (g, w, species) = (&self.gradients, particles.weights, particles.species);
        let product = |a: &[f64; D], b: &[f64; D]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let entropy_rate = total(species, |_, p| -w[p] * product(&g[p], &sums[p]));
        let gradients = total(species, |m, p| m * w[p] * product(&g[p], &g[p]));
        let rates = total(species, |m, p| w[p] / m * product(&sums[p], &sums[p]));
        let entropy_slack = self.tolerance * (gradients * rates).sqrt();
        Measured { error, entropy_rate, entropy_slack }
    }

    /// Bytes of the workspace after an evaluation.
    pub fn memory(&self) -> usize {
        // Sorted arrays, weights, blocks and forces: 12 arrays of vectors in three dimensions.
        let tables: usize = self.tables.iter().map(Tables::memory).sum();
        tables + self.far.memory() + self.tree.memory() + self.gradients.len() * 12 * size_of::<[f64; D]>()
    }
}

/// The sum of a term over all particles, by mass and particle.
fn total(species: &SpeciesTable, term: impl Fn(f64, usize) -> f64) -> f64 {
    let terms = species.ranges().iter().zip(species.masses());
    terms.map(|(range, m)| sum(range.clone().map(|p| term(*m, p)))).sum()
}

/// Overwrites `ratios` with δ over the edge of a cell, level by level and channel by channel: 0 where φ_δ and |z|^γ
/// cannot be told apart at the distances of far cells, NaN on levels without any.
fn take_ratios<const D: usize>(
    ratios: &mut Vec<f64>,
    tree: &Octree<D>,
    lists: &Lists,
    channels: &Channels,
    unseen: &impl Fn(f64) -> bool,
) {
    ratios.clear();
    ratios.resize(tree.levels.len() * channels.len(), f64::NAN);
    for &[cell, _] in &lists.far {
        let cell = &tree.cells[cell];
        let ratios = &mut ratios[cell.level as usize * channels.len()..][..channels.len()];
        if ratios.first().is_some_and(|ratio| ratio.is_nan()) {
            for (ratio, channel) in ratios.iter_mut().zip(channels.all()) {
                let exact = channel.delta_squared.sqrt() / tree.edge_of(cell);
                *ratio = if unseen(exact) { 0.0 } else { exact };
            }
        }
    }
}

#[inline(never)]
fn in_two(
    tree: &mut TreeSum<2>,
    aim: (usize, f64),
    particles: Particles<'_, 2>,
    sums: &mut [[f64; 2]],
) -> Measured {
    tree.evaluate_here(aim, particles, sums)
}

#[inline(never)]
fn in_three(
    tree: &mut TreeSum<3>,
    aim: (usize, f64),
    particles: Particles<'_, 3>,
    sums: &mut [[f64; 3]],
) -> Measured {
    tree.evaluate_here(aim, particles, sums)
}

/// How many far fields the pairs of some species ask for, and how many δ > 0 there are: c_ij and δ²_ij row by row.
pub fn far_fields(species: usize, coefficients: &[f64], squares: &[f64]) -> [usize; 2] {
    let coefficients = Coefficients { species, values: coefficients.to_vec() };
    let channels = Channels::new(Couplings { coefficients: &coefficients, squares });
    [channels.len(), channels.distances()]
}

/// When particles meet one by one though their cells are apart.
fn few<const D: usize>(points: usize) -> Few {
    Few { pairs: 8 * points.pow(D as u32), particles: points.pow(D as u32) }
}
