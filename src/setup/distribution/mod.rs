//! The initial distributions: densities, and maps from the unit cube that sample them.

mod halton;
mod moments;
mod part;
mod parts;
#[cfg(test)]
mod tests;

pub use parts::dipole;

use crate::problem::Lattice;
use crate::scenario::{Initial, Violation};
use halton::halton_point;
use part::Part;
use parts::push_parts;
use rand::{Rng, RngExt};
use rand_distr::{Distribution as _, StandardNormal};

/// A distribution of velocities, the sum of its parts.
pub struct Distribution<const D: usize> {
    parts: Vec<Part<D>>,
}

impl<const D: usize> Distribution<D> {
    /// The distribution of a species of this mass. What is not known up to a factor is normalised on the
    /// lattice; 1 is `velocity` in the units of the scenario. A violation's path is among the species' keys.
    pub fn new(
        initial: &Initial,
        mass: f64,
        velocity: f64,
        lattice: Option<&Lattice<D>>,
    ) -> Result<Self, Violation> {
        let mut parts = Vec::new();
        push_parts(initial, "initial", mass, velocity, &mut parts);
        if let Some(lattice) = lattice {
            parts.iter_mut().try_for_each(|part| part.normalise(lattice))?;
        }
        Ok(Self { parts })
    }

    /// f(v).
    pub fn density_at(&self, v: [f64; D]) -> f64 {
        self.parts.iter().map(|part| part.density_at(v)).sum()
    }

    /// ∫ f dv.
    pub fn total(&self) -> f64 {
        self.parts.iter().map(Part::total).sum()
    }

    /// Independent samples.
    pub fn random(&self, count: usize, generator: &mut impl Rng) -> Vec<[f64; D]> {
        (0..count)
            .map(|_| {
                let mut share = generator.random::<f64>() * self.total();
                let part = self.parts.iter().find(|part| {
                    share -= part.total();
                    share < 0.0
                });
                // Rounding may leave a share of 0 behind the last part.
                let part = part.unwrap_or(&self.parts[self.parts.len() - 1]);
                match part {
                    Part::Normal { deviations, drift, .. } => std::array::from_fn(|axis| {
                        let normal: f64 = StandardNormal.sample(generator);
                        drift[axis] + deviations[axis] * normal
                    }),
                    Part::Radial { .. } | Part::Dipole { .. } | Part::Formula { .. } => {
                        part.at_cube_point(std::array::from_fn(|_| generator.random()))
                    }
                }
            })
            .collect()
    }

    /// Low-discrepancy samples: every part gets its share of the count, rounded so that the counts
    /// add up, and its own sequence from the start.
    pub fn quasi_random(&self, count: usize) -> Vec<[f64; D]> {
        let mut samples = Vec::with_capacity(count);
        let mut before = 0.0;
        for part in &self.parts {
            before += part.total();
            let end = (count as f64 * before / self.total()).round() as usize;
            let own = end - samples.len();
            samples.extend((0..own).map(|index| part.at_cube_point(halton_point(index))));
        }
        samples
    }
}
