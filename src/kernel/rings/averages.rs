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
use crate::kernel::power::{General, InverseSquare, Power};
use crate::kernel::series::{Series, TERMS};
use std::f64::consts::LOG2_E;

/// The averages of two rings, as multiples of a scale: α, β and κ/4.
#[derive(Clone, Copy)]
pub struct Averages<L: Lanes> {
    pub scale: L::Vector,
    pub alpha: L::Vector,
    pub beta: L::Vector,
    pub quarter_kappa: L::Vector,
}

/// How far two rings are from each other.
#[derive(Clone, Copy)]
pub struct Distances<L: Lanes> {
    /// What averages are multiples of.
    scale: L::Vector,
    /// 1/τ, τ = (s + d)/2.
    reciprocal_mean: L::Vector,
    /// s/τ.
    far: L::Vector,
    /// d/τ.
    near: L::Vector,
    /// y = s d/τ², from 0 for rings that touch to 1 for one that is a point of the axis.
    closeness: L::Vector,
}

/// What is singular where two rings touch.
#[derive(Clone, Copy)]
pub struct Singular<L: Lanes> {
    /// 1/y.
    reciprocal: L::Vector,
    /// The singular functions that averages are made of.
    parts: [L::Vector; 2],
}

impl<L: Lanes> Distances<L> {
    /// Nothing yet.
    #[inline(always)]
    pub fn none(lanes: L) -> Self {
        let zero = lanes.splat(0.0);
        Self { scale: zero, reciprocal_mean: zero, far: zero, near: zero, closeness: zero }
    }
}

impl<L: Lanes> Singular<L> {
    /// Nothing yet.
    #[inline(always)]
    pub fn none(lanes: L) -> Self {
        Self { reciprocal: lanes.splat(0.0), parts: [lanes.splat(0.0); 2] }
    }
}

/// Added to y: rings closer than 2⁻⁵² of their radii, the spacing of numbers, are taken to be about as close as that.
const CLOSEST: f64 = f64::from_bits((1023 - 104) << 52);

/// An exponent whose averages are found directly, in three steps of about the same length: a vector of pairs takes many
/// steps one after the other in each, and vectors take them at the same time.
pub trait Base: Copy + Sync {
    /// From s and d.
    fn distances<L: Lanes>(self, lanes: L, s: L::Vector, d: L::Vector) -> Distances<L>;

    fn singular<L: Lanes>(self, lanes: L, distances: &Distances<L>) -> Singular<L>;

    /// The averages of t^ν.
    fn averages<L: Lanes>(self, lanes: L, distances: &Distances<L>, singular: &Singular<L>) -> Averages<L>;

    /// The averages of t^(γ/2) from those of t^ν.
    #[inline(always)]
    fn plain<L: Lanes>(self, _: L, _: &Distances<L>, averages: Averages<L>) -> Averages<L> {
        averages
    }

    /// The averages of φ_δ from those of t^ν, s and d including δ².
    fn regularised<L: Lanes>(
        self,
        lanes: L,
        distances: &Distances<L>,
        singular: &Singular<L>,
        averages: Averages<L>,
        delta_squared: L::Vector,
    ) -> Averages<L>;
}

/// γ = −3 = 2ν: complete elliptic integrals.
#[derive(Debug, Clone, Copy)]
pub struct Elliptic<'a>(pub &'a Fits, pub &'a Steps);

/// γ = −2 = 2ν.
#[derive(Debug, Clone, Copy)]
pub struct Elementary<'a>(pub &'a Steps);

/// Any other γ.
#[derive(Debug, Clone, Copy)]
pub struct Hypergeometric<'a> {
    /// T^ν unless ν = −3/2.
    pub law: Option<&'a General>,
    pub fits: &'a Fits,
    pub steps: &'a Steps,
    /// 2(ν + 2).
    pub share: f64,
}

#[inline(always)]
fn distances<L: Lanes>(
    lanes: L,
    s: L::Vector,
    d: L::Vector,
    scale: L::Vector,
    reciprocal: L::Vector,
) -> Distances<L> {
    let reciprocal_mean = lanes.add(reciprocal, reciprocal);
    let [far, near] = [lanes.mul(s, reciprocal_mean), lanes.mul(d, reciprocal_mean)];
    let closeness = lanes.mul_add(far, near, lanes.splat(CLOSEST));
    Distances { scale, reciprocal_mean, far, near, closeness }
}

