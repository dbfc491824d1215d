//! The time grid of a run, and the clock of adaptive steps.

/// The times of the states of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TimeGrid {
    /// Equal steps. Time is the number of steps times the step length, never a running sum.
    Uniform { dt: f64, steps: u64 },
    /// Adaptive steps, as long as the tolerance allows. The last one ends exactly at `end`.
    Adaptive { end: f64, tolerance: f64, clock: Clock },
}

/// The time, and the memory of the step size control between steps.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Clock {
    pub time: f64,
    /// The step length to try next. None before the first step, unless the scenario gives it.
    pub next: Option<f64>,
    /// The error of the last accepted step over the tolerance. None before the first step.
    pub last_error: Option<f64>,
}

impl TimeGrid {
    /// The time after `step` steps. With adaptive steps it is the current time.
    pub fn time(&self, step: u64) -> f64 {
        match self {
            Self::Uniform { dt, .. } => step as f64 * dt,
            Self::Adaptive { clock, .. } => clock.time,
        }
    }

    /// The time at the end.
    pub fn end(&self) -> f64 {
        match *self {
            Self::Uniform { dt, steps } => steps as f64 * dt,
            Self::Adaptive { end, .. } => end,
        }
    }

    /// Whether the state after `step` steps is the last.
    pub fn ends(&self, step: u64) -> bool {
        match self {
            Self::Uniform { steps, .. } => step >= *steps,
            Self::Adaptive { end, clock, .. } => clock.time >= *end,
        }
    }

    /// The length of the first step, or the end of the run if the length is not known yet.
    pub fn first_step(&self) -> f64 {
        match *self {
            Self::Uniform { dt, .. } => dt,
            Self::Adaptive { end, clock, .. } => clock.next.unwrap_or(end),
        }
    }

    /// The clock of adaptive steps.
    pub fn clock(&self) -> Option<Clock> {
        match *self {
            Self::Uniform { .. } => None,
            Self::Adaptive { clock, .. } => Some(clock),
        }
    }

    /// The same grid with another clock, if steps are adaptive.
    pub fn with_clock(self, clock: Option<Clock>) -> Self {
        match (self, clock) {
            (Self::Adaptive { end, tolerance, .. }, Some(clock)) => Self::Adaptive { end, tolerance, clock },
            (grid, _) => grid,
        }
    }
}
