//! What every time integrator is: a choice in a scenario with facts, and a step.

use crate::error::Failure;
use crate::landau::{Evaluation, InStep, Landau};
use crate::problem::Problem;
use crate::rules::Checks;
use crate::state::State;
use crate::terms::Supply;

/// How well a method keeps momentum and energy, where the equation conserves them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Conservation {
    /// To rounding.
    Exact,
    /// As well as its equations are solved.
    ToTolerance(f64),
    /// Momentum to rounding, energy to the order of the method.
    MomentumOnly,
}

/// What is known of a method.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    pub name: &'static str,
    /// Order of convergence in the step.
    pub order: u32,
    /// Evaluations of the right-hand side in a step; for an implicit method in one iteration. None where
    /// they follow from the problem.
    pub stages: Option<u32>,
    pub implicit: bool,
    pub conservation: Conservation,
    /// The longest step that is stable for decay, times the fastest rate of decay; none if any is.
    pub stable_interval: Option<f64>,
    /// The power of the step that the estimated error goes with; none without an estimate.
    pub error_order: Option<u32>,
}

/// The share of the stable interval that steps may use where the spectral radius is an estimate: what
/// damping there is thins out near the end.
pub const STABLE_SHARE: f64 = 0.95;

/// A step to take.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a, const D: usize> {
    /// Its number, and where it may carry particles.
    pub within: InStep<'a, D>,
    /// The rates where it begins.
    pub start: &'a Evaluation<D>,
    /// Its length in time.
    pub dt: f64,
}

/// What a step did besides moving the velocities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stepped<const D: usize> {
    /// How far the projection that ends it moved the velocities, in thermal speeds.
    pub correction: f64,
    /// What terms brought in during the step.
    pub supply: Supply<D>,
}

/// A step that was taken, with the rates at both ends.
pub struct StepTaken<'a, const D: usize> {
    pub dt: f64,
    pub before: &'a [[f64; D]],
    pub start: &'a Evaluation<D>,
    pub after: &'a [[f64; D]],
    pub end: &'a Evaluation<D>,
}

impl<const D: usize> StepTaken<'_, D> {
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

/// A method as a scenario writes it: its numbers, their rules, and what is known of it.
pub trait Method<const D: usize> {
    /// Its key in a scenario.
    fn key(&self) -> &'static str;

    /// Checks its numbers. Paths of violations are among its own keys.
    fn rules(&self, _found: &mut Checks) {}

    /// What is known of it.
    fn facts(&self) -> Facts;

    /// The method with its workspace for a problem.
    fn integrator(&self, problem: &Problem<D>) -> Box<dyn Integrator<D>>;
}

/// A method that advances the velocities by one step, with its workspace.
pub trait Integrator<const D: usize>: Send {
    fn facts(&self) -> Facts;

    /// Replaces the velocities of `state` by those a step later, with `landau` the right-hand side. The
    /// caller counts the step, and what it brought in. A step that fails leaves the velocities as they were.
    fn step(
        &mut self,
        landau: &mut Landau<D>,
        state: &mut State<D>,
        step: Step<'_, D>,
    ) -> Result<Stepped<D>, Failure>;

    /// Writes an estimate of the error of the step just taken. Called only, and to be written only, with
    /// [`Facts::error_order`].
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
