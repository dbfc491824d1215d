//! The right-hand side: scores, then the terms that they drive.
//!
//! dv_p/dt = −(1/m_i) Σ_j c_ij Σ_{q∈j} w_q A(v_p − v_q)(g_p − g_q) − (1/m_i) Σ_b c_ib n_b A(v_p − u_b) g_p,
//! with g_p = s_p / m_i, and what other [terms] add.

use crate::collision::interface::{Accuracy, Particles, SpeciesTable};
use crate::collision::pair_sum::PairSum;
use crate::collision::regularisation::Regularisation;
use crate::error::Failure;
use crate::kernel::interaction::dot;
use crate::problem::{Problem, Species};
use crate::ranks::Ranks;
use crate::score::Score;
use crate::sum::sum;
use crate::terms::{self, PairCollisions, Precision, Request, Supply, Term};
use crate::watch::fence::Fence;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The rates of change at one point of state space.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation<const D: usize> {
    /// dv_p/dt of every particle.
    pub rates: Vec<[f64; D]>,
    /// The functional of each species whose gradient the scores are.
    pub entropies: Vec<f64>,
    /// Σ_p w_p s_p · dv_p/dt ≤ 0, but for what terms supply.
    pub entropy_rate: f64,
    /// What terms bring in from outside per unit of time.
    pub supply: Supply<D>,
    /// The same, source by source, in the order of [`terms::sources`].
    pub sources: Vec<Supply<D>>,
}

impl<const D: usize> Evaluation<D> {
    /// Room for the rates of a problem, all NaN until an evaluation fills it.
    pub fn empty(problem: &Problem<D>) -> Self {
        Self {
            rates: vec![[f64::NAN; D]; problem.particles()],
            entropies: vec![f64::NAN; problem.species.len()],
            entropy_rate: f64::NAN,
            supply: Supply::default(),
            sources: Vec::new(),
        }
    }

    /// The entropy of all species.
    pub fn entropy(&self) -> f64 {
        self.entropies.iter().sum()
    }
}

/// The step that rates are evaluated in. All rates of a step are those of one right-hand side: random batches are
/// drawn once a step, by its number.
#[derive(Debug, Clone, Copy)]
pub struct InStep<'a, const D: usize> {
    /// The step's number, counted from 1; 0 before the first.
    pub number: u64,
    /// The time at which rates are evaluated.
    pub time: f64,
    /// The step's length; 0 where none is taken.
    pub length: f64,
    /// Where the step may carry particles; anywhere, if there is none.
    pub fence: Option<&'a Fence<D>>,
    /// Where it is set, evaluations of the step are refused; never, if there is none.
    pub interrupted: Option<&'a AtomicBool>,
}

impl<const D: usize> InStep<'_, D> {
    /// A step that may carry particles anywhere.
    pub fn unfenced(number: u64) -> Self {
        Self { number, time: 0.0, length: 0.0, fence: None, interrupted: None }
    }

    /// The same step at another time.
    pub fn at(self, time: f64) -> Self {
        Self { time, ..self }
    }

    /// The same step later.
    pub fn later(self, by: f64) -> Self {
        Self { time: self.time + by, ..self }
    }

    /// Ends a step that someone has interrupted, on all ranks if on one.
    fn require_uninterrupted(&self, ranks: &Ranks) -> Result<(), Failure> {
        match self.interrupted.is_some_and(|interrupted| ranks.any(interrupted.load(Ordering::Relaxed))) {
            true => Err(Failure::Interrupted),
            false => Ok(()),
        }
    }

    /// Ends a step whose particles, all finite, are thrown out.
    pub fn require_inside(&self, problem: &Problem<D>, velocities: &[[f64; D]]) -> Result<(), Failure> {
        self.fence.map_or(Ok(()), |fence| fence.require_inside(problem, velocities, self.number))
    }
}

/// What drives rates at some velocities.
#[derive(Debug, Clone, Copy)]
pub struct Drive<'a, const D: usize> {
    /// The scores there, or what a method makes of them. The rates of collisions are linear in them.
    pub scores: &'a [[f64; D]],
    /// One number ≥ 0 a particle: the |z|² in φ is |z|² and the spreads of the pair.
    pub spreads: Option<&'a [f64]>,
    /// How accurate sums are to be, of those that can choose.
    pub accuracy: Accuracy,
}

