//! The pair sum by a tree, to a given tolerance, at a cost that grows in proportion to the number of
//! particles.
//!
//! ```text
//! sums_p = T(v_p) g_p − F(v_p),   T(v) = Σ_q c_ij w_q A(v − v_q),   F(v) = Σ_q c_ij w_q A(v − v_q) g_q
//! ```
//!
//! This is the black-box fast multipole method (Fong and Darve, J. Comput. Phys. 228, 2009) on uniform grids,
//! which works for any γ. Pairs of particles in neighbouring leaves are summed one by one, by the kernels of
//! the direct sum. For all other pairs A is interpolated by polynomials between grids of proxies. Each cell
//! has one grid, with p points along each axis. The terms of the fast multipole method mean, in terms of
//! proxies:
//!
//! | term | meaning here |
//! |---|---|
//! | multipole expansion of a cell | weights (W_k, G_k) of its proxies y_k, which act far away as its particles do |
//! | local expansion of a cell | values at its proxies of the fields (T, F) of far particles |
//! | P2M | particles pass their weights to the proxies of their leaf, by Lagrange polynomials |
//! | M2M | proxies of a child pass their weights to the proxies of the parent, by the same polynomials |
//! | M2L | proxies of one cell act by A on the proxies of another cell of the same level: a product of spectra |
//! | L2L | values at the proxies of a parent are interpolated at the proxies of a child |
//! | L2P | values at the proxies of a leaf are interpolated at its particles |
//! | M2P, P2L | proxies of a small cell act by A on particles of a larger leaf near it, and the reverse |
//! | near list | pairs of leaves whose particles are summed one by one (P2P) |
//! | interaction list | pairs of far cells of one level (M2L) |
//!
//! T and F have 6 + 3 components in three dimensions and 3 + 2 in two. The interpolated A is symmetric in the
//! pair, so momentum is conserved to rounding. Energy is not. [`conserve`] restores both.
//!
//! Two measures keep the error small where the sums almost cancel. First, the part of the gradients that no
//! pair feels is removed ([`conserve`]). Second, the number of points is not taken from a formula:
//! [`TreeSum::calibrate`] raises it until the error is half the tolerance, measured by direct sums for
//! sampled particles. Every evaluation measures that error again, and is repeated with more points if it
//! exceeds the tolerance. So the sums depend only on the particles and the calibration, not on earlier sums.
#![doc = include_str!("measured.md")]

mod batch;
mod buffer;
mod exchange;
mod far;
mod fourier;
pub(super) mod lists;
mod octree;
pub mod plan;
mod proxies;
mod share;
pub(super) mod sorted;
#[cfg(test)]
mod tests;
mod translate;

use std::ops::Range;

use super::blocks::Interaction;
use super::conserve::{self, Parts};
use super::interface::{Accuracy, Couplings, Measured, Particles, Quality, SpeciesTable};
use super::regularisation::Regularisation;
use crate::dimension;
use crate::error::Failure;
use crate::kernel::lanes::InstructionSet;
use crate::kernel::series::ORDER;
use crate::ranks::Ranks;
use crate::sum::sum;
use exchange::Exchange;
use far::{Far, Tables};
use lists::{DirectLimits, Lists};
use octree::{Octree, QUARTERS, Root};
use plan::{Channels, MOST_GIBIBYTES, MOST_POINTS, capacity, first_points, gibibytes};
use share::Share;
use sorted::{Leaves, Samples, Sorted};

/// The relative error that [`Accuracy::Rough`] sums aim at.
const ROUGHLY: f64 = 1e-3;

/// Far cells use |z|^γ in place of the regularised φ_δ where that adds at most this share of the tolerance to
/// the error of the nearest far cells. Other far cells are up to three times as far away, and the difference
/// falls with a power of the distance.
const UNSEEN: f64 = 0.05;

/// A larger cloud is calibrated by about this many of its particles.
const CALIBRATING: usize = 1 << 16;

