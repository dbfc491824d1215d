//! A laboratory without particles: functionals of densities given by formula, and their derivatives along
//! collisions, computed by quadrature to a tolerance.
//!
//! Densities are symmetric about the first axis of a three-dimensional velocity space. log f and its
//! derivatives at (r, cos θ) are exact to rounding ([`jet`]). Integrals are sums over Gauss–Legendre points
//! ([`quadrature`]). Collisions of the density with itself are computed from its flux in velocity space
//! ([`collisions`]). The input file is described in [`input`], the densities that it may name in
//! [`densities`]. Several species without symmetry, sums of Gaussians, are a laboratory of their own ([`species`]).
#![doc = include_str!("theorems.md")]

pub mod collisions;
pub mod cut_off;
pub mod densities;
pub mod density;
pub mod experiment;
#[cfg(test)]
mod gaussians;
pub mod input;
pub mod jet;
#[doc = include_str!("paper.md")]
pub mod paper {}
pub mod quadrature;
pub mod species;
pub mod sweep;
#[cfg(test)]
mod tests;
pub mod theorem_1_3;
