//! Explicit Runge–Kutta methods whose stages each need only the one before: forward Euler, Heun's
//! method (order 2) and the classical method (order 4), the latter two projected on the invariants.
//!
//! Stage s is taken at v + a_s dt k_(s−1), and the step ends at v + dt Σ_s b_s k_s. Source: Hairer,
//! Nørsett, Wanner, Solving Ordinary Differential Equations I, table II.1.2.

use super::{Conservation, Facts, Integrator, advance, projection};
use crate::error::Failure;
use crate::landau::{Evaluation, Landau};
use crate::problem::Problem;
use crate::state::State;

/// An explicit method, with its workspace.
pub struct Explicit<const D: usize> {
    facts: Facts,
    /// a_2, a_3, …
    nodes: &'static [f64],
    /// b_1, b_2, …
    weights: &'static [f64],
    projected: bool,
    stage: Vec<[f64; D]>,
    increment: Vec<[f64; D]>,
    evaluation: Evaluation<D>,
}

impl<const D: usize> Explicit<D> {
    /// Euler's method as published: momentum exact, energy gains (dt²/2) Σ m w |dv/dt|² a step.
    pub fn forward_euler(problem: &Problem<D>) -> Self {
        Self::new(problem, "forward_euler", 1, &[], &[1.0], false)
    }

    /// Heun's method, projected.
    pub fn heun(problem: &Problem<D>) -> Self {
        Self::new(problem, "runge_kutta 2", 2, &[1.0], &[0.5, 0.5], true)
    }

    /// The classical Runge–Kutta method, projected.
    pub fn classical(problem: &Problem<D>) -> Self {
        const WEIGHTS: [f64; 4] = [1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0];
        Self::new(problem, "runge_kutta 4", 4, &[0.5, 0.5, 1.0], &WEIGHTS, true)
    }

    fn new(
        problem: &Problem<D>,
        name: &'static str,
        order: u32,
        nodes: &'static [f64],
        weights: &'static [f64],
        projected: bool,
    ) -> Self {
        let conservation = if projected { Conservation::Exact } else { Conservation::MomentumOnly };
        Self {
            facts: Facts { name, order, stages: weights.len() as u32, implicit: false, conservation },
            nodes,
            weights,
            projected,
            stage: vec![[f64::NAN; D]; problem.particles()],
            increment: vec![[f64::NAN; D]; problem.particles()],
            evaluation: Evaluation::empty(problem),
        }
    }
}

impl<const D: usize> Integrator<D> for Explicit<D> {
    fn facts(&self) -> Facts {
        self.facts
    }

    fn step(
        &mut self,
        landau: &mut Landau<'_, D>,
        start: &Evaluation<D>,
        state: &mut State<D>,
        dt: f64,
    ) -> Result<(), Failure> {
        let velocities = &mut state.velocities;
        for (increment, rate) in self.increment.iter_mut().zip(&start.rates) {
            *increment = rate.map(|component| self.weights[0] * component);
        }
        for (index, (&node, &weight)) in self.nodes.iter().zip(&self.weights[1..]).enumerate() {
            let rates = if index == 0 { &start.rates } else { &self.evaluation.rates };
            advance(&mut self.stage, velocities, node * dt, rates);
            landau.evaluate(&self.stage, &mut self.evaluation)?;
            for (increment, rate) in self.increment.iter_mut().zip(&self.evaluation.rates) {
                for axis in 0..D {
                    increment[axis] += weight * rate[axis];
                }
            }
        }
        for (velocity, increment) in velocities.iter_mut().zip(&self.increment) {
            for axis in 0..D {
                velocity[axis] += dt * increment[axis];
            }
        }
        if self.projected {
            projection::project(landau.problem(), &state.invariants, velocities, landau.step)?;
        }
        Ok(())
    }
}
