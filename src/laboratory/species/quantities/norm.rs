//! The norm that the bound (3.16) of the paper has.

/// δ of (3.16).
pub const DELTA: f64 = 1.5;

/// The exponent p of the norm |f|_p of (3.16), (3 − δ)/(5 + γ − δ); 1 where the paper has none.
pub fn norm(gamma: f64) -> f64 {
    if gamma < -2.0 { (3.0 - DELTA) / (5.0 + gamma - DELTA) } else { 1.0 }
}
