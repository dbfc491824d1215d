//! The pairs of two blocks, and those within one: runs of targets against tiles of sources.
//!
//! What a pair law does is a [`Sweep`]: the targets of a run pass over the sources of a tile, group by group. It is all that is
//! compiled for every law and every instruction set.
//!
//! The lanes hold targets, which stay in registers while a tile of sources passes. Forces on
//! sources collect lane by lane in a buffer of the tile and are summed over the lanes once all
//! targets of a run have passed. Where there is no use for them they are not read: sweeps without them would be compiled beside
//! the others, to save a part of the work of the few pairs that do not need it.

#![allow(clippy::needless_range_loop, reason = "closures lose the instruction set")]

use std::ops::Range;

use super::interface::{Coupling, Couplings};
use super::packed::{Block, Forces, GROUP, Line, Run, numbers_mut};
use crate::kernel::lanes::{InstructionSet, Kernel, Lanes};
use crate::kernel::pair::{PairLaw, Points, Source, Targets, WithPairLaw};
use crate::kernel::power::{Power, WithPower};

/// Sources in a tile: in three dimensions their buffer of eight lanes takes 24 KiB, half of the
/// first cache.
const TILE: usize = 128;

/// A pair law and an instruction set, both chosen at run time.
pub trait ChosenLaw<const D: usize>: Sync {
    fn instruction_set(&self) -> InstructionSet;

    /// Adds the forces of all pairs of a sweep.
    fn sweep(&self, sweep: Sweep<'_, D>);
}

/// Targets of one species, in whole groups, and sources of a tile.
pub struct Sweep<'a, const D: usize> {
    coupling: Coupling,
    targets: &'a Block<D>,
    slots: Range<usize>,
    forces: &'a mut Forces<D>,
    sources: &'a [Source<D>],
    /// Minus the forces on each source over the factor of the species: vectors of lanes, component by component.
    pulls: &'a mut [f64],
}

/// Work of a [`ChosenLaw`] with its law as a type.
pub struct BySet<'a, const D: usize> {
    pub set: InstructionSet,
    pub sweep: Sweep<'a, D>,
}

impl<const D: usize> WithPairLaw<D> for BySet<'_, D> {
    fn compute(self, law: impl PairLaw<D>) {
        self.set.dispatch(ByLaw { law, sweep: self.sweep });
    }
}

impl<const D: usize> WithPower for BySet<'_, D> {
    fn compute(self, law: impl Power) {
        WithPairLaw::compute(self, Points(law));
    }
}

/// A sweep by one law.
struct ByLaw<'a, P, const D: usize> {
    law: P,
    sweep: Sweep<'a, D>,
}

impl<P: PairLaw<D>, const D: usize> Kernel for ByLaw<'_, P, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        // A condition that is a constant keeps the other branch from being compiled.
        if const { L::TARGETS == 2 } {
            groups::<L, P, D, 2>(lanes, self);
        } else {
            groups::<L, P, D, 1>(lanes, self);
        }
    }
}

/// Each group of targets against all sources.
#[inline(always)]
fn groups<L: Lanes, P: PairLaw<D>, const D: usize, const T: usize>(lanes: L, work: ByLaw<'_, P, D>) {
    let ByLaw { law, sweep } = work;
    let Sweep { coupling: Coupling { c, delta_squared }, targets: block, slots, forces, sources, pulls } =
        sweep;
    let (pulls, _) = lanes.vectors_mut(pulls).as_chunks_mut::<D>();
    let zero = lanes.splat(0.0);
    for slot in slots.step_by(T * L::WIDTH) {
        let nothing =
            Targets::<L, D> { velocity: [zero; D], gradient: [zero; D], weight: zero, spread: zero };
        let mut targets = [nothing; T];
        for (t, targets) in targets.iter_mut().enumerate() {
            let at = slot + t * L::WIDTH;
            for k in 0..D {
                targets.velocity[k] = lanes.load(&block.velocity[k][at..]);
                targets.gradient[k] = lanes.load(&block.gradient[k][at..]);
            }
            targets.weight = lanes.load(&block.weight[at..]);
            if P::SOFTENED {
                targets.spread = lanes.load(&block.spread[at..]);
            }
        }
        let sums = law.interact::<L, T>(lanes, delta_squared, &targets, sources, pulls);
        for (t, sum) in sums.iter().enumerate() {
            let at = slot + t * L::WIDTH;
            for (force, &sum) in forces.0.iter_mut().zip(sum) {
                let before = lanes.load(&force[at..]);
                lanes.store(lanes.mul_add(lanes.splat(c), sum, before), &mut force[at..]);
            }
        }
    }
}

/// What the particles of one block do to those of another; and the reverse, if there are forces for it.
pub fn between<const D: usize>(
    law: &dyn ChosenLaw<D>,
    couplings: Couplings<'_>,
    (targets, target_forces): (&Block<D>, &mut Forces<D>),
    (sources, mut source_forces): (&Block<D>, Option<&mut Forces<D>>),
) {
    let mut tile = Tile::new(law);
    for source_run in &sources.runs {
        for first in (0..source_run.count).step_by(TILE) {
            tile.take(sources, source_run, first);
            for target_run in &targets.runs {
                if let Some(pair) = couplings.between(target_run.species, source_run.species) {
                    let slots = target_run.start..target_run.start + target_run.slots();
                    tile.meet(pair, (targets, target_forces), slots, 0..tile.count);
                    if let Some(forces) = &mut source_forces {
                        tile.settle(pair.c, forces);
                    }
                }
            }
        }
    }
}

