//! Adaptive steps: as long as a tolerance allows.
//!
//! A step is accepted if its estimated error is within the tolerance in the norm of [`super::norm`], the
//! projection moved the velocities by no more than the tolerance, and entropy did not rise beyond rounding.
//! Otherwise it is undone and repeated with a shorter length.
//!
//! Lengths follow the PI control of Gustafsson (ACM Trans. Math. Softw. 17, 1991), with the exponents of
//! Hairer, Wanner, Solving Ordinary Differential Equations II, equation IV.2.43c. They never exceed the
//! method's stable interval over the spectral radius of the Jacobian. The error estimate alone does not
//! ensure that: particles of a thin tail that go unstable weigh too little to show in a weighted norm.
//!
//! Particles that others are born among must be found on their lattice after a step, or near it; a step that throws them off is
//! repeated too. The first one lets them neither double nor, where they are born, move by more than a spacing: before there are
//! many, the norm does not see how fast they are.

use super::integrator::{STABLE_SHARE, Step, Stepped, advance};
use super::norm::ThermalNorm;
use super::split::SplitStep;
use super::stiffness::PowerIteration;
use crate::error::Failure;
use crate::landau::{Evaluation, InStep, Landau};
use crate::problem::Problem;
use crate::sources;
use crate::state::State;
use crate::time_grid::{Clock, TimeGrid};
use std::sync::Arc;

/// The factor by which a new step is shorter than the estimated error asks for.
const SAFETY: f64 = 0.9;

/// Bounds on the ratio of a step to the one before it.
const LEAST_RATIO: f64 = 0.2;
const LARGEST_RATIO: f64 = 5.0;

/// The ratio after a failed step that gave no usable error estimate.
const RETREAT: f64 = 0.25;

/// The shortest step over the time at the end of the run: a few roundings of time itself.
const SHORTEST: f64 = 16.0 * f64::EPSILON;

/// A species with births that leaves its lattice in a step in which it moves by less than this many spacings leaves it in a
/// shorter one too.
const LEAST_MOVE: f64 = 0.01;

/// Errors over the tolerance count as at least this much, so that one very small error does not shorten the
/// step after next.
const LEAST_ERROR: f64 = 1e-4;

/// The step size control, with its workspace. Its memory between steps is the clock of the state's time grid.
pub struct Adaptive<const D: usize> {
    power: PowerIteration<D>,
    error: Vec<[f64; D]>,
}

/// The judgement of a step.
enum Verdict<const D: usize> {
    /// The step is good enough; `error` is over the tolerance.
    Accepted { error: f64, stepped: Stepped<D> },
    /// Its error is too large; the error over the tolerance.
    Inaccurate(f64),
    /// Any other reason to reject it, in words.
    Untrustworthy(String),
}

impl<const D: usize> Adaptive<D> {
    pub fn new(problem: &Problem<D>) -> Self {
        let error = vec![[f64::NAN; D]; problem.particles()];
        Self { power: PowerIteration::new(problem), error }
    }

