//! Why a run ended, or could not begin.

use crate::error::Failure;
use crate::output::error::FileFailure;
use crate::scenario::Violation;
use crate::setup::StartError;
use crate::simulation::ObserverError;

/// Why a run ended, or could not begin.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// A value of the scenario is wrong.
    #[error("{0}")]
    Scenario(Violation),
    /// The run cannot be trusted or cannot go on; numbers are in the units of the scenario.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// There are more ranks than parts of the work.
    #[error(
        "found {found} ranks; allowed: up to {most} for a run of {particles} particles, one for every 32, as more would have nothing to do"
    )]
    Ranks { found: usize, most: usize, particles: usize },
    /// The folder or a file in it cannot be used.
    #[error(transparent)]
    File(#[from] FileFailure),
    /// An observer failed.
    #[error(transparent)]
    Observer(ObserverError),
}

impl From<StartError> for SessionError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Scenario(violation) => Self::Scenario(violation),
            StartError::Failure(failure) => Self::Failure(failure),
        }
    }
}

impl From<Violation> for SessionError {
    fn from(violation: Violation) -> Self {
        Self::Scenario(violation)
    }
}
