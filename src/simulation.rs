//! The one time loop: evaluate, let observers look, step.

use crate::error::Failure;
use crate::integrators::Integrator;
use crate::landau::{Evaluation, Landau, Work};
use crate::problem::Problem;
use crate::state::State;
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
    /// The rates at the state.
    pub evaluation: &'a Evaluation<D>,
    pub time: f64,
    pub dt: f64,
    /// Set when the run ends here.
    pub ending: Option<Outcome>,
}

/// Looks at the run and changes nothing in it.
pub trait Observer<const D: usize> {
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), Failure>;
}

/// The time grid: time is the step count times the step, never a running sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    pub dt: f64,
    pub steps: u64,
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
        let mut evaluation = Evaluation::empty(self.landau.problem());
        let mut seen = resumes;
        loop {
            self.landau.step = self.state.step;
            self.landau.evaluate(&self.state.velocities, &mut evaluation)?;
            let ending = if self.state.step >= self.grid.steps {
                Some(Outcome::Completed)
            } else {
                interrupted.load(Ordering::Relaxed).then_some(Outcome::Interrupted)
            };
            let view = View {
                problem: self.landau.problem(),
                state: &self.state,
                evaluation: &evaluation,
                time: self.state.step as f64 * self.grid.dt,
                dt: self.grid.dt,
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
            self.integrator.step(&mut self.landau, &evaluation, &mut self.state, self.grid.dt)?;
            self.state.step += 1;
        }
    }

    /// Work done so far.
    pub fn work(&self) -> Work {
        self.landau.work()
    }
}
