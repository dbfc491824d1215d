//! Densities of |v| alone, and integrals and quantiles over |v| by Gauss–Legendre quadrature.

use super::shape::Part;
use std::f64::consts::PI;

/// Nodes and weights of the four-point Gauss–Legendre rule on [−1, 1] (Abramowitz, Stegun 1964, table 25.4).
const RULE: [(f64, f64); 4] = [
    (-0.861_136_311_594_052_6, 0.347_854_845_137_453_9),
    (-0.339_981_043_584_856_3, 0.652_145_154_862_546_1),
    (0.339_981_043_584_856_3, 0.652_145_154_862_546_1),
    (0.861_136_311_594_052_6, 0.347_854_845_137_453_9),
];

/// Panels of the quadrature: for the smooth densities here its error is below rounding.
const PANELS: usize = 2048;

/// ∫ f over [low, high] by one panel.
fn panel(f: &impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
    half * RULE.iter().map(|(node, weight)| weight * f(middle + half * node)).sum::<f64>()
}

/// ∫ f over [low, high].
pub fn integral(f: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let width = (high - low) / PANELS as f64;
    (0..PANELS).map(|k| panel(&f, low + k as f64 * width, low + (k + 1) as f64 * width)).sum()
}

/// The area of a sphere (the circumference of a circle) of radius r.
pub fn shell_area(r: f64, dimension: usize) -> f64 {
    if dimension == 2 { 2.0 * PI * r } else { 4.0 * PI * r * r }
}

/// A function of a radius.
type OfRadius = Box<dyn Fn(f64) -> f64>;

/// The quantiles of a density on an interval of radii.
pub struct Quantiles {
    density: OfRadius,
    low: f64,
    width: f64,
    /// The integral up to the end of each panel, starting with 0.
    cumulative: Vec<f64>,
}

impl Quantiles {
    /// For a density ≥ 0, not identically 0 and not necessarily normalised, on [low, high].
    pub fn new(density: impl Fn(f64) -> f64 + 'static, low: f64, high: f64) -> Self {
        let width = (high - low) / PANELS as f64;
        let mut cumulative = vec![0.0];
        for k in 0..PANELS {
            let start = low + k as f64 * width;
            cumulative.push(cumulative[k] + panel(&density, start, start + width));
        }
        Self { density: Box::new(density), low, width, cumulative }
    }

    /// The radius below which the share `probability` in [0, 1] lies, by bisection to the last bits.
    pub fn at(&self, probability: f64) -> f64 {
        let target = probability * self.cumulative[PANELS];
        let index = self.cumulative.partition_point(|&below| below <= target).clamp(1, PANELS) - 1;
        let start = self.low + index as f64 * self.width;
        let rest = target - self.cumulative[index];
        let (mut low, mut high) = (0.0, self.width);
        // 52 halvings of a panel reach the last bit of its width.
        for _ in 0..52 {
            let middle = 0.5 * (low + high);
            if panel(&self.density, start, start + middle) < rest { low = middle } else { high = middle }
        }
        start + 0.5 * (low + high)
    }
}

/// A density of |v| alone.
pub struct Radial {
    /// ∫ f dv.
    pub density: f64,
    /// f at |v|.
    pub profile: OfRadius,
    /// Where the density is largest, 0 for one about 0.
    pub radius: f64,
    /// The deviation of |v| about the radius; about 0 that along an axis.
    pub thickness: f64,
    /// ⟨|v|²⟩.
    pub mean_square: f64,
    /// Of |v|.
    pub quantiles: Quantiles,
}

impl<const D: usize> Part<D> for Radial {
    fn density(&self) -> f64 {
        self.density
    }

    fn density_at(&self, v: [f64; D]) -> f64 {
        (self.profile)(v.iter().map(|c| c * c).sum::<f64>().sqrt())
    }

    fn at_cube_point(&self, point: [f64; D]) -> [f64; D] {
        let r = self.quantiles.at(point[0]);
        let angle = 2.0 * PI * point[1];
        let mut v = [0.0; D];
        if D == 2 {
            (v[0], v[1]) = (r * angle.cos(), r * angle.sin());
        } else {
            let cosine = 2.0 * point[2] - 1.0;
            let sine = (1.0 - cosine * cosine).max(0.0).sqrt();
            (v[0], v[1], v[2]) = (r * sine * angle.cos(), r * sine * angle.sin(), r * cosine);
        }
        v
    }

    fn variances(&self) -> Option<[f64; D]> {
        Some([self.mean_square / D as f64; D])
    }

    /// As many thicknesses beyond the radius, where the density is as small beside its largest as that of a Maxwellian.
    fn reach(&self, thermal_speeds: f64) -> Option<[f64; D]> {
        Some([self.radius + thermal_speeds * self.thickness; D])
    }

    /// The deviation along an axis, or the thickness where that is less.
    fn width(&self) -> Option<f64> {
        Some((self.mean_square / D as f64).sqrt().min(self.thickness))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrates_a_gaussian_to_rounding() {
        let gaussian = integral(|x| (-x * x).exp(), -8.0, 8.0);
        assert!((gaussian - std::f64::consts::PI.sqrt()).abs() < 1e-14);
    }

    #[test]
    fn quantiles_invert_the_distribution() {
        // The Rayleigh distribution, 1 − exp(−r²/2).
        let quantiles = Quantiles::new(|r: f64| r * (-0.5 * r * r).exp(), 0.0, 12.0);
        for probability in [0.0, 1e-6, 0.1, 0.5, 0.9, 0.999] {
            let exact = (-2.0 * f64::ln_1p(-probability)).sqrt();
            // Near 0 the distribution is quadratic and its inverse loses half the digits of 1e-16.
            assert!((quantiles.at(probability) - exact).abs() < 1e-8, "{probability}");
        }
    }
}