impl<'a, const D: usize> Drive<'a, D> {
    /// By scores, as accurately as was asked for.
    pub fn by(scores: &'a [[f64; D]]) -> Self {
        Self { scores, spreads: None, accuracy: Accuracy::Kept }
    }
}

/// Work done so far, and the time it took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Work {
    /// Evaluations of the rates: a sum over pairs each.
    pub evaluations: u64,
    /// Evaluations of the scores and entropies.
    pub score_evaluations: u64,
    pub score: Duration,
    pub pair_sum: Duration,
}

/// What the preparation for a start has found there. The first evaluation of a run is at the same velocities.
struct AtStart<const D: usize> {
    velocities: Vec<[f64; D]>,
    entropies: Vec<f64>,
    /// What the scores took.
    work: Work,
}

impl<const D: usize> AtStart<D> {
    /// Whether these are its velocities, to the last bit.
    fn is_at(&self, velocities: &[[f64; D]]) -> bool {
        let bits = |component: &f64| component.to_bits();
        let (own, given) = (self.velocities.iter().flatten(), velocities.iter().flatten());
        own.map(bits).eq(given.map(bits))
    }
}

/// The right-hand side of the particle system, with its workspace.
pub struct Landau<const D: usize> {
    problem: Arc<Problem<D>>,
    score: Box<dyn Score<D>>,
    terms: Vec<Box<dyn Term<D>>>,
    /// What terms know of the moving species.
    table: SpeciesTable,
    regularisation: Regularisation,
    /// h of every species, for bandwidths that follow.
    spacings: Vec<f64>,
    scores: Vec<[f64; D]>,
    gradients: Vec<[f64; D]>,
    drag: Vec<[f64; D]>,
    /// Where `scores` are those of the start.
    at_start: Option<AtStart<D>>,
    work: Work,
    ranks: Ranks,
}

impl<const D: usize> Landau<D> {
    /// With a score, and a way to sum over pairs that needs no preparation.
    pub fn new(problem: Arc<Problem<D>>, score: Box<dyn Score<D>>, pair_sum: PairSum<D>) -> Self {
        let room = vec![[f64::NAN; D]; problem.particles()];
        let mut all: Vec<Box<dyn Term<D>>> = vec![Box::new(PairCollisions::new(pair_sum))];
        all.extend(terms::beside_pairs(&problem));
        Self {
            score,
            terms: all,
            table: SpeciesTable::of_problem(&problem),
            regularisation: Regularisation::at_start(&problem),
            spacings: Vec::new(),
            scores: room.clone(),
            gradients: room.clone(),
            drag: room,
            at_start: None,
            work: Work::default(),
            ranks: Ranks::default(),
            problem,
        }
    }

    /// The same for ranks that evaluate the same velocities together: each has its part of the work, and all have the
    /// bits of one alone.
    pub fn among(mut self, ranks: &Ranks) -> Self {
        self.score.divide(ranks);
        self.terms.iter_mut().for_each(|term| term.divide(ranks));
        self.ranks = ranks.clone();
        self
    }

    /// The most ranks that have a part of the pair sums; none where that is not known before an evaluation.
    pub fn most_ranks(&self) -> Option<usize> {
        self.terms.iter().filter_map(|term| term.most_ranks(&self.table)).min()
    }

    /// Bytes that each of several ranks receives, at most, in an evaluation like the last.
    pub fn received(&self) -> usize {
        let terms: usize = self.terms.iter().map(|term| term.received()).sum();
        size_of::<f64>() * (terms + self.score.gathered(&self.problem))
    }

    /// The ranks that share the work.
    pub fn ranks(&self) -> &Ranks {
        &self.ranks
    }

    /// The same for a run that starts at the given velocities, with all terms prepared for it.
    ///
    /// # Errors
    ///
    /// If the start is out of reach for a term.
    pub fn starting_at(
        problem: Arc<Problem<D>>,
        score: Box<dyn Score<D>>,
        pair_sum: PairSum<D>,
        velocities: &[[f64; D]],
    ) -> Result<Self, Failure> {
        let mut landau = Self::new(problem, score, pair_sum);
        let wants = landau.terms.iter();
        let wants = wants.map(|term| term.wants_the_start(&landau.table, &landau.regularisation));
        if wants.collect::<Result<Vec<_>, _>>()?.contains(&true) {
            landau.prepare(velocities)?;
        }
        Ok(landau)
    }

