//! Transforms of responses: ∫ g(t) e^{−iωt} dt, what the integral of a response becomes that turns.

use crate::laboratory::quadrature::{on_interval, rule};
use nalgebra::Complex;
use std::sync::LazyLock;

/// Below this angle a cubic is integrated by quadrature. Above it the sum of its derivatives loses at most three digits.
const SMALL: f64 = 1.0;

/// Exact to rounding for cubics times e^{−iθs}, θ up to [`SMALL`].
static POINTS: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| rule(8));

/// A cubic between two times, by its values and rates there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// Time, value, rate.
    pub from: (f64, f64, f64),
    pub to: (f64, f64, f64),
}

impl Piece {
    /// ∫ of the cubic times e^{−iωt}.
    pub fn transform(self, frequency: f64) -> Complex<f64> {
        let ((start, a, a_rate), (end, b, b_rate)) = (self.from, self.to);
        let length = end - start;
        let (p, q) = (length * a_rate, length * b_rate);
        // a + p s + c s² + d s³ over s from 0 to 1.
        let (c, d) = (3.0 * (b - a) - 2.0 * p - q, 2.0 * (a - b) + p + q);
        let angle = frequency * length;
        let inner = if angle.abs() < SMALL {
            let cubic = |s: f64| a + s * (p + s * (c + s * d));
            on_interval(&POINTS, 0.0, 1.0)
                .map(|(s, weight)| Complex::cis(-angle * s) * (weight * cubic(s)))
                .sum()
        } else {
            // By parts: Σ_k (g^(k)(0) − g^(k)(1) e^{−iθ})/(iθ)^(k+1).
            let derivatives = [(a, b), (p, q), (2.0 * c, 2.0 * c + 6.0 * d), (6.0 * d, 6.0 * d)];
            let (turn, mut factor) = (Complex::cis(-angle), Complex::new(1.0, 0.0));
            let mut sum = Complex::default();
            for (first, last) in derivatives {
                factor /= Complex::new(0.0, angle);
                sum += factor * (first - turn * last);
            }
            sum
        };
        inner * Complex::cis(-frequency * start) * length
    }
}

/// The same of a value at a time that decays exponentially from there on, by 1/e in a time `left`.
pub fn transform_of_tail(value: f64, (time, left): (f64, f64), frequency: f64) -> Complex<f64> {
    Complex::cis(-frequency * time) * value / Complex::new(1.0 / left, frequency)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// e^{−t} from 0 on, in steps whose cubics are exact to 1e-9, has the transform 1/(1 + iω): at slow turns, at turns whose
    /// angle in a step is near the one where the ways change, and at fast ones.
    #[test]
    fn an_exponential_has_its_transform() {
        let (step, count) = (0.05, 400);
        let point = |k: u32| {
            let time = step * f64::from(k);
            (time, (-time).exp(), -(-time).exp())
        };
        for frequency in [0.0, -0.3, 2.0, 19.99, 20.01, -150.0] {
            let pieces = (0..count).map(|k| Piece { from: point(k), to: point(k + 1) }.transform(frequency));
            let (time, value, _) = point(count);
            let found = pieces.sum::<Complex<f64>>() + transform_of_tail(value, (time, 1.0), frequency);
            let exact = 1.0 / Complex::new(1.0, frequency);
            // Cubics err by h⁴/384 of the fourth derivative.
            assert!((found - exact).norm() < step.powi(4) / 384.0, "{frequency}: {found} {exact}");
        }
    }
}
