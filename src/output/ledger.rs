//! How well a run conserves the invariants of the equation, and whether its method keeps its promise.

use super::rows::given_energy;
use crate::functionals::invariants::{About, Invariants};
use crate::integrators::Conservation;
use crate::problem::{Conserved, Problem};
use crate::simulation::{Observer, ObserverError, View};
use crate::sources;
use crate::state::State;
use crate::terms::Supply;
use serde::Serialize;
use std::collections::BTreeMap;

/// The drift that rounding may cause in a run of thousands of steps, each accurate to about 1e-16.
const ROUNDING: f64 = 1e-12;

/// The same, in units of the rounding of velocities, which a common drift makes large.
const ROUNDINGS: f64 = 16.0;

/// The relative gain of energy that a first-order method without projection may have. Beyond it a run is
/// wrong.
const FIRST_ORDER: f64 = 0.1;

/// The largest drifts that a method promises.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Promised {
    pub mass: f64,
    pub momentum: f64,
    pub energy: f64,
}

/// Follows the invariants of a run.
#[derive(Debug, Clone)]
pub struct Ledger<const D: usize> {
    first: Totals,
    last: Totals,
    drift: Drift,
    given: Option<Given>,
    /// The rounding of velocities near the reference velocity, relative to √(2 E/M).
    resolution: f64,
}

/// Totals of all moving species at one time, in the units of the scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    mass: f64,
    momentum: Vec<f64>,
    energy: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    energy_about_fixed: Option<f64>,
}

/// What fields and backgrounds gave since the start, in the units of the scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Given {
    pub work: f64,
    pub momentum: Vec<f64>,
    /// What every source of weight has given, by its name; part of the totals.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, GivenBySource>,
}

/// What a source of weight has given since the start, in the units of the scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GivenBySource {
    pub density: f64,
    pub energy: f64,
    pub momentum: Vec<f64>,
}

impl Given {
    fn of<const D: usize>(problem: &Problem<D>, state: &State<D>) -> Option<Self> {
        let scales = &problem.scales;
        let momentum = |supply: &Supply<D>| {
            let about_rest = supply.momentum_about_rest(problem.reference);
            about_rest.map(|component| component * scales.momentum()).to_vec()
        };
        let by_source = |given: &sources::given::Given<D>| GivenBySource {
            density: given.density * scales.density,
            energy: given_energy(problem, &given.supply) * scales.energy(),
            momentum: momentum(&given.supply),
        };
        problem.is_driven().then(|| Self {
            work: given_energy(problem, &state.supplied) * scales.energy(),
            momentum: momentum(&state.supplied),
            sources: sources::names(problem).into_iter().zip(state.given.iter().map(by_source)).collect(),
        })
    }
}

/// The largest deviations so far from the start, of the quantities that the equation conserves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Drift {
    /// Deviation of the mass from what it was and sources of weight have given since, relative to the larger of the mass
    /// that should be there and that at the start. Without such sources it is what it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mass: Option<f64>,
    /// Deviation of momentum relative to √(2 M E), where E is the energy about the mean velocity at the
    /// start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub momentum: Option<f64>,
    /// Deviation of the energy about the mean velocity at the start, relative to itself. So a common drift
    /// hides nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy: Option<f64>,
    /// Deviation of the energy about the fixed species, relative to its value at the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy_about_fixed: Option<f64>,
}

impl<const D: usize> Ledger<D> {
    /// Starts with the invariants at the start of the run.
    pub fn new(problem: &Problem<D>, state: &State<D>) -> Self {
        let first = totals(problem, &state.invariants, &state.about);
        let center: f64 = state.about.center.iter().map(|component| component * component).sum();
        let speed = 2.0 * state.about.energy / state.about.mass;
        let resolution = if speed > 0.0 { f64::EPSILON * (center / speed).sqrt() } else { 0.0 };
        Self {
            last: first.clone(),
            first,
            drift: Drift::default(),
            given: Given::of(problem, state),
            resolution,
        }
    }

    /// Records the invariants at a state.
    pub fn follow(&mut self, problem: &Problem<D>, state: &State<D>) {
        self.given = Given::of(problem, state);
        let start = &state.balance(Supply::default());
        let now = About::of(problem, &state.velocities, start.center);
        self.last = totals(problem, &Invariants::of(problem, &state.velocities), &now);
        let grow = |drift: &mut Option<f64>, found: f64| {
            *drift = Some(drift.map_or(found, |before| before.max(found)))
        };
        // If all particles have one velocity, the scale is the energy of the rounding of that velocity.
        // Where sources of weight take most of what there was, what is left has the rounding of the start.
        let most = |now: f64, first: f64| if problem.weights_change() { now.max(first) } else { now };
        let (mass, energy) = (most(start.mass, state.about.mass), most(start.energy, state.about.energy));
        let scale = energy.max(f64::EPSILON * f64::EPSILON * state.invariants.energy);
        let relative = |found: f64, scale: f64| if found == 0.0 { 0.0 } else { found.abs() / scale };
        if problem.weights_change() {
            grow(&mut self.drift.mass, relative(now.mass - start.mass, mass));
        }
        match problem.conserved {
            Conserved::MomentumAndEnergy => {
                // Squares and products of these numbers may leave the range of floating point.
                let distance =
                    (0..D).fold(0.0, |sum: f64, axis| sum.hypot(now.momentum[axis] - start.momentum[axis]));
                let momentum = (2.0 * mass).sqrt() * scale.sqrt();
                grow(&mut self.drift.momentum, relative(distance, momentum));
                grow(&mut self.drift.energy, relative(now.energy - start.energy, scale));
            }
            Conserved::EnergyAbout(_) => {
                grow(&mut self.drift.energy_about_fixed, relative(now.energy - start.energy, scale));
            }
            Conserved::MassOnly => {}
        }
    }

    /// The totals at the start of the run.
    pub fn first(&self) -> &Totals {
        &self.first
    }

    /// The totals at the last state.
    pub fn last(&self) -> &Totals {
        &self.last
    }

    /// What fields and backgrounds gave, if there are any.
    pub fn given(&self) -> Option<&Given> {
        self.given.as_ref()
    }

    /// The largest deviations so far.
    pub fn drift(&self) -> Drift {
        self.drift
    }

    /// The drifts that a method may have in `steps` steps if it keeps its promise.
    pub fn promised(&self, conservation: Conservation, steps: u64) -> Promised {
        let rounding = ROUNDING + ROUNDINGS * self.resolution;
        let exact = Promised { mass: rounding, momentum: rounding, energy: rounding };
        match conservation {
            Conservation::Exact => exact,
            Conservation::ToTolerance(tolerance) => {
                let sum = rounding + tolerance * steps as f64;
                Promised { momentum: sum, energy: sum, ..exact }
            }
            Conservation::MomentumOnly => Promised { energy: FIRST_ORDER, ..exact },
        }
    }
}

fn totals<const D: usize>(problem: &Problem<D>, invariants: &Invariants<D>, about: &About<D>) -> Totals {
    let scales = &problem.scales;
    let with_fixed = matches!(problem.conserved, Conserved::EnergyAbout(_));
    Totals {
        mass: invariants.mass * scales.mass_density(),
        momentum: invariants.momentum.map(|component| component * scales.momentum()).to_vec(),
        energy: invariants.energy * scales.energy(),
        energy_about_fixed: with_fixed.then_some(about.energy * scales.energy()),
    }
}

impl<const D: usize> Observer<D> for Ledger<D> {
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), ObserverError> {
        self.follow(view.problem, view.state);
        Ok(())
    }
}
