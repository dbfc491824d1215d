//! A laboratory of densities given by formula, independent of particles: their functionals and the derivatives
//! of these along collisions, by quadrature to a tolerance.
//!
//! Densities are symmetric about the first axis of a three-dimensional velocity space: log f and its derivatives
//! at (r, cos θ) are exact to rounding ([`jet`]), integrals are sums over Gauss–Legendre points ([`quadrature`]),
//! collisions of the density with itself are fluxes ([`collisions`]). What a file may ask for is in [`input`], the densities it
//! may name in [`densities`].
#![doc = include_str!("theorems.md")]

pub mod collisions;
pub mod densities;
pub mod density;
pub mod experiment;
pub mod input;
pub mod jet;
pub mod quadrature;
#[cfg(test)]
mod tests;
