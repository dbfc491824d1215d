//! The file of `landau functionals`: a density by formula, collisions, and a parameter to sweep.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A density by formula, symmetric about the first axis of a three-dimensional velocity space, and what to compute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Version of the format: 1.
    pub version: u32,
    /// A line that says what the experiment shows.
    #[serde(default)]
    pub title: String,
    /// Mass of a particle, > 0.
    #[serde(default = "one")]
    pub mass: f64,
    /// Exponent γ of the collision kernel, in [−3, 1].
    pub gamma: f64,
    /// The density.
    pub density: ExperimentDensity,
    /// Strength c of the collisions of the density with itself, ≥ 0; 0 leaves them out.
    #[serde(default)]
    pub self_coefficient: f64,
    /// Strength c n_b of the collisions with ions fixed at velocity 0, ≥ 0.
    #[serde(default = "one")]
    pub fixed_coefficient: f64,
    /// β of the spherical Fisher information, 0 to 10.
    #[serde(default = "one")]
    pub beta: f64,
    /// Orders l of the moments m ∫ (1 + |v|²)^(l/2) f, −20 to 20.
    #[serde(default)]
    pub moments: Vec<f64>,
    /// Coefficients of the functional I + a J + R H(f|M).
    #[serde(default)]
    pub lyapunov: Option<ExperimentLyapunov>,
    /// One parameter of the file, and the values it takes.
    #[serde(default)]
    pub sweep: Option<Sweep>,
    /// Times to which collisions with the fixed ions alone are followed, exactly.
    #[serde(default)]
    pub times: Vec<f64>,
    /// Relative error of the integrals, 1e-12 to 0.1.
    #[serde(default = "default_tolerance")]
    pub tolerance: f64,
    /// Relative error of the derivatives along collisions of the density with itself, 1e-6 to 0.1.
    #[serde(default = "default_self_tolerance")]
    pub self_tolerance: f64,
}

fn one() -> f64 {
    1.0
}

fn default_tolerance() -> f64 {
    1e-8
}

fn default_self_tolerance() -> f64 {
    1e-3
}

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
    /// from ∫ f = 1 and ∫ |v|² f = 3 (Junné, Winter, Yoldaş 2025, theorem 1.2).
    CutOffDipole {
        /// R.
        strength: f64,
    },
    /// The sum of its parts.
    Mixture(Vec<ExperimentDensity>),
}

fn first() -> u32 {
    1
}

/// Coefficients of the functional I + a J + R H(f|M).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperimentLyapunov {
    pub a: f64,
    pub r: f64,
}

/// One parameter of the file, and the values it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// Keys joined by dots, as in density.shell_dipole.amplitude.
    pub parameter: String,
    pub values: Vec<f64>,
}
