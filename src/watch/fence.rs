//! How far a step may carry particles while it is under way.
//!
//! Energy about a velocity c is conserved: about the mean where all species move, about the fixed species where they
//! have one velocity in common. Whatever a method tries on its way through a step stays near that. A step that is too long by orders
//! throws particles out instead, its projection then hides that, and a mesh of scores that follows them eats the memory.
//! So a step ends where
//!
//! * the energy ½ Σ m w |v − c|² at a stage is beyond [`MOST_ENERGY`] times that at the start of the step, or
//! * a single particle, however light, is beyond [`MOST_REACH`] times the distance √(2 K/m_i) from c to which the largest
//!   energy K = max ½ m |v − c|² of any one particle at the start could carry one of its species.
//!
//! Energies count fixed species at several velocities, which may turn particles around themselves, as if all mass moved at
//! twice the largest of their distances from c.
//!
//! The numbers are measured on the scenarios that come with the program and on cases of two species on one lattice, of beams,
//! of mass ratios up to 1836 and of ions at a particle's own velocity, with every integrator. Stages of good steps have at most
//! 1.01 times the energy at the start; one particle of a thin tail, 1e-14 of the mass, goes 3 times
//! as far as the rest without harm to any moment. Stages of steps that are wrong and end, with a warning of
//! [the step](super::StepWatch), have up to 7 times the energy and 15 times the distance. Those that fill the memory have 30
//! times the distance or more and 1000 times the energy or more.

use crate::error::Failure;
use crate::functionals::invariants::About;
use crate::integrators::norm::ThermalNorm;
use crate::kernel::interaction::dot;
use crate::problem::Problem;

/// Energy at a stage over that at the start of its step.
pub const MOST_ENERGY: f64 = 10.0;

/// Distance of one particle over the largest that energies at the start of its step allow.
pub const MOST_REACH: f64 = 100.0;

/// Roundings of velocities that are not yet a motion.
const ROUNDINGS: f64 = 1e3;

/// What a step is held to; nothing before it encloses anything.
#[derive(Debug, Clone, PartialEq)]
pub struct Fence<const D: usize> {
    /// c.
    center: [f64; D],
    /// ½ Σ m w |v − c|², at most.
    energy: f64,
    /// For each species |v − c|, at most.
    reach: Vec<f64>,
    /// For each species its thermal speed at the start of the step, and the largest |v − c| in it.
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
    /// Encloses the velocities at the start of a step.
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

    /// Refuses velocities, which are finite, that a stage of step `step` may not have.
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
        // The species, and the distance in thermal speeds.
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
