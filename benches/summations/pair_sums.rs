//! The pair sums of a cloud, by any summation.

use landau::collision::direct::DirectSum;
use landau::collision::random_batch::RandomBatchSum;
use landau::collision::tree::{self, TreeSum};
use landau::kernel::lanes::InstructionSet;

use crate::cloud::Cloud;

/// Particles of a random batch.
const BATCH: usize = 100;

/// Overwrites the sums of all particles.
type Evaluate<'a, const D: usize> = Box<dyn FnMut(&mut [[f64; D]]) + 'a>;

/// A summation, ready for one cloud.
pub struct PairSums<'a, const D: usize> {
    pub evaluate: Evaluate<'a, D>,
    /// Points along an axis of a cell of a tree.
    pub points: Option<usize>,
}

impl<'a, const D: usize> PairSums<'a, D> {
    /// `summation` is `direct`, the tolerance of a tree, which is calibrated here, or `batches`, random ones of a
    /// hundred particles.
    pub fn new(cloud: &'a Cloud<D>, gamma: f64, summation: &str) -> Self {
        let set = InstructionSet::detect();
        let (at, weights) = (cloud.place(), &cloud.weights);
        #[expect(clippy::single_range_in_vec_init, reason = "one species")]
        let ranges = [0..weights.len()];
        match summation {
            "direct" => {
                let mut direct = DirectSum::new(gamma, &[weights.len()], &[1.0], weights, set);
                let evaluate = move |sums: &mut [[f64; D]]| direct.evaluate(at, sums);
                Self { evaluate: Box::new(evaluate), points: None }
            }
            "batches" => {
                let mut batches = RandomBatchSum::new(gamma, &ranges, &[1.0], weights, (BATCH, 1), set);
                let mut step = 0;
                let evaluate = move |sums: &mut [[f64; D]]| {
                    step += 1;
                    batches.evaluate(step, at, sums);
                };
                Self { evaluate: Box::new(evaluate), points: None }
            }
            tolerance => {
                let tolerance = tolerance.parse().expect("direct, batches or a tolerance");
                let cloud =
                    tree::Cloud { gamma, masses: &[1.0], ranges: &ranges, coefficients: &[1.0], weights };
                let mut tree = TreeSum::new(cloud, tolerance, set);
                tree.calibrate(at).unwrap_or_else(|failure| panic!("{failure}"));
                let points = Some(tree.points());
                let evaluate = move |sums: &mut [[f64; D]]| {
                    tree.evaluate(at, sums);
                };
                Self { evaluate: Box::new(evaluate), points }
            }
        }
    }
}
