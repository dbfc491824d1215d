//! Densities given by formula: log f with its derivatives at (r, μ), and the radial panels on which it is
//! smooth.

use super::jet::Jet;
use super::quadrature::{point, radial_nodes, rule};
use crate::functionals::axisymmetric::Point;
use std::f64::consts::PI;

/// Where the exponent is this far below its maximum, the density is below 1e-38 of its maximum.
pub(super) const DEEP: f64 = 88.0;

/// One smooth part of a density, on an interval of radii: the exponential of `shape`, times a factor.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) shape: Shape,
    pub(super) log_factor: f64,
    /// ∫ f of the part.
    pub(super) density: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// −m ((v_x − u)²/2T_∥ + v_⊥²/2T_⊥). `parallel` and `perpendicular` are m/2T_∥ and m/2T_⊥.
    Normal { parallel: f64, perpendicular: f64, drift: f64 },
    /// −K v²/2, with the factor 1 − 3Q + 2Q K v²/2. `inverse` is K, the inverse square of the width.
    Bkw { inverse: f64, q: f64 },
    /// −(r − r₀)²/2w² + a (r/r₀)^p μ^d.
    Shell { radius: f64, width: f64, amplitude: f64, power: f64, degree: u32 },
    /// −r²/2s² + a (r/s)^p μ.
    Dipole { speed: f64, amplitude: f64, power: f64 },
    /// log χ(r/s) + a r^p μ, with χ(x) = (1 − y²)^6 and y = (4x − 5)/3 for 1/2 < x < 2. χ has as many
    /// derivatives as the integrals here need. Its constants are a thousandth of those of exp(−1/(1 − y²)),
    /// which is steep at its ends.
    CutOff { scale: f64, amplitude: f64, power: f64 },
}

impl Shape {
    fn exponent<const N: usize>(&self, r: Jet<N>, mu: Jet<N>) -> Jet<N> {
        match *self {
            Self::Normal { parallel, perpendicular, drift } => {
                let along = r * mu;
                let from_drift = along + -drift;
                from_drift * from_drift * -parallel + (along * along - r * r) * perpendicular
            }
            Self::Bkw { inverse, q } => {
                let x = r * r * inverse;
                (x * q + (1.0 - 3.0 * q)).ln() + x * -0.5
            }
            Self::Shell { radius, width, amplitude, power, degree } => {
                let distance = (r + -radius) * (1.0 / width);
                let shell = distance * distance * -0.5;
                if amplitude == 0.0 {
                    return shell;
                }
                let cosine = if degree == 2 { mu * mu } else { mu };
                shell + (r * (1.0 / radius)).powf(power) * cosine * amplitude
            }
            Self::Dipole { speed, amplitude, power } => {
                let x = r * (1.0 / speed);
                x * x * -0.5 + x.powf(power) * mu * amplitude
            }
            Self::CutOff { scale, amplitude, power } => {
                let y = r * (4.0 / (3.0 * scale)) + -5.0 / 3.0;
                let cut_off = (-(y * y) + 1.0).ln() * 6.0;
                if amplitude == 0.0 { cut_off } else { cut_off + r.powf(power) * mu * amplitude }
            }
        }
    }
}

/// A density symmetric about the first axis.
#[derive(Debug, Clone)]
pub struct Density {
    parts: Vec<Part>,
    panels: Vec<(f64, f64)>,
    total: f64,
}

impl Density {
    /// The sum of the parts.
    pub(super) fn of(parts: Vec<Part>) -> Self {
        let panels = panels(&parts);
        let total = parts.iter().map(|part| part.density).sum();
        Self { parts, panels, total }
    }

    /// ∫ f, as the formula says it.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// f and ∂_x log f at the origin. None where f is 0 there.
    pub fn at_origin(&self) -> Option<(f64, f64)> {
        // As near as no part changes: log f is smooth there.
        let near = 1e-9 * self.panels.first()?.1;
        let log = self.log::<3>(near, 1.0)?;
        Some((log.value().exp(), log.derivative(1, 0)))
    }

