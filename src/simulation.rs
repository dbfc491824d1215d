//! The one time loop: evaluate, let observers look, step.

use crate::collision::regularisation::Regularisation;
use crate::error::Failure;
use crate::integrators::adaptive::Adaptive;
use crate::integrators::{Integrator, Step};
use crate::landau::{Evaluation, Landau, Work};
use crate::problem::Problem;
use crate::state::State;
use crate::watch::StepWatch;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How a run ended, if nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Completed,
    Interrupted,
}

/// What observers see after each step, and before the first.
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

/// Looks at the run and changes nothing in it.
pub trait Observer<const D: usize> {
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), Failure>;

    /// Called when no step from the state can be taken: it is the last good one, and was observed.
    fn observe_failure(&mut self, _view: &View<'_, D>) -> Result<(), Failure> {
        Ok(())
    }
}

/// The time grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Grid {
    /// Time is the step count times the step, never a running sum.
    Uniform { dt: f64, steps: u64 },
    /// Steps as long as the tolerance allows, the last one exactly to the end.
    Adaptive { end: f64, tolerance: f64 },
}

impl Grid {
    /// The time of a state.
    pub fn time<const D: usize>(&self, state: &State<D>) -> f64 {
        match *self {
            Self::Uniform { dt, .. } => state.step as f64 * dt,
            Self::Adaptive { .. } => state.clock.map_or(f64::NAN, |clock| clock.time),
        }
    }

    /// Whether a state is the last.
    pub fn ends<const D: usize>(&self, state: &State<D>) -> bool {
        match *self {
            Self::Uniform { steps, .. } => state.step >= steps,
            Self::Adaptive { end, .. } => self.time(state) >= end,
        }
    }
}

/// A run in progress.
pub struct Simulation<'p, const D: usize> {
    pub landau: Landau<'p, D>,
    pub integrator: Box<dyn Integrator<D>>,
    pub state: State<D>,
    pub grid: Grid,
    /// Time spent in observers.
    pub output: Duration,
}

impl<const D: usize> Simulation<'_, D> {
    /// Steps to the end of the grid, or until `interrupted` is set. A run that `resumes` has shown
    /// its first state to the observers before.
    pub fn run(
        &mut self,
        observers: &mut [&mut dyn Observer<D>],
        interrupted: &AtomicBool,
        resumes: bool,
    ) -> Result<Outcome, Failure> {
        let problem = self.landau.problem();
        let grid = self.grid;
        let (mut adaptive, mut dt) = match grid {
            Grid::Uniform { dt, .. } => (None, dt),
            Grid::Adaptive { end, tolerance } => {
                let first = self.state.clock.and_then(|clock| clock.next);
                (Some(Adaptive::new(problem, end, tolerance)), first.unwrap_or(end))
            }
        };
        let watch = StepWatch::new(self.integrator.facts(), grid);
        let mut evaluation = Evaluation::empty(problem);
        let mut end = evaluation.clone();
        let mut before = self.state.velocities.clone();
        self.landau.step = self.state.step;
        self.landau.evaluate(&self.state.velocities, &mut evaluation)?;
        let mut seen = resumes;
        loop {
            let ending = if grid.ends(&self.state) {
                Some(Outcome::Completed)
            } else {
                interrupted.load(Ordering::Relaxed).then_some(Outcome::Interrupted)
            };
            let view = View {
                problem,
                state: &self.state,
                scores: self.landau.scores(),
                regularisation: self.landau.regularisation(),
                evaluation: &evaluation,
                time: grid.time(&self.state),
                dt,
                ending,
            };
            let start = Instant::now();
            if !seen {
                observers.iter_mut().try_for_each(|observer| observer.observe(&view))?;
            }
            self.output += start.elapsed();
            if let Some(outcome) = ending {
                return Ok(outcome);
            }
            seen = false;
            self.landau.step = self.state.step + 1;
            before.copy_from_slice(&self.state.velocities);
            self.landau.fence.enclose(problem, &before, self.state.about.center);
            let taken = match &mut adaptive {
                Some(adaptive) => adaptive.advance(
                    &mut self.landau,
                    &mut *self.integrator,
                    (&before, &evaluation),
                    &mut end,
                    &mut self.state,
                ),
                None => {
                    let step = Step { start: &evaluation, dt };
                    self.integrator.step(&mut self.landau, &mut self.state, step).and_then(|correction| {
                        self.landau.evaluate(&self.state.velocities, &mut end)?;
                        Ok((dt, correction))
                    })
                }
            };
            let correction = match taken {
                Ok((taken, correction)) => {
                    dt = taken;
                    correction
                }
                Err(failure) => {
                    self.state.velocities.copy_from_slice(&before);
                    if adaptive.is_some() {
                        // Its velocities are those of the last good step.
                        let view = View {
                            problem,
                            state: &self.state,
                            scores: self.landau.scores(),
                            regularisation: self.landau.regularisation(),
                            evaluation: &evaluation,
                            time: grid.time(&self.state),
                            dt,
                            ending: None,
                        };
                        observers.iter_mut().try_for_each(|observer| observer.observe_failure(&view))?;
                    }
                    return Err(failure);
                }
            };
            let (state, rates) = (&mut self.state, [&evaluation, &end]);
            watch.compare(&self.landau, state, &before, rates, (dt, correction));
            std::mem::swap(&mut evaluation, &mut end);
            self.state.step += 1;
        }
    }

    /// Work done so far.
    pub fn work(&self) -> Work {
        self.landau.work()
    }
}
