//! An experiment: functionals of a density and their derivatives along collisions, each computed to a
//! tolerance.

use super::collisions::{self, Resolution};
use super::density::{Density, points};
use super::input::Experiment;
use super::quadrature;
use crate::exact::lorentz_flow::{Legendre, Shell};
use crate::functionals::axisymmetric::{self, Integral, Point};

/// Numbers of points in each radial panel and over the cosine. They are refined until the tolerance is met.
const LEVELS: [(usize, usize); 6] = [(12, 24), (18, 36), (27, 54), (40, 80), (60, 120), (90, 180)];

/// The refinements for collisions of the density with itself.
const SELF_LEVELS: [Resolution; 5] = [
    Resolution { radial: 5, cosines: 8, shells: 8, polar: 12, azimuthal: 8 },
    Resolution { radial: 7, cosines: 12, shells: 12, polar: 18, azimuthal: 12 },
    Resolution { radial: 10, cosines: 16, shells: 16, polar: 24, azimuthal: 16 },
    Resolution { radial: 14, cosines: 24, shells: 24, polar: 36, azimuthal: 24 },
    Resolution { radial: 20, cosines: 32, shells: 32, polar: 48, azimuthal: 32 },
];

/// A named number of a row. The value is none if no refinement met the tolerance.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    pub name: String,
    pub value: Option<f64>,
    /// The change in the last refinement, relative to the size of the terms.
    pub change: f64,
}

/// All quantities of the density at the start.
pub fn quantities(experiment: &Experiment) -> Result<Vec<Quantity>, String> {
    let density = Density::new(&experiment.density, experiment.mass, experiment.gamma)?;
    require_seen(&density)?;
    let origin = surface_at_origin(experiment, &density);
    let mut found = converged(&LEVELS, experiment.tolerance, |&(radial, angles)| {
        named(experiment, &points(&density, radial, angles), origin)
    });
    if experiment.self_coefficient > 0.0 {
        let own = converged(&SELF_LEVELS, experiment.self_tolerance, |&resolution| {
            along_self(experiment, &density, resolution)
        });
        let value = |name: &str| found.iter().chain(&own).find(|one| one.name == name).cloned();
        let total = value("fisher_rate_fixed").zip(value("fisher_rate_self")).map(|(fixed, own)| Quantity {
            name: "fisher_rate".to_string(),
            value: fixed.value.zip(own.value).map(|(fixed, own)| fixed + own),
            change: fixed.change.max(own.change),
        });
        found.extend(own);
        found.extend(total);
    }
    Ok(found)
}

/// The quantities at each time of the experiment, as the density evolves by collisions with the fixed ions
/// alone.
pub fn history(experiment: &Experiment) -> Result<Vec<(f64, Vec<Quantity>)>, String> {
    let density = Density::new(&experiment.density, experiment.mass, experiment.gamma)?;
    require_seen(&density)?;
    let rate = fixed_rate(experiment);
    let flows: Vec<Flow> =
        LEVELS.iter().map(|&(radial, angles)| Flow::new(&density, radial, angles)).collect();
    let at = |&time: &f64| {
        let found = converged(&flows, experiment.tolerance, |flow| {
            // Where scattering at the origin is infinitely fast it has made f isotropic there.
            let origin = if time == 0.0 { surface_at_origin(experiment, &density) } else { 0.0 };
            named(experiment, &flow.points(experiment.gamma, rate, time), origin)
        });
        (time, found)
    };
    Ok(experiment.times.iter().map(at).collect())
}

/// A density on spheres, which can be evolved in time.
#[derive(Debug, Clone)]
pub struct Flow {
    legendre: Legendre,
    shells: Vec<Shell>,
}

impl Flow {
    /// A flow with `radial` points in each panel and `angles` cosines.
    pub fn new(density: &Density, radial: usize, angles: usize) -> Self {
        let legendre = Legendre::new(&quadrature::rule(angles));
        let shell = |(r, dr): (f64, f64)| {
            Shell::new(r, dr, &legendre, |mu| {
                density.log::<3>(r, mu).map_or((0.0, 0.0), |log| {
                    let f = log.value().exp();
                    (f, f * log.derivative(1, 0))
                })
            })
        };
        let shells = quadrature::radial_nodes(density.panels(), radial).into_iter().map(shell).collect();
        Self { legendre, shells }
    }

    /// The density at a time. `rate` is c n_b/m².
    pub fn points(&self, gamma: f64, rate: f64, time: f64) -> Vec<Point> {
        let mut points = Vec::new();
        for shell in &self.shells {
            shell.push_points(&self.legendre, gamma, rate, time, &mut points);
        }
        points
    }
}

/// The largest share of ∫ f that the finest quadrature may miss.
const MISSED: f64 = 1e-6;

/// Refuses densities that the points of the quadrature, which lie around the origin, do not see.
fn require_seen(density: &Density) -> Result<(), String> {
    let (radial, angles) = LEVELS[LEVELS.len() - 1];
    let found = axisymmetric::mass(&points(density, radial, angles)).value / density.total();
    if (found - 1.0).abs() <= MISSED {
        return Ok(());
    }
    Err(format!(
        "found a density of which the quadrature around the origin sees {found:.6}; allowed: parts that are no narrower than about a hundredth of their distance from the origin"
    ))
}

