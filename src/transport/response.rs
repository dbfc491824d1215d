//! The response of a plasma at rest to one impulse, integrated over all times.
//!
//! Weights of the disturbed species are multiplied by 1 + ε φ. The run then relaxes by collisions alone, and the moments
//! of all modes are integrated: between steps by the cubic that has their values and rates at both ends, and beyond
//! the last step as exponentials.
//!
//! A magnetic field turns all velocities of one species alike, and collisions do not see where they point: the response in
//! a field is the one without it, turned. Its integral is the [transform](super::turning) of the same run.

use super::mode::Mode;
use super::turning::{Piece, transform_of_tail};
use crate::error::Failure;
use crate::functionals::invariants::{About, Invariants};
use crate::integrators::{Choice, RungeKuttaChebyshev};
use crate::kernel::lanes::InstructionSet;
use crate::landau::{Evaluation, InStep, Landau};
use crate::problem::{Problem, Species};
use crate::scenario::Scenario;
use crate::setup;
use crate::simulation::Simulation;
use crate::state::State;
use crate::sum::sum;
use crate::time_grid::{Clock, TimeGrid};
use nalgebra::Complex;
use std::sync::Arc;

/// How long and how exactly responses are followed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// The largest relative disturbance of a weight: ε is this over the largest |φ|.
    pub amplitude: f64,
    /// The error of a step relative to ε, in thermal speeds.
    pub tolerance: f64,
    /// The share of the integral beyond the last step.
    pub tail: f64,
}

impl Default for Accuracy {
    /// By the study in the documentation of [`transport`](super).
    fn default() -> Self {
        Self { amplitude: 0.5, tolerance: 1e-4, tail: 1e-4 }
    }
}

/// Disturbances of thermal speeds below this are the rounding of a projection.
const NOTHING: f64 = 1e-9;

/// Beyond this many mean times of decay nothing but what the lattice leaves is seen.
const LONGEST: f64 = 100.0;

/// The slowest part of a response decays in at most this many mean times.
const SLOWEST: f64 = 2.0;

/// The time grid ends at this many times the first time of decay, far beyond any run.
const END: f64 = 1e6;

/// A plasma near equilibrium: all moving species Maxwellian, at one temperature and velocity.
pub struct Plasma<const D: usize> {
    pub problem: Problem<D>,
    pub state: State<D>,
    /// The axis of the disturbances.
    pub axis: usize,
    /// The temperature, and the thermal speeds √(T/m) of the species.
    pub temperature: f64,
    pub speeds: Vec<f64>,
    /// Their common velocity.
    pub velocity: [f64; D],
    /// The angular frequency at which the one moving species turns in a magnetic field, q B/m.
    pub frequency: Option<f64>,
}

/// The integral over time of the moments of one family of modes after an impulse of size 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// ∫ Σ w φ dt of every species and mode, in the order of `modes` for each species.
    pub integrals: Vec<f64>,
    /// The part of each beyond the last step.
    pub tails: Vec<f64>,
    /// ∫ Σ w φ e^{−iωt} dt at ω = Ω and 2Ω, Ω the plasma's frequency, in the same order.
    pub turned: [Vec<Complex<f64>>; 2],
    pub evaluations: u64,
    pub steps: u64,
}

impl<const D: usize> Plasma<D> {
    /// Whether collisions keep the momentum of the moving species.
    pub fn keeps_momentum(&self) -> bool {
        let acts = |c: &f64| *c > 0.0;
        let Problem { fixed_coefficients, background_coefficients, .. } = &self.problem;
        !fixed_coefficients.iter().chain(background_coefficients).any(acts)
    }

    /// c of a particle.
    fn peculiar(&self, species: usize, velocity: [f64; D]) -> [f64; D] {
        std::array::from_fn(|axis| (velocity[axis] - self.velocity[axis]) / self.speeds[species])
    }

    /// The moments of modes, species after species.
    fn moments(&self, problem: &Problem<D>, velocities: &[[f64; D]], modes: &[Mode]) -> Vec<f64> {
        let of = |i: usize, species: &Species<D>, mode: Mode| {
            let terms = species
                .range
                .clone()
                .map(|p| problem.weights[p] * mode.at(self.axis, self.peculiar(i, velocities[p])));
            sum(terms)
        };
        let species = problem.species.iter().enumerate();
        species.flat_map(|(i, one)| modes.iter().map(move |&mode| of(i, one, mode))).collect()
    }

    /// Their rates of change.
    fn rates(
        &self,
        problem: &Problem<D>,
        velocities: &[[f64; D]],
        evaluation: &Evaluation<D>,
        modes: &[Mode],
    ) -> Vec<f64> {
        let of = |i: usize, species: &Species<D>, mode: Mode| {
            let terms = species.range.clone().map(|p| {
                let rate = evaluation.rates[p].map(|component| component / self.speeds[i]);
                problem.weights[p] * mode.slope(self.axis, self.peculiar(i, velocities[p]), rate)
            });
            sum(terms)
        };
        let species = problem.species.iter().enumerate();
        species.flat_map(|(i, one)| modes.iter().map(move |&mode| of(i, one, mode))).collect()
    }

    /// φ of every particle for an impulse in one species: the mode and, where momentum is conserved, the common
    /// velocity that brings the total momentum to 0.
    fn disturbance(&self, species: usize, mode: Mode) -> Vec<f64> {
        let problem = &self.problem;
        let mut phi = vec![0.0; problem.particles()];
        for p in problem.species[species].range.clone() {
            phi[p] = mode.at(self.axis, self.peculiar(species, self.state.velocities[p]));
        }
        if mode == Mode::Stress || !self.keeps_momentum() {
            return phi;
        }
        let along = |p: usize| self.state.velocities[p][self.axis] - self.velocity[self.axis];
        let all = || problem.masses_and_weights().enumerate();
        let momentum = sum(all().map(|(p, (m, w))| m * w * along(p) * phi[p]));
        let inertia = sum(all().map(|(p, (m, w))| m * m * w * along(p).powi(2) / self.temperature));
        let masses: Vec<f64> = problem.masses_and_weights().map(|(m, _)| m).collect();
        for (p, phi) in phi.iter_mut().enumerate() {
            *phi -= momentum / inertia * masses[p] * along(p) / self.temperature;
        }
        phi
    }

