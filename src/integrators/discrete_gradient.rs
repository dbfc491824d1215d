//! The discrete-gradient step, which lets entropy fall at any length its equation can be solved for.
//!
//! v¹ = v⁰ + dt B(v̄) ḡ: pairs at the midpoint v̄ = (v⁰ + v¹)/2, and in place of the score there
//! ḡ = s(v̄) + c Δv, c = [E(v¹) − E(v⁰) − ⟨s(v̄), Δv⟩]/|Δv|², ⟨a, b⟩ = Σ w a·b (Gonzalez, J. Nonlinear
//! Sci. 6, 1996). Then E(v¹) − E(v⁰) = ⟨ḡ, Δv⟩ = −dt ⟨ḡ, B ḡ⟩ ≤ 0, and momentum and energy are kept as by
//! the implicit midpoint rule, for any ḡ at all. Second order.
//!
//! The number c is found outside the equation of the step, which is solved with c held: one entropy
//! at the end a round, and the rounding of E never spoils the solution for v¹. The step ends when
//! E(v¹) − E(v⁰) is ⟨ḡ, Δv⟩ to the tolerance times E and to half of itself, or to the rounding of E.

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

/// Rounds for c at most; each wins about as many digits as the step's correction is small.
const MOST_ROUNDS: u32 = 30;

/// The slope of the defect in c is −|Δv|² but for the change of Δv; a secant that says otherwise by more
/// than this factor is one of rounding.
const SLOPE_RANGE: std::ops::RangeInclusive<f64> = 0.02..=50.0;

/// A residual no rounding stands in the way of.
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
        // (c, defect) of the round before.
        let mut last: Option<(f64, f64)> = None;
        let mut defect = f64::NAN;
        let mut tolerance = self.accuracy.tolerance;
        for _ in 0..MOST_ROUNDS {
            let accuracy = Accuracy { tolerance, ..self.accuracy };
            self.equation.solve(landau, state, step, c, accuracy)?;
            self.equation.end(&state.velocities, dt, &mut self.end);
            landau.evaluate_scores(&self.end, within, &mut self.scores, &mut self.entropies)?;
            let fall: f64 = self.entropies.iter().zip(&start.entropies).map(|(end, start)| end - start).sum();
            // ⟨ḡ, Δv⟩, of the end that was written.
            let dissipation = dt * self.equation.evaluation.entropy_rate;
            defect = fall - dissipation;
            // Half the dissipation leaves entropy no room to rise; the rest is as exact as was asked for.
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
                // The defect is that of the solution for v¹: solve better.
                tolerance = (0.1 * tolerance).max(TIGHTEST);
            }
            last = Some((c, defect));
            c += defect / slope;
        }
        Err(Failure::EntropyNotBalanced { step: within.number, defect, rounds: MOST_ROUNDS })
    }
}
