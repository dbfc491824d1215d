//! Whether a step of one length is stable for an explicit method, by spectral radii at the start.
//!
//! Where weights differ by many orders, the particles of the thin tail can be far stiffer than all others: there a radius
//! says little of the bulk. A second one, with the thin tail held still, then says whether the bulk is stable.

use landau::error::Failure;
use landau::integrators::{Facts, PowerIteration, STABLE_SHARE};
use landau::landau::{Evaluation, Landau};
use landau::simulation::Grid;
use landau::state::State;

/// The share of the mass of its species that the thin tail holds at most.
const THIN: f64 = 1e-6;

/// The longest stable steps of a method.
pub struct Stability {
    method: &'static str,
    /// For all particles.
    pub longest: f64,
    /// Of a step that is taken though it is longer: itself, and the longest for all but the thin tail.
    beyond: Option<(f64, f64)>,
}

/// The step that a method takes as it is told, stable or not: an explicit one of so many stages.
pub fn step_as_told(facts: &Facts, grid: Grid) -> Option<f64> {
    match grid {
        Grid::Uniform { dt, .. } if facts.stages.is_some() && facts.stable_interval.is_some() => Some(dt),
        Grid::Uniform { .. } | Grid::Adaptive { .. } => None,
    }
}

impl Stability {
    /// By some twenty evaluations, and as many again if the step is too long; none if every step is stable. `start` holds
    /// the rates of `state`.
    pub fn estimate<const D: usize>(
        facts: &Facts,
        grid: Grid,
        landau: &mut Landau<'_, D>,
        start: &Evaluation<D>,
        state: &State<D>,
    ) -> Result<Option<Self>, Failure> {
        let Some(interval) = facts.stable_interval else { return Ok(None) };
        let problem = landau.problem();
        let mut longest = |mut power: PowerIteration<D>| -> Result<Option<f64>, Failure> {
            // What it learns is not for the run, which is the same with an estimate and without.
            let mut state = State { stiffness: None, ..state.clone() };
            let radius = power.radius(landau, start, &mut state, true)?;
            Ok((radius > 0.0).then(|| STABLE_SHARE * interval / radius))
        };
        let Some(of_all) = longest(PowerIteration::new(problem))? else { return Ok(None) };
        let beyond = match step_as_told(facts, grid) {
            Some(dt) if dt > of_all => {
                let of_bulk = longest(PowerIteration::without_tails(problem, THIN))?;
                Some((dt, of_bulk.unwrap_or(f64::INFINITY)))
            }
            _ => None,
        };
        Ok(Some(Self { method: facts.name, longest: of_all, beyond }))
    }

    /// What to say of a step that is too long; times in words by `time`.
    pub fn warning(&self, time: impl Fn(f64) -> String) -> Option<String> {
        let (dt, of_bulk) = self.beyond?;
        let shorter = "take a smaller step, `adaptive`, or `runge_kutta_chebyshev` without `stages`";
        let consequence = match dt > of_bulk {
            true => format!(": the result may be wrong though nothing fails; {shorter}"),
            false => format!(
                ", but only for particles of the thin tail, {THIN:e} of the mass of each species at most; for all others it is about {}, so that moments may be right though the tail is not; to follow the tail as well, {shorter}",
                time(of_bulk)
            ),
        };
        Some(format!(
            "the step {} is beyond the longest stable one of {}, about {} at the start{consequence}",
            time(dt),
            self.method,
            time(self.longest)
        ))
    }
}
