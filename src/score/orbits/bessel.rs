//! The modified Bessel functions e^(−x) I_0(x) and e^(−x) I_1(x) for x ≥ 0, to a few units of rounding.
//!
//! Tables of polynomials: in x up to [`MIDDLE`], and beyond it of √x e^(−x) I_n(x) in 1/x. Each polynomial interpolates at the
//! Chebyshev points of a short interval. The tables are made once, from
//!
//! ```text
//! e^(−x) I_n(x) = (1/π) ∫_0^π e^(x (cos θ − 1)) cos nθ dθ
//! ```
//!
//! (Abramowitz, Stegun 1964, 9.6.19) by the trapezoidal rule. For a periodic analytic function its error falls as exp(−2 N²/x) with N
//! intervals.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// Where the two tables meet.
const MIDDLE: f64 = 8.0;

/// Intervals of a table.
const INTERVALS: usize = 64;

/// Coefficients of a polynomial. The next term is below 1e-17: on an interval of length 1/8 it is (1/32)^9 times at most.
const TERMS: usize = 9;

/// The polynomials of both orders on one interval, in t from −1 to 1.
type Interval = [[f64; 2]; TERMS];

struct Tables {
    near: [Interval; INTERVALS],
    far: [Interval; INTERVALS],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
    near: std::array::from_fn(|k| {
        interval(k, |place| {
            let x = MIDDLE * place;
            [0, 1].map(|order| by_quadrature(order, x))
        })
    }),
    far: std::array::from_fn(|k| {
        interval(k, |place| {
            let x = MIDDLE / place;
            [0, 1].map(|order| x.sqrt() * by_quadrature(order, x))
        })
    }),
});

/// e^(−x) I_0(x) and e^(−x) I_1(x).
#[inline]
pub fn scaled(x: f64) -> [f64; 2] {
    let tables = &*TABLES;
    if x <= MIDDLE {
        return at(&tables.near, x / MIDDLE);
    }
    let root = 1.0 / x.sqrt();
    let [i0, i1] = at(&tables.far, MIDDLE / x);
    [root * i0, root * i1]
}

/// Both polynomials at a place from 0 to 1 of the table.
#[inline]
fn at(table: &[Interval; INTERVALS], place: f64) -> [f64; 2] {
    let scaled = place * INTERVALS as f64;
    // Of no number the first interval gives no number.
    let k = (scaled as usize).min(INTERVALS - 1);
    let t = 2.0 * (scaled - k as f64) - 1.0;
    let mut sums = [0.0; 2];
    for [first, second] in table[k].iter().rev() {
        sums = [sums[0] * t + first, sums[1] * t + second];
    }
    sums
}

/// The polynomials on interval `k` that agree with functions of the place at the Chebyshev points.
fn interval(k: usize, of: impl Fn(f64) -> [f64; 2]) -> Interval {
    let angle = |j: usize| PI * (j as f64 + 0.5) / TERMS as f64;
    let values: [[f64; 2]; TERMS] =
        std::array::from_fn(|j| of((k as f64 + 0.5 * (1.0 + angle(j).cos())) / INTERVALS as f64));
    // Σ c_n T_n(t), then in powers of t.
    let mut polynomial = [[0.0; 2]; TERMS];
    let (mut before, mut chebyshev) = ([0.0; TERMS], [0.0; TERMS]);
    chebyshev[0] = 1.0;
    for n in 0..TERMS {
        let norm = if n == 0 { 1.0 } else { 2.0 } / TERMS as f64;
        for order in 0..2 {
            let sum: f64 = (0..TERMS).map(|j| values[j][order] * (n as f64 * angle(j)).cos()).sum();
            (0..TERMS).for_each(|power| polynomial[power][order] += norm * sum * chebyshev[power]);
        }
        // T_(n+1) = 2 t T_n − T_(n−1), and T_1 = t.
        let factor = if n == 0 { 1.0 } else { 2.0 };
        let next = std::array::from_fn(|power| {
            factor * if power == 0 { 0.0 } else { chebyshev[power - 1] } - before[power]
        });
        (before, chebyshev) = (chebyshev, next);
    }
    polynomial
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
                assert!((found - expected).abs() < (8.0 + x) * f64::EPSILON, "{x}: {found} {expected}");
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
    fn intervals_agree_where_they_meet() {
        for k in 1..INTERVALS {
            for place in [k as f64 / INTERVALS as f64, INTERVALS as f64 / k as f64] {
                let x = MIDDLE * place;
                let (low, high) = (scaled(x * (1.0 - f64::EPSILON)), scaled(x * (1.0 + f64::EPSILON)));
                for order in 0..2 {
                    assert!((low[order] - high[order]).abs() < 8.0 * f64::EPSILON, "{x}");
                }
            }
        }
    }

    #[test]
    fn of_no_number_are_no_number() {
        assert!(scaled(f64::NAN).iter().all(|value| value.is_nan()));
    }
}
