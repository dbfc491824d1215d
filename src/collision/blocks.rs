//! Blocks of particles. In a meeting, the pairs between two blocks, or within one block, are summed.

use std::ops::Range;
use std::sync::Mutex;

use super::interface::{Couplings, Particles, SpeciesTable};
use super::packed::{Block, Forces, GROUP, plan};
use super::regularisation::Regularisation;
use super::relay::{Relay, Round};
use super::schedule::Schedule;
use super::tile::{BySet, ChosenLaw, Sweep, between, within};
use crate::kernel::lanes::InstructionSet;
use crate::kernel::power::{ChosenPower, PowerLaw};
use crate::kernel::series::Series;
use crate::parallel;
use crate::per_thread::{exclusive, uncontended};
use crate::ranks::Ranks;

/// The interaction of a pair of particles, and the instruction set that computes it.
#[derive(Debug)]
pub struct Interaction {
    pub law: PowerLaw,
    pub series: Series,
    pub instruction_set: InstructionSet,
}

impl Interaction {
    /// The interaction of exponent γ in D dimensions.
    pub fn new<const D: usize>(gamma: f64, instruction_set: InstructionSet) -> Self {
        let (law, series) = (PowerLaw::new(gamma), Series::between_particles(gamma, D));
        Self { law, series, instruction_set }
    }

    /// The power law, which is regularised unless `regularisation` is none.
    pub fn power(&self, regularisation: &Regularisation) -> ChosenPower<'_> {
        ChosenPower { law: &self.law, series: self.series_for(regularisation) }
    }

    /// The law of points, softened if they have spreads.
    pub fn of_points(&self, softened: bool, regularisation: &Regularisation) -> PointLaw<'_> {
        PointLaw { interaction: self, softened, series: self.series_for(regularisation) }
    }

    fn series_for(&self, regularisation: &Regularisation) -> Option<Series> {
        (!regularisation.is_none()).then_some(self.series)
    }
}

/// The interaction of points in one evaluation.
pub struct PointLaw<'a> {
    interaction: &'a Interaction,
    softened: bool,
    series: Option<Series>,
}

impl<const D: usize> ChosenLaw<D> for PointLaw<'_> {
    fn instruction_set(&self) -> InstructionSet {
        self.interaction.instruction_set
    }

    fn sweep(&self, sweep: Sweep<'_, D>) {
        let work = BySet { set: self.interaction.instruction_set, sweep };
        match self.softened {
            false => self.interaction.law.apply(self.series, work),
            true => self.interaction.law.apply_softened(self.series, work),
        }
    }
}

/// Blocks, the forces on them, and the schedule of their meetings.
#[derive(Debug)]
pub struct Blocks<const D: usize> {
    /// The first `count` are in use. The others only keep their memory.
    blocks: Vec<Block<D>>,
    /// The forces on each block. No lock is ever waited for: the schedule never holds two meetings of a block
    /// at once.
    forces: Vec<Mutex<Forces<D>>>,
    count: usize,
    pub schedule: Schedule,
    ranks: Ranks,
    /// Where blocks were cut for several ranks: the share of this one.
    relay: Option<Relay>,
}

impl<const D: usize> Blocks<D> {
    /// No blocks.
    pub fn empty() -> Self {
        Self {
            blocks: Vec::new(),
            forces: Vec::new(),
            count: 0,
            schedule: Schedule::default(),
            ranks: Ranks::default(),
            relay: None,
        }
    }

    /// Divides the meetings of blocks that are cut from now on between ranks.
    pub fn divide(&mut self, ranks: &Ranks) {
        self.ranks = ranks.clone();
    }

    /// Makes `count` blocks and calls `arrange` with the number of each. The caller then arranges the
    /// schedule.
    pub fn arrange(&mut self, count: usize, arrange: &(dyn Fn(usize, &mut Block<D>) + Sync)) {
        if self.blocks.len() < count {
            self.blocks.resize_with(count, Block::empty);
            self.forces.resize_with(count, || Mutex::new(Forces::empty()));
        }
        self.count = count;
        parallel::items(&mut self.blocks[..count], arrange);
    }

