//! The sum over pairs that a run asks for: directly, by moments where γ = 0, by a tree, or by random batches.

use std::ops::Range;

use super::direct::DirectSum;
use super::maxwell::MomentSum;
pub use super::place::Place;
use super::random_batch::RandomBatchSum;
use super::regularisation::Regularisation;
use super::tree::{Cloud, Quality, TreeSum};
use crate::error::Failure;
use crate::kernel::lanes::InstructionSet;
use crate::problem::Problem;

/// A way to sum over pairs, with its workspace.
#[derive(Debug)]
pub enum PairSum<const D: usize> {
    Direct(DirectSum<D>),
    Maxwell(MomentSum<D>),
    Tree(Box<TreeSum<D>>),
    RandomBatch(RandomBatchSum<D>),
}

/// How accurate sums are to be, of those that can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accuracy {
    /// A tree keeps its tolerance.
    Kept,
    /// A tree is within a few parts in a thousand, or its tolerance where that is larger.
    Rough,
}

impl<const D: usize> PairSum<D> {
    /// Over all pairs; by moments for γ = 0, which is the same sum.
    pub fn direct(problem: &Problem<D>, instruction_set: InstructionSet) -> Self {
        if problem.gamma == 0.0 {
            return Self::Maxwell(MomentSum::default());
        }
        let counts: Vec<usize> = problem.species.iter().map(|species| species.range.len()).collect();
        let (coefficients, weights) = (&problem.coefficients, &problem.weights);
        Self::Direct(DirectSum::new(problem.gamma, &counts, coefficients, weights, instruction_set))
    }

    /// By a tree to a tolerance, not calibrated yet; by moments for γ = 0.
    pub fn tree(problem: &Problem<D>, tolerance: f64, instruction_set: InstructionSet) -> Self {
        if problem.gamma == 0.0 {
            return Self::Maxwell(MomentSum::default());
        }
        let masses: Vec<f64> = problem.species.iter().map(|species| species.mass).collect();
        let cloud = Cloud {
            gamma: problem.gamma,
            masses: &masses,
            ranges: &ranges(problem),
            coefficients: &problem.coefficients,
            weights: &problem.weights,
        };
        Self::Tree(Box::new(TreeSum::new(cloud, tolerance, instruction_set)))
    }

    /// Inside random batches of about `size` particles, drawn for each step from `seed`.
    pub fn random_batches(
        problem: &Problem<D>,
        (size, seed): (usize, u64),
        instruction_set: InstructionSet,
    ) -> Self {
        Self::RandomBatch(RandomBatchSum::new(
            problem.gamma,
            &ranges(problem),
            &problem.coefficients,
            &problem.weights,
            (size, seed),
            instruction_set,
        ))
    }

    /// Overwrites `sums` with the pair sums of all particles, for a stage of step `step`.
    ///
    /// # Errors
    ///
    /// If a tree is to keep its tolerance and does not, or raises the entropy by more than that explains.
    pub fn evaluate(
        &mut self,
        problem: &Problem<D>,
        step: u64,
        at: Place<'_, D>,
        accuracy: Accuracy,
        sums: &mut [[f64; D]],
    ) -> Result<(), Failure> {
        match self {
            Self::Direct(direct) => direct.evaluate(at, sums),
            Self::Maxwell(moments) => moments.evaluate(problem, at.velocities, at.gradients, sums),
            Self::Tree(tree) => match accuracy {
                Accuracy::Kept => require_quality(tree.evaluate(at, sums), tree.tolerance(), step)?,
                Accuracy::Rough => tree.evaluate_roughly(at, sums),
            },
            Self::RandomBatch(batches) => batches.evaluate(step, at, sums),
        }
        Ok(())
    }

    /// Whether the sum is to be [prepared](Self::prepare) with the start of a run: a tree is.
    ///
    /// # Errors
    ///
    /// If memory does not hold the tree.
    pub fn wants_the_start(&self, problem: &Problem<D>) -> Result<bool, Failure> {
        match self {
            Self::Tree(tree) => {
                tree.require_memory(&Regularisation::at_start(problem))?;
                Ok(true)
            }
            Self::Direct(_) | Self::Maxwell(_) | Self::RandomBatch(_) => Ok(false),
        }
    }

