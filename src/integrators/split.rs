//! The step of a run: that of its method and, before and after it, half of what is solved exactly: the turns of a magnetic
//! field, and the births and losses of [sources of weight](crate::sources).
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
use crate::sources;
use crate::sources::given::Given;
use crate::state::State;
use crate::sum::Sum;
use crate::terms::Supply;
use crate::watch::fence::Fence;

/// A method with what is split from its steps.
pub struct SplitStep<const D: usize> {
    integrator: Box<dyn Integrator<D>>,
    around: Option<Around<D>>,
}

/// What is known around the method's step.
struct Around<const D: usize> {
    /// Where it starts, after half a turn and half of the births and losses.
    velocities: Vec<[f64; D]>,
    start: Evaluation<D>,
    /// How far it may carry particles from there.
    fence: Fence<D>,
    /// The weights before the step, where sources change them.
    weights: Vec<f64>,
    /// Whether the step is neither finished nor undone.
    is_underway: bool,
    /// What every source of weight has given in the step.
    given: Vec<Given<D>>,
}

impl<const D: usize> SplitStep<D> {
    pub fn new(integrator: Box<dyn Integrator<D>>, problem: &Problem<D>) -> Self {
        let splits = problem.fields.turning_field(problem.symmetry).is_some() || problem.weights_change();
        let around = splits.then(|| Around {
            velocities: vec![[f64::NAN; D]; problem.particles()],
            start: Evaluation::empty(problem),
            fence: Fence::default(),
            weights: Vec::new(),
            is_underway: false,
            given: Vec::new(),
        });
        Self { integrator, around }
    }

    pub fn facts(&self) -> Facts {
        self.integrator.facts()
    }

    /// Whether something is split from the method's step: the rates at its end are then not those of the state.
    pub fn splits(&self) -> bool {
        self.around.is_some()
    }

    /// Takes the first half of what is split and the method's step, and evaluates the rates at its end, which has the given
    /// time. A failed step may leave velocities and supply changed; [`Self::undo`] brings back the weights.
    pub fn take(
        &mut self,
        landau: &mut Landau<D>,
        state: &mut State<D>,
        step: Step<'_, D>,
        (time, end): (f64, &mut Evaluation<D>),
    ) -> Result<Stepped<D>, Failure> {
        let Step { within, start, dt } = step;
        let mut within = InStep { length: dt, ..within };
        let Self { integrator, around } = self;
        let start = match around {
            None => start,
            Some(around) => {
                let changes = landau.problem().weights_change();
                if changes {
                    around.weights.clone_from(&state.weights);
                    around.is_underway = true;
                    around.given.clear();
                    around.given.resize(landau.problem().weight_sources.len(), Given::default());
                    sources::settle(landau.problem(), state)?;
                    sources::flow(landau.problem(), state, 0.5 * dt, &mut around.given);
                    landau.weigh(&state.weights);
                }
                turn(landau.problem(), state, 0.5 * dt);
                around.velocities.copy_from_slice(&state.velocities);
                if changes {
                    // Births may bring more energy than there was.
                    around.fence.enclose(landau.problem(), &around.velocities);
                    within.fence = Some(&around.fence);
                }
                landau.evaluate(&around.velocities, within, &mut around.start)?;
                &around.start
            }
        };
        let stepped = integrator.step(landau, state, Step { within, start, dt })?;
        landau.evaluate(&state.velocities, within.at(time), end)?;
        Ok(stepped)
    }

    /// Both ends of the method's step just taken. `before` and `start` are those of the state before all that is split.
    pub fn taken<'a>(
        &'a self,
        (before, start): (&'a [[f64; D]], &'a Evaluation<D>),
        (after, end): (&'a [[f64; D]], &'a Evaluation<D>),
        dt: f64,
    ) -> StepTaken<'a, D> {
        match &self.around {
            None => StepTaken { dt, before, start, after, end },
            Some(Around { velocities, start, .. }) => StepTaken { dt, before: velocities, start, after, end },
        }
    }

    /// An estimate of the error of the method's step just taken.
    pub fn estimate_error(&self, taken: &StepTaken<'_, D>, error: &mut [[f64; D]]) {
        self.integrator.estimate_error(taken, error);
    }

    /// Why [`Self::finish`] would fail after the method's step just taken, if births find no place on their lattice then; and how
    /// far the species has moved, in spacings, at the mean.
    pub fn misfit(&self, problem: &Problem<D>, state: &State<D>) -> Option<(Failure, f64)> {
        self.around.as_ref().and_then(|_| sources::misfit(problem, state))
    }

    /// Takes the second half of what is split from a step that was accepted, and what sinks take at its end.
    ///
    /// # Errors
    ///
    /// If particles have left the lattice that others are born on, or none are left. The step can then be undone.
    pub fn finish(&mut self, landau: &mut Landau<D>, state: &mut State<D>, dt: f64) -> Result<(), Failure> {
        let Some(around) = &mut self.around else { return Ok(()) };
        turn(landau.problem(), state, 0.5 * dt);
        if !landau.problem().weights_change() {
            return Ok(());
        }
        sources::settle(landau.problem(), state)?;
        sources::flow(landau.problem(), state, 0.5 * dt, &mut around.given);
        sources::drain(landau.problem(), state, &mut around.given);
        sources::require_weight(landau.problem(), state)?;
        around.is_underway = false;
        for (given, now) in state.given.iter_mut().zip(&around.given) {
            given.add(now, dt, landau.problem().reference);
        }
        landau.weigh(&state.weights);
        Ok(())
    }

    /// Brings back the weights of the state before a step that failed or was rejected.
    pub fn undo(&mut self, landau: &mut Landau<D>, state: &mut State<D>) {
        let Some(around) = &mut self.around else { return };
        if std::mem::take(&mut around.is_underway) {
            state.weights.copy_from_slice(&around.weights);
            landau.weigh(&state.weights);
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
    state.supplied = state.supplied.plus(1.0, Supply { momentum, energy, ..Supply::default() });
}
