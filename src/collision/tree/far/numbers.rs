//! Arrays of numbers that keep their room from one evaluation to the next.

use std::ops::{Deref, DerefMut};

/// As many numbers as were asked for last.
#[derive(Debug, Default)]
pub struct Numbers {
    /// As long as the most ever asked for.
    room: Vec<f64>,
    len: usize,
}

impl Numbers {
    /// Makes it `len` numbers; what they are is left open.
    pub fn take(&mut self, len: usize) {
        if self.room.len() < len {
            // The old room is given back first: the two together may be more than there is.
            self.room = Vec::new();
            self.room = vec![0.0; len];
        }
        self.len = len;
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        size_of_val(self.room.as_slice())
    }
}

impl Deref for Numbers {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.room[..self.len]
    }
}

impl DerefMut for Numbers {
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.room[..self.len]
    }
}
