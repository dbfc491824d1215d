//! Functionals of a density in three dimensions that is symmetric about the first axis, as sums over quadrature
//! points in (r, μ), μ = cos θ, and their derivatives along collisions with fixed ions.
//!
//! Let ℓ = log f, and let g and Δ_S be the gradient and the Laplacian on the unit sphere. Then
//! |g ℓ|² = (1 − μ²) ℓ_μ² and |∇ℓ|² = ℓ_r² + |g ℓ|²/r². Collisions with the ions are L f = r^γ Δ_S f (times
//! c n_b/m²), and
//!
//! ```text
//! −⟨H', L f⟩   = ∫ r^γ |g ℓ|² f
//! −⟨J_β', L f⟩ = 2 ∫ r^(γ−β−2) S f,     S = |g g ℓ|² = ((1 − μ²) ℓ_μμ − μ ℓ_μ)² + ℓ_μ²
//! ⟨I', L f⟩    = −2 ∫ r^γ (1 − μ²) (ℓ_rμ + γ ℓ_μ/2r)² f − 2 ∫ r^(γ−2) (S − γ² |g ℓ|²/4) f
//! ```
//!
//! (Junné, Winter, Yoldaş 2025). S contains the derivatives in space of the tangent field g ℓ. They include
//! the change of its direction along the sphere, which is the curvature term of Bakry and Émery (1985).

use crate::sum::Sum;

/// A density at a quadrature point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub r: f64,
    pub mu: f64,
    /// f times the volume 2π r² dr dμ of the point.
    pub mass: f64,
    /// log f.
    pub log: f64,
    /// ∂ log f/∂r.
    pub along_r: f64,
    /// ∂ log f/∂μ.
    pub along_mu: f64,
    /// ∂² log f/∂r ∂μ.
    pub mixed: f64,
    /// ∂² log f/∂μ².
    pub twice_mu: f64,
}

/// A sum over points, and the sum of the absolute values of its terms. Errors are relative to the latter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Integral {
    pub value: f64,
    pub size: f64,
}

impl Integral {
    /// Σ mass × integrand.
    pub fn of(points: &[Point], integrand: impl Fn(&Point) -> f64) -> Self {
        Self::of_terms(points, |point| {
            let value = integrand(point);
            (value, value.abs())
        })
    }

    /// Σ mass × integrand, where the integrand is a difference. It returns its value and the size of its
    /// terms.
    fn of_terms(points: &[Point], integrand: impl Fn(&Point) -> (f64, f64)) -> Self {
        let (mut value, mut size) = (Sum::default(), Sum::default());
        for point in points {
            let (term, terms) = integrand(point);
            value.add(point.mass * term);
            size.add(point.mass * terms);
        }
        Self { value: value.value(), size: size.value() }
    }

    /// a × self + b × other.
    pub fn combined(self, a: f64, other: Self, b: f64) -> Self {
        Self { value: a * self.value + b * other.value, size: a.abs() * self.size + b.abs() * other.size }
    }
}

impl Point {
    /// |g ℓ|².
    fn turning(&self) -> f64 {
        (1.0 - self.mu * self.mu) * self.along_mu * self.along_mu
    }

    /// S = |g g ℓ|².
    fn bending(&self) -> f64 {
        let tangent = (1.0 - self.mu * self.mu) * self.twice_mu - self.mu * self.along_mu;
        tangent * tangent + self.along_mu * self.along_mu
    }
}

/// ∫ f.
pub fn mass(points: &[Point]) -> Integral {
    Integral::of(points, |_| 1.0)
}

/// H = ∫ f log f.
pub fn entropy(points: &[Point]) -> Integral {
    Integral::of(points, |point| point.log)
}

/// I = ∫ |∇ log f|² f.
pub fn fisher(points: &[Point]) -> Integral {
    Integral::of(points, |point| point.along_r * point.along_r + point.turning() / (point.r * point.r))
}

/// J_β = ∫ |Π ∇ log f|² |v|^(−β) f.
pub fn spherical_fisher(points: &[Point], beta: f64) -> Integral {
    Integral::of(points, |point| point.turning() * point.r.powf(-beta - 2.0))
}

/// H(f|M) = H − ∫ f log M. M is the Maxwellian about 0 of the same mass and energy: its temperature T
/// satisfies n T/m = ∫ |v|² f/3.
pub fn relative_entropy(points: &[Point]) -> Integral {
    let density = mass(points).value;
    let width = Integral::of(points, |point| point.r * point.r).value / (3.0 * density);
    let factor = density.ln() - 1.5 * (2.0 * std::f64::consts::PI * width).ln();
    Integral::of(points, |point| point.log - factor + 0.5 * point.r * point.r / width)
}

/// M_l = m ∫ ⟨v⟩^l f, ⟨v⟩ = √(1 + |v|²).
pub fn moment(points: &[Point], mass: f64, order: f64) -> Integral {
    Integral::of(points, |point| mass * (1.0 + point.r * point.r).powf(0.5 * order))
}

/// −⟨H', L f⟩.
pub fn entropy_dissipation(points: &[Point], gamma: f64) -> Integral {
    Integral::of(points, |point| point.r.powf(gamma) * point.turning())
}

/// −⟨J_β', L f⟩.
pub fn spherical_dissipation(points: &[Point], gamma: f64, beta: f64) -> Integral {
    Integral::of(points, |point| 2.0 * point.r.powf(gamma - beta - 2.0) * point.bending())
}

/// The two parts of ⟨I', L f⟩: the radial one, which is never positive, and the spherical one.
pub fn fisher_rate(points: &[Point], gamma: f64) -> [Integral; 2] {
    let radial = Integral::of_terms(points, |point| {
        let factor = 2.0 * point.r.powf(gamma) * (1.0 - point.mu * point.mu);
        let steepening = 0.5 * gamma * point.along_mu / point.r;
        let change = point.mixed + steepening;
        // The two terms cancel for log f = … + a r^(−γ/2) cos θ.
        let terms = point.mixed * point.mixed + steepening * steepening;
        (-factor * change * change, factor * terms)
    });
    let spherical = Integral::of(points, |point| {
        -2.0 * point.r.powf(gamma - 2.0) * (point.bending() - 0.25 * gamma * gamma * point.turning())
    });
    [radial, spherical]
}