/// Those of ν = −3/2.
#[inline(always)]
fn elliptic_distances<L: Lanes>(lanes: L, s: L::Vector, d: L::Vector) -> Distances<L> {
    let total = lanes.add(s, d);
    // Beside each other rather than one after the other.
    let (reciprocal, root) = (lanes.reciprocal(total), lanes.root(total));
    let scale = lanes.mul(lanes.mul(root, reciprocal), reciprocal);
    distances(lanes, s, d, scale, reciprocal)
}

/// 1/y and ln y, by one division.
#[inline(always)]
fn with_logarithm<L: Lanes>(lanes: L, y: L::Vector) -> [L::Vector; 2] {
    let parts = logarithm::parts(lanes, y);
    let divisor = parts.divisor(lanes);
    let both = lanes.reciprocal(lanes.mul(y, divisor));
    [lanes.mul(both, divisor), parts.logarithm(lanes, lanes.mul(both, y))]
}

/// α, β from half their sum and κ/4, `difference` being 2(ν + 2)(1 − d/τ).
#[inline(always)]
fn split<L: Lanes>(
    lanes: L,
    distances: &Distances<L>,
    half_sum: L::Vector,
    quarter_kappa: L::Vector,
    difference: L::Vector,
) -> Averages<L> {
    let part = lanes.mul(difference, quarter_kappa);
    let alpha = lanes.sub(lanes.mul(distances.far, half_sum), part);
    let beta = lanes.mul_add(distances.near, half_sum, part);
    Averages { scale: distances.scale, alpha, beta, quarter_kappa }
}

impl Base for Elliptic<'_> {
    #[inline(always)]
    fn distances<L: Lanes>(self, lanes: L, s: L::Vector, d: L::Vector) -> Distances<L> {
        elliptic_distances(lanes, s, d)
    }

    #[inline(always)]
    fn singular<L: Lanes>(self, lanes: L, distances: &Distances<L>) -> Singular<L> {
        let [reciprocal, logarithm] = with_logarithm(lanes, distances.closeness);
        Singular { reciprocal, parts: [reciprocal, logarithm] }
    }

    #[inline(always)]
    fn averages<L: Lanes>(self, lanes: L, distances: &Distances<L>, singular: &Singular<L>) -> Averages<L> {
        let Fits { sum: [p, q], swirl: [p2, q2], .. } = self.0;
        let Singular { parts: [pole, l], .. } = *singular;
        let y = distances.closeness;
        let half_sum = lanes.mul_add(l, polynomial(lanes, q, y), lanes.mul(pole, polynomial(lanes, p, y)));
        let quarter_kappa = lanes.mul_add(l, polynomial(lanes, q2, y), polynomial(lanes, p2, y));
        let difference = lanes.sub(lanes.splat(1.0), distances.near);
        split(lanes, distances, half_sum, quarter_kappa, difference)
    }

    #[inline(always)]
    fn regularised<L: Lanes>(
        self,
        lanes: L,
        distances: &Distances<L>,
        singular: &Singular<L>,
        averages: Averages<L>,
        delta_squared: L::Vector,
    ) -> Averages<L> {
        let fall = Fall::new(lanes, distances, singular, delta_squared);
        // The third coefficient of the series is 0.
        self.1.descend::<L, true>(lanes, &fall, averages, averages, 0)
    }
}

impl Base for Elementary<'_> {
    #[inline(always)]
    fn distances<L: Lanes>(self, lanes: L, s: L::Vector, d: L::Vector) -> Distances<L> {
        let reciprocal = InverseSquare.power(lanes, lanes.add(s, d));
        distances(lanes, s, d, lanes.add(reciprocal, reciprocal), reciprocal)
    }

    /// With S D/τ =: R, (S + D)² = 2τ(1 + R); the parts are R and 1/(2R(1 + R)).
    #[inline(always)]
    fn singular<L: Lanes>(self, lanes: L, distances: &Distances<L>) -> Singular<L> {
        let root = lanes.root(distances.closeness);
        let both = lanes.reciprocal(lanes.mul_add(root, root, root));
        let reciprocal_root = lanes.mul(both, lanes.add(lanes.splat(1.0), root));
        let reciprocal = lanes.mul(reciprocal_root, reciprocal_root);
        Singular { reciprocal, parts: [root, lanes.mul(lanes.splat(0.5), both)] }
    }

    #[inline(always)]
    fn averages<L: Lanes>(self, lanes: L, distances: &Distances<L>, singular: &Singular<L>) -> Averages<L> {
        let [root, half] = singular.parts;
        Averages {
            scale: distances.scale,
            alpha: lanes.mul(half, lanes.add(root, distances.far)),
            beta: lanes.mul(half, lanes.add(root, distances.near)),
            quarter_kappa: lanes.mul(half, lanes.mul(lanes.splat(0.5), root)),
        }
    }

    #[inline(always)]
    fn regularised<L: Lanes>(
        self,
        lanes: L,
        distances: &Distances<L>,
        singular: &Singular<L>,
        averages: Averages<L>,
        delta_squared: L::Vector,
    ) -> Averages<L> {
        let fall = Fall::new(lanes, distances, singular, delta_squared);
        self.0.descend::<L, false>(lanes, &fall, averages, averages, 0)
    }
}

