//! What is constant in a run: species, weights, coefficients, and what the equation conserves.

use crate::functionals::moments::Moments;
use crate::units::Scales;
use std::ops::Range;

/// A moving species.
#[derive(Debug, Clone)]
pub struct Species<const D: usize> {
    pub name: String,
    pub mass: f64,
    pub charge: f64,
    /// The species' particles in the arrays of the run.
    pub range: Range<usize>,
    /// h: the lattice spacing, or for other clouds the mean distance between neighbours at the start.
    pub spacing: f64,
    /// Variance ε of the mollifier at extrapolation order 2.
    pub bandwidth: f64,
    /// The geometric mean of the variances along the principal axes at the start, for a species whose spacing and
    /// bandwidth follow it.
    pub following: Option<f64>,
    /// The lattice the particles started on, if they did.
    pub lattice: Option<Lattice<D>>,
    /// Mean velocity of the initial distribution.
    pub center: [f64; D],
}

/// A uniform lattice of cell centres: `first` + `spacing` × index, indices 0 to `per_axis` − 1 on each axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lattice<const D: usize> {
    pub first: [f64; D],
    pub spacing: f64,
    pub per_axis: usize,
}

impl<const D: usize> Species<D> {
    /// How many times as wide as at the start the species' particles lie: the factor on h, whose square is that on ε.
    ///
    /// (det Σ/det Σ₀)^(1/2d) of its own particles where its bandwidth follows it, else 1.
    pub fn spread(&self, velocities: &[[f64; D]], weights: &[f64]) -> f64 {
        match self.following {
            Some(_) => self.spread_at(Moments::of(1.0, velocities, weights).geometric_temperature()),
            None => 1.0,
        }
    }

    /// The same of a cloud whose variances have this geometric mean.
    pub fn spread_at(&self, variance: f64) -> f64 {
        self.following.map_or(1.0, |first| (variance / first).sqrt())
    }
}

impl<const D: usize> Lattice<D> {
    /// The cell centres, the last axis varying fastest.
    pub fn centers(&self) -> impl Iterator<Item = [f64; D]> + '_ {
        (0..self.per_axis.pow(D as u32)).map(|cell| {
            let mut rest = cell;
            let mut center = self.first;
            for axis in (0..D).rev() {
                center[axis] += (rest % self.per_axis) as f64 * self.spacing;
                rest /= self.per_axis;
            }
            center
        })
    }

    /// h^d.
    pub fn cell_volume(&self) -> f64 {
        self.spacing.powi(D as i32)
    }
}

/// A species of infinite mass, at `velocity` for all times.
#[derive(Debug, Clone)]
pub struct FixedSpecies<const D: usize> {
    pub name: String,
    pub charge: f64,
    pub density: f64,
    pub velocity: [f64; D],
}

/// What the equation conserves besides the mass of each species.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Conserved<const D: usize> {
    /// No fixed species: total momentum and kinetic energy.
    MomentumAndEnergy,
    /// Fixed species at one common velocity: the kinetic energy about it.
    EnergyAbout([f64; D]),
    /// Fixed species at different velocities, say: nothing more.
    MassOnly,
}

impl<const D: usize> Conserved<D> {
    /// What two terms keep together.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::MomentumAndEnergy, kept) | (kept, Self::MomentumAndEnergy) => kept,
            (Self::EnergyAbout(one), Self::EnergyAbout(other)) if one == other => self,
            _ => Self::MassOnly,
        }
    }
}

/// What does not change in a run.
#[derive(Debug, Clone)]
pub struct Problem<const D: usize> {
    pub species: Vec<Species<D>>,
    pub fixed: Vec<FixedSpecies<D>>,
    /// Weights (numbers of real particles per volume), species after species.
    pub weights: Vec<f64>,
    /// γ in [−3, 1].
    pub gamma: f64,
    /// c_ij between moving species, row after row.
    pub coefficients: Vec<f64>,
    /// c_ib between moving species i and fixed species b, row after row.
    pub fixed_coefficients: Vec<f64>,
    /// δ_ij over the larger spacing of two moving species; none for the kernel |z|^γ itself.
    pub regularisation: Option<f64>,
    /// δ_ib over the spacing of a moving species, for every fixed species.
    pub fixed_regularisation: Option<f64>,
    /// What all terms of the right-hand side keep together, besides the mass of each species.
    pub conserved: Conserved<D>,
    /// The velocity that energies are about: that of the fixed species, where they have one in common, else the mean
    /// at the start, rounded.
    pub reference: [f64; D],
    /// What the numbers above stand for in the units of the scenario.
    pub scales: Scales,
}

impl<const D: usize> Problem<D> {
    /// Number of particles.
    pub fn particles(&self) -> usize {
        self.weights.len()
    }

    /// Whether a species' bandwidth follows it.
    pub fn follows(&self) -> bool {
        self.species.iter().any(|species| species.following.is_some())
    }

    /// Iterates over particles as (mass, weight) in the order of the arrays.
    pub fn masses_and_weights(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.species.iter().flat_map(|species| {
            self.weights[species.range.clone()].iter().map(|&weight| (species.mass, weight))
        })
    }
}
