//! The sum over pairs that a run asks for: directly, by moments where γ = 0, by a tree, or by random batches.

use super::blocks::at_a_time;
use super::direct::DirectSum;
pub use super::interface::{Accuracy, Particles, Quality, SpeciesTable, require_quality};
use super::maxwell::MomentSum;
use super::random_batch::RandomBatchSum;
use super::regularisation::Regularisation;
use super::rings::RingSum;
use super::shells::ShellSum;
use super::tree::TreeSum;
use crate::dimension;
use crate::error::Failure;
use crate::kernel::lanes::InstructionSet;
use crate::ranks::Ranks;
use crate::symmetry::Symmetry;

/// A way to sum over pairs, with its workspace.
#[derive(Debug)]
pub enum PairSum<const D: usize> {
    Direct(DirectSum<D>),
    Maxwell(MomentSum<D>),
    Tree(Box<TreeSum<D>>),
    RandomBatch(RandomBatchSum<D>),
    /// Of rings, D = 3.
    Rings(Box<RingSum>),
    /// Of shells, D = 3.
    Shells(Box<ShellSum>),
}

impl<const D: usize> PairSum<D> {
    /// Over all pairs; by moments for γ = 0, which is the same sum.
    pub fn direct(symmetry: Symmetry, gamma: f64, instruction_set: InstructionSet) -> Self {
        match symmetry {
            Symmetry::None if gamma == 0.0 => Self::Maxwell(MomentSum::default()),
            Symmetry::None => Self::Direct(DirectSum::new(gamma, instruction_set)),
            Symmetry::Axial(half_plane) => {
                Self::Rings(Box::new(RingSum::new(gamma, half_plane, instruction_set)))
            }
            Symmetry::Spherical => Self::Shells(Box::new(ShellSum::new(gamma, instruction_set))),
        }
    }

    /// By a tree to a tolerance, not calibrated yet; by moments for γ = 0, and shells directly, which is as fast.
    pub fn tree(symmetry: Symmetry, gamma: f64, tolerance: f64, instruction_set: InstructionSet) -> Self {
        match symmetry {
            Symmetry::None if gamma == 0.0 => Self::Maxwell(MomentSum::default()),
            Symmetry::None => Self::Tree(Box::new(TreeSum::new(gamma, tolerance, instruction_set))),
            Symmetry::Axial(half_plane) => {
                Self::Rings(Box::new(RingSum::by_tree(gamma, half_plane, tolerance, instruction_set)))
            }
            Symmetry::Spherical => Self::direct(symmetry, gamma, instruction_set),
        }
    }

    /// Inside random batches of about `size` particles, drawn from `seed`.
    pub fn random_batches(gamma: f64, (size, seed): (usize, u64), instruction_set: InstructionSet) -> Self {
        Self::RandomBatch(RandomBatchSum::new(gamma, (size, seed), instruction_set))
    }

    /// Divides the work of evaluations between ranks, which then evaluate the same particles together. Sums by moments are so
    /// little work that every rank has them for itself.
    pub fn divide(&mut self, ranks: &Ranks) {
        match self {
            Self::Direct(direct) => direct.divide(ranks),
            Self::Maxwell(_) => {}
            Self::Tree(tree) => tree.divide(ranks),
            Self::RandomBatch(batches) => batches.divide(ranks),
            Self::Rings(rings) => rings.divide(ranks),
            Self::Shells(shells) => shells.divide(ranks),
        }
    }

    /// The most ranks that have a part of the sum over these species; none where that is not known before a sum. A sum by moments is
    /// not divided.
    pub fn most_ranks(&self, species: &SpeciesTable) -> Option<usize> {
        let pairs = |undivided: bool| if undivided { 1 } else { at_a_time(species.ranges()) };
        match self {
            Self::Direct(_) => Some(pairs(false)),
            Self::Maxwell(_) => Some(1),
            Self::Tree(_) => None,
            Self::RandomBatch(batches) => Some((species.particles() / batches.size()).max(1)),
            Self::Rings(rings) => Some(pairs(rings.is_undivided())),
            Self::Shells(shells) => Some(pairs(shells.is_undivided())),
        }
    }

    /// Numbers that each of several ranks receives, at most, in an evaluation like the last.
    pub fn received(&self) -> usize {
        match self {
            Self::Direct(direct) => direct.received(),
            Self::Maxwell(_) => 0,
            Self::Tree(tree) => tree.received(),
            Self::RandomBatch(batches) => batches.received(),
            Self::Rings(rings) => rings.received(),
            Self::Shells(shells) => shells.received(),
        }
    }

