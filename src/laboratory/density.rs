//! Densities by formula: log f with its derivatives at (r, μ), and the radial panels on which it is smooth.

use super::jet::Jet;
use super::quadrature::{radial_nodes, rule};
use crate::scenario::ExperimentDensity as Formula;
use std::f64::consts::PI;

/// Where the exponent is this far below its largest value the density is below 1e-38 of its largest.
const DEEP: f64 = 88.0;

/// One smooth part: its exponent, times a factor, on an interval of radii.
#[derive(Debug, Clone)]
struct Part {
    shape: Shape,
    log_factor: f64,
    low: f64,
    high: f64,
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    /// −m ((v_x − u)²/2T_∥ + v_⊥²/2T_⊥) with 1/2T times m.
    Normal { parallel: f64, perpendicular: f64, drift: f64 },
    /// −K v²/2 with the factor 1 − 3Q + 2Q K v²/2, K the inverse square of the width.
    Bkw { inverse: f64, q: f64 },
    /// −(r − r₀)²/2w² + a (r/r₀)^p μ^d.
    Shell { radius: f64, width: f64, amplitude: f64, power: f64, degree: u32 },
    /// −r²/2s² + a (r/s)^p μ.
    Dipole { speed: f64, amplitude: f64, power: f64 },
    /// log χ(r/s) + a r^p μ, χ(x) = (1 − y²)^6 with y = (4x − 5)/3, on 1/2 < x < 2: it has the derivatives that every
    /// integral here asks for, and constants a thousandth of those of exp(−1/(1 − y²)), whose ends are steep.
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
}

impl Density {
    /// The density of a formula for particles of a mass; γ enters the paper's family. The message says what is
    /// wrong with the formula's numbers.
    pub fn new(formula: &Formula, mass: f64, gamma: f64) -> Result<Self, String> {
        let mut parts = Vec::new();
        push_parts(formula, mass, gamma, &mut parts)?;
        let panels = panels(&parts);
        Ok(Self { parts, panels })
    }

    /// log f with its derivatives; none where f is 0.
    pub fn log<const N: usize>(&self, r: f64, mu: f64) -> Option<Jet<N>> {
        let [x, y] = Jet::<N>::variables(r, mu);
        let inside = |part: &&Part| part.low < r && r < part.high;
        let mut parts = self.parts.iter().filter(inside);
        let of = |part: &Part| part.shape.exponent(x, y) + part.log_factor;
        let first = of(parts.next()?);
        let rest: Vec<Jet<N>> = parts.map(of).collect();
        if rest.is_empty() {
            return Some(first);
        }
        // The largest is taken out, so that no exponential overflows.
        let largest = rest.iter().fold(first.value(), |most, jet| most.max(jet.value()));
        let total = rest.iter().fold((first + -largest).exp(), |sum, jet| sum + (*jet + -largest).exp());
        Some(total.ln() + largest)
    }

    /// Intervals of radii on each of which the density is smooth.
    pub fn panels(&self) -> &[(f64, f64)] {
        &self.panels
    }
}