/// Candidates for the edge of the root cell over the extent of the cloud. With one size only, leaves would be
/// filled to an eighth of their capacity just after a level is added. These sizes let them be filled to a
/// quarter or a half instead.
const ROOT_SCALES: [f64; 3] = [1.0, 1.259_921_049_894_873_2, 1.587_401_051_968_199_4];

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
    /// Points along an axis with which an evaluation starts.
    points: usize,
    /// The edge of the root cell over the extent of the cloud.
    root_scale: f64,
    /// The tables of each number of points used so far.
    tables: Vec<Tables<D>>,
    gradients: Vec<[f64; D]>,
    tree: Octree<D>,
    lists: Lists,
    sorted: Sorted<D>,
    leaves: Leaves<D>,
    far: Far,
    samples: Samples<D>,
    share: Share,
}

impl<const D: usize> TreeSum<D> {
    /// A sum for γ in [−3, 1] to a relative tolerance of 1e-9 to 0.1. It starts with the number of points
    /// that a smooth cloud needs.
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
            root_scale: 1.0,
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
            share: Share::default(),
        }
    }

    /// Divides evaluations between ranks.
    pub fn divide(&mut self, ranks: &Ranks) {
        self.share.divide(ranks);
    }

    /// Numbers that each of several ranks receives, at most, in an evaluation like the last.
    pub fn received(&self) -> usize {
        let tables = self.tables.iter().find(|tables| tables.points() == self.points);
        let multipole = tables.map_or(0, Tables::multipole_len);
        let expansions = self.tree.leaves.len() * self.channels.count() * multipole;
        expansions + D * self.gradients.len() + self.samples.numbers()
    }

    /// The relative error that evaluations may have.
    pub fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// Points along an axis of a cell's grid with which evaluations start.
    pub fn points(&self) -> usize {
        self.points
    }

    /// Overwrites `sums` with the pair sums of finite velocities and gradients, and measures their error.
    /// Interactions through proxies neglect the spreads. The measured error includes that.
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

    /// Evaluates with more and more points until the error meets the tolerance, starting from the calibrated
    /// number.
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

    /// Evaluates with `points` points along an axis.
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
        let Self { interaction, parts, channels, ratios, share, .. } = self;
        let (tree, lists, sorted, leaves, far) =
            (&mut self.tree, &mut self.lists, &mut self.sorted, &mut self.leaves, &mut self.far);
        conserve::remove_invariants(particles, [true; D], parts, &mut self.gradients);
        tree.build(particles.velocities, capacity::<D>(points), root);
        sorted.take(&tree.order, Particles { gradients: &self.gradients, ..particles });
        lists.fill(tree, direct_limits::<D>(points));
        share.take(tree, lists, direct_limits::<D>(points).pairs as u64);
        let share = &*share;

        leaves.arrange(tree, lists, share, species.ranges());
        let law = interaction.of_points(particles.spreads.is_some(), regularisation);
        leaves.blocks.evaluate(&law, sorted.particles(particles));

        channels.arrange(particles.couplings());
        take_ratios(ratios, tree, lists, channels, &|ratio| {
            excess * ratio.powi(2 * ORDER as i32) <= UNSEEN * tolerance
        });
        tables.prepare(ratios);
        let tables = &*tables;
        let exchange = Exchange { tree, share, tables, channels, interaction, regularisation };
        far.clear(tables, tree.cells.len(), channels.count());
        exchange.p2m(leaves, far);
        far.gather_multipoles(tables, tree, share);
        far.m2m(tables, tree);
        far.m2l(tables, ratios, (tree, share), &lists.interaction);
        exchange.p2l(leaves, &lists.mixed_leaves, far);
        far.l2l(tables, tree, share);
        exchange.l2p_and_m2p(far, &lists.mixed_cells, leaves);

        sorted.unsort(&mut leaves.blocks, (tree, share), sums);
        conserve::restore(particles, [true; D], parts, sums);
        let cloud = (tree.order.as_slice(), leaves.blocks.all(), &*sorted);
        let error = self.samples.error(&law, share.ranks(), particles, cloud, sums);
        measured(error, self.tolerance, &self.gradients, particles, sums)
    }

    /// The size of the root cell. Its edge is measured in units of the largest δ, so that tables serve many
    /// clouds.
    fn root(&self, regularisation: &Regularisation) -> Root {
        let largest = regularisation.squares.iter().copied().fold(0.0, f64::max);
        Root { scale: self.root_scale, unit: largest.sqrt() }
    }

    /// The index of the tables for `points` points. They are made at the first request.
    fn tables_of(&mut self, points: usize) -> usize {
        self.tables.iter().position(|tables| tables.points() == points).unwrap_or_else(|| {
            self.tables.push(Tables::new(self.gamma, points, self.interaction.instruction_set));
            self.tables.len() - 1
        })
    }

    /// Bytes of the workspace after an evaluation.
    pub fn memory(&self) -> usize {
        // Sorted arrays, weights, blocks and forces are about 12 arrays of vectors in three dimensions.
        let tables: usize = self.tables.iter().map(Tables::memory).sum();
        tables + self.far.memory() + self.tree.memory() + self.gradients.len() * 12 * size_of::<[f64; D]>()
    }
}