    /// Overwrites `sums` with the pair sums of all particles, and says how good they are. Random batches are those of
    /// the number `draw`: the same number, the same batches.
    ///
    /// # Panics
    ///
    /// If an array is not as long as the particles, or the pairs of species, are many.
    pub fn evaluate(
        &mut self,
        particles: Particles<'_, D>,
        draw: u64,
        accuracy: Accuracy,
        sums: &mut [[f64; D]],
    ) -> Quality {
        match self {
            Self::Direct(direct) => direct.evaluate(particles, sums),
            Self::Maxwell(moments) => moments.evaluate(particles, sums),
            Self::Tree(tree) => tree.evaluate(particles, accuracy, sums),
            Self::RandomBatch(batches) => batches.evaluate(particles, draw, sums),
            Self::Rings(rings) => rings.evaluate(particles.cast(), accuracy, dimension::vectors_mut(sums)),
            Self::Shells(shells) => shells.evaluate(particles.cast(), dimension::vectors_mut(sums)),
        }
    }

    /// The relative error that sums may have; 0 for those that have none but rounding, or are what they sample.
    pub fn tolerance(&self) -> f64 {
        match self {
            Self::Tree(tree) => tree.tolerance(),
            Self::Rings(rings) => rings.tree().map_or(0.0, |(tolerance, _)| tolerance),
            _ => 0.0,
        }
    }

    /// Whether the sum is to be [prepared](Self::prepare) with the start of a run: a tree is.
    ///
    /// # Errors
    ///
    /// If memory does not hold the tree.
    pub fn wants_the_start(
        &self,
        species: &SpeciesTable,
        regularisation: &Regularisation,
    ) -> Result<bool, Failure> {
        match self {
            Self::Tree(tree) => {
                tree.require_memory(species, regularisation)?;
                Ok(true)
            }
            Self::Rings(rings) => Ok(rings.tree().is_some()),
            _ => Ok(false),
        }
    }

    /// Makes a tree as fine as its tolerance asks for at the start of a run. The same start gives the same tree.
    ///
    /// # Errors
    ///
    /// If the tolerance is out of reach there.
    pub fn prepare(&mut self, at: Particles<'_, D>) -> Result<(), Failure> {
        let (error, points, tolerance) = match self {
            Self::Tree(tree) => (tree.calibrate(at)?, tree.points(), tree.tolerance()),
            Self::Rings(rings) => {
                let error = rings.calibrate(at.cast());
                let Some((tolerance, points)) = rings.tree() else { return Ok(()) };
                (error, points, tolerance)
            }
            _ => return Ok(()),
        };
        if error.is_nan() || error > tolerance {
            return Err(Failure::TreeOutOfReach { error, points, tolerance });
        }
        Ok(())
    }

    /// Whether the sums are samples of all pairs.
    pub fn is_sampled(&self) -> bool {
        matches!(self, Self::RandomBatch(_))
    }

    /// Whether sums at two neighbouring clouds differ by more than the clouds do: cells of a tree end where
    /// particles are, and its errors jump where a particle changes cells.
    pub fn jumps(&self) -> bool {
        match self {
            Self::Tree(_) => true,
            Self::Rings(rings) => rings.tree().is_some(),
            _ => false,
        }
    }

