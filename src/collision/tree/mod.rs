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
//! feels ([`gauge`]). And the number of points is not taken from a formula ([`calibration`]) but raised
//! until the error against direct sums of samples is half the tolerance. Every evaluation measures that
//! error again, and is repeated with more points where it exceeds the tolerance: sums depend on the cloud and the
//! calibration alone, not on what was summed before.
#![doc = include_str!("measured.md")]

pub mod calibration;
mod channels;
mod exchange;
mod far;
mod fourier;
pub(super) mod leaves;
mod lists;
mod octree;
mod particles;
mod proxies;
mod samples;
#[cfg(test)]
mod tests;
mod translate;

use std::ops::Range;

use rayon::prelude::*;

use super::blocks::Interaction;
use super::conserve::{self, Group};
use super::gauge;
use super::pair_sum::Place;
use super::tile::Coefficients;
use crate::kernel::lanes::InstructionSet;
use crate::kernel::power::PowerLaw;
use crate::sum::sum;
use calibration::{MOST_POINTS, capacity, first_points};
use channels::Channels;
use far::Far;
use leaves::Sorted;
use lists::{Few, Grouped, Lists};
use octree::Octree;

/// The error of rough sums.
const ROUGHLY: f64 = 1e-3;

/// What an evaluation found of its own quality.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// √(Σ m w |error of v̇|² / Σ m w |v̇|²), from direct sums of samples.
    pub error: f64,
    /// −Σ w g·sums, which is ≤ 0 without errors: the rate of the entropy.
    pub entropy_rate: f64,
    /// What the tolerance can add to it: tolerance × √(Σ m w |g|²) √(Σ m w |v̇|²), g without the part that no
    /// pair feels.
    pub entropy_slack: f64,
}

/// Species and their interaction, as every pair sum has them.
#[derive(Debug, Clone, Copy)]
pub struct Cloud<'a> {
    /// γ in [−3, 1].
    pub gamma: f64,
    pub masses: &'a [f64],
    /// The particles of each species, one after another.
    pub ranges: &'a [Range<usize>],
    /// c_ij row by row, symmetric.
    pub coefficients: &'a [f64],
    /// Of every particle.
    pub weights: &'a [f64],
}

/// The pair sum by a tree over `D`-dimensional velocities, with its workspace.
#[derive(Debug)]
pub struct TreeSum<const D: usize> {
    gamma: f64,
    tolerance: f64,
    interaction: Interaction,
    masses: Vec<f64>,
    weights: Vec<f64>,
    ranges: Vec<Range<usize>>,
    groups: Vec<Group>,
    channels: Channels,
    gradients: Vec<[f64; D]>,
    tree: Octree<D>,
    lists: Lists,
    far_sources: Grouped<u32>,
    mixed_cells: Grouped<u32>,
    mixed_leaves: Grouped<u32>,
    /// Points along an axis that an evaluation begins with.
    points: usize,
    /// The edge of the root cell over the extent of the cloud.
    stretch: f64,
    far: Far<D>,
    /// Of other numbers of points, for evaluations that need more.
    others: Vec<Far<D>>,
    sorted: Sorted<D>,
}

