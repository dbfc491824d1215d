//! Distributions of velocities at the start, one file each: its numbers in a scenario, their rules, its density, its
//! samples, and its moments.
//!
//! # To add a distribution
//!
//! 1. Write its file beside this one: a struct with the numbers that a scenario gives, [`Shape`] for it, and a [`Part`]
//!    whose constants are worked out. [`Shell`] is a short example, whose part is that of every density of |v| alone;
//!    [`Dipole`] has a part of its own. The comment of the struct is its description in the JSON Schema.
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
mod points;
mod radial;
mod shape;
mod shell;
mod sum;
#[cfg(test)]
mod tests;

pub use anisotropic_maxwellian::AnisotropicMaxwellian;
pub use bkw::Bkw;
pub use dipole::Dipole;
pub use expression::Expression;
pub use file::File;
pub use maxwellian::Maxwellian;
pub use mixture::Mixture;
pub use points::Points;
pub use shape::{Part, Particle, Parts, Shape, vector};
pub use shell::Shell;
pub use sum::Distribution;

use crate::problem::Lattice;
use crate::rules::{Checks, Violation, describe_choices};
use crate::symmetry::Symmetry;
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
    Points(Points),
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
            Self::Points(shape) => shape,
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
            Self::Points(shape) => shape,
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

impl Initial {
    /// ∫ f dv; NaN of particles as they stand.
    pub fn density<const D: usize>(&self) -> f64 {
        self.shape::<D>().density()
    }

    /// Checks its numbers. Paths of violations begin at its key.
    pub fn rules<const D: usize>(&self, found: &mut Checks) {
        let shape = self.shape::<D>();
        found.under(shape.key(), |found| shape.rules(found));
    }

    /// Checks that it has a symmetry. Paths of violations begin at its key.
    pub fn symmetry_rules<const D: usize>(&self, symmetry: Symmetry, found: &mut Checks) {
        let shape = self.shape::<D>();
        found.under(shape.key(), |found| shape.symmetry_rules(symmetry, found));
    }

    /// Fills in what was left out and has a value of its own.
    pub fn fill_defaults<const D: usize>(&mut self) {
        self.shape_mut::<D>().fill_defaults();
    }

    /// Its key in a scenario.
    pub fn key(&self) -> &'static str {
        self.shape::<3>().key()
    }

    /// Whether it is particles as they stand, which are not placed or sampled.
    pub fn holds_particles<const D: usize>(&self) -> bool {
        self.shape::<D>().holds_particles()
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
