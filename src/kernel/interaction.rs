//! The Landau kernel A(z) = |z|^γ (|z|² I − z zᵀ), applied to a vector.
//!
//! A(z) maps z to 0 and is symmetric and positive semidefinite. A(0) is 0 by definition, also for
//! γ < −2 where the formula has no limit: coincident particles do not interact.

use super::lanes::NEAREST_SQUARE;

/// A(z) x, the power of |z|² in A being that of |z|² + `spread`, with `spread` ≥ 0 mostly 0.
pub fn apply<const D: usize>(gamma: f64, z: [f64; D], spread: f64, x: [f64; D]) -> [f64; D] {
    let square = dot(z, z);
    let along = dot(z, x);
    let power = power(gamma, square + spread);
    std::array::from_fn(|axis| power * (square * x[axis] - z[axis] * along))
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
    use super::*;

    const GAMMAS: [f64; 8] = [-3.0, -2.5, -2.0, -1.3, -1.0, 0.0, 0.4, 1.0];

    #[test]
    fn annihilates_the_relative_velocity() {
        for gamma in GAMMAS {
            let z = [0.3, -1.7, 0.9];
            // Two products cancel: an ulp of each, times |z|^(γ+3).
            let bound = 4.0 * f64::EPSILON * dot(z, z).powf(0.5 * (gamma + 3.0));
            for component in apply(gamma, z, 0.0, z) {
                assert!(component.abs() <= bound, "γ = {gamma}: {component:e}");
            }
        }
    }

    #[test]
    fn is_even_in_z_and_odd_in_x() {
        for gamma in GAMMAS {
            let (z, x) = ([0.3, -1.7], [2.0, 0.1]);
            assert_eq!(apply(gamma, z, 0.0, x), apply(gamma, z.map(|c| -c), 0.0, x));
            assert_eq!(apply(gamma, z, 0.0, x), apply(gamma, z, 0.0, x.map(|c| -c)).map(|c: f64| -c));
        }
    }

    #[test]
    fn vanishes_for_coincident_particles_and_stays_finite_near_them() {
        for gamma in GAMMAS {
            assert_eq!(apply(gamma, [0.0; 3], 0.0, [1.0, 2.0, 3.0]), [0.0; 3]);
            for z in [[5e-324, 0.0], [1e-160, 1e-160], [1e-100, -1e-120]] {
                assert!(
                    apply(gamma, z, 0.0, [1.0, 2.0]).iter().all(|c| c.is_finite()),
                    "γ = {gamma}, z = {z:?}"
                );
            }
        }
    }

    #[test]
    fn has_the_projection_as_its_value_on_an_axis() {
        // z along x: A = |z|^(γ+2) diag(0, 1, 1).
        for gamma in GAMMAS {
            let image = apply(gamma, [2.0, 0.0, 0.0], 0.0, [5.0, 1.0, -1.0]);
            let expected = 2f64.powf(gamma + 2.0);
            assert_eq!(image[0], 0.0);
            assert!((image[1] - expected).abs() <= 2.0 * f64::EPSILON * expected);
            assert_eq!(image[2], -image[1]);
        }
    }

    #[test]
    fn shows_a_nan() {
        assert!(apply(-3.0, [f64::NAN, 0.0], 0.0, [1.0, 1.0]).iter().any(|c| c.is_nan()));
    }
}
