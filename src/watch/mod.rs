//! Checks whether each step agrees with the rates at its two ends.
//!
//! Both ends of a step are evaluated anyway, since the next step starts at its end. So every step of every
//! method is checked without further evaluations, at a cost linear in the number of particles. Checked are
//!
//! * **entropy**: it changes by the integral of its rate, which is never positive. It may not rise by more than rounding,
//!   the cut-off of the mollifier and the tolerance of the sums explain. It may not fall by more than FALL times the
//!   length of the step times the larger rate at its ends. Random batches are drawn anew in each step, so the rates at the
//!   ends of a step need not be those of its own batches. With them entropy may also rise by what the rates explain, and
//!   there is no limit on its fall;
//! * **energy of each species**: its rate is Ė_i = Σ m w (v − c)·v̇, where c is the run's reference velocity. The change
//!   must stay within the range of 0, dt Ė_i(start) and dt Ė_i(end), widened by [`FACTOR`] − 1 times the largest of them;
//! * **velocities**: |Δv_p| should be at most [`FACTOR`] dt times the larger of |v̇_p| at the two ends. The excess is
//!   averaged as a weighted mean square, so that particles of the thin tail, which may well be unstable, count little;
//! * **turns** about a magnetic field, where an electric field acts across it;
//! * **projection**: how far it moved the velocities, in the norm of [`crate::integrators::norm`].
//!
//! A smooth relaxation passes these checks at any step length, since its rates only fall. Two things fail
//! them: steps far beyond stability, and encounters of two particles of different species so close that the
//! rates at the ends of the step miss the force between them.
//!
//! **Calibration**, on the scenarios that come with the program with up to 12 cells along an axis, and on
//! cases of two species on one lattice, of beams and of mass ratios up to 1836, each with several integrators
//! and sums.
//!
//! | | good steps, at most | limit | wrong steps |
//! |---|---|---|---|
//! | entropy falls by, over what the rates explain | 1.01 | 1.2 | 3.0 |
//! | energy of a species beyond its range, of the thermal energy | 4e-5 | 1e-3 | 0.012 |
//! | velocities beyond their range, thermal speeds | 3.4e-3 | 0.01 | 0.07 |
//! | projection, thermal speeds | 2.4e-3 | 0.01 | 1.1 |
//!
//! The wrong steps are of two species on lattices of 24 cells over ±4.0 and ±4.1. There the first three steps
//! are good, and the fifth transfers twice the right energy between the species. For the projection the wrong
//! step is that of an electron on an ion, in which entropy rises by 2.2 per particle.

pub mod fence;
mod remedy;
mod turn;
mod warning;

pub use warning::{Subject, Warning};

use crate::integrators::norm::ThermalNorm;
use crate::integrators::{Facts, StepTaken, Stepped};
use crate::kernel::interaction::dot;
use crate::landau::Landau;
use crate::state::State;
use crate::sum::sum;
use crate::time_grid::TimeGrid;
use remedy::Remedy;

/// A change over a step may be up to this many times the length of the step times the larger rate at its
/// ends.
pub const FACTOR: f64 = 2.0;

/// Entropy may fall by FALL times the length of the step times the larger rate at its ends, plus ENTROPY per
/// particle.
const FALL: f64 = 1.2;
const ENTROPY: f64 = 1e-5;

/// The energy of a species may leave the range that the rates explain by this share of its thermal energy.
const ENERGY: f64 = 1e-3;

/// The largest allowed root mean square, in thermal speeds, of changes of velocities beyond what the rates
/// explain.
const DISPLACEMENT: f64 = 0.01;

/// A projection may move the velocities by this many thermal speeds.
const PROJECTION: f64 = 0.01;

/// Compares steps with the rates at their ends.
pub struct StepWatch {
    remedy: Remedy,
}

impl StepWatch {
    /// A watch for a run with a method on a time grid.
    pub fn new(facts: Facts, grid: TimeGrid) -> Self {
        Self { remedy: Remedy::new(facts, grid) }
    }

    /// Compares the step after the state with its rates at the start and the end. The first finding of each kind in a
    /// run is a new warning.
    pub fn compare<const D: usize>(
        &self,
        landau: &Landau<D>,
        state: &State<D>,
        taken: &StepTaken<'_, D>,
        stepped: Stepped<D>,
    ) -> Vec<Warning> {
        let step = state.step + 1;
        let norm = ThermalNorm::at(landau.problem(), taken.before);
        let found = [
            self.entropy(landau, taken, stepped.supply.entropy),
            energy(landau, &norm, taken),
            displacement(landau, &norm, taken),
            projection(stepped.correction),
            turn::turn(landau.problem(), taken.dt).map(|words| (Subject::Turn, words)),
        ];
        let new = found
            .into_iter()
            .flatten()
            .filter(|(subject, _)| state.warnings.iter().all(|warning| warning.subject != *subject));
        new.map(|(subject, finding)| {
            let remedy = match subject {
                Subject::Turn => "take a smaller `time.step`".to_string(),
                _ => self.remedy.words(landau, taken),
            };
            let words = format!("step {step}: {finding}; {remedy}");
            Warning { step, subject, words }
        })
        .collect()
    }

