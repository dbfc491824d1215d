//! Workspaces that each thread of a pool has for itself.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

/// A workspace `T` for each thread. No lock is ever waited for.
#[derive(Debug, Default)]
pub struct PerThread<T>(Vec<Mutex<T>>);

impl<T: Default> PerThread<T> {
    /// Makes one for each thread of the current pool, and has `fit` make every one ready: whichever threads work,
    /// none asks for memory later.
    pub fn fit(&mut self, fit: impl Fn(&mut T)) {
        let threads = rayon::current_num_threads();
        if self.0.len() < threads {
            self.0.resize_with(threads, Mutex::default);
        }
        self.0.iter_mut().for_each(|workspace| fit(exclusive(workspace)));
    }

    /// That of the calling thread, which waits for no other thread's work while it holds it.
    pub fn own(&self) -> MutexGuard<'_, T> {
        // A thread of no pool works alone.
        let thread = rayon::current_thread_index().unwrap_or(0);
        uncontended(&self.0[thread])
    }
}

/// What a mutex holds that no other thread sees. What a panic left in it is as good as any: workspaces have no memory.
pub fn exclusive<T>(mutex: &mut Mutex<T>) -> &mut T {
    mutex.get_mut().unwrap_or_else(PoisonError::into_inner)
}

/// What a mutex holds that no other thread asks for at the same time.
pub fn uncontended<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    match mutex.try_lock() {
        Ok(guard) => guard,
        Err(TryLockError::Poisoned(left)) => left.into_inner(),
        Err(TryLockError::WouldBlock) => panic!("two threads hold one workspace"),
    }
}
