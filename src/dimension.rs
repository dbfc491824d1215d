//! From a dimension D that callers choose to the two there are, so that large kernels are compiled here and once.
//!
//! Generic code is compiled again in every program that calls it. Functions for two and three dimensions that are no longer
//! generic are not.

use std::any::Any;

/// A value of dimension D as one of dimension 2 or 3.
///
/// # Panics
///
/// If the types differ.
pub fn of_mut<T: 'static>(value: &mut dyn Any) -> &mut T {
    value.downcast_mut().expect("two or three dimensions")
}

/// Vectors of dimension D as those of dimension E = D.
pub fn vectors<const D: usize, const E: usize>(vectors: &[[f64; D]]) -> &[[f64; E]] {
    assert_eq!(D, E);
    vectors.as_flattened().as_chunks().0
}

/// The same of vectors that change.
pub fn vectors_mut<const D: usize, const E: usize>(vectors: &mut [[f64; D]]) -> &mut [[f64; E]] {
    assert_eq!(D, E);
    vectors.as_flattened_mut().as_chunks_mut().0
}