impl Base for Hypergeometric<'_> {
    #[inline(always)]
    fn distances<L: Lanes>(self, lanes: L, s: L::Vector, d: L::Vector) -> Distances<L> {
        match self.law {
            None => elliptic_distances(lanes, s, d),
            Some(law) => {
                let [scale, reciprocal] = law.power_and_reciprocal(lanes, lanes.add(s, d));
                distances(lanes, s, d, scale, reciprocal)
            }
        }
    }

    #[inline(always)]
    fn singular<L: Lanes>(self, lanes: L, distances: &Distances<L>) -> Singular<L> {
        let Fits { power, near_inverse, .. } = *self.fits;
        let [reciprocal, logarithm] = with_logarithm(lanes, distances.closeness);
        if power == 0.0 {
            return Singular { reciprocal, parts: [reciprocal, logarithm] };
        }
        let exponent = lanes.mul(logarithm, lanes.splat(power * LOG2_E));
        let [g, less_one] = exponential2_and_less_one(lanes, exponent);
        let first = if near_inverse { g } else { lanes.mul(g, reciprocal) };
        Singular { reciprocal, parts: [first, lanes.mul(less_one, lanes.splat(1.0 / power))] }
    }

    #[inline(always)]
    fn averages<L: Lanes>(self, lanes: L, distances: &Distances<L>, singular: &Singular<L>) -> Averages<L> {
        let Fits { near_inverse, sum: [p, q], swirl: [p2, q2], .. } = self.fits;
        let Singular { parts: [first, l], .. } = *singular;
        let y = distances.closeness;
        let half_sum = lanes.mul_add(l, polynomial(lanes, q, y), lanes.mul(first, polynomial(lanes, p, y)));
        let of_swirl = if *near_inverse { lanes.mul(y, l) } else { l };
        let quarter_kappa = lanes.mul_add(of_swirl, polynomial(lanes, q2, y), polynomial(lanes, p2, y));
        let share = lanes.splat(self.share);
        let difference = lanes.neg_mul_add(share, distances.near, share);
        split(lanes, distances, half_sum, quarter_kappa, difference)
    }

    #[inline(always)]
    fn plain<L: Lanes>(self, lanes: L, distances: &Distances<L>, averages: Averages<L>) -> Averages<L> {
        let mut averages = averages;
        for rise in &self.steps.rises {
            averages = rise.apply(lanes, averages, distances);
        }
        averages
    }

    #[inline(always)]
    fn regularised<L: Lanes>(
        self,
        lanes: L,
        distances: &Distances<L>,
        singular: &Singular<L>,
        averages: Averages<L>,
        delta_squared: L::Vector,
    ) -> Averages<L> {
        let fall = Fall::new(lanes, distances, singular, delta_squared);
        let Steps { rises, weights, .. } = self.steps;
        match rises.as_slice() {
            [] => self.steps.descend::<L, false>(lanes, &fall, averages, averages, 0),
            [rise] => {
                let top = rise.apply(lanes, averages, distances);
                let last = averages.times(lanes, fall.share);
                let total = top.plus(lanes, weights[1], &last);
                self.steps.descend::<L, false>(lanes, &fall, total, last, 1)
            }
            [first, second, ..] => {
                let middle = first.apply(lanes, averages, distances);
                let top = second.apply(lanes, middle, distances);
                let total = top.plus(lanes, weights[1], &middle.times(lanes, fall.share));
                let last = averages.times(lanes, lanes.mul(fall.share, fall.share));
                let total = total.plus(lanes, weights[2], &last);
                self.steps.descend::<L, false>(lanes, &fall, total, last, 2)
            }
        }
    }
}

