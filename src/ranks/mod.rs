//! The ranks of a run: processes that all hold its whole state, and divide the work of an evaluation.
//!
//! Work is divided along units that sums have anyway: pairs of blocks, planes of a mesh, groups of particles, batches,
//! leaves. Each unit is computed by one rank exactly as a run of one process computes it. Ranks then exchange results as they
//! are. No number is a sum that was formed in another order, so that the bits are those of one process, for any number of
//! ranks. What is not divided, every rank computes for itself, to the same bits.
#![doc = include_str!("scaling.md")]

#[cfg(feature = "mpi")]
pub mod mpi;
#[cfg(test)]
pub mod threads;

use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Particles that a rank has at least: scores are summed in groups of so many.
const FEWEST: usize = 32;

/// The most ranks that a run of so many particles can have.
pub fn most_ranks(particles: usize) -> usize {
    particles.div_ceil(FEWEST).max(1)
}

/// The way in which ranks reach each other. Every rank calls the same functions in the same order.
pub trait Communicator: Debug + Send + Sync {
    /// The number of this rank, from 0 on.
    fn rank(&self) -> usize;

    /// How many ranks there are.
    fn size(&self) -> usize;

    /// Completes `all`, of which each rank has its own part: `all[bounds[r]..bounds[r + 1]]` is that of rank r. The parts are
    /// all of it.
    fn gather(&self, bounds: &[usize], all: &mut [f64]);

    /// Sends numbers to some ranks, and overwrites the numbers of `incoming` by what other ranks send here. Lengths agree.
    fn exchange(&self, outgoing: &[(usize, Vec<f64>)], incoming: &mut [(usize, Vec<f64>)]);
}

/// The ranks that share the work of a run, seen from one of them. By default it is alone.
#[derive(Debug, Clone, Default)]
pub struct Ranks(Option<Arc<Connected>>);

#[derive(Debug)]
struct Connected {
    communicator: Box<dyn Communicator>,
    gathers: AtomicU64,
    messages: AtomicU64,
    numbers: AtomicU64,
}

/// What a rank has received so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Received {
    /// Exchanges of all ranks at once.
    pub gathers: u64,
    /// Messages from one rank.
    pub messages: u64,
    /// Bytes of both.
    pub bytes: u64,
}

impl Ranks {
    /// The ranks of a communicator; one of a single rank is alone.
    pub fn of(communicator: Box<dyn Communicator>) -> Self {
        if communicator.size() == 1 {
            return Self::default();
        }
        Self(Some(Arc::new(Connected {
            communicator,
            gathers: AtomicU64::new(0),
            messages: AtomicU64::new(0),
            numbers: AtomicU64::new(0),
        })))
    }

    /// Whether there is one rank only.
    pub fn are_one(&self) -> bool {
        self.0.is_none()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.as_ref().map_or(1, |connected| connected.communicator.size())
    }

    /// The number of this one, from 0 on.
    pub fn own(&self) -> usize {
        self.0.as_ref().map_or(0, |connected| connected.communicator.rank())
    }

    /// Whether this is rank 0, which reads, writes and talks.
    pub fn leads(&self) -> bool {
        self.own() == 0
    }

    /// The first of `units` equal units of work that are not those of a rank before `rank`.
    pub fn first(&self, rank: usize, units: usize) -> usize {
        (rank as u128 * units as u128 / self.count() as u128) as usize
    }

    /// The share of this rank in `units` equal units of work.
    pub fn share(&self, units: usize) -> Range<usize> {
        self.first(self.own(), units)..self.first(self.own() + 1, units)
    }

    /// Overwrites `bounds` so that the unit k is one of rank r for `bounds[r] <= k < bounds[r + 1]`, and ranks have about equal costs.
    pub fn divide(&self, costs: impl Iterator<Item = u64> + Clone, bounds: &mut Vec<usize>) {
        let total: u128 = costs.clone().map(u128::from).sum();
        let ranks = self.count() as u128;
        bounds.clear();
        bounds.push(0);
        let (mut passed, mut units) = (0, 0);
        for cost in costs {
            // The unit belongs to the rank in whose share its middle lies.
            let middle = 2 * passed + u128::from(cost);
            while bounds.len() < self.count() && middle * ranks >= 2 * total * bounds.len() as u128 {
                bounds.push(units);
            }
            passed += u128::from(cost);
            units += 1;
        }
        bounds.resize(self.count(), units);
        bounds.push(units);
    }

    /// Completes `all`, of which every rank r has computed the numbers from `bound(r)` to `bound(r + 1)`.
    pub fn gather(&self, bound: impl Fn(usize) -> usize, all: &mut [f64]) {
        let Some(connected) = &self.0 else { return };
        let bounds: Vec<usize> = (0..=self.count()).map(bound).collect();
        assert!(
            bounds.is_sorted() && bounds[0] == 0 && bounds[self.count()] == all.len(),
            "parts are the whole"
        );
        connected.communicator.gather(&bounds, all);
        let own = bounds[self.own() + 1] - bounds[self.own()];
        connected.gathers.fetch_add(1, Ordering::Relaxed);
        connected.numbers.fetch_add((all.len() - own) as u64, Ordering::Relaxed);
    }

    /// Sends numbers to some ranks, and overwrites the numbers of `incoming` by what other ranks send here.
    ///
    /// # Panics
    ///
    /// If this rank is alone.
    pub fn exchange(&self, outgoing: &[(usize, Vec<f64>)], incoming: &mut [(usize, Vec<f64>)]) {
        let connected = self.0.as_ref().expect("several ranks");
        connected.communicator.exchange(outgoing, incoming);
        connected.messages.fetch_add(incoming.len() as u64, Ordering::Relaxed);
        let numbers: usize = incoming.iter().map(|(_, numbers)| numbers.len()).sum();
        connected.numbers.fetch_add(numbers as u64, Ordering::Relaxed);
    }