/// All pairs of particles of one block.
pub fn within<const D: usize>(
    law: &dyn ChosenLaw<D>,
    couplings: Couplings<'_>,
    (block, forces): (&Block<D>, &mut Forces<D>),
) {
    let mut tile = Tile::new(law);
    let group = law.instruction_set().group();
    for (number, source_run) in block.runs.iter().enumerate() {
        for first in (0..source_run.count).step_by(TILE) {
            tile.take(block, source_run, first);
            // Everything before the tile.
            for target_run in &block.runs[..=number] {
                if let Some(pair) = couplings.between(target_run.species, source_run.species) {
                    let slots = target_run.start..(target_run.start + target_run.slots()).min(tile.slot);
                    tile.meet(pair, (block, forces), slots, 0..tile.count);
                    tile.settle(pair.c, forces);
                }
            }
            // The tile itself: a group with itself one way, with what follows both ways.
            if let Some(pair) = couplings.between(source_run.species, source_run.species) {
                for from in (0..tile.count).step_by(group) {
                    let to = (from + group).min(tile.count);
                    let slots = tile.slot + from..tile.slot + from + group;
                    tile.meet_one_way(pair, (block, forces), slots.clone(), from..to);
                    tile.meet(pair, (block, forces), slots, to..tile.count);
                }
                tile.settle(pair.c, forces);
            }
        }
    }
}

/// Some sources and, lane by lane, the forces on them.
struct Tile<'a, const D: usize> {
    law: &'a dyn ChosenLaw<D>,
    sources: [Source<D>; TILE],
    /// Of each source as many vectors as components; lines are as long as the longest vectors.
    pulls: [[Line; D]; TILE],
    /// The same of a group with itself: what is not read.
    unread: [[Line; D]; GROUP],
    count: usize,
    /// Slot of the first source in its block.
    slot: usize,
}

impl<'a, const D: usize> Tile<'a, D> {
    fn new(law: &'a dyn ChosenLaw<D>) -> Self {
        Self {
            law,
            sources: [Source::ZERO; TILE],
            pulls: [[Line::ZERO; D]; TILE],
            unread: [[Line::ZERO; D]; GROUP],
            count: 0,
            slot: 0,
        }
    }

    /// Copies the sources of a run from its particle `first` on.
    fn take(&mut self, block: &Block<D>, run: &Run, first: usize) {
        self.count = (run.count - first).min(TILE);
        self.slot = run.start + first;
        for (slot, source) in (self.slot..).zip(&mut self.sources[..self.count]) {
            for k in 0..D {
                source.velocity[k] = block.velocity[k][slot];
                source.gradient[k] = block.gradient[k][slot];
            }
            source.weight = block.weight[slot];
            source.spread = block.spread[slot];
        }
    }

    /// Targets of some slots against some sources of the tile.
    fn meet(
        &mut self,
        coupling: Coupling,
        (targets, forces): (&Block<D>, &mut Forces<D>),
        slots: Range<usize>,
        sources: Range<usize>,
    ) {
        let each = D * self.law.instruction_set().width();
        let pulls = &mut numbers_mut(self.pulls.as_flattened_mut())[each * sources.start..each * sources.end];
        let sources = &self.sources[sources];
        self.law.sweep(Sweep { coupling, targets, slots, forces, sources, pulls });
    }

    /// The same of a group, whose sources are not pulled.
    fn meet_one_way(
        &mut self,
        coupling: Coupling,
        (targets, forces): (&Block<D>, &mut Forces<D>),
        slots: Range<usize>,
        sources: Range<usize>,
    ) {
        // Sources beyond the buffer would be left out.
        debug_assert!(sources.len() <= GROUP && GROUP.is_multiple_of(self.law.instruction_set().group()));
        let pulls = numbers_mut(self.unread.as_flattened_mut());
        let sources = &self.sources[sources];
        self.law.sweep(Sweep { coupling, targets, slots, forces, sources, pulls });
    }

    /// Adds the collected forces to those of the sources' block and starts anew.
    fn settle(&mut self, c: f64, forces: &mut Forces<D>) {
        let set = self.law.instruction_set();
        let pulls = numbers_mut(self.pulls.as_flattened_mut());
        set.dispatch(Settle { c, pulls, slots: self.slot..self.slot + self.count, forces });
    }
}

/// Adds collected forces on the sources of some slots, and clears them.
struct Settle<'a, const D: usize> {
    c: f64,
    pulls: &'a mut [f64],
    slots: Range<usize>,
    forces: &'a mut Forces<D>,
}

impl<const D: usize> Kernel for Settle<'_, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        let Self { c, pulls, slots, forces } = self;
        let (pulls, _) = lanes.vectors_mut(pulls).as_chunks_mut::<D>();
        for (slot, pulls) in slots.zip(pulls) {
            for (force, pull) in forces.0.iter_mut().zip(pulls) {
                force[slot] -= c * lanes.sum(*pull);
                *pull = lanes.splat(0.0);
            }
        }
    }
}
