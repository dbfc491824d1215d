//! Power series in two variables, cut off at a degree in each.

/// Σ a_kl ξ^k η^l for k, l below a number of terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    terms: usize,
    coefficients: Vec<f64>,
}

impl Series {
    /// a + b ξ + c η + d ξη.
    pub fn bilinear(terms: usize, [a, b, c, d]: [f64; 4]) -> Self {
        let mut series = Self { terms, coefficients: vec![0.0; terms * terms] };
        for (k, l, value) in [(0, 0, a), (1, 0, b), (0, 1, c), (1, 1, d)] {
            if k < terms && l < terms {
                series.coefficients[k * terms + l] = value;
            }
        }
        series
    }

    pub fn constant(terms: usize, value: f64) -> Self {
        Self::bilinear(terms, [value, 0.0, 0.0, 0.0])
    }

    /// a_kl.
    pub fn coefficient(&self, k: usize, l: usize) -> f64 {
        self.coefficients[k * self.terms + l]
    }

    pub fn scaled(&self, factor: f64) -> Self {
        let scaled = self.coefficients.iter().map(|coefficient| factor * coefficient);
        Self { terms: self.terms, coefficients: scaled.collect() }
    }

    /// This and `factor` times another.
    pub fn plus(&self, factor: f64, other: &Self) -> Self {
        let pairs = self.coefficients.iter().zip(&other.coefficients);
        Self { terms: self.terms, coefficients: pairs.map(|(one, other)| one + factor * other).collect() }
    }

    pub fn times(&self, other: &Self) -> Self {
        let n = self.terms;
        let mut product = Self::constant(n, 0.0);
        for (k, l) in (0..n).flat_map(|k| (0..n).map(move |l| (k, l))) {
            let mut sum = 0.0;
            for (i, j) in (0..=k).flat_map(|i| (0..=l).map(move |j| (i, j))) {
                sum += self.coefficient(i, j) * other.coefficient(k - i, l - j);
            }
            product.coefficients[k * n + l] = sum;
        }
        product
    }

    /// A power of a series that is positive at 0. From f ∂h = a h ∂f for h = f^a, along η where ξ is absent and along ξ
    /// elsewhere.
    pub fn power(&self, exponent: f64) -> Self {
        let n = self.terms;
        let mut power = Self::constant(n, self.coefficient(0, 0).powf(exponent));
        for (k, l) in (0..n).flat_map(|k| (0..n).map(move |l| (k, l))).skip(1) {
            // Σ over (i, j) ≠ (0, 0) of [a i − (k − i)] f_ij h_(k−i, l−j), over k f_00; for k = 0 with j and l.
            let mut sum = 0.0;
            for (i, j) in (0..=k).flat_map(|i| (0..=l).map(move |j| (i, j))).skip(1) {
                let (degree, whole) = if k > 0 { (i, k) } else { (j, l) };
                let factor = exponent * degree as f64 - (whole - degree) as f64;
                sum += factor * self.coefficient(i, j) * power.coefficient(k - i, l - j);
            }
            let whole = if k > 0 { k } else { l };
            power.coefficients[k * n + l] = sum / (whole as f64 * self.coefficient(0, 0));
        }
        power
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_multiply_and_undo_each_other() {
        let f = Series::bilinear(6, [1.3, -0.4, 0.7, 0.2]);
        let (half, back) = (f.power(0.5), f.power(-1.0));
        let (square, one) = (half.times(&half), back.times(&f));
        for (k, l) in (0..6).flat_map(|k| (0..6).map(move |l| (k, l))) {
            assert!((square.coefficient(k, l) - f.coefficient(k, l)).abs() < 1e-15);
            let unit = if (k, l) == (0, 0) { 1.0 } else { 0.0 };
            assert!((one.coefficient(k, l) - unit).abs() < 1e-14);
        }
    }
}
