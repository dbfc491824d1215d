//! Mesh scores (form A): E_ε = Σ_l η^d ρ_ε(x_l) log ρ_ε(x_l) over a fixed uniform mesh and
//! s_p = Σ_l η^d ∇ψ_ε(v_p − x_l) [log ρ_ε(x_l) + 1] (Carrillo, Hu, Van Fleet 2024), the exact
//! gradient of E_ε.
//!
//! The mollifier is cut off at κ standard deviations along each axis, in both passes alike; what
//! that leaves out of the density is at most
//! [the mass outside the cube](crate::score::mollifier::mass_beyond_cube), relative to the largest density.
//! The mesh of bandwidth kε has √k times the spacing of the first: the sums over it are as
//! accurate, relative to a wider Gaussian, at the same cost.
//!
//! The published variant sums over the cells of the initial lattice alone and drops the "+1", which
//! makes the functional Σ η^d (ρ log ρ − ρ).

use super::Score;
use super::extrapolation;
use super::field::{Field, Geometry, MOST_NODES};
use super::mollifier::mass_beyond_cube;
use crate::error::Failure;
use crate::kernel::lanes::InstructionSet;
use crate::problem::{Lattice, Problem};
use crate::ranks::Ranks;

/// How the meshes are laid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spacing {
    /// A multiple of each species' h; the mesh covers wherever particles are.
    Relative(f64),
    /// A multiple of each species' standard deviation of the mollifier; the mesh covers wherever particles are.
    Deviations(f64),
    /// The species' initial lattice, as published, without the "+1".
    Lattice,
}

/// Mesh scores of all species.
#[derive(Debug)]
pub struct MeshScore<const D: usize> {
    weights: Vec<f64>,
    spacing: Spacing,
    cutoff: f64,
    /// For each species its fields, one for each bandwidth.
    fields: Vec<Vec<Field<D>>>,
}

impl<const D: usize> MeshScore<D> {
    /// Scores of the given order; `cutoff` in standard deviations.
    pub fn new(
        problem: &Problem<D>,
        order: u32,
        spacing: Spacing,
        cutoff: f64,
        instruction_set: InstructionSet,
    ) -> Self {
        let weights = extrapolation::weights(order);
        let fields = problem
            .species
            .iter()
            .map(|species| {
                (1..=weights.len())
                    .map(|k| {
                        let variance = k as f64 * species.bandwidth;
                        let geometry = match (spacing, species.lattice) {
                            (Spacing::Lattice, Some(lattice)) => on_lattice(&lattice, variance, cutoff),
                            (Spacing::Relative(relative), _) => everywhere(
                                species.center,
                                relative * species.spacing * (k as f64).sqrt(),
                                variance,
                                cutoff,
                            ),
                            (Spacing::Deviations(relative), _) => {
                                everywhere(species.center, relative * variance.sqrt(), variance, cutoff)
                            }
                            (Spacing::Lattice, None) => unreachable!("validation asks for lattices here"),
                        };
                        Field::new(geometry, instruction_set)
                    })
                    .collect()
            })
            .collect();
        Self { weights, spacing, cutoff, fields }
    }

    /// Nodes that the particles of each species touch in an evaluation, one number per species.
    pub fn nodes_per_particle(&self) -> Vec<usize> {
        self.fields.iter().map(|fields| fields.iter().map(Field::nodes_per_particle).sum()).collect()
    }
}

impl<const D: usize> Score<D> for MeshScore<D> {
    fn evaluate(
        &mut self,
        problem: &Problem<D>,
        velocities: &[[f64; D]],
        scores: &mut [[f64; D]],
        entropies: &mut [f64],
    ) -> Result<(), Failure> {
        scores.fill([0.0; D]);
        entropies.fill(0.0);
        for ((species, fields), entropy) in problem.species.iter().zip(&mut self.fields).zip(entropies) {
            let velocities = &velocities[species.range.clone()];
            let weights = &problem.weights[species.range.clone()];
            let scores = &mut scores[species.range.clone()];
            for (field, factor) in fields.iter_mut().zip(&self.weights) {
                field
                    .locate(velocities, weights, MOST_NODES)
                    .map_err(|error| error.of_species(&species.name))?;
                field.deposit();
                let shift = if self.spacing == Spacing::Lattice { 0.0 } else { 1.0 };
                *entropy += factor * field.take_logarithm(shift);
                field.gather();
                field.add_gradients(|_| *factor, scores);
            }
        }
        Ok(())
    }

    fn divide(&mut self, ranks: &Ranks) {
        self.fields.iter_mut().flatten().for_each(|field| field.divide(ranks));
    }

    fn gathered(&self, _problem: &Problem<D>) -> usize {
        self.fields.iter().flatten().map(|field| field.planes() + field.gathered()).sum()
    }

    fn truncation(&self) -> f64 {
        self.weights.iter().map(|a| a.abs()).sum::<f64>() * mass_beyond_cube(self.cutoff, D)
    }

    fn memory(&self) -> usize {
        self.fields.iter().flatten().map(Field::memory).sum()
    }

    fn mesh_spacing(&self, species: usize) -> Option<f64> {
        self.fields[species].first().map(Field::spacing)
    }

    fn method(&self, _problem: &Problem<D>) -> String {
        format!("on meshes, order {}", 2 * self.weights.len())
    }
}

fn everywhere<const D: usize>(origin: [f64; D], spacing: f64, variance: f64, cutoff: f64) -> Geometry<D> {
    Geometry { origin, spacing, bound: None, variance, cutoff }
}

fn on_lattice<const D: usize>(lattice: &Lattice<D>, variance: f64, cutoff: f64) -> Geometry<D> {
    Geometry {
        origin: lattice.first,
        spacing: lattice.spacing,
        bound: Some(lattice.per_axis),
        variance,
        cutoff,
    }
}

/// The density Σ_k a_k ρ_{kε} at the cell centres of a lattice, in the order of
/// [`Lattice::centers`], reconstructed with the extrapolation weights of the given order.
pub fn density_on_lattice<const D: usize>(
    lattice: &Lattice<D>,
    velocities: &[[f64; D]],
    weights: &[f64],
    bandwidth: f64,
    (order, cutoff): (u32, f64),
    species: &str,
    instruction_set: InstructionSet,
) -> Result<Vec<f64>, Failure> {
    let mut density = vec![0.0; lattice.per_axis.pow(D as u32)];
    for (factor, k) in extrapolation::weights(order).iter().zip(1..) {
        let mut field = Field::new(on_lattice(lattice, f64::from(k) * bandwidth, cutoff), instruction_set);
        field.locate(velocities, weights, MOST_NODES).map_err(|error| error.of_species(species))?;
        field.deposit();
        let n = lattice.per_axis as i64;
        for (cell, density) in (0i64..).zip(&mut density) {
            let node =
                if D == 3 { [cell % n, cell / n % n, cell / (n * n)] } else { [cell % n, 0, cell / n] };
            *density += factor * field.value_at(node);
        }
    }
    Ok(density)
}
