//! Particles as the kernels read them: blocks of aligned arrays, one number after another.
//!
//! A block holds consecutive particles, of one species or several. Its particles
//! of one species are a run, filled up to a multiple of [`GROUP`] by copies of its last particle
//! without weight: they feel forces that no one reads and exert exactly none.

use std::ops::{Deref, DerefMut, Range};

use super::interface::Particles;

/// Slots of a run come in multiples of this many: the most targets a kernel takes at once.
pub const GROUP: usize = 16;

/// Numbers on whole cache lines.
#[derive(Debug, Clone, Default)]
pub struct Aligned(Vec<Line>);

/// Eight numbers on a cache line: as many as the longest vectors hold.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub struct Line([f64; 8]);

impl Line {
    pub const ZERO: Self = Self([0.0; 8]);
}

/// The numbers of lines, one line after another.
pub fn numbers_mut(lines: &mut [Line]) -> &mut [f64] {
    // SAFETY: a `Line` is eight f64 without padding, so the lines are one array of them, and their borrow is exclusive.
    unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast(), 8 * lines.len()) }
}

impl Aligned {
    /// `len` zeros; `len` is a multiple of 8.
    pub fn zeros(len: usize) -> Self {
        assert!(len.is_multiple_of(8));
        Self(vec![Line::ZERO; len / 8])
    }

    /// Makes it `len` numbers long, a multiple of 8; new ones are zeros.
    pub fn resize(&mut self, len: usize) {
        assert!(len.is_multiple_of(8));
        self.0.resize(len / 8, Line::ZERO);
    }
}

impl Deref for Aligned {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        // SAFETY: a `Line` is eight f64 without padding, so the lines are one array of them.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), 8 * self.0.len()) }
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f64] {
        numbers_mut(&mut self.0)
    }
}

/// The particles of one species in one block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub species: usize,
    /// Index of the first particle among all particles.
    pub first: usize,
    /// Number of particles.
    pub count: usize,
    /// The first slot in the block, a multiple of [`GROUP`].
    pub start: usize,
}

impl Run {
    /// Slots with the padding.
    pub fn slots(&self) -> usize {
        self.count.next_multiple_of(GROUP)
    }
}

/// Consecutive particles, packed.
#[derive(Debug)]
pub struct Block<const D: usize> {
    pub runs: Vec<Run>,
    pub velocity: [Aligned; D],
    pub gradient: [Aligned; D],
    pub weight: Aligned,
    pub spread: Aligned,
}

/// Sums of the forces on a block's particles, slot by slot.
#[derive(Debug)]
pub struct Forces<const D: usize>(pub [Aligned; D]);

/// Cuts the particles of all species into blocks of at most `capacity` slots, a multiple of
/// [`GROUP`].
pub fn plan(ranges: &[Range<usize>], capacity: usize) -> Vec<Vec<Run>> {
    let mut blocks: Vec<Vec<Run>> = Vec::new();
    let mut free = 0;
    for (species, range) in ranges.iter().enumerate() {
        let (mut first, mut left) = (range.start, range.len());
        while left > 0 {
            if free == 0 {
                blocks.push(Vec::new());
                free = capacity;
            }
            let count = left.min(free);
            let run = Run { species, first, count, start: capacity - free };
            free -= run.slots();
            first += count;
            left -= count;
            blocks.last_mut().expect("a block that is not full").push(run);
        }
    }
    blocks
}

/// The runs of some particles in increasing order, the first of them at index `first` of the sorted arrays.
pub fn runs(particles: &[u32], mut first: usize, ranges: &[Range<usize>]) -> impl Iterator<Item = Run> {
    let (mut start, mut taken) = (0, 0);
    ranges.iter().enumerate().filter_map(move |(species, range)| {
        let count = particles[taken..].partition_point(|&p| (p as usize) < range.end);
        let run = Run { species, first, count, start };
        first += count;
        taken += count;
        start += run.slots();
        (count > 0).then_some(run)
    })
}

impl<const D: usize> Block<D> {
    /// A block of no particles.
    pub fn empty() -> Self {
        Self {
            runs: Vec::new(),
            velocity: std::array::from_fn(|_| Aligned::default()),
            gradient: std::array::from_fn(|_| Aligned::default()),
            weight: Aligned::default(),
            spread: Aligned::default(),
        }
    }

