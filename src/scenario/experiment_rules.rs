//! The rules an experiment must keep beyond its types.

use super::experiment::{Experiment, ExperimentDensity};
use super::types::FORMAT_VERSION;
use super::validate::{Checks, number};
use super::violation::Violation;

/// Every rule the experiment breaks, in the order of the file.
pub fn violations(experiment: &Experiment) -> Vec<Violation> {
    let mut found = Checks::default();
    found.require(experiment.version == FORMAT_VERSION, "version", || {
        format!("found {}; allowed: {FORMAT_VERSION}", experiment.version)
    });
    found.positive("mass", experiment.mass);
    found.within("gamma", experiment.gamma, -3.0, 1.0);
    density(&mut found, "density", &experiment.density, experiment.gamma);
    found.within("self_coefficient", experiment.self_coefficient, 0.0, 1e300);
    found.within("fixed_coefficient", experiment.fixed_coefficient, 0.0, 1e300);
    found.within("beta", experiment.beta, 0.0, 10.0);
    for (index, order) in experiment.moments.iter().enumerate() {
        found.within(format!("moments.{index}"), *order, -20.0, 20.0);
    }
    if let Some(lyapunov) = experiment.lyapunov {
        found.within("lyapunov.a", lyapunov.a, 0.0, 1e300);
        found.within("lyapunov.r", lyapunov.r, 0.0, 1e300);
    }
    if let Some(sweep) = &experiment.sweep {
        found.require(!sweep.values.is_empty(), "sweep.values", || {
            "found no values; allowed: one or more".to_string()
        });
        found.require(!sweep.parameter.starts_with("sweep"), "sweep.parameter", || {
            "found the sweep itself; allowed: another parameter of the file".to_string()
        });
    }
    for (index, time) in experiment.times.iter().enumerate() {
        found.within(format!("times.{index}"), *time, 0.0, 1e300);
    }
    if !experiment.times.is_empty() {
        found.require(experiment.fixed_coefficient > 0.0, "times", || {
            "found times, but no fixed ions whose collisions to follow; allowed: with fixed_coefficient above 0".to_string()
        });
        found.require(experiment.self_coefficient == 0.0, "times", || {
            "found times beside collisions of the density with itself, which have no exact solution; allowed: with self_coefficient 0".to_string()
        });
    }
    found.within("tolerance", experiment.tolerance, 1e-12, 0.1);
    found.within("self_tolerance", experiment.self_tolerance, 1e-6, 0.1);
    found.violations
}

fn density(found: &mut Checks, path: &str, one: &ExperimentDensity, gamma: f64) {
    match one {
        ExperimentDensity::Maxwellian { density, temperature, drift } => {
            let path = format!("{path}.maxwellian");
            found.positive(format!("{path}.density"), *density);
            found.positive(format!("{path}.temperature"), *temperature);
            found.within(format!("{path}.drift"), *drift, -1e100, 1e100);
        }
        ExperimentDensity::AnisotropicMaxwellian { density, parallel, perpendicular, drift } => {
            let path = format!("{path}.anisotropic_maxwellian");
            found.positive(format!("{path}.density"), *density);
            found.positive(format!("{path}.parallel"), *parallel);
            found.positive(format!("{path}.perpendicular"), *perpendicular);
            found.within(format!("{path}.drift"), *drift, -1e100, 1e100);
        }
        ExperimentDensity::Bkw { density, temperature, contrast } => {
            let path = format!("{path}.bkw");
            found.positive(format!("{path}.density"), *density);
            found.positive(format!("{path}.temperature"), *temperature);
            found.require((0.0..0.4).contains(contrast), format!("{path}.contrast"), || {
                format!(
                    "found {}; allowed: 0 to 2/5, from which on the density is 0 or negative at the origin",
                    number(*contrast)
                )
            });
        }
        ExperimentDensity::Dipole { density, temperature, amplitude, power } => {
            let path = format!("{path}.dipole");
            found.positive(format!("{path}.density"), *density);
            found.positive(format!("{path}.temperature"), *temperature);
            found.within(format!("{path}.amplitude"), *amplitude, -20.0, 20.0);
            found.within(format!("{path}.power"), *power, 0.0, 2.0);
        }
        ExperimentDensity::ShellDipole { density, radius, width, amplitude, power, degree } => {
            let path = format!("{path}.shell_dipole");
            found.positive(format!("{path}.density"), *density);
            found.positive(format!("{path}.radius"), *radius);
            found.positive(format!("{path}.width"), *width);
            found.within(format!("{path}.amplitude"), *amplitude, -20.0, 20.0);
            found.within(format!("{path}.power"), power.unwrap_or_default(), 0.0, 4.0);
            found.require(matches!(degree, 1 | 2), format!("{path}.degree"), || {
                format!("found {degree}; allowed: 1 or 2")
            });
        }
        ExperimentDensity::CutOffDipole { strength } => {
            let path = format!("{path}.cut_off_dipole");
            found.positive(format!("{path}.strength"), *strength);
            found.require(gamma < 0.0, path, || {
                format!("found gamma {}; allowed: a number below 0 with this density", number(gamma))
            });
        }
        ExperimentDensity::Mixture(parts) => {
            let path = format!("{path}.mixture");
            found.require(!parts.is_empty(), path.clone(), || {
                "found no parts; allowed: one or more".to_string()
            });
            for (index, part) in parts.iter().enumerate() {
                self::density(found, &format!("{path}.{index}"), part, gamma);
            }
        }
    }
}
