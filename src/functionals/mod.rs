//! Functionals of a cloud of particles: pure functions of velocities and weights.

pub mod axisymmetric;
pub mod cloud;
pub mod dissipation;
pub mod invariants;
pub mod moments;