    fn prepare(&mut self, velocities: &[[f64; D]]) -> Result<(), Failure> {
        let mut scores = std::mem::take(&mut self.scores);
        let mut entropies = vec![f64::NAN; self.problem.species.len()];
        self.evaluate_scores(velocities, InStep::unfenced(0), &mut scores, &mut entropies)?;
        self.take_gradients(&scores);
        self.scores = scores;
        let Self { problem, terms, table: species, gradients, regularisation, .. } = self;
        let weights = &problem.weights;
        let at = Particles { species, velocities, gradients, weights, spreads: None, regularisation };
        terms.iter_mut().try_for_each(|term| term.prepare(problem, at))?;
        let work = std::mem::take(&mut self.work);
        self.at_start = Some(AtStart { velocities: velocities.to_vec(), entropies, work });
        Ok(())
    }

    /// The problem whose right-hand side this is.
    pub fn problem(&self) -> &Arc<Problem<D>> {
        &self.problem
    }

    /// Takes over the weights of a state, where sources have changed them. Until then the problem has those that it was
    /// posed with.
    pub fn weigh(&mut self, weights: &[f64]) {
        if self.problem.weights != weights {
            self.at_start = None;
            Arc::make_mut(&mut self.problem).weights.copy_from_slice(weights);
        }
    }

    /// Work done so far.
    pub fn work(&self) -> Work {
        self.work
    }

    /// Ordered pairs with c_ij > 0 that one evaluation stands for.
    pub fn pairs(&self) -> u64 {
        pairs(&self.problem)
    }

    /// Bytes of the workspace after an evaluation, without the state's and the integrator's own few
    /// arrays of the same size.
    pub fn memory(&self) -> usize {
        let arrays = 3 * std::mem::size_of_val(self.scores.as_slice());
        arrays + self.score.memory() + self.terms.iter().map(|term| term.memory()).sum::<usize>()
    }

    /// δ² of every pair of species.
    pub fn regularisation(&self) -> &Regularisation {
        &self.regularisation
    }

    /// The scores of the last evaluation.
    pub fn scores(&self) -> &[[f64; D]] {
        &self.scores
    }

    /// Evaluates the right-hand side at `velocities`, for a step.
    ///
    /// # Errors
    ///
    /// If a velocity, a score or a rate cannot be trusted.
    pub fn evaluate(
        &mut self,
        velocities: &[[f64; D]],
        step: InStep<'_, D>,
        evaluation: &mut Evaluation<D>,
    ) -> Result<(), Failure> {
        let known = self.at_start.take().filter(|known| known.is_at(velocities));
        let mut scores = std::mem::take(&mut self.scores);
        let scored = match known {
            None => self.evaluate_scores(velocities, step, &mut scores, &mut evaluation.entropies),
            Some(AtStart { entropies, work, .. }) => self.require_usable(velocities, step).map(|()| {
                evaluation.entropies.copy_from_slice(&entropies);
                self.work.score_evaluations += work.score_evaluations;
                self.work.score += work.score;
            }),
        };
        let evaluated =
            scored.and_then(|()| self.evaluate_rates(velocities, step, Drive::by(&scores), evaluation));
        self.scores = scores;
        evaluated
    }

    /// Evaluates the scores and each species' functional at `velocities`, and no rates.
    pub fn evaluate_scores(
        &mut self,
        velocities: &[[f64; D]],
        step: InStep<'_, D>,
        scores: &mut [[f64; D]],
        entropies: &mut [f64],
    ) -> Result<(), Failure> {
        self.require_usable(velocities, step)?;
        let start = Instant::now();
        self.score.evaluate(&self.problem, velocities, scores, entropies)?;
        self.work.score_evaluations += 1;
        self.work.score += start.elapsed();
        Ok(())
    }

