//! An experiment: functionals of a density and their derivatives along collisions, each computed to a
//! tolerance.

use super::collisions::{self, Resolution};
use super::density::{Density, points};
use super::input::Experiment;
use super::quadrature;
use super::theorem_1_3;
use crate::exact::lorentz_flow::{Legendre, Shell};
use crate::functionals::axisymmetric::{self, Integral, Point};
use std::f64::consts::PI;

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

/// The share of the density that the flux of collisions among themselves misses, and the most of it: derivatives are
/// small differences of the flux, and what resolves them misses less than 1e-3.
const MISSED: &str = "missed";
const MOST_MISSED: f64 = 0.01;

/// A named number of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    pub name: String,
    /// The value, or why there is none: no refinement met the tolerance, or the quadrature does not see the density.
    pub value: Result<f64, String>,
}

/// All quantities of the density at the start.
pub fn quantities(experiment: &Experiment) -> Result<Vec<Quantity>, String> {
    let density = Density::new(&experiment.density, experiment.mass, experiment.gamma)?;
    let at_origin = fisher_rate_at_origin(experiment, &density);
    let mut found = converged(&LEVELS, experiment.tolerance, |&(radial, angles)| {
        named(experiment, &points(&density, radial, angles), at_origin)
    });
    only_of_all(&mut found, &density, experiment.tolerance);
    if experiment.self_coefficient > 0.0 {
        let mut own = converged(&SELF_LEVELS, experiment.self_tolerance, |&resolution| {
            along_self(experiment, &density, resolution)
        });
        let missed = own.pop().and_then(|missed| missed.value.ok()).unwrap_or(1.0);
        if missed > MOST_MISSED {
            for one in &mut own {
                one.value = Err(unseen((1.0 - missed) * density.total(), density.total()));
            }
        }
        let value = |name: &str| found.iter().chain(&own).find(|one| one.name == name).cloned();
        let total = value("fisher_rate_fixed").zip(value("fisher_rate_self")).map(|(fixed, own)| Quantity {
            name: "fisher_rate".to_string(),
            value: fixed.value.and_then(|fixed| own.value.map(|own| fixed + own)),
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
    let rate = fixed_rate(experiment);
    let flows: Vec<Flow> =
        LEVELS.iter().map(|&(radial, angles)| Flow::new(&density, radial, angles)).collect();
    let at = |&time: &f64| {
        // The density is isotropic around v = 0 at once.
        let at_origin = if time == 0.0 { fisher_rate_at_origin(experiment, &density) } else { 0.0 };
        let mut found = converged(&flows, experiment.tolerance, |flow| {
            named(experiment, &flow.points(experiment.gamma, rate, time), at_origin)
        });
        only_of_all(&mut found, &density, experiment.tolerance);
        (time, found)
    };
    Ok(experiment.times.iter().map(at).collect())
}

/// What ⟨I', L f⟩ has at v = 0 beside the sum over shells, −(4π/3) f(0) |∇ log f(0)|² at γ = −3 (times c n_b/m²).
///
/// In a time t the ions make the density isotropic up to |v| ~ t^(1/|γ|). The ball has the volume t^(3/|γ|), and at
/// γ = −3 what it loses is as large as t.
fn fisher_rate_at_origin(experiment: &Experiment, density: &Density) -> f64 {
    if experiment.gamma > -3.0 {
        return 0.0;
    }
    let of_gradient = |(f, slope): (f64, f64)| -4.0 / 3.0 * PI * f * slope * slope;
    density.at_origin().map_or(0.0, of_gradient)
}

/// Leaves all cells empty if the integral of the density itself is not what its formula says.
fn only_of_all(found: &mut [Quantity], density: &Density, tolerance: f64) {
    let Some(Quantity { value: Ok(seen), .. }) = found.iter().find(|one| one.name == "density") else {
        return;
    };
    let (seen, total) = (*seen, density.total());
    // Converged values are known to the tolerance; one of the two may be off by as much in either direction.
    if (seen - total).abs() > 2.0 * tolerance * total {
        for one in found {
            one.value = Err(unseen(seen, total));
        }
    }
}

/// Why a cell is empty when a quadrature has not seen the density.
fn unseen(seen: f64, total: f64) -> String {
    format!(
        "the quadrature finds {seen:.6e} of the density {total}: it is too narrow for its distance from v = 0"
    )
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
        let shells = quadrature::nodes(density.panels(), radial).into_iter().map(shell).collect();
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
                let value = match change <= tolerance && now.value.is_finite() {
                    true => Ok(now.value),
                    false => Err(format!("changes by {change:.1e} of its size in the last refinement")),
                };
                Quantity { name: name.clone(), value }
            };
            quantities = now.iter().zip(before).map(quantity).collect();
            if quantities.iter().all(|one: &Quantity| one.value.is_ok()) {
                break;
            }
        }
        before = Some(now);
    }
    quantities
}

/// Functionals and their derivatives along collisions with the fixed ions, with their names.
/// `at_origin` is the part of ⟨I', L f⟩ at v = 0, for c n_b/m² = 1.
fn named(experiment: &Experiment, points: &[Point], at_origin: f64) -> Vec<(String, Integral)> {
    let (gamma, beta, rate) = (experiment.gamma, experiment.beta, fixed_rate(experiment));
    let scaled = |integral: Integral| integral.combined(rate, integral, 0.0);
    let fisher = axisymmetric::fisher(points);
    let spherical = axisymmetric::spherical_fisher(points, beta);
    let relative = axisymmetric::relative_entropy(points);
    let dissipation = scaled(axisymmetric::entropy_dissipation(points, gamma));
    let spherical_dissipation = scaled(axisymmetric::spherical_dissipation(points, gamma, beta));
    let [radial, angular] = axisymmetric::fisher_rate(points, gamma).map(scaled);
    let at_origin = scaled(Integral { value: at_origin, size: at_origin.abs() });
    let fisher_rate = radial.combined(1.0, angular, 1.0).combined(1.0, at_origin, 1.0);
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
    // Of the data alone, whatever γ: a sweep over γ has one set of columns.
    named.push(("condition_1_11".to_string(), theorem_1_3::left_side(points)));
    if experiment.self_coefficient > 0.0 {
        let own = axisymmetric::mass(points).combined(experiment.self_coefficient, relative, 0.0);
        let value = experiment.fixed_coefficient / own.value;
        named.push(("strength_of_fixed".to_string(), Integral { value, size: value }));
    }
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
        (MISSED.to_string(), Integral { value: rates.missed, size: 1.0 }),
    ]
}
