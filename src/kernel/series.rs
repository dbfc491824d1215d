//! The power |z|^γ made regular where z = 0, and accurate to high order away from there.
//!
//! ```text
//! φ_δ(r) = t^(γ/2) (1 + a₁ u + a₂ u² + a₃ u³ + a₄ u⁴),      t = r² + δ²,   u = δ²/t
//! a₁ = α,   a₂ = (α)₂/2,   a₃ = x (α)₃,   a₄ = y (α)₄,       α = −γ/2,   (α)_k = α(α+1)…(α+k−1)
//! y = 1/(2 (p − α)(p + 1 − α)),   x = 1/(2 (p − α)) − y (α + 3 − p),     p = (d+2)/2
//! ```
//!
//! r^γ is t^(γ/2) (1 − u)^(−α), and the first terms are its binomial series. The last two make
//! ∫ (r^γ − φ_δ) r^(d+1) dr and ∫ (r^γ − φ_δ) r^(d+3) dr over all r vanish: the integral of A(z) against a smooth density
//! is right to δ⁶, up to a logarithm, and not to δ². φ_δ is positive, bounded and smooth for δ > 0, r^γ (1 + O(u³)) far away,
//! 1 for γ = 0. With fewer terms, two or three, the last one makes the first of the moments vanish.
//!
//! The moments are Σ_k a_k Γ(α + k − q)/Γ(α + k) up to a factor, q = p and p + 1, continued in γ where the integral diverges.

use super::lanes::Lanes;

/// Terms after the first between particles.
pub const TERMS: usize = 4;

/// The first power of u in which φ_δ/r^γ between particles is not 1.
pub const ORDER: usize = 3;

/// The most terms after the first.
pub const MOST: usize = 4;

/// The polynomial in u of one exponent and dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Series {
    /// a₁ to a_K, then zeros.
    coefficients: [f64; MOST],
}

impl Series {
    /// With `terms` terms after the first, 2 to 4.
    pub fn new(gamma: f64, dimension: usize, terms: usize) -> Self {
        assert!((2..=MOST).contains(&terms));
        let (alpha, p) = (-0.5 * gamma, 0.5 * (dimension as f64 + 2.0));
        let mut coefficients = [0.0; MOST];
        let mut binomial = 1.0;
        for k in 1..=terms {
            binomial *= (alpha + (k - 1) as f64) / k as f64;
            coefficients[k - 1] = binomial;
        }
        if terms < MOST {
            coefficients[terms - 1] *= terms as f64 / (p - alpha);
        } else {
            // In place of 1/k!.
            let y = 0.5 / ((p - alpha) * (p + 1.0 - alpha));
            let x = 0.5 / (p - alpha) - y * (alpha + 3.0 - p);
            coefficients[2] *= 6.0 * x;
            coefficients[3] *= 24.0 * y;
        }
        Self { coefficients }
    }

    /// As particles meet each other, with [`TERMS`] terms.
    pub fn between_particles(gamma: f64, dimension: usize) -> Self {
        Self::new(gamma, dimension, TERMS)
    }

    /// a₁ to a_K, then zeros.
    pub fn coefficients(&self) -> [f64; MOST] {
        self.coefficients
    }

    /// 1 + a₁ u + … of a number.
    pub fn at(&self, u: f64) -> f64 {
        self.coefficients.iter().rev().fold(0.0, |sum, a| (sum + a) * u) + 1.0
    }

    /// 1 + a₁ u + … of a vector, as far as there are [`TERMS`].
    #[inline(always)]
    pub fn of<L: Lanes>(&self, lanes: L, u: L::Vector) -> L::Vector {
        let mut sum = lanes.splat(self.coefficients[TERMS - 1]);
        for k in (0..TERMS - 1).rev() {
            sum = lanes.mul_add(sum, u, lanes.splat(self.coefficients[k]));
        }
        lanes.mul_add(sum, u, lanes.splat(1.0))
    }

