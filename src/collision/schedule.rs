//! The order in which pairs of blocks are summed: a round-robin tournament in which every block meets every
//! other once.
//!
//! In the first round each block meets itself. The circle method arranges all other pairs in rounds of
//! disjoint pairs. Threads take the pairs in that order without waiting for whole rounds: a pair starts as
//! soon as both its blocks have finished their earlier pairs. So each block sees its pairs one at a time and
//! always in the same order, whatever the number of threads.

use crate::parallel;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

/// A meeting of two blocks, or of one block with itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meeting {
    pub blocks: [usize; 2],
    /// The number of earlier meetings of each of the two blocks.
    turns: [u32; 2],
}

/// The meetings in order, and the progress of the threads through them.
#[derive(Debug, Default)]
pub struct Schedule {
    meetings: Vec<Meeting>,
    next: AtomicUsize,
    /// The number of finished meetings of each block.
    finished: Vec<AtomicU32>,
    /// Whether a meeting has panicked. Then no further meetings are held.
    abandoned: AtomicBool,
}

impl Schedule {
    /// Every pair of `blocks` blocks, and every block with itself, for which `interact` holds.
    pub fn new(blocks: usize, interact: impl Fn(usize, usize) -> bool) -> Self {
        let mut pairs = Vec::new();
        let mut meet = |a: usize, b: usize| {
            if interact(a, b) {
                pairs.push([a, b]);
            }
        };
        for block in 0..blocks {
            meet(block, block);
        }
        // Seat 0 keeps its block, and the other blocks move around the circle. With an odd number of blocks
        // one seat is empty, and the block opposite rests.
        let seats = blocks.next_multiple_of(2);
        for round in 1..seats {
            let block_at = |seat: usize| match seat {
                0 => 0,
                _ => 1 + (seat - 1 + round) % (seats - 1),
            };
            for seat in 0..seats / 2 {
                let (a, b) = (block_at(seat), block_at(seats - 1 - seat));
                if a.max(b) < blocks {
                    meet(a.min(b), a.max(b));
                }
            }
        }
        let mut schedule = Self::default();
        schedule.arrange(blocks, pairs);
        schedule
    }

    /// Replaces the schedule by the given meetings of `blocks` blocks, in this order.
    pub fn arrange(&mut self, blocks: usize, pairs: impl IntoIterator<Item = [usize; 2]>) {
        // Counts the earlier meetings of each block. `finished` serves as the counter here.
        let turns = &mut self.finished;
        turns.clear();
        turns.resize_with(blocks, AtomicU32::default);
        self.meetings.clear();
        self.meetings.extend(pairs.into_iter().map(|[a, b]| {
            let meeting = Meeting { blocks: [a, b], turns: [*turns[a].get_mut(), *turns[b].get_mut()] };
            *turns[a].get_mut() += 1;
            if a != b {
                *turns[b].get_mut() += 1;
            }
            meeting
        }));
    }

    /// The blocks of all meetings, in order.
    pub fn pairs(&self) -> impl Iterator<Item = [usize; 2]> + '_ {
        self.meetings.iter().map(|meeting| meeting.blocks)
    }

    /// Holds every meeting once, on all threads of the current pool.
    ///
    /// `hold` is never called for two meetings of one block at the same time. If it panics, the other threads
    /// finish their current meetings and start no more, and the panic propagates to the caller.
    pub fn hold_meetings(&mut self, hold: &(dyn Fn([usize; 2]) + Sync)) {
        *self.next.get_mut() = 0;
        *self.abandoned.get_mut() = false;
        for finished in &mut self.finished {
            *finished.get_mut() = 0;
        }
        let threads = rayon::current_num_threads().min(self.meetings.len());
        crew(threads, &|| self.work(hold));
    }

    /// Holds meetings until none is left or one has panicked.
    fn work(&self, hold: &(dyn Fn([usize; 2]) + Sync)) {
        let abandon_if_unwound = AbandonIfUnwound(&self.abandoned);
        while let Some(meeting) = self.meetings.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let [a, b] = meeting.blocks;
            // The earlier meetings of both blocks were taken before this one, so some thread is holding them:
            // there is no deadlock.
            self.wait(a, meeting.turns[0]);
            self.wait(b, meeting.turns[1]);
            if self.abandoned.load(Ordering::Relaxed) {
                break;
            }
            hold(meeting.blocks);
            self.finished[a].fetch_add(1, Ordering::Release);
            // Of a block with itself once: the block can be in another meeting by now, and past it.
            if a != b {
                self.finished[b].fetch_add(1, Ordering::Release);
            }
        }
        std::mem::forget(abandon_if_unwound);
    }

    /// Waits until a block has finished `turn` meetings, or until some meeting has panicked.
    fn wait(&self, block: usize, turn: u32) {
        let mut patience = 1000;
        while self.finished[block].load(Ordering::Acquire) != turn && !self.abandoned.load(Ordering::Relaxed)
        {
            if patience > 0 {
                patience -= 1;
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
        }
    }
}

