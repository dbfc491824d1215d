//! The averages of two rings by quadrature: slow, right to 1e-14, for any exponent and distance.
//!
//! With tan θ = eˣ, θ half the angle between the points, t = (d + s e²ˣ)/(1 + e²ˣ) and every average is the integral of a
//! smooth function over all x that decays exponentially, for which the trapezoidal rule converges exponentially: its
//! error is e^(−π²/h), the functions being analytic for |Im x| < π/2.

use std::f64::consts::PI;

/// The step h in x.
const STEP: f64 = 0.25;

/// Where integrands are below 1e-17 of their largest value, beyond the places where they turn.
const MARGIN: f64 = 40.0;

/// α, β and κ of t^ν with s = 1 and d = `ratio` in (0, 1].
pub fn averages(nu: f64, ratio: f64) -> [f64; 3] {
    let first = ((0.5 * ratio.ln() - MARGIN) / STEP).floor() as i64;
    let last = (MARGIN / STEP).ceil() as i64;
    let mut sums = [0.0; 3];
    for step in first..=last {
        let tangent = (step as f64 * STEP).exp();
        let square = tangent * tangent;
        let cosine = 1.0 / (1.0 + square);
        let sine = square * cosine;
        // dθ = cos² θ d tan θ.
        let value = ((ratio + square) * cosine).powf(nu) * tangent * cosine * STEP * 2.0 / PI;
        sums[0] += value * cosine;
        sums[1] += value * sine;
        sums[2] += value * 4.0 * sine * cosine;
    }
    sums
}
