//! Steps as long as a tolerance allows.
//!
//! A step is accepted when its estimated error is within the tolerance in the norm of [`super::norm`],
//! the projection moved the velocities by no more than that, and entropy did not rise beyond
//! rounding; else it is undone and tried again, shorter. Lengths follow the PI control of
//! Gustafsson (ACM Trans. Math. Softw. 17, 1991), with the exponents of Hairer, Wanner, Solving
//! Ordinary Differential Equations II, equation IV.2.43c, and never exceed the method's stable
//! interval over the spectral radius of the Jacobian: an unstable tail is too thin for any norm with
//! weights to show.

use super::norm::ThermalNorm;
use super::stiffness::PowerIteration;
use super::{Integrator, STABLE_SHARE, Step, StepTaken, advance};
use crate::error::Failure;
use crate::landau::{Evaluation, Landau};
use crate::problem::Problem;
use crate::state::{Clock, State};

/// The next step aims at an error this much below the tolerance.
const SAFETY: f64 = 0.9;

/// Bounds of the ratio of one step to the next.
const LEAST_RATIO: f64 = 0.2;
const LARGEST_RATIO: f64 = 5.0;

/// The ratio after a step that gave no error to go by.
const RETREAT: f64 = 0.25;

/// Relative to the end of the run, the shortest step: a few roundings of time itself.
const SHORTEST: f64 = 16.0 * f64::EPSILON;

/// Errors below this share of the tolerance count as this, so that a lucky step does not throttle the next.
const LEAST_ERROR: f64 = 1e-4;

/// The step size control, with its workspace. What it remembers is the state's clock.
pub struct Adaptive<const D: usize> {
    end: f64,
    tolerance: f64,
    power: PowerIteration<D>,
    error: Vec<[f64; D]>,
}

/// Why a step is not good enough.
enum Verdict {
    /// It is; the error over the tolerance, and what the projection moved.
    Accepted { error: f64, correction: f64 },
    /// Its error over the tolerance is too large.
    Inaccurate(f64),
    /// Something else, in words.
    Untrustworthy(String),
}

impl<const D: usize> Adaptive<D> {
    pub fn new(problem: &Problem<D>, end: f64, tolerance: f64) -> Self {
        let error = vec![[f64::NAN; D]; problem.particles()];
        Self { end, tolerance, power: PowerIteration::new(problem), error }
    }

