//! The files that a run writes, one module for each kind. They are observers, which never change the run.

pub mod checkpoint;
pub mod convergence;
pub mod diagnostics;
pub mod error;
pub mod folder;
pub mod functionals;
pub mod ledger;
pub mod openpmd;
pub mod particles;
pub mod rows;
pub mod summary;
pub mod transport;
pub mod until;
pub mod whole;
