//! The equation of an implicit step, v¹ = v⁰ + dt R((v⁰ + v¹)/2), solved.
//!
//! Unknown is the change x = v¹ − v⁰ in the metric of [`super::norm`], where the linearised equation
//! is symmetric. Accelerated fixed-point iteration first; where that stalls, Newton–Krylov from its
//! best iterate; where that fails too, by way of shorter steps. A step much longer than the physics it
//! steps over may have no solution that any of these find: thin tails then swing across many widths of
//! the mollifier. What comes back is dt R at the solution, so that invariants that are linear in v are
//! kept whatever the tolerance.

use super::anderson::Anderson;
use super::newton_krylov::NewtonKrylov;
use super::norm::ThermalNorm;
use super::runge_kutta_chebyshev::RungeKuttaChebyshev;
use super::{Conservation, Facts, Step, advance};
use crate::error::Failure;
use crate::landau::{Evaluation, Landau};
use crate::problem::Problem;
use crate::state::State;
use std::cell::Cell;

/// Writes f(x) into the second slice.
pub type Residual<'a> = dyn FnMut(&[f64], &mut [f64]) -> Result<(), Failure> + 'a;

/// Writes R at the midpoint that is its first argument.
pub type Rates<'a, const D: usize> =
    dyn FnMut(&mut Landau<'_, D>, &[[f64; D]], &mut Evaluation<D>) -> Result<(), Failure> + 'a;

/// Where the equation of a step is not solved from its first guess, those of these shares of the step
/// are, one from the other.
const LADDER: [f64; 5] = [0.0625, 0.125, 0.25, 0.5, 0.75];

/// The tolerance on that way.
const ON_THE_WAY: f64 = 1e-4;

/// How well, and with how much work at most, an equation is solved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// Length of the residual, in thermal speeds.
    pub tolerance: f64,
    /// Evaluations of R.
    pub most: u32,
}

impl Accuracy {
    /// The facts of a method that solves an equation this well in every step.
    pub(super) fn facts(self, name: &'static str) -> Facts {
        Facts {
            name,
            order: 2,
            stages: Some(1),
            implicit: true,
            conservation: Conservation::ToTolerance(self.tolerance),
            stable_interval: None,
            error_order: None,
        }
    }
}

/// The equation, with its workspace.
pub struct ImplicitStep<const D: usize> {
    anderson: Anderson,
    newton: NewtonKrylov,
    predictor: RungeKuttaChebyshev<D>,
    metric: Vec<f64>,
    /// x, kept from one solution to the next of the same step.
    change: Vec<f64>,
    middle: Vec<[f64; D]>,
    evaluations: u32,
    stalled: bool,
    /// R at the solution.
    pub evaluation: Evaluation<D>,
}

impl<const D: usize> ImplicitStep<D> {
    pub fn new(problem: &Problem<D>) -> Self {
        Self {
            anderson: Anderson::default(),
            newton: NewtonKrylov::default(),
            predictor: RungeKuttaChebyshev::new(problem, None),
            metric: Vec::new(),
            change: Vec::new(),
            middle: vec![[f64::NAN; D]; problem.particles()],
            evaluations: 0,
            stalled: false,
            evaluation: Evaluation::empty(problem),
        }
    }

    /// Begins a step from `state`. The midpoint is one step of the implicit
    /// Euler method of half the length, which Chebyshev stages come close to on any scale of time.
    pub fn begin(
        &mut self,
        landau: &mut Landau<'_, D>,
        state: &mut State<D>,
        step: Step<'_, D>,
    ) -> Result<(), Failure> {
        let problem = landau.problem();
        let norm = ThermalNorm::at(problem, &state.velocities);
        self.metric = norm.metric(problem);
        self.evaluations = 0;
        self.stalled = false;
        self.change.clear();
        match self.predictor.predict(landau, state, Step { dt: 0.5 * step.dt, ..step }) {
            Ok(middle) => {
                let changes = middle.iter().zip(&state.velocities).zip(&self.metric);
                self.change.extend(changes.flat_map(|((middle, start), factor)| {
                    let change: [f64; D] =
                        std::array::from_fn(|axis| 2.0 * factor * (middle[axis] - start[axis]));
                    change
                }));
            }
            // Where even that fails, the step begins at rest.
            Err(Failure::NotFinite { .. } | Failure::MeshTooLarge { .. } | Failure::TooStiff { .. }) => {
                self.change.resize(self.metric.len() * D, 0.0);
            }
            Err(other) => return Err(other),
        }
        Ok(())
    }

    /// Solves the equation with R written by `rates`.
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
        let radius = state.stiffness.as_ref().map_or(0.0, |stiffness| stiffness.radius);
        let span = Cell::new(dt);
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
                    residual[axis] = factor * span.get() * rate[axis] - x[axis];
                }
            }
            if span.get() == dt {
                smallest = length(residual).min(smallest);
            }
            Ok(())
        };
        let (anderson, newton) = (&mut self.anderson, &mut self.newton);
        let (change, stalled) = (&mut self.change, &mut self.stalled);
        let mut attempt = |length: f64, tolerance: f64| -> Result<bool, Failure> {
            span.set(length);
            // The eigenvalues of x − G(x) lie from 1 to 1 + dt ρ/2; twice the inverse of their sum.
            let damping = 1.0 / (1.0 + 0.25 * length * radius);
            // What stalled in this step once would stall again.
            *stalled = *stalled || !anderson.solve(change, damping, tolerance, &mut residual)?;
            Ok(!*stalled || newton.solve(change, tolerance, &mut residual)?)
        };
        if attempt(dt, tolerance)? {
            return Ok(());
        }
        // The midpoint of a shorter step begins the search for that of a longer one.
        for share in LADDER {
            attempt(share * dt, tolerance.max(ON_THE_WAY))?;
        }
        if attempt(dt, tolerance)? {
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
