//! Densities given by formula: log f with its derivatives at (r, μ), and the radial panels on which it is
//! smooth.

use super::cut_off::CutOff;
use super::jet::Jet;
use super::quadrature::{nodes, point, rule};
use crate::functionals::axisymmetric::Point;
use std::f64::consts::PI;

/// Where the exponent is this far below its maximum, the density is below 1e-38 of its maximum.
pub(super) const DEEP: f64 = 88.0;

/// One smooth part of a density, on an interval of radii: the exponential of `shape`, times a factor.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) shape: Shape,
    pub(super) log_factor: f64,
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
    /// log χ(r/s) + a r^p μ with y = (4x − 5)/3 for 1/2 < x < 2.
    CutOff { scale: f64, amplitude: f64, power: f64, cut_off: CutOff },
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
            Self::CutOff { scale, amplitude, power, cut_off } => {
                let y = r * (4.0 / (3.0 * scale)) + -5.0 / 3.0;
                let inside = -(y * y) + 1.0;
                let cut_off = match cut_off {
                    CutOff::Power => inside.ln() * 6.0,
                    CutOff::Exponential => -inside.recip(),
                };
                if amplitude == 0.0 { cut_off } else { cut_off + r.powf(power) * mu * amplitude }
            }
        }
    }
}

impl Shape {
    /// The derivative of the exponent along the axis at v = 0. It is infinite where a power of r below 1 makes it so.
    fn slope_at_origin(&self) -> f64 {
        let of_power = |slope: f64, power: f64| match power {
            _ if slope == 0.0 || power > 1.0 || power == 0.0 => 0.0,
            1.0 => slope,
            _ => f64::INFINITY * slope,
        };
        match *self {
            Self::Normal { parallel, drift, .. } => 2.0 * parallel * drift,
            Self::Bkw { .. } => 0.0,
            Self::Shell { radius, amplitude, power, degree, .. } => match degree {
                1 => of_power(amplitude / radius, power),
                _ => 0.0,
            },
            Self::Dipole { speed, amplitude, power } => of_power(amplitude / speed, power),
            Self::CutOff { amplitude, power, .. } => of_power(amplitude, power),
        }
    }

    /// Whether the density has no Taylor series at the ends of its part.
    fn is_steep_at_its_ends(&self) -> bool {
        matches!(self, Self::CutOff { cut_off: CutOff::Exponential, .. })
    }

    /// The distance from ±1 beyond which the density of the part is negligible at all cosines, and the side; none
    /// for a part that needs all cosines.
    fn cap(&self, low: f64) -> Option<(f64, f64)> {
        let Self::Normal { perpendicular, drift, .. } = *self else { return None };
        // Across the axis the exponent is −K_⊥ r² (1 − μ²), and 1 − μ² is at least the distance from 1 here.
        let reach = DEEP / (perpendicular * low * low);
        (reach < 0.5).then(|| (reach, drift.signum()))
    }
}

/// A density symmetric about the first axis.
#[derive(Debug, Clone)]
pub struct Density {
    parts: Vec<Part>,
    panels: Vec<(f64, f64)>,
    occupied: Vec<(f64, f64)>,
    cosine_panels: Vec<(f64, f64)>,
    total: f64,
}

/// Panels of a part on which r³ f stays below this fraction of the part's own maximum are left out of collisions of
/// the density with itself. Other parts do not count: the smallest one may have the largest derivatives.
const NEGLIGIBLE: f64 = 1e-17;

impl Density {
    /// The sum of the parts, whose integral is `total`.
    pub(super) fn of(parts: Vec<Part>, total: f64) -> Self {
        let panels = panels(&parts, true);
        let occupied = panels_of_occupied(&parts);
        let cosine_panels = cosine_panels(&parts);
        Self { parts, panels, occupied, cosine_panels, total }
    }

