//! The averages of two rings as functions of how close they are, fitted.
//!
//! With T = s + d and y = 4 s d/T², from 0 for rings that touch to 1 for a ring and a point of the axis,
//!
//! ```text
//! ½(α + β) = T^ν [ g P(y)/y + ℓ Q(y) ],      κ/4 = T^ν [ P₂(y) + ℓ Q₂(y) ],            −3/2 ≤ ν ≤ −1
//! ½(α + β) = T^ν [ g P(y) + ℓ Q(y) ],        κ/4 = T^ν [ P₂(y) + y ℓ Q₂(y) ],          −1 < ν ≤ −1/2
//! g = y^f,   ℓ = (y^f − 1)/f,   f = ν + 3/2 or ν + 1/2
//! ```
//!
//! and g = 1, ℓ = ln y for f = 0: the singular part of a hypergeometric function where its argument is 1 is a power of y,
//! or its logarithm, times a function that is analytic there. α + β and κ do not change when one ring is mirrored, s and
//! d changing places, hence are functions of y, in which they are smoother than in d/s.
//!
//! Relative errors are below 2e-12.

use super::quadrature::averages;
use crate::kernel::fit::{Row, fit};
use std::f64::consts::PI;

/// P, Q, P₂ and Q₂ of one exponent ν.
#[derive(Debug, Clone, PartialEq)]
pub struct Fits {
    /// Whether ν > −1, the second form.
    pub near_inverse: bool,
    /// f.
    pub power: f64,
    pub sum: [[f64; 7]; 2],
    pub swirl: [[f64; 8]; 2],
}

/// Points of a fit: half of them equally spaced in the logarithm of d/s.
const POINTS: usize = 160;

/// The least d/s among them.
const NEAREST: f64 = 1e-17;

impl Fits {
    /// For −3/2 ≤ ν ≤ −1/2.
    pub fn new(nu: f64) -> Self {
        assert!((-1.5..=-0.5).contains(&nu));
        let near_inverse = nu > -1.0;
        let power = if near_inverse { nu + 0.5 } else { nu + 1.5 };
        let points: Vec<Point> = ratios().map(|ratio| Point::new(nu, power, ratio)).collect();
        let sum = |point: &Point| {
            let &Point { y, g, l, sum, .. } = point;
            Row { x: y, factors: [if near_inverse { g } else { g / y }, l], value: sum }
        };
        let swirl = |point: &Point| {
            let &Point { y, l, swirl, .. } = point;
            Row { x: y, factors: [1.0, if near_inverse { y * l } else { l }], value: swirl }
        };
        let sum = fit(points.iter().map(sum));
        let swirl = fit(points.iter().map(swirl));
        Self { near_inverse, power, sum, swirl }
    }
}

/// What is fitted, at one d/s.
struct Point {
    y: f64,
    g: f64,
    l: f64,
    sum: f64,
    swirl: f64,
}

impl Point {
    fn new(nu: f64, power: f64, ratio: f64) -> Self {
        let [alpha, beta, kappa] = averages(nu, ratio);
        let total = 1.0 + ratio;
        let y = 4.0 * ratio / (total * total);
        let l = if power == 0.0 { y.ln() } else { (power * y.ln()).exp_m1() / power };
        let scale = total.powf(-nu);
        Self { y, g: y.powf(power), l, sum: 0.5 * (alpha + beta) * scale, swirl: 0.25 * kappa * scale }
    }
}

/// d/s of the points, from 0 to 1 alike and from [`NEAREST`] on in the logarithm, dense at the ends.
fn ratios() -> impl Iterator<Item = f64> {
    let half = POINTS / 2;
    let place = move |k: usize| 0.5 - 0.5 * (PI * (k as f64 + 0.5) / half as f64).cos();
    let near = (0..half).map(move |k| NEAREST.powf(1.0 - place(k)));
    near.chain((0..half).map(place)).chain([1.0])
}
