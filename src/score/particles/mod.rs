//! Particle scores (form B): E_ε = Σ_p w_p log ρ_ε(v_p) and
//! s_p = Σ_k w_k ∇ψ_ε(v_p − v_k) [1/ρ_ε(v_p) + 1/ρ_ε(v_k)] (Carrillo, Craig, Patacchini 2019), the
//! exact gradient of E_ε, at no places but the particles'.
//!
//! **Over neighbours.** A kd-tree finds the particles within κ standard deviations of a group of neighbours at once; sums run
//! over them in the tree's order, which depends on the cloud alone. A particle is its own neighbour in ρ,
//! so that no logarithm or quotient is taken of 0. The cut-off leaves out of the density at most
//! [the mass outside the ball](crate::score::mollifier::mass_beyond_ball), relative to the largest density; the score of a
//! particle in a thin tail loses more, by the weight of what it loses sight of over its own.
//!
//! **By a mesh**, at a cost that does not depend on how many particles a mollifier reaches. A Gaussian of variance ε is the
//! convolution of two of ε/2, and the trapezoidal rule makes of it a sum over the nodes x_l of a uniform mesh,
//!
//! ```text
//! ψ_ε(v − v') ≈ G(v, v') = Σ_l η^d ψ_{ε/2}(v − x_l) ψ_{ε/2}(x_l − v'),
//! ```
//!
//! to 2 exp(−π²ε/2η²) = 4e-7 of its size along each axis, wherever v and v' are (Trefethen and Weideman, SIAM Review 56, 2014;
//! so do Lindbo and Tornberg, J. Comput. Phys. 230, 2011, fill the grid of an Ewald sum). G is symmetric and positive: with
//! ψ_ε replaced by G in E and in s alike, s is the exact gradient of E, and what follows of it (dissipation,
//! conservation) holds as it does for ψ_ε. It sees as far as 8.2 deviations of the mollifier for a cut-off of 6.5.

mod choice;
mod groups;
mod mesh_sums;
mod neighbours;

use super::{Score, extrapolation, mollifier};
use crate::error::Failure;
use crate::kernel::lanes::InstructionSet;
use crate::problem::{Problem, Species};
use crate::ranks::Ranks;
use mesh_sums::MeshSums;
use neighbours::NeighbourSums;

pub use choice::{Sums, mean_neighbours};

/// Particle scores of all species.
#[derive(Debug)]
pub struct ParticleScore<const D: usize> {
    weights: Vec<f64>,
    cutoff: f64,
    neighbours: NeighbourSums<D>,
    /// Of the species whose sums run over a mesh.
    meshes: Vec<Option<MeshSums<D>>>,
}

impl<const D: usize> ParticleScore<D> {
    /// Scores of the given order; `cutoff` in standard deviations, `sums` for each species.
    pub fn new(
        problem: &Problem<D>,
        order: u32,
        cutoff: f64,
        sums: &[Sums],
        instruction_set: InstructionSet,
    ) -> Self {
        let weights = extrapolation::weights(order);
        let mesh = |(species, sums): (&Species<D>, &Sums)| match sums {
            Sums::Neighbours => None,
            Sums::Mesh => Some(MeshSums::new(species, &weights, cutoff, instruction_set)),
        };
        let meshes = problem.species.iter().zip(sums).map(mesh).collect();
        Self { neighbours: NeighbourSums::new(&weights, cutoff, instruction_set), meshes, weights, cutoff }
    }
}

impl<const D: usize> Score<D> for ParticleScore<D> {
    fn evaluate(
        &mut self,
        problem: &Problem<D>,
        velocities: &[[f64; D]],
        scores: &mut [[f64; D]],
        entropies: &mut [f64],
    ) -> Result<(), Failure> {
        for ((species, mesh), entropy) in problem.species.iter().zip(&mut self.meshes).zip(entropies) {
            let range = species.range.clone();
            let (velocities, weights) = (&velocities[range.clone()], &problem.weights[range.clone()]);
            let scores = &mut scores[range];
            *entropy = match mesh {
                Some(mesh) => mesh
                    .evaluate(velocities, weights, scores)
                    .map_err(|error| error.of_species(&species.name))?,
                None => self.neighbours.evaluate(species.bandwidth, velocities, weights, scores),
            };
        }
        Ok(())
    }

    fn divide(&mut self, ranks: &Ranks) {
        self.neighbours.divide(ranks);
        self.meshes.iter_mut().flatten().for_each(|mesh| mesh.divide(ranks));
    }

    fn gathered(&self, problem: &Problem<D>) -> usize {
        let of_species = |(species, mesh): (&Species<D>, &Option<MeshSums<D>>)| match mesh {
            Some(mesh) => mesh.gathered(),
            None => NeighbourSums::<D>::gathered(species.range.len()),
        };
        problem.species.iter().zip(&self.meshes).map(of_species).sum()
    }

    fn truncation(&self) -> f64 {
        let share = |mesh: &Option<_>| match mesh {
            Some(_) => mesh_sums::truncation(self.cutoff, D),
            None => mollifier::mass_beyond_ball(self.cutoff, D),
        };
        let largest = self.meshes.iter().map(share).fold(0.0, f64::max);
        self.weights.iter().map(|a| a.abs()).sum::<f64>() * largest
    }

    fn memory(&self) -> usize {
        let meshes: usize = self.meshes.iter().flatten().map(MeshSums::memory).sum();
        self.neighbours.memory() + meshes
    }

    fn mesh_spacing(&self, species: usize) -> Option<f64> {
        self.meshes[species].as_ref().map(MeshSums::spacing)
    }

    fn method(&self, problem: &Problem<D>) -> String {
        let sums = problem.species.iter().zip(&self.meshes).map(|(species, mesh)| match mesh {
            Some(_) => format!("{} by a mesh", species.name),
            None => format!("{} over neighbours", species.name),
        });
        let sums: Vec<String> = sums.collect();
        format!("of particles, order {}: {}", 2 * self.weights.len(), sums.join(", "))
    }
}