    /// Whether any rank says so; the same on all.
    pub fn any(&self, own: bool) -> bool {
        if self.are_one() {
            return own;
        }
        let mut said = vec![0.0; self.count()];
        said[self.own()] = f64::from(u8::from(own));
        self.gather(|rank| rank, &mut said);
        said.contains(&1.0)
    }

    /// The first rank that has another number than rank 0, by its bits, with both numbers; the same on all.
    pub fn differing(&self, own: f64) -> Option<(usize, f64, f64)> {
        if self.are_one() {
            return None;
        }
        let mut all = vec![f64::NAN; self.count()];
        all[self.own()] = own;
        self.gather(|rank| rank, &mut all);
        let other = all.iter().position(|number| number.to_bits() != all[0].to_bits())?;
        Some((other, all[other], all[0]))
    }

    /// What every rank says, by rank.
    pub fn words(&self, own: &str) -> Vec<String> {
        let mut lengths = vec![0.0; self.count()];
        lengths[self.own()] = own.len() as f64;
        self.gather(|rank| rank, &mut lengths);
        let bound = |rank: usize| lengths[..rank].iter().map(|length| *length as usize).sum();
        // A byte is a number: words are short.
        let mut all = vec![0.0; bound(self.count())];
        let place = &mut all[bound(self.own())..];
        place.iter_mut().zip(own.bytes()).for_each(|(place, byte)| *place = f64::from(byte));
        self.gather(bound, &mut all);
        let word = |rank: usize| {
            let bytes: Vec<u8> = all[bound(rank)..bound(rank + 1)].iter().map(|byte| *byte as u8).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        (0..self.count()).map(word).collect()
    }

    /// What this rank has received so far.
    pub fn received(&self) -> Received {
        let Some(connected) = &self.0 else { return Received::default() };
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Received {
            gathers: count(&connected.gathers),
            messages: count(&connected.messages),
            bytes: 8 * count(&connected.numbers),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_all_units_once_and_about_equal() {
        for ranks in [1, 2, 3, 7] {
            threads::each_of(ranks, |ranks| {
                for units in [0, 1, 6, 7, 100] {
                    let share = ranks.share(units);
                    assert!(share.len().abs_diff(units / ranks.count()) <= 1);
                    let mut counts = vec![0.0; ranks.count()];
                    counts[ranks.own()] = share.len() as f64;
                    ranks.gather(|rank| rank, &mut counts);
                    assert_eq!(counts.iter().sum::<f64>(), units as f64);
                }
            });
        }
    }

    #[test]
    fn units_of_unequal_cost_are_divided_by_cost() {
        threads::each_of(3, |ranks| {
            let mut bounds = Vec::new();
            let divided =
                |costs: &[u64], bounds: &mut Vec<usize>| ranks.divide(costs.iter().copied(), bounds);
            divided(&[1; 9], &mut bounds);
            assert_eq!(bounds, [0, 3, 6, 9]);
            divided(&[6, 1, 1, 1, 1, 1, 1, 6], &mut bounds);
            assert_eq!(bounds, [0, 1, 7, 8]);
            // Fewer units than ranks, none, and none that costs anything.
            divided(&[5], &mut bounds);
            assert_eq!(bounds, [0, 0, 1, 1]);
            divided(&[], &mut bounds);
            assert_eq!(bounds, [0, 0, 0, 0]);
            divided(&[0, 0], &mut bounds);
            assert_eq!((bounds[0], bounds[3], bounds.is_sorted()), (0, 2, true));
        });
    }

    #[test]
    fn every_rank_has_what_all_computed_and_said() {
        threads::each_of(3, |ranks| {
            let own = ranks.own();
            // The second rank has no part.
            let bounds = [0, 2, 2, 5];
            let mut all = [f64::NAN; 5];
            (bounds[own]..bounds[own + 1]).for_each(|k| all[k] = 10.0 + k as f64);
            ranks.gather(|rank| bounds[rank], &mut all);
            assert_eq!(all, [10.0, 11.0, 12.0, 13.0, 14.0]);
            let mut incoming = [((own + 2) % 3, vec![f64::NAN; 2])];
            ranks.exchange(&[((own + 1) % 3, vec![own as f64, 7.0])], &mut incoming);
            assert_eq!(incoming[0].1, [((own + 2) % 3) as f64, 7.0]);
            let bytes = 8 * ([3, 5, 2][own] + 2);
            assert_eq!(ranks.received(), Received { gathers: 1, messages: 1, bytes });
            assert_eq!(ranks.words(["a rank", "", "λ"][own]), ["a rank", "", "λ"]);
            assert!(ranks.any(own == 1) && !ranks.any(false));
            assert_eq!(ranks.differing(7.0), None);
            assert_eq!(ranks.differing([7.0, 7.0, 8.0][own]), Some((2, 8.0, 7.0)));
        });
    }

    #[test]
    fn a_rank_that_is_alone_has_all_the_work() {
        let ranks = Ranks::default();
        assert!(ranks.are_one() && ranks.leads() && ranks.any(true) && !ranks.any(false));
        assert_eq!((ranks.count(), ranks.share(5)), (1, 0..5));
        assert_eq!(ranks.words("alone"), ["alone"]);
        assert_eq!(ranks.received(), Received::default());
    }
}
