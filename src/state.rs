//! What evolves in a run, all of it: a checkpoint is exactly this.

use crate::functionals::invariants::{About, Invariants};
use crate::sources::given::Given;
use crate::terms::Supply;
use crate::time_grid::TimeGrid;
use crate::watch::Warning;

/// The evolving quantities.
#[derive(Debug, Clone, PartialEq)]
pub struct State<const D: usize> {
    /// Steps taken.
    pub step: u64,
    /// The time grid. Its clock moves where steps adapt.
    pub grid: TimeGrid,
    /// Velocities, species after species.
    pub velocities: Vec<[f64; D]>,
    /// Weights, species after species.
    pub weights: Vec<f64>,
    /// Mass, momentum and energy at the start.
    pub invariants: Invariants<D>,
    /// Momentum and energy at the start about the run's reference velocity.
    pub about: About<D>,
    /// What the terms of the right-hand side and sources of weight have brought in since the start: projections return
    /// to the totals at the start and this.
    pub supplied: Supply<D>,
    /// What every source of weight has given, in the order of the problem's.
    pub given: Vec<Given<D>>,
    /// How stiff the right-hand side is, once a method has asked.
    pub stiffness: Option<Stiffness<D>>,
    /// Whether the length of steps was compared with the longest stable one, where that is worth its evaluations.
    pub is_step_judged: bool,
    /// What was wrong with steps so far.
    pub warnings: Vec<Warning>,
}

impl<const D: usize> State<D> {
    /// The time of the state.
    pub fn time(&self) -> f64 {
        self.grid.time(self.step)
    }

    /// Whether the state is the last of its grid.
    pub fn is_last(&self) -> bool {
        self.grid.ends(self.step)
    }

    /// The mass, momentum and energy that the state has but for rounding and the method's error, where they are kept, or will
    /// have when it is brought in what `supply` says.
    pub fn balance(&self, supply: Supply<D>) -> About<D> {
        let supplied = self.supplied.plus(1.0, supply);
        About {
            mass: self.about.mass + supplied.mass,
            momentum: std::array::from_fn(|axis| self.about.momentum[axis] + supplied.momentum[axis]),
            energy: self.about.energy + supplied.energy,
            ..self.about
        }
    }
}

/// The spectral radius of the right-hand side's Jacobian, as last estimated.
#[derive(Debug, PartialEq)]
pub struct Stiffness<const D: usize> {
    /// With a safety factor.
    pub radius: f64,
    /// The step before which it was estimated.
    pub step: u64,
    /// The direction of fastest change, from which the next estimate starts.
    pub direction: Vec<[f64; D]>,
}

impl<const D: usize> Clone for Stiffness<D> {
    fn clone(&self) -> Self {
        Self { radius: self.radius, step: self.step, direction: self.direction.clone() }
    }

    /// Keeps the room of the direction: a run does this before every step.
    fn clone_from(&mut self, from: &Self) {
        (self.radius, self.step) = (from.radius, from.step);
        self.direction.clone_from(&from.direction);
    }
}
