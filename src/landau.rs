//! The right-hand side: scores, then sums over pairs and over fixed species.
//!
//! dv_p/dt = −(1/m_i) Σ_j c_ij Σ_{q∈j} w_q A(v_p − v_q)(g_p − g_q) − (1/m_i) Σ_b c_ib n_b A(v_p − u_b) g_p,
//! with g_p = s_p / m_i.

use crate::collision::fixed;
use crate::collision::pair_sum::{Accuracy, PairSum, Place};
use crate::collision::regularisation::Regularisation;
use crate::error::Failure;
use crate::kernel::interaction::dot;
use crate::kernel::lanes::InstructionSet;
use crate::problem::{Problem, Species};
use crate::score::Score;
use crate::sum::sum;
use crate::watch::fence::Fence;
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

/// The right-hand side of the particle system, with its workspace.
pub struct Landau<'p, const D: usize> {
    problem: &'p Problem<D>,
    score: Box<dyn Score<D>>,
    pair_sum: PairSum<D>,
    regularisation: Regularisation,
    /// h of every species, for bandwidths that follow.
    spacings: Vec<f64>,
    scores: Vec<[f64; D]>,
    gradients: Vec<[f64; D]>,
    sums: Vec<[f64; D]>,
    /// The step that evaluations belong to, for messages.
    pub step: u64,
    /// Where its particles may go.
    pub fence: Fence<D>,
    work: Work,
}

impl<'p, const D: usize> Landau<'p, D> {
    /// With the sum over all pairs.
    pub fn new(problem: &'p Problem<D>, score: Box<dyn Score<D>>, instruction_set: InstructionSet) -> Self {
        Self::with(problem, score, PairSum::direct(problem, instruction_set))
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
        let mut landau = Self::with(problem, score, PairSum::tree(problem, tolerance, instruction_set));
        if let PairSum::Tree(tree) = &landau.pair_sum {
            tree.require_memory(&landau.regularisation)?;
            let mut scores = std::mem::take(&mut landau.scores);
            let mut entropies = vec![f64::NAN; problem.species.len()];
            landau.evaluate_scores(velocities, &mut scores, &mut entropies)?;
            landau.take_gradients(&scores);
            landau.scores = scores;
        }
        let Self { pair_sum, gradients, regularisation, .. } = &mut landau;
        if let PairSum::Tree(tree) = pair_sum {
            let error = tree.calibrate(Place { velocities, gradients, spreads: None, regularisation })?;
            if error.is_nan() || error > tolerance {
                return Err(Failure::TreeOutOfReach { error, points: tree.points(), tolerance });
            }
        }
        Ok(Self { work: Work::default(), ..landau })
    }

    /// With sums inside random batches of about so many particles, drawn for each step from a seed.
    pub fn by_random_batches(
        problem: &'p Problem<D>,
        score: Box<dyn Score<D>>,
        batches: (usize, u64),
        instruction_set: InstructionSet,
    ) -> Self {
        Self::with(problem, score, PairSum::random_batches(problem, batches, instruction_set))
    }

    fn with(problem: &'p Problem<D>, score: Box<dyn Score<D>>, pair_sum: PairSum<D>) -> Self {
        let room = vec![[f64::NAN; D]; problem.particles()];
        Self {
            problem,
            score,
            pair_sum,
            regularisation: Regularisation::at_start(problem),
            spacings: Vec::new(),
            scores: room.clone(),
            gradients: room.clone(),
            sums: room,
            step: 0,
            fence: Fence::default(),
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
        arrays + self.score.memory() + self.pair_sum.memory()
    }

    /// δ² of every pair of species.
    pub fn regularisation(&self) -> &Regularisation {
        &self.regularisation
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
        self.require_inside(velocities)?;
        let start = Instant::now();
        self.work.score_evaluations += 1;
        self.score.evaluate(self.problem, velocities, scores, entropies)?;
        self.work.score += start.elapsed();
        Ok(())
    }

    /// Evaluates the rates that the scores just evaluated, or made of them, drive at `velocities`, and Σ w s · dv/dt; the entropies are
    /// left as they are. With `spreads`, one number ≥ 0 a particle, the |z|² in φ is |z|² and the spreads of the pair. Whatever the scores and spreads, the rates conserve what the equation
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
        self.follow(velocities);
        let Self { gradients, regularisation, .. } = self;
        let at = Place { velocities, gradients, spreads, regularisation };
        self.pair_sum.evaluate(self.problem, self.step, at, Accuracy::Kept, &mut self.sums)?;
        fixed::add(self.problem, at, &mut self.sums);
        self.take_rates(&mut evaluation.rates);
        self.work.evaluations += 1;
        self.work.score_evaluations -= 1;
        self.work.pair_sum += start.elapsed();
        self.require_finite("a rate of change", &evaluation.rates)?;
        let terms = self.problem.weights.iter().zip(scores).zip(&evaluation.rates);
        evaluation.entropy_rate = sum(terms.map(|((w, s), rate)| w * dot(*s, *rate)));
        Ok(())
    }