    /// Bytes of a workspace that grows with the particles, after an evaluation.
    pub fn memory(&self) -> usize {
        match self {
            Self::Direct(_) | Self::Maxwell(_) => 0,
            Self::Tree(tree) => tree.memory(),
            Self::RandomBatch(batches) => batches.memory(),
            Self::Rings(rings) => rings.memory(),
            Self::Shells(shells) => shells.memory(),
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
            Self::Rings(rings) => match rings.tree() {
                None => "direct, of rings".to_string(),
                Some((tolerance, points)) => {
                    format!("by a tree of rings to {tolerance:e}, {points} points along an axis of a cell")
                }
            },
            Self::Shells(_) => "direct, of shells".to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collision::regularisation::Regularisation;
    use crate::error::Failure;

    #[test]
    fn a_tolerance_out_of_reach_is_refused_with_the_numbers() {
        let failure = Failure::TreeOutOfReach { error: 3.3e-9, points: 13, tolerance: 1e-9 };
        assert_eq!(
            failure.to_string(),
            "the tree reaches an error of 3.3e-9 of the rates at the start with 13 points along an axis of its cells, and more points do not help; `summation.tree.tolerance` is 1e-9: try a larger tolerance, or `direct`"
        );
    }

    /// Particles of three species with everything of their own.
    struct Owned<const D: usize> {
        species: SpeciesTable,
        velocities: Vec<[f64; D]>,
        gradients: Vec<[f64; D]>,
        weights: Vec<f64>,
        spreads: Option<Vec<f64>>,
        regularisation: Regularisation,
    }

    impl<const D: usize> Owned<D> {
        fn new(counts: [usize; 3]) -> Self {
            let mut state = 3_u64;
            let mut number = || {
                // Knuth's linear congruential generator.
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
            };
            let [a, b, c] = counts;
            let ranges = vec![0..a, a..a + b, a + b..a + b + c];
            let coefficients = vec![1.0, 0.5, 0.0, 0.5, 2.0, 0.25, 0.0, 0.25, 1.0];
            let mut vectors = || (0..a + b + c).map(|_| std::array::from_fn(|_| number())).collect();
            Self {
                species: SpeciesTable::new(vec![1.0, 3.0, 2.0], ranges, coefficients),
                velocities: vectors(),
                gradients: vectors(),
                weights: (0..a + b + c).map(|p| 1.0 + (p % 5) as f64).collect(),
                spreads: None,
                regularisation: Regularisation {
                    squares: vec![0.01, 0.01, 0.0, 0.01, 0.02, 0.02, 0.0, 0.02, 0.02],
                    fixed_squares: Vec::new(),
                },
            }
        }

        fn particles(&self) -> Particles<'_, D> {
            Particles {
                species: &self.species,
                velocities: &self.velocities,
                gradients: &self.gradients,
                weights: &self.weights,
                spreads: self.spreads.as_deref(),
                regularisation: &self.regularisation,
            }
        }

        /// Those of the particles that a condition on their numbers keeps.
        fn remaining(&self, keep: impl Fn(usize) -> bool) -> Self {
            let all = 0..self.weights.len();
            let kept: Vec<usize> = all.filter(|&p| keep(p)).collect();
            let mut species = self.species.clone();
            let before = |p: usize| kept.partition_point(|&q| q < p);
            species.take_ranges(self.species.ranges().iter().map(|r| before(r.start)..before(r.end)));
            Self {
                species,
                velocities: kept.iter().map(|&p| self.velocities[p]).collect(),
                gradients: kept.iter().map(|&p| self.gradients[p]).collect(),
                weights: kept.iter().map(|&p| self.weights[p]).collect(),
                spreads: None,
                regularisation: self.regularisation.clone(),
            }
        }
    }

    fn follow_their_particles<const D: usize>(counts: [usize; 3]) {
        let full = Owned::<D>::new(counts);
        let mut heavier = Owned::<D>::new(counts);
        heavier.weights.iter_mut().enumerate().for_each(|(p, w)| *w *= 1.0 + 0.1 * (p % 3) as f64);
        heavier.spreads = Some((0..heavier.weights.len()).map(|p| 0.01 * (p % 4) as f64).collect());
        let thinned = full.remaining(|p| p % 7 != 3);
        // The second species leaves altogether.
        let range = full.species.ranges()[1].clone();
        let without = heavier.remaining(|p| !range.contains(&p));
        let set = InstructionSet::detect();
        let kinds: [&dyn Fn() -> PairSum<D>; 4] = [
            &|| PairSum::direct(Symmetry::None, -3.0, set),
            &|| PairSum::direct(Symmetry::None, 0.0, set),
            &|| PairSum::tree(Symmetry::None, -3.0, 1e-3, set),
            &|| PairSum::random_batches(-3.0, (20, 5), set),
        ];
        for new in kinds {
            let mut lasting = new();
            for (draw, state) in [&full, &heavier, &thinned, &without, &full].into_iter().enumerate() {
                let evaluate = |pair_sum: &mut PairSum<D>| {
                    let mut sums = vec![[f64::NAN; D]; state.weights.len()];
                    let quality =
                        pair_sum.evaluate(state.particles(), draw as u64, Accuracy::Kept, &mut sums);
                    (sums, quality)
                };
                let found = evaluate(&mut lasting);
                assert!(found.0.iter().flatten().all(|sum| sum.is_finite()));
                assert_eq!(found, evaluate(&mut new()), "{}, {draw}", lasting.method());
            }
        }
    }

    #[test]
    fn weights_that_change_and_particles_that_leave_give_the_bits_of_a_new_sum() {
        follow_their_particles::<2>([700, 300, 200]);
        follow_their_particles::<3>([1500, 1300, 700]);
    }
}