    /// |φ_δ/r^γ − 1|/u^[`ORDER`] far away: what that term differs from the binomial series' by.
    pub fn excess(&self, gamma: f64) -> f64 {
        let alpha = -0.5 * gamma;
        let binomial = (1..=ORDER).map(|k| (alpha + (k - 1) as f64) / k as f64).product::<f64>();
        (self.coefficients[ORDER - 1] - binomial).abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::lanes::{InstructionSet, Kernel};

    const GAMMAS: [f64; 8] = [-3.0, -2.5, -2.0, -1.3, -1.0, 0.0, 0.4, 1.0];

    fn each(check: impl Fn(f64, usize, usize, Series)) {
        for gamma in GAMMAS {
            for dimension in [2, 3] {
                for terms in 2..=MOST {
                    check(gamma, dimension, terms, Series::new(gamma, dimension, terms));
                }
            }
        }
    }

    /// φ_δ/r^γ − 1 at u = δ²/(r² + δ²) < 1.
    fn relative(gamma: f64, series: &Series, u: f64) -> f64 {
        (1.0 - u).powf(-0.5 * gamma) * series.at(u) - 1.0
    }

    #[test]
    fn coulomb_collisions_have_the_known_coefficients() {
        assert_eq!(Series::new(-3.0, 3, 2).coefficients, [1.5, 3.75, 0.0, 0.0]);
        assert_eq!(Series::new(-3.0, 2, 2).coefficients, [1.5, 7.5, 0.0, 0.0]);
        assert_eq!(Series::new(-3.0, 3, 3).coefficients, [1.5, 1.875, 6.5625, 0.0]);
        assert_eq!(Series::new(-3.0, 3, 4).coefficients, [1.5, 1.875, 0.0, 14.765625]);
    }

    #[test]
    fn maxwell_molecules_are_as_they_were() {
        for dimension in [2, 3] {
            assert_eq!(Series::new(0.0, dimension, TERMS).coefficients, [0.0; MOST]);
        }
    }

    #[test]
    fn is_positive_and_bounded() {
        each(|gamma, dimension, terms, series| {
            for k in 0..=1000 {
                let value = series.at(f64::from(k) / 1000.0);
                // The largest is 1 + 1.5 + 1.875 − 8.75 + 39.375, of γ = −3 in two dimensions.
                assert!((0.25..35.1).contains(&value), "γ = {gamma}, {dimension}-D, {terms}: {value}");
            }
        });
    }

    #[test]
    fn is_the_power_far_away_to_the_order_of_its_terms() {
        each(|gamma, dimension, terms, series| {
            // As far as its terms are those of the binomial series: for γ = ±1 in three dimensions its last ones are.
            let mut binomial = 1.0;
            let differs = |k: &usize| {
                binomial *= (-0.5 * gamma + (k - 1) as f64) / *k as f64;
                (series.coefficients[k - 1] / binomial - 1.0).abs() > 1e-12
            };
            let order = (1..=MOST).find(differs).unwrap_or(MOST + 1);
            assert!(order >= terms.min(ORDER));
            let [near, far] = [1e-2, 1e-3].map(|u| relative(gamma, &series, u).abs());
            if gamma == 0.0 {
                assert_eq!([near, far], [0.0; 2]);
                return;
            }
            if order > MOST {
                // The fifth term is all that is left: rounding at u = 1e-3.
                assert!(near < 1e-10 && far < 1e-15, "γ = {gamma}, {dimension}-D, {terms}: {near:e} {far:e}");
                return;
            }
            // Near γ = −1.3 the leading term all but vanishes, and at u = 1e-2 the next is a third of it.
            let slope = (near / far).log10();
            assert!((slope - order as f64).abs() < 0.2, "γ = {gamma}, {dimension}-D, {terms}: {slope}");
            if terms == TERMS && order == ORDER {
                let bound = series.excess(gamma) * 1e-3_f64.powi(ORDER as i32);
                assert!((far / bound - 1.0).abs() < 0.06, "γ = {gamma}, {dimension}-D: {far:e} {bound:e}");
            }
        });
    }

    /// Σ_k a_k Γ(α + k − q)/Γ(α + k), over the first term's gamma functions and q − α.
    fn moment(gamma: f64, q: f64, series: &Series) -> [f64; 2] {
        let alpha = -0.5 * gamma;
        let (mut sum, mut size, mut ratio) = (1.0, 1.0, 1.0);
        for (k, a) in series.coefficients.iter().enumerate() {
            ratio *= (alpha + k as f64 - q) / (alpha + k as f64);
            sum += a * ratio;
            size += (a * ratio).abs();
        }
        [sum, size]
    }

    #[test]
    fn keeps_the_moments_that_a_smooth_cloud_feels() {
        each(|gamma, dimension, terms, series| {
            if gamma == 0.0 {
                return;
            }
            let p = 0.5 * (dimension as f64 + 2.0);
            let moments = if terms == MOST { 2 } else { 1 };
            for q in (0..moments).map(|n| p + f64::from(n)) {
                // Where q − α is a whole number both sides of the sum vanish with it: off that by 1e-5 it is as small.
                let [sum, size] = moment(gamma - 2e-5, q, &Series::new(gamma - 2e-5, dimension, terms));
                assert!(
                    sum.abs() < 1e-13 * size,
                    "γ = {gamma}, {dimension}-D, {terms}, {q}: {sum:e} of {size:e}"
                );
            }
            // The moment sees a change of the last term.
            let mut other = series;
            other.coefficients[terms - 1] *= 1.01;
            let [sum, size] = moment(gamma - 0.3, p, &other);
            assert!(sum.abs() > 1e-6 * size);
        });
    }

    #[test]
    fn vectors_are_the_numbers() {
        struct Compare(Series);

        impl Kernel for Compare {
            #[inline(always)]
            fn compute<L: Lanes>(self, lanes: L) {
                for u in [0.0, 0.1, 0.7, 1.0] {
                    let mut values = [0.0; 8];
                    lanes.store(self.0.of(lanes, lanes.splat(u)), &mut values);
                    assert!((values[0] - self.0.at(u)).abs() <= 4.0 * f64::EPSILON * self.0.at(u));
                }
            }
        }

        for set in InstructionSet::available() {
            set.dispatch(Compare(Series::new(-2.5, 3, TERMS)));
        }
    }
}