/// What ⟨I', L f⟩ has at v = 0 for Coulomb collisions, where its formula as an integral over v ≠ 0 is not all: −(4π/3) f(0)
/// |∇ log f(0)|², times c n_b/m². For γ > −3 a small sphere adds nothing.
fn surface_at_origin(experiment: &Experiment, density: &Density) -> f64 {
    match density.at_origin() {
        Some((f, slope)) if experiment.gamma == -3.0 => {
            -4.0 * std::f64::consts::PI / 3.0 * f * slope * slope * fixed_rate(experiment)
        }
        _ => 0.0,
    }
}

/// c n_b/m².
fn fixed_rate(experiment: &Experiment) -> f64 {
    experiment.fixed_coefficient / (experiment.mass * experiment.mass)
}

/// The values of the last refinement. Values that still change by more than the tolerance, relative to the
/// size of their terms, are left empty.
fn converged<L>(
    levels: &[L],
    tolerance: f64,
    evaluate: impl Fn(&L) -> Vec<(String, Integral)>,
) -> Vec<Quantity> {
    let mut before: Option<Vec<(String, Integral)>> = None;
    let mut quantities = Vec::new();
    for level in levels {
        let now = evaluate(level);
        if let Some(before) = &before {
            let quantity = |((name, now), (_, before)): (&(String, Integral), &(String, Integral))| {
                let change = (now.value - before.value).abs() / now.size;
                // A sum whose terms are all 0 does not change.
                let change = if now.size == 0.0 { 0.0 } else { change };
                let value = (change <= tolerance && now.value.is_finite()).then_some(now.value);
                Quantity { name: name.clone(), value, change }
            };
            quantities = now.iter().zip(before).map(quantity).collect();
            if quantities.iter().all(|one: &Quantity| one.value.is_some()) {
                break;
            }
        }
        before = Some(now);
    }
    quantities
}

/// Functionals and their derivatives along collisions with the fixed ions, with their names.
///
/// `origin` is what a small sphere around v = 0 adds to the derivative of Fisher information.
fn named(experiment: &Experiment, points: &[Point], origin: f64) -> Vec<(String, Integral)> {
    let (gamma, beta, rate) = (experiment.gamma, experiment.beta, fixed_rate(experiment));
    let scaled = |integral: Integral| integral.combined(rate, integral, 0.0);
    let fisher = axisymmetric::fisher(points);
    let spherical = axisymmetric::spherical_fisher(points, beta);
    let relative = axisymmetric::relative_entropy(points);
    let dissipation = scaled(axisymmetric::entropy_dissipation(points, gamma));
    let spherical_dissipation = scaled(axisymmetric::spherical_dissipation(points, gamma, beta));
    let [radial, angular] = axisymmetric::fisher_rate(points, gamma).map(scaled);
    let angular = angular.combined(1.0, Integral { value: origin, size: origin.abs() }, 1.0);
    let fisher_rate = radial.combined(1.0, angular, 1.0);
    let mut named = vec![
        ("density".to_string(), axisymmetric::mass(points)),
        ("entropy".to_string(), axisymmetric::entropy(points)),
        ("fisher".to_string(), fisher),
        ("spherical_fisher".to_string(), spherical),
        ("relative_entropy".to_string(), relative),
        ("entropy_dissipation_fixed".to_string(), dissipation),
        ("spherical_dissipation_fixed".to_string(), spherical_dissipation),
        ("fisher_rate_fixed".to_string(), fisher_rate),
        ("fisher_rate_fixed_radial".to_string(), radial),
        ("fisher_rate_fixed_spherical".to_string(), angular),
    ];
    for &order in &experiment.moments {
        named.push((format!("moment_{order}"), axisymmetric::moment(points, experiment.mass, order)));
    }
    if let Some(lyapunov) = experiment.lyapunov {
        let value = fisher.combined(1.0, spherical, lyapunov.a).combined(1.0, relative, lyapunov.r);
        let change = fisher_rate.combined(1.0, spherical_dissipation, -lyapunov.a);
        named.push(("lyapunov".to_string(), value));
        named.push(("lyapunov_rate_fixed".to_string(), change.combined(1.0, dissipation, -lyapunov.r)));
    }
    named
}

/// Derivatives along collisions of the density with itself.
fn along_self(experiment: &Experiment, density: &Density, resolution: Resolution) -> Vec<(String, Integral)> {
    let rates = collisions::rates(density, experiment.gamma, experiment.beta, resolution);
    let strength = experiment.self_coefficient / (experiment.mass * experiment.mass);
    let scaled = |integral: Integral, factor: f64| integral.combined(factor * strength, integral, 0.0);
    vec![
        ("entropy_dissipation_self".to_string(), scaled(rates.entropy, -1.0)),
        ("spherical_fisher_rate_self".to_string(), scaled(rates.spherical_fisher, 1.0)),
        ("fisher_rate_self".to_string(), scaled(rates.fisher, 1.0)),
        // The energy gained by the error of the quadrature.
        ("energy_rate_self".to_string(), scaled(rates.energy, 1.0)),
    ]
}
