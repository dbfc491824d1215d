//! The residual of an equation f(x) = 0, and lengths of vectors.

use crate::error::Failure;

/// Writes f(x) into the second slice.
pub type Residual<'a> = dyn FnMut(&[f64], &mut [f64]) -> Result<(), Failure> + 'a;

/// Σ a b, in the order of the slices.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// √(Σ a²).
pub fn length(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}
