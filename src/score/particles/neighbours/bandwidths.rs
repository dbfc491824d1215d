//! The mollifiers ψ_kε, k = 1 to K, of one squared distance: one exponential and its powers.
//!
//! With L the least common multiple of 1 … K and y = exp(−|z|²/2Lε), exp(−|z|²/2kε) = y^(L/k).

use crate::kernel::exponential::exponential2;
use crate::kernel::lanes::Lanes;
use crate::score::mollifier;

/// Most bandwidths, those of order 8.
pub const MOST_BANDWIDTHS: usize = 4;

/// The bandwidths kε of one species, with the weights a_k of their extrapolation.
#[derive(Debug)]
pub struct Bandwidths {
    pub count: usize,
    /// −log₂e/2Lε.
    exponent: f64,
    /// The smallest numbers above the squares of the cut-off radii.
    ends: [f64; MOST_BANDWIDTHS],
    pub normalizations: [f64; MOST_BANDWIDTHS],
    /// −a_k/kε times the normalisation.
    pub slopes: [f64; MOST_BANDWIDTHS],
}

impl Bandwidths {
    /// For the variance ε and a cut-off in standard deviations.
    pub fn new(variance: f64, factors: &[f64], cutoff: f64, dimension: usize) -> Self {
        let variances: [f64; MOST_BANDWIDTHS] = std::array::from_fn(|k| (k + 1) as f64 * variance);
        let normalizations = variances.map(|variance| mollifier::normalization(variance, dimension));
        let multiple = [1.0, 2.0, 6.0, 12.0][factors.len() - 1];
        Self {
            count: factors.len(),
            exponent: -0.5 * std::f64::consts::LOG2_E / (multiple * variance),
            ends: variances.map(|variance| (cutoff * cutoff * variance).next_up()),
            normalizations,
            slopes: std::array::from_fn(|k| {
                -factors.get(k).copied().unwrap_or(0.0) * normalizations[k] / variances[k]
            }),
        }
    }

    /// The square of the largest cut-off radius.
    pub fn largest_squared_radius(&self) -> f64 {
        self.ends[self.count - 1]
    }

    /// exp(−|z|²/2kε) for k = 1 to K, 0 beyond the cut-off; what follows in the array is not set.
    #[inline(always)]
    pub fn mollifiers<L: Lanes>(&self, lanes: L, square: L::Vector) -> [L::Vector; MOST_BANDWIDTHS] {
        let y = exponential2(lanes, lanes.mul(square, lanes.splat(self.exponent)));
        let y2 = lanes.mul(y, y);
        let y3 = lanes.mul(y2, y);
        let y6 = lanes.mul(y3, y3);
        let mut values = match self.count {
            1 => [y; MOST_BANDWIDTHS],
            2 => [y2, y, y, y],
            3 => [y6, y3, y2, y2],
            _ => [lanes.mul(y6, y6), y6, lanes.mul(y2, y2), y3],
        };
        for (value, end) in values.iter_mut().zip(self.ends).take(self.count) {
            *value = lanes.zero_if_near(*value, lanes.sub(lanes.splat(end), square));
        }
        values
    }
}
