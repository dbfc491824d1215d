//! Integrals over one velocity: functionals of each species, and their derivatives along Q_ij, which is known at a velocity.
//!
//! ```text
//! Q_ij = c_ij/m_i [ (a : ∇∇f_i + b·∇f_i)/m_i − (b·∇f_i + (∇·b) f_i)/m_j ],   a = A ∗ f_j,  b = ∇·a
//! ```
//!
//! Each Gaussian of f_i has points of its own, a lattice in units of its standard deviations along its axes, weighted by the
//! Gaussian. A sum over a lattice converges faster than any power of the spacing for functions that are analytic about the real
//! velocities, as log f is. The lattice is body-centred cubic, which does this with the fewest points.

use super::convolution::Kernel;
use super::gaussians::{Gaussians, Local};
use super::tensor::{Vector, contracted, dot, square, times, trace};
use crate::functionals::axisymmetric::Integral;
use crate::sum::Sum;
use rayon::prelude::*;
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

    /// Adds weight × value to each.
    #[inline]
    pub fn add(&mut self, weight: f64, values: &[f64]) {
        for ((value, size), own) in self.0.iter_mut().zip(values) {
            value.add(weight * own);
            size.add((weight * own).abs());
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

/// Points that a thread sums at a time.
const CHUNK: usize = 512;

/// ∫ of several functions times f, by the lattices of its Gaussians. The order of the sums does not depend on threads.
pub fn integrals(
    f: &Gaussians,
    lattice: &Lattice,
    count: usize,
    values: impl Fn(Vector, &Local, &mut [f64]) + Sync,
) -> Vec<Integral> {
    let mut all = Sums::new(count);
    for part in &f.parts {
        let chunks: Vec<Vec<Integral>> = lattice
            .points
            .par_chunks(CHUNK)
            .map(|points| {
                let (mut sums, mut own) = (Sums::new(count), vec![0.0; count]);
                for &(x, _, weight) in points {
                    let v = part.at(x);
                    values(v, &f.local(v), &mut own);
                    sums.add(part.density * weight, &own);
                }
                sums.integrals()
            })
            .collect();
        chunks.iter().for_each(|chunk| all.join(chunk));
    }
    all.integrals()
}

/// H' up to a constant, and I'.
#[inline]
pub fn derivatives(local: &Local) -> [f64; 2] {
    [local.log, -2.0 * trace(&local.hessian) - dot(local.slope, local.slope)]
}

/// Q_ij/f_i for c_ij = 1, and the flux of f_i over f_i, F/f_i with Q_ij = ∇·F.
#[inline]
pub fn collisions(local: &Local, [own, other]: [f64; 2], at: &super::convolution::Convolved) -> (f64, Vector) {
    let second = square(local.slope);
    let curvature = contracted(&at.tensor, &local.hessian) + contracted(&at.tensor, &second);
    let drift = dot(at.divergence, local.slope);
    let image = times(&at.tensor, local.slope);
    let flux = std::array::from_fn(|a| (image[a] / own - at.divergence[a] / other) / own);
    (((curvature + drift) / own - (drift + at.twice) / other) / own, flux)
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
pub fn of_species(
    all: &[Gaussians],
    i: usize,
    kernel: &Kernel,
    lattice: &Lattice,
    power: f64,
) -> OfSpecies {
    let f = &all[i];
    let found = integrals(f, lattice, OWN + EACH * all.len(), |v, local, values| {
        let [entropy, fisher] = derivatives(local);
        values[0] = 1.0;
        values[1] = entropy;
        values[2] = dot(local.slope, local.slope);
        values[3] = ((power - 1.0) * local.log).exp();
        for (other, own) in all.iter().zip(values[OWN..].chunks_exact_mut(EACH)) {
            let (rate, flux) = collisions(local, [f.mass, other.mass], &kernel.convolved(other, v));
            own[0] = entropy * rate;
            own[1] = -dot(local.slope, flux);
            own[2] = fisher * rate;
        }
    });
    let along = found[OWN..]
        .chunks_exact(EACH)
        .map(|one| Along { entropy: one[0], entropy_by_flux: one[1], fisher: one[2] })
        .collect();
    OfSpecies { density: found[0], entropy: found[1], fisher: found[2], power: found[3], along }
}
