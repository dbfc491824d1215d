//! The average of two shells for any exponent but −3, by fits made when the law is.
//!
//! With γ = n + f, n whole and |f| ≤ ½, and ℓ = (x^f − 1)/f, which is ln x for f = 0, the fits are
//!
//! ```text
//! κ(γ/2) R^(−γ) = P + x^(4+n) ℓ Q
//! x κ(γ/2 − 1) R^(2−γ) = P + x^(3+n) ℓ Q for n > −3, x^f P + x ℓ Q for n = −3, where it vanishes with x
//! ```
//!
//! with a relative error below 2e-12, and the recurrence in the exponent leads to the other terms of the series.

use std::f64::consts::{LOG2_E, PI};

use super::average::Average;
use crate::kernel::exponential::{exponential2_and_less_one, polynomial};
use crate::kernel::fit::{Row, fit};
use crate::kernel::lanes::Lanes;
use crate::kernel::logarithm::logarithm;
use crate::kernel::power::{General, Power};
use crate::kernel::series::{MOST, TERMS};

/// Coefficients of a polynomial.
const COEFFICIENTS: usize = 9;

/// Coefficients of Q and of the power of x before it, at most the fifth.
const WITH_POWER: usize = COEFFICIENTS + 5;

/// Added to x: shells closer than 2⁻¹⁰⁴ of their radii do not become infinitely close.
const CLOSEST: f64 = f64::from_bits((1023 - 104) << 52);

/// P, and Q with the power of x before it.
#[derive(Debug, Clone, PartialEq)]
struct Fit {
    /// Whether x^f multiplies P.
    vanishes: bool,
    regular: [f64; COEFFICIENTS],
    singular: [f64; WITH_POWER],
}

/// Any γ but −3.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// R^γ of R².
    law: General,
    /// f.
    fraction: f64,
    /// Of κ(γ/2) and of x κ(γ/2 − 1).
    fits: [Fit; 2],
    coefficients: [f64; MOST],
    /// (n + 3)/(n + 1) and (n + 5)/(n + 1) for the exponents n from γ/2 − 2 down.
    steps: [[f64; 2]; TERMS - 1],
}

impl Fitted {
    /// For γ > −3, and the coefficients of the series.
    pub fn new(gamma: f64, coefficients: &[f64; MOST]) -> Self {
        let whole = gamma.round();
        let fraction = gamma - whole;
        let nu = 0.5 * gamma;
        let step = |k: usize| {
            let n = nu - (k + 2) as f64;
            [(n + 3.0) / (n + 1.0), (n + 5.0) / (n + 1.0)]
        };
        Self {
            law: General::new(gamma),
            fraction,
            fits: [0, 1].map(|by| Fit::new(nu - f64::from(by), fraction, whole as i32 + 4 - by, by)),
            coefficients: *coefficients,
            steps: std::array::from_fn(step),
        }
    }
}

/// Half the points of a fit.
const HALF: usize = 80;

/// The least x among them.
const NEAREST: f64 = 1e-15;

impl Fit {
    /// Of x^`by` κ(ν) R^(−2ν), whose singular part is x^(f + `power`).
    fn new(nu: f64, fraction: f64, power: i32, by: i32) -> Self {
        // Half the points are alike in the logarithm, all are dense at both ends.
        let place = |k: usize| 0.5 - 0.5 * (PI * (k as f64 + 0.5) / HALF as f64).cos();
        let near = (0..HALF).map(|k| NEAREST.powf(1.0 - place(k)));
        let points = near.chain((0..HALF).map(place)).chain([1.0]);
        let vanishes = power == 0;
        let power = power.max(1);
        let [regular, after] = fit::<COEFFICIENTS>(points.map(|x| {
            let l = if fraction == 0.0 { x.ln() } else { (fraction * x.ln()).exp_m1() / fraction };
            let first = if vanishes { x.powf(fraction) } else { 1.0 };
            Row { x, factors: [first, x.powi(power) * l], value: average(nu, x) * x.powi(by) }
        }));
        let mut singular = [0.0; WITH_POWER];
        singular[power as usize..][..COEFFICIENTS].copy_from_slice(&after);
        Self { vanishes, regular, singular }
    }

