//! Species: masses and charges, distributions at the start, where particles are placed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One species: `mass`, `initial` and `particles` for a moving one, `fixed` for one of infinite mass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Species {
    /// Name in the output columns: a letter, then letters, digits or `_`.
    pub name: String,
    /// Mass of a particle, > 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mass: Option<f64>,
    /// Charge of a particle.
    #[serde(default)]
    pub charge: f64,
    /// Distribution at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial: Option<Initial>,
    /// Where the particles are placed at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub particles: Option<Particles>,
    /// Infinite mass: a density at a velocity, for all times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Fixed>,
}

/// Distribution at the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Initial {
    /// Maxwellian of a density (> 0) and a temperature (> 0) about a drift velocity (default 0).
    Maxwellian {
        density: f64,
        temperature: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drift: Option<Vec<f64>>,
    },
    /// Maxwellian with a temperature (> 0) of its own along each axis.
    AnisotropicMaxwellian {
        density: f64,
        temperatures: Vec<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drift: Option<Vec<f64>>,
    },
    /// The Bobylev–Krook–Wu solution at t = 0, K = T (1 − contrast), 0 ≤ contrast ≤ 2/(d + 2).
    Bkw { density: f64, temperature: f64, contrast: f64 },
    /// A spherical shell, exp(−sharpness (|v| − radius)² / radius²) up to a factor.
    Shell { density: f64, radius: f64, sharpness: f64 },
    /// A Maxwellian about 0 times exp(a (|v|/√(T/m))^p cos θ), θ the angle to the first axis; normalised to
    /// the density.
    Dipole {
        density: f64,
        temperature: f64,
        /// a: at most 10 either way, and at most 0.49 where the power is above 1.
        amplitude: f64,
        /// p, 0 to 2.
        power: f64,
    },
    /// A formula of vx, vy, vz and the speed v, times the factor that gives the particles the density; particles
    /// on a `lattice`.
    Expression {
        density: f64,
        /// Numbers, + − * / ^, parentheses, pi, e, exp, log, sqrt, abs, sin, cos, tan, atan, sinh, cosh, tanh, erf,
        /// step (1 from 0 on), min, max; ≥ 0 on the whole lattice.
        formula: String,
    },
    /// The sum of its parts.
    Mixture(Vec<Initial>),
    /// Weighted particles from a file, as they stand; then no `particles`.
    File {
        /// CSV with the header `vx,vy[,vz],weight`, or openPMD (.h5); relative to the scenario's folder.
        path: String,
        /// Name of the species in an openPMD file; this species' own name when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        species: Option<String>,
        /// Iteration of an openPMD file; the last one in it when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        iteration: Option<u64>,
        /// Volume that the particles of an openPMD file fill, > 0, in m³ with `si`: turns weightings that count
        /// particles into densities.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        volume: Option<f64>,
    },
}

/// The variables of a formula, in the order their values are given in.
pub fn formula_variables(dimension: usize) -> &'static [&'static str] {
    if dimension == 2 { &["v", "vx", "vy"] } else { &["v", "vx", "vy", "vz"] }
}

/// Where the particles are placed at the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Particles {
    /// Cell centres of a uniform lattice, each with weight h^d f(v).
    Lattice {
        /// Cells along each axis, ≥ 1.
        per_axis: u32,
        /// Half the edge of the square or cube; h = 2 half_width / per_axis. When left out, the lattice reaches 4.5
        /// thermal speeds of every part of the distribution beyond the mean of that part, and of a shell as many
        /// thicknesses radius/√(2 sharpness) beyond its radius.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        half_width: Option<HalfWidth>,
        /// Centre of the lattice; when left out, the mean velocity of the distribution, in which a formula counts as
        /// one about 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        center: Option<Vec<f64>>,
        /// Particles below this fraction of the largest weight are left out; 0 ≤ drop_below < 1.
        #[serde(default)]
        drop_below: f64,
    },
    /// Independent samples of equal weight.
    Random { count: u32, seed: u64 },
    /// Low-discrepancy samples of equal weight.
    QuasiRandom { count: u32 },
}

/// Half the edge of a lattice: a velocity, or a multiple of the species' own thermal speed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum HalfWidth {
    /// A velocity, > 0.
    Velocity(f64),
    /// In thermal speeds of the species.
    ThermalSpeeds {
        /// A number > 0. The thermal speed is the root of the largest eigenvalue of the covariance of the velocities;
        /// a formula has none before its lattice is known.
        thermal_speeds: f64,
    },
}

/// A species of infinite mass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fixed {
    /// Density, > 0.
    pub density: f64,
    /// Velocity, one component per dimension; 0 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub velocity: Option<Vec<f64>>,
}
