//! The step of a run: that of its method and, in a magnetic field, half a turn before and after it.
//!
//! Turns are exact rotations, so steps may be many times as long as a gyration. Collisions do not know directions: they
//! commute with a turn that all species share. Strang's splitting therefore errs only by what different species, or a
//! fixed species in motion, change in a step, at second order (Strang, SIAM J. Numer. Anal. 5, 1968). The electric field
//! stands in the right-hand side, by a share that makes crossed fields exact without collisions
//! ([`share_of_kick`](crate::fields::share_of_kick)).

use super::integrator::{Facts, Integrator, Step, StepTaken, Stepped};
use crate::error::Failure;
use crate::fields::Turn;
use crate::kernel::interaction::dot;
use crate::landau::{Evaluation, InStep, Landau};
use crate::problem::Problem;
use crate::state::State;
use crate::sum::Sum;
use crate::terms::Supply;

/// A method with the turns around its steps.
pub struct SplitStep<const D: usize> {
    integrator: Box<dyn Integrator<D>>,
    turned: Option<Turned<D>>,
}

/// Where the method's step starts, after half a turn.
struct Turned<const D: usize> {
    velocities: Vec<[f64; D]>,
    start: Evaluation<D>,
}

impl<const D: usize> SplitStep<D> {
    pub fn new(integrator: Box<dyn Integrator<D>>, problem: &Problem<D>) -> Self {
        let turns = problem.fields.turning_field(problem.symmetry).is_some();
        let turned = turns.then(|| Turned {
            velocities: vec![[f64::NAN; D]; problem.particles()],
            start: Evaluation::empty(problem),
        });
        Self { integrator, turned }
    }

    pub fn facts(&self) -> Facts {
        self.integrator.facts()
    }

    /// Whether particles are turned: the rates at the end of the method's step are then not those of the state.
    pub fn turns(&self) -> bool {
        self.turned.is_some()
    }

    /// Takes the first half turn and the method's step, and evaluates the rates at its end, which has the given time.
    /// A failed step may leave velocities and supply turned.
    pub fn take(
        &mut self,
        landau: &mut Landau<D>,
        state: &mut State<D>,
        step: Step<'_, D>,
        (time, end): (f64, &mut Evaluation<D>),
    ) -> Result<Stepped<D>, Failure> {
        let Step { within, start, dt } = step;
        let within = InStep { length: dt, ..within };
        let start = match &mut self.turned {
            None => start,
            Some(turned) => {
                turn(landau.problem(), state, 0.5 * dt);
                turned.velocities.copy_from_slice(&state.velocities);
                landau.evaluate(&turned.velocities, within, &mut turned.start)?;
                &turned.start
            }
        };
        let stepped = self.integrator.step(landau, state, Step { within, start, dt })?;
        landau.evaluate(&state.velocities, within.at(time), end)?;
        Ok(stepped)
    }

    /// Both ends of the method's step just taken. `before` and `start` are those of the state before any turn.
    pub fn taken<'a>(
        &'a self,
        (before, start): (&'a [[f64; D]], &'a Evaluation<D>),
        (after, end): (&'a [[f64; D]], &'a Evaluation<D>),
        dt: f64,
    ) -> StepTaken<'a, D> {
        match &self.turned {
            None => StepTaken { dt, before, start, after, end },
            Some(Turned { velocities, start }) => StepTaken { dt, before: velocities, start, after, end },
        }
    }

    /// An estimate of the error of the method's step just taken.
    pub fn estimate_error(&self, taken: &StepTaken<'_, D>, error: &mut [[f64; D]]) {
        self.integrator.estimate_error(taken, error);
    }

    /// Takes the second half turn of a step that was accepted.
    pub fn finish(&self, problem: &Problem<D>, state: &mut State<D>, dt: f64) {
        if self.turns() {
            turn(problem, state, 0.5 * dt);
        }
    }
}

/// Turns the velocities for a time, and enters the momentum that this takes.
fn turn<const D: usize>(problem: &Problem<D>, state: &mut State<D>, time: f64) {
    let Some(field) = problem.fields.turning_field(problem.symmetry) else { return };
    let mut given = [Sum::default(); D];
    for species in &problem.species {
        let turn = Turn::in_field(field, species.charge / species.mass, time);
        for p in species.range.clone() {
            let velocity = &mut state.velocities[p];
            let turned = turn.of(*velocity);
            for axis in 0..D {
                given[axis].add(species.mass * problem.weights[p] * (turned[axis] - velocity[axis]));
            }
            *velocity = turned;
        }
    }
    let momentum = given.map(Sum::value);
    // ½ m |v|² stays, so ½ m |v − c|² changes by −c times the momentum.
    let energy = -dot(problem.reference, momentum);
    state.supplied = state.supplied.plus(1.0, Supply { momentum, energy, entropy: 0.0 });
}
