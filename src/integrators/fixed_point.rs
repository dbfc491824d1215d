//! The equation of an implicit step, v¹ = v⁰ + dt R((v⁰ + v¹)/2), solved.
//!
//! Unknown is the change x = v¹ − v⁰ in the metric of [`super::norm`], where the linearised equation
//! is symmetric. Accelerated fixed-point iteration first; where that stalls, Newton–Krylov from its
//! best iterate. What comes back is dt R at the solution, so that invariants that are linear in v are
//! kept whatever the tolerance.

use super::advance;
use super::anderson::Anderson;
use super::newton_krylov::NewtonKrylov;
use super::norm::ThermalNorm;
use crate::error::Failure;
use crate::landau::{Evaluation, Landau};
use crate::problem::Problem;
use crate::state::State;

/// Writes f(x) into the second slice.
pub type Residual<'a> = dyn FnMut(&[f64], &mut [f64]) -> Result<(), Failure> + 'a;

/// Evaluates the rates of a method's equation at some midpoint.
pub type Rates<'a, const D: usize> =
    dyn FnMut(&mut Landau<'_, D>, &[[f64; D]], &mut Evaluation<D>) -> Result<(), Failure> + 'a;

/// The first guess moves no particle by more than so many thermal speeds, in the mean.
const LONGEST_GUESS: f64 = 0.1;

/// How well, and with how much work at most, an equation is solved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// Length of the residual, in thermal speeds.
    pub tolerance: f64,
    /// Evaluations of R.
    pub most: u32,
}

/// The equation, with its workspace.
pub struct ImplicitStep<const D: usize> {
    anderson: Anderson,
    newton: NewtonKrylov,
    metric: Vec<f64>,
    /// x, kept from one solution to the next of the same step.
    change: Vec<f64>,
    middle: Vec<[f64; D]>,
    evaluations: u32,
    /// R at the solution.
    pub evaluation: Evaluation<D>,
}

impl<const D: usize> ImplicitStep<D> {
    pub fn new(problem: &Problem<D>) -> Self {
        Self {
            anderson: Anderson::default(),
            newton: NewtonKrylov::default(),
            metric: Vec::new(),
            change: Vec::new(),
            middle: vec![[f64::NAN; D]; problem.particles()],
            evaluations: 0,
            evaluation: Evaluation::empty(problem),
        }
    }

    /// Begins a step from `velocities`, where the rates are `start`.
    pub fn begin(&mut self, problem: &Problem<D>, velocities: &[[f64; D]], start: &Evaluation<D>, dt: f64) {
        let norm = ThermalNorm::at(problem, velocities);
        self.metric = norm.metric(problem);
        let speed = norm.unweighted(problem, &start.rates);
        let span = if speed * dt > LONGEST_GUESS { LONGEST_GUESS / speed } else { dt };
        self.change.clear();
        let rates = start.rates.iter().zip(&self.metric);
        self.change.extend(rates.flat_map(|(rate, factor)| rate.map(|component| factor * span * component)));
        self.evaluations = 0;
    }

    /// Solves the equation with R written by `rates` from (the midpoint, v¹ − v⁰).
    pub fn solve(
        &mut self,
        landau: &mut Landau<'_, D>,
        state: &State<D>,
        dt: f64,
        accuracy: Accuracy,
        rates: &mut Rates<'_, D>,
    ) -> Result<(), Failure> {
        let Accuracy { tolerance, most } = accuracy;
        let step = landau.step;
        let (metric, middle) = (&self.metric, &mut self.middle);
        let (evaluation, evaluations) = (&mut self.evaluation, &mut self.evaluations);
        let mut smallest = f64::INFINITY;
        let mut residual = |x: &[f64], residual: &mut [f64]| {
            if *evaluations >= most {
                return Err(Failure::NotConverged { step, iterations: most, change: smallest, tolerance });
            }
            *evaluations += 1;
            let changes = x.chunks_exact(D).zip(metric);
            for ((middle, start), (x, factor)) in middle.iter_mut().zip(&state.velocities).zip(changes) {
                *middle = std::array::from_fn(|axis| start[axis] + 0.5 * x[axis] / factor);
            }
            rates(landau, middle, evaluation)?;
            let components = residual.chunks_exact_mut(D).zip(x.chunks_exact(D));
            for ((residual, x), (rate, factor)) in components.zip(evaluation.rates.iter().zip(metric)) {
                for axis in 0..D {
                    residual[axis] = factor * dt * rate[axis] - x[axis];
                }
            }
            smallest = length(residual).min(smallest);
            Ok(())
        };
        let solved = self.anderson.solve(&mut self.change, tolerance, &mut residual)?
            || self.newton.solve(&mut self.change, tolerance, &mut residual)?;
        if solved {
            return Ok(());
        }
        let iterations = self.evaluations;
        Err(Failure::NotConverged { step, iterations, change: smallest, tolerance })
    }

    /// Writes the end of the step, v⁰ + dt R.
    pub fn end(&self, velocities: &[[f64; D]], dt: f64, end: &mut [[f64; D]]) {
        advance(end, velocities, dt, &self.evaluation.rates);
    }
}

/// Σ a b, in the order of the slices.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// √(Σ a²).
pub fn length(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}
