//! The norm in which changes of velocities are measured, in units of thermal speeds.
//!
//! |x| = max_i √( Σ_{p∈i} w_p |x_p|² / Σ_{p∈i} w_p ) / √(T_i/m_i). It is the weighted root mean square over a
//! species, relative to its own thermal speed, so that heavy and light species count alike. All tolerances of
//! time integration refer to this norm.

use crate::functionals::moments::Moments;
use crate::problem::{Conserved, Problem, Species};
use crate::sum::sum;

/// The norm with the thermal speeds of one cloud.
#[derive(Debug, Clone, PartialEq)]
pub struct ThermalNorm {
    /// √(T/m) of every species.
    speeds: Vec<f64>,
    resolution: f64,
}

impl ThermalNorm {
    /// The norm with the thermal speeds at `velocities`.
    pub fn at<const D: usize>(problem: &Problem<D>, velocities: &[[f64; D]]) -> Self {
        let moments: Vec<Moments<D>> =
            problem.species.iter().map(|species| problem.moments(species, velocities)).collect();
        let rest = rest(problem, &moments);
        let length = |v: [f64; D]| v.iter().map(|c| c * c).sum::<f64>().sqrt();
        let mut resolution = 0.0f64;
        let speeds = problem.species.iter().zip(&moments).map(|(species, moments)| {
            // A species of one particle has no thermal speed. Its speed relative to the other species takes
            // its place, or 1 if that vanishes too.
            let speed = (moments.temperature() / species.mass).sqrt();
            let own = length(std::array::from_fn(|axis| moments.velocity[axis] - rest[axis]));
            let rounding = f64::EPSILON * length(moments.velocity);
            let speed = [speed, own].into_iter().find(|&speed| speed > rounding).unwrap_or(1.0);
            // A species without particles has no velocity.
            if rounding > 0.0 {
                resolution = resolution.max(rounding / speed);
            }
            speed
        });
        Self { speeds: speeds.collect(), resolution }
    }

    /// √(T/m) of every species.
    pub fn speeds(&self) -> &[f64] {
        &self.speeds
    }

    /// The rounding error of velocities near the species' mean velocities, in thermal speeds. No smaller
    /// tolerance can be met.
    pub fn resolution(&self) -> f64 {
        self.resolution
    }

    /// The norm of a field with one vector per particle.
    pub fn size<const D: usize>(&self, problem: &Problem<D>, vectors: &[[f64; D]]) -> f64 {
        self.largest(problem, |p| vectors[p].iter().map(|c| c * c).sum())
    }

    /// The norm of the difference between two clouds.
    pub fn distance<const D: usize>(&self, problem: &Problem<D>, a: &[[f64; D]], b: &[[f64; D]]) -> f64 {
        self.largest(problem, |p| (0..D).map(|axis| (a[p][axis] - b[p][axis]).powi(2)).sum())
    }

    /// The largest √(Σ w square / Σ w) / speed of all species. `square` gives the square for each particle.
    pub fn largest<const D: usize>(&self, problem: &Problem<D>, square: impl Fn(usize) -> f64) -> f64 {
        let mut largest = 0.0;
        for (species, speed) in problem.species.iter().zip(&self.speeds) {
            let weights = &problem.weights[species.range.clone()];
            let total = sum(species.range.clone().zip(weights).map(|(p, w)| w * square(p)));
            let size = (total / sum(weights.iter().copied())).sqrt() / speed;
            // `f64::max` would hide a NaN. A species without particles does not count.
            if !weights.is_empty() && (size > largest || size.is_nan()) {
                largest = size;
            }
        }
        largest
    }

    /// For every particle the factor √(w/Σw)/√(T/m). Scaled by it, the Euclidean length of a vector is the
    /// root of the sum of the squared norms of all species. In this metric the linearised equation is
    /// symmetric at a common temperature. A particle without weight, which does not move, has the factor 1/√(T/m): one that
    /// can be divided by.
    pub fn metric<const D: usize>(&self, problem: &Problem<D>, factors: &mut Vec<f64>) {
        factors.clear();
        for (species, speed) in problem.species.iter().zip(&self.speeds) {
            let weights = &problem.weights[species.range.clone()];
            let total = sum(weights.iter().copied());
            let share = |w: &f64| if *w > 0.0 { (w / total).sqrt() } else { 1.0 };
            factors.extend(weights.iter().map(|w| share(w) / speed));
        }
    }

    /// √(mean |x_p|²/(T/m)) over all particles, whatever their weights. It sees thin tails, which a weighted
    /// norm does not.
    pub fn unweighted<const D: usize>(&self, problem: &Problem<D>, vectors: &[[f64; D]]) -> f64 {
        let squares = problem.species.iter().zip(&self.speeds).flat_map(|(species, speed)| {
            vectors[species.range.clone()]
                .iter()
                .map(move |v| v.iter().map(|c| c * c).sum::<f64>() / (speed * speed))
        });
        (sum(squares) / problem.particles().max(1) as f64).sqrt()
    }
}

/// The common velocity of the fixed species, or else the mean velocity of all moving species.
fn rest<const D: usize>(problem: &Problem<D>, moments: &[Moments<D>]) -> [f64; D] {
    if let Conserved::EnergyAbout(velocity) = problem.conserved {
        return velocity;
    }
    let mass = |(species, moments): (&Species<D>, &Moments<D>)| species.mass * moments.density;
    let total: f64 = problem.species.iter().zip(moments).map(mass).sum();
    std::array::from_fn(|axis| {
        let all = problem.species.iter().zip(moments);
        all.map(|(species, moments)| mass((species, moments)) * moments.velocity[axis]).sum::<f64>() / total
    })
}