    /// Refuses velocities at which nothing is to be evaluated.
    fn require_usable(&self, velocities: &[[f64; D]], step: InStep<'_, D>) -> Result<(), Failure> {
        step.require_uninterrupted(&self.ranks)?;
        self.require_finite("a velocity", velocities, step.number)?;
        step.require_inside(&self.problem, velocities)
    }

    /// Evaluates the rates that scores drive at `velocities`, Σ w s · dv/dt and what terms supply; the entropies are left as
    /// they are. Whatever the scores and spreads, the rates keep what the problem's terms keep.
    ///
    /// Where only the scores differ between two clouds, their difference drives the difference of the rates, but for
    /// what the change of A adds.
    pub fn evaluate_rates(
        &mut self,
        velocities: &[[f64; D]],
        step: InStep<'_, D>,
        drive: Drive<'_, D>,
        evaluation: &mut Evaluation<D>,
    ) -> Result<(), Failure> {
        step.require_uninterrupted(&self.ranks)?;
        let start = Instant::now();
        let Drive { scores, spreads, accuracy } = drive;
        self.take_gradients(scores);
        self.follow(velocities);
        let Self { problem, terms, table: species, gradients, regularisation, drag, .. } = self;
        let weights = &problem.weights;
        let at = Particles { species, velocities, gradients, weights, spreads, regularisation };
        let request = Request { step: step.number, time: step.time, length: step.length, accuracy };
        drag.fill([0.0; D]);
        evaluation.supply = Supply::default();
        evaluation.sources.clear();
        for term in terms.iter_mut() {
            let supply = term.add(problem, at, request, drag)?;
            evaluation.supply = evaluation.supply.plus(1.0, supply);
            if term.source(problem).is_some() {
                evaluation.sources.push(supply);
            }
        }
        self.take_rates(&mut evaluation.rates);
        self.work.evaluations += 1;
        self.work.pair_sum += start.elapsed();
        self.require_finite("a rate of change", &evaluation.rates, step.number)?;
        let terms = self.problem.weights.iter().zip(scores).zip(&evaluation.rates);
        evaluation.entropy_rate = sum(terms.map(|((w, s), rate)| w * dot(*s, *rate)));
        match self.ranks.differing(evaluation.entropy_rate) {
            None => Ok(()),
            Some((rank, found, first)) => Err(Failure::RanksDiffer { step: step.number, rank, found, first }),
        }
    }

    /// Evaluates the rates once more for another step, at the velocities of the last evaluation, whose scores and entropies
    /// stay.
    pub fn evaluate_for(
        &mut self,
        velocities: &[[f64; D]],
        step: InStep<'_, D>,
        evaluation: &mut Evaluation<D>,
    ) -> Result<(), Failure> {
        let scores = std::mem::take(&mut self.scores);
        let evaluated = self.evaluate_rates(velocities, step, Drive::by(&scores), evaluation);
        self.scores = scores;
        evaluated
    }

    /// How exactly the rates are computed.
    pub fn precision(&self) -> Precision {
        self.terms.iter().fold(Precision::default(), |all, term| all.and(term.precision()))
    }

