//! A run in memory: the one time loop.

use crate::collision::regularisation::Regularisation;
use crate::error::Failure;
use crate::functionals::invariants::{About, Invariants};
use crate::integrators::adaptive::Adaptive;
use crate::integrators::split::SplitStep;
use crate::integrators::{Facts, Integrator, Step, Stepped};
use crate::landau::{Evaluation, InStep, Landau, Work};
use crate::problem::Problem;
use crate::sources::given::Given;
use crate::state::{State, Stiffness};
use crate::terms::Supply;
use crate::time_grid::TimeGrid;
use crate::watch::fence::Fence;
use crate::watch::{StepWatch, Subject, Warning};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How a run ended, if nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Completed,
    Interrupted,
}

/// A state of a run and what is known there.
#[derive(Debug, Clone, Copy)]
pub struct View<'a, const D: usize> {
    pub problem: &'a Problem<D>,
    pub state: &'a State<D>,
    /// The scores at the state.
    pub scores: &'a [[f64; D]],
    /// δ² of every pair of species at the state.
    pub regularisation: &'a Regularisation,
    /// The rates at the state.
    pub evaluation: &'a Evaluation<D>,
    pub time: f64,
    /// The length of the last step; of the first before there was one.
    pub dt: f64,
    /// Set when the run ends here.
    pub ending: Option<Outcome>,
}

/// Why an observer could not do what it is there for.
pub type ObserverError = Box<dyn std::error::Error + Send + Sync>;

/// Looks at the run and changes nothing in it.
pub trait Observer<const D: usize> {
    /// Looks at a state: the first, and that after every step.
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), ObserverError>;

    /// Called when no step from the state can be taken, or one was interrupted: it is the last good one, and was observed.
    fn observe_failure(&mut self, _problem: &Problem<D>, _state: &State<D>) -> Result<(), ObserverError> {
        Ok(())
    }
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// A step could not be taken. The state is the last good one.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// An observer failed.
    #[error(transparent)]
    Observer(ObserverError),
}

/// A run in progress. It owns all that it needs and can be sent to another thread.
pub struct Simulation<const D: usize> {
    landau: Landau<D>,
    method: SplitStep<D>,
    adaptive: Option<Adaptive<D>>,
    watch: StepWatch,
    fence: Fence<D>,
    state: State<D>,
    /// The rates at the state, once `is_evaluated`.
    evaluation: Evaluation<D>,
    is_evaluated: bool,
    /// Room for the rates at the end of a step, and for the velocities at its start.
    end: Evaluation<D>,
    before: Vec<[f64; D]>,
    stiffness_before: Option<Stiffness<D>>,
    dt: f64,
    /// The step whose state observers have seen.
    observed: Option<u64>,
    observing: Duration,
    stops: Vec<StopCondition<D>>,
    stopped_by: Option<String>,
}

