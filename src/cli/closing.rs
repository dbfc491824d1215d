//! The words that end a run: what was done, how fast, what was conserved, where it lies.

use landau::landau::Work;
use landau::output::folder::Folder;
use landau::output::summary::{self, Ledger, Seconds};

/// The work of a session of a run: the whole run, or what came after it was resumed.
pub struct Session {
    /// The step it began at.
    pub first_step: u64,
    pub last_step: u64,
    pub resumed: bool,
    pub work: Work,
    /// Ordered pairs an evaluation stands for.
    pub pairs: u64,
    pub seconds: Seconds,
}

pub fn closing_words<const D: usize>(folder: &Folder, session: &Session, ledger: &Ledger<D>) -> String {
    let Session { first_step, last_step, work, .. } = session;
    let steps = match session.resumed {
        false => format!("{last_step} steps, "),
        true => format!("{last_step} steps; since step {first_step}, where it was resumed: "),
    };
    let seconds = session.seconds.total.as_secs_f64();
    let mut text = format!("{steps}{} evaluations in {seconds:.1} s", work.evaluations);
    if let Some(rate) = summary::pairs_per_second(work, session.pairs) {
        text += &format!(", {rate:.2e} pairs/s");
    }
    let drift = ledger.drift();
    let drifts = [
        ("momentum", drift.momentum),
        ("energy", drift.energy),
        ("energy about the fixed species", drift.energy_about_fixed),
    ];
    let conserved: Vec<String> = drifts
        .iter()
        .filter_map(|(name, drift)| drift.map(|drift| format!("{name} to {drift:.1e}")))
        .collect();
    if !conserved.is_empty() {
        text += &format!("\nconserved: {}", conserved.join(", "));
    }
    text + &format!("\nwritten to {}\n", folder.path().display())
}