    /// From x, x^f and ℓ.
    #[inline(always)]
    fn of<L: Lanes>(&self, lanes: L, [x, power, l]: [L::Vector; 3]) -> L::Vector {
        let regular = polynomial(lanes, &self.regular, x);
        let regular = if self.vanishes { lanes.mul(power, regular) } else { regular };
        lanes.mul_add(l, polynomial(lanes, &self.singular, x), regular)
    }
}

/// κ(ν) of R = 1, by the trapezoidal rule in the logarithm of the tangent of half the angle: right to 1e-14.
fn average(nu: f64, x: f64) -> f64 {
    const STEP: f64 = 0.2;
    // S + D = 2 and S D = x.
    let far = 1.0 + (1.0 - x).sqrt();
    let near = x / far;
    // Beyond these the fourth power of the sine, and what multiplies it, is below 1e-17 of the sum.
    let (first, last) = (((x.ln() - 14.0) / STEP).floor(), (14.0 / STEP).ceil());
    let mut sum = 0.0;
    for step in first as i64..=last as i64 {
        let tangent = (step as f64 * STEP).exp();
        let square = tangent * tangent;
        let cosine = 1.0 / (1.0 + square);
        let sine = 2.0 * tangent * cosine;
        let t = (near * near + far * far * square) * cosine;
        sum += 0.5 * STEP * sine.powi(4) * t.powf(nu);
    }
    sum
}

impl Average for &Fitted {
    #[inline(always)]
    fn average<L: Lanes, const REGULARISED: bool>(
        self,
        lanes: L,
        [far, near]: [L::Vector; 2],
        delta_squared: L::Vector,
    ) -> L::Vector {
        let mean = lanes.mul(lanes.splat(0.5), lanes.add(far, near));
        let [power, reciprocal] = self.law.power_and_reciprocal(lanes, lanes.mul(mean, mean));
        let product = lanes.mul(far, near);
        let x = lanes.mul_add(product, reciprocal, lanes.splat(CLOSEST));
        let logarithm = logarithm(lanes, x);
        let arguments = if self.fraction == 0.0 {
            [x, lanes.splat(1.0), logarithm]
        } else {
            let exponent = lanes.mul(logarithm, lanes.splat(self.fraction * LOG2_E));
            let [power, less_one] = exponential2_and_less_one(lanes, exponent);
            [x, power, lanes.mul(less_one, lanes.splat(1.0 / self.fraction))]
        };
        let [own, below] = &self.fits;
        let own = own.of(lanes, arguments);
        if !REGULARISED {
            return lanes.mul(power, own);
        }
        // u = δ²/(S D) and v = δ²(s + d)/(s d), at most 1 and 2. R² x = S D, so that the second term is u times the fit.
        let reciprocal = lanes.reciprocal(product);
        let u = lanes.mul(delta_squared, reciprocal);
        let both = lanes.mul_add(far, far, lanes.mul(near, near));
        let v = lanes.mul(u, lanes.mul(both, reciprocal));
        let u_squared = lanes.mul(u, u);
        let mut last = [own, lanes.mul(u, below.of(lanes, arguments))];
        let mut sum = lanes.mul_add(lanes.splat(self.coefficients[0]), last[1], own);
        for k in 1..TERMS {
            let [plus, minus] = self.steps[k - 1];
            let plus = lanes.mul(lanes.splat(plus), lanes.mul(v, last[1]));
            let next = lanes.neg_mul_add(lanes.splat(minus), lanes.mul(u_squared, last[0]), plus);
            last = [last[1], next];
            sum = lanes.mul_add(lanes.splat(self.coefficients[k]), next, sum);
        }
        lanes.mul(power, sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quadrature_knows_what_is_elementary() {
        for k in 0..=140 {
            let x = 10_f64.powf(-14.0 + 0.1 * f64::from(k));
            // t² = 1 − x, the square of the radii's ratio.
            let t = 1.0 - x;
            let known = [
                (-1.5, 2.0 / 3.0),
                (-0.5, 2.0 / 3.0 * (1.0 - t / 5.0)),
                (0.0, 2.0 / 3.0),
                (0.5, 2.0 / 3.0 * (1.0 + 0.4 * t - t * t / 35.0)),
            ];
            for (nu, value) in known {
                assert!((average(nu, x) / value - 1.0).abs() < 1e-14, "ν = {nu}, x = {x:e}");
            }
        }
    }
}
