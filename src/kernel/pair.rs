//! The force between two particles on vectors of pairs: A(z)(g_p − g_q) as a scale and a direction.
//!
//! A(z) g = |z|^γ (|z|² g − z (z·g)), and in two dimensions |z|^γ z⊥ (z⊥·g) with z⊥ = (−z₂, z₁). In
//! both the direction is orthogonal to z to rounding whatever the error of the power, which keeps
//! the energy; both are exactly zero for z = 0, where the power is finite.
//!
//! Over a step of time the power may be that of the mean square distance of the pair, |z|² and what
//! both particles bring to it, their spreads: the direction and all it keeps stay those of z. The same holds where
//! φ_δ of [`series`](super::series) takes the place of the power.

#![allow(clippy::needless_range_loop, reason = "closures and iterators lose the instruction set")]

use super::lanes::Lanes;
use super::power::Power;

/// What a particle brings to a pair as a source: the same for every lane of targets.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub struct Source<const D: usize> {
    pub velocity: [f64; D],
    pub gradient: [f64; D],
    pub weight: f64,
    /// Added to |z|² in the power of a [`Softened`](super::power::Softened) law.
    pub spread: f64,
}

impl<const D: usize> Source<D> {
    pub const ZERO: Self = Self { velocity: [0.0; D], gradient: [0.0; D], weight: 0.0, spread: 0.0 };
}

/// A vector of targets.
#[derive(Clone, Copy)]
pub struct Targets<L: Lanes, const D: usize> {
    pub velocity: [L::Vector; D],
    pub gradient: [L::Vector; D],
    pub weight: L::Vector,
    pub spread: L::Vector,
}

/// What the particles of a pair do to each other, in vectors of pairs.
pub trait PairLaw<const D: usize>: Copy + Sync {
    /// Whether the spreads of both particles are read.
    const SOFTENED: bool;

    /// Every pair of a few vectors of targets and a list of sources, with the δ² of their species.
    ///
    /// Returns the sums of what the sources do to the targets, and adds to `pulls`, source by source, each lane its own
    /// targets, minus what they do to it.
    fn interact<L: Lanes, const T: usize>(
        self,
        lanes: L,
        delta_squared: f64,
        targets: &[Targets<L, D>; T],
        sources: &[Source<D>],
        pulls: &mut [[L::Vector; D]],
    ) -> [[L::Vector; D]; T];
}

/// Work that is compiled for every pair law.
pub trait WithPairLaw<const D: usize> {
    fn compute(self, law: impl PairLaw<D>);
}

/// Particles that are points: A(z)(g_p − g_q) of a power law.
#[derive(Debug, Clone, Copy)]
pub struct Points<P>(pub P);

impl<P: Power, const D: usize> PairLaw<D> for Points<P> {
    const SOFTENED: bool = P::SOFTENED;

    /// With u = A(z)(g_p − g_q), a target receives w_q u and a source −w_p u.
    #[inline(always)]
    fn interact<L: Lanes, const T: usize>(
        self,
        lanes: L,
        delta_squared: f64,
        targets: &[Targets<L, D>; T],
        sources: &[Source<D>],
        pulls: &mut [[L::Vector; D]],
    ) -> [[L::Vector; D]; T] {
        let mut sums = [[lanes.splat(0.0); D]; T];
        let delta_squared = lanes.splat(delta_squared);
        for (source, pull) in sources.iter().zip(pulls) {
            let weight = lanes.splat(source.weight);
            for (targets, sum) in targets.iter().zip(&mut sums) {
                let (scale, direction) = force(lanes, self.0, delta_squared, targets, source);
                accumulate(lanes, lanes.mul(weight, scale), &direction, sum);
                accumulate(lanes, lanes.mul(targets.weight, scale), &direction, pull);
            }
        }
        sums
    }
}

/// A(z)(g_p − g_q) = scale · direction, p the lanes of `targets` and q the source.
#[inline(always)]
fn force<L: Lanes, P: Power, const D: usize>(
    lanes: L,
    law: P,
    delta_squared: L::Vector,
    targets: &Targets<L, D>,
    source: &Source<D>,
) -> (L::Vector, [L::Vector; D]) {
    let z = subtract(lanes, &targets.velocity, &source.velocity);
    let g = subtract(lanes, &targets.gradient, &source.gradient);
    let square = dot(lanes, &z, &z);
    let distance = if P::SOFTENED {
        lanes.add(square, lanes.add(targets.spread, lanes.splat(source.spread)))
    } else {
        square
    };
    image(lanes, law, delta_squared, &z, &g, [square, distance])
}

/// |z|^γ (|z|² g − z (z·g)) = scale · direction, from |z|² and from the squared distance whose power it is; φ_δ in
/// place of the power where the law is regularised.
#[inline(always)]
pub fn image<L: Lanes, P: Power, const D: usize>(
    lanes: L,
    law: P,
    delta_squared: L::Vector,
    z: &[L::Vector; D],
    g: &[L::Vector; D],
    [square, distance]: [L::Vector; 2],
) -> (L::Vector, [L::Vector; D]) {
    let mut direction = *z;
    if D == 2 {
        let across = lanes.neg_mul_add(z[1], g[0], lanes.mul(z[0], g[1]));
        let scale = lanes.mul(law.strength(lanes, distance, delta_squared), across);
        direction[0] = lanes.sub(lanes.splat(0.0), z[1]);
        direction[1] = z[0];
        (scale, direction)
    } else if P::COULOMB {
        // |z|⁻¹ (g − z (z·g)/|z|²): 1/|z| is right to 2 ulp and exactly zero for coincident
        // particles, so the short form keeps both properties.
        let y = lanes.reciprocal_root(square);
        let along = lanes.mul(lanes.mul(y, y), dot(lanes, z, g));
        for k in 0..D {
            direction[k] = lanes.neg_mul_add(z[k], along, g[k]);
        }
        (y, direction)
    } else {
        let along = dot(lanes, z, g);
        for k in 0..D {
            direction[k] = lanes.neg_mul_add(z[k], along, lanes.mul(square, g[k]));
        }
        (law.strength(lanes, distance, delta_squared), direction)
    }
}

#[inline(always)]
fn subtract<L: Lanes, const D: usize>(
    lanes: L,
    target: &[L::Vector; D],
    source: &[f64; D],
) -> [L::Vector; D] {
    let mut difference = *target;
    for k in 0..D {
        difference[k] = lanes.sub(target[k], lanes.splat(source[k]));
    }
    difference
}

/// sum + scale · direction.
#[inline(always)]
pub fn accumulate<L: Lanes, const D: usize>(
    lanes: L,
    scale: L::Vector,
    direction: &[L::Vector; D],
    sum: &mut [L::Vector; D],
) {
    for k in 0..D {
        sum[k] = lanes.mul_add(scale, direction[k], sum[k]);
    }
}

/// a · b.
#[inline(always)]
pub fn dot<L: Lanes, const D: usize>(lanes: L, a: &[L::Vector; D], b: &[L::Vector; D]) -> L::Vector {
    let mut sum = lanes.mul(a[0], b[0]);
    for k in 1..D {
        sum = lanes.mul_add(a[k], b[k], sum);
    }
    sum
}
