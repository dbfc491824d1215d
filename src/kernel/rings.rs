//! The force between two rings about an axis: what the points of one do to a point of the other, averaged.
//!
//! With the ring p at (z_p, r), its gradient (g_z, g_r) in the half plane there, and the ring q primed,
//!
//! ```text
//! z = z_p − z_q,   δ = g_z − g'_z,   s = (r + r')² + z²,   d = (r − r')² + z²
//! M = z(g_r − g'_r) − δ(r − r'),     S = z(g_r + g'_r) − δ(r + r'),     X = r' g_r − r g'_r
//! F_z = −[αM(r − r') + βS(r + r')],   F_r = z(βS + αM) + r'κX         on p
//! F'_z = −F_z,                        F'_r = z(βS − αM) − rκX         on q
//! ```
//!
//! is the average of A(v − v')(g − g') over the angle of the other ring, α, β and κ being those of
//! `averages`. For any values of them F_z + F'_z = 0 and r F_r + r' F'_r + z F_z = 0, which keeps momentum along the
//! axis and energy, and the pair dissipates αM² + βS² + κX². A ring does nothing to itself: all of M, S and X vanish.

#![allow(clippy::needless_range_loop, reason = "closures and iterators lose the instruction set")]

mod averages;
mod fits;
mod quadrature;
#[cfg(test)]
mod tests;

use self::averages::{Averages, Base, Distances, Elementary, Elliptic, Hypergeometric, Singular, Steps};
use self::fits::Fits;
use super::lanes::Lanes;
use super::pair::{PairLaw, Source, Targets, WithPairLaw};
use super::power::General;
use super::series::Series;

/// The component along the axis of what holds a ring.
pub const ALONG: usize = 0;

/// The component across the axis, the radius.
pub const ACROSS: usize = 1;

/// Sources whose pairs with a vector of targets take each step together: enough for the latencies of one pair to be
/// filled by the others, few enough to stay in the first cache.
const TOGETHER: usize = 16;

/// The pair law of rings for one way to find averages.
#[derive(Debug, Clone, Copy)]
struct Rings<B, const REGULARISED: bool>(B);

impl<B: Base, const REGULARISED: bool> PairLaw<2> for Rings<B, REGULARISED> {
    const SOFTENED: bool = true;

    #[inline(always)]
    fn interact<L: Lanes, const T: usize>(
        self,
        lanes: L,
        delta_squared: f64,
        targets: &[Targets<L, 2>; T],
        sources: &[Source<2>],
        pulls: &mut [[L::Vector; 2]],
    ) -> [[L::Vector; 2]; T] {
        let Self(base) = self;
        let delta_squared = lanes.splat(delta_squared);
        let zero = lanes.splat(0.0);
        let mut sums = [[zero; 2]; T];
        let mut all_distances = [Distances::none(lanes); TOGETHER];
        let mut all_singular = [Singular::none(lanes); TOGETHER];
        for (targets, sum) in targets.iter().zip(&mut sums) {
            for (sources, pulls) in sources.chunks(TOGETHER).zip(pulls.chunks_mut(TOGETHER)) {
                for (source, distances) in sources.iter().zip(&mut all_distances) {
                    let mut spread = lanes.add(targets.spread, lanes.splat(source.spread));
                    if REGULARISED {
                        spread = lanes.add(spread, delta_squared);
                    }
                    let [s, d] = squares(lanes, targets, source, spread);
                    *distances = base.distances(lanes, s, d);
                }
                for (distances, singular) in all_distances[..sources.len()].iter().zip(&mut all_singular) {
                    *singular = base.singular(lanes, distances);
                }
                let found = all_distances.iter().zip(&all_singular);
                for ((source, pull), (distances, singular)) in sources.iter().zip(pulls).zip(found) {
                    let averages = base.averages(lanes, distances, singular);
                    let averages = match REGULARISED {
                        false => base.plain(lanes, distances, averages),
                        true => base.regularised(lanes, distances, singular, averages, delta_squared),
                    };
                    meet(lanes, averages, targets, source, sum, pull);
                }
            }
        }
        sums
    }
}

/// s and d, both with the spread.
#[inline(always)]
fn squares<L: Lanes>(
    lanes: L,
    targets: &Targets<L, 2>,
    source: &Source<2>,
    spread: L::Vector,
) -> [L::Vector; 2] {
    let (r, other_r) = (targets.velocity[ACROSS], lanes.splat(source.velocity[ACROSS]));
    let z = lanes.sub(targets.velocity[ALONG], lanes.splat(source.velocity[ALONG]));
    let (less, more) = (lanes.sub(r, other_r), lanes.add(r, other_r));
    let square = lanes.mul_add(z, z, spread);
    [lanes.mul_add(more, more, square), lanes.mul_add(less, less, square)]
}