/// Says in words why a run is to end at a state, if it is.
pub type StopCondition<const D: usize> = Box<dyn FnMut(&View<'_, D>) -> Option<String> + Send>;

impl<const D: usize> Simulation<D> {
    /// A run from a state, by a right-hand side and a method.
    pub fn new(mut landau: Landau<D>, integrator: Box<dyn Integrator<D>>, state: State<D>) -> Self {
        landau.weigh(&state.weights);
        let problem = landau.problem();
        let evaluation = Evaluation::empty(problem);
        let adaptive = match state.grid {
            TimeGrid::Uniform { .. } => None,
            TimeGrid::Adaptive { .. } => Some(Adaptive::new(problem)),
        };
        Self {
            adaptive,
            watch: StepWatch::new(integrator.facts(), state.grid),
            fence: Fence::default(),
            end: evaluation.clone(),
            before: state.velocities.clone(),
            stiffness_before: None,
            dt: state.grid.first_step(),
            evaluation,
            is_evaluated: false,
            observed: None,
            observing: Duration::ZERO,
            stops: Vec::new(),
            stopped_by: None,
            method: SplitStep::new(integrator, problem),
            landau,
            state,
        }
    }

    /// Goes on for observers that have seen the state before: [`Self::run`] does not show it again.
    pub fn resumed(mut self) -> Self {
        self.observed = Some(self.state.step);
        self
    }

    /// Ends [`Self::run`] at the first state that meets this condition, or one that was given before.
    pub fn stopping(mut self, condition: StopCondition<D>) -> Self {
        self.stops.push(condition);
        self
    }

    /// The condition that ended the run before its time grid did.
    pub fn stopped_by(&self) -> Option<&str> {
        self.stopped_by.as_deref()
    }

    /// What is constant in the run.
    pub fn problem(&self) -> &Arc<Problem<D>> {
        self.landau.problem()
    }

    /// What evolves.
    pub fn state(&self) -> &State<D> {
        &self.state
    }

    /// The time of the state.
    pub fn time(&self) -> f64 {
        self.state.time()
    }

    /// Velocities of all particles, species after species.
    pub fn velocities(&self) -> &[[f64; D]] {
        &self.state.velocities
    }

    /// Puts the particles of a species, by its place, at other points. The new state is a start: its totals are what is
    /// conserved from now on, and nothing was supplied to it.
    pub fn set_velocities_of(&mut self, species: usize, points: &[[f64; D]]) {
        let problem = Arc::clone(self.landau.problem());
        let state = &mut self.state;
        state.velocities[problem.species[species].range.clone()].copy_from_slice(points);
        state.invariants = Invariants::of(&problem, &state.velocities);
        state.about = About::of(&problem, &state.velocities, problem.reference);
        state.supplied = Supply::default();
        state.given.fill(Given::default());
        state.stiffness = None;
        self.is_evaluated = false;
    }

    /// What is known of the method.
    pub fn facts(&self) -> Facts {
        self.method.facts()
    }

    /// The right-hand side.
    pub fn landau(&self) -> &Landau<D> {
        &self.landau
    }

    /// Work done so far.
    pub fn work(&self) -> Work {
        self.landau.work()
    }

    /// Time spent in observers so far.
    pub fn observing(&self) -> Duration {
        self.observing
    }

    /// The state with its scores and rates.
    ///
    /// # Errors
    ///
    /// If the rates at the state cannot be trusted.
    pub fn view(&mut self) -> Result<View<'_, D>, Failure> {
        self.evaluate()?;
        Ok(self.view_at(None))
    }

    fn view_at(&self, ending: Option<Outcome>) -> View<'_, D> {
        View {
            problem: self.landau.problem(),
            state: &self.state,
            scores: self.landau.scores(),
            regularisation: self.landau.regularisation(),
            evaluation: &self.evaluation,
            time: self.state.time(),
            dt: self.dt,
            ending,
        }
    }

    /// Makes sure that the rates at the state are known.
    fn evaluate(&mut self) -> Result<(), Failure> {
        if !self.is_evaluated {
            let within = InStep::unfenced(self.state.step).at(self.state.time());
            self.landau.evaluate(&self.state.velocities, within, &mut self.evaluation)?;
            self.is_evaluated = true;
        }
        Ok(())
    }

    /// Enters into the state that the length of steps was compared with the longest stable one, and what is to be said of
    /// it.
    pub fn judge_step(&mut self, finding: Option<String>) {
        let State { step, warnings, is_step_judged, .. } = &mut self.state;
        *is_step_judged = true;
        warnings.extend(finding.map(|words| Warning { step: *step, subject: Subject::Length, words }));
    }

    /// Takes one step, and returns its length.
    ///
    /// # Errors
    ///
    /// If the step cannot be taken or trusted. The state is then what it was.
    pub fn step(&mut self) -> Result<f64, Failure> {
        self.step_unless(None)
    }

    /// Takes one step, unless it is interrupted.
    fn step_unless(&mut self, interrupted: Option<&AtomicBool>) -> Result<f64, Failure> {
        self.evaluate()?;
        self.before.copy_from_slice(&self.state.velocities);
        self.stiffness_before.clone_from(&self.state.stiffness);
        let (supplied, grid) = (self.state.supplied, self.state.grid);
        let taken = self.take_step(interrupted);
        match taken.and_then(|(dt, stepped)| self.complete_step(dt, stepped)) {
            Ok(dt) => Ok(dt),
            Err(failure) => {
                self.state.velocities.copy_from_slice(&self.before);
                (self.state.supplied, self.state.grid) = (supplied, grid);
                self.method.undo(&mut self.landau, &mut self.state);
                // A first estimate stays. It takes some fifty evaluations, and the step tried again would make the same.
                if self.stiffness_before.is_some() {
                    self.state.stiffness.clone_from(&self.stiffness_before);
                }
                // Scores and rates may be those of a stage.
                self.is_evaluated = false;
                Err(failure)
            }
        }
    }

    /// Enters a step of the method into the state, and takes what is split from it.
    fn complete_step(&mut self, dt: f64, stepped: Stepped<D>) -> Result<f64, Failure> {
        let Self { landau, method, watch, state, evaluation, end, before, .. } = self;
        state.supplied = state.supplied.plus(1.0, stepped.supply);
        let taken = method.taken((before, evaluation), (&state.velocities, end), dt);
        let warnings = watch.compare(landau, state, &taken, stepped);
        method.finish(landau, state, dt)?;
        state.warnings.extend(warnings);
        std::mem::swap(evaluation, end);
        state.step += 1;
        self.is_evaluated = !method.splits();
        self.dt = dt;
        Ok(dt)
    }

    /// Moves the velocities by a step and evaluates the rates at its end.
    fn take_step(&mut self, interrupted: Option<&AtomicBool>) -> Result<(f64, Stepped<D>), Failure> {
        let Self { landau, method, adaptive, fence, state, evaluation, end, before, .. } = self;
        fence.enclose(landau.problem(), before);
        let (number, time) = (state.step + 1, state.time());
        let within = InStep { number, time, length: 0.0, fence: Some(fence), interrupted };
        if landau.precision().sampled {
            // The rates at the state were those of the last step's samples.
            landau.evaluate_for(before, within, evaluation)?;
        }
        match (adaptive, state.grid) {
            (Some(adaptive), _) => adaptive.advance(landau, method, (within, before, evaluation), end, state),
            (None, grid) => {
                let dt = grid.first_step();
                let step = Step { within, start: evaluation, dt };
                let stepped = method.take(landau, state, step, (grid.time(within.number), end))?;
                Ok((dt, stepped))
            }
        }
    }

    /// Steps to the first state at or after a time, or to the end of the grid if that comes first, and returns the time
    /// of that state. Steps are the same as in a run that is looked at at other times.
    ///
    /// # Errors
    ///
    /// If a step cannot be taken or trusted. The state is then the last good one.
    pub fn advance_to(&mut self, time: f64) -> Result<f64, Failure> {
        while self.time() < time && !self.state.is_last() {
            self.step()?;
        }
        Ok(self.time())
    }

    /// Steps to the end of the grid, to a state that meets the condition to stop, or until `interrupted` is set, and shows
    /// each state to the observers once. An interruption gives up the step in which it comes, at the next evaluation.
    ///
    /// # Errors
    ///
    /// If a step cannot be taken or trusted, or an observer fails.
    pub fn run(
        &mut self,
        observers: &mut [&mut dyn Observer<D>],
        interrupted: &AtomicBool,
    ) -> Result<Outcome, Stopped> {
        loop {
            self.evaluate()?;
            let ending = match self.state.is_last() || self.is_stopped() {
                true => Some(Outcome::Completed),
                false => self.is_interrupted(interrupted).then_some(Outcome::Interrupted),
            };
            self.show(observers, ending)?;
            if let Some(outcome) = ending {
                return Ok(outcome);
            }
            if let Err(failure) = self.step_unless(Some(interrupted)) {
                let (problem, state) = (self.landau.problem(), &self.state);
                let mut told = observers.iter_mut().map(|one| one.observe_failure(problem, state));
                told.try_for_each(|told| told).map_err(Stopped::Observer)?;
                return match failure {
                    Failure::Interrupted => Ok(Outcome::Interrupted),
                    failure => Err(failure.into()),
                };
            }
        }
    }

    /// Whether a rank is interrupted: the same on all.
    fn is_interrupted(&self, interrupted: &AtomicBool) -> bool {
        self.landau.ranks().any(interrupted.load(Ordering::Relaxed))
    }

    fn is_stopped(&mut self) -> bool {
        let mut stops = std::mem::take(&mut self.stops);
        self.stopped_by = stops.iter_mut().find_map(|condition| condition(&self.view_at(None)));
        self.stops = stops;
        self.stopped_by.is_some()
    }

    fn show(
        &mut self,
        observers: &mut [&mut dyn Observer<D>],
        ending: Option<Outcome>,
    ) -> Result<(), Stopped> {
        if self.observed.replace(self.state.step) == Some(self.state.step) {
            return Ok(());
        }
        let start = Instant::now();
        let view = self.view_at(ending);
        let shown = observers.iter_mut().try_for_each(|observer| observer.observe(&view));
        self.observing += start.elapsed();
        shown.map_err(Stopped::Observer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_can_be_sent_to_another_thread() {
        fn is_send<T: Send>() {}
        is_send::<Simulation<2>>();
        is_send::<Simulation<3>>();
    }
}
