//! What every term of the right-hand side can be asked.

use crate::collision::interface::{Accuracy, Particles, SpeciesTable};
use crate::collision::regularisation::Regularisation;
use crate::error::Failure;
use crate::kernel::interaction::dot;
use crate::problem::{Conserved, Problem};
use crate::ranks::Ranks;

/// A term of the right-hand side.
pub trait Term<const D: usize>: Send {
    /// Adds the term to the drag −m dv/dt of every particle, and returns what it brings in from outside per unit of
    /// time. Collisions between moving species bring in nothing.
    ///
    /// # Errors
    ///
    /// If the term cannot be computed as accurately as the request asks for.
    fn add(
        &mut self,
        problem: &Problem<D>,
        at: Particles<'_, D>,
        request: Request,
        drag: &mut [[f64; D]],
    ) -> Result<Supply<D>, Failure>;

    /// What the term keeps besides the mass of each species, up to what it supplies.
    fn conserved(&self, problem: &Problem<D>) -> Conserved<D>;

    /// The name of the source that the term is, for terms that bring something in.
    fn source(&self, _problem: &Problem<D>) -> Option<String> {
        None
    }

    /// Whether the term wants to see the start of a run: if so, [`Self::prepare`] is called with it.
    ///
    /// # Errors
    ///
    /// If memory does not hold the term.
    fn wants_the_start(
        &self,
        _species: &SpeciesTable,
        _regularisation: &Regularisation,
    ) -> Result<bool, Failure> {
        Ok(false)
    }

    /// Makes the term ready for a run that starts here.
    ///
    /// # Errors
    ///
    /// If the start is out of reach for the way the term is computed.
    fn prepare(&mut self, _problem: &Problem<D>, _at: Particles<'_, D>) -> Result<(), Failure> {
        Ok(())
    }

    /// Divides the work of evaluations between ranks, which then evaluate the same particles together. Without it, every
    /// rank computes all for itself.
    fn divide(&mut self, _ranks: &Ranks) {}

    /// Numbers that each of several ranks receives, at most, in an evaluation like the last.
    fn received(&self) -> usize {
        0
    }

    /// The most ranks that have a part of the term; none where that is not known before an evaluation.
    fn most_ranks(&self, _species: &SpeciesTable) -> Option<usize> {
        None
    }

    /// How exactly the term is computed.
    fn precision(&self) -> Precision {
        Precision::default()
    }

    /// Bytes of a workspace that grows with the particles.
    fn memory(&self) -> usize {
        0
    }

    /// How the term is computed, in words; none where there is one way only.
    fn method(&self) -> Option<String> {
        None
    }
}

/// What is asked of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request {
    /// The step that the rates belong to: random batches are drawn by it, and messages name it.
    pub step: u64,
    /// The time at which the rates are evaluated.
    pub time: f64,
    /// The length of the step; 0 where none is taken.
    pub length: f64,
    pub accuracy: Accuracy,
}

/// How exactly a term is computed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Precision {
    /// The relative error that is asked for; 0 for sums that have none but rounding.
    pub tolerance: f64,
    /// Whether the rates are a sample, which differs from step to step.
    pub sampled: bool,
    /// Whether rates at two neighbouring clouds differ by more than the clouds do.
    pub jumps: bool,
}

impl Precision {
    /// That of a sum of two terms.
    pub fn and(self, other: Self) -> Self {
        Self {
            tolerance: self.tolerance.max(other.tolerance),
            sampled: self.sampled || other.sampled,
            jumps: self.jumps || other.jumps,
        }
    }
}

/// What terms bring in from outside: per unit of time, or over a step.
///
/// Collisions have zeros here: they move momentum and energy between particles, and a term that keeps neither
/// has no balance at all (see [`Conserved`]).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Supply<const D: usize> {
    /// Σ m dw/dt, of sources of weight alone.
    pub mass: f64,
    /// Σ m w dv/dt, and of sources of weight Σ m (v − c) dw/dt, c the reference velocity of the problem.
    pub momentum: [f64; D],
    /// Σ m w (v − c)·dv/dt, the work, and of sources of weight Σ ½ m |v − c|² dw/dt.
    pub energy: f64,
    /// Σ w s·dv/dt, for terms that may raise the entropy functional.
    pub entropy: f64,
}

impl<const D: usize> Default for Supply<D> {
    fn default() -> Self {
        Self { mass: 0.0, momentum: [0.0; D], energy: 0.0, entropy: 0.0 }
    }
}

impl<const D: usize> Supply<D> {
    /// This and `factor` times another.
    pub fn plus(self, factor: f64, other: Self) -> Self {
        Self {
            mass: self.mass + factor * other.mass,
            momentum: std::array::from_fn(|axis| self.momentum[axis] + factor * other.momentum[axis]),
            energy: self.energy + factor * other.energy,
            entropy: self.entropy + factor * other.entropy,
        }
    }

    /// The momentum that is brought in, of velocities themselves instead of those about the reference velocity c.
    pub fn momentum_about_rest(&self, reference: [f64; D]) -> [f64; D] {
        std::array::from_fn(|axis| self.momentum[axis] + self.mass * reference[axis])
    }

    /// The energy that is brought in, of velocities themselves instead of those about the reference velocity c.
    pub fn energy_about_rest(&self, reference: [f64; D]) -> f64 {
        let square = dot(reference, reference);
        self.energy + dot(reference, self.momentum) + 0.5 * self.mass * square
    }
}
