//! Memory for numbers that is kept from one evaluation to the next.

use std::ops::{Deref, DerefMut};

/// A buffer of numbers that keeps its memory from one evaluation to the next.
#[derive(Debug, Default)]
pub struct Numbers {
    /// As long as the longest request so far.
    held: Vec<f64>,
    len: usize,
}

impl Numbers {
    /// Makes the buffer `len` numbers long. Their values are unspecified.
    pub fn take(&mut self, len: usize) {
        if self.held.len() < len {
            // The old memory is released first, since memory may not hold both.
            self.held = Vec::new();
            self.held = vec![0.0; len];
        }
        self.len = len;
    }

    /// Whether a buffer of `len` numbers keeps its values.
    pub fn holds(&self, len: usize) -> bool {
        len <= self.held.len()
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        size_of_val(self.held.as_slice())
    }
}

impl Deref for Numbers {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.held[..self.len]
    }
}

impl DerefMut for Numbers {
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.held[..self.len]
    }
}