    /// Makes a tree as fine as its tolerance asks for at the start of a run. The same start gives the same tree.
    ///
    /// # Errors
    ///
    /// If the tolerance is out of reach there.
    pub fn prepare(&mut self, at: Place<'_, D>) -> Result<(), Failure> {
        let Self::Tree(tree) = self else { return Ok(()) };
        let (error, tolerance) = (tree.calibrate(at)?, tree.tolerance());
        if error.is_nan() || error > tolerance {
            return Err(Failure::TreeOutOfReach { error, points: tree.points(), tolerance });
        }
        Ok(())
    }

    /// The relative error that is asked for; 0 for sums that have none but rounding, or are what they sample.
    pub fn tolerance(&self) -> f64 {
        match self {
            Self::Tree(tree) => tree.tolerance(),
            Self::Direct(_) | Self::Maxwell(_) | Self::RandomBatch(_) => 0.0,
        }
    }

    /// Whether the sums are samples of all pairs.
    pub fn is_sampled(&self) -> bool {
        matches!(self, Self::RandomBatch(_))
    }

    /// Whether sums at two neighbouring clouds differ by more than the clouds do: cells of a tree end where
    /// particles are, and its errors jump where a particle changes cells.
    pub fn jumps(&self) -> bool {
        matches!(self, Self::Tree(_))
    }

    /// Bytes of a workspace that grows with the particles.
    pub fn memory(&self) -> usize {
        match self {
            Self::Direct(_) | Self::Maxwell(_) => 0,
            Self::Tree(tree) => tree.memory(),
            Self::RandomBatch(batches) => batches.memory(),
        }
    }

    /// How pairs are summed, in words.
    pub fn method(&self) -> String {
        match self {
            Self::Direct(_) => "direct".to_string(),
            Self::Maxwell(_) => "by moments".to_string(),
            Self::Tree(tree) => {
                format!(
                    "by a tree to {:e}, {} points along an axis of a cell",
                    tree.tolerance(),
                    tree.points()
                )
            }
            Self::RandomBatch(batches) => format!("by random batches of {}", batches.size()),
        }
    }
}

/// The particles of each species.
fn ranges<const D: usize>(problem: &Problem<D>) -> Vec<Range<usize>> {
    problem.species.iter().map(|species| species.range.clone()).collect()
}

/// The tree's sums are to its tolerance, and dissipate as far as that goes. Rates that are not finite have a
/// failure of their own.
fn require_quality(quality: Quality, tolerance: f64, step: u64) -> Result<(), Failure> {
    let Quality { error, entropy_rate, entropy_slack } = quality;
    if error > tolerance {
        return Err(Failure::TreeError { step, error, tolerance });
    }
    // The samples missed an error, or the one above would have spoken: with the vectors √(m w) g and √(w/m) sums, an
    // error of at most t = tolerance of the exact sums, which stand at an angle of at most 90° to g, turns them by at
    // most arcsin t. By Cauchy and Schwarz −Σ w g·sums ≤ t |g| |sums|, the slack. Both have g without what no pair
    // feels, which exact sums do not change with, and the sums as corrected, whose error is measured after that.
    if entropy_rate > entropy_slack {
        return Err(Failure::EntropyGrows { step, rate: entropy_rate, slack: entropy_slack });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tolerance_out_of_reach_is_refused_with_the_numbers() {
        let failure = Failure::TreeOutOfReach { error: 3.3e-9, points: 13, tolerance: 1e-9 };
        assert_eq!(
            failure.to_string(),
            "the tree reaches an error of 3.3e-9 of the rates at the start with 13 points along an axis of its cells, and more points do not help; `summation.tree.tolerance` is 1e-9: try a larger tolerance, or `direct`"
        );
    }

    #[test]
    fn sums_of_a_tree_beyond_its_tolerance_end_the_run() {
        let check = |error: f64, entropy_rate: f64| {
            let quality = Quality { error, entropy_rate, entropy_slack: 1e-4 };
            require_quality(quality, 1e-3, 7).map_err(|failure| failure.to_string())
        };
        assert_eq!(check(1e-3, 9e-5), Ok(()));
        assert_eq!(
            check(2e-3, -1.0).unwrap_err(),
            "the pair sums of step 7 have an error of 2.0e-3 of the rates by direct sums of samples; `summation.tree.tolerance` is 1e-3: try a larger tolerance, a smaller time step, or `direct`"
        );
        assert_eq!(
            check(1e-4, 2e-4).unwrap_err(),
            "the pair sums of step 7 raise the entropy at the rate 2.0e-4, where the tolerance of the tree explains 1.0e-4: try a smaller tolerance, or `direct`"
        );
    }
}
