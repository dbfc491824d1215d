//! Functionals: pure functions of velocities and weights, or of a density at quadrature points.

pub mod axisymmetric;
pub mod cloud;
pub mod comparison;
pub mod dissipation;
pub mod invariants;
pub mod moments;
