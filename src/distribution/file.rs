//! Particles that a file holds, which are placed as they stand: no distribution to sample.

use super::shape::{Particle, Parts, Shape};
use crate::problem::Lattice;
use crate::rules::{Checks, Violation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Weighted particles from a file, as they stand; then no `particles`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct File {
    /// CSV with the header `vx,vy[,vz],weight`, of rings also `vr,vz,weight`, of shells `vr,weight`; or openPMD in HDF5;
    /// relative to the scenario's folder.
    pub path: String,
    /// Name of the species in an openPMD file; this species' own name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub species: Option<String>,
    /// Iteration of an openPMD file; the last one in it when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iteration: Option<u64>,
    /// Volume that the particles of an openPMD file fill, > 0, in m³ with `si`: turns weightings that count
    /// particles into densities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<f64>,
    /// Area that the particles of an openPMD file fill, > 0, in m² with `si`: turns weightings per length, of
    /// simulations in two dimensions, into densities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<f64>,
    /// Length that the particles of an openPMD file fill, > 0, in m with `si`: turns weightings per area, of
    /// simulations in one dimension, into densities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<f64>,
    /// Density of all particles together, > 0: weights count relative to each other, and are equal where the file has
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub density: Option<f64>,
}

impl<const D: usize> Shape<D> for File {
    fn key(&self) -> &'static str {
        "file"
    }

    fn density(&self) -> f64 {
        f64::NAN
    }

    fn rules(&self, found: &mut Checks) {
        let amounts = [
            ("volume", self.volume),
            ("area", self.area),
            ("length", self.length),
            ("density", self.density),
        ];
        let given: Vec<(&str, f64)> =
            amounts.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        for &(key, value) in &given {
            found.positive(key, value);
        }
        found.require(given.len() < 2, "", || {
            let keys: Vec<String> = given.iter().map(|(key, _)| format!("`{key}`")).collect();
            format!("found {} beside each other; allowed: one of them", keys.join(" and "))
        });
        found.require(!self.path.is_empty(), "path", || {
            "found an empty path; allowed: the path of a CSV or openPMD file".to_string()
        });
    }

    fn holds_particles(&self) -> bool {
        true
    }

    fn parts(&self, _: Particle, _: Option<&Lattice<D>>) -> Result<Parts<D>, Violation> {
        Ok(Vec::new())
    }
}
