//! Collisions between moving species: −Σ_j c_ij Σ_{q∈j} w_q A(v_p − v_q)(g_p − g_q) as drag.
//!
//! The sum is antisymmetric in a pair and orthogonal to its relative velocity: momentum and energy are kept to
//! rounding, whatever the scores are and however the pairs are summed.

use super::term::{Precision, Request, Supply, Term};
use crate::collision::interface::{Accuracy, Particles, SpeciesTable, require_quality};
use crate::collision::pair_sum::PairSum;
use crate::collision::regularisation::Regularisation;
use crate::error::Failure;
use crate::problem::{Conserved, Problem};
use crate::ranks::Ranks;

/// The sum over pairs of particles, with its workspace.
#[derive(Debug)]
pub struct PairCollisions<const D: usize> {
    sum: PairSum<D>,
    sums: Vec<[f64; D]>,
}

impl<const D: usize> PairCollisions<D> {
    /// By a way to sum over pairs.
    pub fn new(sum: PairSum<D>) -> Self {
        Self { sum, sums: Vec::new() }
    }
}

impl<const D: usize> Term<D> for PairCollisions<D> {
    fn add(
        &mut self,
        _problem: &Problem<D>,
        at: Particles<'_, D>,
        request: Request,
        drag: &mut [[f64; D]],
    ) -> Result<Supply<D>, Failure> {
        self.sums.resize(drag.len(), [f64::NAN; D]);
        // Random batches are drawn anew for each step.
        let quality = self.sum.evaluate(at, request.step, request.accuracy, &mut self.sums);
        if request.accuracy == Accuracy::Kept {
            require_quality(quality, self.sum.tolerance(), request.step)?;
        }
        for (drag, sum) in drag.iter_mut().zip(&self.sums) {
            for axis in 0..D {
                drag[axis] += sum[axis];
            }
        }
        Ok(Supply::default())
    }

    fn conserved(&self, _problem: &Problem<D>) -> Conserved<D> {
        Conserved::MomentumAndEnergy
    }

    /// A tree does, which chooses its points by what it finds there.
    fn wants_the_start(
        &self,
        species: &SpeciesTable,
        regularisation: &Regularisation,
    ) -> Result<bool, Failure> {
        self.sum.wants_the_start(species, regularisation)
    }

    fn prepare(&mut self, _problem: &Problem<D>, at: Particles<'_, D>) -> Result<(), Failure> {
        self.sum.prepare(at)
    }

    fn divide(&mut self, ranks: &Ranks) {
        self.sum.divide(ranks);
    }

    fn received(&self) -> usize {
        self.sum.received()
    }

    fn most_ranks(&self, species: &SpeciesTable) -> Option<usize> {
        self.sum.most_ranks(species)
    }

    fn precision(&self) -> Precision {
        Precision { tolerance: self.sum.tolerance(), sampled: self.sum.is_sampled(), jumps: self.sum.jumps() }
    }

    fn memory(&self) -> usize {
        size_of_val(self.sums.as_slice()) + self.sum.memory()
    }

    fn method(&self) -> Option<String> {
        Some(self.sum.method())
    }
}
