//! The response of a plasma at rest to one impulse, integrated over all times.
//!
//! Weights of the disturbed species are multiplied by 1 + ε φ. The run then relaxes by collisions alone, and the moments
//! of all modes are integrated: between steps by the cubic that has their values and rates at both ends, and beyond
//! the last step as exponentials.

use super::mode::Mode;
use crate::error::Failure;
use crate::functionals::invariants::{About, Invariants};
use crate::integrators::{Choice, RungeKuttaChebyshev};
use crate::kernel::lanes::InstructionSet;
use crate::problem::{Problem, Species};
use crate::scenario::Scenario;
use crate::setup;
use crate::simulation::{Simulation, View};
use crate::state::State;
use crate::sum::sum;
use crate::time_grid::{Clock, TimeGrid};
use std::sync::Arc;

/// How long and how exactly responses are followed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// The largest share of ε that the disturbance of a weight may have anywhere: ε is this over the largest |φ|.
    pub amplitude: f64,
    /// The error of a step relative to ε, in thermal speeds.
    pub tolerance: f64,
    /// The share of the integral beyond the last step.
    pub tail: f64,
}

impl Default for Accuracy {
    /// By the study in the documentation of [`transport`](super).
    fn default() -> Self {
        Self { amplitude: 0.5, tolerance: 1e-3, tail: 1e-3 }
    }
}

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
}

/// The integral over time of the moments of one family of modes after an impulse of size 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// ∫ Σ w φ dt of every species and mode, in the order of `modes` for each species.
    pub integrals: Vec<f64>,
    /// The part of each beyond the last step.
    pub tails: Vec<f64>,
    pub evaluations: u64,
    pub steps: u64,
}

impl<const D: usize> Plasma<D> {
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
    fn rates(&self, view: &View<'_, D>, modes: &[Mode]) -> Vec<f64> {
        let View { problem, state, evaluation, .. } = view;
        let of = |i: usize, species: &Species<D>, mode: Mode| {
            let terms = species.range.clone().map(|p| {
                let rate = evaluation.rates[p].map(|component| component / self.speeds[i]);
                problem.weights[p] * mode.slope(self.axis, self.peculiar(i, state.velocities[p]), rate)
            });
            sum(terms)
        };
        let species = problem.species.iter().enumerate();
        species.flat_map(|(i, one)| modes.iter().map(move |&mode| of(i, one, mode))).collect()
    }

    /// φ of every particle for an impulse in one species: the mode and, where momentum is conserved, the common
    /// velocity that brings the total momentum to 0.
    fn disturbance(&self, species: usize, mode: Mode, kept: bool) -> Vec<f64> {
        let problem = &self.problem;
        let mut phi = vec![0.0; problem.particles()];
        for p in problem.species[species].range.clone() {
            phi[p] = mode.at(self.axis, self.peculiar(species, self.state.velocities[p]));
        }
        if !(kept && mode != Mode::Stress) {
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
        let kept = self.problem.fixed.is_empty() && self.problem.backgrounds.is_empty();
        let phi = self.disturbance(species, mode, kept);
        let largest = phi.iter().fold(0.0f64, |most, phi| most.max(phi.abs()));
        let epsilon = accuracy.amplitude / largest;
        let mut problem = self.problem.clone();
        for (weight, phi) in problem.weights.iter_mut().zip(&phi) {
            *weight *= 1.0 + sign * epsilon * phi;
        }
        let velocities = self.state.velocities.clone();
        let grid = TimeGrid::Adaptive {
            end: f64::MAX,
            tolerance: accuracy.tolerance * epsilon,
            clock: Clock::default(),
        };
        let state = State {
            grid,
            invariants: Invariants::of(&problem, &velocities),
            about: About::of(&problem, &velocities, problem.reference),
            velocities,
            ..self.state.clone()
        };
        let problem = Arc::new(problem);
        let landau = setup::landau(scenario, &problem, &state.velocities, set)?;
        let integrator = Choice::RungeKuttaChebyshev(RungeKuttaChebyshev::default()).integrator(&problem);
        let mut simulation = Simulation::new(landau, integrator, state);
        let size = modes.len() * problem.species.len();
        let place = modes.iter().position(|&one| one == mode).map(|k| species * modes.len() + k);
        let mut integrals = vec![0.0; size];
        let mut before: Option<(f64, Vec<f64>, Vec<f64>)> = None;
        loop {
            let view = simulation.view()?;
            let (time, steps) = (view.time, view.state.step);
            let values = self.moments(&problem, &view.state.velocities, modes);
            let rates = self.rates(&view, modes);
            if let Some((last, old, old_rates)) = &before {
                let dt = time - last;
                for k in 0..size {
                    integrals[k] +=
                        0.5 * dt * (old[k] + values[k]) + dt * dt / 12.0 * (old_rates[k] - rates[k]);
                }
            }
            // What is left decays as the impulse's own mode does now.
            let own = place.unwrap_or(0);
            let left = -values[own] / rates[own];
            let tails: Vec<f64> = values.iter().map(|value| value * left).collect();
            let settled = left > 0.0 && tails[own].abs() < accuracy.tail * integrals[own].abs();
            if std::env::var_os("TRANSPORT_TRACE").is_some() {
                eprintln!(
                    "{steps} {time:e} {:e} {:e} {:e} {:e}",
                    values[own] / epsilon,
                    left,
                    integrals[own] / epsilon,
                    tails[own] / epsilon
                );
            }
            if settled {
                let scale = 1.0 / (sign * epsilon);
                let integrals =
                    integrals.iter().zip(&tails).map(|(one, tail)| scale * (one + tail)).collect();
                let tails = tails.iter().map(|tail| scale * tail).collect();
                return Ok(Response { integrals, tails, evaluations: simulation.work().evaluations, steps });
            }
            before = Some((time, values, rates));
            simulation.step()?;
        }
    }
}