/// The way from ν to γ/2, and along the series from there.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps {
    rises: Vec<Rise>,
    /// For each power below ν: −2n − 1 and −2(n + 2), n that above it.
    falls: [[f64; 2]; TERMS],
    /// What each term of the series counts, γ/2 first, factors that falls leave out included.
    weights: [f64; TERMS + 1],
}

/// From n − 1 to n: 1 − 1/N, 1/N, ½/(n + 2) and n/(n + 2).
#[derive(Debug, Clone, Copy, PartialEq)]
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
        let [most, least, from_alpha, from_kappa] = lanes.splats(self.0);
        let near = lanes.mul(distances.near, from.alpha);
        let far = lanes.mul(distances.far, from.beta);
        let alpha = lanes.mul_add(least, far, lanes.mul(most, near));
        let beta = lanes.mul_add(least, near, lanes.mul(most, far));
        let swirl = lanes.mul(from_kappa, lanes.mul(distances.far, from.quarter_kappa));
        let quarter_kappa = lanes.mul_add(from_alpha, alpha, swirl);
        let mean = lanes.reciprocal(distances.reciprocal_mean);
        Averages { scale: lanes.mul(from.scale, mean), alpha, beta, quarter_kappa }
    }
}

/// δ² over τ, d and s.
#[derive(Clone, Copy)]
struct Fall<L: Lanes> {
    share: L::Vector,
    near: L::Vector,
    far: L::Vector,
}

impl<L: Lanes> Fall<L> {
    #[inline(always)]
    fn new(lanes: L, distances: &Distances<L>, singular: &Singular<L>, delta_squared: L::Vector) -> Self {
        let share = lanes.mul(delta_squared, distances.reciprocal_mean);
        // 1/d = s/(τ² y).
        let of_both = lanes.mul(share, singular.reciprocal);
        Self { share, near: lanes.mul(of_both, distances.far), far: lanes.mul(of_both, distances.near) }
    }
}

impl Steps {
    /// To γ/2, `rises` above ν, and down the series from there.
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
            rises: (1..=rises).map(|k| Rise::new(base + k as f64)).collect(),
            falls: std::array::from_fn(|k| [-2.0 * below(k) - 1.0, -2.0 * (below(k) + 2.0)]),
            weights,
        }
    }

    /// Whether ν = γ/2.
    pub fn is_direct(&self) -> bool {
        self.rises.is_empty()
    }

    /// The total of the first `summed` terms of the series, and those that follow the last of them.
    #[inline(always)]
    fn descend<L: Lanes, const LACKS_THIRD: bool>(
        &self,
        lanes: L,
        fall: &Fall<L>,
        mut total: Averages<L>,
        mut last: Averages<L>,
        summed: usize,
    ) -> Averages<L> {
        for k in summed..TERMS {
            let [ratio, twist] = lanes.splats(self.falls[k - summed]);
            let Averages { scale, alpha, beta, quarter_kappa } = last;
            last = Averages {
                scale,
                alpha: lanes.mul(fall.near, lanes.mul_add(ratio, alpha, beta)),
                beta: lanes.mul(fall.far, lanes.mul_add(ratio, beta, alpha)),
                quarter_kappa: lanes.mul(fall.far, lanes.mul_add(twist, quarter_kappa, alpha)),
            };
            if !(LACKS_THIRD && k == 2) {
                total = total.plus(lanes, self.weights[k + 1], &last);
            }
        }
        total
    }
}

impl<L: Lanes> Averages<L> {
    /// In the same scale.
    #[inline(always)]
    fn times(self, lanes: L, factor: L::Vector) -> Self {
        Self {
            scale: self.scale,
            alpha: lanes.mul(factor, self.alpha),
            beta: lanes.mul(factor, self.beta),
            quarter_kappa: lanes.mul(factor, self.quarter_kappa),
        }
    }

    /// The sum with `weight` times a term, which is in this scale.
    #[inline(always)]
    fn plus(self, lanes: L, weight: f64, term: &Self) -> Self {
        let weight = lanes.splat(weight);
        Self {
            scale: self.scale,
            alpha: lanes.mul_add(weight, term.alpha, self.alpha),
            beta: lanes.mul_add(weight, term.beta, self.beta),
            quarter_kappa: lanes.mul_add(weight, term.quarter_kappa, self.quarter_kappa),
        }
    }
}
