//! How a session of a run ended, and the words for it: what was done, how fast, what was conserved, where it lies.

use crate::integrators::Conservation;
use crate::landau::Work;
use crate::output::ledger::{Drift, Given, Promised};
use crate::output::summary::{self, Seconds};
use crate::simulation::Outcome;
use std::path::PathBuf;

/// What a session did: the whole run, or what came after it was resumed.
#[derive(Debug, Clone, PartialEq)]
pub struct Closing {
    pub outcome: Outcome,
    /// The condition that ended it before its time grid did.
    pub stopped_by: Option<String>,
    /// The run folder; none of a run in memory.
    pub folder: Option<PathBuf>,
    /// The step it began at.
    pub first_step: u64,
    pub last_step: u64,
    pub resumed: bool,
    pub work: Work,
    /// Ordered pairs an evaluation stands for.
    pub pairs: u64,
    pub seconds: Seconds,
    /// What the method promises to conserve, and how far it may drift by that.
    pub conservation: Conservation,
    pub promised: Promised,
    /// How far it drifted.
    pub drift: Drift,
    /// What fields and backgrounds gave, beside which it was conserved.
    pub given: Option<Given>,
}

/// The lines that end a run.
pub fn closing_words(closing: &Closing) -> String {
    let Closing { first_step, last_step, work, .. } = closing;
    let steps = match closing.resumed {
        false => format!("{last_step} steps, "),
        true => format!("{last_step} steps; since step {first_step}, where it was resumed: "),
    };
    let seconds = closing.seconds.total.as_secs_f64();
    let mut text = format!("{steps}{} evaluations in {seconds:.1} s", work.evaluations);
    if let Some(rate) = summary::pairs_per_second(work, closing.pairs) {
        text += &format!(", {rate:.2e} pairs/s");
    }
    if let Some(met) = &closing.stopped_by {
        text += &format!("\nended since {met}");
    }
    text += &conserved(closing);
    if let Some(given) = &closing.given {
        text += &format!(
            "\ngiven by fields, backgrounds and sources: energy {:e}, momentum {:?}",
            given.work, given.momentum
        );
        for (source, by_source) in &given.sources {
            text += &format!(
                "\ngiven by {source}: density {:e}, energy {:e}",
                by_source.density, by_source.energy
            );
        }
    }
    if let Some(folder) = &closing.folder {
        text += &format!("\nwritten to {}", folder.display());
    }
    text + "\n"
}

/// A line of what was conserved, and one of what was not.
fn conserved(closing: &Closing) -> String {
    let &Closing { conservation, promised, drift, .. } = closing;
    let drifts = [
        ("mass", drift.mass, promised.mass),
        ("momentum", drift.momentum, promised.momentum),
        ("energy", drift.energy, promised.energy),
        ("energy about the fixed species", drift.energy_about_fixed, promised.energy),
    ];
    let (mut kept, mut lost) = (Vec::new(), Vec::new());
    for (name, drift, promised) in drifts {
        let Some(drift) = drift else { continue };
        let to_first_order = conservation == Conservation::MomentumOnly && name.starts_with("energy");
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
