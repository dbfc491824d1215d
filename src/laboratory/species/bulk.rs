//! Integrals over one velocity: functionals of each species, and their derivatives along Q_ij, which is known at a velocity.
//!
//! ```text
//! Q_ij = c_ij/m_i [ (a : ∇∇f_i + b·∇f_i)/m_i − (b·∇f_i + (∇·b) f_i)/m_j ],   a = A ∗ f_j,  b = ∇·a
//! ```
//!
//! Each Gaussian of f_i has points of its own, a lattice in units of its standard deviations along its axes, weighted by the
//! Gaussian. A sum over a lattice converges faster than any power of the spacing for functions that are analytic about the real
//! velocities, as log f is. The lattice is body-centred cubic, which does this with the fewest points.

use super::convolution::{Convolved, Kernel};
use super::gaussians::{Gaussians, Local};
use super::tensor::{Vector, contracted, dot, square, trace};
use crate::functionals::axisymmetric::Integral;
use crate::parallel;
use crate::sum::Sum;
use std::f64::consts::PI;

/// Standard deviations to which a lattice reaches: beyond, a Gaussian has 1e-12 of its integral.
pub const REACH: f64 = 7.6;

/// Points of a lattice in units of standard deviations, with the weights of a normal distribution, in the order of their distance.
#[derive(Debug, Clone)]
pub struct Lattice {
    /// x, |x|² and the weight.
    pub points: Vec<(Vector, f64, f64)>,
}

impl Lattice {
    /// Up to a reach, as fine as a cubic lattice of this spacing.
    pub fn new(spacing: f64, reach: f64) -> Self {
        let cell = std::f64::consts::SQRT_2 * spacing;
        let volume = 0.5 * cell.powi(3) / (2.0 * PI).powf(1.5);
        let most = (reach / cell).ceil() as i64;
        let axis = || -2 * most..=2 * most;
        let mut points = Vec::new();
        for i in axis() {
            for j in axis().filter(|j| (i - j) % 2 == 0) {
                for k in axis().filter(|k| (i - k) % 2 == 0) {
                    let x = [i, j, k].map(|index| 0.5 * cell * index as f64);
                    let distance = dot(x, x);
                    if distance <= reach * reach {
                        points.push((x, distance, volume * (-0.5 * distance).exp()));
                    }
                }
            }
        }
        // Points at one distance stay in the order above.
        points.sort_by(|a, b| a.1.total_cmp(&b.1));
        Self { points }
    }
}

/// Sums of values, and of their absolute values.
#[derive(Debug, Clone)]
pub struct Sums(Vec<(Sum, Sum)>);

impl Sums {
    /// So many sums.
    pub fn new(count: usize) -> Self {
        Self(vec![(Sum::default(), Sum::default()); count])
    }

    /// Adds a positive weight × a term to each.
    #[inline]
    pub fn add(&mut self, weight: f64, terms: &[Integral]) {
        for ((value, size), own) in self.0.iter_mut().zip(terms) {
            value.add(weight * own.value);
            size.add(weight * own.size);
        }
    }

    /// Adds what another has summed.
    pub fn join(&mut self, other: &[Integral]) {
        for ((value, size), own) in self.0.iter_mut().zip(other) {
            value.add(own.value);
            size.add(own.size);
        }
    }

    /// What was summed.
    pub fn integrals(self) -> Vec<Integral> {
        self.0
            .into_iter()
            .map(|(value, size)| Integral { value: value.value(), size: size.value() })
            .collect()
    }
}

/// The share of what a value is a difference of that counts as its size: what vanishes but for rounding is known to be small.
const GRAIN: f64 = 1e-3;

/// A value that is a difference of numbers as large as `scale`.
#[inline]
pub fn term(value: f64, scale: f64) -> Integral {
    Integral { value, size: value.abs() + GRAIN * scale }
}

/// Points that a thread sums at a time.
const CHUNK: usize = 512;

