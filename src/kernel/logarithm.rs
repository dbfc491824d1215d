//! ln x in vectors, right to 1e-14 and 2 ulp of its size.
//!
//! With x = 2ᵉ m and c = √2, ln x = (e + ½) ln 2 + 2 artanh t, t = (m − c)/(m + c), |t| ≤ (√2 − 1)²: no case is
//! distinguished, and where the two parts cancel, near x = 1, the error is that of their size.

use super::exponential::polynomial;
use super::lanes::Lanes;

/// 2 artanh(t)/t ≈ Σ aₙ t²ⁿ for |t| ≤ (√2 − 1)²; t times the error is below 1e-14 (Chebyshev interpolation in t²).
const ARTANH: [f64; 6] = [
    1.9999999999999472,
    0.6666666667957926,
    0.3999999489183238,
    0.28572166145875727,
    0.2217424991007749,
    0.19608095639753054,
];

/// A number by its logarithm's parts.
#[derive(Clone, Copy)]
pub struct Parts<L: Lanes> {
    exponent: L::Vector,
    mantissa: L::Vector,
}

/// The parts of a normal x > 0.
#[inline(always)]
pub fn parts<L: Lanes>(lanes: L, x: L::Vector) -> Parts<L> {
    Parts { exponent: lanes.exponent(x), mantissa: lanes.mantissa(x) }
}

impl<L: Lanes> Parts<L> {
    /// m + √2, which the logarithm wants the reciprocal of.
    #[inline(always)]
    pub fn divisor(&self, lanes: L) -> L::Vector {
        lanes.add(self.mantissa, lanes.splat(std::f64::consts::SQRT_2))
    }

    /// The logarithm, from the reciprocal of the divisor.
    #[inline(always)]
    pub fn logarithm(&self, lanes: L, reciprocal: L::Vector) -> L::Vector {
        let t = lanes.mul(lanes.sub(self.mantissa, lanes.splat(std::f64::consts::SQRT_2)), reciprocal);
        let series = polynomial(lanes, &ARTANH, lanes.mul(t, t));
        let half = lanes.splat(0.5 * std::f64::consts::LN_2);
        let whole = lanes.mul_add(self.exponent, lanes.splat(std::f64::consts::LN_2), half);
        lanes.mul_add(t, series, whole)
    }
}

/// ln x of a normal x > 0.
#[inline(always)]
pub fn logarithm<L: Lanes>(lanes: L, x: L::Vector) -> L::Vector {
    let parts = parts(lanes, x);
    let reciprocal = lanes.reciprocal(parts.divisor(lanes));
    parts.logarithm(lanes, reciprocal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::lanes::{InstructionSet, Kernel};

    struct Map<'a>(&'a [f64], &'a mut [f64]);

    impl Kernel for Map<'_> {
        #[inline(always)]
        fn compute<L: Lanes>(self, lanes: L) {
            for (x, y) in self.0.chunks_exact(L::WIDTH).zip(self.1.chunks_exact_mut(L::WIDTH)) {
                lanes.store(logarithm(lanes, lanes.load(x)), y);
            }
        }
    }

    #[test]
    fn agrees_with_the_library() {
        let mut arguments: Vec<f64> = (-40_000..40_000).map(|k| 1.000_31_f64.powi(5 * k)).collect();
        arguments.extend([1.0, 0.5, 2.0, 1.0 - f64::EPSILON, f64::MIN_POSITIVE, 1e308, 4.0, 8.0]);
        for set in InstructionSet::available() {
            let mut found = vec![f64::NAN; arguments.len()];
            set.dispatch(Map(&arguments, &mut found));
            for (x, found) in arguments.iter().zip(found) {
                let error = (found - x.ln()).abs();
                assert!(error < 1.2e-14 + 2.0 * f64::EPSILON * x.ln().abs(), "{x}: {error:e}");
            }
        }
    }
}
