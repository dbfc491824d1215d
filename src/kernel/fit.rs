//! Functions on (0, 1] as f P(x) + g Q(x), P and Q polynomials and f, g given, with the least relative error.
//!
//! Least squares at given points, weighted anew until the largest errors are alike (Lawson 1961).

use nalgebra::{DMatrix, DVector};

/// How often weights are changed.
const REWEIGHTINGS: usize = 20;

/// What is fitted, at one point.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub x: f64,
    /// f and g.
    pub factors: [f64; 2],
    /// The function, not 0.
    pub value: f64,
}

/// The N coefficients of P and those of Q.
pub fn fit<const N: usize>(rows: impl Iterator<Item = Row>) -> [[f64; N]; 2] {
    let rows: Vec<Row> = rows.collect();
    let entry = |row: usize, column: usize| {
        let Row { x, factors, value } = rows[row];
        factors[column / N] * x.powi((column % N) as i32) / value
    };
    let matrix = DMatrix::from_fn(rows.len(), 2 * N, entry);
    let mut weights = DVector::from_element(rows.len(), 1.0);
    let (mut best, mut least) = (DVector::zeros(2 * N), f64::INFINITY);
    for _ in 0..REWEIGHTINGS {
        let mut weighted = matrix.clone();
        weighted.column_iter_mut().for_each(|mut column| column.component_mul_assign(&weights));
        let sizes: Vec<f64> = weighted.column_iter().map(|column| column.norm()).collect();
        weighted.column_iter_mut().zip(&sizes).for_each(|(mut column, size)| column.scale_mut(1.0 / size));
        let decomposition = weighted.qr();
        let right = decomposition.q().tr_mul(&weights);
        let mut found = decomposition.r().solve_upper_triangular(&right).expect("independent functions");
        found.iter_mut().zip(&sizes).for_each(|(coefficient, size)| *coefficient /= size);
        let errors = (&matrix * &found).map(|value| (value - 1.0).abs());
        let largest = errors.max();
        if largest < least {
            (best, least) = (found, largest);
        }
        weights.zip_apply(&errors, |weight, error| *weight *= (error / largest + 1e-3).sqrt());
    }
    std::array::from_fn(|part| std::array::from_fn(|power| best[part * N + power]))
}
