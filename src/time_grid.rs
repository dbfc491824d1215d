//! The time grid of a run, with its clock.

/// When the states of a run are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TimeGrid {
    /// Time is the step count times the step, never a running sum.
    Uniform { dt: f64, steps: u64 },
    /// Steps as long as the tolerance allows, the last one exactly to the end.
    Adaptive { end: f64, tolerance: f64, clock: Clock },
}

/// Time, and what the step size control remembers between steps.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Clock {
    pub time: f64,
    /// The length to try next; none before the first step, unless the scenario says it.
    pub next: Option<f64>,
    /// The error of the last accepted step over the tolerance; none before the first.
    pub last_error: Option<f64>,
}

impl TimeGrid {
    /// The time after so many steps.
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

    /// Whether the state after so many steps is the last.
    pub fn ends(&self, step: u64) -> bool {
        match self {
            Self::Uniform { steps, .. } => step >= *steps,
            Self::Adaptive { end, clock, .. } => clock.time >= *end,
        }
    }

    /// The length of the first step, as far as it is known before it is taken.
    pub fn first_step(&self) -> f64 {
        match *self {
            Self::Uniform { dt, .. } => dt,
            Self::Adaptive { end, clock, .. } => clock.next.unwrap_or(end),
        }
    }

    /// The clock, where steps adapt.
    pub fn clock(&self) -> Option<Clock> {
        match *self {
            Self::Uniform { .. } => None,
            Self::Adaptive { clock, .. } => Some(clock),
        }
    }

    /// The same grid with another clock, where steps adapt.
    pub fn with_clock(self, clock: Option<Clock>) -> Self {
        match (self, clock) {
            (Self::Adaptive { end, tolerance, .. }, Some(clock)) => Self::Adaptive { end, tolerance, clock },
            (grid, _) => grid,
        }
    }
}
