//! The pair sums of a cloud, by any summation.

use landau::collision::pair_sum::{Accuracy, PairSum};
use landau::kernel::lanes::InstructionSet;

use crate::cloud::Cloud;

/// Particles in a random batch.
const BATCH: usize = 100;

/// A summation, ready for one cloud.
pub struct PairSums<'a, const D: usize> {
    cloud: &'a Cloud<D>,
    pair_sum: PairSum<D>,
    /// The number of evaluations so far. It selects the draw of random batches.
    evaluations: u64,
    /// Points along an axis of a cell of a tree.
    pub points: Option<usize>,
}

impl<'a, const D: usize> PairSums<'a, D> {
    /// `summation` is `direct`, the tolerance of a tree, or `batches` for random batches of a hundred
    /// particles. A tree is calibrated here.
    pub fn new(cloud: &'a Cloud<D>, gamma: f64, summation: &str) -> Self {
        let set = InstructionSet::detect();
        let mut pair_sum = match summation {
            "direct" => PairSum::direct(landau::symmetry::Symmetry::None, gamma, set),
            "batches" => PairSum::random_batches(gamma, (BATCH, 1), set),
            tolerance => {
                let tolerance = tolerance.parse().expect("direct, batches or a tolerance");
                PairSum::tree(landau::symmetry::Symmetry::None, gamma, tolerance, set)
            }
        };
        let mut points = None;
        if let PairSum::Tree(tree) = &mut pair_sum {
            tree.calibrate(cloud.particles()).unwrap_or_else(|failure| panic!("{failure}"));
            points = Some(tree.points());
        }
        Self { cloud, pair_sum, evaluations: 0, points }
    }

    /// Overwrites the sums of all particles.
    pub fn evaluate(&mut self, sums: &mut [[f64; D]]) {
        self.evaluations += 1;
        self.pair_sum.evaluate(self.cloud.particles(), self.evaluations, Accuracy::Kept, sums);
    }
}
