//! Workspaces, one for each thread of a pool.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

/// A workspace `T` for each thread. No lock is ever waited for.
#[derive(Debug, Default)]
pub struct PerThread<T>(Vec<Mutex<T>>);

impl<T: Default> PerThread<T> {
    /// Makes one workspace for each thread of the current pool and calls `fit` on every one. So no thread
    /// needs memory later.
    pub fn fit(&mut self, fit: impl Fn(&mut T)) {
        let threads = rayon::current_num_threads();
        if self.0.len() < threads {
            self.0.resize_with(threads, Mutex::default);
        }
        self.0.iter_mut().for_each(|workspace| fit(exclusive(workspace)));
    }

    /// The workspace of the calling thread. While it holds the workspace, the thread must not wait for the
    /// work of other threads.
    pub fn own(&self) -> MutexGuard<'_, T> {
        // A thread outside every pool works alone.
        let thread = rayon::current_thread_index().unwrap_or(0);
        uncontended(&self.0[thread])
    }
}

/// The content of a mutex that no other thread can access. A panic may have left any content, which is
/// harmless: workspaces carry no state.
pub fn exclusive<T>(mutex: &mut Mutex<T>) -> &mut T {
    mutex.get_mut().unwrap_or_else(PoisonError::into_inner)
}

/// The content of a mutex that no other thread locks at the same time.
pub fn uncontended<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    match mutex.try_lock() {
        Ok(guard) => guard,
        Err(TryLockError::Poisoned(left)) => left.into_inner(),
        Err(TryLockError::WouldBlock) => panic!("two threads hold one workspace"),
    }
}
