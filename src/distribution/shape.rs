//! What every distribution is to say of itself, as a scenario writes it and with its constants worked out.

use crate::problem::Lattice;
use crate::rules::{Checks, Violation};
use crate::symmetry::Symmetry;
use rand::{Rng, RngExt};

/// A distribution in D dimensions as a scenario writes it.
pub trait Shape<const D: usize> {
    /// Its key in a scenario.
    fn key(&self) -> &'static str;

    /// ∫ f dv.
    fn density(&self) -> f64;

    /// Checks its numbers. Paths of violations are among its own keys.
    fn rules(&self, found: &mut Checks);

    /// Checks that it has a symmetry, as a density of |v| alone has each. Paths of violations are among its own keys.
    fn symmetry_rules(&self, _symmetry: Symmetry, _found: &mut Checks) {}

    /// Fills in what was left out and has a value of its own.
    fn fill_defaults(&mut self) {}

    /// Whether it is particles as they stand, which are not placed or sampled.
    fn holds_particles(&self) -> bool {
        false
    }

    /// Whether its density and its moments are known on a lattice only.
    fn needs_lattice(&self) -> bool {
        false
    }

    /// The parts it is the sum of, for particles of a species. The lattice is the one its particles are placed on,
    /// where there is one and it is known.
    ///
    /// # Errors
    ///
    /// If it is no density on the lattice. The path is among its own keys.
    fn parts(&self, particle: Particle, lattice: Option<&Lattice<D>>) -> Result<Parts<D>, Violation>;
}

/// The parts of a distribution.
pub type Parts<const D: usize> = Vec<Box<dyn Part<D>>>;

/// One part of a distribution, with the constants of its density worked out.
pub trait Part<const D: usize> {
    /// ∫ f dv.
    fn density(&self) -> f64;

    /// f(v).
    fn density_at(&self, v: [f64; D]) -> f64;

    /// The velocity at a point of the unit cube, such that uniform points give this distribution.
    fn at_cube_point(&self, point: [f64; D]) -> [f64; D];

    /// A sample.
    fn random(&self, generator: &mut dyn Rng) -> [f64; D] {
        self.at_cube_point(std::array::from_fn(|_| generator.random()))
    }

    /// The mean velocity, in which a part counts as one about 0 whose moments are not known.
    fn mean(&self) -> [f64; D] {
        [0.0; D]
    }

    /// The variance of each component of the velocity, which no part correlates with another; none where they are
    /// not known without a lattice.
    fn variances(&self) -> Option<[f64; D]>;

    /// How far the part reaches beyond its mean along each axis, at this many thermal speeds.
    fn reach(&self, thermal_speeds: f64) -> Option<[f64; D]> {
        self.variances().map(|variances| variances.map(|variance| thermal_speeds * variance.sqrt()))
    }

    /// The smallest deviation along an axis.
    fn width(&self) -> Option<f64> {
        Some(self.variances()?.into_iter().fold(f64::INFINITY, f64::min).sqrt())
    }
}

/// A particle of a species, which makes velocities of temperatures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Particle {
    pub mass: f64,
    /// Mass times velocity squared in the unit of temperature: 1, or with SI units a joule in eV.
    pub temperature_unit: f64,
}

impl Particle {
    /// A temperature as mass times velocity squared.
    pub fn energy(self, temperature: f64) -> f64 {
        temperature / self.temperature_unit
    }

    /// The temperature of a thermal speed.
    pub fn temperature(self, thermal_speed: f64) -> f64 {
        self.mass * thermal_speed * thermal_speed * self.temperature_unit
    }

    /// √(T/m).
    pub fn thermal_speed(self, temperature: f64) -> f64 {
        (self.energy(temperature) / self.mass).sqrt()
    }
}

/// A velocity of a scenario, 0 when left out.
pub fn vector<const D: usize>(components: Option<&Vec<f64>>) -> [f64; D] {
    std::array::from_fn(|axis| components.map_or(0.0, |components| components[axis]))
}
