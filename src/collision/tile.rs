//! The pairs of two blocks, and those within one: groups of targets against tiles of sources.
//!
//! The lanes hold targets, which stay in registers while a tile of sources passes. Forces on
//! sources collect lane by lane in a buffer of the tile and are summed over the lanes once all
//! targets of a run have passed.

#![allow(clippy::needless_range_loop, reason = "closures lose the instruction set")]

use super::interface::{Coupling, Couplings};
use super::packed::{Block, Forces, GROUP, Run};
use crate::kernel::lanes::{Kernel, Lanes};
use crate::kernel::pair::{PairLaw, Source, Targets};

/// Sources in a tile: in three dimensions their buffer of eight lanes takes 24 KiB, half of the
/// first cache.
const TILE: usize = 128;

/// All pairs of a particle of one block and a particle of another.
pub struct Between<'a, P, const D: usize> {
    pub law: P,
    pub couplings: Couplings<'a>,
    pub targets: (&'a Block<D>, &'a mut Forces<D>),
    pub sources: (&'a Block<D>, &'a mut Forces<D>),
}

/// What the particles of one block do to those of another, and not the reverse.
pub struct Onto<'a, P, const D: usize> {
    pub law: P,
    pub couplings: Couplings<'a>,
    pub targets: (&'a Block<D>, &'a mut Forces<D>),
    pub sources: &'a Block<D>,
}

/// All pairs of particles of one block.
pub struct Within<'a, P, const D: usize> {
    pub law: P,
    pub couplings: Couplings<'a>,
    pub block: (&'a Block<D>, &'a mut Forces<D>),
}

impl<P: PairLaw<D>, const D: usize> Kernel for Between<'_, P, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        if const { L::TARGETS == 2 } {
            between::<L, P, D, 2>(lanes, self);
        } else {
            between::<L, P, D, 1>(lanes, self);
        }
    }
}

impl<P: PairLaw<D>, const D: usize> Kernel for Within<'_, P, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        if const { L::TARGETS == 2 } {
            within::<L, P, D, 2>(lanes, self);
        } else {
            within::<L, P, D, 1>(lanes, self);
        }
    }
}

impl<P: PairLaw<D>, const D: usize> Kernel for Onto<'_, P, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        let mut tile = Tile::new(lanes);
        let (targets, forces) = self.targets;
        for source_run in &self.sources.runs {
            for first in (0..source_run.count).step_by(TILE) {
                tile.take(self.sources, source_run, first);
                for target_run in &targets.runs {
                    let slots = target_run.start..target_run.start + target_run.slots();
                    if let Some(pair) = self.couplings.between(target_run.species, source_run.species) {
                        for slot in slots.step_by(L::WIDTH) {
                            tile.meet::<P, 1, false>(self.law, pair, targets, forces, slot, 0..tile.count);
                        }
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn between<L: Lanes, P: PairLaw<D>, const D: usize, const T: usize>(lanes: L, work: Between<'_, P, D>) {
    let mut tile = Tile::new(lanes);
    let (targets, target_forces) = work.targets;
    let (sources, source_forces) = work.sources;
    for source_run in &sources.runs {
        for first in (0..source_run.count).step_by(TILE) {
            tile.take(sources, source_run, first);
            for target_run in &targets.runs {
                if let Some(pair) = work.couplings.between(target_run.species, source_run.species) {
                    let slots = target_run.start..target_run.start + target_run.slots();
                    for slot in slots.step_by(T * L::WIDTH) {
                        tile.meet::<P, T, true>(work.law, pair, targets, target_forces, slot, 0..tile.count);
                    }
                    tile.settle(pair.c, source_forces);
                }
            }
        }
    }
}

#[inline(always)]
fn within<L: Lanes, P: PairLaw<D>, const D: usize, const T: usize>(lanes: L, work: Within<'_, P, D>) {
    let mut tile = Tile::new(lanes);
    let (block, forces) = work.block;
    let group = T * L::WIDTH;
    for (number, source_run) in block.runs.iter().enumerate() {
        for first in (0..source_run.count).step_by(TILE) {
            tile.take(block, source_run, first);
            // Everything before the tile.
            for target_run in &block.runs[..=number] {
                if let Some(pair) = work.couplings.between(target_run.species, source_run.species) {
                    let slots = target_run.start..(target_run.start + target_run.slots()).min(tile.slot);
                    for slot in slots.step_by(group) {
                        tile.meet::<P, T, true>(work.law, pair, block, forces, slot, 0..tile.count);
                    }
                    tile.settle(pair.c, forces);
                }
            }
            // The tile itself: a group with itself one way, with what follows both ways.
            if let Some(pair) = work.couplings.between(source_run.species, source_run.species) {
                for from in (0..tile.count).step_by(group) {
                    let to = (from + group).min(tile.count);
                    let slot = tile.slot + from;
                    tile.meet::<P, T, false>(work.law, pair, block, forces, slot, from..to);
                    tile.meet::<P, T, true>(work.law, pair, block, forces, slot, to..tile.count);
                }
                tile.settle(pair.c, forces);
            }
        }
    }
}

/// Some sources and, lane by lane, the forces on them.
struct Tile<L: Lanes, const D: usize> {
    lanes: L,
    sources: [Source<D>; TILE],
    pulls: [[L::Vector; D]; TILE],
    count: usize,
    /// Slot of the first source in its block.
    slot: usize,
}

impl<L: Lanes, const D: usize> Tile<L, D> {
    #[inline(always)]
    fn new(lanes: L) -> Self {
        let pulls = [[lanes.splat(0.0); D]; TILE];
        Self { lanes, sources: [Source::ZERO; TILE], pulls, count: 0, slot: 0 }
    }

    /// Copies the sources of a run from its particle `first` on.
    #[inline(always)]
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

    /// A group of targets from `slot` on against some sources of the tile.
    #[inline(always)]
    fn meet<P: PairLaw<D>, const T: usize, const MUTUAL: bool>(
        &mut self,
        law: P,
        Coupling { c, delta_squared }: Coupling,
        block: &Block<D>,
        forces: &mut Forces<D>,
        slot: usize,
        sources: std::ops::Range<usize>,
    ) {
        debug_assert!(GROUP.is_multiple_of(T * L::WIDTH));
        let lanes = self.lanes;
        let zero = lanes.splat(0.0);
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
        let pulls = &mut self.pulls[sources.clone()];
        let sources = &self.sources[sources];
        let sums = law.interact::<L, T, MUTUAL>(lanes, delta_squared, &targets, sources, pulls);
        for (t, sum) in sums.iter().enumerate() {
            let at = slot + t * L::WIDTH;
            for (force, &sum) in forces.0.iter_mut().zip(sum) {
                let before = lanes.load(&force[at..]);
                lanes.store(lanes.mul_add(lanes.splat(c), sum, before), &mut force[at..]);
            }
        }
    }

    /// Adds the collected forces to those of the sources' block and starts anew.
    #[inline(always)]
    fn settle(&mut self, c: f64, forces: &mut Forces<D>) {
        for (slot, pulls) in (self.slot..).zip(&mut self.pulls[..self.count]) {
            for (force, pull) in forces.0.iter_mut().zip(pulls) {
                force[slot] -= c * self.lanes.sum(*pull);
                *pull = self.lanes.splat(0.0);
            }
        }
    }
}
