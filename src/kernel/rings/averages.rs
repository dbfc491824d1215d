//! The averages α, β and κ of two rings in vectors of pairs, for every exponent.
//!
//! ```text
//! α = ½⟨φ(t)(1 + cos θ)⟩,   β = ½⟨φ(t)(1 − cos θ)⟩,   κ = ⟨φ(t) sin² θ⟩,      t = d + (s − d)(1 − cos θ)/2
//! ```
//!
//! over the angle θ between the points of the rings. For φ = t^ν, −3/2 ≤ ν ≤ −1/2, κ and α + β are [`Fits`]; α and β
//! follow from s β − d α = (ν + 2)(s − d) κ/2, which is an integration by parts, and with n = ν + 1 and N = 2ν + 4
//!
//! ```text
//! α(ν−1) = [(1 + 1/2ν) α − β/2ν]/d,    β(ν−1) = [(1 + 1/2ν) β − α/2ν]/s,    κ(ν−1) = [(ν + 2) κ − 2α]/(ν s)
//! α(n) = (1 − 1/N) d α + s β/N,        β(n) = (1 − 1/N) s β + d α/N,        κ(n) = [2 α(n) + n s κ]/(n + 2)
//! ```
//!
//! lead to all others (the contiguous relations of Gauss's function). For ν ≤ −1/2 no terms of α and β cancel on the
//! way down. ν = −1 is elementary: with S = √s and D = √d, α = 1/(D(S + D)), β = 1/(S(S + D)), κ = 2/(S + D)².
//!
//! # Made regular
//!
//! Where φ is the φ_δ of [`series`](crate::kernel::series), a sum of δ²ᵏ(t + δ²)^(γ/2−k), the averages are those of the
//! powers with s + δ² and d + δ².

use super::fits::Fits;
use crate::kernel::exponential::{exponential2_and_less_one, polynomial};
use crate::kernel::lanes::Lanes;
use crate::kernel::logarithm;
use crate::kernel::power::{Coulomb, General, InverseSquare, Power};
use crate::kernel::series::{Series, TERMS};

/// The averages of two rings, as multiples of a scale: α, β and κ/4.
#[derive(Clone, Copy)]
pub struct Averages<L: Lanes> {
    pub scale: L::Vector,
    pub alpha: L::Vector,
    pub beta: L::Vector,
    pub quarter_kappa: L::Vector,
}

/// Averages at a base exponent, and what leads to others.
#[derive(Clone, Copy)]
pub struct AtBase<L: Lanes> {
    averages: Averages<L>,
    distances: Distances<L>,
}

/// s and d over their mean τ, and y = s d/τ².
#[derive(Clone, Copy)]
struct Distances<L: Lanes> {
    mean: L::Vector,
    reciprocal_mean: L::Vector,
    far: L::Vector,
    near: L::Vector,
    closeness: L::Vector,
    reciprocal_closeness: L::Vector,
}

/// Added to y: rings closer than 2⁻⁵² of their radii, the spacing of numbers, are taken to be about as close as that.
const CLOSEST: f64 = f64::from_bits((1023 - 104) << 52);

/// An exponent whose averages are found directly.
pub trait Base: Copy + Sync {
    /// Whether the third coefficient of the series is 0.
    const LACKS_THIRD: bool = false;

    /// The averages of t^ν.
    fn averages<L: Lanes>(self, lanes: L, s: L::Vector, d: L::Vector) -> AtBase<L>;
}

/// ν = −3/2: complete elliptic integrals.
#[derive(Debug, Clone, Copy)]
pub struct Elliptic<'a>(pub &'a Fits);

/// ν = −1.
#[derive(Debug, Clone, Copy)]
pub struct Elementary;

/// Any ν between −3/2 and −1/2; `NEAR_INVERSE` for those above −1.
#[derive(Debug, Clone, Copy)]
pub struct Hypergeometric<'a, const NEAR_INVERSE: bool> {
    pub law: &'a General,
    pub fits: &'a Fits,
    /// 2(ν + 2).
    pub share: f64,
}

