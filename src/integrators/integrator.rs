//! The two traits of a time integrator: a method as a scenario gives it, with its facts, and its step.

use crate::error::Failure;
use crate::landau::{Evaluation, InStep, Landau};
use crate::problem::Problem;
use crate::rules::Checks;
use crate::state::State;
use crate::terms::Supply;

/// How accurately a method keeps momentum and energy if the equation conserves them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Conservation {
    /// To rounding.
    Exact,
    /// Momentum to rounding, energy to the tolerance of its equations, in thermal speeds.
    ToTolerance(f64),
    /// Momentum to rounding, energy to the order of the method.
    MomentumOnly,
}

/// The properties of a method.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    pub name: &'static str,
    /// Order of convergence in the step.
    pub order: u32,
    /// Evaluations of the right-hand side in a step, or in one iteration of an implicit method. None if the
    /// number depends on the problem.
    pub stages: Option<u32>,
    pub implicit: bool,
    pub conservation: Conservation,
    /// The longest stable step times the fastest rate of decay. None if every step is stable.
    pub stable_interval: Option<f64>,
    /// The power of the step length with which the estimated error scales. None if there is no estimate.
    pub error_order: Option<u32>,
}

/// The share of the stable interval that steps may use when the spectral radius is an estimate. Near the end
/// of the interval there is hardly any damping.
pub const STABLE_SHARE: f64 = 0.95;

/// A step to take.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a, const D: usize> {
    /// The number of the step, and the limits on how far it may move particles.
    pub within: InStep<'a, D>,
    /// The rates at its start.
    pub start: &'a Evaluation<D>,
    /// Its length in time.
    pub dt: f64,
}

/// The results of a step besides the new velocities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stepped<const D: usize> {
    /// How far the final projection moved the velocities, in thermal speeds.
    pub correction: f64,
    /// What terms brought in during the step.
    pub supply: Supply<D>,
}

/// A completed step, with velocities and rates at both ends.
pub struct StepTaken<'a, const D: usize> {
    pub dt: f64,
    pub before: &'a [[f64; D]],
    pub start: &'a Evaluation<D>,
    pub after: &'a [[f64; D]],
    pub end: &'a Evaluation<D>,
}

/// The entropy that terms bring in over a step is known from its rates to this share.
const KNOWN_ENTROPY: f64 = 0.2;

impl<const D: usize> StepTaken<'_, D> {
    /// How far the change of entropy may be from what its rates and the supply say, for what terms bring in.
    pub fn uncertain_entropy(&self) -> f64 {
        let largest = self.start.supply.entropy.abs().max(self.end.supply.entropy.abs());
        KNOWN_ENTROPY * self.dt * largest
    }

    /// error ← factor (v⁰ − v¹ + (dt/2)(F(v⁰) + F(v¹))).
    pub(super) fn trapezoidal_defect(&self, factor: f64, error: &mut [[f64; D]]) {
        let velocities = self.before.iter().zip(self.after);
        let rates = self.start.rates.iter().zip(&self.end.rates);
        for ((error, (before, after)), (start, end)) in error.iter_mut().zip(velocities).zip(rates) {
            *error = std::array::from_fn(|axis| {
                factor * (before[axis] - after[axis] + 0.5 * self.dt * (start[axis] + end[axis]))
            });
        }
    }
}

/// A method as a scenario gives it: its numbers, their rules, and its facts.
pub trait Method<const D: usize> {
    /// Its key in a scenario.
    fn key(&self) -> &'static str;

    /// Checks its numbers. Paths of violations start below its key.
    fn rules(&self, _found: &mut Checks) {}

    /// The properties of the method.
    fn facts(&self) -> Facts;

    /// The integrator, with its workspace for a problem.
    fn integrator(&self, problem: &Problem<D>) -> Box<dyn Integrator<D>>;
}

/// A method that advances the velocities by one step, with its workspace.
pub trait Integrator<const D: usize>: Send {
    fn facts(&self) -> Facts;

    /// Advances the velocities of `state` by one step of the right-hand side `landau`. The caller counts the
    /// step and adds up the supply. A failed step leaves the velocities as they were.
    fn step(
        &mut self,
        landau: &mut Landau<D>,
        state: &mut State<D>,
        step: Step<'_, D>,
    ) -> Result<Stepped<D>, Failure>;

    /// Writes an estimate of the error of the step just taken. Methods implement it if they have an
    /// [`Facts::error_order`]. It is called for no others.
    fn estimate_error(&self, _taken: &StepTaken<'_, D>, _error: &mut [[f64; D]]) {
        unreachable!("the facts promise no estimate");
    }
}

/// target ← base + factor × rates.
pub fn advance<const D: usize>(target: &mut [[f64; D]], base: &[[f64; D]], factor: f64, rates: &[[f64; D]]) {
    for ((target, base), rate) in target.iter_mut().zip(base).zip(rates) {
        for axis in 0..D {
            target[axis] = base[axis] + factor * rate[axis];
        }
    }
}
