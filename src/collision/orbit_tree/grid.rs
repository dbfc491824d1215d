//! The Chebyshev points of a cell along each axis, and the Lagrange polynomials on them.

use std::f64::consts::PI;

/// The most points along an axis.
pub const MOST: usize = 20;

/// Chebyshev points of the first kind on [−1, 1].
#[derive(Debug, Clone)]
pub struct Grid {
    /// p.
    pub points: usize,
    places: [f64; MOST],
    /// 1/Π_{j≠k} (x_k − x_j).
    factors: [f64; MOST],
}

impl Grid {
    /// With so many points, 2 to [`MOST`].
    pub fn new(points: usize) -> Self {
        assert!((2..=MOST).contains(&points));
        let mut places = [0.0; MOST];
        for (k, place) in places[..points].iter_mut().enumerate() {
            *place = -(PI * (k as f64 + 0.5) / points as f64).cos();
        }
        let mut factors = [0.0; MOST];
        for k in 0..points {
            let others = (0..points).filter(|&j| j != k);
            factors[k] = 1.0 / others.map(|j| places[k] - places[j]).product::<f64>();
        }
        Self { points, places, factors }
    }

    /// Nodes of a cell in D dimensions.
    pub fn nodes<const D: usize>(&self) -> usize {
        self.points.pow(D as u32)
    }

    /// The coordinate of point k of a cell.
    pub fn place(&self, k: usize, center: f64, half: f64) -> f64 {
        center + half * self.places[k]
    }

    /// The polynomials at x, by products of the distances from the points before and behind.
    pub fn polynomials(&self, x: f64) -> [f64; MOST] {
        let mut values = [0.0; MOST];
        let mut product = 1.0;
        let own = values[..self.points].iter_mut().zip(self.factors).zip(self.places);
        for ((value, factor), place) in own {
            *value = product * factor;
            product *= x - place;
        }
        let mut product = 1.0;
        for (value, place) in values[..self.points].iter_mut().zip(&self.places[..self.points]).rev() {
            *value *= product;
            product *= x - place;
        }
        values
    }

    /// The polynomials of a cell along one axis, at the points of a cell in it: row m is those at point m.
    pub fn between(&self, [center, half]: [f64; 2], [inner_center, inner_half]: [f64; 2]) -> Matrix {
        let mut rows = [[0.0; MOST]; MOST];
        for (m, row) in rows[..self.points].iter_mut().enumerate() {
            *row = self.polynomials((self.place(m, inner_center, inner_half) - center) / half);
        }
        rows
    }
}

/// Polynomials of one cell at the points of another.
pub type Matrix = [[f64; MOST]; MOST];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolates_polynomials_exactly_and_others_as_their_singularities_allow() {
        for points in [2, 5, 10, 18, 20] {
            let grid = Grid::new(points);
            let interpolated = |f: &dyn Fn(f64) -> f64, x: f64| -> f64 {
                let polynomials = grid.polynomials(x);
                (0..points).map(|k| polynomials[k] * f(grid.place(k, 0.0, 1.0))).sum()
            };
            let power = points as i32 - 1;
            let mut error: f64 = 0.0;
            for x in [-1.0, -0.93, -0.2, 0.0, 0.55, 1.0] {
                // Rounding of a sum of points terms.
                assert!((interpolated(&|x| x.powi(power), x) - x.powi(power)).abs() < 1e-13);
                error = error.max((interpolated(&|x| 1.0 / (3.0 - x), x) * (3.0 - x) - 1.0).abs());
            }
            // 3 lies on the ellipse of the parameter 3 + √8.
            let bound = 4.0 * (3.0 + 8f64.sqrt()).powi(-(points as i32));
            assert!(error < bound.max(1e-14), "{points}: {error:e} {bound:e}");
        }
    }
}