    /// The rates of the drag.
    fn take_rates(&self, rates: &mut [[f64; D]]) {
        for species in &self.problem.species {
            for p in species.range.clone() {
                rates[p] = self.drag[p].map(|component| -component / species.mass);
            }
        }
        // A particle whose weight a sink has taken stays where it is: forces would carry it ever farther.
        if self.problem.weights_change() {
            let weightless = self.problem.weights.iter().zip(rates).filter(|(weight, _)| **weight == 0.0);
            weightless.for_each(|(_, rate)| *rate = [0.0; D]);
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
        let problem = &self.problem;
        if !problem.follows() {
            return;
        }
        let spacing = |species: &Species<D>| species.spacing * problem.spread(species, velocities);
        self.spacings.clear();
        self.spacings.extend(problem.species.iter().map(spacing));
        self.regularisation.follow(problem, &self.spacings);
    }

    /// How scores are computed, in words.
    pub fn score_method(&self) -> String {
        self.score.method(&self.problem)
    }

    /// The spacing of the mesh over which the scores of a species are summed, where they are.
    pub fn mesh_spacing(&self, species: usize) -> Option<f64> {
        self.score.mesh_spacing(species)
    }

    /// How the terms are summed, in words.
    pub fn method(&self) -> String {
        let methods: Vec<String> = self.terms.iter().filter_map(|term| term.method()).collect();
        methods.join(", ")
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

    fn require_finite(&self, quantity: &'static str, values: &[[f64; D]], step: u64) -> Result<(), Failure> {
        for species in &self.problem.species {
            let mut components = values[species.range.clone()].iter().flatten();
            if let Some(&value) = components.find(|component| !component.is_finite()) {
                let species = species.name.clone();
                return Err(Failure::NotFinite { quantity, species, value, step });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::lanes::InstructionSet;
    use crate::scenario::parse;
    use crate::setup;
    use crate::symmetry::Symmetry;
    use serde_json::json;
    use std::sync::atomic::AtomicU64;

    /// Scores of a Maxwellian, which count how often they are asked for.
    struct Counting(Arc<AtomicU64>);

    impl Score<2> for Counting {
        fn evaluate(
            &mut self,
            problem: &Problem<2>,
            velocities: &[[f64; 2]],
            scores: &mut [[f64; 2]],
            entropies: &mut [f64],
        ) -> Result<(), Failure> {
            self.0.fetch_add(1, Ordering::Relaxed);
            for ((score, v), weight) in scores.iter_mut().zip(velocities).zip(&problem.weights) {
                *score = v.map(|component| -component * (1.0 + weight));
            }
            entropies.fill(velocities[0][0]);
            Ok(())
        }

        fn truncation(&self) -> f64 {
            0.0
        }

        fn memory(&self) -> usize {
            0
        }

        fn method(&self, _: &Problem<2>) -> String {
            String::new()
        }
    }

    #[test]
    fn scores_that_a_tree_is_made_ready_with_are_those_of_the_first_evaluation() {
        let scenario = json!({
            "version": 1, "dimension": 2,
            "species": [{
                "name": "a", "mass": 1.0, "particles": { "lattice": { "per_axis": 20 } },
                "initial": { "anisotropic_maxwellian": { "density": 1.0, "temperatures": [1.4, 0.6] } }
            }],
            "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.5 } },
            "time": { "step": 0.1, "steps": 20 }
        });
        let (scenario, _) = parse("a.json", scenario.to_string(), &[]).unwrap();
        let (problem, state) = setup::problem_and_state::<2>(&scenario).unwrap();
        let (problem, start) = (Arc::new(problem), &state.velocities);
        let moved: Vec<[f64; 2]> = start.iter().map(|v| [1.5 * v[0], v[1]]).collect();
        let heavier: Vec<f64> = problem.weights.iter().map(|weight| 2.0 * weight).collect();
        let set = InstructionSet::detect();
        let count = Arc::new(AtomicU64::new(0));
        let tree = || PairSum::tree(Symmetry::None, -3.0, 1e-3, set);
        let ready = || {
            let score = Box::new(Counting(Arc::clone(&count)));
            Landau::starting_at(Arc::clone(&problem), score, tree(), start).unwrap()
        };
        let evaluate = |landau: &mut Landau<2>, velocities: &[[f64; 2]]| {
            let (mut evaluation, before) = (Evaluation::empty(&problem), count.load(Ordering::Relaxed));
            landau.evaluate(velocities, InStep::unfenced(1), &mut evaluation).unwrap();
            (evaluation, landau.scores().to_vec(), count.load(Ordering::Relaxed) - before)
        };
        let mut landau = ready();
        let (first, first_scores, scored) = evaluate(&mut landau, start);
        assert_eq!((scored, landau.work().score_evaluations), (0, 1));
        // The second time they are computed, with the same bits.
        assert_eq!(evaluate(&mut landau, start), (first.clone(), first_scores, 1));
        assert_eq!(evaluate(&mut landau, &moved).2, 1);
        // A run that goes on from elsewhere, or with other weights, has scores of its own.
        assert_eq!(evaluate(&mut ready(), &moved).2, 1);
        let mut landau = ready();
        landau.weigh(&heavier);
        let (other, _, scored) = evaluate(&mut landau, start);
        assert!(scored == 1 && other.rates != first.rates);
    }
}