impl<const D: usize> TreeSum<D> {
    /// Raises the number of points until the error of the cloud's sums is at most half the tolerance, or the
    /// most useful number of points is reached. Returns that error.
    ///
    /// The error hardly depends on the number of particles, since the size of the leaves adapts to the cloud.
    /// So a large cloud is calibrated by some of its particles.
    ///
    /// # Errors
    ///
    /// If the tree with that many points needs more memory than is allowed.
    pub fn calibrate(&mut self, particles: Particles<'_, D>) -> Result<f64, Failure> {
        let particles = Particles { spreads: None, ..particles };
        if particles.velocities.len() > CALIBRATING {
            return self.calibrate_by_some(particles);
        }
        let mut sums = vec![[0.0; D]; particles.velocities.len()];
        let mut points = self.points;
        loop {
            self.points = points;
            self.require_memory(particles.species, particles.regularisation)?;
            self.root_scale = self.best_root_scale(particles, capacity::<D>(points) as f64);
            let error = self.evaluate_once(points, self.tolerance, particles, &mut sums).error;
            let excess = error / (0.5 * self.tolerance);
            if excess.is_nan() || excess <= 1.0 || points == MOST_POINTS {
                self.tables.retain(|tables| tables.points() == points);
                return Ok(error);
            }
            // One more point divides the error by at least about four.
            let more = (excess.ln() / 4.5_f64.ln()).ceil().max(1.0) as usize;
            points = (points + more).min(MOST_POINTS);
        }
    }

