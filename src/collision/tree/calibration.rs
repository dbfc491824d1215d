//! How many points the grids of a tree have, and what memory they take.
//!
//! The number of points is not taken from a formula but raised until the error against direct sums of samples is
//! half the tolerance. That error hardly depends on the number of particles, for leaves grow with the cloud:
//! a large cloud is calibrated by some of its particles.

use std::ops::Range;

use super::TreeSum;
use super::channels::Channels;
use super::far::{self, tables::fields_of};
use super::octree::{Octree, QUARTERS, Root};
use super::proxies::numbers;
use super::translate::bytes_of_table;
use crate::collision::interface::{Couplings, Particles, SpeciesTable};
use crate::collision::regularisation::Regularisation;
use crate::error::Failure;

/// The most points along an axis: with more, rounding costs what accuracy they bring.
pub(super) const MOST_POINTS: usize = 13;

/// Memory that the grids of all cells may take: as much as all particles of a scenario.
pub const MOST_GIBIBYTES: f64 = 16.0;

/// Particles that calibrate a cloud of more.
const CALIBRATING: usize = 1 << 16;

/// Edges of the root cell over the extent of the cloud to choose from. Leaves of a root of one size are filled to an
/// eighth of their capacity just after a level is added; these fill them to a quarter and a half then.
const STRETCHES: [f64; 3] = [1.0, 1.259_921_049_894_873_2, 1.587_401_051_968_199_4];

const GIBIBYTE: f64 = (1_u64 << 30) as f64;

impl<const D: usize> TreeSum<D> {
    /// Takes as many points as the cloud needs: until the error of its sums is at most half the tolerance, or no
    /// more points help. Returns that error.
    ///
    /// # Errors
    ///
    /// If memory does not hold the tree of as many points.
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
            self.stretch = self.best_stretch(particles, capacity::<D>(points) as f64);
            let error = self.evaluate_once(points, self.tolerance, particles, &mut sums).error;
            let excess = error / (0.5 * self.tolerance);
            if excess.is_nan() || excess <= 1.0 || points == MOST_POINTS {
                self.tables.retain(|tables| tables.points() == points);
                return Ok(error);
            }
            // A point more divides the error by four at least.
            let more = (excess.ln() / 4.5_f64.ln()).ceil().max(1.0) as usize;
            points = (points + more).min(MOST_POINTS);
        }
    }

    /// Takes the points that some of the particles need.
    fn calibrate_by_some(&mut self, particles: Particles<'_, D>) -> Result<f64, Failure> {
        let (all, species) = (particles.weights, particles.species);
        let most = CALIBRATING / species.ranges().len();
        let (mut chosen, mut ranges, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for range in species.ranges() {
            let first = chosen.len();
            chosen.extend(range.clone().filter(|&p| is_chosen(p, most, range)));
            ranges.push(first..chosen.len());
            // Each species keeps its weight.
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
        self.stretch = self.best_stretch(some, share * capacity::<D>(self.points) as f64);
        self.require_memory(particles.species, particles.regularisation)?;
        Ok(error)
    }

    /// Refuses a tree beyond the memory of a workstation.
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
        let gibibytes = gibibytes::<D>(particles, points, [channels.len(), channels.distances()]);
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

    /// The edge of the root cell, over the extent of the cloud, whose tree costs least: pairs of particles in
    /// neighbouring leaves, and what each cell costs, at which halving a full leaf pays.
    fn best_stretch(&self, particles: Particles<'_, D>, capacity: f64) -> f64 {
        let neighbours = 0.5 * 3_f64.powi(D as i32);
        let children = f64::from(1 << D);
        let per_cell = neighbours * capacity * capacity * (1.0 - 1.0 / children) / children;
        let unit = self.root(particles.regularisation).unit;
        let mut tree = Octree::new();
        let mut cost = |&stretch: &f64| {
            tree.build(particles.velocities, (capacity as usize).max(1), Root { stretch, unit });
            let leaves = tree.leaves.iter().map(|&leaf| tree.cells[leaf].particles.len() as f64);
            neighbours * leaves.map(|count| count * count).sum::<f64>() + per_cell * tree.cells.len() as f64
        };
        let stretches: &[f64] = if unit > 0.0 { &QUARTERS } else { &STRETCHES };
        let costs = stretches.iter().map(|stretch| (cost(stretch), *stretch));
        costs.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(1.0, |(_, stretch)| stretch)
    }
}

/// About `most` particles of a range, by the bits of SplitMix64 (Steele, Lea, Flood 2014): in no step with a lattice.
fn is_chosen(particle: usize, most: usize, range: &Range<usize>) -> bool {
    let mut bits = (particle as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let share = most as f64 / range.len() as f64;
    particle == range.start || ((bits ^ (bits >> 31)) as f64) < share * (u64::MAX as f64)
}

/// Memory of a tree over so many particles, with so many far fields and δ > 0 in them, in GiB: the numbers at the
/// proxies of all cells, the spectra of one batch of them, and the tables of A, one for each δ on each level with far
/// cells.
pub fn gibibytes<const D: usize>(particles: usize, points: usize, [channels, distances]: [usize; 2]) -> f64 {
    // Leaves are a third full on average, and have a seventh to a third of their number above them.
    let cells = 4.0 * particles as f64 / capacity::<D>(points) as f64;
    let numbers = channels * fields_of::<D>() * numbers::<D>(points);
    // The cells of level n are 2^(D n) at most, and level 2 is the first with far ones.
    let levels = (cells.max(1.0).log2() / D as f64 - 1.0).ceil().max(0.0);
    let tables = (1.0 + levels * distances as f64) * bytes_of_table::<D>(points) as f64;
    (cells * (size_of::<f64>() * numbers) as f64 + tables + 2.0 * far::BATCH as f64) / GIBIBYTE
}

/// Points along an axis for a smooth cloud: the error falls to a sixth with each, and smoother kernels, of
/// larger γ, need fewer.
pub fn first_points(tolerance: f64, gamma: f64) -> usize {
    let points = 3.0 - (tolerance / 5e-3).ln() / 6_f64.ln() - 0.6 * (gamma + 3.0);
    (points.round().max(3.0) as usize).min(MOST_POINTS)
}

/// The most particles in a leaf: a translation costs as much as so many pairs that larger leaves pay with
/// more points.
pub(super) fn capacity<const D: usize>(points: usize) -> usize {
    if D == 2 { 12 * points } else { 60 * points }
}
