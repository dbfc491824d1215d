//! Blocks of particles that meet: each meeting sums over the pairs of two blocks, or within one.

use std::sync::{Mutex, MutexGuard};

use rayon::prelude::*;

use super::packed::{Block, Forces};
use super::schedule::Schedule;
use super::tile::{Between, Coefficients, Within};
use crate::kernel::lanes::InstructionSet;
use crate::kernel::power::{Power, PowerLaw, WithPower};

/// What a pair of particles does to each other.
#[derive(Debug)]
pub struct Interaction {
    pub law: PowerLaw,
    pub coefficients: Coefficients,
    pub instruction_set: InstructionSet,
}

/// Blocks, the forces on them, and who meets whom.
#[derive(Debug)]
pub struct Blocks<const D: usize> {
    pub blocks: Vec<Block<D>>,
    /// By block. No lock is ever waited for: the schedule keeps a block's meetings apart.
    pub forces: Vec<Mutex<Forces<D>>>,
    pub schedule: Schedule,
}

impl<const D: usize> Blocks<D> {
    pub fn new(blocks: Vec<Block<D>>, schedule: Schedule) -> Self {
        let forces = blocks.iter().map(|block| Mutex::new(Forces::zeros(block.slots()))).collect();
        Self { blocks, forces, schedule }
    }

    /// Reads all blocks out of the particles and overwrites the forces with those of all meetings. With
    /// `spreads`, one number ≥ 0 a particle, the power of |z|² in A is that of |z|² + spread_p + spread_q.
    pub fn evaluate(
        &mut self,
        interaction: &Interaction,
        velocities: &[[f64; D]],
        gradients: &[[f64; D]],
        spreads: Option<&[f64]>,
    ) {
        self.blocks.par_iter_mut().zip(&mut self.forces).for_each(|(block, forces)| {
            block.pack(velocities, gradients, spreads);
            exclusive(forces).fill(0.0);
        });
        let Interaction { law, coefficients, instruction_set } = interaction;
        let Self { blocks, forces, schedule } = self;
        let set = *instruction_set;
        schedule.run(|meeting| {
            law.apply_to(spreads.is_some(), Parties { set, coefficients, blocks, forces, meeting });
        });
    }

    /// Copies the forces of every block into its stretch of `sums`.
    pub fn unpack(&mut self, sums: &mut [[f64; D]]) {
        unpack(&self.blocks, &mut self.forces, sums);
    }
}

/// Two blocks in a meeting, or one with itself.
struct Parties<'a, const D: usize> {
    set: InstructionSet,
    coefficients: &'a Coefficients,
    blocks: &'a [Block<D>],
    forces: &'a [Mutex<Forces<D>>],
    meeting: [usize; 2],
}

impl<const D: usize> WithPower for Parties<'_, D> {
    fn run(self, law: impl Power) {
        let [a, b] = self.meeting;
        let (set, coefficients) = (self.set, self.coefficients);
        let mut forces = uncontended(&self.forces[a]);
        let targets = (&self.blocks[a], &mut *forces);
        if a == b {
            set.run(Within { law, coefficients, block: targets });
        } else {
            let mut forces = uncontended(&self.forces[b]);
            let sources = (&self.blocks[b], &mut *forces);
            set.run(Between { law, coefficients, targets, sources });
        }
    }
}

fn uncontended<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.try_lock().expect("the schedule keeps the meetings of a block apart")
}

/// What a mutex holds that no other thread sees.
pub fn exclusive<T>(mutex: &mut Mutex<T>) -> &mut T {
    mutex.get_mut().expect("no thread panics while it holds forces")
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
            rayon::join(|| unpack(left, left_forces, left_sums), || unpack(right, right_forces, right_sums));
        }
    }
}