    /// Takes one accepted step from `state`, where velocities are `before` and rates `start`, writes the rates at its end,
    /// and returns its length and what its projection moved. The caller counts the step. A failure leaves the
    /// velocities as they were.
    pub fn advance(
        &mut self,
        landau: &mut Landau<'_, D>,
        integrator: &mut dyn Integrator<D>,
        (before, start): (&[[f64; D]], &Evaluation<D>),
        end: &mut Evaluation<D>,
        state: &mut State<D>,
    ) -> Result<(f64, f64), Failure> {
        let clock = state.clock.unwrap_or(Clock { time: 0.0, next: None, last_error: None });
        let facts = integrator.facts();
        let power = facts.error_order.map_or(f64::NAN, f64::from);
        let norm = ThermalNorm::at(landau.problem(), &state.velocities);
        // Errors are differences of velocities, which are no finer than that.
        let tolerance = self.tolerance.max(2.0 * norm.resolution());
        let mut dt = clock.next;
        let mut rejected = false;
        let mut reason = String::new();
        loop {
            let radius = self.power.radius(landau, start, state, rejected)?;
            let wanted = match dt {
                Some(dt) => dt,
                None => {
                    let scales = (radius, power, tolerance);
                    self.first_step(landau, &norm, start, (before, &mut *end), scales)?
                }
            };
            let stable = facts.stable_interval.map_or(f64::INFINITY, |end| STABLE_SHARE * end / radius);
            let remaining = self.end - clock.time;
            let step = fit(wanted.min(stable), remaining);
            // The last step of all may be as short as it likes.
            if step.is_nan() || step < remaining && step < SHORTEST * self.end {
                return Err(Failure::StepTooSmall { step: landau.step, time: clock.time, dt: step, reason });
            }
            match self.attempt(
                landau,
                integrator,
                (&norm, tolerance),
                (before, start, &mut *end),
                state,
                step,
            ) {
                Verdict::Accepted { error, correction } => {
                    let last = clock.last_error.unwrap_or(1.0);
                    let ratio = SAFETY * error.powf(-0.7 / power) * last.powf(0.4 / power);
                    let most = if rejected { 1.0 } else { LARGEST_RATIO };
                    let time = if step == remaining { self.end } else { clock.time + step };
                    let next = Some(step * ratio.clamp(LEAST_RATIO, most));
                    state.clock = Some(Clock { time, next, last_error: Some(error) });
                    return Ok((step, correction));
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
        }
    }

    /// Steps once and judges the step.
    fn attempt(
        &mut self,
        landau: &mut Landau<'_, D>,
        integrator: &mut dyn Integrator<D>,
        (norm, tolerance): (&ThermalNorm, f64),
        (before, start, end): (&[[f64; D]], &Evaluation<D>, &mut Evaluation<D>),
        state: &mut State<D>,
        dt: f64,
    ) -> Verdict {
        let problem = landau.problem();
        let stepped = integrator.step(landau, state, Step { start, dt }).and_then(|correction| {
            landau.evaluate(&state.velocities, end)?;
            Ok(correction)
        });
        let correction = match stepped {
            Ok(correction) => correction,
            Err(failure) => return Verdict::Untrustworthy(failure.to_string()),
        };
        let (after, end) = (&state.velocities, &*end);
        integrator.estimate_error(&StepTaken { dt, before, start, after, end }, &mut self.error);
        let error = norm.size(problem, &self.error) / tolerance;
        let rise = end.entropy() - start.entropy();
        let rounding = landau.entropy_rounding(after, start);
        if !error.is_finite() {
            Verdict::Untrustworthy(format!("the estimated error is {error}"))
        } else if error > 1.0 {
            Verdict::Inaccurate(error)
        } else if correction.is_nan() || correction > tolerance {
            Verdict::Untrustworthy(format!("the projection moves velocities by {correction:.1e}"))
        } else if rise.is_nan() || rise > rounding {
            Verdict::Untrustworthy(format!("entropy rises by {rise:.1e}"))
        } else {
            Verdict::Accepted { error: error.max(LEAST_ERROR), correction }
        }
    }

    /// A first step from the size of the rates and of their change (Hairer, Nørsett, Wanner, Solving
    /// Ordinary Differential Equations I, section II.4).
    fn first_step(
        &mut self,
        landau: &mut Landau<'_, D>,
        norm: &ThermalNorm,
        start: &Evaluation<D>,
        (velocities, beyond): (&[[f64; D]], &mut Evaluation<D>),
        (radius, power, tolerance): (f64, f64, f64),
    ) -> Result<f64, Failure> {
        let problem = landau.problem();
        let speed = norm.size(problem, &start.rates);
        if speed == 0.0 {
            return Ok(self.end);
        }
        let short = (0.01 / speed).min(1.0 / radius).min(self.end);
        advance(&mut self.error, velocities, short, &start.rates);
        landau.evaluate(&self.error, beyond)?;
        let turn = norm.distance(problem, &beyond.rates, &start.rates) / short;
        Ok((0.01 * tolerance / speed.max(turn)).powf(1.0 / power).min(100.0 * short))
    }
}

/// The step that comes closest to `wanted` without leaving a crumb before the end.
fn fit(wanted: f64, remaining: f64) -> f64 {
    if wanted >= remaining {
        remaining
    } else if 2.0 * wanted > remaining {
        0.5 * remaining
    } else {
        wanted
    }
}