/// Adds the force on the targets to `sum`, and minus that on the source to `pull`.
#[inline(always)]
fn meet<L: Lanes>(
    lanes: L,
    averages: Averages<L>,
    targets: &Targets<L, 2>,
    source: &Source<2>,
    sum: &mut [L::Vector; 2],
    pull: &mut [L::Vector; 2],
) {
    let Averages { scale, alpha, beta, quarter_kappa } = averages;
    let (r, other_r) = (targets.velocity[ACROSS], lanes.splat(source.velocity[ACROSS]));
    let (g, other_g) = (targets.gradient[ACROSS], lanes.splat(source.gradient[ACROSS]));
    let z = lanes.sub(targets.velocity[ALONG], lanes.splat(source.velocity[ALONG]));
    let delta = lanes.sub(targets.gradient[ALONG], lanes.splat(source.gradient[ALONG]));
    let (r_less, r_more) = (lanes.sub(r, other_r), lanes.add(r, other_r));
    let (g_less, g_more) = (lanes.sub(g, other_g), lanes.add(g, other_g));
    let here = lanes.neg_mul_add(delta, r_less, lanes.mul(z, g_less));
    let mirrored = lanes.neg_mul_add(delta, r_more, lanes.mul(z, g_more));
    // r'(g − g') − (r − r') g', exactly 0 for a ring with itself.
    let twist = lanes.neg_mul_add(r_less, other_g, lanes.mul(other_r, g_less));
    // αM, βS and κX.
    let (here, mirrored) = (lanes.mul(alpha, here), lanes.mul(beta, mirrored));
    let swirl = lanes.mul(lanes.mul(lanes.splat(4.0), quarter_kappa), twist);
    // −F_z, and both radial forces.
    let back = lanes.mul_add(here, r_less, lanes.mul(mirrored, r_more));
    let out = lanes.mul_add(z, lanes.add(mirrored, here), lanes.mul(other_r, swirl));
    let weight = lanes.mul(lanes.splat(source.weight), scale);
    sum[ALONG] = lanes.neg_mul_add(weight, back, sum[ALONG]);
    sum[ACROSS] = lanes.mul_add(weight, out, sum[ACROSS]);
    let other_out = lanes.neg_mul_add(r, swirl, lanes.mul(z, lanes.sub(mirrored, here)));
    let weight = lanes.mul(targets.weight, scale);
    pull[ALONG] = lanes.neg_mul_add(weight, back, pull[ALONG]);
    pull[ACROSS] = lanes.neg_mul_add(weight, other_out, pull[ACROSS]);
}

/// The pair law of rings of one exponent.
#[derive(Debug, Clone)]
pub struct RingLaw {
    steps: Steps,
    /// Unless γ = −2.
    fits: Option<Box<Fits>>,
    /// T^ν, unless ν is −1 or −3/2.
    law: Option<Box<General>>,
    /// 2(ν + 2).
    share: f64,
}

impl RingLaw {
    /// For γ ≠ 0 in [−3, 1].
    ///
    /// # Panics
    ///
    /// If γ is out of range.
    pub fn new(gamma: f64) -> Self {
        assert!((-3.0..=1.0).contains(&gamma) && gamma != 0.0, "the exponent is out of range");
        let rises = if gamma == 1.0 { 2 } else { usize::from(gamma >= -1.0) };
        let base = 0.5 * gamma - rises as f64;
        Self {
            steps: Steps::new(gamma, rises, Series::between_particles(gamma, 3)),
            fits: (base != -1.0).then(|| Box::new(Fits::new(base))),
            law: (base != -1.0 && base != -1.5).then(|| Box::new(General::new(2.0 * base))),
            share: 2.0 * (base + 2.0),
        }
    }

    /// Does work with the law as a type.
    pub fn apply(&self, regularised: bool, work: impl WithPairLaw<2>) {
        self.with_base(MakeLaw { regularised, work });
    }

    fn with_base(&self, work: impl WithBase) {
        let Self { steps, fits, law, share } = self;
        match (fits, law) {
            (None, _) => work.compute(Elementary(steps)),
            (Some(fits), None) if steps.is_direct() => work.compute(Elliptic(fits, steps)),
            (Some(fits), law) => {
                work.compute(Hypergeometric { law: law.as_deref(), fits, steps, share: *share });
            }
        }
    }
}

/// Floating-point operations of an unordered pair, for γ = −3 and −2: a fused multiply-add counts two, a reciprocal or a
/// root 7.
///
/// Distances and their sums take 10, forces with their weights and additions 37. For γ = −3, T^ν, s/τ, d/τ and y take 22, 1/y and
/// ln y 29, the polynomials and what is made of them 63; for γ = −2 it is 14, 18 and 6. A regularised pair has 59 more: 4 for δ² over
/// distances, 36 for four steps down the exponents, 18 for the sum of three and 1 for δ²; for γ = −2 the sum is of four, and 1/y
/// takes 2.
pub fn flops_per_pair(gamma: f64, regularised: bool) -> Option<u32> {
    let (averages, series) = match gamma {
        -3.0 => (114, 59),
        -2.0 => (38, 67),
        _ => return None,
    };
    Some(47 + averages + if regularised { series } else { 0 })
}

/// Work that is compiled for every way to find averages.
trait WithBase {
    fn compute(self, base: impl Base);
}

/// Work with the pair law of a way to find averages.
struct MakeLaw<W> {
    regularised: bool,
    work: W,
}

impl<W: WithPairLaw<2>> WithBase for MakeLaw<W> {
    fn compute(self, base: impl Base) {
        match self.regularised {
            false => self.work.compute(Rings::<_, false>(base)),
            true => self.work.compute(Rings::<_, true>(base)),
        }
    }
}
