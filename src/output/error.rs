//! Failures to write or read files. Every variant says which file, what was found, and what can be done.

use std::path::PathBuf;

/// A run folder or a file in it that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileFailure {
    #[error("{}: found a folder that is not empty; allowed: a new or empty one, or --overwrite to replace the run in it", path.display())]
    FolderExists { path: PathBuf },
    #[error("{}: found another run that is writing into this folder; allowed: a folder of its own (--out), or this one when that run has ended", path.display())]
    FolderInUse { path: PathBuf },
    #[error("{}: {doing}: {source}", path.display())]
    File { path: PathBuf, doing: &'static str, source: std::io::Error },
    #[error(transparent)]
    Frame(#[from] super::openpmd::Error),
    #[error("{}: {reason}", path.display())]
    Checkpoint { path: PathBuf, reason: String },
}

impl FileFailure {
    /// A function for `map_err`, which adds to an I/O error the file and what was being done to it.
    pub fn file(path: impl Into<PathBuf>, doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, doing, source }
    }
}
