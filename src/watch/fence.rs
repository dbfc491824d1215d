//! Limits on how far a step may move particles at its stages.
//!
//! Energy about a velocity c is conserved: c is the mean velocity if all species move, or the common velocity
//! of the fixed species. The stages of a good step nearly keep that energy. A step that is far too long
//! throws particles out instead. Its projection then hides the error, and the mesh of the scores follows the
//! particles until memory is full. So a step fails if, at one of its stages,
//!
//! * the energy ½ Σ m w |v − c|² exceeds [`MOST_ENERGY`] times the energy at the start of the step, or
//! * a particle, however light, is farther from c than [`MOST_REACH`] times √(2 K/m_i). K = max ½ m |v − c|² is the
//!   largest energy of any particle at the start, so √(2 K/m_i) is the largest distance that this energy allows.
//!
//! Fixed species at several velocities may turn particles around themselves. With them, energies are counted
//! as if all mass moved at twice the largest distance of a fixed species from c.
//!
//! The limits are calibrated on the scenarios that come with the program and on cases of two species on one
//! lattice, of beams, of mass ratios up to 1836 and of ions at a particle's own velocity, with every
//! integrator. Stages of good steps have at most 1.01 times the energy at the start. A single particle of a
//! thin tail, with 1e-14 of the mass, goes 3 times as far as the rest, without harm to any moment. Stages of
//! wrong steps that still end, with a warning of [the step](super::StepWatch), have up to 7 times the energy
//! and 15 times the distance. Steps that fill the memory have at least 30 times the distance and 1000 times
//! the energy.

use crate::error::Failure;
use crate::functionals::invariants::About;
use crate::integrators::norm::ThermalNorm;
use crate::kernel::interaction::dot;
use crate::problem::Problem;

/// The largest energy at a stage over the energy at the start of the step.
pub const MOST_ENERGY: f64 = 10.0;

/// The largest distance of a particle over the largest that the energies at the start of the step allow.
pub const MOST_REACH: f64 = 100.0;

/// Motions below this many roundings of the velocities do not count.
const ROUNDINGS: f64 = 1e3;

/// The limits for one step. Without a call of [`Fence::enclose`] there are none.
#[derive(Debug, Clone, PartialEq)]
pub struct Fence<const D: usize> {
    /// c.
    center: [f64; D],
    /// The largest allowed ½ Σ m w |v − c|².
    energy: f64,
    /// The largest allowed |v − c| of each species.
    reach: Vec<f64>,
    /// For each species, its thermal speed at the start of the step. `before` holds its largest |v − c| then,
    /// in thermal speeds.
    speeds: Vec<f64>,
    before: Vec<f64>,
}

impl<const D: usize> Default for Fence<D> {
    fn default() -> Self {
        Self {
            center: [0.0; D],
            energy: f64::INFINITY,
            reach: Vec::new(),
            speeds: Vec::new(),
            before: Vec::new(),
        }
    }
}

impl<const D: usize> Fence<D> {
    /// Sets the limits from the velocities at the start of a step.
    pub fn enclose(&mut self, problem: &Problem<D>, velocities: &[[f64; D]]) {
        let center = problem.reference;
        let from_center = |v: &[f64; D]| square(v, &center);
        let fixed = 4.0 * problem.fixed.iter().map(|fixed| from_center(&fixed.velocity)).fold(0.0, f64::max);
        let rounding = (ROUNDINGS * f64::EPSILON).powi(2) * dot(center, center);
        let start = About::of(problem, velocities, center);
        let energies = problem.masses_and_weights().zip(velocities).map(|((m, _), v)| m * from_center(v));
        let energy = energies.fold(0.0, f64::max);
        self.center = center;
        self.energy = MOST_ENERGY * (start.energy + 0.5 * start.mass * fixed) + 0.5 * start.mass * rounding;
        self.reach.clear();
        self.reach.extend(
            problem.species.iter().map(|species| {
                (MOST_REACH * MOST_REACH * (energy / species.mass).max(fixed) + rounding).sqrt()
            }),
        );
        self.speeds.clear();
        self.speeds.extend_from_slice(ThermalNorm::at(problem, velocities).speeds());
        self.before.clear();
        self.before.extend(problem.species.iter().zip(&self.speeds).map(|(species, speed)| {
            let squares = velocities[species.range.clone()].iter().map(from_center);
            squares.fold(0.0, f64::max).sqrt() / speed
        }));
    }

    /// Refuses velocities at a stage of step `step` that are beyond the limits. They must be finite.
    pub fn require_inside(
        &self,
        problem: &Problem<D>,
        velocities: &[[f64; D]],
        step: u64,
    ) -> Result<(), Failure> {
        if self.reach.is_empty() {
            return Ok(());
        }
        let mut energy = 0.0;
        // The species of the farthest particle, and its distance in thermal speeds.
        let mut farthest = (0, 0.0f64);
        let mut outside = false;
        for (i, species) in problem.species.iter().enumerate() {
            let particles =
                problem.weights[species.range.clone()].iter().zip(&velocities[species.range.clone()]);
            let (mut sum, mut largest) = (0.0, 0.0f64);
            for (w, v) in particles {
                let square = square(v, &self.center);
                sum += w * square;
                largest = largest.max(square);
            }
            energy += 0.5 * species.mass * sum;
            outside |= largest.sqrt() > self.reach[i];
            let far = largest.sqrt() / self.speeds[i];
            if far > farthest.1 {
                farthest = (i, far);
            }
        }
        if outside || energy > self.energy {
            let (species, speeds) = farthest;
            return Err(Failure::ThrownOut {
                step,
                species: problem.species[species].name.clone(),
                speeds,
                before: self.before[species],
            });
        }
        Ok(())
    }
}

/// |a − b|².
fn square<const D: usize>(a: &[f64; D], b: &[f64; D]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}
