//! The right-hand side: scores, then sums over pairs and over fixed species.
//!
//! dv_p/dt = −(1/m_i) Σ_j c_ij Σ_{q∈j} w_q A(v_p − v_q)(g_p − g_q) − (1/m_i) Σ_b c_ib n_b A(v_p − u_b) g_p,
//! with g_p = s_p / m_i.

use crate::collision::direct::DirectSum;
use crate::collision::fixed;
use crate::collision::maxwell::MomentSum;
use crate::collision::random_batch::RandomBatchSum;
use crate::collision::tree::{Cloud, Quality, TreeSum};
use crate::error::Failure;
use crate::kernel::interaction::dot;
use crate::kernel::lanes::InstructionSet;
use crate::problem::Problem;
use crate::score::Score;
use crate::sum::sum;
use std::time::{Duration, Instant};

/// The rates of change at one point of state space.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation<const D: usize> {
    /// dv_p/dt of every particle.
    pub rates: Vec<[f64; D]>,
    /// The functional of each species whose gradient the scores are.
    pub entropies: Vec<f64>,
    /// Σ_p w_p s_p · dv_p/dt ≤ 0.
    pub entropy_rate: f64,
}

impl<const D: usize> Evaluation<D> {
    /// Room for the rates of a problem, all NaN until an evaluation fills it.
    pub fn empty(problem: &Problem<D>) -> Self {
        Self {
            rates: vec![[f64::NAN; D]; problem.particles()],
            entropies: vec![f64::NAN; problem.species.len()],
            entropy_rate: f64::NAN,
        }
    }

    /// The entropy of all species.
    pub fn entropy(&self) -> f64 {
        self.entropies.iter().sum()
    }
}

/// Work done so far, and the time it took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Work {
    /// Of the right-hand side: a sum over pairs each.
    pub evaluations: u64,
    /// Of the scores and entropies without a sum over pairs.
    pub score_evaluations: u64,
    pub score: Duration,
    pub pair_sum: Duration,
}

/// How pairs are summed.
enum PairSum<const D: usize> {
    Direct(DirectSum<D>),
    Maxwell(MomentSum<D>),
    Tree(Box<TreeSum<D>>),
    RandomBatch(RandomBatchSum<D>),
}

/// The right-hand side of the particle system, with its workspace.
pub struct Landau<'p, const D: usize> {
    problem: &'p Problem<D>,
    score: Box<dyn Score<D>>,
    pair_sum: PairSum<D>,
    scores: Vec<[f64; D]>,
    gradients: Vec<[f64; D]>,
    sums: Vec<[f64; D]>,
    /// The step that evaluations belong to, for messages.
    pub step: u64,
    work: Work,
}

impl<'p, const D: usize> Landau<'p, D> {
    /// With the sum over all pairs.
    pub fn new(problem: &'p Problem<D>, score: Box<dyn Score<D>>, instruction_set: InstructionSet) -> Self {
        let counts: Vec<usize> = problem.species.iter().map(|species| species.range.len()).collect();
        let pair_sum = if problem.gamma == 0.0 {
            PairSum::Maxwell(MomentSum::default())
        } else {
            PairSum::Direct(DirectSum::new(
                problem.gamma,
                &counts,
                &problem.coefficients,
                &problem.weights,
                instruction_set,
            ))
        };
        Self::with(problem, score, pair_sum)
    }

    /// With sums by a tree to a tolerance, for a run that starts at the given velocities; by moments for γ = 0.
    ///
    /// The same start gives the same tree.
    ///
    /// # Errors
    ///
    /// If the tolerance is out of reach there, or memory does not hold the tree.
    pub fn by_tree(
        problem: &'p Problem<D>,
        score: Box<dyn Score<D>>,
        tolerance: f64,
        velocities: &[[f64; D]],
        instruction_set: InstructionSet,
    ) -> Result<Self, Failure> {
        if problem.gamma == 0.0 {
            return Ok(Self::with(problem, score, PairSum::Maxwell(MomentSum::default())));
        }
        let masses: Vec<f64> = problem.species.iter().map(|species| species.mass).collect();
        let ranges = ranges(problem);
        let cloud = Cloud {
            gamma: problem.gamma,
            masses: &masses,
            ranges: &ranges,
            coefficients: &problem.coefficients,
            weights: &problem.weights,
        };
        let mut tree = TreeSum::new(cloud, tolerance, instruction_set);
        tree.require_memory()?;
        // Only the scores are wanted of this one.
        let mut landau = Self::with(problem, score, PairSum::Maxwell(MomentSum::default()));
        let mut scores = std::mem::take(&mut landau.scores);
        let mut entropies = vec![f64::NAN; problem.species.len()];
        landau.evaluate_scores(velocities, &mut scores, &mut entropies)?;
        landau.take_gradients(&scores);
        let error = tree.calibrate(velocities, &landau.gradients)?;
        if error.is_nan() || error > tolerance {
            return Err(Failure::TreeOutOfReach { error, points: tree.points(), tolerance });
        }
        Ok(Self { scores, pair_sum: PairSum::Tree(Box::new(tree)), work: Work::default(), ..landau })
    }

