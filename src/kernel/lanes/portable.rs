//! Lanes for any machine: an array of four numbers, which the compiler turns into the vectors of the target.

use super::vector::{Lanes, NEAREST_SQUARE};

/// Multiplies and adds separately. Without hardware support, a fused multiply-add would be a slow library
/// call.
#[derive(Debug, Clone, Copy)]
pub struct Portable;

const WIDTH: usize = 4;
type Vector = [f64; WIDTH];

#[inline(always)]
fn each(f: impl Fn(usize) -> f64) -> Vector {
    [f(0), f(1), f(2), f(3)]
}

impl Lanes for Portable {
    type Vector = Vector;
    const WIDTH: usize = WIDTH;
    const TARGETS: usize = 1;

    #[inline(always)]
    fn splat(self, x: f64) -> Vector {
        [x; WIDTH]
    }

    #[inline(always)]
    fn load(self, from: &[f64]) -> Vector {
        let from = &from[..WIDTH];
        each(|k| from[k])
    }

    #[inline(always)]
    fn store(self, x: Vector, to: &mut [f64]) {
        to[..WIDTH].copy_from_slice(&x);
    }

    #[inline(always)]
    fn vectors_mut(self, numbers: &mut [f64]) -> &mut [Vector] {
        numbers.as_chunks_mut().0
    }

    #[inline(always)]
    fn add(self, x: Vector, y: Vector) -> Vector {
        each(|k| x[k] + y[k])
    }

    #[inline(always)]
    fn sub(self, x: Vector, y: Vector) -> Vector {
        each(|k| x[k] - y[k])
    }

    #[inline(always)]
    fn mul(self, x: Vector, y: Vector) -> Vector {
        each(|k| x[k] * y[k])
    }

    #[inline(always)]
    fn mul_add(self, x: Vector, y: Vector, z: Vector) -> Vector {
        each(|k| x[k] * y[k] + z[k])
    }

    #[inline(always)]
    fn neg_mul_add(self, x: Vector, y: Vector, z: Vector) -> Vector {
        each(|k| z[k] - x[k] * y[k])
    }

    #[inline(always)]
    fn sum(self, x: Vector) -> f64 {
        (x[0] + x[2]) + (x[1] + x[3])
    }

    #[inline(always)]
    fn reciprocal(self, x: Vector) -> Vector {
        self.zero_if_near(each(|k| 1.0 / x[k]), x)
    }

    #[inline(always)]
    fn reciprocal_root(self, x: Vector) -> Vector {
        self.zero_if_near(each(|k| 1.0 / x[k].sqrt()), x)
    }

    #[inline(always)]
    fn root(self, x: Vector) -> Vector {
        each(|k| x[k].sqrt())
    }

    #[inline(always)]
    fn zero_if_near(self, x: Vector, square: Vector) -> Vector {
        each(|k| {
            let keep = if square[k] < NEAREST_SQUARE { 0 } else { u64::MAX };
            f64::from_bits(x[k].to_bits() & keep)
        })
    }

    #[inline(always)]
    fn exponent(self, x: Vector) -> Vector {
        // The bits 2⁵² + k are the number 2⁵² + k.
        let two52 = 4503599627370496.0_f64;
        each(|k| f64::from_bits((x[k].to_bits() >> 52) | two52.to_bits()) - (two52 + 1023.0))
    }

    #[inline(always)]
    fn mantissa(self, x: Vector) -> Vector {
        each(|k| f64::from_bits((x[k].to_bits() & ((1 << 52) - 1)) | 1.0_f64.to_bits()))
    }

    #[inline(always)]
    fn middle(self, m: Vector) -> Vector {
        each(|k| f64::from_bits((m[k].to_bits() & (0xFFFF << 48)) | (1 << 47)))
    }

    #[inline(always)]
    fn lookup(self, table: &[f64; 16], m: Vector) -> Vector {
        each(|k| table[(m[k].to_bits() >> 48 & 15) as usize])
    }

    #[inline(always)]
    fn round(self, x: Vector) -> Vector {
        // Above 3·2⁵¹ the spacing is 1.
        let integers = 6755399441055744.0;
        each(|k| (x[k] + integers) - integers)
    }

    #[inline(always)]
    fn scale(self, x: Vector, n: Vector) -> Vector {
        // The low bits of 3·2⁵¹ + 1023 + n are those of 1023 + n, the biased exponent of 2ⁿ.
        let integers = 6755399441055744.0 + 1023.0;
        each(|k| {
            let n = if n[k] < -1021.0 { -1021.0 } else { n[k] };
            x[k] * f64::from_bits((n + integers).to_bits() << 52)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[test]
    fn products_are_rounded_before_they_are_added_on_every_machine() {
        // The product 1 − 2⁻⁶⁰ rounds to 1. A fused multiply-add would leave −2⁻⁶⁰.
        let step = 2_f64.powi(-30);
        let (x, y) = (black_box([1.0 + step; WIDTH]), black_box([1.0 - step; WIDTH]));
        assert_eq!(Portable.mul_add(x, y, [-1.0; WIDTH]), [0.0; WIDTH]);
        assert_eq!(Portable.neg_mul_add(x, y, [1.0; WIDTH]), [0.0; WIDTH]);
    }
}
