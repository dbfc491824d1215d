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
    /// What weights that are no densities are made densities by.
    pub amount: Option<Amount>,
    /// Mass of a particle in the scenario's unit, for momenta in a file without masses.
    pub mass: f64,
    /// Charge of a particle in the scenario's unit, for weights that are charges.
    pub charge: f64,
    /// Whether the scenario is in SI units.
    pub si: bool,
    /// The symmetry of the scenario.
    pub symmetry: Symmetry,
}

/// What makes weights densities, in the scenario's units: the space that the particles fill, or their density.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// The volume that counted particles fill.
    Volume(f64),
    /// The area that particles per length fill, as in two-dimensional simulations.
    Area(f64),
    /// The length that particles per area fill, as in one-dimensional simulations.
    Length(f64),
    /// The density of all particles together; weights are relative.
    Density(f64),
}

impl Amount {
    /// The key of the scenario.
    pub fn key(self) -> &'static str {
        match self {
            Self::Volume(_) => "volume",
            Self::Area(_) => "area",
            Self::Length(_) => "length",
            Self::Density(_) => "density",
        }
    }

    /// Makes weights densities.
    pub fn apply(self, weights: &mut [f64]) {
        let divisor = match self {
            Self::Volume(size) | Self::Area(size) | Self::Length(size) => size,
            Self::Density(density) => crate::sum::sum(weights.iter().copied()) / density,
        };
        weights.iter_mut().for_each(|weight| *weight /= divisor);
    }
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

    /// A number of particles that no run can have.
    pub fn of_count(count: usize) -> Self {
        Self::of_path(format!("found {count} particles; allowed: 2 to {MOST_PARTICLES}"))
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
    /// What a reader of the file should know, a line each.
    pub notes: Vec<String>,
}

impl<const D: usize> CloudFile<D> {
    /// Leaves out the particles of weight 0, which stand for nothing, with a note of how many.
    pub fn without_weightless(mut self) -> Self {
        let weightless = self.weights.iter().filter(|&&weight| weight == 0.0).count();
        if weightless > 0 {
            let count = self.weights.len();
            let mut weights = self.weights.iter();
            self.velocities.retain(|_| weights.next().is_some_and(|&weight| weight != 0.0));
            self.weights.retain(|&weight| weight != 0.0);
            self.notes.push(format!("{weightless} of its {count} particles have weight 0 and are left out"));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn particles_without_weight_are_left_out_and_counted() {
        let cloud = CloudFile {
            velocities: vec![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
            weights: vec![0.0, 2.0, 0.0],
            notes: vec![],
        };
        let left = cloud.without_weightless();
        assert_eq!((left.velocities, left.weights), (vec![[3.0, 4.0]], vec![2.0]));
        assert_eq!(left.notes, ["2 of its 3 particles have weight 0 and are left out"]);
    }

    #[test]
    fn weights_become_densities() {
        let densities = |amount: Amount| {
            let mut weights = [1.0, 3.0];
            amount.apply(&mut weights);
            weights
        };
        assert_eq!(densities(Amount::Volume(0.5)), [2.0, 6.0]);
        assert_eq!(densities(Amount::Density(8.0)), [2.0, 6.0]);
    }
}
