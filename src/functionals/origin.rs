//! What a sum over a mesh misses of an integral whose weight is singular at a node.
//!
//! For a smooth g, η^d Σ' |ηn|^(−s) g(ηn) = ∫ |v|^(−s) g dv + Z(s) η^(d−s) g(0) + O(η^(d−s+2)), Z the Epstein zeta
//! function of the lattice of integers, 0 ≤ s < d, the sum without the origin (Marin, Runborg, Tornberg, IMA J.
//! Numer. Anal. 34, 2014, for s = 1; the zeta function from Terras, Harmonic Analysis on Symmetric Spaces, 1985, 1.4).

use statrs::function::gamma::{gamma, gamma_ui};
use std::f64::consts::PI;

/// Z(s) = Σ' |n|^(−s) over the integer lattice of d dimensions, continued to 0 ≤ s < d.
///
/// π^(−s/2) Γ(s/2) Z(s) = −2/s − 2/(d − s) + Σ' [ G(s/2) + G((d − s)/2) ], G(a) = (π|n|²)^(−a) Γ(a, π|n|²).
pub fn epstein_zeta(s: f64, dimension: usize) -> f64 {
    // Z(0) = −1; Γ(s/2) has a pole there.
    if s < 1e-9 {
        return -1.0;
    }
    let d = dimension as f64;
    let rest = |a: f64, square: f64| (PI * square).powf(-a) * gamma_ui(a, PI * square);
    let mut total = -2.0 / s - 2.0 / (d - s);
    // Γ(a, 16π) is below 1e-21.
    let axis = -3i32..=3;
    let last = if dimension == 3 { axis.clone() } else { 0..=0 };
    for x in axis.clone() {
        for y in axis.clone() {
            for z in last.clone() {
                let square = f64::from(x * x + y * y + z * z);
                if square > 0.0 {
                    total += rest(0.5 * s, square) + rest(0.5 * (d - s), square);
                }
            }
        }
    }
    total * PI.powf(0.5 * s) / gamma(0.5 * s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeta_has_its_known_values() {
        // Z(s) = 4 ζ(s/2) β(s/2) in two dimensions, −3.900264920001956 at s = 1 (Borwein et al., Lattice Sums, 2013);
        // in three −2.83729747948062 at s = 1, the constant of a cubic lattice of charges (Nijboer, Ruijgrok 1988).
        assert!((epstein_zeta(1.0, 2) + 3.900_264_920_001_956).abs() < 1e-11);
        assert!((epstein_zeta(1.0, 3) + 2.837_297_479_480_62).abs() < 1e-11);
        assert!((epstein_zeta(1e-6, 3) + 1.0).abs() < 1e-5);
    }
}
