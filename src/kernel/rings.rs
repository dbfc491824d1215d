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
//! [`averages`]. For any values of them F_z + F'_z = 0 and r F_r + r' F'_r + z F_z = 0, which keeps momentum along the
//! axis and energy, and the pair dissipates αM² + βS² + κX². A ring does nothing to itself: all of M, S and X vanish.

#![allow(clippy::needless_range_loop, reason = "closures and iterators lose the instruction set")]

mod averages;
mod fits;
mod quadrature;

use self::averages::{Averages, Base, Elementary, Elliptic, Hypergeometric, Steps};
use self::fits::Fits;
use super::lanes::Lanes;
use super::pair::{PairLaw, Source, Targets, WithPairLaw};
use super::power::General;
use super::series::Series;

/// The component along the axis of what holds a ring.
pub const ALONG: usize = 0;

/// The component across the axis, the radius.
pub const ACROSS: usize = 1;

/// The pair law of rings for one way to find averages.
#[derive(Debug, Clone, Copy)]
struct Rings<'a, B, const RISES: usize, const REGULARISED: bool> {
    base: B,
    steps: &'a Steps,
}

impl<B: Base, const RISES: usize, const REGULARISED: bool> PairLaw<2> for Rings<'_, B, RISES, REGULARISED> {
    const SOFTENED: bool = true;

    #[inline(always)]
    fn meet<L: Lanes, const MUTUAL: bool>(
        self,
        lanes: L,
        delta_squared: L::Vector,
        targets: &Targets<L, 2>,
        source: &Source<2>,
        sum: &mut [L::Vector; 2],
        pull: &mut [L::Vector; 2],
    ) {
        let (r, other_r) = (targets.velocity[ACROSS], lanes.splat(source.velocity[ACROSS]));
        let (g, other_g) = (targets.gradient[ACROSS], lanes.splat(source.gradient[ACROSS]));
        let z = lanes.sub(targets.velocity[ALONG], lanes.splat(source.velocity[ALONG]));
        let delta = lanes.sub(targets.gradient[ALONG], lanes.splat(source.gradient[ALONG]));
        let (r_less, r_more) = (lanes.sub(r, other_r), lanes.add(r, other_r));
        let (g_less, g_more) = (lanes.sub(g, other_g), lanes.add(g, other_g));
        let square = lanes.mul(z, z);
        let spread = lanes.add(targets.spread, lanes.splat(source.spread));
        let s = lanes.add(lanes.mul_add(r_more, r_more, square), spread);
        let d = lanes.add(lanes.mul_add(r_less, r_less, square), spread);
        let m = lanes.neg_mul_add(delta, r_less, lanes.mul(z, g_less));
        let mirrored = lanes.neg_mul_add(delta, r_more, lanes.mul(z, g_more));
        let twist = lanes.neg_mul_add(r, other_g, lanes.mul(other_r, g));

        let Averages { scale, alpha, beta, quarter_kappa } = match REGULARISED {
            false => self.steps.plain::<L, B, RISES>(lanes, self.base, [s, d]),
            true => self.steps.regularised::<L, B, RISES>(lanes, self.base, [s, d], delta_squared),
        };
        let m = lanes.mul(alpha, m);
        let mirrored = lanes.mul(beta, mirrored);
        let swirl = lanes.mul(lanes.mul(lanes.splat(4.0), quarter_kappa), twist);
        // −F_z, and both radial forces.
        let back = lanes.mul_add(m, r_less, lanes.mul(mirrored, r_more));
        let out = lanes.mul_add(z, lanes.add(mirrored, m), lanes.mul(other_r, swirl));
        let weight = lanes.mul(lanes.splat(source.weight), scale);
        sum[ALONG] = lanes.neg_mul_add(weight, back, sum[ALONG]);
        sum[ACROSS] = lanes.mul_add(weight, out, sum[ACROSS]);
        if MUTUAL {
            let other_out = lanes.neg_mul_add(r, swirl, lanes.mul(z, lanes.sub(mirrored, m)));
            let weight = lanes.mul(targets.weight, scale);
            pull[ALONG] = lanes.neg_mul_add(weight, back, pull[ALONG]);
            pull[ACROSS] = lanes.neg_mul_add(weight, other_out, pull[ACROSS]);
        }
    }
}

/// The pair law of rings of one exponent.
#[derive(Debug, Clone)]
pub struct RingLaw {
    fits: Option<Box<Fits>>,
    law: Option<Box<General>>,
    steps: Steps,
    /// 2(ν + 2) of the base.
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
        let fits = (base != -1.0).then(|| Box::new(Fits::new(base)));
        let is_general = base != -1.0 && base != -1.5;
        Self {
            fits,
            law: is_general.then(|| Box::new(General::new(2.0 * base))),
            steps: Steps::new(gamma, rises, Series::between_particles(gamma, 3)),
            share: 2.0 * (base + 2.0),
        }
    }

    /// Does work with the law as a type.
    pub fn apply(&self, regularised: bool, work: impl WithPairLaw<2>) {
        let Self { fits, law, steps, share } = self;
        let (share, rises) = (*share, steps.rises);
        match (fits, law) {
            (None, _) => self.with_base::<_, 0>(Elementary, regularised, work),
            (Some(fits), None) => match rises {
                0 => self.with_base::<_, 0>(Elliptic(fits), regularised, work),
                1 => self.with_base::<_, 1>(Elliptic(fits), regularised, work),
                _ => self.with_base::<_, 2>(Elliptic(fits), regularised, work),
            },
            (Some(fits), Some(law)) => match (fits.near_inverse, rises) {
                (false, 0) => {
                    self.with_base::<_, 0>(Hypergeometric::<false> { law, fits, share }, regularised, work)
                }
                (false, _) => {
                    self.with_base::<_, 1>(Hypergeometric::<false> { law, fits, share }, regularised, work)
                }
                (true, 0) => {
                    self.with_base::<_, 0>(Hypergeometric::<true> { law, fits, share }, regularised, work)
                }
                (true, _) => {
                    self.with_base::<_, 1>(Hypergeometric::<true> { law, fits, share }, regularised, work)
                }
            },
        }
    }

    fn with_base<B: Base, const RISES: usize>(&self, base: B, regularised: bool, work: impl WithPairLaw<2>) {
        let steps = &self.steps;
        match regularised {
            false => work.compute(Rings::<_, RISES, false> { base, steps }),
            true => work.compute(Rings::<_, RISES, true> { base, steps }),
        }
    }
}
