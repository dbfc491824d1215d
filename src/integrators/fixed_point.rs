//! Solves the equation of an implicit step, v¹ = v⁰ + dt R((v⁰ + v¹)/2).
//!
//! The unknown is the change x = v¹ − v⁰ in the metric of [`super::norm`], in which the linearised equation
//! is symmetric at a common temperature. Accelerated fixed-point iteration comes first. If it stalls,
//! Newton–Krylov continues from its best iterate. If that stalls too, at a minimum of the residual where no
//! solution is, pseudo-time leads to a solution elsewhere. The step ends at v⁰ + dt R at the solution, so
//! that invariants that are linear in v are kept whatever the tolerance.
//!
//! In R the power |z|^γ of a pair is replaced by the power of |z|² + |Δv_p|²/4 + |Δv_q|²/4. That is the mean
//! square distance over the step, without the product of the two changes. With |z|^γ at the midpoint alone, R
//! would jump where two particles meet. Then the equation has no solution nearby once pairs move by their
//! distance in a step: on a 3-D Coulomb cloud with pairs 0.017 apart, from half of Euler's limit on. The
//! replacement does not vanish unless the two particles coincide throughout the step. It differs by O(dt²),
//! and keeps momentum, energy and the sign of the entropy rate.

use super::anderson::Anderson;
use super::integrator::{Conservation, Facts, Step, advance};
use super::newton_krylov::NewtonKrylov;
use super::norm::ThermalNorm;
use super::pseudo_time::PseudoTime;
use super::residual::length;
use super::runge_kutta_chebyshev::{Chebyshev, RungeKuttaChebyshev};
use crate::collision::interface::Accuracy as SumAccuracy;
use crate::error::Failure;
use crate::kernel::interaction;
use crate::landau::{Drive, Evaluation, Landau};
use crate::problem::Problem;
use crate::rules::Checks;
use crate::state::State;
use crate::terms::Supply;
use std::cell::Cell;

/// Pseudo-time has left a minimum of the residual behind once the residual falls to this share of the
/// minimum.
const BEYOND: f64 = 0.1;

/// How accurately an equation is solved, and with how much work at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// The largest length of the residual, in thermal speeds.
    pub tolerance: f64,
    /// The most evaluations of R.
    pub most: u32,
}

/// The default tolerance in a scenario.
pub fn default_tolerance() -> f64 {
    1e-13
}

/// The default limit on evaluations in a scenario.
pub fn default_max_iterations() -> u32 {
    500
}

impl Accuracy {
    /// Checks both numbers as a scenario gives them.
    pub fn rules(self, found: &mut Checks) {
        let Self { tolerance, most } = self;
        found.within("tolerance", tolerance, 1e-15, 1e-2);
        found.require(most >= 1, "max_iterations", || format!("found {most}; allowed: a whole number ≥ 1"));
    }

    /// The facts of a method that solves an equation with this accuracy in every step.
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
    pseudo_time: PseudoTime,
    predictor: Chebyshev<D>,
    metric: Vec<f64>,
    /// The unknown x. Repeated solutions within one step start from the last one.
    change: Vec<f64>,
    middle: Vec<[f64; D]>,
    spreads: Vec<f64>,
    scores: Vec<[f64; D]>,
    entropies: Vec<f64>,
    evaluations: u32,
    /// The rounding error of velocities, in thermal speeds.
    resolution: f64,
    /// R at the solution.
    pub evaluation: Evaluation<D>,
}

impl<const D: usize> ImplicitStep<D> {
    pub fn new(problem: &Problem<D>) -> Self {
        Self {
            anderson: Anderson::default(),
            newton: NewtonKrylov::default(),
            pseudo_time: PseudoTime::default(),
            predictor: Chebyshev::new(problem, RungeKuttaChebyshev::default()),
            metric: Vec::new(),
            change: Vec::new(),
            middle: vec![[f64::NAN; D]; problem.particles()],
            spreads: vec![f64::NAN; problem.particles()],
            scores: vec![[f64::NAN; D]; problem.particles()],
            entropies: vec![f64::NAN; problem.species.len()],
            evaluations: 0,
            resolution: f64::NAN,
            evaluation: Evaluation::empty(problem),
        }
    }

