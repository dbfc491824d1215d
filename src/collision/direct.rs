//! The sum over all pairs of particles, each unordered pair evaluated once.
//!
//! sums_p = Σ_j c_ij Σ_{q∈j} w_q A(v_p − v_q)(g_p − g_q), p of species i. With
//! u = c_ij A(z)(g_p − g_q), p receives w_q u and q receives −w_p u, so Σ w_p sums_p and
//! Σ w_p v_p·sums_p vanish to rounding for any g. Memory is O(N); the bits of the result depend on
//! the instruction set but not on the number of threads.

#[cfg(test)]
mod tests;

use super::blocks::{Blocks, Interaction};
use super::packed::{GROUP, plan};
use super::place::Place;
use super::schedule::Schedule;
use super::tile::Coefficients;
use crate::dimension;
use crate::kernel::lanes::InstructionSet;

/// The direct pair sum over `D`-dimensional velocities, with its workspace.
///
/// Velocities are arrays of all particles, species after species.
#[derive(Debug)]
pub struct DirectSum<const D: usize> {
    interaction: Interaction,
    particles: usize,
    ordered_pairs: u64,
    blocks: Blocks<D>,
}

impl<const D: usize> DirectSum<D> {
    /// A sum over species of `counts` particles each, for γ in [−3, 1].
    ///
    /// `coefficients` holds c_ij row by row, symmetric; `weights` one weight per particle.
    ///
    /// # Panics
    ///
    /// If the lengths disagree, the coefficients are not symmetric, D is neither 2 nor 3, or the
    /// machine does not have the instruction set.
    pub fn new(
        gamma: f64,
        counts: &[usize],
        coefficients: &[f64],
        weights: &[f64],
        instruction_set: InstructionSet,
    ) -> Self {
        let species = counts.len();
        let particles = counts.iter().sum();
        assert!(D == 2 || D == 3, "velocities have two or three components");
        assert!((-3.0..=1.0).contains(&gamma), "the exponent is out of range");
        assert!(instruction_set.is_available(), "no {} here", instruction_set.name());
        assert_eq!(coefficients.len(), species * species);
        assert_eq!(weights.len(), particles);
        let coefficients = Coefficients { species, values: coefficients.to_vec() };
        let mut ordered_pairs = 0;
        for i in 0..species {
            for j in 0..species {
                assert_eq!(coefficients.of(i, j), coefficients.of(j, i));
                if coefficients.of(i, j) != 0.0 {
                    let others = if i == j { counts[j].saturating_sub(1) } else { counts[j] };
                    ordered_pairs += counts[i] as u64 * others as u64;
                }
            }
        }

        let plan = plan(counts, block_capacity(counts));
        let mut blocks = Blocks::empty();
        blocks.arrange(plan.len(), |number, block| block.arrange(plan[number].iter().copied(), weights));
        blocks.schedule = Schedule::new(plan.len(), |a, b| {
            let of = |block: usize| plan[block].iter().map(|run| run.species);
            of(a).any(|i| of(b).any(|j| coefficients.of(i, j) != 0.0))
        });
        let interaction = Interaction::new::<D>(gamma, coefficients, instruction_set);
        Self { interaction, particles, ordered_pairs, blocks }
    }

    /// Ordered pairs of different particles that interact, c_ij ≠ 0.
    pub fn ordered_pairs(&self) -> u64 {
        self.ordered_pairs
    }

    /// The instruction set in use.
    pub fn instruction_set(&self) -> InstructionSet {
        self.interaction.instruction_set
    }

    /// Overwrites `sums` with the pair sums there.
    ///
    /// # Panics
    ///
    /// If an array is not as long as the particles, or the pairs of species, are many.
    pub fn evaluate(&mut self, at: Place<'_, D>, sums: &mut [[f64; D]]) {
        match D {
            2 => in_two(dimension::of_mut(self), at.cast(), dimension::vectors_mut(sums)),
            _ => in_three(dimension::of_mut(self), at.cast(), dimension::vectors_mut(sums)),
        }
    }

    #[inline]
    fn evaluate_here(&mut self, at: Place<'_, D>, sums: &mut [[f64; D]]) {
        assert_eq!(at.velocities.len(), self.particles);
        assert_eq!(at.gradients.len(), self.particles);
        assert_eq!(sums.len(), self.particles);
        assert!(at.spreads.is_none_or(|spreads| spreads.len() == self.particles));
        self.blocks.evaluate(&self.interaction, at);
        self.blocks.unpack(sums);
    }

    /// Overwrites all that an evaluation writes before it reads.
    #[cfg(test)]
    fn fill_workspace(&mut self, value: f64) {
        self.blocks.fill_workspace(value);
    }
}

#[inline(never)]
fn in_two(direct: &mut DirectSum<2>, at: Place<'_, 2>, sums: &mut [[f64; 2]]) {
    direct.evaluate_here(at, sums);
}

#[inline(never)]
fn in_three(direct: &mut DirectSum<3>, at: Place<'_, 3>, sums: &mut [[f64; 3]]) {
    direct.evaluate_here(at, sums);
}

/// Slots of a block, from the numbers of particles alone: at most about 128 blocks, of at least 128.
///
/// 128 blocks leave 64 pairs of blocks to work on at a time; fewer than 128 particles would spend
/// too much of a meeting on its beginning and end.
fn block_capacity(counts: &[usize]) -> usize {
    let slots: usize = counts.iter().map(|count| count.next_multiple_of(GROUP)).sum();
    slots.div_ceil(128).next_multiple_of(GROUP).max(128)
}
