//! Pseudorandom numbers by Knuth's linear congruential generator, the same in every run.

#![allow(dead_code)] // Each user takes its own kind of numbers.

/// A generator, by its state. The first state is the seed.
pub struct Numbers(pub u64);

impl Numbers {
    /// The next 64 bits. Only the high ones are good.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        self.0
    }

    /// A number in [0, 1).
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number in [−1, 1).
    pub fn next(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// A vector whose components are in [−1, 1).
    pub fn vector<const D: usize>(&mut self) -> [f64; D] {
        std::array::from_fn(|_| self.next())
    }
}
