//! The exponential of a matrix, which solves linear systems with constant coefficients: x(t) = e^(Mt) x(0).

use nalgebra::DMatrix;

/// Terms of the series of a matrix of norm ½ at most: the first that is left out is below 2⁻¹⁶ / 16! ≈ 7e-19.
const TERMS: usize = 15;

/// e^M of a square matrix, by its series where ‖M/2ˢ‖ ≤ ½ and s squarings (Moler and Van Loan, SIAM Review 45, 3
/// (2003), method 3). Exactly the identity for M = 0.
///
/// The series is summed as e^X − 1, and squared as (1 + Y)² − 1 = 2Y + Y²: a small Y keeps all its digits beside the 1.
pub fn exponential(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    let norm = matrix.column_iter().map(|column| column.lp_norm(1)).fold(0.0, f64::max);
    // No number has more than 1024 binary digits before the point: of what is infinite no number comes, after as many squarings.
    let squarings = (2.0 * norm).log2().ceil().clamp(0.0, 1025.0) as i32;
    let small = matrix * 0.5_f64.powi(squarings);
    // Horner's rule: X (1 + X/2 (1 + X/3 (…))).
    let one = DMatrix::identity(matrix.nrows(), matrix.ncols());
    let mut beside_one = DMatrix::zeros(matrix.nrows(), matrix.ncols());
    for term in (1..=TERMS).rev() {
        beside_one = &small / term as f64 * (&one + beside_one);
    }
    for _ in 0..squarings {
        beside_one = &beside_one * 2.0 + &beside_one * &beside_one;
    }
    one + beside_one
}

#[cfg(test)]
mod tests {
    use super::*;

    fn largest_difference(one: &DMatrix<f64>, other: &DMatrix<f64>) -> f64 {
        (one - other).amax()
    }

    #[test]
    fn nothing_gives_the_identity_and_a_nilpotent_matrix_its_few_terms() {
        assert_eq!(exponential(&DMatrix::zeros(3, 3)), DMatrix::identity(3, 3));
        let shift = DMatrix::from_row_slice(3, 3, &[0.0, 0.25, 0.0, 0.0, 0.0, 0.25, 0.0, 0.0, 0.0]);
        let expected = DMatrix::from_row_slice(3, 3, &[1.0, 0.25, 0.03125, 0.0, 1.0, 0.25, 0.0, 0.0, 1.0]);
        assert_eq!(exponential(&shift), expected);
    }

    #[test]
    fn of_no_number_and_of_infinity_comes_no_number() {
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(exponential(&DMatrix::from_element(2, 2, number)).iter().all(|value| value.is_nan()));
        }
    }

    #[test]
    fn a_rotation_turns_by_its_angle() {
        for angle in [0.1_f64, 0.5, 1.0, 20.0] {
            let turn = DMatrix::from_row_slice(2, 2, &[0.0, -angle, angle, 0.0]);
            let (sine, cosine) = angle.sin_cos();
            let expected = DMatrix::from_row_slice(2, 2, &[cosine, -sine, sine, cosine]);
            // Each squaring doubles the error of the angle: the angle times a few roundings.
            assert!(largest_difference(&exponential(&turn), &expected) < 4e-16 * (1.0 + angle), "{angle}");
        }
    }

    /// Two temperatures that relax towards each other at rates a and b: e^M has the closed form below.
    #[test]
    fn rates_that_balance_keep_their_sum_however_long() {
        for (a, b) in [(0.1_f64, 0.3), (3.0, 1.0), (5e3, 2e3), (1e8, 3e8)] {
            let matrix = DMatrix::from_row_slice(2, 2, &[-a, a, b, -b]);
            let (left, gone) = ((-(a + b)).exp(), -(-(a + b)).exp_m1());
            let (a, b) = (a / (a + b), b / (a + b));
            let expected = DMatrix::from_row_slice(2, 2, &[b + a * left, a * gone, b * gone, a + b * left]);
            let squarings = (2.0 * matrix.lp_norm(1)).log2().max(1.0);
            // The eigenvalue that is 0 grows by a rounding with each squaring's power of two.
            let tolerance = 1e-15 * squarings.exp2();
            assert!(largest_difference(&exponential(&matrix), &expected) < tolerance, "{a} {b}");
        }
    }
}