/// ∫ of several functions times f, by the lattices of its Gaussians. The order of the sums does not depend on threads.
pub fn integrals(
    f: &Gaussians,
    lattice: &Lattice,
    count: usize,
    values: impl Fn(Vector, &Local, &mut [Integral]) + Sync,
) -> Vec<Integral> {
    let mut all = Sums::new(count);
    for part in &f.parts {
        let chunks = parallel::map(lattice.points.len().div_ceil(CHUNK), &|chunk| {
            let (mut sums, mut own) = (Sums::new(count), vec![term(0.0, 0.0); count]);
            for &(x, _, weight) in lattice.points[chunk * CHUNK..].iter().take(CHUNK) {
                let v = part.at(x);
                values(v, &f.local(v), &mut own);
                sums.add(part.density * weight, &own);
            }
            sums.integrals()
        });
        chunks.iter().for_each(|chunk| all.join(chunk));
    }
    all.integrals()
}

/// H' up to a constant, and I'.
#[inline]
pub fn derivatives(local: &Local) -> [f64; 2] {
    [local.log, -2.0 * trace(&local.hessian) - dot(local.slope, local.slope)]
}

/// Q_ij/f_i for c_ij = 1, and −∇log f_i · F/f_i, F the flux of f_i with Q_ij = ∇·F.
#[inline]
pub fn collisions(local: &Local, [own, other]: [f64; 2], at: &Convolved) -> [Integral; 2] {
    let second = contracted(&at.tensor, &square(local.slope));
    let curvature = contracted(&at.tensor, &local.hessian);
    let drift = dot(at.divergence, local.slope);
    let rate = ((curvature + second + drift) / own - (drift + at.twice) / other) / own;
    let scale =
        ((curvature.abs() + second + drift.abs()) / own + (drift.abs() + at.twice.abs()) / other) / own;
    let flux = (second / own - drift / other) / own;
    [term(rate, scale), term(-flux, (second / own + drift.abs() / other) / own)]
}

/// Integrals of one species: functionals, and derivatives along collisions with each species, c_ij = 1.
#[derive(Debug, Clone)]
pub struct OfSpecies {
    pub density: Integral,
    pub entropy: Integral,
    pub fisher: Integral,
    /// ∫ f^p.
    pub power: Integral,
    /// Along the collisions with each.
    pub along: Vec<Along>,
}

/// Derivatives along Q_ij for c_ij = 1.
#[derive(Debug, Clone, Copy)]
pub struct Along {
    /// ∫ log f_i Q_ij.
    pub entropy: Integral,
    /// −∫ ∇log f_i · F, F the flux of Q_ij: the same by parts.
    pub entropy_by_flux: Integral,
    /// ⟨I'(f_i), Q_ij⟩.
    pub fisher: Integral,
}

/// Numbers of one species before and of each partner among the sums.
const OWN: usize = 4;
const EACH: usize = 3;

/// All integrals of a species `i` among `all`; `power` is p ≥ 1 of ∫ f^p.
pub fn of_species(all: &[Gaussians], i: usize, kernel: &Kernel, lattice: &Lattice, power: f64) -> OfSpecies {
    let f = &all[i];
    let found = integrals(f, lattice, OWN + EACH * all.len(), |v, local, values| {
        let [entropy, fisher] = derivatives(local);
        values[0] = term(1.0, 0.0);
        values[1] = term(entropy, 0.0);
        values[2] = term(dot(local.slope, local.slope), 0.0);
        values[3] = term(((power - 1.0) * local.log).exp(), 0.0);
        for (other, own) in all.iter().zip(values[OWN..].chunks_exact_mut(EACH)) {
            let [rate, by_flux] = collisions(local, [f.mass, other.mass], &kernel.convolved(other, v));
            own[0] = rate.combined(entropy, rate, 0.0);
            own[1] = by_flux;
            own[2] = rate.combined(fisher, rate, 0.0);
        }
    });
    let along = found[OWN..]
        .chunks_exact(EACH)
        .map(|one| Along { entropy: one[0], entropy_by_flux: one[1], fisher: one[2] })
        .collect();
    OfSpecies { density: found[0], entropy: found[1], fisher: found[2], power: found[3], along }
}
