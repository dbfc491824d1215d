//! The Gaussian mollifier ψ_ε(v) = (2πε)^(−d/2) exp(−|v|²/2ε) and what cutting it off leaves out.

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

/// The mollifier's factor along one axis of a uniform mesh, tabulated for one bandwidth and spacing.
///
/// For a node j spacings from the nearest one, exp(−(x − jη)²/2ε) splits into
/// exp(−x²/2ε) · exp(xη/ε)^j · exp(−j²η²/2ε) (Greengard, Lee, SIAM Review 46, 2004): two
/// exponentials for a whole row.
#[derive(Debug, Clone)]
pub struct AxisTable {
    variance: f64,
    spacing: f64,
    reach: usize,
    /// exp(−j²η²/2ε), j = 0 to reach.
    distances: Vec<f64>,
}

impl AxisTable {
    /// For nodes up to `reach` spacings from the nearest one on both sides.
    pub fn new(variance: f64, spacing: f64, reach: usize) -> Self {
        let distances =
            (0..=reach).map(|j| (-(j as f64 * spacing).powi(2) / (2.0 * variance)).exp()).collect();
        Self { variance, spacing, reach, distances }
    }

    /// Nodes on each side of the nearest.
    pub fn reach(&self) -> usize {
        self.reach
    }

    /// Writes exp(−(x − jη)²/2ε), j = −reach to reach, to the first 2 reach + 1 entries of
    /// `values`; x is the offset from the nearest node.
    pub fn values(&self, offset: f64, values: &mut [f64]) {
        let reach = self.reach;
        let center = (-offset * offset / (2.0 * self.variance)).exp();
        let ratio = (offset * self.spacing / self.variance).exp();
        let inverse = 1.0 / ratio;
        values[reach] = center;
        let (mut up, mut down) = (center, center);
        for j in 1..=reach {
            up *= ratio;
            down *= inverse;
            values[reach + j] = up * self.distances[j];
            values[reach - j] = down * self.distances[j];
        }
    }

    /// Writes the derivative of the same values with respect to the offset.
    pub fn derivatives(&self, offset: f64, values: &[f64], derivatives: &mut [f64]) {
        for (index, (value, derivative)) in
            values.iter().zip(derivatives).enumerate().take(2 * self.reach + 1)
        {
            let distance = offset - (index as f64 - self.reach as f64) * self.spacing;
            *derivative = -distance / self.variance * value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_equals_the_exponential() {
        let (variance, spacing, reach) = (0.37, 0.41, 11);
        let table = AxisTable::new(variance, spacing, reach);
        for offset in [0.0, 0.2, -0.17, 0.205] {
            let mut values = vec![f64::NAN; 2 * reach + 1];
            let mut derivatives = values.clone();
            table.values(offset, &mut values);
            table.derivatives(offset, &values, &mut derivatives);
            for j in 0..=2 * reach {
                let x = offset - (j as f64 - reach as f64) * spacing;
                let exact = (-x * x / (2.0 * variance)).exp();
                // Each power adds an ulp, and the exponential of −x²/2ε one for each unit of its argument.
                let bound = (2.0 * reach as f64 + x * x / variance) * f64::EPSILON;
                assert!((values[j] - exact).abs() <= bound * exact);
                assert!(
                    (derivatives[j] + x / variance * exact).abs()
                        <= (bound + 1e-15) * exact * x.abs() / variance + 1e-300
                );
            }
        }
    }

    #[test]
    fn mass_outside_a_cube_matches_the_normal_distribution() {
        // Two-sided tails of the normal distribution at 3 and 5 standard deviations.
        assert!((mass_beyond_cube(3.0, 1) - 2.699_796_063_260e-3).abs() < 1e-14);
        assert!((mass_beyond_cube(5.0, 2) - 2.0 * 5.733_031_437_58e-7).abs() < 1e-12);
    }
}
