//! What a sum over a mesh misses of an integral whose weight is singular at a node.
//!
//! For a smooth g, η^d Σ' |ηn|^(−s) g(ηn) = ∫ |v|^(−s) g dv + Z(s) η^(d−s) g(0) + O(η^(d−s+2)), Z the Epstein zeta
//! function of the lattice of integers, 0 ≤ s < d, the sum without the origin (Marin, Runborg, Tornberg, IMA J.
//! Numer. Anal. 34, 2014, for s = 1; the zeta function from Terras, Harmonic Analysis on Symmetric Spaces, 1985, 1.4).

use crate::sum::Sum;
use crate::symmetry::axis::Nodes;
use statrs::function::gamma::{gamma, gamma_ui};
use std::f64::consts::PI;

/// The nodes of a mesh around the center of a singular weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Around {
    /// A lattice of points in so many dimensions.
    Points { spacing: f64, dimension: usize },
    /// Planes of rings, each with its volume and its end-point weight at the axis; in three dimensions.
    Rings { spacing: f64 },
    /// No nodes that miss anything.
    Nothing,
}

impl Around {
    /// What the sum over the nodes, without the center, has too much of ∫ |v|^(−s) g dv, over g(0).
    pub fn excess(&self, s: f64) -> f64 {
        match *self {
            Self::Points { spacing, dimension } => {
                epstein_zeta(s, dimension) * spacing.powf(dimension as f64 - s)
            }
            Self::Rings { spacing } => zeta_of_rings(s) * spacing.powf(3.0 - s),
            Self::Nothing => 0.0,
        }
    }
}

/// The number that is Z(s) for planes of rings one spacing apart, 0 ≤ s < 3.
///
/// It is the difference of Σ' V_l |x_l|^(−s) g(x_l) and the integral for g = exp(−|x|²/2τ²) as τ grows: a series in 1/τ², of which
/// two terms are extrapolated away.
pub fn zeta_of_rings(s: f64) -> f64 {
    let difference = |width: f64| {
        let reach = (9.0 * width).ceil() as i64;
        let mut total = Sum::default();
        for plane in -reach..=reach {
            for k in 0..=reach {
                let square = (plane * plane + k * k) as f64;
                if square > 0.0 {
                    let volume = Nodes::OnAxis.area(k as usize);
                    total.add(volume * square.powf(-0.5 * s) * (-0.5 * square / (width * width)).exp());
                }
            }
        }
        // 4π ∫ r^(2−s) exp(−r²/2τ²) dr.
        let half = 0.5 * (3.0 - s);
        total.value() - 2.0 * PI * (2.0 * width * width).powf(half) * gamma(half)
    };
    let [one, two, three] = [8.0, 8.0 * 2f64.sqrt(), 16.0].map(difference);
    let (first, second) = (2.0 * two - one, 2.0 * three - two);
    (4.0 * second - first) / 3.0
}

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
    fn rings_around_the_origin_have_a_constant_too() {
        // At s = 0 the sum lacks the center alone, whose volume is 2π c_0.
        assert!((zeta_of_rings(0.0) + Nodes::OnAxis.area(0)).abs() < 1e-9);
        // For any s it is what makes the sum of another function the integral: ∫ |v|^(−s) (1 + |v|²) e^(−|v|²) dv =
        // 2π [Γ((3 − s)/2) + Γ((5 − s)/2)].
        for s in [1.0, 2.0, 2.5] {
            let error = |spacing: f64| {
                let reach = (7.0 / spacing) as i64;
                let mut total = 0.0;
                for plane in -reach..=reach {
                    for k in 0..=reach {
                        let square = (plane * plane + k * k) as f64 * spacing * spacing;
                        if square > 0.0 {
                            let g = square.powf(-0.5 * s) * (1.0 + square) * (-square).exp();
                            total += Nodes::OnAxis.area(k as usize) * spacing.powi(3) * g;
                        }
                    }
                }
                let exact = 2.0 * PI * (gamma(0.5 * (3.0 - s)) + gamma(0.5 * (5.0 - s)));
                (total - Around::Rings { spacing }.excess(s) - exact).abs()
            };
            // (1 + |v|²) e^(−|v|²) has no term of second order: what is left is of order 7 − s, not 3 − s, and of a higher
            // one at s = 2.
            let slope = (error(0.2) / error(0.1)).log2();
            assert!(slope > 6.7 - s, "{s}: {slope}");
        }
    }

    #[test]
    fn zeta_has_its_known_values() {
        // Z(s) = 4 ζ(s/2) β(s/2) in two dimensions, −3.900264920001956 at s = 1 (Borwein et al., Lattice Sums, 2013);
        // in three −2.83729747948062 at s = 1, the constant of a cubic lattice of charges (Nijboer, Ruijgrok 1988).
        assert!((epstein_zeta(1.0, 2) + 3.900_264_920_001_956).abs() < 1e-11);
        assert!((epstein_zeta(1.0, 3) + 2.837_297_479_480_62).abs() < 1e-11);
        assert!((epstein_zeta(1e-6, 3) + 1.0).abs() < 1e-5);
    }
}