    /// log f with its derivatives. None where f is 0.
    pub fn log<const N: usize>(&self, r: f64, mu: f64) -> Option<Jet<N>> {
        let [x, y] = Jet::<N>::variables(r, mu);
        let inside = |part: &&Part| part.low < r && r < part.high;
        let mut parts = self.parts.iter().filter(inside);
        let exponent = |part: &Part| part.shape.exponent(x, y) + part.log_factor;
        let first = exponent(parts.next()?);
        let rest: Vec<Jet<N>> = parts.map(exponent).collect();
        if rest.is_empty() {
            return Some(first);
        }
        // The largest exponent is factored out, so that no exponential overflows.
        let largest = rest.iter().fold(first.value(), |most, jet| most.max(jet.value()));
        let total = rest.iter().fold((first + -largest).exp(), |sum, jet| sum + (*jet + -largest).exp());
        Some(total.ln() + largest)
    }

    /// Every part as a density of its own.
    pub fn each_part(&self) -> impl Iterator<Item = Self> + '_ {
        self.parts.iter().map(|part| Self::of(vec![part.clone()]))
    }

    /// Intervals of radii on each of which the density is smooth.
    pub fn panels(&self) -> &[(f64, f64)] {
        &self.panels
    }
}

/// A part with the factor that gives it the integral `density`.
pub(super) fn normalised(density: f64, shape: Shape, low: f64, high: f64) -> Result<Part, String> {
    let part = Part { shape, log_factor: 0.0, density, low, high };
    // Refused if the integral over- or underflows.
    let total = moment(&part, 0);
    if !(total.is_finite() && total > 0.0) {
        return Err(format!("found a density whose integral is {total}; allowed: one that is finite"));
    }
    Ok(Part { log_factor: (density / total).ln(), ..part })
}

/// ∫ |v|^power f of one part. The quadrature is exact to rounding for shapes as smooth as these.
pub(super) fn moment(part: &Part, power: i32) -> f64 {
    let (radii, cosines) = (radial_nodes(&panels(std::slice::from_ref(part)), 48), rule(96));
    let at = |r: f64, mu: f64| {
        let [r, mu] = Jet::<3>::variables(r, mu);
        (part.shape.exponent(r, mu) + part.log_factor).value().exp()
    };
    let shell = |r: f64| cosines.iter().map(|&(mu, weight)| weight * at(r, mu)).sum::<f64>();
    radii.iter().map(|&(r, dr)| 2.0 * PI * dr * r.powi(2 + power) * shell(r)).sum()
}

/// Panels between the ends of all parts. The interval of each part is cut into six. Towards 0, where powers
/// of r have no Taylor series, panels are halved repeatedly.
fn panels(parts: &[Part]) -> Vec<(f64, f64)> {
    let mut breaks: Vec<f64> = Vec::new();
    for part in parts {
        let width = (part.high - part.low) / 6.0;
        breaks.extend((0..=6).map(|k| part.low + f64::from(k) * width));
        if part.low == 0.0 {
            breaks.extend((1..=10).map(|k| width * 0.5f64.powi(k)));
        }
    }
    breaks.sort_by(f64::total_cmp);
    breaks.dedup_by(|a, b| (*a - *b).abs() <= 1e-9 * b.abs());
    let inside = |&(low, high): &(f64, f64)| {
        let middle = 0.5 * (low + high);
        parts.iter().any(|part| part.low < middle && middle < part.high)
    };
    breaks.windows(2).map(|pair| (pair[0], pair[1])).filter(inside).collect()
}

/// The quadrature points of a density, without those where it is 0.
pub fn points(density: &Density, per_panel: usize, angles: usize) -> Vec<Point> {
    let (radii, cosines) = (radial_nodes(density.panels(), per_panel), rule(angles));
    let mut points = Vec::with_capacity(radii.len() * cosines.len());
    for &(r, dr) in &radii {
        for &(mu, dmu) in &cosines {
            let Some(log) = density.log::<6>(r, mu) else { continue };
            points.push(point(r, mu, 2.0 * PI * r * r * dr * dmu, log));
        }
    }
    points
}
