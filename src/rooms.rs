//! Room that each thread of a pool has for itself.

use std::sync::{Mutex, MutexGuard};

/// A `T` for each thread. No lock is ever waited for.
#[derive(Debug, Default)]
pub struct Rooms<T>(Vec<Mutex<T>>);

impl<T: Default> Rooms<T> {
    /// Makes one for each thread of the current pool, and has `fit` make every one ready: whichever threads work,
    /// none asks for memory later.
    pub fn fit(&mut self, fit: impl Fn(&mut T)) {
        let threads = rayon::current_num_threads();
        if self.0.len() < threads {
            self.0.resize_with(threads, Mutex::default);
        }
        self.0.iter_mut().for_each(|room| fit(exclusive(room)));
    }

    /// That of the calling thread, which waits for no other thread's work while it holds it.
    pub fn own(&self) -> MutexGuard<'_, T> {
        // A thread of no pool works alone.
        let thread = rayon::current_thread_index().unwrap_or(0);
        self.0[thread].try_lock().expect("a thread holds its room once at a time")
    }
}

/// What a mutex holds that no other thread sees.
pub fn exclusive<T>(mutex: &mut Mutex<T>) -> &mut T {
    mutex.get_mut().expect("no thread panics while it holds a lock")
}
