//! What Ctrl-C does.

use super::{Stop, say};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Signals within this time count as one: `timeout` and job managers signal a process and also its group.
const TOGETHER: Duration = Duration::from_secs(1);

/// The exit status of a program that Ctrl-C has ended, as shells have it.
const INTERRUPTED: i32 = 130;

/// Whether Ctrl-C was pressed, and whether there is something to keep.
#[derive(Default)]
pub struct Interruption {
    interrupted: Arc<AtomicBool>,
    /// Whether there is a run that keeps what it has done.
    is_running: Arc<AtomicBool>,
}

impl Interruption {
    /// Watches for Ctrl-C.
    ///
    /// # Errors
    ///
    /// If the system has no handler for it.
    pub fn watch() -> Result<Self, Stop> {
        let interruption = Self::default();
        let [interrupted, is_running] = [&interruption.interrupted, &interruption.is_running].map(Arc::clone);
        let mut first = None;
        ctrlc::set_handler(move || {
            match answer(&mut first, is_running.load(Ordering::Relaxed), Instant::now()) {
                Answer::NothingToKeep => {
                    say("interrupted before the run began; nothing was computed");
                    std::process::exit(INTERRUPTED);
                }
                Answer::Ask => interrupted.store(true, Ordering::Relaxed),
                Answer::AtOnce => std::process::exit(INTERRUPTED),
                Answer::Same => {}
            }
        })
        .map_err(|error| Stop::Failed(format!("cannot watch for Ctrl-C: {error}")))?;
        Ok(interruption)
    }

    /// The flag that Ctrl-C sets from now on, for a run that looks at it.
    pub fn of_run(&self) -> &AtomicBool {
        self.is_running.store(true, Ordering::Relaxed);
        &self.interrupted
    }

    /// Whether Ctrl-C was pressed while there was a run.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

/// What comes after the run has its own words. Launchers signal ranks that are about to end.
impl Drop for Interruption {
    fn drop(&mut self) {
        self.is_running.store(true, Ordering::Relaxed);
    }
}

/// The answer to a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// There is no run yet: the program ends and says so.
    NothingToKeep,
    /// The run is asked to end.
    Ask,
    /// The second demand ends the program at once.
    AtOnce,
    /// The same demand, signalled again.
    Same,
}

/// The answer to a signal at a time, `first` being that of the signal that asked the run to end.
fn answer(first: &mut Option<Instant>, is_running: bool, now: Instant) -> Answer {
    match *first {
        None if !is_running => Answer::NothingToKeep,
        None => {
            *first = Some(now);
            Answer::Ask
        }
        Some(first) if now.duration_since(first) > TOGETHER => Answer::AtOnce,
        Some(_) => Answer::Same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_a_run_there_is_nothing_to_keep() {
        assert_eq!(answer(&mut None, false, Instant::now()), Answer::NothingToKeep);
    }

    #[test]
    fn a_run_is_asked_once_and_a_second_demand_ends_at_once() {
        let (mut first, start) = (None, Instant::now());
        assert_eq!(answer(&mut first, true, start), Answer::Ask);
        assert_eq!(answer(&mut first, true, start + TOGETHER / 2), Answer::Same);
        assert_eq!(answer(&mut first, true, start + 2 * TOGETHER), Answer::AtOnce);
    }
}
