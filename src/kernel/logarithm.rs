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