    /// Cuts the particles of all species into blocks, and lets those meet whose species interact.
    pub fn cut(&mut self, species: &SpeciesTable) {
        let plan = plan(species.ranges(), block_capacity(species.ranges()));
        self.arrange(plan.len(), &|number, block| block.arrange(plan[number].iter().copied()));
        self.schedule = Schedule::new(plan.len(), |a, b| {
            let species_in = |block: usize| plan[block].iter().map(|run| run.species);
            species_in(a).any(|i| species_in(b).any(|j| species.coefficients().between(i, j) != 0.0))
        });
        let meetings = || self.schedule.pairs().collect::<Vec<_>>();
        self.relay = (!self.ranks.are_one()).then(|| Relay::new(plan.len(), &meetings(), &self.ranks));
    }

    /// Numbers that a rank receives in an evaluation: at most two blocks' forces before every meeting of its own, and all
    /// forces after the last.
    pub fn received(&self) -> usize {
        let forces: usize = D * self.all().iter().map(Block::slots).sum::<usize>();
        3 * forces
    }

    /// The blocks in use.
    pub fn all(&self) -> &[Block<D>] {
        &self.blocks[..self.count]
    }

    /// The blocks in use, and the forces on each.
    pub fn with_forces(&mut self) -> (&[Block<D>], &mut [Mutex<Forces<D>>]) {
        (&self.blocks[..self.count], &mut self.forces[..self.count])
    }

    /// Fills all blocks from the particles, and overwrites the forces with the sums of all meetings.
    pub fn evaluate(&mut self, law: &dyn ChosenLaw<D>, particles: Particles<'_, D>) {
        let Self { blocks, forces, count, schedule, ranks, relay } = self;
        let (blocks, forces) = (&mut blocks[..*count], &mut forces[..*count]);
        parallel::chunks_of_both((blocks, 1), (forces, 1), &|_, blocks, forces| {
            for (block, forces) in blocks.iter_mut().zip(forces) {
                block.pack(particles);
                exclusive(forces).clear(block.slots());
            }
        });
        let couplings = particles.couplings();
        let Some(relay) = relay else {
            schedule.hold_meetings(&|meeting| meet(law, couplings, (blocks, forces), meeting));
            return;
        };
        for round in &relay.rounds {
            pass_on(ranks, round, forces);
            let held = &|number: usize| meet(law, couplings, (blocks, forces), round.meetings[number]);
            parallel::each(round.meetings.len(), held);
        }
        share(ranks, &relay.last, forces);
    }

    /// Bytes of all blocks and forces.
    pub fn memory(&self) -> usize {
        let slots: usize = self.blocks.iter().map(Block::slots).sum();
        // Of a slot: two vectors, a weight, a spread and the force.
        slots * (3 * D + 2) * size_of::<f64>()
    }

    /// Overwrites everything that an evaluation must write before it reads it.
    #[cfg(test)]
    pub fn fill_workspace(&mut self, value: f64) {
        for (block, forces) in self.blocks.iter_mut().zip(&mut self.forces) {
            block.velocity.iter_mut().chain(&mut block.gradient).for_each(|x| x.fill(value));
            block.spread.fill(value);
            block.weight.fill(value);
            exclusive(forces).0.iter_mut().for_each(|x| x.fill(value));
        }
    }

    /// Copies the forces of every block into its part of `sums`.
    pub fn unpack(&mut self, sums: &mut [[f64; D]]) {
        let (blocks, forces) = self.with_forces();
        unpack(blocks, forces, sums);
    }
}