    /// Compares the change of entropy with its rate.
    fn entropy<const D: usize>(
        &self,
        landau: &Landau<D>,
        taken: &StepTaken<'_, D>,
        supplied: f64,
    ) -> Option<Finding> {
        let problem = landau.problem();
        let precision = landau.precision();
        let density: f64 = problem.weights.iter().sum();
        let change = taken.end.entropy() - taken.start.entropy() - supplied;
        let rates = [taken.start, taken.end].map(|end| end.entropy_rate - end.supply.entropy);
        let steepest = rates.iter().fold(0.0f64, |most, rate| most.max(rate.abs()));
        let rounding = landau.entropy_rounding(taken.after, taken.end) + taken.uncertain_entropy();
        let terms = problem.weights.iter().zip(landau.scores()).zip(&taken.end.rates);
        let size = sum(terms.map(|((w, s), rate)| w * (dot(*s, *s) * dot(*rate, *rate)).sqrt()));
        let sums = taken.dt * precision.tolerance * size;
        let explained = FALL * taken.dt * steepest + ENTROPY * density;
        // Batches are drawn anew in each step, so the rates only tell the size of possible changes.
        let (rise, fall) = match precision.sampled {
            true => (rounding + explained, f64::INFINITY),
            false => (rounding + sums, explained),
        };
        let words = if change > rise {
            format!(
                "entropy rises by {:.1e} per particle, where its rate is never positive",
                change / density
            )
        } else if -change > fall {
            format!(
                "entropy falls by {:.1e} per particle, where its rates explain {:.1e}",
                -change / density,
                taken.dt * steepest / density
            )
        } else {
            return None;
        };
        Some((Subject::Entropy, words))
    }
}

/// What is wrong, and a description.
type Finding = (Subject, String);

/// Compares the change of each species' energy, about the reference velocity, with its rates.
fn energy<const D: usize>(
    landau: &Landau<D>,
    norm: &ThermalNorm,
    taken: &StepTaken<'_, D>,
) -> Option<Finding> {
    let problem = landau.problem();
    let center = problem.reference;
    let mut worst: Option<(f64, String)> = None;
    for (species, speed) in problem.species.iter().zip(norm.speeds()) {
        let weights = &problem.weights[species.range.clone()];
        let (mut change, mut first, mut last) = (0.0, 0.0, 0.0);
        for p in species.range.clone() {
            // Energies per unit of particle mass.
            let w = problem.weights[p];
            let before: [f64; D] = std::array::from_fn(|axis| taken.before[p][axis] - center[axis]);
            let after: [f64; D] = std::array::from_fn(|axis| taken.after[p][axis] - center[axis]);
            let moved: [f64; D] = std::array::from_fn(|axis| after[axis] - before[axis]);
            let middle: [f64; D] = std::array::from_fn(|axis| 0.5 * (after[axis] + before[axis]));
            change += w * dot(middle, moved);
            first += w * dot(before, taken.start.rates[p]);
            last += w * dot(after, taken.end.rates[p]);
        }
        let (first, last) = (taken.dt * first, taken.dt * last);
        let largest = first.abs().max(last.abs());
        let beyond = (change - first.max(last).max(0.0)).max(first.min(last).min(0.0) - change);
        let thermal = 0.5 * D as f64 * sum(weights.iter().copied()) * speed * speed;
        let excess = (beyond - (FACTOR - 1.0) * largest) / thermal;
        if excess > ENERGY && worst.as_ref().is_none_or(|(most, _)| excess > *most) {
            let words = format!(
                "the energy of species \"{}\" changes by {:.1e} of its thermal energy, where its rates explain {:.1e}",
                species.name,
                change.abs() / thermal,
                largest / thermal
            );
            worst = Some((excess, words));
        }
    }
    worst.map(|(_, words)| (Subject::Energy, words))
}

/// Compares the changes of velocities with their rates.
fn displacement<const D: usize>(
    landau: &Landau<D>,
    norm: &ThermalNorm,
    taken: &StepTaken<'_, D>,
) -> Option<Finding> {
    let problem = landau.problem();
    let excess = norm.largest(problem, |p| beyond(taken, p).powi(2));
    if excess <= DISPLACEMENT {
        return None;
    }
    let speeds = problem.species.iter().zip(norm.speeds());
    let particles =
        speeds.flat_map(|(species, speed)| species.range.clone().map(move |p| (p, species, *speed)));
    let worst = particles.max_by(|a, b| (beyond(taken, a.0) / a.2).total_cmp(&(beyond(taken, b.0) / b.2)));
    let (p, species, speed) = worst?;
    let moved = moved(taken, p);
    Some((
        Subject::Displacement,
        format!(
            "a particle of species \"{}\" moves by {:.1e} thermal speeds, where its rates explain {:.1e}",
            species.name,
            moved / speed,
            explained(taken, p) / speed
        ),
    ))
}

/// Checks how far the projection moved the velocities.
fn projection(correction: f64) -> Option<Finding> {
    (correction > PROJECTION).then(|| {
        (
            Subject::Projection,
            format!(
                "the projection on momentum and energy moves velocities by {correction:.1e} thermal speeds"
            ),
        )
    })
}

/// |Δv| of a particle.
fn moved<const D: usize>(taken: &StepTaken<'_, D>, p: usize) -> f64 {
    let (before, after) = (&taken.before[p], &taken.after[p]);
    let change: [f64; D] = std::array::from_fn(|axis| after[axis] - before[axis]);
    dot(change, change).sqrt()
}

/// The length of the step times the larger rate of a particle at its ends.
fn explained<const D: usize>(taken: &StepTaken<'_, D>, p: usize) -> f64 {
    let (start, end) = (taken.start.rates[p], taken.end.rates[p]);
    taken.dt * dot(start, start).max(dot(end, end)).sqrt()
}

/// How far a particle moved beyond what its rates explain.
fn beyond<const D: usize>(taken: &StepTaken<'_, D>, p: usize) -> f64 {
    (moved(taken, p) - FACTOR * explained(taken, p)).max(0.0)
}
