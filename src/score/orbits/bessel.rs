//! The modified Bessel functions e^(−x) I_0(x) and e^(−x) I_1(x) for x ≥ 0, to a few units of rounding.
//!
//! Chebyshev series in x up to [`MIDDLE`], and beyond it of √x e^(−x) I_n(x) in 1/x. Their coefficients are made once, from
//!
//! ```text
//! e^(−x) I_n(x) = (1/π) ∫_0^π e^(x (cos θ − 1)) cos nθ dθ
//! ```
//!
//! (Abramowitz, Stegun 1964, 9.6.19): the trapezoidal rule for a periodic analytic function, whose error falls as
//! exp(−2 N²/x) with N intervals.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// Where the two series meet.
const MIDDLE: f64 = 8.0;

/// Terms of a series: the last ones are below rounding.
const TERMS: usize = 32;

static SERIES: LazyLock<[Bessel; 2]> = LazyLock::new(|| [Bessel::new(0), Bessel::new(1)]);

/// e^(−x) I_0(x) and e^(−x) I_1(x).
pub fn scaled(x: f64) -> [f64; 2] {
    let [zeroth, first] = &*SERIES;
    if x <= MIDDLE {
        let t = 2.0 * x / MIDDLE - 1.0;
        return [clenshaw(&zeroth.near, t), clenshaw(&first.near, t)];
    }
    let t = 2.0 * MIDDLE / x - 1.0;
    let root = 1.0 / x.sqrt();
    [root * clenshaw(&zeroth.far, t), root * clenshaw(&first.far, t)]
}

/// The series of one order.
struct Bessel {
    near: [f64; TERMS],
    far: [f64; TERMS],
}

impl Bessel {
    fn new(order: i32) -> Self {
        Self {
            near: chebyshev(|t| by_quadrature(order, 0.5 * MIDDLE * (1.0 + t))),
            far: chebyshev(|t| {
                let x = 2.0 * MIDDLE / (1.0 + t);
                x.sqrt() * by_quadrature(order, x)
            }),
        }
    }
}

/// The definition, by the trapezoidal rule.
fn by_quadrature(order: i32, x: f64) -> f64 {
    let intervals = 24 + (6.0 * x.sqrt()).ceil() as usize;
    let term = |j: usize| {
        let theta = PI * j as f64 / intervals as f64;
        // cos θ − 1 without its cancellation.
        let exponent = -2.0 * x * (0.5 * theta).sin().powi(2);
        exponent.exp() * (f64::from(order) * theta).cos()
    };
    (0.5 * (term(0) + term(intervals)) + (1..intervals).map(term).sum::<f64>()) / intervals as f64
}

/// The Chebyshev coefficients of a function on [−1, 1], by its values at the roots of T_n.
fn chebyshev(of: impl Fn(f64) -> f64) -> [f64; TERMS] {
    let angle = |j: usize| PI * (j as f64 + 0.5) / TERMS as f64;
    let values: [f64; TERMS] = std::array::from_fn(|j| of(angle(j).cos()));
    std::array::from_fn(|k| {
        let sum: f64 = (0..TERMS).map(|j| values[j] * (k as f64 * angle(j)).cos()).sum();
        sum * if k == 0 { 1.0 } else { 2.0 } / TERMS as f64
    })
}

/// Σ c_k T_k(t) (Clenshaw 1955).
fn clenshaw(coefficients: &[f64; TERMS], t: f64) -> f64 {
    let (mut last, mut before) = (0.0, 0.0);
    for c in coefficients[1..].iter().rev() {
        (last, before) = (2.0 * t * last - before + c, last);
    }
    t * last - before + coefficients[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_its_power_series_and_its_asymptotic_series() {
        for x in [0.0_f64, 1e-9, 0.3, 1.0, 2.5, 7.99, 8.0, 8.01, 12.0] {
            // Σ (x/2)^(2k + n)/(k! (k + n)!), all terms positive.
            let series = |n: i32| {
                let (mut term, mut sum) = ((0.5 * x).powi(n), 0.0);
                for k in 1..200 {
                    sum += term;
                    term *= 0.25 * x * x / (f64::from(k) * f64::from(k + n));
                }
                (-x).exp() * sum
            };
            for (found, expected) in scaled(x).into_iter().zip([series(0), series(1)]) {
                // e^(−x) has x units of rounding itself; values are at most 1.
                assert!((found - expected).abs() < (4.0 + x) * f64::EPSILON, "{x}: {found} {expected}");
            }
        }
        for x in [1e3_f64, 1e5, 1e9] {
            let expected = |m: f64| {
                let (a, b) = ((m - 1.0) / (8.0 * x), (m - 1.0) * (m - 9.0) / (2.0 * (8.0 * x).powi(2)));
                let c = (m - 1.0) * (m - 9.0) * (m - 25.0) / (6.0 * (8.0 * x).powi(3));
                (1.0 - a + b - c) / (2.0 * PI * x).sqrt()
            };
            for (found, m) in scaled(x).into_iter().zip([0.0, 4.0]) {
                // The next term of the series is below 1e-13 at the smallest x.
                assert!((found / expected(m) - 1.0).abs() < 1e-12, "{x}");
            }
        }
    }

    #[test]
    fn of_no_number_are_no_number() {
        assert!(scaled(f64::NAN).iter().all(|value| value.is_nan()));
    }
}
