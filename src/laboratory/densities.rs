//! The densities that an experiment may name. Each has numbers, rules for them, and the parts of which it is
//! the sum.
//!
//! They differ from the initial distributions of [`crate::distribution`], though some names are the same.
//! Here log f is needed with its derivatives, and all densities are symmetric about the first axis.

use super::cut_off::CutOff;
use super::density::{DEEP, Density, Part, Shape, moment, normalised};
use crate::rules::{Checks, number};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// A density by formula.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ExperimentDensity {
    /// A Maxwellian about a drift along the axis.
    Maxwellian {
        density: f64,
        temperature: f64,
        #[serde(default)]
        drift: f64,
    },
    /// A Maxwellian with one temperature along the axis and one across it.
    AnisotropicMaxwellian {
        density: f64,
        parallel: f64,
        perpendicular: f64,
        #[serde(default)]
        drift: f64,
    },
    /// The Bobylev–Krook–Wu density, K = T (1 − contrast), 0 ≤ contrast < 2/5.
    Bkw { density: f64, temperature: f64, contrast: f64 },
    /// A Maxwellian about 0 times exp(a (|v|/√(T/m))^p cos θ).
    Dipole { density: f64, temperature: f64, amplitude: f64, power: f64 },
    /// A shell exp(−(|v| − r₀)²/2w²) times exp(a (|v|/r₀)^p cos^d θ).
    ShellDipole {
        density: f64,
        /// r₀.
        radius: f64,
        /// w.
        width: f64,
        /// a.
        #[serde(default)]
        amplitude: f64,
        /// p, 0 to 4; left out: |γ|/2.
        #[serde(default)]
        power: Option<f64>,
        /// d: 1, or 2 for even data.
        #[serde(default = "first")]
        degree: u32,
    },
    /// exp(R |v|^(|γ|/2) cos θ) χ(|v|/r) + κ χ(|v|/τ) with r = R^(2/γ)/log(2 + R), χ a smooth cut-off on 1/2 to 2, κ and τ
    /// from ∫ f = 1 and the energy (Junné, Winter, Yoldaş 2025, theorem 1.2).
    CutOffDipole {
        /// R.
        strength: f64,
        /// χ.
        #[serde(default)]
        cut_off: CutOff,
        /// ½ ∫ |v|² f, 3/2 as of a Maxwellian of temperature 1, or 1 as in the paper.
        #[serde(default = "three_halves")]
        energy: f64,
    },
    /// The sum of its parts.
    Mixture(Vec<ExperimentDensity>),
}

fn first() -> u32 {
    1
}

fn three_halves() -> f64 {
    1.5
}

impl Density {
    /// The density of a formula for particles of mass `mass`. γ is needed for the default power of a shell
    /// dipole and for the family of theorem 1.2. The error says what is wrong with the numbers of the
    /// formula.
    pub fn new(formula: &ExperimentDensity, mass: f64, gamma: f64) -> Result<Self, String> {
        let mut parts = Vec::new();
        formula.push_parts(mass, gamma, &mut parts)?;
        Ok(Self::of(parts, formula.total()))
    }
}

impl ExperimentDensity {
    /// Checks its numbers. Paths of violations start with its key.
    pub fn rules(&self, found: &mut Checks, gamma: f64) {
        match self {
            Self::Maxwellian { density, temperature, drift } => found.under("maxwellian", |found| {
                found.positive("density", *density);
                found.positive("temperature", *temperature);
                found.within("drift", *drift, -1e100, 1e100);
            }),
            Self::AnisotropicMaxwellian { density, parallel, perpendicular, drift } => {
                found.under("anisotropic_maxwellian", |found| {
                    found.positive("density", *density);
                    found.positive("parallel", *parallel);
                    found.positive("perpendicular", *perpendicular);
                    found.within("drift", *drift, -1e100, 1e100);
                });
            }
            Self::Bkw { density, temperature, contrast } => found.under("bkw", |found| {
                found.positive("density", *density);
                found.positive("temperature", *temperature);
                found.require((0.0..0.4).contains(contrast), "contrast", || {
                    format!(
                        "found {}; allowed: 0 to 2/5, from which on the density is 0 or negative at the origin",
                        number(*contrast)
                    )
                });
            }),
            Self::Dipole { density, temperature, amplitude, power } => found.under("dipole", |found| {
                found.positive("density", *density);
                found.positive("temperature", *temperature);
                found.within("amplitude", *amplitude, -20.0, 20.0);
                found.within("power", *power, 0.0, 2.0);
            }),
            Self::ShellDipole { density, radius, width, amplitude, power, degree } => {
                found.under("shell_dipole", |found| {
                    found.positive("density", *density);
                    found.positive("radius", *radius);
                    found.positive("width", *width);
                    found.within("amplitude", *amplitude, -20.0, 20.0);
                    found.within("power", power.unwrap_or_default(), 0.0, 4.0);
                    found.require(matches!(degree, 1 | 2), "degree", || {
                        format!("found {degree}; allowed: 1 or 2")
                    });
                });
            }
            Self::CutOffDipole { strength, energy, .. } => found.under("cut_off_dipole", |found| {
                found.positive("strength", *strength);
                found.positive("energy", *energy);
                found.require(gamma < 0.0, "", || {
                    format!("found gamma {}; allowed: a number below 0 with this density", number(gamma))
                });
            }),
            Self::Mixture(parts) => found.under("mixture", |found| {
                found.require(!parts.is_empty(), "", || "found no parts; allowed: one or more".to_string());
                for (index, part) in parts.iter().enumerate() {
                    found.under(&index.to_string(), |found| part.rules(found, gamma));
                }
            }),
        }
    }