    /// Reserves memory for so many runs and slots.
    pub fn reserve(&mut self, runs: usize, slots: usize) {
        self.runs.clear();
        self.runs.reserve(runs);
        for values in self.arrays() {
            values.resize(slots);
        }
    }

    fn arrays(&mut self) -> impl Iterator<Item = &mut Aligned> {
        let vectors = self.velocity.iter_mut().chain(&mut self.gradient);
        vectors.chain([&mut self.weight, &mut self.spread])
    }

    /// Makes it a block of the given runs, to be packed.
    pub fn arrange(&mut self, runs: impl Iterator<Item = Run>) {
        self.runs.clear();
        self.runs.extend(runs);
        let slots = self.runs.last().map_or(0, |run| run.start + run.slots());
        for values in self.arrays() {
            values.resize(slots);
        }
    }

    /// Slots with the padding.
    pub fn slots(&self) -> usize {
        self.weight.len()
    }

    /// The particles of the block.
    pub fn particles(&self) -> usize {
        self.runs.iter().map(|run| run.count).sum()
    }

    /// Reads the block's particles out of all particles.
    pub fn pack(&mut self, particles: Particles<'_, D>) {
        let Particles { velocities, gradients, weights, spreads, .. } = particles;
        for run in &self.runs {
            for slot in 0..run.slots() {
                let p = run.first + slot.min(run.count - 1);
                self.weight[run.start + slot] = if slot < run.count { weights[p] } else { 0.0 };
                for k in 0..D {
                    self.velocity[k][run.start + slot] = velocities[p][k];
                    self.gradient[k][run.start + slot] = gradients[p][k];
                }
                if let Some(spreads) = spreads {
                    self.spread[run.start + slot] = spreads[p];
                }
            }
        }
    }

    /// Overwrites the sums of the block's particles, which `sums` holds alone.
    pub fn unpack(&self, forces: &Forces<D>, sums: &mut [[f64; D]]) {
        let mut sums = sums.iter_mut();
        for run in &self.runs {
            for slot in run.start..run.start + run.count {
                if let Some(sum) = sums.next() {
                    *sum = std::array::from_fn(|k| forces.0[k][slot]);
                }
            }
        }
    }
}

impl<const D: usize> Forces<D> {
    /// On a block of no particles.
    pub fn empty() -> Self {
        Self(std::array::from_fn(|_| Aligned::default()))
    }

    /// Zero forces on a block of so many slots.
    pub fn clear(&mut self, slots: usize) {
        for component in &mut self.0 {
            component.resize(slots);
            component.fill(0.0);
        }
    }

    /// How many numbers they are.
    pub fn numbers(&self) -> usize {
        self.0.iter().map(|component| component.len()).sum()
    }

    /// Appends all of them.
    pub fn read_into(&self, numbers: &mut Vec<f64>) {
        self.0.iter().for_each(|component| numbers.extend_from_slice(component));
    }

    /// Overwrites all of them by as many numbers from the front, which are then gone from there.
    pub fn write_from(&mut self, numbers: &mut &[f64]) {
        for component in &mut self.0 {
            let (own, rest) = numbers.split_at(component.len());
            component.copy_from_slice(own);
            *numbers = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_every_particle_once_and_in_order() {
        for counts in [vec![], vec![0], vec![1], vec![129], vec![40, 0, 1, 300, 17], vec![16, 16]] {
            let first = |species: usize| counts[..species].iter().sum::<usize>();
            let ranges: Vec<Range<usize>> = (0..counts.len()).map(|i| first(i)..first(i + 1)).collect();
            let blocks = plan(&ranges, 64);
            let mut next = 0;
            for run in blocks.iter().flatten() {
                assert_eq!(run.first, next);
                assert!(run.count > 0 && run.start % GROUP == 0 && run.start + run.slots() <= 64);
                assert!(run.first >= ranges[run.species].start);
                assert!(run.first + run.count <= ranges[run.species].end);
                next += run.count;
            }
            assert_eq!(next, counts.iter().sum::<usize>());
            for runs in &blocks {
                for pair in runs.windows(2) {
                    assert_eq!(pair[0].start + pair[0].slots(), pair[1].start);
                }
            }
        }
    }
}