    /// Takes one accepted step from `state`, whose grid is adaptive. `before` and `start` are the velocities
    /// and the rates at the start. Writes the rates at the end of the step, and returns its length and what
    /// it did. The caller counts the step. A failure leaves the velocities as they were.
    pub fn advance(
        &mut self,
        landau: &mut Landau<D>,
        method: &mut SplitStep<D>,
        (within, before, start): (InStep<'_, D>, &[[f64; D]], &Evaluation<D>),
        end: &mut Evaluation<D>,
        state: &mut State<D>,
    ) -> Result<(f64, Stepped<D>), Failure> {
        let TimeGrid::Adaptive { end: last_time, tolerance, clock } = state.grid else {
            unreachable!("steps of one length do not adapt");
        };
        let facts = method.facts();
        let power = facts.error_order.map_or(f64::NAN, f64::from);
        let norm = ThermalNorm::at(landau.problem(), &state.velocities);
        // Errors are differences of velocities. Their rounding limits the tolerance.
        let tolerance = tolerance.max(2.0 * norm.resolution());
        let mut dt = clock.next;
        let supplied = state.supplied;
        let mut rejected = false;
        let mut reason = String::new();
        loop {
            let radius = self.power.radius(landau, (within, start), state, rejected)?;
            let wanted = match dt {
                Some(dt) => dt,
                None => {
                    let scales = (radius, power, tolerance, last_time);
                    let found =
                        self.first_step(landau, &norm, (within, start), (before, &mut *end), scales)?;
                    let of_births = sources::first_step(landau.problem(), &state.weights, &start.rates);
                    of_births.map_or(found, |of_births| found.min(of_births))
                }
            };
            let stable = facts.stable_interval.map_or(f64::INFINITY, |end| STABLE_SHARE * end / radius);
            let remaining = last_time - clock.time;
            let step = fit(wanted.min(stable), remaining);
            // The last step of the run may be arbitrarily short.
            if step.is_nan() || step < remaining && step < SHORTEST * last_time {
                return Err(Failure::StepTooSmall {
                    step: within.number,
                    time: clock.time,
                    dt: step,
                    reason,
                });
            }
            let time = if step == remaining { last_time } else { clock.time + step };
            let verdict = self.attempt(
                landau,
                method,
                (&norm, tolerance),
                (before, time, &mut *end),
                state,
                Step { within, start, dt: step },
            )?;
            match verdict {
                Verdict::Accepted { error, stepped } => {
                    let last = clock.last_error.unwrap_or(1.0);
                    let ratio = SAFETY * error.powf(-0.7 / power) * last.powf(0.4 / power);
                    let most = if rejected { 1.0 } else { LARGEST_RATIO };
                    let next = Some(step * ratio.clamp(LEAST_RATIO, most));
                    let clock = Clock { time, next, last_error: Some(error) };
                    state.grid = state.grid.with_clock(Some(clock));
                    return Ok((step, stepped));
                }
                Verdict::Inaccurate(error) => {
                    dt = Some(step * (SAFETY * error.powf(-1.0 / power)).clamp(LEAST_RATIO, SAFETY));
                    reason = format!("the estimated error is {error:.1e} times the tolerance");
                }
                Verdict::Untrustworthy(words) => {
                    dt = Some(RETREAT * step);
                    reason = words;
                }
            }
            rejected = true;
            state.velocities.copy_from_slice(before);
            state.supplied = supplied;
            method.undo(landau, state);
        }
    }

    /// Takes one step and judges it.
    ///
    /// # Errors
    ///
    /// If it is interrupted, or particles leave the lattice of births without moving far: a shorter one would do so too.
    fn attempt(
        &mut self,
        landau: &mut Landau<D>,
        method: &mut SplitStep<D>,
        (norm, tolerance): (&ThermalNorm, f64),
        (before, time, end): (&[[f64; D]], f64, &mut Evaluation<D>),
        state: &mut State<D>,
        step: Step<'_, D>,
    ) -> Result<Verdict<D>, Failure> {
        let Step { start, dt, .. } = step;
        let stepped = match method.take(landau, state, step, (time, &mut *end)) {
            Ok(stepped) => stepped,
            Err(Failure::Interrupted) => return Err(Failure::Interrupted),
            Err(failure) => return Ok(Verdict::Untrustworthy(failure.to_string())),
        };
        let taken = method.taken((before, start), (&state.velocities, &*end), dt);
        method.estimate_error(&taken, &mut self.error);
        let error = norm.size(landau.problem(), &self.error) / tolerance;
        // Collisions with backgrounds may raise entropy, and forces by the rounding of sums. Other collisions may not.
        let rise = taken.end.entropy() - taken.start.entropy() - stepped.supply.entropy.max(0.0);
        let rounding = landau.entropy_rounding(taken.after, taken.start) + taken.uncertain_entropy();
        let misfit = method.misfit(landau.problem(), state);
        if let Some((failure, moved)) = misfit {
            let words = failure.to_string();
            return if moved < LEAST_MOVE { Err(failure) } else { Ok(Verdict::Untrustworthy(words)) };
        }
        Ok(if !error.is_finite() {
            Verdict::Untrustworthy(format!("the estimated error is {error}"))
        } else if error > 1.0 {
            Verdict::Inaccurate(error)
        } else if stepped.correction.is_nan() || stepped.correction > tolerance {
            let correction = stepped.correction;
            Verdict::Untrustworthy(format!("the projection moves velocities by {correction:.1e}"))
        } else if rise.is_nan() || rise > rounding {
            Verdict::Untrustworthy(format!("entropy rises by {rise:.1e}"))
        } else {
            Verdict::Accepted { error: error.max(LEAST_ERROR), stepped }
        })
    }

    /// The length of the first step, from the size of the rates and of their change (Hairer, Nørsett, Wanner,
    /// Solving Ordinary Differential Equations I, section II.4).
    fn first_step(
        &mut self,
        landau: &mut Landau<D>,
        norm: &ThermalNorm,
        (within, start): (InStep<'_, D>, &Evaluation<D>),
        (velocities, beyond): (&[[f64; D]], &mut Evaluation<D>),
        (radius, power, tolerance, last_time): (f64, f64, f64, f64),
    ) -> Result<f64, Failure> {
        let problem = Arc::clone(landau.problem());
        let problem = problem.as_ref();
        let speed = norm.size(problem, &start.rates);
        if speed == 0.0 {
            return Ok(last_time);
        }
        let short = (0.01 / speed).min(1.0 / radius).min(last_time);
        advance(&mut self.error, velocities, short, &start.rates);
        landau.evaluate(&self.error, within, beyond)?;
        let turn = norm.distance(problem, &beyond.rates, &start.rates) / short;
        Ok((0.01 * tolerance / speed.max(turn)).powf(1.0 / power).min(100.0 * short))
    }
}

/// The step closest to `wanted` that leaves no very short step before the end.
fn fit(wanted: f64, remaining: f64) -> f64 {
    if wanted >= remaining {
        remaining
    } else if 2.0 * wanted > remaining {
        0.5 * remaining
    } else {
        wanted
    }
}
