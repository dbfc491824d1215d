//! Why a run ends early: every variant says where, what was found, and what can be done.

use std::path::PathBuf;

/// A run that cannot be trusted or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(
        "{quantity} of species \"{species}\" is not finite ({value}) in step {step}: try a smaller time step"
    )]
    NotFinite { quantity: &'static str, species: String, value: f64, step: u64 },
    #[error(
        "the implicit midpoint iteration of step {step} did not converge: change {change:.1e} after {iterations} iterations, tolerance {tolerance:e}; try a smaller time step, a larger tolerance or more iterations"
    )]
    NotConverged { step: u64, iterations: u32, change: f64, tolerance: f64 },
    #[error(
        "the projection on the invariants failed in step {step}: the energy is {found:.3e}, at the start it was {start:.3e}; try a smaller time step"
    )]
    Projection { step: u64, found: f64, start: f64 },
    #[error(
        "the score mesh of species \"{species}\" would need {nodes:.1e} nodes ({gibibytes:.1} GiB; the limit is {limit_gibibytes:.1} GiB): particles are too far apart for its spacing {spacing:.3e}; try a larger mesh spacing, `score.particles`, or `drop_below`"
    )]
    MeshTooLarge { species: String, nodes: f64, gibibytes: f64, limit_gibibytes: f64, spacing: f64 },
    #[error("{}: found a folder that is not empty; allowed: a new or empty one, or --overwrite to replace the run in it", path.display())]
    FolderExists { path: PathBuf },
    #[error("{}: {doing}: {source}", path.display())]
    File { path: PathBuf, doing: &'static str, source: std::io::Error },
    #[error(transparent)]
    Frame(#[from] crate::output::openpmd::Error),
    #[error("{}: {reason}", path.display())]
    Checkpoint { path: PathBuf, reason: String },
}

impl Failure {
    /// For `map_err`: an I/O error with the file and what was being done to it.
    pub fn file(path: impl Into<PathBuf>, doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, doing, source }
    }
}
