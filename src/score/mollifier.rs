//! The Gaussian mollifier ψ_ε(v) = (2πε)^(−d/2) exp(−|v|²/2ε) and what cutting it off leaves out.

use crate::kernel::exponential::exponential2;
use crate::kernel::lanes::Lanes;
use std::f64::consts::PI;

/// (2πε)^(−d/2).
pub fn normalization(variance: f64, dimension: usize) -> f64 {
    (2.0 * PI * variance).powf(-0.5 * dimension as f64)
}

/// The share of the mollifier's mass outside the cube of half edge `cutoff` standard deviations:
/// 1 − erf(κ/√2)^d.
pub fn mass_beyond_cube(cutoff: f64, dimension: usize) -> f64 {
    let beyond = libm::erfc(cutoff / std::f64::consts::SQRT_2);
    -f64::exp_m1(dimension as f64 * f64::ln_1p(-beyond))
}

/// The share of the mollifier's mass outside the ball of `cutoff` standard deviations:
/// exp(−κ²/2) in two dimensions, erfc(κ/√2) + √(2/π) κ exp(−κ²/2) in three.
pub fn mass_beyond_ball(cutoff: f64, dimension: usize) -> f64 {
    let gaussian = (-0.5 * cutoff * cutoff).exp();
    match dimension {
        2 => gaussian,
        _ => libm::erfc(cutoff / std::f64::consts::SQRT_2) + (2.0 / PI).sqrt() * cutoff * gaussian,
    }
}

/// The mollifier's factor along one axis of a uniform mesh, for one bandwidth and spacing.
///
/// It ends a quarter of a spacing beyond the last whole one. Particles on a lattice often lie on nodes or
/// in the middle between two: at either, rounding does not decide where the factor ends.
#[derive(Debug, Clone)]
pub struct AxisTable {
    reach: usize,
    /// −log₂e/2ε.
    exponent: f64,
    /// −1/ε.
    slope: f64,
    /// The square of the distance at which the factor ends.
    end: f64,
    /// jη, j = −reach to reach, filled up with a place beyond the end.
    places: Vec<f64>,
}

impl AxisTable {
    /// For nodes up to `reach` spacings from the nearest one on both sides; tables have `width` entries,
    /// a multiple of every vector's width, those behind the last node 0.
    pub fn new(variance: f64, spacing: f64, reach: usize, width: usize) -> Self {
        let place = |index: usize| match index as f64 - reach as f64 {
            j if j <= reach as f64 => j * spacing,
            _ => (2 * reach + 2) as f64 * spacing,
        };
        Self {
            reach,
            exponent: -0.5 * std::f64::consts::LOG2_E / variance,
            slope: -1.0 / variance,
            end: ((reach as f64 + 0.25) * spacing).powi(2),
            places: (0..width).map(place).collect(),
        }
    }

    /// Nodes on each side of the nearest.
    #[inline]
    pub fn reach(&self) -> usize {
        self.reach
    }

    /// Entries of a table.
    #[inline]
    pub fn width(&self) -> usize {
        self.places.len()
    }

    /// Writes exp(−(x − jη)²/2ε), j = −reach to reach, or 0 beyond the end; x is the offset from the nearest
    /// node.
    #[inline(always)]
    pub fn values<L: Lanes>(&self, lanes: L, offset: f64, values: &mut [f64]) {
        for at in (0..self.places.len()).step_by(L::WIDTH) {
            let (value, _) = self.value_and_distance(lanes, offset, at);
            lanes.store(value, &mut values[at..]);
        }
    }

    /// Writes the same values and their derivatives with respect to the offset.
    #[inline(always)]
    pub fn values_and_slopes<L: Lanes>(&self, lanes: L, offset: f64, values: &mut [f64], slopes: &mut [f64]) {
        for at in (0..self.places.len()).step_by(L::WIDTH) {
            let (value, distance) = self.value_and_distance(lanes, offset, at);
            lanes.store(value, &mut values[at..]);
            let slope = lanes.mul(distance, lanes.splat(self.slope));
            lanes.store(lanes.mul(slope, value), &mut slopes[at..]);
        }
    }

    /// The vector of values from entry `at` on, and of the distances x − jη.
    #[inline(always)]
    fn value_and_distance<L: Lanes>(&self, lanes: L, offset: f64, at: usize) -> (L::Vector, L::Vector) {
        let distance = lanes.sub(lanes.splat(offset), lanes.load(&self.places[at..]));
        let square = lanes.mul(distance, distance);
        let value = exponential2(lanes, lanes.mul(square, lanes.splat(self.exponent)));
        (lanes.zero_if_near(value, lanes.sub(lanes.splat(self.end), square)), distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::lanes::{InstructionSet, Kernel};

    struct Tables<'a>(&'a AxisTable, f64, &'a mut [f64], &'a mut [f64], &'a mut [f64]);

    impl Kernel for Tables<'_> {
        #[inline(always)]
        fn compute<L: Lanes>(self, lanes: L) {
            let Self(table, offset, alone, values, slopes) = self;
            table.values(lanes, offset, alone);
            table.values_and_slopes(lanes, offset, values, slopes);
        }
    }

    #[test]
    fn table_equals_the_exponential() {
        let (variance, spacing, reach) = (0.37, 0.41, 11);
        let table = AxisTable::new(variance, spacing, reach, 24);
        for (set, offset) in InstructionSet::available().flat_map(|set| [0.0, 0.2, -0.17].map(|x| (set, x))) {
            let [mut alone, mut values, mut slopes] = [0; 3].map(|_| vec![f64::NAN; 24]);
            set.dispatch(Tables(&table, offset, &mut alone, &mut values, &mut slopes));
            assert_eq!(alone, values);
            for j in 0..=2 * reach {
                let x = offset - (j as f64 - reach as f64) * spacing;
                let within = x.abs() <= (reach as f64 + 0.25) * spacing;
                let exact = if within { (-x * x / (2.0 * variance)).exp() } else { 0.0 };
                // The exponential of −x²/2ε has an ulp for each unit of its argument, and a few of its own.
                let bound = (4.0 + x * x / variance) * f64::EPSILON;
                assert!((values[j] - exact).abs() <= bound * exact);
                assert!((slopes[j] + x / variance * exact).abs() <= 2.0 * bound * exact * x.abs() / variance);
            }
            assert_eq!((values[23], slopes[23]), (0.0, 0.0));
        }
    }

    #[test]
    fn mass_outside_a_cube_matches_the_normal_distribution() {
        // Two-sided tails of the normal distribution at 3 and 5 standard deviations.
        assert!((mass_beyond_cube(3.0, 1) - 2.699_796_063_260e-3).abs() < 1e-14);
        assert!((mass_beyond_cube(5.0, 2) - 2.0 * 5.733_031_437_58e-7).abs() < 1e-12);
    }
}
