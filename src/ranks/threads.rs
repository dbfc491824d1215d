//! Ranks that are threads of one process, for tests.

use super::{Communicator, Ranks};
use std::sync::{Arc, Barrier, Mutex};

/// What ranks leave for each other.
#[derive(Debug)]
struct Shared {
    barrier: Barrier,
    parts: Vec<Mutex<Vec<f64>>>,
    /// From rank to rank.
    messages: Vec<Vec<Mutex<Vec<f64>>>>,
}

#[derive(Debug)]
struct Thread {
    rank: usize,
    shared: Arc<Shared>,
}

impl Communicator for Thread {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.shared.parts.len()
    }

    fn gather(&self, bounds: &[usize], all: &mut [f64]) {
        let Self { rank, shared } = self;
        *shared.parts[*rank].lock().unwrap() = all[bounds[*rank]..bounds[rank + 1]].to_vec();
        shared.barrier.wait();
        // What is not this rank's own comes from others alone.
        all.fill(f64::NAN);
        for (part, bounds) in shared.parts.iter().zip(bounds.windows(2)) {
            all[bounds[0]..bounds[1]].copy_from_slice(&part.lock().unwrap());
        }
        shared.barrier.wait();
    }

    fn exchange(&self, outgoing: &[(usize, Vec<f64>)], incoming: &mut [(usize, Vec<f64>)]) {
        // Threads of a pair wait for each other alone, as ranks do.
        let Self { rank, shared } = self;
        for (to, numbers) in outgoing {
            let place = &shared.messages[*rank][*to];
            loop {
                let mut place = place.lock().unwrap();
                if place.is_empty() {
                    place.clone_from(numbers);
                    break;
                }
                drop(place);
                std::thread::yield_now();
            }
        }
        for (from, numbers) in incoming {
            let place = &shared.messages[*from][*rank];
            loop {
                let mut place = place.lock().unwrap();
                if !place.is_empty() {
                    assert_eq!(place.len(), numbers.len());
                    numbers.copy_from_slice(&place);
                    place.clear();
                    break;
                }
                drop(place);
                std::thread::yield_now();
            }
        }
    }
}

/// Does `work` on each of some ranks, and returns what they found, by rank.
///
/// # Panics
///
/// If a rank panics; the others may then wait for ever, as ranks without MPI would.
pub fn each_of<T: Send>(size: usize, work: impl Fn(&Ranks) -> T + Sync) -> Vec<T> {
    let row = || (0..size).map(|_| Mutex::default()).collect();
    let shared = Arc::new(Shared {
        barrier: Barrier::new(size),
        parts: row(),
        messages: (0..size).map(|_| row()).collect(),
    });
    let ranks = |rank: usize| Ranks::of(Box::new(Thread { rank, shared: Arc::clone(&shared) }));
    std::thread::scope(|scope| {
        let work = &work;
        let started: Vec<_> = (0..size)
            .map(ranks)
            .map(|ranks| {
                scope.spawn(move || {
                    let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&ranks)));
                    // Others would wait for this rank without end.
                    found.unwrap_or_else(|_| std::process::abort())
                })
            })
            .collect();
        started.into_iter().map(|rank| rank.join().unwrap()).collect()
    })
}
