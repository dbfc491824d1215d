//! The mollifier of a ring or a shell along the radius.
//!
//! A Gaussian ψ_ε averaged over the orbit of a particle at radius r is, at a node of radius r_l,
//!
//! ```text
//! ring:   (2πε)^(−3/2) e^(−((r − r_l)² + z²)/2ε) I_0e(r r_l/ε),      I_0e(x) = e^(−x) I_0(x)
//! shell:  (2πε)^(−3/2) e^(−(r − r_l)²/2ε) h(r r_l/ε),               h(y) = (1 − e^(−2y))/2y
//! ```
//!
//! Here are the factors of the radius with their derivatives, without the normalisation.

use super::bessel;
use crate::symmetry::axis::Nodes;
use std::f64::consts::PI;

/// What particles are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orbit {
    Ring,
    Shell,
}

impl Orbit {
    /// The factor of the radius at r and r_l, and its derivative with respect to r.
    #[inline]
    pub fn factor(self, r: f64, r_l: f64, variance: f64) -> [f64; 2] {
        let apart = r - r_l;
        let gaussian = (-0.5 * apart * apart / variance).exp();
        let x = r * r_l / variance;
        match self {
            Self::Ring => {
                let [i0, i1] = bessel::scaled(x);
                [gaussian * i0, gaussian * (r_l * i1 - r * i0) / variance]
            }
            Self::Shell => {
                let [h, slope] = mean_of_exponential(x);
                [gaussian * h, gaussian * (r_l * slope - apart * h) / variance]
            }
        }
    }

    /// The same with the second derivative.
    pub fn factor_and_derivatives(self, r: f64, r_l: f64, variance: f64) -> [f64; 3] {
        let apart = r - r_l;
        let gaussian = (-0.5 * apart * apart / variance).exp();
        let x = r * r_l / variance;
        let a = r_l / variance;
        match self {
            Self::Ring => {
                let [i0, i1] = bessel::scaled(x);
                // I_0'' = I_0 − I_1/x, and I_1/x → ½ on the axis.
                let ratio = if x > 1e-8 { i1 / x } else { 0.5 };
                let b = r / variance;
                let second = (b * b - 1.0 / variance) * i0 - 2.0 * a * b * i1 + a * a * (i0 - ratio);
                [gaussian * i0, gaussian * (a * i1 - b * i0), gaussian * second]
            }
            Self::Shell => {
                let [h, slope] = mean_of_exponential(x);
                // (y h)'' = −2 e^(−2y): y h'' + 2 h' = −2 e^(−2y).
                let bend = if x > 1e-3 { -2.0 * ((-2.0 * x).exp() + slope) / x } else { 4.0 / 3.0 - 2.0 * x };
                let b = apart / variance;
                let second = (b * b - 1.0 / variance) * h - 2.0 * a * b * slope + a * a * bend;
                [gaussian * h, gaussian * (a * slope - b * h), gaussian * second]
            }
        }
    }

    /// The volume that a node stands for, in units of η³ for rings on planes η apart, and of η³ for shells.
    pub fn volume(self, nodes: Nodes, k: usize) -> f64 {
        match self {
            Self::Ring => nodes.area(k),
            Self::Shell => 4.0 * PI * nodes.place(k).powi(2),
        }
    }
}

/// h(y) = (1 − e^(−2y))/2y and h'(y), for y ≥ 0.
fn mean_of_exponential(y: f64) -> [f64; 2] {
    if y < 0.5 {
        // Σ (−2y)^n/(n + 1)! and its derivative.
        let (mut value, mut slope, mut term) = (0.0, 0.0, 1.0);
        for n in 0..20 {
            let own = term / f64::from(n + 1);
            value += own;
            // n (−2)^n y^(n−1)/(n + 1)!, with the term of n + 1 from that of n.
            slope += -2.0 * term / f64::from(n + 2);
            term *= -2.0 * y / f64::from(n + 1);
        }
        return [value, slope];
    }
    let h = -f64::exp_m1(-2.0 * y) / (2.0 * y);
    [h, ((-2.0 * y).exp() - h) / y]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of a Gaussian of two points' distance over the angle between them.
    fn by_quadrature(orbit: Orbit, r: f64, r_l: f64, variance: f64) -> f64 {
        let count = 4000;
        let value = |cosine: f64| (-0.5 * (r * r + r_l * r_l - 2.0 * r * r_l * cosine) / variance).exp();
        let mean = |of: &dyn Fn(f64) -> f64| {
            (0..count).map(|j| of((f64::from(j) + 0.5) / f64::from(count))).sum::<f64>() / f64::from(count)
        };
        match orbit {
            // Periodic in the angle: exact to rounding. Uniform in the cosine: second order.
            Orbit::Ring => mean(&|t| value((PI * t).cos())),
            Orbit::Shell => mean(&|t| value(2.0 * t - 1.0)),
        }
    }

    #[test]
    fn factors_are_means_over_the_orbit() {
        for orbit in [Orbit::Ring, Orbit::Shell] {
            for (r, r_l) in [(0.0, 0.0), (0.0, 0.7), (0.3, 0.4), (1.2, 0.9), (2.0, 0.0), (2.5, 2.4)] {
                let expected = by_quadrature(orbit, r, r_l, 0.3);
                let [found, _] = orbit.factor(r, r_l, 0.3);
                // 4000 midpoints: (r r_l/ε)²/24/4000² of the largest value.
                assert!((found - expected).abs() < 2e-6 * (1.0 + expected), "{orbit:?} {r} {r_l}");
                assert_eq!(found, orbit.factor(r_l, r, 0.3)[0]);
            }
        }
    }

    #[test]
    fn derivatives_are_those_of_the_factor() {
        for orbit in [Orbit::Ring, Orbit::Shell] {
            for (r, r_l) in [(1e-4, 0.3), (0.3, 0.4), (0.3, 0.2), (1.2, 0.9), (0.8, 0.0), (2.5, 2.4)] {
                let step = 1e-5;
                let [low, middle, high] = [-step, 0.0, step].map(|dr| orbit.factor(r + dr, r_l, 0.3));
                let [value, slope, bend] = orbit.factor_and_derivatives(r, r_l, 0.3);
                // Differences of step 1e-5 have an error of 1e-10 times third derivatives of about 30, and rounding.
                assert!((value - middle[0]).abs() <= 1e-15 && (slope - middle[1]).abs() <= 1e-14);
                assert!((slope - (high[0] - low[0]) / (2.0 * step)).abs() < 1e-8, "{orbit:?} {r} {r_l}");
                assert!((bend - (high[1] - low[1]) / (2.0 * step)).abs() < 1e-7, "{orbit:?} {r} {r_l}");
            }
        }
    }

    #[test]
    fn the_series_of_the_mean_joins_its_closed_form() {
        for y in [0.5 - 1e-12, 0.5 + 1e-12] {
            let [h, slope] = mean_of_exponential(y);
            assert!((h - (1.0 - (-1.0f64).exp())).abs() < 1e-11);
            assert!((slope - 2.0 * ((-1.0f64).exp() * 2.0 - 1.0)).abs() < 1e-11);
        }
    }
}