/// Adds the parts of a formula, each normalised to its density.
fn push_parts(formula: &Formula, mass: f64, gamma: f64, parts: &mut Vec<Part>) -> Result<(), String> {
    let normal = |density: f64, [parallel, perpendicular]: [f64; 2], drift: f64| {
        let volume = ((2.0 * PI / mass).powi(3) * parallel * perpendicular * perpendicular).sqrt();
        let widest = (2.0 * parallel.max(perpendicular) * DEEP / mass).sqrt();
        Part {
            shape: Shape::Normal {
                parallel: 0.5 * mass / parallel,
                perpendicular: 0.5 * mass / perpendicular,
                drift,
            },
            log_factor: (density / volume).ln(),
            low: (drift.abs() - widest).max(0.0),
            high: drift.abs() + widest,
        }
    };
    match *formula {
        Formula::Maxwellian { density, temperature, drift } => {
            parts.push(normal(density, [temperature; 2], drift));
        }
        Formula::AnisotropicMaxwellian { density, parallel, perpendicular, drift } => {
            parts.push(normal(density, [parallel, perpendicular], drift));
        }
        Formula::Bkw { density, temperature, contrast } => {
            let k = temperature * (1.0 - contrast);
            let q = (temperature - k) / (2.0 * k);
            parts.push(Part {
                shape: Shape::Bkw { inverse: mass / k, q },
                log_factor: (density * (mass / (2.0 * PI * k)).powf(1.5)).ln(),
                low: 0.0,
                high: (2.0 * (DEEP + 8.0) * k / mass).sqrt(),
            });
        }
        Formula::ShellDipole { density, radius, width, amplitude, power, degree } => {
            // The power for which the radial part of ⟨I', L f⟩ vanishes.
            let power = power.unwrap_or(0.5 * gamma.abs());
            let shape = Shape::Shell { radius, width, amplitude, power, degree };
            // (r − r₀)²/2w² − |a| (r/r₀)^p above DEEP + |a|, by doubling.
            let depth = |r: f64| {
                0.5 * ((r - radius) / width).powi(2)
                    - amplitude.abs() * ((r / radius).powf(power) - 1.0).max(0.0)
            };
            let reach = width * (2.0 * DEEP).sqrt();
            let mut high = radius + reach;
            for _ in 0..40 {
                if depth(high) >= DEEP {
                    break;
                }
                high += 0.25 * reach;
            }
            if depth(high) < DEEP {
                return Err("found an amplitude and a power that outgrow the shell; allowed: a density that falls at large speeds".to_string());
            }
            parts.push(normalised(density, shape, (radius - reach).max(0.0), high)?);
        }
        Formula::Dipole { density, temperature, amplitude, power } => {
            let speed = (temperature / mass).sqrt();
            let shape = Shape::Dipole { speed, amplitude, power };
            let depth = |x: f64| 0.5 * x * x - amplitude.abs() * x.powf(power);
            let high = (1..=400).map(|k| 0.5 * f64::from(k)).find(|&x| depth(x) >= DEEP);
            let Some(high) = high else {
                return Err("found an amplitude and a power that outgrow the Maxwellian; allowed: a density that falls at large speeds".to_string());
            };
            parts.push(normalised(density, shape, 0.0, high * speed)?);
        }
        Formula::CutOffDipole { strength } => cut_off_dipole(strength, gamma, parts)?,
        Formula::Mixture(ref inner) => {
            inner.iter().try_for_each(|one| push_parts(one, mass, gamma, parts))?;
        }
    }
    Ok(())
}

/// The family of theorem 1.2: f_R = exp(R |v|^(|γ|/2) cos θ) χ(|v|/r) + κ χ(|v|/τ), r = R^(2/γ)/log(2 + R), with κ
/// and τ such that ∫ f = 1 and ∫ |v|² f = 3.
fn cut_off_dipole(strength: f64, gamma: f64, parts: &mut Vec<Part>) -> Result<(), String> {
    let scale = strength.powf(2.0 / gamma) / (2.0 + strength).ln();
    let part = |scale: f64, amplitude: f64, log_factor: f64| Part {
        shape: Shape::CutOff { scale, amplitude, power: -0.5 * gamma },
        log_factor,
        low: 0.5 * scale,
        high: 2.0 * scale,
    };
    let (small, unit) = (part(scale, strength, 0.0), part(1.0, 0.0, 0.0));
    let [mass, square] = [0, 2].map(|power| moment(&small, power));
    let [unit_mass, unit_square] = [0, 2].map(|power| moment(&unit, power));
    if mass >= 1.0 || square >= 3.0 {
        return Err(format!(
            "found a strength at which the inner part alone has the mass {mass:.3} and ∫ |v|² f = {square:.3}; allowed: a strength at which they are below 1 and 3"
        ));
    }
    let tau = ((3.0 - square) / (1.0 - mass) * unit_mass / unit_square).sqrt();
    let kappa = (1.0 - mass) / (tau.powi(3) * unit_mass);
    parts.push(small);
    parts.push(part(tau, 0.0, kappa.ln()));
    Ok(())
}

/// A part with the factor that gives it its density.
fn normalised(density: f64, shape: Shape, low: f64, high: f64) -> Result<Part, String> {
    let part = Part { shape, log_factor: 0.0, low, high };
    // The largest exponent is about the angular one; it is taken out before it overflows.
    let total = moment(&part, 0);
    if !(total.is_finite() && total > 0.0) {
        return Err(format!("found a density whose integral is {total}; allowed: one that is finite"));
    }
    Ok(Part { log_factor: (density / total).ln(), ..part })
}

/// ∫ |v|^power f of one part, to rounding for shapes as smooth as these.
fn moment(part: &Part, power: i32) -> f64 {
    let (radii, cosines) = (radial_nodes(&panels(std::slice::from_ref(part)), 48), rule(96));
    let at = |r: f64, mu: f64| {
        let [r, mu] = Jet::<3>::variables(r, mu);
        (part.shape.exponent(r, mu) + part.log_factor).value().exp()
    };
    let shell = |r: f64| cosines.iter().map(|&(mu, weight)| weight * at(r, mu)).sum::<f64>();
    radii.iter().map(|&(r, dr)| 2.0 * PI * dr * r.powi(2 + power) * shell(r)).sum()
}

/// Panels between the ends of all parts, each end's neighbourhood cut finer: towards 0, where powers of r have no
/// Taylor series, by halving; elsewhere into six.
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
