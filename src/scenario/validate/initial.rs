//! The distributions at the start.

use crate::formula::Formula;
use crate::rules::{Checks, number};
use crate::scenario::types::*;

pub fn initial(found: &mut Checks, path: &str, distribution: &Initial, dimension: usize) {
    match distribution {
        Initial::Maxwellian { density, temperature, drift } => {
            let path = format!("{path}.maxwellian");
            found.positive(format!("{path}.density"), *density);
            found.positive(format!("{path}.temperature"), *temperature);
            found.vector(format!("{path}.drift"), drift.as_ref(), dimension);
        }
        Initial::AnisotropicMaxwellian { density, temperatures, drift } => {
            let path = format!("{path}.anisotropic_maxwellian");
            found.positive(format!("{path}.density"), *density);
            found.vector(format!("{path}.temperatures"), Some(temperatures), dimension);
            for (axis, temperature) in temperatures.iter().enumerate() {
                found.positive(format!("{path}.temperatures.{axis}"), *temperature);
            }
            found.vector(format!("{path}.drift"), drift.as_ref(), dimension);
        }
        Initial::Bkw { density, temperature, contrast } => {
            let path = format!("{path}.bkw");
            found.positive(format!("{path}.density"), *density);
            found.positive(format!("{path}.temperature"), *temperature);
            let most = 2.0 / (dimension as f64 + 2.0);
            found.require((0.0..=most).contains(contrast), format!("{path}.contrast"), || {
                format!(
                    "found {}; allowed: 0 to 2/(d + 2) = {most}, beyond which the density is negative",
                    number(*contrast)
                )
            });
        }
        Initial::Shell { density, radius, sharpness } => {
            let path = format!("{path}.shell");
            found.positive(format!("{path}.density"), *density);
            found.positive(format!("{path}.radius"), *radius);
            found.positive(format!("{path}.sharpness"), *sharpness);
        }
        Initial::Dipole { density, temperature, amplitude, power } => {
            let path = format!("{path}.dipole");
            found.positive(format!("{path}.density"), *density);
            found.positive(format!("{path}.temperature"), *temperature);
            found.within(format!("{path}.power"), *power, 0.0, 2.0);
            // Beyond 1/2 a dipole of power 2 grows without bound, and below 2 nearly so.
            let most = if *power > 1.0 { 0.49 } else { 10.0 };
            found.require(amplitude.abs() <= most, format!("{path}.amplitude"), || {
                format!("found {}; allowed: a number from -10 to 10, from -0.49 to 0.49 where the power is above 1", number(*amplitude))
            });
        }
        Initial::Expression { density, formula } => {
            let path = format!("{path}.expression");
            found.positive(format!("{path}.density"), *density);
            if let Err(message) = Formula::parse(formula, formula_variables(dimension)) {
                found.require(false, format!("{path}.formula"), || message);
            }
        }
        Initial::File { path: file, volume, .. } => {
            if let Some(volume) = volume {
                found.positive(format!("{path}.file.volume"), *volume);
            }
            found.require(!file.is_empty(), format!("{path}.file.path"), || {
                "found an empty path; allowed: the path of a CSV or openPMD file".to_string()
            });
        }
        Initial::Mixture(parts) => {
            let path = format!("{path}.mixture");
            found.require(!parts.is_empty(), path.clone(), || {
                "found no parts; allowed: one or more".to_string()
            });
            for (index, part) in parts.iter().enumerate() {
                found.require(!matches!(part, Initial::File { .. }), format!("{path}.{index}.file"), || {
                    "found in a mixture; allowed: as the initial of a species, alone".to_string()
                });
                initial(found, &format!("{path}.{index}"), part, dimension);
            }
            let total: f64 = parts.iter().map(Initial::density).sum();
            found.require(total < f64::INFINITY || parts.len() < 2, path, || {
                "found parts whose densities add up beyond every number; allowed: a sum up to 1.7e308"
                    .to_string()
            });
        }
    }
}
