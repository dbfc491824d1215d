//! A cloud of particles as a file holds it: what is asked of the file, and what may be wrong with it.

use crate::symmetry::Symmetry;
use crate::symmetry::coordinates::Coordinate;
use std::path::Path;

/// More particles than memory holds are a mistake.
pub const MOST_PARTICLES: usize = 1 << 24;

/// What is asked of a file with several species and iterations, and what helps to read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    pub species: String,
    /// The last one if none is named.
    pub iteration: Option<u64>,
    /// What counts of particles are divided by, in the scenario's unit.
    pub volume: Option<f64>,
    /// Mass of a particle in the scenario's unit, for momenta in a file without masses.
    pub mass: f64,
    /// Whether the scenario is in SI units.
    pub si: bool,
    /// The symmetry of the scenario.
    pub symmetry: Symmetry,
}

impl Wanted {
    /// The coordinates by which a file may give velocities: those of the scenario's particles, or x, y, z of points, each of
    /// which then stands for its orbit.
    pub fn layouts<const D: usize>(&self) -> Vec<Vec<Coordinate>> {
        let points = Symmetry::None.named::<D>();
        if self.symmetry.is_none() { vec![points] } else { vec![self.symmetry.named::<D>(), points] }
    }
}

/// What is wrong with a file, and the key of `initial.file` that asks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub key: &'static str,
    pub message: String,
}

impl Fault {
    pub fn of(key: &'static str, message: impl Into<String>) -> Self {
        Self { key, message: message.into() }
    }

    pub fn of_path(message: impl Into<String>) -> Self {
        Self::of("path", message)
    }

    /// With the file's name in front.
    pub fn in_file(self, path: &Path) -> Self {
        Self { message: format!("{}: {}", path.display(), self.message), ..self }
    }
}

/// Particles as a file holds them, in the units of the scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct CloudFile<const D: usize> {
    pub velocities: Vec<[f64; D]>,
    pub weights: Vec<f64>,
}
