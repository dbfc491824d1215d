//! 2^x for SIMD vectors, accurate to 2 ulp apart from the effect of the rounding of x itself.

use super::lanes::Lanes;

/// The coefficients aₙ of (2^t − 1)/t ≈ Σ aₙ tⁿ for |t| ≤ 0.567. That bound is ½ plus the largest α
/// log₂(1 + x). The error times t is below 3e-17 (least squares at Chebyshev points).
const EXPONENTIAL: [f64; 11] = [
    std::f64::consts::LN_2,
    0.24022650695910297,
    0.055504108664822,
    0.009618129107530722,
    0.0013333558146324217,
    0.00015403530532363078,
    1.5252733915197479e-05,
    1.3215400351956854e-06,
    1.0178028407401733e-07,
    7.079341233136794e-09,
    4.4598649426896686e-10,
];

/// 2^x for |x| ≤ 1000. For x below −1021 the result is at most 2⁻¹⁰²⁰.
#[inline(always)]
pub fn exponential2<L: Lanes>(lanes: L, x: L::Vector) -> L::Vector {
    let integer = lanes.round(x);
    power_of_two(lanes, integer, lanes.sub(x, integer))
}

/// 2^x and 2^x − 1 for |x| ≤ 1000, each right to a few ulp.
#[inline(always)]
pub fn exponential2_and_less_one<L: Lanes>(lanes: L, x: L::Vector) -> [L::Vector; 2] {
    let integer = lanes.round(x);
    let t = lanes.sub(x, integer);
    let small = lanes.mul(t, polynomial(lanes, &EXPONENTIAL, t));
    let whole = lanes.scale(lanes.splat(1.0), integer);
    let less_one = lanes.mul_add(whole, small, lanes.sub(whole, lanes.splat(1.0)));
    [lanes.mul_add(whole, small, whole), less_one]
}

/// 2^(n + t) for an integer n ≤ 1000 and |t| ≤ 0.567.
#[inline(always)]
pub fn power_of_two<L: Lanes>(lanes: L, n: L::Vector, t: L::Vector) -> L::Vector {
    let power = lanes.mul_add(t, polynomial(lanes, &EXPONENTIAL, t), lanes.splat(1.0));
    lanes.scale(power, n)
}

/// Σ aₙ xⁿ by Horner's rule.
#[inline(always)]
pub fn polynomial<L: Lanes, const N: usize>(lanes: L, coefficients: &[f64; N], x: L::Vector) -> L::Vector {
    let mut sum = lanes.splat(coefficients[N - 1]);
    for &a in coefficients[..N - 1].iter().rev() {
        sum = lanes.mul_add(sum, x, lanes.splat(a));
    }
    sum
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
                lanes.store(exponential2(lanes, lanes.load(x)), y);
            }
        }
    }

    #[test]
    fn powers_of_two_are_right_to_two_ulp() {
        let arguments: Vec<f64> = (0..80_000).map(|k| -1000.0 + 0.025 * f64::from(k) * 1.000_01).collect();
        for set in InstructionSet::available() {
            let mut powers = vec![f64::NAN; arguments.len()];
            set.dispatch(Map(&arguments, &mut powers));
            for (x, power) in arguments.iter().zip(powers).filter(|(x, _)| x.abs() <= 1000.0) {
                let distance = power.to_bits().abs_diff(x.exp2().to_bits());
                assert!(distance <= 2, "2^{x} with {}: {distance} ulp", set.name());
            }
        }
    }

    #[test]
    fn whole_powers_are_exact_and_far_ones_vanish() {
        for set in InstructionSet::available() {
            let arguments = [0.0, 1.0, -1.0, 10.0, -37.0, -1000.0, -1e4, -1e10];
            let mut powers = [f64::NAN; 8];
            set.dispatch(Map(&arguments, &mut powers));
            assert_eq!(powers[..6], [1.0, 2.0, 0.5, 1024.0, 2f64.powi(-37), 2f64.powi(-1000)]);
            assert!(powers[6..].iter().all(|power| (0.0..1e-300).contains(power)), "{powers:?}");
        }
    }

    struct LessOne<'a>(&'a [f64], &'a mut [f64], &'a mut [f64]);

    impl Kernel for LessOne<'_> {
        #[inline(always)]
        fn compute<L: Lanes>(self, lanes: L) {
            for at in (0..self.0.len()).step_by(L::WIDTH) {
                let [power, less_one] = exponential2_and_less_one(lanes, lanes.load(&self.0[at..]));
                lanes.store(power, &mut self.1[at..]);
                lanes.store(less_one, &mut self.2[at..]);
            }
        }
    }

    #[test]
    fn powers_less_one_keep_their_digits_near_one() {
        let arguments: Vec<f64> = (0..4000)
            .map(|k| (if k % 2 == 0 { 1.0 } else { -1.0 }) * 10_f64.powf(-16.0 + 0.0045 * f64::from(k)))
            .collect();
        for set in InstructionSet::available() {
            let [mut powers, mut less_one] = [0; 2].map(|_| vec![f64::NAN; arguments.len()]);
            set.dispatch(LessOne(&arguments, &mut powers, &mut less_one));
            for ((x, power), less_one) in arguments.iter().zip(powers).zip(less_one) {
                // The rounding of x ln 2 and two of the sum.
                let exact = (x * std::f64::consts::LN_2).exp_m1();
                let bound = f64::EPSILON * (4.0 + x.abs());
                assert!(
                    (less_one - exact).abs() <= bound * exact.abs(),
                    "2^{x} − 1 with {}: {less_one:e}",
                    set.name()
                );
                assert!((power - x.exp2()).abs() <= 4.0 * f64::EPSILON * x.exp2(), "2^{x}");
            }
        }
    }
}
