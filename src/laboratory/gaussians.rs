//! Sums of Gaussians drifting along the axis, whose collisions have a closed form: an oracle of the laboratory's derivatives.
//!
//! For Coulomb collisions Q(f, f) = D : ∇∇f + 8π f², D the second derivative of Rosenbluth's potential, which of Gaussians is an
//! error function; collisions with fixed ions are the operator r^γ Δ_S itself. So ⟨G', Q⟩ is an integral over v alone, in
//! which nothing is integrated by parts.

use super::collisions::{Resolution, rates};
use super::densities::ExperimentDensity as Formula;
use super::density::Density;
use super::experiment::{Flow, quantities};
use super::input::Experiment;
use super::quadrature::{on_interval, rule};
use crate::functionals::axisymmetric::fisher;
use std::f64::consts::PI;

/// Density, temperature and drift of each, for particles of mass 1.
const PARTS: [[f64; 3]; 3] = [[0.5, 1.0, 0.6], [0.3, 0.5, -0.8], [0.2, 0.3, 1.5]];

fn formula() -> Formula {
    let one = |[density, temperature, drift]: [f64; 3]| Formula::Maxwellian { density, temperature, drift };
    Formula::Mixture(PARTS.map(one).to_vec())
}

/// f, its gradient along and across the axis, and its second derivatives xx, xy, yy and zz in the plane of the point.
struct Local {
    f: f64,
    gradient: [f64; 2],
    hessian: [f64; 4],
}

fn local(x: f64, y: f64) -> Local {
    let mut all = Local { f: 0.0, gradient: [0.0; 2], hessian: [0.0; 4] };
    for [n, t, u] in PARTS {
        let (a, b) = (-(x - u) / t, -y / t);
        let e = n * (2.0 * PI * t).powf(-1.5) * (-0.5 * t * (a * a + b * b)).exp();
        all.f += e;
        all.gradient[0] += e * a;
        all.gradient[1] += e * b;
        let second = [a * a - 1.0 / t, a * b, b * b - 1.0 / t, -1.0 / t];
        all.hessian.iter_mut().zip(second).for_each(|(sum, part)| *sum += e * part);
    }
    all
}

/// Q(f, f) with c = 1.
fn collisions(x: f64, y: f64, at: &Local) -> f64 {
    let [xx, xy, yy, zz] = at.hessian;
    let mut sum = 8.0 * PI * at.f * at.f;
    for [n, t, u] in PARTS {
        let w = (x - u).hypot(y);
        let s = w / (2.0 * t).sqrt();
        let error = libm::erf(s);
        let psi = (error - 2.0 * s / PI.sqrt() * (-s * s).exp()) / (2.0 * s * s);
        let [ex, ey] = [(x - u) / w, y / w];
        let along = ex * ex * xx + 2.0 * ex * ey * xy + ey * ey * yy;
        sum += n / w * (2.0 * psi * along + (error - psi) * (xx + yy + zz - along));
    }
    sum
}

/// r^γ Δ_S f, γ = −3.
fn scattering(x: f64, y: f64, at: &Local) -> f64 {
    let r = x.hypot(y);
    let [xx, xy, yy, zz] = at.hessian;
    let slope = (x * at.gradient[0] + y * at.gradient[1]) / r;
    let curvature = (x * x * xx + 2.0 * x * y * xy + y * y * yy) / (r * r);
    (xx + yy + zz - curvature - 2.0 * slope / r) / r
}

/// J_1' and I' at a point.
fn derivatives(x: f64, y: f64, at: &Local) -> [f64; 2] {
    let r = x.hypot(y);
    let [lx, ly] = at.gradient.map(|component| component / at.f);
    let [xx, xy, yy, zz] = at.hessian.map(|component| component / at.f);
    let [xx, xy, yy] = [xx - lx * lx, xy - lx * ly, yy - ly * ly];
    let (square, laplacian) = (lx * lx + ly * ly, xx + yy + zz);
    let slope = (x * lx + y * ly) / r;
    let curvature = (x * x * xx + 2.0 * x * y * xy + y * y * yy) / (r * r);
    let on_sphere = r * r * (laplacian - curvature - 2.0 * slope / r);
    let turning = r * r * (square - slope * slope);
    [-(2.0 * on_sphere + turning) / (r * r * r), -2.0 * laplacian - square]
}

/// ∫ of a function of x, y and what is known there. Panels are halved towards 0, where it may be singular as 1/r².
fn integral(integrand: impl Fn(f64, f64, &Local) -> f64) -> f64 {
    let (radial, cosines) = (rule(40), rule(120));
    let halved = (0..=12).rev().map(|k| 0.5f64.powi(k));
    let ends: Vec<f64> =
        std::iter::once(0.0).chain(halved).chain((3..=24).map(|k| 0.5 * f64::from(k))).collect();
    let mut sum = 0.0;
    for pair in ends.windows(2) {
        for (r, dr) in on_interval(&radial, pair[0], pair[1]) {
            for &(mu, dmu) in &cosines {
                let (x, y) = (r * mu, r * (1.0 - mu * mu).sqrt());
                sum += 2.0 * PI * r * r * dr * dmu * integrand(x, y, &local(x, y));
            }
        }
    }
    sum
}