    /// Begins a step from `state` and makes a first guess. The midpoint of the rule equals an implicit Euler
    /// step of half the length. An explicit Chebyshev step of half the length approximates it on every time
    /// scale.
    pub fn begin(
        &mut self,
        landau: &mut Landau<D>,
        state: &mut State<D>,
        step: Step<'_, D>,
    ) -> Result<(), Failure> {
        let problem = landau.problem();
        let norm = ThermalNorm::at(problem, &state.velocities);
        norm.metric(problem, &mut self.metric);
        self.resolution = norm.resolution();
        self.evaluations = 0;
        self.change.clear();
        match self.predictor.predict(landau, state, Step { dt: 0.5 * step.dt, ..step }) {
            Ok((middle, _)) => {
                let changes = middle.iter().zip(&state.velocities).zip(&self.metric);
                self.change.extend(changes.flat_map(|((middle, start), factor)| {
                    let change: [f64; D] =
                        std::array::from_fn(|axis| 2.0 * factor * (middle[axis] - start[axis]));
                    change
                }));
            }
            // If the guess fails, the iteration starts from x = 0.
            Err(failure) if failure.is_divergence() || matches!(failure, Failure::TooStiff { .. }) => {
                self.change.resize(self.metric.len() * D, 0.0);
            }
            Err(other) => return Err(other),
        }
        Ok(())
    }

    /// Solves the equation with c (v¹ − v⁰) added to the scores.
    pub fn solve(
        &mut self,
        landau: &mut Landau<D>,
        state: &State<D>,
        Step { within, dt, .. }: Step<'_, D>,
        c: f64,
        accuracy: Accuracy,
    ) -> Result<(), Failure> {
        let within = within.later(0.5 * dt);
        let radius = state.stiffness.as_ref().map_or(0.0, |stiffness| stiffness.radius);
        // R is evaluated at rounded velocities. That changes it by up to the spectral radius times the
        // rounding.
        let resolution = self.resolution;
        let (tolerance, most) =
            (accuracy.tolerance.max(resolution * (1.0 + 0.5 * dt * radius)), accuracy.most);
        let smallest = Cell::new(f64::INFINITY);
        let (metric, middle, spreads) = (&self.metric, &mut self.middle, &mut self.spreads);
        let (scores, entropies) = (&mut self.scores, &mut self.entropies);
        let (evaluation, evaluations) = (&mut self.evaluation, &mut self.evaluations);
        let mut residual = |x: &[f64], residual: &mut [f64]| {
            if *evaluations >= most {
                return Err(Failure::NotConverged {
                    step: within.number,
                    iterations: most,
                    change: smallest.get(),
                    tolerance,
                });
            }
            *evaluations += 1;
            for (p, (x, factor)) in x.chunks_exact(D).zip(metric).enumerate() {
                let half: [f64; D] = std::array::from_fn(|axis| 0.5 * x[axis] / factor);
                middle[p] = std::array::from_fn(|axis| state.velocities[p][axis] + half[axis]);
                spreads[p] = interaction::dot(half, half);
            }
            landau.evaluate_scores(middle, within, scores, entropies)?;
            for ((score, x), factor) in scores.iter_mut().zip(x.chunks_exact(D)).zip(metric) {
                for axis in 0..D {
                    score[axis] += c * x[axis] / factor;
                }
            }
            let drive = Drive { scores, spreads: Some(spreads), accuracy: SumAccuracy::Kept };
            landau.evaluate_rates(middle, within, drive, evaluation)?;
            let components = residual.chunks_exact_mut(D).zip(x.chunks_exact(D));
            for ((residual, x), (rate, factor)) in components.zip(evaluation.rates.iter().zip(metric)) {
                for axis in 0..D {
                    residual[axis] = factor * dt * rate[axis] - x[axis];
                }
            }
            smallest.set(length(residual).min(smallest.get()));
            Ok(())
        };
        // The eigenvalues of x − G(x) lie between 1 and 1 + dt ρ/2. The optimal damping is two over the sum
        // of these ends.
        let largest = 1.0 + 0.5 * dt * radius;
        let damping = 2.0 / (1.0 + largest);
        let (anderson, newton, pseudo_time) = (&mut self.anderson, &mut self.newton, &mut self.pseudo_time);
        let x = &mut self.change;
        loop {
            let solved = anderson.solve(x, damping, tolerance, &mut residual)?
                || newton.solve(x, (tolerance, resolution), &mut residual)?;
            if solved {
                return Ok(());
            }
            pseudo_time.follow(x, 1.0 / largest, BEYOND * smallest.get(), &mut residual)?;
        }
    }

    /// What terms bring in over the step: dt times their supply at the midpoint. That is exact, since
    /// momentum is linear and energy quadratic in v.
    pub fn supply(&self, dt: f64) -> Supply<D> {
        Supply::default().plus(dt, self.evaluation.supply)
    }

    /// Writes the end of the step, v⁰ + dt R.
    pub fn end(&self, velocities: &[[f64; D]], dt: f64, end: &mut [[f64; D]]) {
        advance(end, velocities, dt, &self.evaluation.rates);
    }
}
