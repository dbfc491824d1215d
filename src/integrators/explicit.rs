//! Explicit Runge–Kutta methods in which each stage needs only the stage before: forward Euler, Heun's method
//! (order 2) and the classical method (order 4). Heun's and the classical method are projected on the
//! invariants.
//!
//! Stage s is evaluated at v + a_s dt k_(s−1), and the step ends at v + dt Σ_s b_s k_s. Source: Hairer,
//! Nørsett, Wanner, Solving Ordinary Differential Equations I, table II.1.2.

use super::integrator::{Conservation, Facts, Integrator, Method, Step, StepTaken, Stepped, advance};
use super::projection;
use crate::error::Failure;
use crate::landau::{Evaluation, Landau};
use crate::problem::Problem;
use crate::rules::Checks;
use crate::state::State;
use crate::terms::Supply;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An error estimate that uses the rates at the end of the step, which the next step needs anyway.
#[derive(Debug, Clone, Copy)]
enum Estimate {
    /// (dt/2)(F(v¹) − F(v⁰)), the leading term of Euler's error.
    RateDifference,
    /// (2/3)(v⁰ − v¹ + (dt/2)(F(v⁰) + F(v¹))). For linear F it is the leading term of Heun's error, dt³ v‴/6.
    TrapezoidalDefect,
    /// (dt/6)(k₄ − F(v¹)): the difference from an embedded method of order 3, whose last stage is the first
    /// stage of the next step (Hairer, Nørsett, Wanner I, section II.4).
    LastStage,
}

/// An explicit method, with its workspace.
struct Explicit<const D: usize> {
    facts: Facts,
    estimate: Estimate,
    /// a_2, a_3, …
    nodes: &'static [f64],
    /// b_1, b_2, …
    weights: &'static [f64],
    stage: Vec<[f64; D]>,
    increment: Vec<[f64; D]>,
    evaluation: Evaluation<D>,
}

/// Explicit Euler, first order, without projection: the published baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct ForwardEuler {}

/// Explicit Runge–Kutta of order 2 (Heun) or 4 (classical), projected on the invariants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct RungeKutta {
    pub order: u32,
}

impl<const D: usize> Method<D> for ForwardEuler {
    fn key(&self) -> &'static str {
        "forward_euler"
    }

    /// Momentum is exact. Each step adds the energy (dt²/2) Σ m w |dv/dt|².
    fn facts(&self) -> Facts {
        facts("forward_euler", 1, Conservation::MomentumOnly, 2.0, 2)
    }

    fn integrator(&self, problem: &Problem<D>) -> Box<dyn Integrator<D>> {
        let facts = Method::<D>::facts(self);
        Box::new(Explicit::new(problem, facts, Estimate::RateDifference, &[], &[1.0]))
    }
}

impl<const D: usize> Method<D> for RungeKutta {
    fn key(&self) -> &'static str {
        "runge_kutta"
    }

    fn rules(&self, found: &mut Checks) {
        let order = self.order;
        found.require(matches!(order, 2 | 4), "order", || format!("found {order}; allowed: 2 or 4"));
    }

    fn facts(&self) -> Facts {
        match self.order {
            // The stable interval ends at the real root of 1 + z/2 + z²/6 + z³/24.
            4 => facts("runge_kutta 4", 4, Conservation::Exact, 2.785_293_563_405_282, 4),
            _ => facts("runge_kutta 2", 2, Conservation::Exact, 2.0, 3),
        }
    }

    fn integrator(&self, problem: &Problem<D>) -> Box<dyn Integrator<D>> {
        const CLASSICAL: [f64; 4] = [1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0];
        let facts = Method::<D>::facts(self);
        Box::new(match self.order {
            4 => Explicit::new(problem, facts, Estimate::LastStage, &[0.5, 0.5, 1.0], &CLASSICAL),
            _ => Explicit::new(problem, facts, Estimate::TrapezoidalDefect, &[1.0], &[0.5, 0.5]),
        })
    }
}

impl<const D: usize> Explicit<D> {
    fn new(
        problem: &Problem<D>,
        facts: Facts,
        estimate: Estimate,
        nodes: &'static [f64],
        weights: &'static [f64],
    ) -> Self {
        Self {
            facts,
            estimate,
            nodes,
            weights,
            stage: vec![[f64::NAN; D]; problem.particles()],
            increment: vec![[f64::NAN; D]; problem.particles()],
            evaluation: Evaluation::empty(problem),
        }
    }
}

/// The facts of an explicit method. It has as many stages as its order.
fn facts(
    name: &'static str,
    order: u32,
    conservation: Conservation,
    stable_interval: f64,
    error_order: u32,
) -> Facts {
    Facts {
        name,
        order,
        stages: Some(order),
        implicit: false,
        conservation,
        stable_interval: Some(stable_interval),
        error_order: Some(error_order),
    }
}

impl<const D: usize> Integrator<D> for Explicit<D> {
    fn facts(&self) -> Facts {
        self.facts
    }

    fn step(
        &mut self,
        landau: &mut Landau<D>,
        state: &mut State<D>,
        step: Step<'_, D>,
    ) -> Result<Stepped<D>, Failure> {
        let Step { within, start, dt } = step;
        let mut supply = Supply::default().plus(self.weights[0] * dt, start.supply);
        let velocities = &state.velocities;
        for (increment, rate) in self.increment.iter_mut().zip(&start.rates) {
            *increment = rate.map(|component| self.weights[0] * component);
        }
        for (index, (&node, &weight)) in self.nodes.iter().zip(&self.weights[1..]).enumerate() {
            let rates = if index == 0 { &start.rates } else { &self.evaluation.rates };
            advance(&mut self.stage, velocities, node * dt, rates);
            landau.evaluate(&self.stage, within.later(node * dt), &mut self.evaluation)?;
            supply = supply.plus(weight * dt, self.evaluation.supply);
            for (increment, rate) in self.increment.iter_mut().zip(&self.evaluation.rates) {
                for axis in 0..D {
                    increment[axis] += weight * rate[axis];
                }
            }
        }
        advance(&mut self.stage, velocities, dt, &self.increment);
        let correction = match self.facts.conservation {
            Conservation::Exact => {
                within.require_inside(landau.problem(), &self.stage)?;
                projection::project(landau.problem(), &state.balance(supply), &mut self.stage, within.number)?
            }
            _ => 0.0,
        };
        std::mem::swap(&mut state.velocities, &mut self.stage);
        Ok(Stepped { correction, supply })
    }

    fn estimate_error(&self, taken: &StepTaken<'_, D>, error: &mut [[f64; D]]) {
        let difference = |factor: f64, from: &[[f64; D]], error: &mut [[f64; D]]| {
            for ((error, from), to) in error.iter_mut().zip(from).zip(&taken.end.rates) {
                *error = std::array::from_fn(|axis| factor * taken.dt * (to[axis] - from[axis]));
            }
        };
        match self.estimate {
            Estimate::RateDifference => difference(0.5, &taken.start.rates, error),
            Estimate::TrapezoidalDefect => taken.trapezoidal_defect(2.0 / 3.0, error),
            Estimate::LastStage => difference(1.0 / 6.0, &self.evaluation.rates, error),
        }
    }
}
