//! What a run writes, one file per thing written. Observers look and never change the run.

pub mod checkpoint;
pub mod convergence;
pub mod diagnostics;
pub mod error;
pub mod folder;
pub mod ledger;
pub mod openpmd;
pub mod particles;
pub mod summary;
