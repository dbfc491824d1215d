//! Scores: gradients of a regularised entropy with respect to the particles' velocities.
//!
//! With the Gaussian mollifier ψ_ε of variance ε and ρ_ε(v) = Σ_k w_k ψ_ε(v − v_k), the score of
//! particle p is s_p = (1/w_p) ∂E/∂v_p, where E is the entropy summed over a mesh
//! ([`mesh::MeshScore`]) or over the particles ([`particles::ParticleScore`]). Both are combined
//! over several bandwidths to higher order ([`extrapolation`]).

#![doc = include_str!("defaults.md")]

pub mod exactness;
pub mod extrapolation;
mod field;
pub mod following;
pub mod mesh;
mod modes;
pub mod mollifier;
pub mod orbits;
pub mod particles;
mod standard;

use crate::error::Failure;
use crate::problem::Problem;
use crate::ranks::Ranks;

/// A way to compute scores.
pub trait Score<const D: usize>: Send {
    /// Writes the score of every particle to `scores`, and to `entropies` each species' functional
    /// whose gradient they are.
    fn evaluate(
        &mut self,
        problem: &Problem<D>,
        velocities: &[[f64; D]],
        scores: &mut [[f64; D]],
        entropies: &mut [f64],
    ) -> Result<(), Failure>;

    /// Divides the work of evaluations between ranks, which then evaluate the same velocities together. Without it, every
    /// rank computes all for itself.
    fn divide(&mut self, _ranks: &Ranks) {}

    /// Numbers of which each of several ranks computes a part, and receives the rest, in an evaluation like the last.
    fn gathered(&self, _problem: &Problem<D>) -> usize {
        0
    }

    /// What the mollifier's cut-off makes the functional of a species jump by as particles move, at
    /// most, relative to its size.
    fn truncation(&self) -> f64;

    /// Bytes of the workspace after an evaluation.
    fn memory(&self) -> usize;

    /// The spacing of the mesh, of the first bandwidth at the start, over which the sums of the species at a place
    /// of [`Problem::species`] run; None where they run over neighbours.
    fn mesh_spacing(&self, _species: usize) -> Option<f64> {
        None
    }

    /// How scores are computed, in words.
    fn method(&self, problem: &Problem<D>) -> String;
}
