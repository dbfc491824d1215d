//! The sums by a mesh: in both passes every particle deposits on it once and gathers from it once.

use crate::kernel::lanes::InstructionSet;
use crate::problem::Species;
use crate::ranks::Ranks;
use crate::score::field::{Field, Geometry, MOST_NODES, TooManyNodes};
use crate::score::mollifier::mass_beyond_cube;
use crate::sum::Sum;

/// η in standard deviations of the factors: an error of 4e-7 along each axis.
const SPACING: f64 = 0.8;

/// The reach of the factors, in their standard deviations, over that of the mollifier in its own. It makes the default cut-off
/// fifteen nodes wide, two vectors of eight, and lets particles see each other as far as 8.2 of the mollifier's deviations.
const REACH: f64 = 0.89;

/// The sums of one species, a mesh for each bandwidth.
#[derive(Debug)]
pub struct MeshSums<const D: usize> {
    /// a_k and the mesh.
    fields: Vec<(f64, Field<D>)>,
}

impl<const D: usize> MeshSums<D> {
    /// With the weights of the extrapolation; `cutoff` in standard deviations of the mollifier.
    pub fn new(species: &Species<D>, weights: &[f64], cutoff: f64, instruction_set: InstructionSet) -> Self {
        let field = |(k, &factor): (usize, &f64)| {
            let geometry = geometry(species.center, (k + 1) as f64 * species.bandwidth, cutoff);
            (factor, Field::new(geometry, instruction_set))
        };
        Self { fields: weights.iter().enumerate().map(field).collect() }
    }

    /// Divides the sums between ranks.
    pub fn divide(&mut self, ranks: &Ranks) {
        self.fields.iter_mut().for_each(|(_, field)| field.divide(ranks));
    }

    /// Numbers that ranks exchange in an evaluation.
    pub fn gathered(&self) -> usize {
        // Both passes gather.
        self.fields.iter().map(|(_, field)| 2 * field.gathered()).sum()
    }

    /// Overwrites the scores and returns the entropy.
    pub fn evaluate(
        &mut self,
        velocities: &[[f64; D]],
        weights: &[f64],
        scores: &mut [[f64; D]],
    ) -> Result<f64, TooManyNodes> {
        scores.fill([0.0; D]);
        let mut entropy = Sum::default();
        for (factor, field) in &mut self.fields {
            let factor = *factor;
            field.locate(velocities, weights, MOST_NODES)?;
            field.deposit();
            field.gather();
            for (weight, density) in weights.iter().zip(field.gathered_values()) {
                entropy.add(factor * weight * density.ln());
            }
            field.add_gradients(|density| factor / density, scores);
            field.divide_by_values();
            field.deposit();
            field.gather();
            field.add_gradients(|_| factor, scores);
        }
        Ok(entropy.value())
    }

    /// The spacing of the mesh of the first bandwidth.
    pub fn spacing(&self) -> f64 {
        self.fields[0].1.spacing()
    }

    /// Bytes of the workspace.
    pub fn memory(&self) -> usize {
        self.fields.iter().map(|(_, field)| field.memory()).sum()
    }
}

fn geometry<const D: usize>(origin: [f64; D], variance: f64, cutoff: f64) -> Geometry<D> {
    let variance = 0.5 * variance;
    Geometry { origin, spacing: SPACING * variance.sqrt(), bound: None, variance, cutoff: REACH * cutoff }
}

/// The mass that G misses for a cut-off of the mollifier: what either factor misses.
pub fn truncation(cutoff: f64, dimension: usize) -> f64 {
    2.0 * mass_beyond_cube(REACH * cutoff, dimension)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::mollifier::normalization;

    /// G of two particles at a distance z along an axis, from the density at one that has next to no weight itself.
    fn kernel(variance: f64, z: f64) -> f64 {
        let mut field = Field::<3>::new(geometry([0.1, -0.2, 0.3], variance, 6.5), InstructionSet::detect());
        let velocities = [[0.0; 3], [0.0, z, 0.0]];
        field.locate(&velocities, &[1.0, 1e-60], MOST_NODES).unwrap();
        field.deposit();
        field.gather();
        field.gathered_values().nth(1).unwrap()
    }

    #[test]
    fn two_particles_see_each_other_through_the_mesh_as_without_it() {
        let variance: f64 = 0.37;
        for tenths in 0..=90 {
            let deviations = 0.1 * f64::from(tenths);
            let expected = normalization(variance, 3) * (-0.5 * deviations * deviations).exp();
            let error = kernel(variance, deviations * variance.sqrt()) / expected - 1.0;
            // The trapezoidal rule along three axes. And the ends of the factors: of a Gaussian of σ/2 in the middle
            // between the particles each leaves out what lies 5.8 σ/√2 from its particle, give or take half a spacing.
            let rule = 3.0 * 2.0 * (-(std::f64::consts::PI / SPACING).powi(2)).exp();
            let end = 2f64.sqrt() * (REACH * 6.5 - 0.5 * SPACING) - deviations;
            let end = libm::erfc(end / 2f64.sqrt());
            assert!(error.abs() < rule + end, "{deviations}: {error:e} of {rule:e} and {end:e}");
        }
    }

    #[test]
    fn the_spacing_is_fifteen_nodes_for_the_default_cutoff() {
        let field = Field::<2>::new(geometry([0.0; 2], 1.0, 6.5), InstructionSet::detect());
        assert_eq!(field.nodes_per_particle(), 15 * 15);
    }
}
