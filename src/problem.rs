//! What is constant in a run: species, coefficients, sources, and what the equation conserves; and the weights of the
//! particles, which change where there are sources of weight.

use crate::fields::Fields;
use crate::functionals::moments::Moments;
use crate::symmetry::axis::Nodes;
use crate::symmetry::{HalfPlane, RADIUS, Symmetry};
use crate::units::Scales;
use std::f64::consts::PI;
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
    /// What a user should know of the file that the particles came from, a line each.
    pub notes: Vec<String>,
}

/// A uniform lattice of cell centres: `first` + `spacing` × index, indices 0 to `per_axis` − 1 on each axis.
///
/// With a symmetry its cells are rings or shells, as far apart as the cells of the cube would be: their distances from the axis, or
/// their radii, are (k + ½) `spacing`. Rings in the corners, beyond half the edge from the centre, are left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lattice<const D: usize> {
    pub symmetry: Symmetry,
    pub first: [f64; D],
    pub spacing: f64,
    pub per_axis: usize,
}

impl<const D: usize> Species<D> {
    /// How many times as wide as at the start the particles of a cloud lie whose variances have this geometric mean: the
    /// factor on h, whose square is that on ε. 1 where the bandwidth does not follow the species.
    pub fn spread_at(&self, variance: f64) -> f64 {
        self.following.map_or(1.0, |first| (variance / first).sqrt())
    }
}

impl<const D: usize> Lattice<D> {
    /// The centres of the cells and their volumes. Of a cube the last axis varies fastest, of rings the distance from
    /// the axis.
    pub fn cells(&self) -> Box<dyn Iterator<Item = ([f64; D], f64)> + '_> {
        let h = self.spacing;
        let radii = self.per_axis.div_ceil(2);
        match self.symmetry {
            Symmetry::None => {
                let volume = h.powi(D as i32);
                Box::new((0..self.per_axis.pow(D as u32)).map(move |cell| (self.center(cell), volume)))
            }
            Symmetry::Axial(HalfPlane { along, across }) => {
                let half_width = 0.5 * self.per_axis as f64;
                let cells = (0..self.per_axis * radii).map(move |cell| [cell / radii, cell % radii]);
                let inside = move |&[plane, k]: &[usize; 2]| {
                    (plane as f64 + 0.5 - half_width).hypot(Nodes::Midpoints.place(k)) <= half_width
                };
                Box::new(cells.filter(inside).map(move |[plane, k]| {
                    let mut center = [0.0; D];
                    center[along] = self.first[along] + plane as f64 * h;
                    center[across] = Nodes::Midpoints.place(k) * h;
                    (center, Nodes::Midpoints.area(k) * h * h * h)
                }))
            }
            Symmetry::Spherical => Box::new((0..radii).map(move |k| {
                let mut center = [0.0; D];
                center[RADIUS] = Nodes::Midpoints.place(k) * h;
                (center, 4.0 * PI * center[RADIUS].powi(2) * h)
            })),
        }
    }

    fn center(&self, cell: usize) -> [f64; D] {
        let mut rest = cell;
        let mut center = self.first;
        for axis in (0..D).rev() {
            center[axis] += (rest % self.per_axis) as f64 * self.spacing;
            rest /= self.per_axis;
        }
        center
    }

    /// The centres of the cells, in the same order.
    pub fn centers(&self) -> impl Iterator<Item = [f64; D]> + '_ {
        self.cells().map(|(center, _)| center)
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

/// A species of finite mass that stays Maxwellian for all times, whatever others give to it.
#[derive(Debug, Clone)]
pub struct Background<const D: usize> {
    pub name: String,
    pub mass: f64,
    pub charge: f64,
    pub density: f64,
    pub temperature: f64,
    pub velocity: [f64; D],
}

/// A heating of a moving species.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeatingOf {
    /// The place of the species.
    pub species: usize,
    pub heat: Heat,
}

/// How a species is heated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Heat {
    /// Energy per volume and time.
    Power(f64),
    /// Towards a temperature, from which it is off by 1/e after a time.
    Towards { temperature: f64, time: f64 },
}

/// A source of the weight of a moving species.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightSource<const D: usize> {
    /// The place of the species.
    pub species: usize,
    pub flow: Flow<D>,
}

/// What a source does to weights.
#[derive(Debug, Clone, PartialEq)]
pub enum Flow<const D: usize> {
    /// Particles are born.
    Birth(Birth<D>),
    /// Every weight falls to 1/e in this time.
    Loss(f64),
    /// The weight of what is faster than this leaves.
    Sink(f64),
}

/// Births on the cells of the lattice that the species started on.
#[derive(Debug, Clone, PartialEq)]
pub struct Birth<const D: usize> {
    /// The cells, in the order of the particles.
    pub cells: Vec<[f64; D]>,
    /// The weight that is born in each in a unit of time.
    pub rates: Vec<f64>,
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
    /// What the particles stand for: points, rings or shells.
    pub symmetry: Symmetry,
    pub species: Vec<Species<D>>,
    pub fixed: Vec<FixedSpecies<D>>,
    pub backgrounds: Vec<Background<D>>,
    pub fields: Fields<D>,
    pub heatings: Vec<HeatingOf>,
    pub weight_sources: Vec<WeightSource<D>>,
    /// Weights (numbers of real particles per volume), species after species. They are those of the state: where
    /// sources change them there, the right-hand side takes them over into its problem.
    pub weights: Vec<f64>,
    /// γ in [−3, 1].
    pub gamma: f64,
    /// c_ij between moving species, row after row.
    pub coefficients: Vec<f64>,
    /// c_ib between moving species i and fixed species b, row after row.
    pub fixed_coefficients: Vec<f64>,
    /// c_ib between moving species i and background b, row after row.
    pub background_coefficients: Vec<f64>,
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

    /// The moments of a species, from the velocities of all particles.
    pub fn moments(&self, species: &Species<D>, velocities: &[[f64; D]]) -> Moments<D> {
        self.moments_per_mass(species.mass, species, velocities)
    }

    /// How many times as wide as at the start the particles of a species lie, from the velocities of all:
    /// (det Σ/det Σ₀)^(1/2d) where its bandwidth follows it, else 1.
    pub fn spread(&self, species: &Species<D>, velocities: &[[f64; D]]) -> f64 {
        match species.following {
            Some(_) => {
                species.spread_at(self.moments_per_mass(1.0, species, velocities).geometric_temperature())
            }
            None => 1.0,
        }
    }

    fn moments_per_mass(&self, mass: f64, species: &Species<D>, velocities: &[[f64; D]]) -> Moments<D> {
        let range = species.range.clone();
        Moments::of(self.symmetry, mass, &velocities[range.clone()], &self.weights[range])
    }

    /// Whether something from outside acts on the particles besides fixed species.
    pub fn is_driven(&self) -> bool {
        !self.backgrounds.is_empty()
            || !self.heatings.is_empty()
            || self.weights_change()
            || self.fields.electric.is_some()
            || self.fields.magnetic.is_some()
    }

    /// Whether weights change in a run.
    pub fn weights_change(&self) -> bool {
        !self.weight_sources.is_empty()
    }

    /// The source of a kind that a species has, with its place among the problem's.
    pub fn weight_source<'a, T>(
        &'a self,
        species: usize,
        of_kind: impl Fn(&'a Flow<D>) -> Option<T>,
    ) -> Option<(usize, T)> {
        let own = self.weight_sources.iter().enumerate().filter(|(_, source)| source.species == species);
        own.filter_map(|(place, source)| Some((place, of_kind(&source.flow)?))).next()
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
