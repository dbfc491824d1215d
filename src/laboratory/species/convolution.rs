//! A convolved with a Gaussian, and its divergences, as integrals over one number.
//!
//! For −3 ≤ γ < 0, |z|^γ = 2/Γ(−γ/2) ∫ τ^(−γ−1) e^(−τ²|z|²) dτ, and the mean of z_a z_b e^(−τ²|z|²) over a Gaussian of mean w and
//! variances s_a along its axes is elementary. With τ = y/√(2s(1 − y²)), s any variance, κ = 1 − y² and D_a = κ + y² s_a/s,
//!
//! ```text
//! E[|z|^γ z_a z_b] = C ∫₀¹ y^(−γ−1) κ^((γ+3)/2) [ κ w_a w_b/(D_a D_b) + δ_ab s_a/D_a ] e^(−Σ w_a² y²/(2s D_a)) ∏ D_a^(−1/2) dy
//! E[|z|^γ z_a]     = C ∫₀¹ y^(−γ−1) κ^((γ+3)/2) w_a/D_a e^(…) ∏ D_a^(−1/2) dy,        C = 2/Γ(−γ/2) (2s)^(γ/2)
//! ```
//!
//! by Gauss–Jacobi points for the powers at both ends. ∇·A = −2 |z|^γ z, and ∇·∇·(A ∗ f) is the divergence of the second line. s is the
//! mean of the extreme variances, or |w|²/32 where that is larger: 40 points are then good to 1e-14 at any distance, for variances up to 100 times one another.

use super::gaussians::{Gaussian, Gaussians, composed};
use super::tensor::{Symmetric, Vector, dot, plus, square};
use gauss_quad::{FiniteAboveNegOneF64, GaussJacobi};
use statrs::function::gamma::gamma;
use std::num::NonZeroUsize;

/// Points over y.
const POINTS: usize = 40;

/// |w|² over the variance of the substitution at most.
const FARTHEST: f64 = 32.0;

/// A ∗ f, ∇·(A ∗ f) and ∇·∇·(A ∗ f).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Convolved {
    pub tensor: Symmetric,
    pub divergence: Vector,
    pub twice: f64,
}

/// The kernel A for one γ.
#[derive(Debug, Clone)]
pub struct Kernel {
    gamma: f64,
    /// y, and its weight with the factor (1 + y)^((γ+3)/2) and 2/Γ(−γ/2); none for γ = 0, where A ∗ f is a polynomial.
    points: Vec<(f64, f64)>,
}

/// At least so many nodes and weights of ∫₀¹ x^low (1 − x)^high g(x) dx, for exponents above −1.
pub fn jacobi(count: usize, low: f64, high: f64) -> Option<Vec<(f64, f64)>> {
    // The rule of an odd number of points has its middle one at 1/2 whatever the exponents are.
    let count = count + count % 2;
    let exponent = |value: f64| FiniteAboveNegOneF64::try_from(value).ok();
    let rule = GaussJacobi::new(NonZeroUsize::new(count)?, exponent(high)?, exponent(low)?);
    let scale = 0.5f64.powf(low + high + 1.0);
    Some(rule.as_node_weight_pairs().iter().map(|&(x, weight)| (0.5 * (1.0 + x), scale * weight)).collect())
}

impl Kernel {
    /// For −3 ≤ γ ≤ 0.
    pub fn new(gamma_exponent: f64) -> Self {
        let high = 0.5 * (gamma_exponent + 3.0);
        let factor = 2.0 / gamma(-0.5 * gamma_exponent);
        let rule = if gamma_exponent < 0.0 { jacobi(POINTS, -gamma_exponent - 1.0, high) } else { None };
        let points = rule.unwrap_or_default();
        let points =
            points.into_iter().map(|(y, weight)| (y, factor * weight * (1.0 + y).powf(high))).collect();
        Self { gamma: gamma_exponent, points }
    }

