//! run.json: what ran, how long it took, how well it conserved, how it ended.

use crate::landau::Work;
use crate::output::error::FileFailure;
use crate::output::folder::Folder;
use crate::output::ledger::{Drift, Ledger, Totals};
use serde::Serialize;
use serde_json::Value;
use std::fs;
use std::time::Duration;

/// How a run ended, as run.json says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Completed,
    Interrupted,
    Failed,
}

/// Time spent, by part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seconds {
    pub total: Duration,
    pub output: Duration,
}

#[derive(Serialize)]
struct Summary<'a> {
    version: &'a str,
    commit: &'a str,
    threads: usize,
    instruction_set: &'a str,
    seconds: SecondsBy,
    evaluations: u64,
    pairs_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coulomb_logarithms: Option<Value>,
    invariants: InvariantsBy<'a>,
    status: Status,
    reason: Option<String>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct SecondsBy {
    total: f64,
    score: f64,
    pair_sum: f64,
    integrator: f64,
    output: f64,
}

#[derive(Serialize)]
struct InvariantsBy<'a> {
    first: &'a Totals,
    last: &'a Totals,
    drift: Drift,
}

/// Whether the run in the folder has come to its end.
pub fn is_completed(folder: &Folder) -> bool {
    let summary: Option<Value> =
        fs::read(folder.summary()).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    summary.is_some_and(|summary| summary["status"] == "completed")
}

/// The commit the program was built from.
pub const COMMIT: &str =
    git_version::git_version!(args = ["--always", "--dirty", "--abbrev=12"], fallback = "unknown");

/// Ordered pairs over the seconds of the pair sum, once there was one.
pub fn pairs_per_second(work: &Work, pairs: u64) -> Option<f64> {
    let seconds = work.pair_sum.as_secs_f64();
    (work.evaluations > 0 && seconds > 0.0).then(|| pairs as f64 * work.evaluations as f64 / seconds)
}

/// What is told of a run besides its invariants.
pub struct Account<'a> {
    pub instruction_set: &'a str,
    /// Of this session: since the start, or since the run was resumed.
    pub work: Work,
    pub seconds: Seconds,
    /// Ordered pairs an evaluation stands for.
    pub pairs: u64,
    /// ln Λ of the species by their names, where coefficients are `coulomb`.
    pub coulomb_logarithms: Option<Value>,
    pub status: Status,
    pub reason: Option<String>,
    pub warnings: &'a [String],
}

/// Writes run.json.
pub fn write<const D: usize>(
    folder: &Folder,
    ledger: &Ledger<D>,
    account: Account<'_>,
) -> Result<(), FileFailure> {
    let Account { work, seconds, .. } = account;
    let spent = work.score + work.pair_sum + seconds.output;
    let summary = Summary {
        version: env!("CARGO_PKG_VERSION"),
        commit: COMMIT,
        threads: rayon::current_num_threads(),
        instruction_set: account.instruction_set,
        seconds: SecondsBy {
            total: seconds.total.as_secs_f64(),
            score: work.score.as_secs_f64(),
            pair_sum: work.pair_sum.as_secs_f64(),
            integrator: seconds.total.saturating_sub(spent).as_secs_f64(),
            output: seconds.output.as_secs_f64(),
        },
        evaluations: work.evaluations,
        pairs_per_second: pairs_per_second(&work, account.pairs),
        coulomb_logarithms: account.coulomb_logarithms,
        invariants: InvariantsBy { first: ledger.first(), last: ledger.last(), drift: ledger.drift() },
        status: account.status,
        reason: account.reason,
        warnings: account.warnings,
    };
    let path = folder.summary();
    let text = serde_json::to_string_pretty(&summary).unwrap_or_default() + "\n";
    fs::write(&path, text).map_err(FileFailure::file(path, "cannot write"))
}