/// Marks a schedule as abandoned when dropped, which only a panic does.
struct AbandonIfUnwound<'a>(&'a AtomicBool);

impl Drop for AbandonIfUnwound<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `work` on up to `threads` threads of the pool at once, without allocation.
fn crew(threads: usize, work: &(dyn Fn() + Sync)) {
    if threads <= 1 {
        work();
    } else {
        let half = threads / 2;
        parallel::join(&mut || crew(threads - half, work), &mut || crew(half, work));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn every_pair_meets_once_in_rounds_of_disjoint_pairs() {
        for blocks in 0..12 {
            let schedule = Schedule::new(blocks, |_, _| true);
            let mut seen = vec![[0, 0]; 0];
            for meeting in &schedule.meetings {
                assert!(meeting.blocks[0] <= meeting.blocks[1]);
                seen.push(meeting.blocks);
            }
            let mut sorted = seen.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!(sorted.len(), seen.len());
            assert_eq!(seen.len(), blocks * (blocks + 1) / 2);
            for round in seen[blocks..].chunks((blocks / 2).max(1)) {
                let mut players: Vec<_> = round.iter().flatten().collect();
                players.sort();
                players.dedup();
                assert_eq!(players.len(), 2 * round.len());
            }
        }
    }

    #[test]
    fn each_block_sees_its_meetings_in_order_on_any_number_of_threads() {
        let history = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut schedule = Schedule::new(9, |a, b| (a + b) % 5 != 0);
            let seen: Vec<_> = (0..9).map(|_| Mutex::new(Vec::new())).collect();
            for _ in 0..3 {
                pool.install(|| {
                    schedule.hold_meetings(&|[a, b]| {
                        let mut first = seen[a].try_lock().unwrap();
                        first.push(b);
                        if a != b {
                            seen[b].try_lock().unwrap().push(a);
                        }
                    });
                });
            }
            seen.into_iter().map(|seen| seen.into_inner().unwrap()).collect::<Vec<_>>()
        };
        let alone = history(1);
        for threads in [2, 3, 16] {
            assert_eq!(history(threads), alone);
        }
    }

    #[test]
    fn a_panic_in_a_meeting_reaches_the_caller_on_any_number_of_threads() {
        for threads in [1, 2, 3, 16] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut schedule = Schedule::new(9, |_, _| true);
            for unlucky in [[0, 0], [2, 5], [0, 1]] {
                let held = AtomicUsize::new(0);
                let attempt = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    pool.install(|| {
                        schedule.hold_meetings(&|blocks| {
                            assert!(blocks != unlucky, "an unlucky meeting");
                            held.fetch_add(1, Ordering::Relaxed);
                        });
                    });
                }));
                let words = *attempt.unwrap_err().downcast::<&str>().unwrap();
                assert_eq!(words, "an unlucky meeting", "{threads} threads");
                // Of the 45 meetings, the later ones of the two unlucky blocks are not held.
                assert!(held.into_inner() < 44, "{threads} threads");
                // The next call holds all meetings again.
                let all = AtomicUsize::new(0);
                pool.install(|| {
                    schedule.hold_meetings(&|_| {
                        all.fetch_add(1, Ordering::Relaxed);
                    });
                });
                assert_eq!(all.into_inner(), 45, "{threads} threads");
            }
        }
    }
}