    /// γ.
    pub fn gamma(&self) -> f64 {
        self.gamma
    }

    /// A ∗ f at a velocity, with its divergences.
    pub fn convolved(&self, f: &Gaussians, v: Vector) -> Convolved {
        let mut all = Convolved { tensor: [0.0; 6], divergence: [0.0; 3], twice: 0.0 };
        for part in &f.parts {
            let one = self.of_part(part, v);
            (0..6).for_each(|k| all.tensor[k] += one.tensor[k]);
            all.divergence = plus(all.divergence, 1.0, one.divergence);
            all.twice += one.twice;
        }
        all
    }

    fn of_part(&self, part: &Gaussian, v: Vector) -> Convolved {
        let from = plus(v, -1.0, part.drift);
        if self.points.is_empty() {
            return of_maxwell_molecules(part, from);
        }
        let w: Vector = std::array::from_fn(|k| dot(part.axes[k], from));
        let s = part.variances;
        let (low, high) = s.iter().fold((f64::INFINITY, 0.0f64), |(low, high), &s| (low.min(s), high.max(s)));
        let scale = (low * high).sqrt().max(dot(w, w) / FARTHEST);
        let excess: Vector = s.map(|s| s / scale - 1.0);
        let (mut second, mut mixed) = ([0.0; 3], [0.0; 3]);
        let (mut first, mut twice) = ([0.0; 3], 0.0);
        let half: Vector = w.map(|w| w * w / (2.0 * scale));
        for &(y, weight) in &self.points {
            let square = y * y;
            let inverse: Vector = excess.map(|excess| 1.0 / (1.0 + square * excess));
            let exponent = square * dot(half, inverse);
            let strength = weight * (inverse[0] * inverse[1] * inverse[2]).sqrt() * (-exponent).exp();
            let kappa = 1.0 - square;
            let m: Vector = std::array::from_fn(|a| w[a] * inverse[a]);
            for a in 0..3 {
                second[a] += strength * (kappa * m[a] * m[a] + s[a] * inverse[a]);
                first[a] += strength * m[a];
                twice += strength * inverse[a] * (1.0 - 2.0 * half[a] * inverse[a] * square);
            }
            mixed[0] += strength * kappa * m[0] * m[1];
            mixed[1] += strength * kappa * m[0] * m[2];
            mixed[2] += strength * kappa * m[1] * m[2];
        }
        let strength = part.density * (2.0 * scale).powf(0.5 * self.gamma);
        // |z|² I − z zᵀ in the Gaussian's axes, then in those of v.
        let all: f64 = second.iter().sum();
        let mut tensor = composed(&part.axes, second.map(|own| strength * (all - own)));
        for (value, (a, b)) in mixed.into_iter().zip([(0, 1), (0, 2), (1, 2)]) {
            let (e, f) = (part.axes[a], part.axes[b]);
            let sum = square(plus(e, 1.0, f));
            let [ee, ff] = [square(e), square(f)];
            (0..6).for_each(|k| tensor[k] -= strength * value * (sum[k] - ee[k] - ff[k]));
        }
        let mut divergence = [0.0; 3];
        for (axis, own) in part.axes.iter().zip(first) {
            divergence = plus(divergence, -2.0 * strength * own, *axis);
        }
        Convolved { tensor, divergence, twice: -2.0 * strength * twice }
    }
}

/// γ = 0: A is |z|² I − z zᵀ itself.
fn of_maxwell_molecules(part: &Gaussian, from: Vector) -> Convolved {
    let covariance = part.covariance();
    let outer = square(from);
    let all = dot(from, from) + part.variances.iter().sum::<f64>();
    let tensor =
        std::array::from_fn(|k| part.density * (if k < 3 { all } else { 0.0 } - outer[k] - covariance[k]));
    Convolved {
        tensor,
        divergence: from.map(|component| -2.0 * part.density * component),
        twice: -6.0 * part.density,
    }
}
