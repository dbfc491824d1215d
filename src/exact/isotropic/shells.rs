//! The kernel averaged over the directions of two velocities.
//!
//! ```text
//! κ(r, r') = ½ ∫₋₁¹ (1 − μ²) |Z|^γ dμ,   |Z|² = r² + r'² − 2 r r' μ
//! ```
//!
//! For two speeds t = r_</r_> it is the hypergeometric series κ = (2/3) r_>^γ ₂F₁(−γ/2, −(γ+3)/2; 5/2; t²), which ends
//! for γ = −3, −1, 0 and 1. With u = |Z|² as the variable it is the elementary integral
//!
//! ```text
//! κ = (1/16 r³ r'³) ∫ (u − u₁)(u₂ − u) u^(γ/2) du  from u₁ = (r − r')² to u₂ = (r + r')²
//! ```
//!
//! which loses digits for small t. So the series serves small t and the integral the rest.

/// Above this t the integral is taken. The series loses no digits below, and the integral about three above.
const SERIES_UP_TO: f64 = 0.5;

/// A series that has not ended after so many terms counts as endless. At the largest t of the series the term beyond
/// them is below 1e-17 of the sum for every γ from −3 to 1.
const TERMS: usize = 24;

/// The coefficients of κ/r_>^γ in powers of t², if there are finitely many.
pub fn finite_series(gamma: f64) -> Option<Vec<f64>> {
    let mut terms = series(gamma);
    let ends = terms.iter().rposition(|&term| term != 0.0).expect("the first term is 2/3") + 1;
    terms.truncate(ends);
    (ends < TERMS).then_some(terms)
}

/// κ for two speeds that are not both 0.
pub fn averaged_kernel(gamma: f64, r: f64, other: f64) -> f64 {
    let (small, large) = if r < other { (r, other) } else { (other, r) };
    let t = small / large;
    let relative = if t < SERIES_UP_TO {
        series(gamma).iter().rev().fold(0.0, |sum, term| sum * (t * t) + term)
    } else {
        integral(gamma, t)
    };
    large.powf(gamma) * relative
}

/// (2/3) (a)_k (b)_k/((5/2)_k k!) for a = −γ/2 and b = −(γ+3)/2.
fn series(gamma: f64) -> Vec<f64> {
    let (a, b) = (-0.5 * gamma, -0.5 * (gamma + 3.0));
    let mut term = 2.0 / 3.0;
    (0..TERMS)
        .map(|k| {
            let (k, now) = (k as f64, term);
            term *= (a + k) * (b + k) / ((2.5 + k) * (k + 1.0));
            now
        })
        .collect()
}

/// κ for the speeds 1 and t, by the elementary integral.
fn integral(gamma: f64, t: f64) -> f64 {
    let (from, to) = ((1.0 - t) * (1.0 - t), (1.0 + t) * (1.0 + t));
    let p = 0.5 * gamma;
    // For equal speeds the last integral may be infinite, but its factor is 0 and wins.
    let last = if from == 0.0 { 0.0 } else { from * to * power_integral(p, from, to) };
    let sum = (from + to) * power_integral(p + 1.0, from, to) - power_integral(p + 2.0, from, to) - last;
    sum / (16.0 * t.powi(3))
}

/// ∫ u^p du, also for p = −1.
fn power_integral(p: f64, from: f64, to: f64) -> f64 {
    let exponent = p + 1.0;
    if from == 0.0 {
        return to.powf(exponent) / exponent;
    }
    if exponent == 0.0 {
        return (to / from).ln();
    }
    from.powf(exponent) * (exponent * (to / from).ln()).exp_m1() / exponent
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The average over directions by the midpoint rule in the angle.
    fn by_quadrature(gamma: f64, r: f64, other: f64) -> f64 {
        let nodes = 4000;
        let width = std::f64::consts::PI / nodes as f64;
        (0..nodes)
            .map(|node| {
                let angle = (node as f64 + 0.5) * width;
                let square = r * r + other * other - 2.0 * r * other * angle.cos();
                0.5 * angle.sin().powi(3) * square.powf(0.5 * gamma) * width
            })
            .sum()
    }

    #[test]
    fn it_is_the_average_over_directions() {
        for gamma in [-3.0, -2.7, -2.0, -1.0, -0.5, 0.0, 0.3, 1.0] {
            for (r, other) in [(0.3, 2.0), (2.0, 0.99), (1.01, 2.0), (1.5, 1.4), (0.0, 0.7)] {
                let (found, expected) = (averaged_kernel(gamma, r, other), by_quadrature(gamma, r, other));
                // sin³ makes the midpoint rule an order 4 one: (π/4000)⁴ times derivatives.
                assert!((found / expected - 1.0).abs() < 1e-10, "{gamma} {r} {other}: {found} {expected}");
            }
        }
    }

    #[test]
    fn series_and_integral_meet() {
        for gamma in [-3.0, -2.999, -2.0, -1.3, -1.0, 0.0, 0.5, 1.0] {
            let t = SERIES_UP_TO;
            let below = averaged_kernel(gamma, t * (1.0 - 1e-15), 1.0);
            // The integral loses three digits here.
            assert!((below / integral(gamma, t) - 1.0).abs() < 1e-12, "{gamma}");
        }
    }

    #[test]
    fn series_end_where_they_should() {
        let ends =
            [(-3.0, Some(1)), (-2.0, None), (-1.0, Some(2)), (0.0, Some(1)), (0.5, None), (1.0, Some(3))];
        for (gamma, terms) in ends {
            assert_eq!(finite_series(gamma).map(|series| series.len()), terms, "{gamma}");
        }
        // γ = 1: (2 r_>/3)(1 + 2t²/5 − t⁴/35).
        let expected = [2.0 / 3.0, 4.0 / 15.0, -2.0 / 105.0];
        for (found, expected) in finite_series(1.0).expect("it ends").iter().zip(expected) {
            assert!((found - expected).abs() < 1e-16);
        }
    }

    /// Equal speeds: ½ (2r)^γ ∫ (1 − μ²) ((1 − μ)/2)^(γ/2) dμ = (2r)^γ · 4/((γ/2 + 2)(γ/2 + 3)).
    #[test]
    fn equal_speeds() {
        for gamma in [-3.0, -2.0, -1.0, 0.0, 1.0] {
            let expected = 3f64.powf(gamma) * 4.0 / ((0.5 * gamma + 2.0) * (0.5 * gamma + 3.0));
            assert!((averaged_kernel(gamma, 1.5, 1.5) / expected - 1.0).abs() < 1e-14, "{gamma}");
        }
    }
}