/// s and d over τ, and y, the reciprocal of y to follow.
#[inline(always)]
fn distances<L: Lanes>(
    lanes: L,
    s: L::Vector,
    d: L::Vector,
    total: L::Vector,
    reciprocal: L::Vector,
) -> Distances<L> {
    let reciprocal_mean = lanes.add(reciprocal, reciprocal);
    let [far, near] = [lanes.mul(s, reciprocal_mean), lanes.mul(d, reciprocal_mean)];
    let closeness = lanes.mul_add(far, near, lanes.splat(CLOSEST));
    let mean = lanes.mul(lanes.splat(0.5), total);
    Distances { mean, reciprocal_mean, far, near, closeness, reciprocal_closeness: closeness }
}

/// α, β from half their sum and κ/4, `difference` being 2(ν + 2)(1 − d/τ).
#[inline(always)]
fn split<L: Lanes>(
    lanes: L,
    scale: L::Vector,
    distances: Distances<L>,
    half_sum: L::Vector,
    quarter_kappa: L::Vector,
    difference: L::Vector,
) -> AtBase<L> {
    let part = lanes.mul(difference, quarter_kappa);
    let alpha = lanes.sub(lanes.mul(distances.far, half_sum), part);
    let beta = lanes.mul_add(distances.near, half_sum, part);
    AtBase { averages: Averages { scale, alpha, beta, quarter_kappa }, distances }
}

impl Base for Elliptic<'_> {
    const LACKS_THIRD: bool = true;

    #[inline(always)]
    fn averages<L: Lanes>(self, lanes: L, s: L::Vector, d: L::Vector) -> AtBase<L> {
        let Fits { sum: [p, q], swirl: [p2, q2], .. } = self.0;
        let total = lanes.add(s, d);
        let [scale, reciprocal] = Coulomb.power_and_reciprocal(lanes, total);
        let mut distances = distances(lanes, s, d, total, reciprocal);
        let y = distances.closeness;
        // One division for 1/y and for that of the logarithm.
        let parts = logarithm::parts(lanes, y);
        let divisor = parts.divisor(lanes);
        let both = lanes.reciprocal(lanes.mul(y, divisor));
        distances.reciprocal_closeness = lanes.mul(both, divisor);
        let l = parts.logarithm(lanes, lanes.mul(both, y));
        let regular = lanes.mul(distances.reciprocal_closeness, polynomial(lanes, p, y));
        let half_sum = lanes.mul_add(l, polynomial(lanes, q, y), regular);
        let quarter_kappa = lanes.mul_add(l, polynomial(lanes, q2, y), polynomial(lanes, p2, y));
        let difference = lanes.sub(lanes.splat(1.0), distances.near);
        split(lanes, scale, distances, half_sum, quarter_kappa, difference)
    }
}

impl Base for Elementary {
    #[inline(always)]
    fn averages<L: Lanes>(self, lanes: L, s: L::Vector, d: L::Vector) -> AtBase<L> {
        let total = lanes.add(s, d);
        let reciprocal = InverseSquare.power(lanes, total);
        let mut distances = distances(lanes, s, d, total, reciprocal);
        // S D/τ, and (S + D)² = 2τ(1 + S D/τ).
        let root = lanes.root(distances.closeness);
        let one = lanes.splat(1.0);
        let both = lanes.reciprocal(lanes.mul_add(root, root, root));
        let half = lanes.mul(lanes.splat(0.5), both);
        let alpha = lanes.mul(half, lanes.add(root, distances.far));
        let beta = lanes.mul(half, lanes.add(root, distances.near));
        let quarter_kappa = lanes.mul(half, lanes.mul(lanes.splat(0.5), root));
        let reciprocal_root = lanes.mul(both, lanes.add(one, root));
        distances.reciprocal_closeness = lanes.mul(reciprocal_root, reciprocal_root);
        let scale = distances.reciprocal_mean;
        AtBase { averages: Averages { scale, alpha, beta, quarter_kappa }, distances }
    }
}