    /// Ends a step whose particles are thrown out.
    pub fn require_inside(&self, velocities: &[[f64; D]]) -> Result<(), Failure> {
        self.fence.require_inside(self.problem, velocities, self.step)
    }

    /// The relative error of the pair sums that is asked for; 0 for sums that have none but rounding, or are what they
    /// sample.
    pub fn sum_tolerance(&self) -> f64 {
        match &self.pair_sum {
            PairSum::Tree(tree) => tree.tolerance(),
            PairSum::Direct(_) | PairSum::Maxwell(_) | PairSum::RandomBatch(_) => 0.0,
        }
    }

    /// Whether pair sums are samples of all pairs.
    pub fn sums_are_sampled(&self) -> bool {
        matches!(self.pair_sum, PairSum::RandomBatch(_))
    }

    /// Whether rates at two neighbouring clouds differ by more than the clouds do.
    pub fn jumps(&self) -> bool {
        self.pair_sum.jumps()
    }

    /// Overwrites `rates` with what `scores` drive at `velocities`, by a tree to a few parts in a thousand. Rates are
    /// linear in the scores: the change of scores between two clouds drives the difference of their rates, but for
    /// what the change of A adds.
    pub fn evaluate_driven(
        &mut self,
        velocities: &[[f64; D]],
        scores: &[[f64; D]],
        rates: &mut [[f64; D]],
    ) -> Result<(), Failure> {
        let start = Instant::now();
        self.take_gradients(scores);
        self.follow(velocities);
        let Self { gradients, regularisation, .. } = self;
        let at = Place { velocities, gradients, spreads: None, regularisation };
        self.pair_sum.evaluate(self.problem, self.step, at, Accuracy::Rough, &mut self.sums)?;
        fixed::add(self.problem, at, &mut self.sums);
        self.take_rates(rates);
        self.work.evaluations += 1;
        self.work.score_evaluations -= 1;
        self.work.pair_sum += start.elapsed();
        self.require_finite("a rate of change", rates)
    }

    /// The rates of the sums.
    fn take_rates(&self, rates: &mut [[f64; D]]) {
        for species in &self.problem.species {
            for p in species.range.clone() {
                rates[p] = self.sums[p].map(|component| -component / species.mass);
            }
        }
    }

    /// g = s/m of every particle.
    fn take_gradients(&mut self, scores: &[[f64; D]]) {
        for species in &self.problem.species {
            for p in species.range.clone() {
                self.gradients[p] = scores[p].map(|component| component / species.mass);
            }
        }
    }

    /// Takes δ from the spacings at `velocities`, where these follow.
    fn follow(&mut self, velocities: &[[f64; D]]) {
        let problem = self.problem;
        if !problem.follows() {
            return;
        }
        let spacing = |species: &Species<D>| {
            let range = species.range.clone();
            species.spacing * species.spread(&velocities[range.clone()], &problem.weights[range])
        };
        self.spacings.clear();
        self.spacings.extend(problem.species.iter().map(spacing));
        self.regularisation.follow(problem, &self.spacings);
    }

    /// How scores are computed, in words.
    pub fn score_method(&self) -> String {
        self.score.method(self.problem)
    }

    /// The spacing of the mesh over which the scores of a species are summed, where they are.
    pub fn mesh_spacing(&self, species: usize) -> Option<f64> {
        self.score.mesh_spacing(species)
    }

    /// How pairs are summed, in words.
    pub fn method(&self) -> String {
        self.pair_sum.method()
    }

    /// Differences of entropy below this are rounding, of terms or of the velocities, or the cut-off of the mollifier.
    /// `velocities` are those of the last evaluation of the right-hand side, or near.
    pub fn entropy_rounding(&self, velocities: &[[f64; D]], evaluation: &Evaluation<D>) -> f64 {
        // A functional is a sum of terms ρ log ρ that partly cancel: of the size of the species' density.
        let densities = self
            .problem
            .species
            .iter()
            .map(|species| self.problem.weights[species.range.clone()].iter().sum::<f64>());
        let size: f64 = evaluation.entropies.iter().zip(densities).map(|(e, n)| e.abs() + n).sum();
        let slopes = self.problem.weights.iter().zip(&self.scores).zip(velocities);
        let displaced: f64 = slopes.map(|((w, s), v)| w * (dot(*s, *s) * dot(*v, *v)).sqrt()).sum();
        (32.0 * f64::EPSILON + self.score.truncation()) * size + 0.5 * f64::EPSILON * displaced
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
