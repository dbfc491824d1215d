//! The discrete-gradient step. Entropy falls for every step length at which its equation can be solved.
//!
//! The step is v¹ = v⁰ + dt R, where the rates R are those of the pair sums at the midpoint v̄ = (v⁰ + v¹)/2.
//! In place of the score at the midpoint they use ḡ = s(v̄) + c Δv with Δv = v¹ − v⁰,
//! c = [E(v¹) − E(v⁰) − ⟨s(v̄), Δv⟩]/|Δv|² and ⟨a, b⟩ = Σ w a·b (Gonzalez, J. Nonlinear Sci. 6, 1996). Then
//! E(v¹) − E(v⁰) = ⟨ḡ, Δv⟩ = dt ⟨ḡ, R⟩ ≤ 0, since pair sums dissipate whatever the scores are. Momentum and
//! energy are kept as by the implicit midpoint rule, for any ḡ. The order is 2.
//!
//! The number c is found in an outer iteration. In each round the equation of the step is solved with c
//! fixed, and the entropy is evaluated once at the end. So the rounding of E does not affect the solution for
//! v¹. The step ends when E(v¹) − E(v⁰) and ⟨ḡ, Δv⟩ agree to the tolerance times E and to half of ⟨ḡ, Δv⟩, or
//! to the rounding of E.

use super::fixed_point::{Accuracy, ImplicitStep, default_max_iterations, default_tolerance};
use super::integrator::{Facts, Integrator, Method, Step, Stepped};
use crate::error::Failure;
use crate::kernel::interaction::dot;
use crate::landau::Landau;
use crate::problem::Problem;
use crate::rules::Checks;
use crate::state::State;
use crate::sum::sum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The most rounds for c. The smaller the correction c Δv is, the more digits each round gains.
const MOST_ROUNDS: u32 = 30;

/// Without the change of Δv, the slope of the defect in c is −|Δv|². A secant slope whose ratio to that lies
/// outside this range is due to rounding.
const SLOPE_RANGE: std::ops::RangeInclusive<f64> = 0.02..=50.0;

/// The smallest tolerance of the residual that rounding allows.
const TIGHTEST: f64 = 1e-14;

/// Discrete gradient: conserves as implicit midpoint, and entropy falls at every step, however long.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct DiscreteGradient {
    /// Residual of the equation of a step, in thermal speeds, 1e-15 to 0.01.
    #[serde(default = "default_tolerance")]
    pub tolerance: f64,
    /// Evaluations after which a step counts as failed.
    #[serde(default = "default_max_iterations")]
    pub max_iterations: u32,
}

impl DiscreteGradient {
    fn accuracy(self) -> Accuracy {
        Accuracy { tolerance: self.tolerance, most: self.max_iterations }
    }
}

impl<const D: usize> Method<D> for DiscreteGradient {
    fn key(&self) -> &'static str {
        "discrete_gradient"
    }

    fn rules(&self, found: &mut Checks) {
        self.accuracy().rules(found);
    }

    fn facts(&self) -> Facts {
        self.accuracy().facts("discrete_gradient")
    }

    fn integrator(&self, problem: &Problem<D>) -> Box<dyn Integrator<D>> {
        Box::new(DiscreteGradientSolver::new(problem, self.accuracy()))
    }
}

/// The method, with its workspace.
struct DiscreteGradientSolver<const D: usize> {
    accuracy: Accuracy,
    equation: ImplicitStep<D>,
    scores: Vec<[f64; D]>,
    end: Vec<[f64; D]>,
    entropies: Vec<f64>,
}

impl<const D: usize> DiscreteGradientSolver<D> {
    fn new(problem: &Problem<D>, accuracy: Accuracy) -> Self {
        let room = vec![[f64::NAN; D]; problem.particles()];
        Self {
            accuracy,
            equation: ImplicitStep::new(problem),
            scores: room.clone(),
            end: room,
            entropies: vec![f64::NAN; problem.species.len()],
        }
    }
}

impl<const D: usize> Integrator<D> for DiscreteGradientSolver<D> {
    fn facts(&self) -> Facts {
        self.accuracy.facts("discrete_gradient")
    }

    fn step(
        &mut self,
        landau: &mut Landau<D>,
        state: &mut State<D>,
        step: Step<'_, D>,
    ) -> Result<Stepped<D>, Failure> {
        let Step { within, start, dt } = step;
        let problem = Arc::clone(landau.problem());
        let rounding = landau.entropy_rounding(&state.velocities, start);
        self.equation.begin(landau, state, step)?;
        let entropy_scale: f64 = start.entropies.iter().map(|entropy| entropy.abs()).sum();
        let mut c = 0.0;
        // (c, defect) of the previous round.
        let mut last: Option<(f64, f64)> = None;
        let mut defect = f64::NAN;
        let mut tolerance = self.accuracy.tolerance;
        for _ in 0..MOST_ROUNDS {
            let accuracy = Accuracy { tolerance, ..self.accuracy };
            self.equation.solve(landau, state, step, c, accuracy)?;
            self.equation.end(&state.velocities, dt, &mut self.end);
            landau.evaluate_scores(&self.end, within, &mut self.scores, &mut self.entropies)?;
            let fall: f64 = self.entropies.iter().zip(&start.entropies).map(|(end, start)| end - start).sum();
            // ⟨ḡ, Δv⟩ for the end of the step just written.
            let dissipation = dt * self.equation.evaluation.entropy_rate;
            defect = fall - dissipation;
            // At most half the dissipation, so that entropy cannot rise; otherwise the tolerance.
            let allowed = (self.accuracy.tolerance * entropy_scale).min(0.5 * dissipation.abs());
            if defect.abs() <= rounding.max(allowed) {
                std::mem::swap(&mut state.velocities, &mut self.end);
                return Ok(Stepped { correction: 0.0, supply: self.equation.supply(dt) });
            }
            let terms = problem.weights.iter().zip(self.end.iter().zip(&state.velocities));
            let square = sum(terms.map(|(w, (end, start))| {
                let change: [f64; D] = std::array::from_fn(|axis| end[axis] - start[axis]);
                w * dot(change, change)
            }));
            let secant = last.map(|(last_c, last_defect)| (last_defect - defect) / (c - last_c));
            let slope = match secant {
                Some(secant) if SLOPE_RANGE.contains(&(secant / square)) => secant,
                _ => square,
            };
            if last.is_some_and(|(_, last_defect)| defect.abs() > 0.5 * last_defect.abs()) {
                // The defect no longer falls, so it is due to the residual of the solution for v¹. That is
                // solved more accurately.
                tolerance = (0.1 * tolerance).max(TIGHTEST);
            }
            last = Some((c, defect));
            c += defect / slope;
        }
        Err(Failure::EntropyNotBalanced { step: within.number, defect, rounds: MOST_ROUNDS })
    }
}
