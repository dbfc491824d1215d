//! The force between two shells about the origin: what the points of one do to a point of the other, averaged.
//!
//! With a shell of radius r and gradient g along it, and another primed,
//!
//! ```text
//! F = r' X κ,   F' = −r X κ,   X = r' g − r g',   κ = ½ ∫ φ(t)(1 − μ²) dμ,   t = r² + r'² − 2 r r' μ
//! ```
//!
//! is the average of A(v − v')(g − g') over the points of the other shell. For any κ, r F + r' F' = 0, which keeps the
//! energy, and the pair dissipates κX². A shell does nothing to itself.
//!
//! # The average
//!
//! With s and d the largest and the least t, S = √s, D = √d, R = (S + D)/2, which is the larger radius, and x = S D/R²,
//! from 0 for shells that touch to 1 for a shell and the origin,
//!
//! ```text
//! κ(ν) = ⅔ R^(2ν) ₂F₁(−ν, −ν − 3/2; 5/2; 1 − x)     of φ = t^ν
//! (n + 1) s d κ(n) = (n + 3)(s + d) κ(n+1) − (n + 5) κ(n+2)
//! ```
//!
//! This is ⅔ R⁻³ for ν = −3/2, and κ(ν − k)/κ(ν) is then a polynomial in S + D and 1/(S D). For other ν it is a fit
//! P(x) + x^(4+2ν) Q(x): the singular part of the function where its argument is 1, with a logarithm in it where 2ν is
//! whole. The same with t + δ² in place of t gives the average of the φ_δ of [`series`](super::series).

#![allow(clippy::needless_range_loop, reason = "closures and iterators lose the instruction set")]

mod average;
mod fitted;

use self::average::Average;
use self::fitted::Fitted;
use super::lanes::Lanes;
use super::pair::{PairLaw, Source, Targets, WithPairLaw};
use super::series::{MOST, Series};

/// γ = −3, by the coefficients of the series, of which the third is 0.
#[derive(Debug, Clone, Copy)]
struct Coulomb<'a>(&'a [f64; MOST]);

impl Average for Coulomb<'_> {
    #[inline(always)]
    fn average<L: Lanes, const REGULARISED: bool>(
        self,
        lanes: L,
        [far, near]: [L::Vector; 2],
        delta_squared: L::Vector,
    ) -> L::Vector {
        let total = lanes.add(far, near);
        let square = lanes.mul(total, total);
        let cube = lanes.mul(lanes.reciprocal(square), lanes.reciprocal(total));
        let singular = lanes.mul(lanes.splat(16.0 / 3.0), cube);
        if !REGULARISED {
            return singular;
        }
        // u = δ²/(S D) and w = u (S + D)²/(S D), at most 1 and 4: δ²ᵏ κ(ν − k)/κ(ν) is u for k = 1, u(u + w)/5 for k = 2 and
        // u(u³ + 6u²w − 15uw² + 5w³)/105 for k = 4.
        let [first, second, _, fourth] = lanes.splats(*self.0);
        let reciprocal = lanes.reciprocal(lanes.mul(far, near));
        let u = lanes.mul(delta_squared, reciprocal);
        let w = lanes.mul(u, lanes.mul(square, reciprocal));
        let cubic = lanes.mul_add(w, lanes.splat(5.0), lanes.mul(lanes.splat(-15.0), u));
        let u_squared = lanes.mul(u, u);
        let cubic = lanes.mul_add(cubic, w, lanes.mul(lanes.splat(6.0), u_squared));
        let cubic = lanes.mul_add(cubic, w, lanes.mul(u, u_squared));
        let fifth = lanes.mul(lanes.splat(0.2), lanes.add(u, w));
        let terms = lanes.mul_add(second, fifth, first);
        let terms = lanes.mul_add(fourth, lanes.mul(lanes.splat(1.0 / 105.0), cubic), terms);
        lanes.mul(singular, lanes.mul_add(u, terms, lanes.splat(1.0)))
    }
}

/// The pair law of shells for one way to find averages.
#[derive(Debug, Clone, Copy)]
struct Shells<A, const REGULARISED: bool>(A);

impl<A: Average, const REGULARISED: bool> PairLaw<1> for Shells<A, REGULARISED> {
    const SOFTENED: bool = true;

    #[inline(always)]
    fn interact<L: Lanes, const T: usize>(
        self,
        lanes: L,
        delta_squared: f64,
        targets: &[Targets<L, 1>; T],
        sources: &[Source<1>],
        pulls: &mut [[L::Vector; 1]],
    ) -> [[L::Vector; 1]; T] {
        let mut sums = [[lanes.splat(0.0); 1]; T];
        let delta_squared = lanes.splat(delta_squared);
        let pulls = &mut pulls[..sources.len()];
        for q in 0..sources.len() {
            let source = &sources[q];
            let other_r = lanes.splat(source.velocity[0]);
            let weight = lanes.splat(source.weight);
            for t in 0..T {
                let targets = &targets[t];
                let r = targets.velocity[0];
                let (less, more) = (lanes.sub(r, other_r), lanes.add(r, other_r));
                let mut spread = lanes.add(targets.spread, lanes.splat(source.spread));
                if REGULARISED {
                    spread = lanes.add(spread, delta_squared);
                }
                let s = lanes.mul_add(more, more, spread);
                let d = lanes.mul_add(less, less, spread);
                let roots = [lanes.root(s), lanes.root(d)];
                let kappa = self.0.average::<L, REGULARISED>(lanes, roots, delta_squared);
                // r'(g − g') − (r − r') g', exactly 0 for a shell with itself.
                let other_g = lanes.splat(source.gradient[0]);
                let turned = lanes.mul(other_r, lanes.sub(targets.gradient[0], other_g));
                let twist = lanes.neg_mul_add(less, other_g, turned);
                let swirl = lanes.mul(kappa, twist);
                sums[t][0] = lanes.mul_add(weight, lanes.mul(other_r, swirl), sums[t][0]);
                pulls[q][0] = lanes.mul_add(targets.weight, lanes.mul(r, swirl), pulls[q][0]);
            }
        }
        sums
    }
}

/// The pair law of shells of one exponent.
#[derive(Debug, Clone)]
pub struct ShellLaw {
    coefficients: [f64; MOST],
    /// Unless γ = −3.
    fitted: Option<Box<Fitted>>,
}

impl ShellLaw {
    /// For γ ≠ 0 in [−3, 1].
    ///
    /// # Panics
    ///
    /// If γ is out of range.
    pub fn new(gamma: f64) -> Self {
        assert!((-3.0..=1.0).contains(&gamma) && gamma != 0.0, "the exponent is out of range");
        let coefficients = Series::between_particles(gamma, 3).coefficients();
        let fitted = (gamma != -3.0).then(|| Box::new(Fitted::new(gamma, &coefficients)));
        Self { coefficients, fitted }
    }

    /// Does work with the law as a type.
    pub fn apply(&self, regularised: bool, work: impl WithPairLaw<1>) {
        match (&self.fitted, regularised) {
            (None, false) => work.compute(Shells::<_, false>(Coulomb(&self.coefficients))),
            (None, true) => work.compute(Shells::<_, true>(Coulomb(&self.coefficients))),
            (Some(fitted), false) => work.compute(Shells::<_, false>(&**fitted)),
            (Some(fitted), true) => work.compute(Shells::<_, true>(&**fitted)),
        }
    }
}