impl<const NEAR_INVERSE: bool> Base for Hypergeometric<'_, NEAR_INVERSE> {
    #[inline(always)]
    fn averages<L: Lanes>(self, lanes: L, s: L::Vector, d: L::Vector) -> AtBase<L> {
        let Fits { power, sum: [p, q], swirl: [p2, q2], .. } = self.fits;
        let total = lanes.add(s, d);
        let [scale, reciprocal] = self.law.power_and_reciprocal(lanes, total);
        let mut distances = distances(lanes, s, d, total, reciprocal);
        let y = distances.closeness;
        let reciprocal_y = lanes.reciprocal(y);
        distances.reciprocal_closeness = reciprocal_y;
        let logarithm = logarithm::logarithm(lanes, y);
        let exponent = lanes.mul(logarithm, lanes.splat(power * std::f64::consts::LOG2_E));
        let [g, less_one] = exponential2_and_less_one(lanes, exponent);
        let l = lanes.mul(less_one, lanes.splat(1.0 / power));
        let [singular, swirl] =
            if NEAR_INVERSE { [g, lanes.mul(y, l)] } else { [lanes.mul(g, reciprocal_y), l] };
        let regular = lanes.mul(singular, polynomial(lanes, p, y));
        let half_sum = lanes.mul_add(l, polynomial(lanes, q, y), regular);
        let quarter_kappa = lanes.mul_add(swirl, polynomial(lanes, q2, y), polynomial(lanes, p2, y));
        let share = lanes.splat(self.share);
        let difference = lanes.neg_mul_add(share, distances.near, share);
        split(lanes, scale, distances, half_sum, quarter_kappa, difference)
    }
}

/// The way from a base exponent to another, and along the series from there.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps {
    /// Exponents that the one asked for is above the base.
    pub rises: usize,
    rise: [Rise; 2],
    /// For each power below the base: −2ν − 1 and −2(ν + 2), ν that above it.
    falls: [[f64; 2]; TERMS],
    /// What each term of the series counts, from the exponent asked for down, all factors that falls leave out included.
    weights: [f64; TERMS + 1],
}

/// 1 − 1/N, 1/N, ½/(n + 2) and n/(n + 2).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Rise([f64; 4]);

impl Rise {
    /// To the exponent n.
    fn new(n: f64) -> Self {
        let share = 1.0 / (2.0 * n + 2.0);
        Self([1.0 - share, share, 0.5 / (n + 2.0), n / (n + 2.0)])
    }

    /// The averages at the next exponent up, their scale τ times as large.
    #[inline(always)]
    fn apply<L: Lanes>(&self, lanes: L, from: Averages<L>, distances: &Distances<L>) -> Averages<L> {
        let Self([most, least, from_alpha, from_kappa]) = *self;
        let near = lanes.mul(distances.near, from.alpha);
        let far = lanes.mul(distances.far, from.beta);
        let [most, least] = [lanes.splat(most), lanes.splat(least)];
        let alpha = lanes.mul_add(least, far, lanes.mul(most, near));
        let beta = lanes.mul_add(least, near, lanes.mul(most, far));
        let swirl = lanes.mul(lanes.splat(from_kappa), lanes.mul(distances.far, from.quarter_kappa));
        let quarter_kappa = lanes.mul_add(lanes.splat(from_alpha), alpha, swirl);
        Averages { scale: lanes.mul(from.scale, distances.mean), alpha, beta, quarter_kappa }
    }
}

