//! run.json: what was run, how long it took, how well it conserved, and how it ended.
//!
//! It is written when a run starts, so that a run can be inspected while it goes on, and again when it ends.

use crate::landau::{Landau, Work};
use crate::output::error::FileFailure;
use crate::output::folder::Folder;
use crate::output::ledger::{Drift, Given, Ledger, Totals};
use crate::output::whole;
use crate::problem::{Problem, Species};
use crate::ranks::{Ranks, Received};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::fs;
use std::time::Duration;

/// The status of a run in run.json.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Still running, or killed.
    Running,
    Completed,
    Interrupted,
    Failed,
}

/// The time spent in total and on output.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    ranks: Option<RanksBy>,
    instruction_set: &'a str,
    seconds: SecondsBy,
    evaluations: u64,
    pairs_per_second: Option<f64>,
    #[serde(flatten)]
    methods: &'a Methods,
    #[serde(skip_serializing_if = "Option::is_none")]
    coulomb_logarithms: Option<&'a Value>,
    invariants: InvariantsBy<'a>,
    status: Status,
    reason: Option<String>,
    warnings: &'a [String],
    scenario: &'a Value,
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
    /// What fields and backgrounds gave, which is no drift.
    #[serde(skip_serializing_if = "Option::is_none")]
    given: Option<&'a Given>,
}

/// The scenario of the completed run in the folder; none if no run is completed there.
pub fn completed(folder: &Folder) -> Option<Value> {
    let mut summary: Value = serde_json::from_slice(&fs::read(folder.summary()).ok()?).ok()?;
    (summary["status"] == "completed").then(|| summary["scenario"].take())
}

/// What run.json of a folder says of the run's status; none without that file.
pub fn status(folder: &Folder) -> Option<String> {
    of_summary(folder, "status")
}

/// Why the run in a folder ended as it did, if run.json says so.
pub fn reason(folder: &Folder) -> Option<String> {
    of_summary(folder, "reason")
}

fn of_summary(folder: &Folder, key: &str) -> Option<String> {
    let summary: Value = serde_json::from_slice(&fs::read(folder.summary()).ok()?).ok()?;
    summary[key].as_str().map(String::from)
}

/// The commit from which the program was built, as `build.rs` has found it.
pub const COMMIT: &str = env!("LANDAU_COMMIT");

/// Ordered pairs per second of the pair sum. None before the first evaluation.
pub fn pairs_per_second(work: &Work, pairs: u64) -> Option<f64> {
    let seconds = work.pair_sum.as_secs_f64();
    (work.evaluations > 0 && seconds > 0.0).then(|| pairs as f64 * work.evaluations as f64 / seconds)
}

/// The resolution of the species at the start, and descriptions of how scores and pair sums are computed.
#[derive(Debug, Clone, Serialize)]
pub struct Methods {
    /// The resolution of each moving species, by name.
    species: Map<String, Value>,
    scores: String,
    summation: String,
}

/// The resolution of a species, in the units of the scenario.
#[derive(Serialize)]
struct Resolution {
    particles: usize,
    /// h, the lattice spacing or the mean distance between neighbours.
    spacing: f64,
    /// ε, the variance of the mollifier.
    bandwidth: f64,
    /// If the bandwidth follows the species: the geometric mean of the species' variances along its principal
    /// axes. ε and h² stay in proportion to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    follows_variance: Option<f64>,
    sums: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mesh_spacing: Option<f64>,
}

impl Methods {
    /// The methods of a right-hand side at the start of the run.
    pub fn of<const D: usize>(problem: &Problem<D>, landau: &Landau<D>) -> Self {
        let unit = problem.scales.velocity;
        let resolution = |(place, species): (usize, &Species<D>)| {
            let mesh_spacing = landau.mesh_spacing(place);
            let resolution = Resolution {
                particles: species.range.len(),
                spacing: species.spacing * unit,
                bandwidth: species.bandwidth * unit * unit,
                follows_variance: species.following.map(|variance| variance * unit * unit),
                sums: if mesh_spacing.is_some() { "mesh" } else { "neighbours" },
                mesh_spacing: mesh_spacing.map(|spacing| spacing * unit),
            };
            (species.name.clone(), json!(resolution))
        };
        let species = problem.species.iter().enumerate().map(resolution).collect();
        Self { species, scores: landau.score_method(), summation: landau.method() }
    }
}

/// The content of run.json besides the invariants.
pub struct Account<'a> {
    pub instruction_set: &'a str,
    /// The work since the start, or since the run was resumed.
    pub work: Work,
    pub seconds: Seconds,
    /// The number of ordered pairs in an evaluation.
    pub pairs: u64,
    pub methods: &'a Methods,
    /// ln Λ of each pair of species, by name, if the coefficients are `coulomb`.
    pub coulomb_logarithms: Option<&'a Value>,
    pub status: Status,
    pub reason: Option<String>,
    pub warnings: &'a [String],
    /// The ranks that shared the run.
    pub ranks: &'a Ranks,
    /// The resolved scenario.
    pub scenario: &'a Value,
}

/// The text of run.json.
pub fn text<const D: usize>(ledger: &Ledger<D>, account: Account<'_>) -> String {
    let Account { work, seconds, .. } = account;
    let spent = work.score + work.pair_sum + seconds.output;
    let summary = Summary {
        version: env!("CARGO_PKG_VERSION"),
        commit: COMMIT,
        threads: rayon::current_num_threads(),
        ranks: RanksBy::of(account.ranks, work.evaluations),
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
        methods: account.methods,
        coulomb_logarithms: account.coulomb_logarithms,
        invariants: InvariantsBy {
            first: ledger.first(),
            last: ledger.last(),
            drift: ledger.drift(),
            given: ledger.given(),
        },
        status: account.status,
        reason: account.reason,
        warnings: account.warnings,
        scenario: account.scenario,
    };
    serde_json::to_string_pretty(&summary).unwrap_or_default() + "\n"
}

/// What the first rank received of the others.
#[derive(Serialize)]
struct RanksBy {
    count: usize,
    /// An evaluation, on average.
    exchanges: f64,
    bytes: f64,
}

impl RanksBy {
    /// None for a run on one rank.
    fn of(ranks: &Ranks, evaluations: u64) -> Option<Self> {
        let Received { gathers, messages, bytes } = ranks.received();
        let mean = |count: u64| count as f64 / evaluations.max(1) as f64;
        let found = Self { count: ranks.count(), exchanges: mean(gathers + messages), bytes: mean(bytes) };
        (!ranks.are_one()).then_some(found)
    }
}

/// Writes run.json. Other processes see either the old file or the complete new one.
///
/// # Errors
///
/// If it cannot be written.
pub fn write(folder: &Folder, text: &str) -> Result<(), FileFailure> {
    let path = folder.summary();
    let written = whole::write(&path, &folder.partial_summary(), text.as_bytes());
    written.map(drop).map_err(FileFailure::file(path, "cannot write"))
}