impl<const D: usize> TreeSum<D> {
    /// A sum to a tolerance of 1e-9 to 0.1, with the number of points that a smooth cloud needs.
    ///
    /// # Panics
    ///
    /// If the lengths disagree, D is neither 2 nor 3, or the machine does not have the instruction set.
    pub fn new(cloud: Cloud<'_>, tolerance: f64, instruction_set: InstructionSet) -> Self {
        let Cloud { gamma, masses, ranges, coefficients, weights } = cloud;
        let species = masses.len();
        assert!(D == 2 || D == 3, "velocities have two or three components");
        assert!(instruction_set.is_available(), "no {} here", instruction_set.name());
        assert_eq!(ranges.len(), species);
        assert_eq!(coefficients.len(), species * species);
        assert_eq!(ranges.last().map_or(0, |range| range.end), weights.len());
        let groups = conserve::groups(masses, ranges, coefficients);
        let coefficients = Coefficients { species, values: coefficients.to_vec() };
        let channels = Channels::new(&coefficients);
        let points = first_points(tolerance, gamma);
        Self {
            points,
            stretch: 1.0,
            far: Far::new(gamma, points, channels.rows.len(), instruction_set),
            others: Vec::new(),
            gamma,
            tolerance,
            interaction: Interaction { law: PowerLaw::new(gamma), coefficients, instruction_set },
            masses: masses.to_vec(),
            weights: weights.to_vec(),
            ranges: ranges.to_vec(),
            groups,
            channels,
            gradients: Vec::new(),
            tree: Octree::new(),
            lists: Lists::default(),
            far_sources: Grouped::default(),
            mixed_cells: Grouped::default(),
            mixed_leaves: Grouped::default(),
            sorted: Sorted::default(),
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

    /// Overwrites `sums` with the pair sums of finite velocities and gradients. Between cells that are apart
    /// spreads are left out, which the error shows.
    ///
    /// # Panics
    ///
    /// If an array is not as long as the particles are many.
    pub fn evaluate(&mut self, at: Place<'_, D>, sums: &mut [[f64; D]]) -> Quality {
        let mut points = self.points;
        loop {
            self.take_points(points);
            let quality = self.evaluate_once(at, sums);
            if quality.error <= self.tolerance || quality.error.is_nan() || points == MOST_POINTS {
                return quality;
            }
            points += 1;
        }
    }

    /// Overwrites `sums` with the pair sums to a few parts in a thousand, or the tolerance where that is larger.
    ///
    /// # Panics
    ///
    /// If an array is not as long as the particles are many.
    pub fn evaluate_roughly(&mut self, at: Place<'_, D>, sums: &mut [[f64; D]]) {
        self.take_points(first_points(ROUGHLY, self.gamma).min(self.points));
        self.evaluate_once(at, sums);
    }

    /// With the grids there are.
    fn evaluate_once(&mut self, at: Place<'_, D>, sums: &mut [[f64; D]]) -> Quality {
        let Place { velocities, gradients, spreads } = at;
        assert_eq!(velocities.len(), self.weights.len());
        assert_eq!(gradients.len(), self.weights.len());
        assert_eq!(sums.len(), self.weights.len());
        gauge::remove(&self.groups, &self.weights, velocities, gradients, &mut self.gradients);
        let points = self.far.proxies.order;
        self.tree.build(velocities, capacity::<D>(points), self.stretch);
        self.sorted.take(&self.tree.order, &self.weights, velocities, &self.gradients, spreads);
        self.list(few::<D>(points));

        let numbers = leaves::numbers(&self.tree);
        let Sorted { velocities: sorted, gradients, weights, .. } = &self.sorted;
        let spreads = self.sorted.spreads();
        let mut blocks = leaves::blocks(&self.tree, &self.lists, &self.ranges, weights, &numbers);
        blocks.evaluate(&self.interaction, sorted, gradients, spreads);

        self.far.clear(self.tree.cells.len());
        self.anterpolate(&blocks.blocks, &numbers);
        self.far.gather(&self.tree);
        self.far.translate(&self.tree, &self.far_sources);
        self.onto_proxies(&blocks.blocks, &numbers);
        self.far.scatter(&self.tree);
        self.interpolate(&mut blocks);

        self.sorted.sums.resize(velocities.len(), [0.0; D]);
        blocks.unpack(&mut self.sorted.sums);
        let sorted = &self.sorted;
        sums.par_iter_mut().zip(&sorted.places).for_each(|(sum, place)| *sum = sorted.sums[*place as usize]);
        for group in &self.groups {
            group.restore(&self.weights, velocities, sums);
        }
        let error = samples::Samples::choose(&self.tree, &self.weights, &self.ranges).error(
            &self.interaction,
            &blocks.blocks,
            &self.sorted,
            &self.masses,
            sums,
        );
        self.quality(error, sums)
    }

    /// Lists the pairs of cells, by the cells that they act on.
    fn list(&mut self, few: Few) {
        self.lists.fill(&self.tree, few);
        let cells = self.tree.cells.len();
        let both = self.lists.far.iter().flat_map(|&[a, b]| [(a, b as u32), (b, a as u32)]);
        self.far_sources.fill(cells, both);
        let mixed = self.lists.mixed.iter();
        self.mixed_cells.fill(cells, mixed.clone().map(|&[leaf, cell]| (leaf, cell as u32)));
        self.mixed_leaves.fill(cells, mixed.map(|&[leaf, cell]| (cell, leaf as u32)));
    }

    fn quality(&self, error: f64, sums: &[[f64; D]]) -> Quality {
        let (mut rate, mut gradients, mut rates) = (Vec::new(), Vec::new(), Vec::new());
        for (range, m) in self.ranges.iter().zip(&self.masses) {
            let (g, r) = (&self.gradients[range.clone()], &sums[range.clone()]);
            let pairs = || self.weights[range.clone()].iter().zip(g.iter().zip(r));
            let product = |a: &[f64; D], b: &[f64; D]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            rate.push(sum(pairs().map(|(w, (g, r))| -w * product(g, r))));
            gradients.push(sum(pairs().map(|(w, (g, _))| m * w * product(g, g))));
            rates.push(sum(pairs().map(|(w, (_, r))| w / m * product(r, r))));
        }
        let total = |terms: Vec<f64>| terms.into_iter().sum::<f64>();
        let entropy_slack = self.tolerance * (total(gradients) * total(rates)).sqrt();
        Quality { error, entropy_rate: total(rate), entropy_slack }
    }

    /// Bytes of the workspace.
    pub fn memory(&self) -> usize {
        // Sorted arrays, weights, blocks and forces: 12 arrays of vectors in three dimensions.
        self.far.memory() + self.tree.memory() + self.weights.len() * 12 * size_of::<[f64; D]>()
    }
}

/// How many far fields the coefficients of some species ask for, c_ij row by row.
pub fn far_fields(species: usize, coefficients: &[f64]) -> usize {
    Channels::new(&Coefficients { species, values: coefficients.to_vec() }).rows.len()
}

/// When particles meet one by one though their cells are apart.
fn few<const D: usize>(points: usize) -> Few {
    Few { pairs: 8 * points.pow(D as u32), particles: points.pow(D as u32) }
}
