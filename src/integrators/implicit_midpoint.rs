//! Implicit midpoint, v¹ = v⁰ + dt F((v⁰ + v¹)/2), solved by fixed-point iteration from Euler's step.
//!
//! Momentum is linear and energy quadratic, and F at the midpoint is orthogonal to the midpoint: both
//! are conserved as well as the equation is solved (Hairer, Lubich, Wanner, Geometric Numerical
//! Integration, IV.2). Second order.

use super::{Conservation, Facts, Integrator, advance};
use crate::error::Failure;
use crate::functionals::moments::Moments;
use crate::landau::{Evaluation, Landau};
use crate::problem::Problem;
use crate::state::State;
use crate::sum::sum;

/// The implicit midpoint rule, with its workspace.
pub struct ImplicitMidpoint<const D: usize> {
    tolerance: f64,
    max_iterations: u32,
    middle: Vec<[f64; D]>,
    end: Vec<[f64; D]>,
    evaluation: Evaluation<D>,
}

impl<const D: usize> ImplicitMidpoint<D> {
    /// Iterates until the change of an iteration, in the norm of [`change`], is at most `tolerance`.
    pub fn new(problem: &Problem<D>, tolerance: f64, max_iterations: u32) -> Self {
        let room = vec![[f64::NAN; D]; problem.particles()];
        Self {
            tolerance,
            max_iterations,
            middle: room.clone(),
            end: room,
            evaluation: Evaluation::empty(problem),
        }
    }
}

impl<const D: usize> Integrator<D> for ImplicitMidpoint<D> {
    fn facts(&self) -> Facts {
        Facts {
            name: "implicit_midpoint",
            order: 2,
            stages: 1,
            implicit: true,
            conservation: Conservation::ToTolerance(self.tolerance),
        }
    }

    fn step(
        &mut self,
        landau: &mut Landau<'_, D>,
        start: &Evaluation<D>,
        state: &mut State<D>,
        dt: f64,
    ) -> Result<(), Failure> {
        let problem = landau.problem();
        let speeds = thermal_speeds(problem, &state.velocities);
        advance(&mut self.end, &state.velocities, dt, &start.rates);
        let mut last_change = f64::INFINITY;
        for _ in 0..self.max_iterations {
            for ((middle, start), end) in self.middle.iter_mut().zip(&state.velocities).zip(&self.end) {
                for axis in 0..D {
                    middle[axis] = 0.5 * (start[axis] + end[axis]);
                }
            }
            landau.evaluate(&self.middle, &mut self.evaluation)?;
            // The midpoint's room takes the new end, which is then compared with the old.
            advance(&mut self.middle, &state.velocities, dt, &self.evaluation.rates);
            std::mem::swap(&mut self.middle, &mut self.end);
            last_change = change(problem, &speeds, &self.middle, &self.end);
            if last_change <= self.tolerance {
                std::mem::swap(&mut state.velocities, &mut self.end);
                return Ok(());
            }
        }
        Err(Failure::NotConverged {
            step: landau.step,
            iterations: self.max_iterations,
            change: last_change,
            tolerance: self.tolerance,
        })
    }
}

/// √(T/m) of every species.
fn thermal_speeds<const D: usize>(problem: &Problem<D>, velocities: &[[f64; D]]) -> Vec<f64> {
    let of = |species: &crate::problem::Species<D>| {
        let range = species.range.clone();
        let moments = Moments::of(species.mass, &velocities[range.clone()], &problem.weights[range]);
        // A species of one particle has no thermal speed; its own speed, or 1 at rest, takes its place.
        let speed = (moments.temperature() / species.mass).sqrt();
        let own = moments.velocity.iter().map(|c| c * c).sum::<f64>().sqrt();
        [speed, own].into_iter().find(|&speed| speed > 0.0).unwrap_or(1.0)
    };
    problem.species.iter().map(of).collect()
}

/// The largest over all species of the weighted root mean square change of velocity, in thermal speeds.
fn change<const D: usize>(problem: &Problem<D>, speeds: &[f64], from: &[[f64; D]], to: &[[f64; D]]) -> f64 {
    let mut largest = 0.0;
    for (species, speed) in problem.species.iter().zip(speeds) {
        let range = species.range.clone();
        let weights = &problem.weights[range.clone()];
        let squares = from[range.clone()].iter().zip(&to[range]).zip(weights);
        let square =
            sum(squares.map(|((a, b), w)| w * (0..D).map(|axis| (a[axis] - b[axis]).powi(2)).sum::<f64>()));
        let change = (square / sum(weights.iter().copied())).sqrt() / speed;
        // Not `max`, which would hide a NaN.
        if change > largest || change.is_nan() {
            largest = change;
        }
    }
    largest
}
