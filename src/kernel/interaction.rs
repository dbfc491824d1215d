//! The Landau kernel A(z) = φ(|z|) (|z|² I − z zᵀ), applied to a vector; φ is |z|^γ, or the φ_δ of
//! [`series`](super::series).
//!
//! A(z) maps z to 0 and is symmetric and positive semidefinite. A(0) is 0 by definition, also for
//! γ < −2 where the formula has no limit: coincident particles do not interact.

use super::lanes::NEAREST_SQUARE;
use super::series::Series;

/// A of one pair of species.
#[derive(Debug, Clone, Copy)]
pub struct Tensor {
    gamma: f64,
    /// δ², 0 for |z|^γ itself.
    delta_squared: f64,
    series: Series,
}

impl Tensor {
    /// Of exponent `gamma`, regularised by a series unless `delta_squared` is 0.
    pub fn new(gamma: f64, delta_squared: f64, series: Series) -> Self {
        Self { gamma, delta_squared, series }
    }

    /// A(z) x, the |z|² in φ being |z|² + `spread`, with `spread` ≥ 0 mostly 0.
    pub fn apply<const D: usize>(&self, z: [f64; D], spread: f64, x: [f64; D]) -> [f64; D] {
        let square = dot(z, z);
        let along = dot(z, x);
        let strength = self.strength(square + spread);
        std::array::from_fn(|axis| strength * (square * x[axis] - z[axis] * along))
    }

    /// φ from |z|².
    fn strength(&self, square: f64) -> f64 {
        if self.delta_squared == 0.0 {
            return power(self.gamma, square);
        }
        let shifted = square + self.delta_squared;
        power(self.gamma, shifted) * self.series.at(self.delta_squared / shifted)
    }
}

/// |z|^γ from |z|²; 0 for coincident particles.
fn power(gamma: f64, square: f64) -> f64 {
    if square < NEAREST_SQUARE {
        0.0
    } else if gamma == 0.0 {
        1.0
    } else if gamma == -3.0 {
        1.0 / (square * square.sqrt())
    } else if gamma == -2.0 {
        1.0 / square
    } else if gamma == -1.0 {
        1.0 / square.sqrt()
    } else if gamma == 1.0 {
        square.sqrt()
    } else {
        square.powf(0.5 * gamma)
    }
}

/// a · b.
pub fn dot<const D: usize>(a: [f64; D], b: [f64; D]) -> f64 {
    (0..D).map(|axis| a[axis] * b[axis]).sum()
}

#[cfg(test)]
mod tests {
    use super::super::series::TERMS;
    use super::*;

    const GAMMAS: [f64; 8] = [-3.0, -2.5, -2.0, -1.3, -1.0, 0.0, 0.4, 1.0];

    /// Of every exponent, singular and regularised.
    fn tensors(dimension: usize) -> impl Iterator<Item = Tensor> {
        let series = move |gamma| Series::new(gamma, dimension, TERMS);
        let both = move |gamma| [0.0, 0.2].map(|square| Tensor::new(gamma, square, series(gamma)));
        GAMMAS.into_iter().flat_map(both)
    }

    #[test]
    fn annihilates_the_relative_velocity() {
        for tensor in tensors(3) {
            let z = [0.3, -1.7, 0.9];
            // Two products cancel: an ulp of each, times φ |z|³.
            let bound = 4.0 * f64::EPSILON * tensor.strength(dot(z, z)) * dot(z, z).powf(1.5);
            for component in tensor.apply(z, 0.0, z) {
                assert!(component.abs() <= bound, "{tensor:?}: {component:e}");
            }
        }
    }

    #[test]
    fn is_even_in_z_and_odd_in_x() {
        for tensor in tensors(2) {
            let (z, x) = ([0.3, -1.7], [2.0, 0.1]);
            assert_eq!(tensor.apply(z, 0.0, x), tensor.apply(z.map(|c| -c), 0.0, x));
            assert_eq!(tensor.apply(z, 0.0, x), tensor.apply(z, 0.0, x.map(|c| -c)).map(|c: f64| -c));
        }
    }

    #[test]
    fn vanishes_for_coincident_particles_and_stays_finite_near_them() {
        for tensor in tensors(3) {
            assert_eq!(tensor.apply([0.0; 3], 0.0, [1.0, 2.0, 3.0]), [0.0; 3]);
        }
        for tensor in tensors(2) {
            for z in [[5e-324, 0.0], [1e-160, 1e-160], [1e-100, -1e-120]] {
                let image = tensor.apply(z, 0.0, [1.0, 2.0]);
                assert!(image.iter().all(|c| c.is_finite()), "{tensor:?}, z = {z:?}");
            }
        }
    }

    #[test]
    fn has_the_projection_as_its_value_on_an_axis() {
        // z along x: A = |z|^(γ+2) diag(0, 1, 1).
        for gamma in GAMMAS {
            let tensor = Tensor::new(gamma, 0.0, Series::new(gamma, 3, TERMS));
            let image = tensor.apply([2.0, 0.0, 0.0], 0.0, [5.0, 1.0, -1.0]);
            let expected = 2f64.powf(gamma + 2.0);
            assert_eq!(image[0], 0.0);
            assert!((image[1] - expected).abs() <= 2.0 * f64::EPSILON * expected);
            assert_eq!(image[2], -image[1]);
        }
    }

    #[test]
    fn regularised_is_the_power_of_the_shifted_distance_times_the_series() {
        // z along x, |z|² = 4, spread 1, δ² = 5: t = 10, u = 1/2; γ = −3 in three dimensions has 1 + 3u/2 + 15u²/4.
        let tensor = Tensor::new(-3.0, 5.0, Series::new(-3.0, 3, 2));
        let image = tensor.apply([2.0, 0.0, 0.0], 1.0, [5.0, 1.0, 0.0]);
        let expected = 4.0 * 10f64.powf(-1.5) * (1.0 + 0.75 + 3.75 / 4.0);
        assert_eq!([image[0], image[2]], [0.0, 0.0]);
        assert!((image[1] - expected).abs() <= 4.0 * f64::EPSILON * expected);
    }

    #[test]
    fn shows_a_nan() {
        for tensor in tensors(2) {
            assert!(tensor.apply([f64::NAN, 0.0], 0.0, [1.0, 1.0]).iter().any(|c| c.is_nan()));
        }
    }
}
