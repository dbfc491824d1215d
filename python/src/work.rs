//! Work without the interpreter's lock, on threads of its own, that Ctrl-C ends.

use landau::kernel::lanes::InstructionSet;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How often signals are looked for.
const EVERY: Duration = Duration::from_millis(50);

/// So many threads, or as many as there are processors.
pub fn threads(number: Option<usize>) -> PyResult<ThreadPool> {
    if number.is_some_and(|number| !(1..=1024).contains(&number)) {
        let found = number.unwrap_or_default();
        return Err(PyValueError::new_err(format!(
            "threads: found {found}; allowed: a whole number from 1 to 1024"
        )));
    }
    let pool = ThreadPoolBuilder::new().num_threads(number.unwrap_or(0)).build();
    pool.map_err(|error| PyRuntimeError::new_err(format!("cannot start the threads: {error}; try fewer")))
}

/// The instruction set to compute with: the one that the environment asks for, or the best of the machine.
pub fn instruction_set() -> PyResult<InstructionSet> {
    InstructionSet::chosen().map_err(PyValueError::new_err)
}

/// Does some work on a pool's threads while other Python threads go on. Ctrl-C sets `interrupted`, which the work is to
/// heed; what it raises comes back beside the work's result.
pub fn interruptible<T: Send>(
    py: Python<'_>,
    pool: &ThreadPool,
    interrupted: &AtomicBool,
    work: impl FnOnce() -> T + Send,
) -> (T, Option<PyErr>) {
    py.detach(|| {
        std::thread::scope(|scope| {
            let (sender, receiver) = channel();
            let worker = scope.spawn(move || {
                let found = pool.install(work);
                // The receiver waits until the end.
                let _ = sender.send(());
                found
            });
            let mut raised = None;
            while receiver.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                if raised.is_none()
                    && let Err(error) = Python::attach(|py| py.check_signals())
                {
                    interrupted.store(true, Ordering::Relaxed);
                    raised = Some(error);
                }
            }
            let found = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (found, raised)
        })
    })
}