    /// With sums inside random batches of about `size` particles, drawn for each step from `seed`.
    pub fn by_random_batches(
        problem: &'p Problem<D>,
        score: Box<dyn Score<D>>,
        (size, seed): (usize, u64),
        instruction_set: InstructionSet,
    ) -> Self {
        let batches = RandomBatchSum::new(
            problem.gamma,
            &ranges(problem),
            &problem.coefficients,
            &problem.weights,
            (size, seed),
            instruction_set,
        );
        Self::with(problem, score, PairSum::RandomBatch(batches))
    }

    fn with(problem: &'p Problem<D>, score: Box<dyn Score<D>>, pair_sum: PairSum<D>) -> Self {
        let room = vec![[f64::NAN; D]; problem.particles()];
        Self {
            problem,
            score,
            pair_sum,
            scores: room.clone(),
            gradients: room.clone(),
            sums: room,
            step: 0,
            work: Work::default(),
        }
    }

    /// The problem whose right-hand side this is.
    pub fn problem(&self) -> &'p Problem<D> {
        self.problem
    }

    /// Work done so far.
    pub fn work(&self) -> Work {
        self.work
    }

    /// Ordered pairs with c_ij > 0 that one evaluation stands for.
    pub fn pairs(&self) -> u64 {
        pairs(self.problem)
    }

    /// Bytes of the workspace after an evaluation, without the state's and the integrator's own few
    /// arrays of the same size.
    pub fn memory(&self) -> usize {
        let arrays = 3 * std::mem::size_of_val(self.scores.as_slice());
        let pair_sum = match &self.pair_sum {
            PairSum::Direct(_) | PairSum::Maxwell(_) => 0,
            PairSum::Tree(tree) => tree.memory(),
            PairSum::RandomBatch(batches) => batches.memory(),
        };
        arrays + self.score.memory() + pair_sum
    }

    /// The scores of the last evaluation.
    pub fn scores(&self) -> &[[f64; D]] {
        &self.scores
    }

    /// Evaluates the right-hand side at `velocities`.
    pub fn evaluate(
        &mut self,
        velocities: &[[f64; D]],
        evaluation: &mut Evaluation<D>,
    ) -> Result<(), Failure> {
        let mut scores = std::mem::take(&mut self.scores);
        let evaluated = self
            .evaluate_scores(velocities, &mut scores, &mut evaluation.entropies)
            .and_then(|()| self.evaluate_rates(velocities, &scores, None, evaluation));
        self.scores = scores;
        evaluated
    }

    /// Evaluates the scores and each species' functional at `velocities`, and no rates.
    pub fn evaluate_scores(
        &mut self,
        velocities: &[[f64; D]],
        scores: &mut [[f64; D]],
        entropies: &mut [f64],
    ) -> Result<(), Failure> {
        self.require_finite("a velocity", velocities)?;
        let start = Instant::now();
        self.work.score_evaluations += 1;
        self.score.evaluate(self.problem, velocities, scores, entropies)?;
        self.work.score += start.elapsed();
        Ok(())
    }

    /// Evaluates the rates that the scores just evaluated, or made of them, drive at `velocities`, and Σ w s · dv/dt; the entropies are
    /// left as they are. With `spreads`, one number ≥ 0 a particle, the power of |z|² in A is that of |z|²
    /// and the spreads of the pair. Whatever the scores and spreads, the rates conserve what the equation
    /// conserves.
    pub fn evaluate_rates(
        &mut self,
        velocities: &[[f64; D]],
        scores: &[[f64; D]],
        spreads: Option<&[f64]>,
        evaluation: &mut Evaluation<D>,
    ) -> Result<(), Failure> {
        let start = Instant::now();
        self.take_gradients(scores);
        match &mut self.pair_sum {
            PairSum::Direct(direct) => direct.evaluate(velocities, &self.gradients, spreads, &mut self.sums),
            PairSum::Maxwell(moments) => {
                moments.evaluate(self.problem, velocities, &self.gradients, &mut self.sums);
            }
            PairSum::Tree(tree) => {
                let quality = tree.evaluate(velocities, &self.gradients, spreads, &mut self.sums);
                Self::require_quality(quality, tree.tolerance(), self.step)?;
            }
            PairSum::RandomBatch(batches) => {
                batches.evaluate(self.step, velocities, &self.gradients, spreads, &mut self.sums);
            }
        }
        fixed::add(self.problem, velocities, &self.gradients, spreads, &mut self.sums);
        for species in &self.problem.species {
            for p in species.range.clone() {
                evaluation.rates[p] = self.sums[p].map(|component| -component / species.mass);
            }
        }
        self.work.evaluations += 1;
        self.work.score_evaluations -= 1;
        self.work.pair_sum += start.elapsed();
        self.require_finite("a rate of change", &evaluation.rates)?;
        let terms = self.problem.weights.iter().zip(scores).zip(&evaluation.rates);
        evaluation.entropy_rate = sum(terms.map(|((w, s), rate)| w * dot(*s, *rate)));
        Ok(())
    }

    /// g = s/m of every particle.
    fn take_gradients(&mut self, scores: &[[f64; D]]) {
        for species in &self.problem.species {
            for p in species.range.clone() {
                self.gradients[p] = scores[p].map(|component| component / species.mass);
            }
        }
    }

    /// The tree's sums are to its tolerance, and dissipate as far as that goes. Rates that are not finite have a
    /// failure of their own.
    fn require_quality(quality: Quality, tolerance: f64, step: u64) -> Result<(), Failure> {
        let Quality { error, entropy_rate, entropy_slack } = quality;
        if error > tolerance {
            return Err(Failure::TreeError { step, error, tolerance });
        }
        if entropy_rate > entropy_slack {
            return Err(Failure::EntropyGrows { step, rate: entropy_rate, slack: entropy_slack });
        }
        Ok(())
    }

    /// How pairs are summed, in words.
    pub fn method(&self) -> String {
        match &self.pair_sum {
            PairSum::Direct(_) => "direct".to_string(),
            PairSum::Maxwell(_) => "by moments".to_string(),
            PairSum::Tree(tree) => {
                format!(
                    "by a tree to {:e}, {} points along an axis of a cell",
                    tree.tolerance(),
                    tree.points()
                )
            }
            PairSum::RandomBatch(batches) => format!("by random batches of {}", batches.size()),
        }
    }

    /// Differences of entropy below this are rounding, or the cut-off of the mollifier.
    pub fn entropy_rounding(&self, evaluation: &Evaluation<D>) -> f64 {
        // A functional is a sum of terms ρ log ρ that partly cancel: of the size of the species' density.
        let densities = self
            .problem
            .species
            .iter()
            .map(|species| self.problem.weights[species.range.clone()].iter().sum::<f64>());
        let size: f64 = evaluation.entropies.iter().zip(densities).map(|(e, n)| e.abs() + n).sum();
        (32.0 * f64::EPSILON + self.score.truncation()) * size
    }

    fn require_finite(&self, quantity: &'static str, values: &[[f64; D]]) -> Result<(), Failure> {
        for species in &self.problem.species {
            let mut components = values[species.range.clone()].iter().flatten();
            if let Some(&value) = components.find(|component| !component.is_finite()) {
                return Err(Failure::NotFinite {
                    quantity,
                    species: species.name.clone(),
                    value,
                    step: self.step,
                });
            }
        }
        Ok(())
    }
}

/// The particles of each species.
fn ranges<const D: usize>(problem: &Problem<D>) -> Vec<std::ops::Range<usize>> {
    problem.species.iter().map(|species| species.range.clone()).collect()
}

/// Ordered pairs of distinct particles whose species have c_ij > 0.
pub fn pairs<const D: usize>(problem: &Problem<D>) -> u64 {
    let species = &problem.species;
    let mut pairs = 0;
    for (i, targets) in species.iter().enumerate() {
        for (j, sources) in species.iter().enumerate() {
            if problem.coefficients[i * species.len() + j] > 0.0 {
                let sources = sources.range.len() as u64 - u64::from(i == j && !sources.range.is_empty());
                pairs += targets.range.len() as u64 * sources;
            }
        }
    }
    pairs
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
            Landau::<3>::require_quality(quality, 1e-3, 7).map_err(|failure| failure.to_string())
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
