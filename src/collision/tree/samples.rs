//! The error of the tree, by direct sums for a few particles.
//!
//! The samples of a species stand at equal steps of its weight along the Morton curve: a mean over them is
//! a mean over the species.

use std::ops::Range;

use rayon::prelude::*;

use super::leaves::Sorted;
use super::octree::Octree;
use crate::collision::blocks::Interaction;
use crate::collision::interface::{Couplings, Particles};
use crate::collision::packed::{Block, Forces, runs};
use crate::collision::tile::Onto;
use crate::kernel::lanes::InstructionSet;
use crate::kernel::power::{Power, WithPower};

/// Samples of each species.
const SAMPLES: usize = 64;

/// Leaves whose forces on the samples are summed one after another.
const PART: usize = 32;

/// The samples, species after species.
#[derive(Debug)]
pub struct Samples<const D: usize> {
    /// The weight of each species.
    totals: Vec<f64>,
    /// Species i as the range i..i + 1 of all.
    ranges: Vec<Range<usize>>,
    /// By species 64 times the weight passed along the curve, and the places in sorted order.
    passed: Vec<f64>,
    chosen: Vec<Vec<usize>>,
    particles: Vec<u32>,
    species: Vec<u32>,
    sorted: Sorted<D>,
    /// The samples as a block, and the forces of each part of the leaves on it.
    block: Block<D>,
    forces: Vec<Forces<D>>,
    /// The sums of all parts.
    sums: Vec<[f64; D]>,
}

impl<const D: usize> Samples<D> {
    /// No samples yet.
    pub fn empty() -> Self {
        Self {
            totals: Vec::new(),
            ranges: Vec::new(),
            passed: Vec::new(),
            chosen: Vec::new(),
            particles: Vec::new(),
            species: Vec::new(),
            sorted: Sorted::default(),
            block: Block::empty(),
            forces: Vec::new(),
            sums: Vec::new(),
        }
    }

    /// √(Σ m w |error of the rate|² / Σ m w |rate|²) of `sums`, estimated; 0 if there is no error. The sums and
    /// `particles` are not sorted.
    pub fn error(
        &mut self,
        interaction: &Interaction,
        particles: Particles<'_, D>,
        (tree, blocks, sorted): (&Octree<D>, &[Block<D>], &Sorted<D>),
        sums: &[[f64; D]],
    ) -> f64 {
        self.choose(tree, sorted, particles);
        self.sum(interaction, particles, blocks);
        let masses = particles.species.masses();
        let (mut error, mut size) = (0.0, 0.0);
        for ((exact, &p), &i) in self.sums.iter().zip(&self.particles).zip(&self.species) {
            let (found, i) = (sums[p as usize], i as usize);
            for axis in 0..D {
                error += self.totals[i] / masses[i] * (found[axis] - exact[axis]).powi(2);
                size += self.totals[i] / masses[i] * exact[axis].powi(2);
            }
        }
        if error == 0.0 { 0.0 } else { (error / size).sqrt() }
    }

    /// Chooses samples and takes them out of the sorted particles.
    fn choose(&mut self, tree: &Octree<D>, sorted: &Sorted<D>, all: Particles<'_, D>) {
        let Self { totals, ranges: numbers, passed, chosen, particles, species, .. } = self;
        let ranges = all.species.ranges();
        totals.clear();
        totals.extend(ranges.iter().map(|range| all.weights[range.clone()].iter().sum::<f64>()));
        numbers.clear();
        numbers.extend((0..ranges.len()).map(|i| i..i + 1));
        chosen.resize_with(ranges.len(), Vec::new);
        chosen.iter_mut().for_each(Vec::clear);
        passed.clear();
        passed.resize(ranges.len(), 0.0);
        for (place, (&p, weight)) in tree.order.iter().zip(&sorted.weights).enumerate() {
            let i = ranges.partition_point(|range| range.end <= p as usize);
            passed[i] += SAMPLES as f64 * weight;
            while chosen[i].len() < SAMPLES && passed[i] >= totals[i] * (chosen[i].len() as f64 + 0.5) {
                chosen[i].push(place);
            }
        }
        let places = chosen.iter().flatten().copied();
        particles.clear();
        particles.extend(places.clone().map(|place| tree.order[place]));
        species.clear();
        species
            .extend(chosen.iter().enumerate().flat_map(|(i, places)| places.iter().map(move |_| i as u32)));
        self.sorted.choose(sorted, places);
    }

    /// Overwrites the sums of the samples with those over all particles.
    fn sum(&mut self, interaction: &Interaction, all: Particles<'_, D>, blocks: &[Block<D>]) {
        let Self { ranges, species, sorted, block, forces, sums, .. } = self;
        block.arrange(runs(species, 0, ranges));
        block.pack(sorted.of(all));
        let (targets, softened) = (&*block, sorted.spreads().is_some());
        let (set, couplings) = (interaction.instruction_set, all.couplings());
        let parts = blocks.chunks(PART).len();
        if forces.len() < parts {
            forces.resize_with(parts, Forces::empty);
        }
        let forces = &mut forces[..parts];
        forces.par_iter_mut().zip(blocks.par_chunks(PART)).for_each(|(forces, sources)| {
            forces.clear(targets.slots());
            let work = Direct { set, couplings, targets, sources, forces };
            interaction.apply(softened, all.regularisation, work);
        });
        sums.clear();
        sums.resize(species.len(), [0.0; D]);
        for part in forces {
            targets.unpack(part, &mut sorted.sums);
            for (sum, part) in sums.iter_mut().zip(&sorted.sums) {
                for axis in 0..D {
                    sum[axis] += part[axis];
                }
            }
        }
    }
}

/// All particles of some blocks onto the samples.
struct Direct<'a, const D: usize> {
    set: InstructionSet,
    couplings: Couplings<'a>,
    targets: &'a Block<D>,
    sources: &'a [Block<D>],
    forces: &'a mut Forces<D>,
}

impl<const D: usize> WithPower for Direct<'_, D> {
    fn run(self, law: impl Power) {
        let couplings = self.couplings;
        for sources in self.sources {
            let targets = (self.targets, &mut *self.forces);
            self.set.run(Onto { law, couplings, targets, sources });
        }
    }
}
