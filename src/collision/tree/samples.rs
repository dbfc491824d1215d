//! The error of the tree, by direct sums for a few particles.
//!
//! The samples of a species stand at equal steps of its weight along the Morton curve: a mean over them is
//! a mean over the species.

use std::ops::Range;

use rayon::prelude::*;

use super::leaves::{Sorted, runs};
use super::octree::Octree;
use crate::collision::blocks::Interaction;
use crate::collision::packed::{Block, Forces};
use crate::collision::tile::Onto;
use crate::kernel::power::{Power, WithPower};

/// Samples of each species.
const SAMPLES: usize = 64;

/// Leaves whose forces on the samples are summed one after another.
const PART: usize = 32;

/// The samples, species after species.
#[derive(Debug)]
pub struct Samples {
    /// Places in sorted order.
    places: Vec<usize>,
    particles: Vec<u32>,
    species: Vec<u32>,
    /// The weight of each species.
    weights: Vec<f64>,
}

impl Samples {
    /// Chooses samples; `weights` and `ranges` are those of the unsorted particles.
    pub fn choose<const D: usize>(tree: &Octree<D>, weights: &[f64], ranges: &[Range<usize>]) -> Self {
        let totals: Vec<f64> = ranges.iter().map(|range| weights[range.clone()].iter().sum()).collect();
        let mut chosen = vec![Vec::new(); ranges.len()];
        let mut passed = vec![0.0; ranges.len()];
        for (place, &p) in tree.order.iter().enumerate() {
            let i = ranges.partition_point(|range| range.end <= p as usize);
            passed[i] += SAMPLES as f64 * weights[p as usize];
            while chosen[i].len() < SAMPLES && passed[i] >= totals[i] * (chosen[i].len() as f64 + 0.5) {
                chosen[i].push(place);
            }
        }
        let species = (0..ranges.len()).flat_map(|i| vec![i as u32; chosen[i].len()]).collect();
        let places: Vec<usize> = chosen.into_iter().flatten().collect();
        let particles = places.iter().map(|&place| tree.order[place]).collect();
        Self { places, particles, species, weights: totals }
    }

    /// √(Σ m w |error of the rate|² / Σ m w |rate|²), estimated; 0 if there is no error.
    pub fn error<const D: usize>(
        &self,
        interaction: &Interaction,
        blocks: &[Block<D>],
        sorted: &Sorted<D>,
        masses: &[f64],
        sums: &[[f64; D]],
    ) -> f64 {
        let exact = self.direct(interaction, blocks, sorted);
        let (mut error, mut size) = (0.0, 0.0);
        for (k, exact) in exact.iter().enumerate() {
            let found = sums[self.particles[k] as usize];
            let i = self.species[k] as usize;
            for axis in 0..D {
                error += self.weights[i] / masses[i] * (found[axis] - exact[axis]).powi(2);
                size += self.weights[i] / masses[i] * exact[axis].powi(2);
            }
        }
        if error == 0.0 { 0.0 } else { (error / size).sqrt() }
    }

    /// The sums of the samples over all particles.
    fn direct<const D: usize>(
        &self,
        interaction: &Interaction,
        blocks: &[Block<D>],
        sorted: &Sorted<D>,
    ) -> Vec<[f64; D]> {
        let count = self.places.len();
        let of = |values: &[[f64; D]]| self.places.iter().map(|&place| values[place]).collect::<Vec<_>>();
        let species: Vec<Range<usize>> = (0..self.weights.len()).map(|i| i..i + 1).collect();
        let mut targets = Block::new(runs(&self.species, 0, &species), &vec![0.0; count]);
        let spreads: Option<Vec<f64>> =
            sorted.spreads().map(|spreads| self.places.iter().map(|&place| spreads[place]).collect());
        targets.pack(&of(&sorted.velocities), &of(&sorted.gradients), spreads.as_deref());
        let targets = &targets;
        let of_part = |sources: &[Block<D>]| {
            let mut forces = Forces::zeros(targets.slots());
            let work = Direct { interaction, targets, sources, forces: &mut forces };
            interaction.law.apply_to(spreads.is_some(), work);
            let mut sums = vec![[0.0; D]; count];
            targets.unpack(&forces, &mut sums);
            sums
        };
        let parts: Vec<_> = blocks.par_chunks(PART).map(of_part).collect();
        let mut sums = vec![[0.0; D]; count];
        for part in &parts {
            for (sum, part) in sums.iter_mut().zip(part) {
                for axis in 0..D {
                    sum[axis] += part[axis];
                }
            }
        }
        sums
    }
}

/// All particles of some blocks onto the samples.
struct Direct<'a, const D: usize> {
    interaction: &'a Interaction,
    targets: &'a Block<D>,
    sources: &'a [Block<D>],
    forces: &'a mut Forces<D>,
}

impl<const D: usize> WithPower for Direct<'_, D> {
    fn run(self, law: impl Power) {
        let Interaction { coefficients, instruction_set, .. } = self.interaction;
        for sources in self.sources {
            let targets = (self.targets, &mut *self.forces);
            instruction_set.run(Onto { law, coefficients, targets, sources });
        }
    }
}
