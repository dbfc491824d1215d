//! Sums over pairs: Σ_j c_ij Σ_{q∈j} w_q A(v_p − v_q)(g_p − g_q) for every particle p, with g = s/m.
//!
//! The sums are antisymmetric in the pair and orthogonal to its relative velocity, so that total
//! momentum and energy are conserved to rounding whatever the scores are.

mod blocks;
pub mod conserve;
pub mod direct;
pub mod interface;
pub mod maxwell;
#[cfg(test)]
pub(crate) mod oracle;
mod orbit_tree;
mod packed;
pub mod pair_sum;
pub mod random_batch;
pub mod regularisation;
mod relay;
pub mod rings;
mod schedule;
pub mod shells;
mod tile;
pub mod tree;
