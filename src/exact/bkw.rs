//! The Bobylev–Krook–Wu solution for Maxwell molecules (Krook, Wu 1977; several species: Carrillo, Hu,
//! Van Fleet 2024).
//!
//! f(v, t) = n (m/2πK)^(d/2) exp(−m|v|²/2K) [1 − dQ + m Q |v|²/K], K = T (1 − C e^(−2β(d−1)t)),
//! Q = (T − K)/(2K). It requires Σ_j n_j c_ij/(m_i m_j) = β for every species i.

use std::f64::consts::PI;

/// One species of the solution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bkw {
    /// n.
    pub density: f64,
    /// m.
    pub mass: f64,
    /// T, the same for all species.
    pub temperature: f64,
    /// C, the same for all species.
    pub contrast: f64,
    /// β.
    pub rate: f64,
}

impl Bkw {
    /// f at the squared speed |v|² and time t in D dimensions.
    pub fn density_at<const D: usize>(&self, square: f64, time: f64) -> f64 {
        let k = self.width::<D>(time);
        let q = (self.temperature - k) / (2.0 * k);
        let x = self.mass * square / k;
        // At the largest contrast the bracket is 0 at the origin. Rounding could make it negative.
        let bracket = (1.0 - D as f64 * q + q * x).max(0.0);
        self.density * (self.mass / (2.0 * PI * k)).powf(0.5 * D as f64) * (-0.5 * x).exp() * bracket
    }

    /// ⟨|v|⁴⟩ at time t: d(d + 2) K² (1 + 4Q)/m².
    pub fn fourth_moment<const D: usize>(&self, time: f64) -> f64 {
        let d = D as f64;
        let k = self.width::<D>(time);
        let q = (self.temperature - k) / (2.0 * k);
        d * (d + 2.0) * (k / self.mass).powi(2) * (1.0 + 4.0 * q)
    }

    /// K(t).
    fn width<const D: usize>(&self, time: f64) -> f64 {
        self.temperature * (1.0 - self.contrast * (-2.0 * self.rate * (D as f64 - 1.0) * time).exp())
    }
}