/// Where ∇f(0) ≠ 0, the weak form of J_1 has a term at v = 0.
#[test]
fn derivatives_along_own_collisions_are_those_of_the_closed_form() {
    let density = Density::new(&formula(), 1.0, -3.0).unwrap();
    let resolution = Resolution { radial: 6, cosines: 12, shells: 12, polar: 18, azimuthal: 12 };
    let found = rates(&density, -3.0, 1.0, resolution);
    let [spherical, fisher] =
        [0, 1].map(|k| integral(|x, y, at| derivatives(x, y, at)[k] * collisions(x, y, at)));
    let entropy = integral(|x, y, at| at.f.ln() * collisions(x, y, at));
    for (found, exact) in
        [(found.entropy, entropy), (found.spherical_fisher, spherical), (found.fisher, fisher)]
    {
        println!("{} {exact}", found.value);
        // The quadrature over pairs of points, whose singularity it only crowds points at, errs by some 1e-5 of its terms.
        assert!((found.value - exact).abs() < 1e-4 * found.size, "{} {exact}", found.value);
    }
}

/// So has Fisher information along collisions with fixed ions. Where r³ is below t the flow has made f isotropic at once: I is
/// not smooth in time. With log f = … + a·v and τ = t/r³ this core adds
///
/// ```text
/// 4π f a² (t/3) ∫ τ⁻² [e^(−4τ) ((1 + 6τ)²/3 + 2/3) − 1] dτ = −(4π/3) f a² t
/// ```
///
/// to I, while in ∫ I' Lf at t = 0, the closed form here, it counts −(16π/3) f a².
#[test]
fn fisher_information_along_fixed_ions_has_its_term_at_the_origin() {
    let text = serde_json::json!({
        "version": 1, "gamma": -3.0, "density": formula(), "fixed_coefficient": 1.0
    });
    let experiment: Experiment = serde_json::from_value(text).unwrap();
    let found = quantities(&experiment).unwrap();
    let rate = found.iter().find(|one| one.name == "fisher_rate_fixed").unwrap().value.clone().unwrap();
    let density = Density::new(&formula(), 1.0, -3.0).unwrap();
    let (f, slope) = density.at_origin().unwrap();
    let core = 4.0 * PI / 3.0 * f * slope * slope;
    let exact = integral(|x, y, at| derivatives(x, y, at)[1] * scattering(x, y, at)) + 3.0 * core;
    // The default tolerance of an experiment.
    assert!((rate - exact).abs() < 1e-6 * exact.abs(), "{rate} {exact}");
    // And it is the slope of I along the exact flow, which differs from its value at 0 by a power of t.
    let flow = Flow::new(&density, 36, 72);
    let information = |time: f64| fisher(&flow.points(-3.0, 1.0, time)).value;
    let slopes = [4e-4, 2e-4, 1e-4].map(|time| (information(time) - information(0.0)) / time);
    // They approach it as t^(2/3), which is extrapolated away.
    let ratio = 2f64.powf(2.0 / 3.0);
    let [first, second] = [0, 1].map(|k| (ratio * slopes[k + 1] - slopes[k]) / (ratio - 1.0));
    println!("{rate} {exact}, core {core}, slopes {slopes:?}, extrapolated {first} {second}");
    assert!((second - rate).abs() < 0.02 * core, "{slopes:?} {rate}");
}

/// The family of theorem 1.2 beyond R = 2.48e9, from which on I rises: an inner part of 1e-24 of the mass drives all of dI/dt.
#[test]
fn the_family_of_theorem_1_2_reaches_its_limits() {
    let strength: f64 = 1e10;
    let text = serde_json::json!({
        "version": 1, "gamma": -3.0, "density": { "cut_off_dipole": { "strength": strength } },
        "self_coefficient": 1.0, "fixed_coefficient": 1.0, "self_tolerance": 1e-3
    });
    let found = quantities(&serde_json::from_value::<Experiment>(text).unwrap()).unwrap();
    let value = |name: &str| found.iter().find(|one| one.name == name).unwrap().value.clone().unwrap();
    let scale = strength.powf(-2.0 / 3.0) / (2.0 + strength).ln();
    let own = value("fisher_rate_self") * scale;
    let fixed = value("fisher_rate_fixed") / (strength * strength * scale);
    println!("{own} {fixed} {:e}", value("fisher_rate"));
    // The tolerance of the experiment, and how far R is from its limit.
    assert!((own + 8393.88).abs() < 9.0, "{own}");
    assert!((fixed - 2.142518).abs() < 1e-3, "{fixed}");
    assert!(value("fisher_rate") > 0.0);
}
