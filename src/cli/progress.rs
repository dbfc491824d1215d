//! Progress of a run: a bar with rate and remaining time on a terminal, plain lines in a pipe.

use super::say;
use crate::any::{AnyObserver, AnyView};
use crate::rules::MOST_PLAIN;
use crate::simulation::ObserverError;
use crate::time_grid::TimeGrid;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// Shows the progress of a run and the warnings about its steps on stderr.
pub struct Progress {
    form: Form,
    /// The number of warnings already printed.
    warned: usize,
}

enum Form {
    Bar(ProgressBar, TimeGrid),
    /// A line for every tenth of the run.
    Lines {
        grid: TimeGrid,
        tenths: u64,
    },
    Silent,
}

/// The length of the bar with adaptive steps, in parts of the total time.
const PARTS: u64 = 1000;

impl Progress {
    pub fn new(grid: TimeGrid, quiet: bool) -> Self {
        let form = if quiet {
            Form::Silent
        } else if std::io::stderr().is_terminal() {
            let (template, length) = match grid {
                TimeGrid::Uniform { steps, .. } => {
                    ("{bar:30} step {pos}/{len}  {per_sec}  {eta} left  {msg}", steps)
                }
                TimeGrid::Adaptive { .. } => ("{bar:30} {percent} %  {eta} left  {msg}", PARTS),
            };
            let style =
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            Form::Bar(ProgressBar::new(length).with_style(style), grid)
        } else {
            Form::Lines { grid, tenths: 0 }
        };
        Self { form, warned: 0 }
    }
}

/// The completed part of `whole`, rounded down.
fn part(grid: TimeGrid, step: u64, time: f64, whole: u64) -> u64 {
    match grid {
        TimeGrid::Uniform { steps, .. } => {
            (u128::from(step) * u128::from(whole) / u128::from(steps).max(1)) as u64
        }
        TimeGrid::Adaptive { end, .. } => (time / end * whole as f64) as u64,
    }
}

impl AnyObserver for Progress {
    fn observe(&mut self, view: &dyn AnyView) -> Result<(), ObserverError> {
        let warnings = view.warnings();
        for warning in warnings.iter().skip(self.warned) {
            let line = format!("warning: {warning}");
            match &self.form {
                Form::Bar(bar, _) => bar.println(line),
                Form::Lines { .. } => say(&line),
                Form::Silent => {}
            }
        }
        self.warned = warnings.len();
        let (step, scales, entropy) = (view.step(), view.scales(), view.entropy());
        let time = match scales.si {
            true => format!("{:.4e} s", view.time()),
            false => format!("{:.6}", view.time()),
        };
        // Time grids are on the scales of the run.
        let passed = view.time() / scales.time;
        // With densities per cubic metre the entropy would have twenty digits, with very small ones none.
        let plain = !scales.si && (entropy == 0.0 || (1e-6..MOST_PLAIN).contains(&entropy.abs()));
        let entropy = if plain { format!("{entropy:.9}") } else { format!("{entropy:.9e}") };
        match &mut self.form {
            Form::Bar(bar, grid) => {
                bar.set_position(match grid {
                    TimeGrid::Uniform { .. } => step,
                    TimeGrid::Adaptive { .. } => part(*grid, step, passed, PARTS),
                });
                bar.set_message(format!("t = {time}, entropy {entropy}"));
                if view.ending().is_some() {
                    bar.finish();
                }
            }
            Form::Lines { grid, tenths } => {
                let now = part(*grid, step, passed, 10);
                if step == 0 || now > *tenths || view.ending().is_some() {
                    *tenths = now;
                    let of = match grid {
                        TimeGrid::Uniform { steps, .. } => format!("/{steps}"),
                        TimeGrid::Adaptive { .. } => String::new(),
                    };
                    say(&format!("step {step}{of}  t = {time}  entropy {entropy}"));
                }
            }
            Form::Silent => {}
        }
        Ok(())
    }
}
