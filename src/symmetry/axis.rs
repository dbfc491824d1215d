//! End-point weights for sums over the distance from an axis.
//!
//! ∫ 2π r F dr with F a function of r² is 2π η² Σ_k (x_k + c_k) F(x_k η) for nodes at x_k η with x_k = k or k + ½. Without the
//! c_k the Euler–Maclaurin formula has an error of η² from the end at the axis. With
//!
//! ```text
//! Σ_{k<n} c_k x_k^{2j} = B_{2j+2}(θ)/(2j + 2),   j < n,   θ = x_0
//! ```
//!
//! (B the Bernoulli polynomials) the error is of order η^(2n+2) for smooth F. Here n = 6, and all weights are positive.

use std::f64::consts::PI;

/// Where the first node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nodes {
    /// On the axis: x_k = k.
    OnAxis,
    /// Half a spacing from it: x_k = k + ½.
    Midpoints,
}

/// c_k for nodes x_k = k: 92427157/943488000, …
const ON_AXIS: [f64; 6] = [
    0.097_963_256_554_402_38,
    -0.017_472_192_962_644_35,
    0.003_383_416_535_698_282,
    -0.000_615_766_680_684_835_4,
    7.982_261_681_831_788e-5,
    -5.202_730_256_467_029e-6,
];

/// c_k for nodes x_k = k + ½: −3740657482057/63764692992000, …
const MIDPOINTS: [f64; 6] = [
    -0.058_663_459_455_945_435,
    0.022_954_619_179_301_396,
    -0.007_539_311_192_020_82,
    0.001_851_703_159_860_692,
    -0.000_292_107_494_440_218_15,
    2.188_913_657_771_720_8e-5,
];

impl Nodes {
    /// x_k.
    pub fn place(self, k: usize) -> f64 {
        match self {
            Self::OnAxis => k as f64,
            Self::Midpoints => k as f64 + 0.5,
        }
    }

    /// 2π (x_k + c_k): the area of the ring k in units of η².
    pub fn area(self, k: usize) -> f64 {
        let corrections = match self {
            Self::OnAxis => &ON_AXIS,
            Self::Midpoints => &MIDPOINTS,
        };
        2.0 * PI * (self.place(k) + corrections.get(k).copied().unwrap_or(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_in_the_square_of_the_distance_have_their_end_corrections() {
        // B_2, B_4, … B_12 at 0; at ½ they are (2^(1−n) − 1) B_n.
        let bernoulli = [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0];
        for nodes in [Nodes::OnAxis, Nodes::Midpoints] {
            for (j, b) in bernoulli.iter().enumerate() {
                let n = 2 * j as i32 + 2;
                let b = if nodes == Nodes::OnAxis { *b } else { (2f64.powi(1 - n) - 1.0) * b };
                let term = |k: usize| {
                    let c = nodes.area(k) / (2.0 * PI) - nodes.place(k);
                    c * nodes.place(k).powi(2 * j as i32)
                };
                let (sum, size): (f64, f64) =
                    (0..6).fold((0.0, 0.0), |(sum, size), k| (sum + term(k), size + term(k).abs()));
                // The corrections come from numbers of size 6 (2π less x_k), each with their rounding.
                let bound = 32.0 * f64::EPSILON * (size + 5.5f64.powi(2 * j as i32));
                assert!((sum - b / f64::from(n)).abs() < bound, "{nodes:?} {j}: {sum} {b}");
            }
        }
    }

    #[test]
    fn areas_are_positive_and_sum_a_gaussian_to_an_order_beyond_any_score() {
        // ∫ 2π r exp(−r²/2) dr = 2π.
        let error = |nodes: Nodes, spacing: f64| {
            let term = |k: usize| {
                nodes.area(k) * spacing * spacing * (-0.5 * (nodes.place(k) * spacing).powi(2)).exp()
            };
            assert!((0..200).all(|k| nodes.area(k) > 0.0));
            ((0..200).map(term).sum::<f64>() / (2.0 * PI) - 1.0).abs()
        };
        for nodes in [Nodes::OnAxis, Nodes::Midpoints] {
            let slope = (error(nodes, 0.5) / error(nodes, 0.25)).log2();
            // Order 2n + 2 = 14 in the limit; at these spacings it is on its way there.
            assert!(slope > 11.0, "{nodes:?}: {slope}");
        }
    }
}
