//! landau

pub mod collision;
pub mod error;
pub mod exact;
pub mod functionals;
pub mod integrators;
pub mod kernel;
pub mod landau;
pub mod output;
pub mod problem;
pub mod scenario;
pub mod score;
pub mod setup;
pub mod simulation;
pub mod state;
pub mod sum;
