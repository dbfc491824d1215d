//! Distributions of velocities at the start, one file each: its numbers in a scenario, their rules, its density, its
//! samples, and its moments.
//!
//! # To add a distribution
//!
//! 1. Write its file beside this one: a struct with the numbers that a scenario gives, [`Shape`] for it, and a [`Part`]
//!    whose constants are worked out. `shell.rs` is a short example of a density of |v| alone, `dipole.rs` one with
//!    a part of its own. The comment of the struct is its description in the JSON Schema.
//! 2. Name it in this file: in the list [`Initial`], in the two matches below the list, and in the list of examples.
//!
//! Nothing else knows the list. The tests go through the examples, and fail for a distribution without one.
//!
//! Everything here is in the units of the scenario.

mod anisotropic_maxwellian;
mod bkw;
mod dipole;
mod expression;
mod file;
mod maxwellian;
mod mixture;
mod parts;
mod radial;
mod shell;
#[cfg(test)]
mod tests;

pub use anisotropic_maxwellian::AnisotropicMaxwellian;
pub use bkw::Bkw;
pub use dipole::Dipole;
pub use expression::Expression;
pub use file::File;
pub use maxwellian::Maxwellian;
pub use mixture::Mixture;
pub use parts::{Distribution, Part};
pub use shell::Shell;

use crate::problem::Lattice;
use crate::rules::{Checks, Violation, describe_choices};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Distribution at the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schemars(transform = describe_choices)]
pub enum Initial {
    Maxwellian(Maxwellian),
    AnisotropicMaxwellian(AnisotropicMaxwellian),
    Bkw(Bkw),
    Shell(Shell),
    Dipole(Dipole),
    Expression(Expression),
    Mixture(Mixture),
    File(File),
}

impl Initial {
    fn shape<const D: usize>(&self) -> &dyn Shape<D> {
        match self {
            Self::Maxwellian(shape) => shape,
            Self::AnisotropicMaxwellian(shape) => shape,
            Self::Bkw(shape) => shape,
            Self::Shell(shape) => shape,
            Self::Dipole(shape) => shape,
            Self::Expression(shape) => shape,
            Self::Mixture(shape) => shape,
            Self::File(shape) => shape,
        }
    }

    fn shape_mut<const D: usize>(&mut self) -> &mut dyn Shape<D> {
        match self {
            Self::Maxwellian(shape) => shape,
            Self::AnisotropicMaxwellian(shape) => shape,
            Self::Bkw(shape) => shape,
            Self::Shell(shape) => shape,
            Self::Dipole(shape) => shape,
            Self::Expression(shape) => shape,
            Self::Mixture(shape) => shape,
            Self::File(shape) => shape,
        }
    }

    /// One of each in D dimensions, for the tests.
    #[cfg(test)]
    fn examples<const D: usize>() -> Vec<Self> {
        vec![
            Self::Maxwellian(Maxwellian::example::<D>()),
            Self::AnisotropicMaxwellian(AnisotropicMaxwellian::example::<D>()),
            Self::Bkw(Bkw::example()),
            Self::Shell(Shell::example()),
            Self::Dipole(Dipole::example()),
            Self::Expression(Expression::example()),
            Self::Mixture(Mixture::example::<D>()),
        ]
    }
}

/// A distribution in D dimensions as a scenario writes it.
pub trait Shape<const D: usize> {
    /// Its key in a scenario.
    fn key(&self) -> &'static str;

    /// ∫ f dv.
    fn density(&self) -> f64;

    /// Checks its numbers. Paths of violations are among its own keys.
    fn rules(&self, found: &mut Checks);

    /// Fills in what was left out and has a value of its own.
    fn fill_defaults(&mut self) {}

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

impl Initial {
    /// ∫ f dv; NaN of a file, which its particles know.
    pub fn density<const D: usize>(&self) -> f64 {
        self.shape::<D>().density()
    }

    /// Checks its numbers. Paths of violations begin at its key.
    pub fn rules<const D: usize>(&self, found: &mut Checks) {
        let shape = self.shape::<D>();
        found.under(shape.key(), |found| shape.rules(found));
    }

    /// Fills in what was left out and has a value of its own.
    pub fn fill_defaults<const D: usize>(&mut self) {
        self.shape_mut::<D>().fill_defaults();
    }

    /// Whether its density and its moments are known on a lattice only.
    pub fn needs_lattice<const D: usize>(&self) -> bool {
        self.shape::<D>().needs_lattice()
    }

    /// The parts it is the sum of, as [`Shape::parts`] says; the path of a violation begins at its key.
    fn parts<const D: usize>(
        &self,
        particle: Particle,
        lattice: Option<&Lattice<D>>,
    ) -> Result<Parts<D>, Violation> {
        let shape = self.shape::<D>();
        shape.parts(particle, lattice).map_err(|violation| violation.under(shape.key()))
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

    /// √(T/m).
    pub fn thermal_speed(self, temperature: f64) -> f64 {
        (self.energy(temperature) / self.mass).sqrt()
    }
}

/// A velocity of a scenario, 0 when left out.
pub fn vector<const D: usize>(components: Option<&Vec<f64>>) -> [f64; D] {
    std::array::from_fn(|axis| components.map_or(0.0, |components| components[axis]))
}
