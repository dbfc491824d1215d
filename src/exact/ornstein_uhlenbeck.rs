//! Maxwell molecules that are initially Maxwellian about one common velocity. Each species obeys an
//! Ornstein–Uhlenbeck equation and stays Maxwellian. The temperatures follow the closed linear system
//!
//! dT_i/dt = Σ_j 2(d − 1) c_ij n_j (T_j − T_i)/(m_i m_j).

use super::exponential::exponential;
use super::rates::{Maxwellian, heating};
use nalgebra::{DMatrix, DVector};
use std::f64::consts::PI;

/// All species of the solution.
#[derive(Debug, Clone, PartialEq)]
pub struct OrnsteinUhlenbeck<const D: usize> {
    /// The common mean velocity.
    pub center: [f64; D],
    /// The species at t = 0.
    pub species: Vec<Maxwellian>,
    /// c_ij, row after row.
    pub coefficients: Vec<f64>,
}

impl<const D: usize> OrnsteinUhlenbeck<D> {
    /// T_i(t) = (e^(Mt) T(0))_i, where M is the matrix of the system.
    pub fn temperatures(&self, time: f64) -> Vec<f64> {
        let count = self.species.len();
        let mut matrix = DMatrix::<f64>::zeros(count, count);
        for i in 0..count {
            for j in (0..count).filter(|&j| j != i) {
                // For γ = 0 the rate per temperature difference does not depend on the temperatures.
                let own = Maxwellian { temperature: 1.0, ..self.species[i] };
                let other = Maxwellian { temperature: 2.0, ..self.species[j] };
                let rate = heating(D, 0.0, self.coefficients[i * count + j], own, other) * time;
                matrix[(i, j)] += rate;
                matrix[(i, i)] -= rate;
            }
        }
        let start = DVector::from_iterator(count, self.species.iter().map(|one| one.temperature));
        let now: DVector<f64> = exponential(&matrix) * start;
        now.iter().copied().collect()
    }
}

/// n (m/2πT)^(d/2) exp(−m|v − u|²/2T), where |v − u|² is `square`.
pub fn maxwellian<const D: usize>(of: Maxwellian, square: f64) -> f64 {
    let variance = of.temperature / of.mass;
    of.density * (2.0 * PI * variance).powf(-0.5 * D as f64) * (-0.5 * square / variance).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temperatures_follow_the_rates_and_keep_the_energy() {
        let maxwellian = |density, mass, temperature| Maxwellian { density, mass, temperature };
        let exact = OrnsteinUhlenbeck::<3> {
            center: [0.0; 3],
            species: vec![maxwellian(1.0, 1.0, 0.5), maxwellian(0.4, 3.0, 2.0), maxwellian(2.0, 0.5, 1.0)],
            coefficients: vec![0.2, 0.3, 0.1, 0.3, 0.5, 0.7, 0.1, 0.7, 0.4],
        };
        let energy = |temperatures: &[f64]| -> f64 {
            exact.species.iter().zip(temperatures).map(|(one, t)| one.density * t).sum()
        };
        let (time, step) = (0.4, 1e-4);
        let now = exact.temperatures(time);
        let start: Vec<f64> = exact.species.iter().map(|one| one.temperature).collect();
        // Exact but for rounding.
        assert!((energy(&now) / energy(&start) - 1.0).abs() < 1e-13);
        assert_eq!(exact.temperatures(0.0), start);
        let (before, after) = (exact.temperatures(time - step), exact.temperatures(time + step));
        for i in 0..3 {
            let at = |j: usize| Maxwellian { temperature: now[j], ..exact.species[j] };
            let rate: f64 =
                (0..3).map(|j| heating(3, 0.0, exact.coefficients[3 * i + j], at(i), at(j))).sum();
            let found = (after[i] - before[i]) / (2.0 * step);
            // Central differences of second order with a step of 1e-4.
            assert!((found - rate).abs() < 1e-6, "{i}: {found} {rate}");
        }
        let common = energy(&start) / 3.4;
        assert!(exact.temperatures(200.0).iter().all(|t| (t / common - 1.0).abs() < 1e-10));
    }
}
