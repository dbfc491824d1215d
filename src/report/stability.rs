//! Whether a step of one length is stable for an explicit method, by spectral radii at the start.
//!
//! Where weights differ by many orders, the particles of the thin tail can be far stiffer than all others: there a radius
//! says little of the bulk. A second one, with the thin tail held still, then says whether the bulk is stable.

use super::quantities::QuantityFormat;
use crate::error::Failure;
use crate::integrators::{Facts, PowerIteration, STABLE_SHARE};
use crate::kernel::lanes::InstructionSet;
use crate::landau::{Evaluation, InStep, Landau};
use crate::problem::Problem;
use crate::ranks::Ranks;
use crate::scenario::Scenario;
use crate::setup;
use crate::state::State;
use crate::time_grid::TimeGrid;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

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
fn step_as_told(facts: &Facts, grid: TimeGrid) -> Option<f64> {
    match grid {
        TimeGrid::Uniform { dt, .. } if facts.stages.is_some() && facts.stable_interval.is_some() => Some(dt),
        TimeGrid::Uniform { .. } | TimeGrid::Adaptive { .. } => None,
    }
}

impl Stability {
    /// By some twenty evaluations, and as many again if the step is too long; none if every step is stable. `start` holds
    /// the rates of `state` in the step that begins there, in which `interrupted` ends the estimate.
    pub fn estimate<const D: usize>(
        facts: &Facts,
        landau: &mut Landau<D>,
        start: &Evaluation<D>,
        state: &State<D>,
        interrupted: Option<&AtomicBool>,
    ) -> Result<Option<Self>, Failure> {
        let Some(interval) = facts.stable_interval else { return Ok(None) };
        let problem = Arc::clone(landau.problem());
        let within = InStep { interrupted, ..InStep::unfenced(state.step + 1) };
        let mut longest = |mut power: PowerIteration<D>| -> Result<Option<f64>, Failure> {
            // What it learns is not for the run, which is the same with an estimate and without.
            let mut state = State { stiffness: None, ..state.clone() };
            let radius = power.radius(landau, (within, start), &mut state, true)?;
            Ok((radius > 0.0).then(|| STABLE_SHARE * interval / radius))
        };
        let Some(of_all) = longest(PowerIteration::new(&problem))? else { return Ok(None) };
        let beyond = match step_as_told(facts, state.grid) {
            Some(dt) if dt > of_all => {
                let of_bulk = longest(PowerIteration::without_tails(&problem, THIN))?;
                Some((dt, of_bulk.unwrap_or(f64::INFINITY)))
            }
            _ => None,
        };
        Ok(Some(Self { method: facts.name, longest: of_all, beyond }))
    }

    /// What to say of a step that is too long.
    pub fn warning(&self, words: &QuantityFormat) -> Option<String> {
        let time = |time: f64| words.time(time);
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

/// Evaluations of a run, beside which the twenty or so of an estimate of the stiffness do not count.
const MANY: u64 = 300;

/// Warns of a step that is too long, where the run is long enough for an estimate of the stiffness at `state`.
///
/// The estimate has a right-hand side of its own: the run is the same with it and without. There is none, nor a warning,
/// once `interrupted` is set.
pub fn step_warning<const D: usize>(
    scenario: &Scenario,
    problem: &Arc<Problem<D>>,
    state: &State<D>,
    (ranks, instruction_set): (&Ranks, InstructionSet),
    interrupted: &AtomicBool,
) -> Option<String> {
    let facts = scenario.integrator.facts();
    step_as_told(&facts, state.grid)?;
    let TimeGrid::Uniform { steps, .. } = state.grid else { return None };
    if (steps - state.step.min(steps)).saturating_mul(u64::from(facts.stages?)) < MANY {
        return None;
    }
    let landau = setup::landau(scenario, problem, &state.velocities, instruction_set).ok()?;
    let mut landau = landau.among(ranks);
    let mut start = Evaluation::empty(problem);
    let within = InStep { interrupted: Some(interrupted), ..InStep::unfenced(state.step + 1) };
    landau.evaluate(&state.velocities, within, &mut start).ok()?;
    let stability = Stability::estimate(&facts, &mut landau, &start, state, within.interrupted).ok()??;
    stability.warning(&QuantityFormat::new(problem.scales))
}