    /// The time in which the moment of a mode would decay at the rate that it has at a state.
    fn first_decay(
        &self,
        landau: &mut Landau<D>,
        state: &State<D>,
        (species, mode): (usize, Mode),
    ) -> Result<f64, Failure> {
        let mut evaluation = Evaluation::empty(landau.problem());
        landau.evaluate(&state.velocities, InStep::unfenced(1), &mut evaluation)?;
        let problem = landau.problem();
        let value = self.moments(problem, &state.velocities, &[mode])[species];
        let rate = self.rates(problem, &state.velocities, &evaluation, &[mode])[species];
        Ok((value / rate).abs())
    }

    /// The response of `modes` to an impulse of `mode` in a species, of the size `sign` × the accuracy's amplitude.
    ///
    /// # Errors
    ///
    /// If a step cannot be trusted.
    pub fn response(
        &self,
        scenario: &Scenario,
        (species, mode): (usize, Mode),
        modes: &[Mode],
        (accuracy, sign): (Accuracy, f64),
        set: InstructionSet,
    ) -> Result<Response, Failure> {
        let phi = self.disturbance(species, mode);
        let largest = phi.iter().fold(0.0f64, |most, phi| most.max(phi.abs()));
        if largest < NOTHING {
            // A common drift, which collisions keep: there is nothing to respond to.
            let none = vec![0.0; modes.len() * self.problem.species.len()];
            let turned = [(); 2].map(|()| vec![Complex::default(); none.len()]);
            return Ok(Response { integrals: none.clone(), tails: none, turned, evaluations: 0, steps: 0 });
        }
        let epsilon = accuracy.amplitude / largest;
        let mut problem = self.problem.clone();
        for (weight, phi) in problem.weights.iter_mut().zip(&phi) {
            *weight *= 1.0 + sign * epsilon * phi;
        }
        let velocities = self.state.velocities.clone();
        let state = State {
            invariants: Invariants::of(&problem, &velocities),
            about: About::of(&problem, &velocities, problem.reference),
            velocities,
            weights: problem.weights.clone(),
            ..self.state.clone()
        };
        let problem = Arc::new(problem);
        let mut landau = setup::landau(scenario, &problem, &state.velocities, set)?;
        let end = END * self.first_decay(&mut landau, &state, (species, mode))?;
        let grid =
            TimeGrid::Adaptive { end, tolerance: accuracy.tolerance * epsilon, clock: Clock::default() };
        let state = State { grid, ..state };
        let integrator = Choice::RungeKuttaChebyshev(RungeKuttaChebyshev::default()).integrator(&problem);
        let mut simulation = Simulation::new(landau, integrator, state);
        let size = modes.len() * problem.species.len();
        let own = species * modes.len() + modes.iter().position(|&one| one == mode).unwrap_or(0);
        let mut first = None;
        let mut integrals = vec![0.0; size];
        let frequencies = [1.0, 2.0].map(|times| times * self.frequency.unwrap_or_default());
        let mut turned = frequencies.map(|_| vec![Complex::default(); size]);
        let mut before: Option<(f64, Vec<f64>, Vec<f64>)> = None;
        loop {
            let view = simulation.view()?;
            let (time, steps) = (view.time, view.state.step);
            let values = self.moments(&problem, &view.state.velocities, modes);
            let rates = self.rates(&problem, &view.state.velocities, view.evaluation, modes);
            if let Some((last, old, old_rates)) = &before {
                let dt = time - last;
                for k in 0..size {
                    integrals[k] +=
                        0.5 * dt * (old[k] + values[k]) + dt * dt / 12.0 * (old_rates[k] - rates[k]);
                    let piece =
                        Piece { from: (*last, old[k], old_rates[k]), to: (time, values[k], rates[k]) };
                    for (turned, &frequency) in turned.iter_mut().zip(&frequencies) {
                        turned[k] += piece.transform(frequency);
                    }
                }
            }
            // What is left decays as the impulse's own mode does now, but for what the lattice leaves of it.
            let first = *first.get_or_insert(values[own]);
            let mean_time = (integrals[own] / first).abs();
            let left = match -values[own] / rates[own] {
                left if left > 0.0 => left.min(SLOWEST * mean_time),
                _ => SLOWEST * mean_time,
            };
            let tails: Vec<f64> = values.iter().map(|value| value * left).collect();
            let share = (tails[own] / integrals[own]).abs();
            let settled = steps > 0 && (share < accuracy.tail || time > LONGEST * mean_time);
            if settled {
                let scale = 1.0 / (sign * epsilon);
                let integrals =
                    integrals.iter().zip(&tails).map(|(one, tail)| scale * (one + tail)).collect();
                let tails = tails.iter().map(|tail| scale * tail).collect();
                for (turned, &frequency) in turned.iter_mut().zip(&frequencies) {
                    for (one, value) in turned.iter_mut().zip(&values) {
                        *one = scale * (*one + transform_of_tail(*value, (time, left), frequency));
                    }
                }
                let evaluations = simulation.work().evaluations;
                return Ok(Response { integrals, tails, turned, evaluations, steps });
            }
            before = Some((time, values, rates));
            simulation.step()?;
        }
    }
}