    /// ∫ f.
    fn total(&self) -> f64 {
        match self {
            Self::Maxwellian { density, .. }
            | Self::AnisotropicMaxwellian { density, .. }
            | Self::Bkw { density, .. }
            | Self::Dipole { density, .. }
            | Self::ShellDipole { density, .. } => *density,
            Self::CutOffDipole { .. } => 1.0,
            Self::Mixture(parts) => parts.iter().map(Self::total).sum(),
        }
    }

    /// Adds its parts, each normalised to its density.
    fn push_parts(&self, mass: f64, gamma: f64, parts: &mut Vec<Part>) -> Result<(), String> {
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
        match *self {
            Self::Maxwellian { density, temperature, drift } => {
                parts.push(normal(density, [temperature; 2], drift));
            }
            Self::AnisotropicMaxwellian { density, parallel, perpendicular, drift } => {
                parts.push(normal(density, [parallel, perpendicular], drift));
            }
            Self::Bkw { density, temperature, contrast } => {
                let k = temperature * (1.0 - contrast);
                let q = (temperature - k) / (2.0 * k);
                parts.push(Part {
                    shape: Shape::Bkw { inverse: mass / k, q },
                    log_factor: (density * (mass / (2.0 * PI * k)).powf(1.5)).ln(),
                    low: 0.0,
                    high: (2.0 * (DEEP + 8.0) * k / mass).sqrt(),
                });
            }
            Self::ShellDipole { density, radius, width, amplitude, power, degree } => {
                // With this power the radial part of ⟨I', L f⟩ vanishes.
                let power = power.unwrap_or(0.5 * gamma.abs());
                let shape = Shape::Shell { radius, width, amplitude, power, degree };
                // The reach is doubled until (r − r₀)²/2w² − |a| (r/r₀)^p exceeds DEEP − |a|.
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
            Self::Dipole { density, temperature, amplitude, power } => {
                let speed = (temperature / mass).sqrt();
                let shape = Shape::Dipole { speed, amplitude, power };
                let depth = |x: f64| 0.5 * x * x - amplitude.abs() * x.powf(power);
                let high = (1..=400).map(|k| 0.5 * f64::from(k)).find(|&x| depth(x) >= DEEP);
                let Some(high) = high else {
                    return Err("found an amplitude and a power that outgrow the Maxwellian; allowed: a density that falls at large speeds".to_string());
                };
                parts.push(normalised(density, shape, 0.0, high * speed)?);
            }
            Self::CutOffDipole { strength, cut_off, energy } => {
                cut_off_dipole(strength, cut_off, 2.0 * energy, gamma, parts)?;
            }
            Self::Mixture(ref inner) => {
                inner.iter().try_for_each(|one| one.push_parts(mass, gamma, parts))?;
            }
        }
        Ok(())
    }
}

/// The family of theorem 1.2: f_R = exp(R |v|^(|γ|/2) cos θ) χ(|v|/r) + κ χ(|v|/τ), r = R^(2/γ)/log(2 + R), with κ
/// and τ such that ∫ f = 1 and ∫ |v|² f = `total_square`.
fn cut_off_dipole(
    strength: f64,
    cut_off: CutOff,
    total_square: f64,
    gamma: f64,
    parts: &mut Vec<Part>,
) -> Result<(), String> {
    let scale = strength.powf(2.0 / gamma) / (2.0 + strength).ln();
    let part = |scale: f64, amplitude: f64, log_factor: f64| Part {
        shape: Shape::CutOff { scale, amplitude, power: -0.5 * gamma, cut_off },
        log_factor,
        low: 0.5 * scale,
        high: 2.0 * scale,
    };
    let (small, unit) = (part(scale, strength, 0.0), part(1.0, 0.0, 0.0));
    let [mass, square] = [0, 2].map(|power| moment(&small, power));
    let [unit_mass, unit_square] = [0, 2].map(|power| moment(&unit, power));
    if mass >= 1.0 || square >= total_square {
        return Err(format!(
            "found a strength at which the inner part alone has the mass {mass:.3} and ∫ |v|² f = {square:.3}; allowed: a strength at which they are below 1 and {total_square}"
        ));
    }
    let tau = ((total_square - square) / (1.0 - mass) * unit_mass / unit_square).sqrt();
    let kappa = (1.0 - mass) / (tau.powi(3) * unit_mass);
    parts.push(small);
    parts.push(part(tau, 0.0, kappa.ln()));
    Ok(())
}
