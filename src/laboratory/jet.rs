//! Truncated Taylor polynomials in (r, μ). They carry a function with its partial derivatives, exact to
//! rounding.
//!
//! Arithmetic on them is automatic differentiation (Griewank, Walther, Evaluating Derivatives, 2008, chapter
//! 13). N = 3 coefficients hold the first derivatives, 6 also the second, 10 also the third.

use std::ops::{Add, Mul, Neg, Sub};

/// The powers (i, j) of r and μ of each coefficient, in the order of degrees.
const POWERS: [(usize, usize); 10] =
    [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (0, 3)];

/// The index of the coefficient of r^i μ^j.
const fn place(i: usize, j: usize) -> usize {
    let degree = i + j;
    degree * (degree + 1) / 2 + j
}

/// Coefficients of r^i μ^j about a point, in the order of degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jet<const N: usize>(pub [f64; N]);

impl<const N: usize> Jet<N> {
    pub fn constant(value: f64) -> Self {
        let mut jet = Self([0.0; N]);
        jet.0[0] = value;
        jet
    }

    /// The variables r and μ at a point.
    pub fn variables(r: f64, mu: f64) -> [Self; 2] {
        let (mut first, mut second) = (Self::constant(r), Self::constant(mu));
        first.0[1] = 1.0;
        second.0[2] = 1.0;
        [first, second]
    }

    #[inline]
    pub fn value(self) -> f64 {
        self.0[0]
    }

    /// ∂^(i+j)/∂r^i ∂μ^j. The degree i + j must be among those held.
    pub fn derivative(self, i: usize, j: usize) -> f64 {
        let factorial = |n: usize| (1..=n).product::<usize>() as f64;
        self.0[place(i, j)] * factorial(i) * factorial(j)
    }

    /// ∂/∂r. The highest degree is lost: its coefficients become 0.
    pub fn along_r(self) -> Self {
        self.shifted(1, 0)
    }

    /// ∂/∂μ. The highest degree is lost: its coefficients become 0.
    pub fn along_mu(self) -> Self {
        self.shifted(0, 1)
    }

    fn shifted(self, di: usize, dj: usize) -> Self {
        let mut jet = Self([0.0; N]);
        for (coefficient, (i, j)) in jet.0.iter_mut().zip(POWERS) {
            let (i, j) = (i + di, j + dj);
            if place(i, j) < N {
                *coefficient = self.0[place(i, j)] * (if di == 1 { i } else { j }) as f64;
            }
        }
        jet
    }

    /// g(self) from the Taylor coefficients g, g', g''/2, g'''/6 at its value.
    #[inline]
    fn composed(self, taylor: [f64; 4]) -> Self {
        let mut rest = self;
        rest.0[0] = 0.0;
        let degree = match N {
            3 => 1,
            6 => 2,
            _ => 3,
        };
        let mut jet = Self::constant(taylor[degree]);
        for k in (0..degree).rev() {
            jet = jet * rest;
            jet.0[0] += taylor[k];
        }
        jet
    }

    /// e^self.
    pub fn exp(self) -> Self {
        let e = self.value().exp();
        self.composed([e, e, 0.5 * e, e / 6.0])
    }

    /// The natural logarithm of a positive function.
    pub fn ln(self) -> Self {
        let x = self.value();
        let y = 1.0 / x;
        self.composed([x.ln(), y, -0.5 * y * y, y * y * y / 3.0])
    }

    /// self^p of a positive function.
    pub fn powf(self, p: f64) -> Self {
        let x = self.value();
        let (y, value) = (1.0 / x, x.powf(p));
        let first = p * value * y;
        let second = 0.5 * (p - 1.0) * first * y;
        self.composed([value, first, second, (p - 2.0) / 3.0 * second * y])
    }

    /// 1/self.
    pub fn recip(self) -> Self {
        let y = 1.0 / self.value();
        self.composed([y, -y * y, y * y * y, -y * y * y * y])
    }
}

impl<const N: usize> Add for Jet<N> {
    type Output = Self;
    #[inline]
    fn add(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own += other);
        self
    }
}

impl<const N: usize> Neg for Jet<N> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        self * -1.0
    }
}

impl<const N: usize> Sub for Jet<N> {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl<const N: usize> Add<f64> for Jet<N> {
    type Output = Self;
    #[inline]
    fn add(mut self, other: f64) -> Self {
        self.0[0] += other;
        self
    }
}

impl<const N: usize> Mul<f64> for Jet<N> {
    type Output = Self;
    #[inline]
    fn mul(mut self, other: f64) -> Self {
        self.0.iter_mut().for_each(|own| *own *= other);
        self
    }
}

impl<const N: usize> Mul for Jet<N> {
    type Output = Self;
    #[inline]
    fn mul(self, other: Self) -> Self {
        let mut jet = Self([0.0; N]);
        for (a, (i, j)) in self.0.iter().zip(POWERS) {
            for (b, (k, l)) in other.0.iter().zip(POWERS) {
                let at = place(i + k, j + l);
                if at < N {
                    jet.0[at] += a * b;
                }
            }
        }
        jet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_calculus() {
        let (r, mu) = (1.3, -0.4);
        let [x, y] = Jet::<10>::variables(r, mu);
        // r^2.5 e^(r μ)/(1 + μ²) by two routes: the second through logarithms.
        let direct = x.powf(2.5) * (x * y).exp() * (y * y + 1.0).recip();
        let logarithm = x.ln() * 2.5 + x * y - (y * y + 1.0).ln();
        for (a, b) in direct.0.iter().zip(logarithm.exp().0) {
            assert!((a - b).abs() < 1e-13, "{a} {b}");
        }
        // ∂_r (r² μ³) and its derivatives, exactly.
        let cubic = (x * x * y).along_r();
        let expected = [(0, 0, 2.0 * r * mu), (1, 0, 2.0 * mu), (0, 1, 2.0 * r), (1, 1, 2.0)];
        for (i, j, value) in expected {
            assert!((cubic.derivative(i, j) - value).abs() < 1e-15);
        }
        assert!(((x * x * y).along_mu().derivative(2, 0) - 2.0).abs() < 1e-15);
    }

    #[test]
    fn fewer_coefficients_are_the_first_of_more() {
        fn of<const N: usize>() -> Vec<f64> {
            let [x, y] = Jet::<N>::variables(0.7, 0.2);
            ((x * y).exp() - x.powf(-1.5).ln() * y + x.recip()).0.to_vec()
        }
        assert_eq!(of::<10>()[..3], of::<3>());
        assert_eq!(of::<10>()[..6], of::<6>());
    }
}