    /// ∫ f as the formula says, to compare what a quadrature finds with.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// f and ∂ log f/∂v_x at v = 0, the latter infinite where log f has a power of |v| below 1. None where no part reaches v = 0.
    pub fn at_origin(&self) -> Option<(f64, f64)> {
        // Rounding to zero costs nothing here: what is left out is below 1e-38 of the density's maximum.
        let there = self.parts.iter().filter(|part| part.low == 0.0);
        let values: Vec<(f64, f64)> = there
            .map(|part| {
                let [r, mu] = Jet::<3>::variables(1e-150, 0.0);
                let exponent = part.shape.exponent(r, mu).value() + part.log_factor;
                (exponent.exp(), part.shape.slope_at_origin())
            })
            .collect();
        let density: f64 = values.iter().map(|(density, _)| density).sum();
        let gradient: f64 = values.iter().map(|(density, slope)| density * slope).sum();
        (density > 0.0).then(|| (density, gradient / density))
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

    /// Intervals of radii on each of which the density is smooth.
    pub fn panels(&self) -> &[(f64, f64)] {
        &self.panels
    }

    /// Intervals of radii that hold all of each part but a negligible rest.
    pub fn occupied(&self) -> &[(f64, f64)] {
        &self.occupied
    }

    /// Cosines with weights, `count` of them in each interval on which the density changes by as much.
    pub fn cosines(&self, count: usize) -> Vec<(f64, f64)> {
        nodes(&self.cosine_panels, count)
    }
}

/// A part with the factor that gives it the integral `density`.
pub(super) fn normalised(density: f64, shape: Shape, low: f64, high: f64) -> Result<Part, String> {
    let part = Part { shape, log_factor: 0.0, low, high };
    // Refused if the integral over- or underflows.
    let total = moment(&part, 0);
    if !(total.is_finite() && total > 0.0) {
        return Err(format!("found a density whose integral is {total}; allowed: one that is finite"));
    }
    Ok(Part { log_factor: (density / total).ln(), ..part })
}

/// ∫ |v|^power f of one part. The quadrature is exact to rounding for shapes as smooth as these.
pub(super) fn moment(part: &Part, power: i32) -> f64 {
    let (radii, cosines) = (nodes(&panels(std::slice::from_ref(part), true), 48), rule(96));
    let at = |r: f64, mu: f64| {
        let [r, mu] = Jet::<3>::variables(r, mu);
        (part.shape.exponent(r, mu) + part.log_factor).value().exp()
    };
    let shell = |r: f64| cosines.iter().map(|&(mu, weight)| weight * at(r, mu)).sum::<f64>();
    radii.iter().map(|&(r, dr)| 2.0 * PI * dr * r.powi(2 + power) * shell(r)).sum()
}

/// How often panels are halved towards the ends of an exponential cut-off, exp(−1/s). Derivatives of collisions have it times
/// s^−7: that is largest at s = 1/7 and, relative to there, below 2e-4 from s = 1/24 on, where the last panel begins.
const STEEP: i32 = 4;

/// Panels between the ends of all parts. The interval of each part is cut into six. Towards 0, where powers
/// of r have no Taylor series, panels are halved repeatedly if `halved`, else once; towards the ends of an exponential cut-off always.
fn panels(parts: &[Part], halved: bool) -> Vec<(f64, f64)> {
    let mut breaks: Vec<f64> = Vec::new();
    for part in parts {
        let width = (part.high - part.low) / 6.0;
        breaks.extend((0..=6).map(|k| part.low + f64::from(k) * width));
        if part.low == 0.0 {
            let halvings = if halved { 10 } else { 1 };
            breaks.extend((1..=halvings).map(|k| width * 0.5f64.powi(k)));
        }
        if part.shape.is_steep_at_its_ends() {
            let steps = || (1..=STEEP).map(|k| width * 0.5f64.powi(k));
            breaks.extend(steps().flat_map(|step| [part.low + step, part.high - step]));
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

/// Panels of all parts without those on which every part is negligible beside itself elsewhere.
fn panels_of_occupied(parts: &[Part]) -> Vec<(f64, f64)> {
    let panels = panels(parts, false);
    let mut keep = vec![false; panels.len()];
    for part in parts {
        let at = |r: f64, mu: f64| {
            let inside = part.low < r && r < part.high;
            let [x, y] = Jet::<3>::variables(r, mu);
            if inside { 3.0 * r.ln() + part.shape.exponent(x, y).value() } else { f64::NEG_INFINITY }
        };
        let largest = |&(low, high): &(f64, f64)| {
            let radii = (0..=16).map(|k| low + (high - low) * (0.01 + 0.98 * f64::from(k) / 16.0));
            radii
                .flat_map(|r| [-1.0, -0.9, -0.4, 0.0, 0.4, 0.9, 1.0].map(|mu| at(r, mu)))
                .fold(f64::NEG_INFINITY, f64::max)
        };
        let sizes: Vec<f64> = panels.iter().map(largest).collect();
        let most = sizes.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for (keep, size) in keep.iter_mut().zip(sizes) {
            *keep |= size > most + NEGLIGIBLE.ln();
        }
    }
    panels.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(panel, _)| panel).collect()
}

/// Intervals of the cosine. A part far from v = 0 fills a cap around one end, of which a quarter gets an interval of
/// its own: the density falls by e^88 or more over the cap.
fn cosine_panels(parts: &[Part]) -> Vec<(f64, f64)> {
    let mut breaks = vec![-1.0, 1.0];
    for (reach, side) in parts.iter().filter_map(|part| part.shape.cap(part.low)) {
        breaks.extend([side * (1.0 - reach), side * (1.0 - 0.25 * reach)]);
    }
    breaks.sort_by(f64::total_cmp);
    breaks.dedup();
    breaks.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// The quadrature points of a density, without those where it is 0.
pub fn points(density: &Density, per_panel: usize, angles: usize) -> Vec<Point> {
    let (radii, cosines) = (nodes(density.panels(), per_panel), density.cosines(angles));
    let mut points = Vec::with_capacity(radii.len() * cosines.len());
    for &(r, dr) in &radii {
        for &(mu, dmu) in &cosines {
            let Some(log) = density.log::<6>(r, mu) else { continue };
            points.push(point(r, mu, 2.0 * PI * r * r * dr * dmu, log));
        }
    }
    points
}
