//! The words that end a run: what was done, how fast, what was conserved, where it lies.

use landau::integrators::Conservation;
use landau::landau::Work;
use landau::output::folder::Folder;
use landau::output::ledger::Ledger;
use landau::output::summary::{self, Seconds};

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
    /// What the method promises.
    pub conservation: Conservation,
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
    text += &conserved(ledger, session.conservation, *last_step);
    text + &format!("\nwritten to {}\n", folder.path().display())
}

/// A line of what was conserved, and one of what was not.
fn conserved<const D: usize>(ledger: &Ledger<D>, conservation: Conservation, steps: u64) -> String {
    let (drift, promised) = (ledger.drift(), ledger.promised(conservation, steps));
    let drifts = [
        ("momentum", drift.momentum, promised.momentum),
        ("energy", drift.energy, promised.energy),
        ("energy about the fixed species", drift.energy_about_fixed, promised.energy),
    ];
    let (mut kept, mut lost) = (Vec::new(), Vec::new());
    for (name, drift, promised) in drifts {
        let Some(drift) = drift else { continue };
        let to_first_order = conservation == Conservation::MomentumOnly && name != "momentum";
        if drift.is_nan() || drift > promised {
            lost.push(format!("{name} is off by {drift:.1e} of what it was"));
        } else if to_first_order {
            kept.push(format!("{name} to {drift:.1e} (to first order in the step)"));
        } else {
            kept.push(format!("{name} to {drift:.1e}"));
        }
    }
    let line = |head: &str, what: Vec<String>| match what.is_empty() {
        true => String::new(),
        false => format!("\n{head}: {}", what.join(", ")),
    };
    line("conserved", kept) + &line("NOT conserved", lost)
}
