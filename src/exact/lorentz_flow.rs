//! Scattering by ions fixed at velocity 0, for any density symmetric about the first axis of three
//! dimensions.
//!
//! ```text
//! f(r, μ, t) = Σ_l f_l(r) P_l(μ) exp(−λ_l(r) t),   λ_l = (c n_b/m²) r^γ l(l + 1)
//! ```
//!
//! The Legendre coefficients f_l are computed by Gauss–Legendre quadrature with as many cosines as degrees.
//! So at t = 0 the series equals the density at these cosines. Its truncation error falls faster than any
//! power for smooth densities. The derivatives along r and μ are those of the series, so that log f and its
//! derivatives are known at all times.

use crate::functionals::axisymmetric::Point;
use std::f64::consts::PI;

/// Values of the series below this fraction of its largest value on the sphere are only rounding.
const ROUNDING: f64 = 1e-13;

/// P_l, P_l' and P_l'' at the cosines of a quadrature, for each cosine a list over degrees.
#[derive(Debug, Clone)]
pub struct Legendre {
    /// Cosines and weights of the quadrature.
    pub cosines: Vec<(f64, f64)>,
    values: Vec<Vec<[f64; 3]>>,
}

impl Legendre {
    /// The polynomials of all degrees below the number of cosines.
    pub fn new(cosines: &[(f64, f64)]) -> Self {
        let values_at = |mu: f64| {
            let mut values = vec![[1.0, 0.0, 0.0], [mu, 1.0, 0.0]];
            for l in 1..cosines.len().saturating_sub(1) {
                let (n, [a, b]) = (l as f64, [values[l - 1], values[l]]);
                let next = ((2.0 * n + 1.0) * mu * b[0] - n * a[0]) / (n + 1.0);
                // P_(l+1)' = P_(l−1)' + (2l + 1) P_l, and the derivative of this.
                let factor = 2.0 * n + 1.0;
                values.push([next, a[1] + factor * b[0], a[2] + factor * b[1]]);
            }
            values.truncate(cosines.len());
            values
        };
        Self { cosines: cosines.to_vec(), values: cosines.iter().map(|&(mu, _)| values_at(mu)).collect() }
    }
}

/// The density on one sphere: Legendre coefficients of f and of ∂f/∂r.
#[derive(Debug, Clone)]
pub struct Shell {
    r: f64,
    /// 2π r² dr.
    volume: f64,
    values: Vec<f64>,
    slopes: Vec<f64>,
}

impl Shell {
    /// The sphere of radius r with the quadrature weight dr. `density` gives (f, ∂f/∂r) at a cosine.
    pub fn new(r: f64, dr: f64, legendre: &Legendre, density: impl Fn(f64) -> (f64, f64)) -> Self {
        let degrees = legendre.cosines.len();
        let (mut values, mut slopes) = (vec![0.0; degrees], vec![0.0; degrees]);
        for (&(mu, weight), table) in legendre.cosines.iter().zip(&legendre.values) {
            let (value, slope) = density(mu);
            for (l, polynomial) in table.iter().enumerate() {
                let factor = (l as f64 + 0.5) * weight * polynomial[0];
                values[l] += factor * value;
                slopes[l] += factor * slope;
            }
        }
        Self { r, volume: 2.0 * PI * r * r * dr, values, slopes }
    }

    /// Appends the quadrature points of the sphere at time `time`. `rate` is c n_b/m².
    pub fn push_points(
        &self,
        legendre: &Legendre,
        gamma: f64,
        rate: f64,
        time: f64,
        points: &mut Vec<Point>,
    ) {
        let speed = rate * self.r.powf(gamma) * time;
        // The Legendre coefficients of f and ∂f/∂r at this time.
        let now: Vec<[f64; 2]> = (0..self.values.len())
            .map(|l| {
                let decay = speed * (l * (l + 1)) as f64;
                let left = (-decay).exp();
                let slope = self.slopes[l] - gamma / self.r * decay * self.values[l];
                [left * self.values[l], if left > 0.0 { left * slope } else { 0.0 }]
            })
            .collect();
        let sums: Vec<[f64; 5]> = legendre
            .values
            .iter()
            .map(|table| {
                let mut sums = [0.0; 5];
                for ([value, slope], polynomial) in now.iter().zip(table) {
                    sums[0] += value * polynomial[0];
                    sums[1] += slope * polynomial[0];
                    sums[2] += value * polynomial[1];
                    sums[3] += slope * polynomial[1];
                    sums[4] += value * polynomial[2];
                }
                sums
            })
            .collect();
        let most = sums.iter().map(|sums| sums[0]).fold(0.0, f64::max);
        for (&(mu, weight), [f, along_r, along_mu, mixed, twice_mu]) in legendre.cosines.iter().zip(sums) {
            if f <= ROUNDING * most {
                continue;
            }
            let (r_slope, mu_slope) = (along_r / f, along_mu / f);
            points.push(Point {
                r: self.r,
                mu,
                mass: self.volume * weight * f,
                log: f.ln(),
                along_r: r_slope,
                along_mu: mu_slope,
                mixed: mixed / f - r_slope * mu_slope,
                twice_mu: twice_mu / f - mu_slope * mu_slope,
            });
        }
    }
}
