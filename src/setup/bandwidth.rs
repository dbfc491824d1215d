//! The variance ε of each species' mollifier.
//!
//! On a lattice overlap decides: ε = h². Particles drawn from a distribution are noise on top of it, and the
//! mollifier has to be wide enough to average it. With bias ∝ (ε/σ²)^K of a score of order 2K and noise
//! ∝ N^(−1/2) (ε/σ²)^(−(d+2)/4), their sum is smallest for
//!
//! ```text
//! ε = c σ² N^(−2/(4K + d + 2)),   σ² = tr⟨(v − u)(v − u)ᵀ⟩/d,   N = (Σ w)²/Σ w²
//! ```
//!
//! the rule of Silverman (Density Estimation for Statistics and Data Analysis, 1986) for the gradient of a
//! logarithm. Measured on Maxwellians, c = 1 for mesh scores and 2 for particle scores, whose tails are
//! thinner, and 0.6 of that for quasi-random particles, which are more even.

use super::cloud::Cloud;
use crate::scenario::{Bandwidth, Particles, Score, Variance};
use crate::sum::sum;

/// ε of the moving species at `place`, with its cloud, in the units of the scenario.
pub fn bandwidth<const D: usize>(
    score: &Score,
    place: usize,
    particles: Option<&Particles>,
    cloud: &Cloud<D>,
) -> f64 {
    let h = cloud.spacing;
    match score.bandwidth() {
        Bandwidth::SpacingSquared(factor) => factor * h * h,
        Bandwidth::Variance(Variance::Common(variance)) => *variance,
        Bandwidth::Variance(Variance::PerSpecies(variances)) => variances[place],
        Bandwidth::Chv {} => 0.64 * h.powf(1.98),
        Bandwidth::Adapted {} => adapted(score, particles, cloud),
        Bandwidth::Following { factor } => factor * adapted(score, particles, cloud),
    }
}

fn adapted<const D: usize>(score: &Score, particles: Option<&Particles>, cloud: &Cloud<D>) -> f64 {
    if cloud.lattice.is_some() {
        return cloud.spacing.powi(2);
    }
    let of_form = if matches!(score, Score::Mesh { .. }) { 1.0 } else { 2.0 };
    let of_cloud = if matches!(particles, Some(Particles::QuasiRandom { .. })) { 0.6 } else { 1.0 };
    of_form * of_cloud * scale(score.order(), cloud)
}

/// σ² N^(−2/(4K + d + 2)), d the coordinates that particles have: rings are drawn in a half plane, shells on a line.
fn scale<const D: usize>(order: u32, cloud: &Cloud<D>) -> f64 {
    let variance = cloud.moments().temperature();
    let total = sum(cloud.weights.iter().copied());
    let number = total * total / sum(cloud.weights.iter().map(|weight| weight * weight));
    variance * number.powf(-2.0 / (f64::from(2 * order) + cloud.symmetry.coordinates::<D>() as f64 + 2.0))
}