/// Sends the forces on blocks to the ranks that hold their next meetings, and takes those of this rank's.
fn pass_on<const D: usize>(ranks: &Ranks, round: &Round, forces: &mut [Mutex<Forces<D>>]) {
    let outgoing = round.outgoing.iter().map(|(to, blocks)| {
        let mut numbers = Vec::new();
        blocks.iter().for_each(|&block| exclusive(&mut forces[block]).read_into(&mut numbers));
        (*to, numbers)
    });
    let outgoing: Vec<(usize, Vec<f64>)> = outgoing.collect();
    let incoming = round.incoming.iter().map(|(from, blocks)| {
        let numbers: usize = blocks.iter().map(|&block| exclusive(&mut forces[block]).numbers()).sum();
        (*from, vec![f64::NAN; numbers])
    });
    let mut incoming: Vec<(usize, Vec<f64>)> = incoming.collect();
    ranks.exchange(&outgoing, &mut incoming);
    for ((_, numbers), (_, blocks)) in incoming.iter().zip(&round.incoming) {
        let mut numbers = numbers.as_slice();
        blocks.iter().for_each(|&block| exclusive(&mut forces[block]).write_from(&mut numbers));
    }
}

/// Completes the forces on all blocks, of which each rank has those that `last` lists for it.
fn share<const D: usize>(ranks: &Ranks, last: &[Vec<usize>], forces: &mut [Mutex<Forces<D>>]) {
    let mut bounds = vec![0];
    let mut numbers = Vec::new();
    for (rank, blocks) in last.iter().enumerate() {
        for &block in blocks {
            let forces = exclusive(&mut forces[block]);
            match rank == ranks.own() {
                true => forces.read_into(&mut numbers),
                false => numbers.resize(numbers.len() + forces.numbers(), f64::NAN),
            }
        }
        bounds.push(numbers.len());
    }
    ranks.gather(|rank| bounds[rank], &mut numbers);
    let mut numbers = numbers.as_slice();
    last.iter().flatten().for_each(|&block| exclusive(&mut forces[block]).write_from(&mut numbers));
}

/// The pairs of blocks that can meet at a time, of blocks that are cut from these species: ranks beyond that have none.
pub fn at_a_time(ranges: &[Range<usize>]) -> usize {
    (plan(ranges, block_capacity(ranges)).len() / 2).max(1)
}

/// Two blocks meet, or one itself.
fn meet<const D: usize>(
    law: &dyn ChosenLaw<D>,
    couplings: Couplings<'_>,
    (blocks, forces): (&[Block<D>], &[Mutex<Forces<D>>]),
    [a, b]: [usize; 2],
) {
    // The schedule never holds two meetings of a block at once.
    let mut target_forces = uncontended(&forces[a]);
    let targets = (&blocks[a], &mut *target_forces);
    if a == b {
        within(law, couplings, targets);
    } else {
        let mut source_forces = uncontended(&forces[b]);
        between(law, couplings, targets, (&blocks[b], Some(&mut *source_forces)));
    }
}

fn unpack<const D: usize>(blocks: &[Block<D>], forces: &mut [Mutex<Forces<D>>], sums: &mut [[f64; D]]) {
    match blocks {
        [] => {}
        [block] => block.unpack(exclusive(&mut forces[0]), sums),
        _ => {
            let half = blocks.len() / 2;
            let (left, right) = blocks.split_at(half);
            let (left_forces, right_forces) = forces.split_at_mut(half);
            let particles = left.iter().map(Block::particles).sum();
            let (left_sums, right_sums) = sums.split_at_mut(particles);
            let mut left = || unpack(left, left_forces, left_sums);
            let mut right = || unpack(right, right_forces, right_sums);
            parallel::join(&mut left, &mut right);
        }
    }
}

/// Slots of a block, from the numbers of particles alone: at most about 128 blocks, of at least 128.
///
/// 128 blocks leave 64 pairs of blocks to work on at a time; fewer than 128 particles would spend
/// too much of a meeting on its beginning and end.
fn block_capacity(ranges: &[Range<usize>]) -> usize {
    let slots: usize = ranges.iter().map(|range| range.len().next_multiple_of(GROUP)).sum();
    slots.div_ceil(128).next_multiple_of(GROUP).max(128)
}
