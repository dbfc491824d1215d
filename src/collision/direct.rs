//! The sum over all pairs of particles, each unordered pair evaluated once.
//!
//! sums_p = Σ_j c_ij Σ_{q∈j} w_q A(v_p − v_q)(g_p − g_q), p of species i. With
//! u = c_ij A(z)(g_p − g_q), p receives w_q u and q receives −w_p u, so Σ w_p sums_p and
//! Σ w_p v_p·sums_p vanish to rounding for any g. Memory is O(N); the bits of the result depend on
//! the instruction set but not on the number of threads.

#[cfg(test)]
mod tests;

use super::blocks::{Blocks, Interaction};
use super::interface::{Particles, Quality, SpeciesTable};
use crate::dimension;
use crate::kernel::lanes::InstructionSet;
use crate::ranks::Ranks;

/// The direct pair sum over `D`-dimensional velocities, with its workspace.
#[derive(Debug)]
pub struct DirectSum<const D: usize> {
    interaction: Interaction,
    /// The species that the blocks are cut for.
    planned: SpeciesTable,
    blocks: Blocks<D>,
}

impl<const D: usize> DirectSum<D> {
    /// A sum for γ in [−3, 1].
    ///
    /// # Panics
    ///
    /// If D is neither 2 nor 3, γ is out of range, or the machine does not have the instruction set.
    pub fn new(gamma: f64, instruction_set: InstructionSet) -> Self {
        assert!(D == 2 || D == 3, "velocities have two or three components");
        assert!((-3.0..=1.0).contains(&gamma), "the exponent is out of range");
        assert!(instruction_set.is_available(), "no {} here", instruction_set.name());
        Self {
            interaction: Interaction::new::<D>(gamma, instruction_set),
            planned: SpeciesTable::default(),
            blocks: Blocks::empty(),
        }
    }

    /// Divides the sum between ranks.
    pub fn divide(&mut self, ranks: &Ranks) {
        self.blocks.divide(ranks);
        self.planned = SpeciesTable::default();
    }

    /// Numbers that each of several ranks receives, at most, in an evaluation like the last.
    pub fn received(&self) -> usize {
        self.blocks.received()
    }

    /// The instruction set in use.
    pub fn instruction_set(&self) -> InstructionSet {
        self.interaction.instruction_set
    }

    /// Overwrites `sums` with the pair sums of all particles, which are exact to rounding.
    ///
    /// # Panics
    ///
    /// If an array is not as long as the particles, or the pairs of species, are many.
    pub fn evaluate(&mut self, particles: Particles<'_, D>, sums: &mut [[f64; D]]) -> Quality {
        match D {
            2 => in_two(dimension::of_mut(self), particles.cast(), dimension::vectors_mut(sums)),
            _ => in_three(dimension::of_mut(self), particles.cast(), dimension::vectors_mut(sums)),
        }
        Quality::Exact
    }

    #[inline]
    fn evaluate_here(&mut self, particles: Particles<'_, D>, sums: &mut [[f64; D]]) {
        particles.count(sums);
        if self.planned != *particles.species {
            self.planned.clone_from(particles.species);
            self.blocks.cut(particles.species);
        }
        let Self { interaction, blocks, .. } = self;
        let law = interaction.of_points(particles.spreads.is_some(), particles.regularisation);
        blocks.evaluate(&law, particles);
        self.blocks.unpack(sums);
    }

    /// Overwrites all that an evaluation writes before it reads.
    #[cfg(test)]
    fn fill_workspace(&mut self, value: f64) {
        self.blocks.fill_workspace(value);
    }
}

#[inline(never)]
fn in_two(direct: &mut DirectSum<2>, particles: Particles<'_, 2>, sums: &mut [[f64; 2]]) {
    direct.evaluate_here(particles, sums);
}

#[inline(never)]
fn in_three(direct: &mut DirectSum<3>, particles: Particles<'_, 3>, sums: &mut [[f64; 3]]) {
    direct.evaluate_here(particles, sums);
}
