//! Species: masses and charges, where particles are placed, and those of infinite mass.

use crate::distribution::Initial;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One species: `mass`, `initial` and `particles` for a moving one, `fixed` for one of infinite mass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Species {
    /// Name in the output columns: a letter, then letters, digits or `_`, up to 60 of them.
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
    /// What stays as it is for all times: a density of infinite mass at a velocity or, with `mass` and `temperature`, a
    /// Maxwellian background.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Fixed>,
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

/// A species that stays as it is: of infinite mass or, with `mass` and `temperature`, a Maxwellian background.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fixed {
    /// Density, > 0.
    pub density: f64,
    /// Velocity, one component per dimension; 0 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub velocity: Option<Vec<f64>>,
    /// Mass of a particle of a background, > 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mass: Option<f64>,
    /// Temperature of a background, > 0: it gives drag and diffusion by Coulomb collisions in three dimensions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
}

impl Fixed {
    /// Mass and temperature of a Maxwellian background; none for a species of infinite mass.
    pub fn background(&self) -> Option<(f64, f64)> {
        self.mass.zip(self.temperature)
    }
}