impl Steps {
    /// To γ/2, `rises` above the base, and down the series from there.
    pub fn new(gamma: f64, rises: usize, series: Series) -> Self {
        let base = 0.5 * gamma - rises as f64;
        let below = |k: usize| base - k as f64;
        let mut weights = [1.0; TERMS + 1];
        let mut left_out = 1.0;
        for (k, coefficient) in series.coefficients().into_iter().enumerate() {
            if k >= rises {
                left_out *= -0.5 / below(k - rises);
            }
            weights[k + 1] = coefficient * left_out;
        }
        Self {
            rises,
            rise: [Rise::new(base + 1.0), Rise::new(base + 2.0)],
            falls: std::array::from_fn(|k| [-2.0 * below(k) - 1.0, -2.0 * (below(k) + 2.0)]),
            weights,
        }
    }

    /// The averages of t^(γ/2), `RISES` above the base.
    #[inline(always)]
    pub fn plain<L: Lanes, B: Base, const RISES: usize>(
        &self,
        lanes: L,
        base: B,
        [s, d]: [L::Vector; 2],
    ) -> Averages<L> {
        let AtBase { mut averages, distances } = base.averages(lanes, s, d);
        for rise in &self.rise[..RISES] {
            averages = rise.apply(lanes, averages, &distances);
        }
        averages
    }

    /// The averages of φ_δ.
    #[inline(always)]
    pub fn regularised<L: Lanes, B: Base, const RISES: usize>(
        &self,
        lanes: L,
        base: B,
        [s, d]: [L::Vector; 2],
        delta_squared: L::Vector,
    ) -> Averages<L> {
        let (s, d) = (lanes.add(s, delta_squared), lanes.add(d, delta_squared));
        let AtBase { averages, distances } = base.averages(lanes, s, d);
        // δ²/τ, δ²/d and δ²/s.
        let share = lanes.mul(delta_squared, distances.reciprocal_mean);
        let of_both = lanes.mul(share, distances.reciprocal_closeness);
        let [near, far] = [lanes.mul(of_both, distances.far), lanes.mul(of_both, distances.near)];
        // The exponents above the base, the highest last.
        let mut levels = [averages; 3];
        for k in 0..RISES {
            levels[k + 1] = self.rise[k].apply(lanes, levels[k], &distances);
        }
        let mut total = levels[RISES];
        let mut power = share;
        let mut last = averages;
        for k in 1..=RISES {
            let level = levels[RISES - k];
            last.alpha = lanes.mul(power, level.alpha);
            last.beta = lanes.mul(power, level.beta);
            last.quarter_kappa = lanes.mul(power, level.quarter_kappa);
            total = add(lanes, total, self.weights[k], &last);
            power = lanes.mul(power, share);
        }
        for k in RISES..TERMS {
            let [ratio, twist] = self.falls[k - RISES];
            let (ratio, twist) = (lanes.splat(ratio), lanes.splat(twist));
            let Averages { alpha, beta, quarter_kappa, .. } = last;
            last.alpha = lanes.mul(near, lanes.mul_add(ratio, alpha, beta));
            last.beta = lanes.mul(far, lanes.mul_add(ratio, beta, alpha));
            last.quarter_kappa = lanes.mul(far, lanes.mul_add(twist, quarter_kappa, alpha));
            if !(B::LACKS_THIRD && RISES == 0 && k + 1 == 3) {
                total = add(lanes, total, self.weights[k + 1], &last);
            }
        }
        total
    }
}

/// total + weight · term, in the scale of the first.
#[inline(always)]
fn add<L: Lanes>(lanes: L, total: Averages<L>, weight: f64, term: &Averages<L>) -> Averages<L> {
    let weight = lanes.splat(weight);
    Averages {
        scale: total.scale,
        alpha: lanes.mul_add(weight, term.alpha, total.alpha),
        beta: lanes.mul_add(weight, term.beta, total.beta),
        quarter_kappa: lanes.mul_add(weight, term.quarter_kappa, total.quarter_kappa),
    }
}
