//! Progress of a run: a bar with rate and remaining time on a terminal, plain lines when piped.

use super::say;
use indicatif::{ProgressBar, ProgressStyle};
use landau::error::Failure;
use landau::simulation::{Observer, View};
use std::io::IsTerminal;

/// Shows how far a run has come, on stderr.
pub enum Progress {
    Bar(ProgressBar),
    /// A line for every tenth of the steps.
    Lines {
        steps: u64,
    },
    Silent,
}

impl Progress {
    pub fn new(steps: u64, quiet: bool) -> Self {
        if quiet {
            Self::Silent
        } else if std::io::stderr().is_terminal() {
            let template = "{bar:30} step {pos}/{len}  {per_sec}  {eta} left  {msg}";
            let style =
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            Self::Bar(ProgressBar::new(steps).with_style(style))
        } else {
            Self::Lines { steps }
        }
    }
}

impl<const D: usize> Observer<D> for Progress {
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), Failure> {
        let step = view.state.step;
        let entropy = view.evaluation.entropy();
        match self {
            Self::Bar(bar) => {
                bar.set_position(step);
                bar.set_message(format!("t = {:.4}, entropy {entropy:.6}", view.time));
                if view.ending.is_some() {
                    bar.finish();
                }
            }
            Self::Lines { steps } => {
                // Whole tenths reached with this step: ⌊10 s/S⌋ has grown.
                let tenths = |step: u64| u128::from(step) * 10 / u128::from(*steps).max(1);
                if step == 0 || tenths(step) > tenths(step - 1) || view.ending.is_some() {
                    say(&format!("step {step}/{steps}  t = {:.6}  entropy {entropy:.9}", view.time));
                }
            }
            Self::Silent => {}
        }
        Ok(())
    }
}