    /// Calibrates with some of the particles.
    fn calibrate_by_some(&mut self, particles: Particles<'_, D>) -> Result<f64, Failure> {
        let (all, species) = (particles.weights, particles.species);
        let most = CALIBRATING / species.ranges().len();
        let (mut chosen, mut ranges, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for range in species.ranges() {
            let first = chosen.len();
            chosen.extend(range.clone().filter(|&p| is_chosen(p, most, range)));
            ranges.push(first..chosen.len());
            // The chosen particles carry the total weight of their species.
            let total =
                |particles: &mut dyn Iterator<Item = usize>| -> f64 { particles.map(|p| all[p]).sum() };
            let factor = total(&mut range.clone()) / total(&mut chosen[first..].iter().copied());
            weights.extend(chosen[first..].iter().map(|&p| factor * all[p]));
        }
        let choose = |values: &[[f64; D]]| chosen.iter().map(|&p| values[p]).collect::<Vec<_>>();
        let (velocities, gradients) = (choose(particles.velocities), choose(particles.gradients));
        let mut species = species.clone();
        species.take_ranges(ranges);
        let some = Particles {
            species: &species,
            velocities: &velocities,
            gradients: &gradients,
            weights: &weights,
            ..particles
        };
        let mut small = Self::new(self.gamma, self.tolerance, self.interaction.instruction_set);
        let error = small.calibrate(some)?;
        self.points = small.points;
        self.tables = small.tables;
        let share = chosen.len() as f64 / particles.velocities.len() as f64;
        self.root_scale = self.best_root_scale(some, share * capacity::<D>(self.points) as f64);
        self.require_memory(particles.species, particles.regularisation)?;
        Ok(error)
    }

    /// Refuses a tree that needs more memory than a workstation has.
    ///
    /// # Errors
    ///
    /// If the numbers on the grids of all cells take more than 16 GiB.
    pub fn require_memory(
        &self,
        species: &SpeciesTable,
        regularisation: &Regularisation,
    ) -> Result<(), Failure> {
        let (particles, points) = (species.particles(), self.points);
        let channels = Channels::new(Couplings::new(species, regularisation));
        let gibibytes = gibibytes::<D>(particles, points, [channels.count(), channels.distances()]);
        if gibibytes > MOST_GIBIBYTES {
            return Err(Failure::TreeTooLarge {
                particles,
                points,
                gibibytes,
                limit_gibibytes: MOST_GIBIBYTES,
            });
        }
        Ok(())
    }

    /// The edge of the root cell over the extent of the cloud for which the tree costs least. The cost counts
    /// pairs of particles in neighbouring leaves, plus a cost for each cell. That cost per cell is such that
    /// splitting a full leaf just pays.
    fn best_root_scale(&self, particles: Particles<'_, D>, capacity: f64) -> f64 {
        let neighbours = 0.5 * 3_f64.powi(D as i32);
        let children = f64::from(1 << D);
        let per_cell = neighbours * capacity * capacity * (1.0 - 1.0 / children) / children;
        let unit = self.root(particles.regularisation).unit;
        let mut tree = Octree::new();
        let mut cost = |&scale: &f64| {
            tree.build(particles.velocities, (capacity as usize).max(1), Root { scale, unit });
            let leaves = tree.leaves.iter().map(|&leaf| tree.cells[leaf].particles.len() as f64);
            neighbours * leaves.map(|count| count * count).sum::<f64>() + per_cell * tree.cells.len() as f64
        };
        let scales: &[f64] = if unit > 0.0 { &QUARTERS } else { &ROOT_SCALES };
        let costs = scales.iter().map(|scale| (cost(scale), *scale));
        costs.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(1.0, |(_, scale)| scale)
    }
}

/// Chooses about `most` particles of a range by the hash SplitMix64 (Steele, Lea, Flood 2014). Unlike a fixed
/// stride, it cannot fall in step with a lattice.
fn is_chosen(particle: usize, most: usize, range: &Range<usize>) -> bool {
    let mut bits = (particle as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let share = most as f64 / range.len() as f64;
    particle == range.start || ((bits ^ (bits >> 31)) as f64) < share * (u64::MAX as f64)
}

/// The error, the entropy rate, and how much of the entropy rate the tolerance explains. `g` holds the gradients
/// without what no pair feels.
pub(super) fn measured<const D: usize>(
    error: f64,
    tolerance: f64,
    g: &[[f64; D]],
    particles: Particles<'_, D>,
    sums: &[[f64; D]],
) -> Measured {
    let (w, species) = (particles.weights, particles.species);
    let product = |a: &[f64; D], b: &[f64; D]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let entropy_rate = total(species, |_, p| -w[p] * product(&g[p], &sums[p]));
    let gradients = total(species, |m, p| m * w[p] * product(&g[p], &g[p]));
    let rates = total(species, |m, p| w[p] / m * product(&sums[p], &sums[p]));
    let entropy_slack = tolerance * (gradients * rates).sqrt();
    Measured { error, entropy_rate, entropy_slack }
}

/// The sum of a term over all particles. `term` takes the mass and the index of a particle.
fn total(species: &SpeciesTable, term: impl Fn(f64, usize) -> f64) -> f64 {
    let terms = species.ranges().iter().zip(species.masses());
    terms.map(|(range, m)| sum(range.clone().map(|p| term(*m, p)))).sum()
}

/// Overwrites `ratios` with δ over the edge of a cell, level by level and channel by channel. The ratio is 0
/// where φ_δ and |z|^γ are indistinguishable at the distances of far cells, and NaN on levels without far
/// cells.
fn take_ratios<const D: usize>(
    ratios: &mut Vec<f64>,
    tree: &Octree<D>,
    lists: &Lists,
    channels: &Channels,
    unseen: &impl Fn(f64) -> bool,
) {
    ratios.clear();
    ratios.resize(tree.levels.len() * channels.count(), f64::NAN);
    for &[cell, _] in &lists.far {
        let cell = &tree.cells[cell];
        let ratios = &mut ratios[cell.level as usize * channels.count()..][..channels.count()];
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

/// The limits below which cells that do not touch are summed particle by particle.
fn direct_limits<const D: usize>(points: usize) -> DirectLimits {
    DirectLimits { pairs: 8 * points.pow(D as u32), particles: points.pow(D as u32) }
}
