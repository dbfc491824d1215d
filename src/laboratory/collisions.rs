//! Derivatives of functionals along collisions of a density with itself, in the weak form
//!
//! ```text
//! ⟨G', Q(f, f)⟩ = −∫ ∇G' · F,   F(v) = ∫ A(v − v*) (∇ log f − ∇ log f*) f f* dv*        (times c/m²)
//! ```
//!
//! with H' = log f + 1, I' = −2 Δ log f − |∇ log f|² and J_β' = −r^(−β−2) (2 Δ_S log f + |g log f|²). Here g
//! and Δ_S are the gradient and the Laplacian on the unit sphere.
//!
//! J_β' is singular at v = 0. For β = 1 and a density with ∇f(0) ≠ 0 a small sphere around it contributes.
//!
//! The flux at v is a sum over spheres |v*| = r*, each in polar angles about the direction of v. The distance
//! |v − v*|, in which A is singular, depends only on r* and the polar angle. The integrand is bounded where
//! it vanishes (|z|^(γ+3), γ ≥ −3). Radial panels are cut at r* = |v|. Points crowd towards the singularity
//! as the cubes of equal steps.

use super::density::Density;
use super::jet::Jet;
use super::quadrature::{on_interval, radial_nodes, rule};
use crate::functionals::axisymmetric::Integral;
use crate::sum::Sum;
use rayon::prelude::*;
use std::f64::consts::PI;

/// ⟨H', Q⟩, ⟨J_β', Q⟩ and ⟨I', Q⟩ for c/m² = 1. ⟨E', Q⟩ for the energy E = ∫ |v|² f/2 is exactly 0, so its
/// value here is a numerical error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    pub entropy: Integral,
    pub spherical_fisher: Integral,
    pub fisher: Integral,
    pub energy: Integral,
    /// The derivative of ∫ v_x² f, where v_x is the velocity along the axis.
    pub along_axis: Integral,
}

/// Numbers of quadrature points. The outer integral has `radial` points in each panel and `cosines` cosines.
/// The inner integral has `shells` radial, `polar` and `azimuthal` points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolution {
    pub radial: usize,
    pub cosines: usize,
    pub shells: usize,
    pub polar: usize,
    pub azimuthal: usize,
}

/// Panels on which r³ times every part of f stays below this fraction of that part's maximum are left out of the outer
/// and the inner integral. A part may matter however little of the mass it has: its gradients may be steep.
const NEGLIGIBLE: f64 = 1e-17;

/// A quadrature point in a plane through the axis, with what the functionals need. Vectors have components
/// along r and θ.
struct Target {
    r: f64,
    mu: f64,
    volume: f64,
    density: f64,
    score: [f64; 2],
    /// ∇G' for the entropy, the spherical Fisher information, the Fisher information, the energy and v_x².
    gradients: [[f64; 2]; 5],
}

/// The derivatives of the functionals along Q(f, f).
pub fn rates(density: &Density, gamma: f64, beta: f64, resolution: Resolution) -> Rates {
    let panels = occupied(density);
    let cosines = rule(resolution.cosines);
    let mut targets = Vec::new();
    for (r, dr) in radial_nodes(&panels, resolution.radial) {
        for &(mu, dmu) in &cosines {
            let Some(log) = density.log::<10>(r, mu) else { continue };
            targets.push(target(r, mu, 2.0 * PI * r * r * dr * dmu, log, beta));
        }
    }
    let source = Source::new(density, gamma, panels, resolution);
    let fluxes: Vec<[f64; 2]> = targets.par_iter().map(|target| source.flux_at(target)).collect();
    let at_origin = if beta == 1.0 { at_origin(&source) } else { 0.0 };
    let [entropy, spherical_fisher, fisher, energy, along_axis] = std::array::from_fn(|k| {
        let (mut value, mut size) = (Sum::default(), Sum::default());
        for (target, flux) in targets.iter().zip(&fluxes) {
            let term = -target.volume * (target.gradients[k][0] * flux[0] + target.gradients[k][1] * flux[1]);
            value.add(term);
            size.add(term.abs());
        }
        if k == SPHERICAL_FISHER {
            value.add(at_origin);
            size.add(at_origin.abs());
        }
        Integral { value: value.value(), size: size.value() }
    });
    Rates { entropy, spherical_fisher, fisher, energy, along_axis }
}

/// The place of ∇J_β' among the gradients of a target.
const SPHERICAL_FISHER: usize = 1;

/// What the weak form of ⟨J_1', Q⟩ has at v = 0: −∮ J_1' F·n over a small sphere.
///
/// There log f = … + a·v, so J_1' is 4 a·v̂/r², and the sphere gives −(16π/3) a·F(0). For β < 1 it gives 0. Sums over
/// shells on which J_β' has no harmonic of degree 1, those of even densities, need none.
fn at_origin(source: &Source<'_>) -> f64 {
    let Some((density, slope)) = source.density.at_origin() else { return 0.0 };
    let target =
        Target { r: 0.0, mu: 1.0, volume: 0.0, density, score: [slope, 0.0], gradients: [[0.0; 2]; 5] };
    -16.0 * PI / 3.0 * slope * source.flux_at(&target)[0]
}

/// The panels on which some part of the density is not negligible.
fn occupied(density: &Density) -> Vec<(f64, f64)> {
    let mut kept = vec![false; density.panels().len()];
    for part in density.each_part() {
        let largest = |&(low, high): &(f64, f64)| {
            let at = |r: f64, mu: f64| part.log::<3>(r, mu).map_or(0.0, |log| r.powi(3) * log.value().exp());
            let radii = (0..=16).map(|k| low + (high - low) * (0.01 + 0.98 * f64::from(k) / 16.0));
            radii.flat_map(|r| [-0.9, -0.4, 0.0, 0.4, 0.9].map(|mu| at(r, mu))).fold(0.0, f64::max)
        };
        let sizes: Vec<f64> = density.panels().iter().map(largest).collect();
        let most = sizes.iter().copied().fold(0.0, f64::max);
        kept.iter_mut().zip(&sizes).for_each(|(kept, &size)| *kept |= size > NEGLIGIBLE * most);
    }
    let panels = density.panels().iter().zip(&kept).filter(|(_, kept)| **kept);
    // The panels that are halved towards 0 contain almost nothing. They are merged into one.
    let mut kept: Vec<(f64, f64)> = panels.map(|(panel, _)| *panel).collect();
    while kept.len() > 1
        && kept[0].1 == kept[1].0
        && kept[1].1 - kept[1].0 < 0.4 * (kept[kept.len() - 1].1 - kept[kept.len() - 1].0)
    {
        kept[1].0 = kept[0].0;
        kept.remove(0);
    }
    kept
}

fn target(r: f64, mu: f64, volume: f64, log: Jet<10>, beta: f64) -> Target {
    let [x, y] = Jet::<10>::variables(r, mu);
    let sine = (1.0 - mu * mu).sqrt();
    let inverse = (x * x).recip();
    let square_sine = -(y * y) + 1.0;
    let (along_r, along_mu) = (log.along_r(), log.along_mu());
    let turning = square_sine * along_mu * along_mu;
    let laplacian_on_sphere = square_sine * along_mu.along_mu() - y * along_mu * 2.0;
    let laplacian = along_r.along_r() + along_r * x.recip() * 2.0 + laplacian_on_sphere * inverse;
    let fisher = -(laplacian * 2.0) - along_r * along_r - turning * inverse;
    let spherical = -(x.powf(-beta - 2.0) * (laplacian_on_sphere * 2.0 + turning));
    // ∂/∂θ = −sin θ ∂/∂μ.
    let gradient = |of: Jet<10>| [of.derivative(1, 0), -sine * of.derivative(0, 1) / r];
    Target {
        r,
        mu,
        volume,
        density: log.value().exp(),
        score: gradient(log),
        gradients: [
            gradient(log),
            gradient(spherical),
            gradient(fisher),
            gradient(x * x * 0.5),
            gradient(x * x * y * y),
        ],
    }
}

/// The inner integral.
struct Source<'a> {
    density: &'a Density,
    gamma: f64,
    panels: Vec<(f64, f64)>,
    shells: Vec<(f64, f64)>,
    /// For each polar angle its cosine, its sine, the weight, and sin² of half the angle.
    polar: Vec<[f64; 4]>,
    /// The cosines of the azimuths. All have the same weight.
    azimuths: Vec<f64>,
}

impl<'a> Source<'a> {
    fn new(density: &'a Density, gamma: f64, panels: Vec<(f64, f64)>, resolution: Resolution) -> Self {
        let unit = rule(resolution.polar);
        let polar = on_interval(&unit, 0.0, 1.0).map(|(s, weight)| {
            let angle = PI * s.powi(3);
            [angle.cos(), angle.sin(), weight * 3.0 * PI * s * s * angle.sin(), (0.5 * angle).sin().powi(2)]
        });
        let count = resolution.azimuthal;
        Self {
            density,
            gamma,
            panels,
            shells: on_interval(&rule(resolution.shells), 0.0, 1.0).collect(),
            polar: polar.collect(),
            azimuths: (0..count).map(|k| (PI * (k as f64 + 0.5) / count as f64).cos()).collect(),
        }
    }

    /// F at the target, along r and θ.
    fn flux_at(&self, target: &Target) -> [f64; 2] {
        let mut flux = [Sum::default(), Sum::default()];
        for &(low, high) in &self.panels {
            // Points crowd towards the end nearest to the target, or towards the target from both sides.
            let nearest = target.r.clamp(low, high);
            for (from, to) in [(nearest, low), (nearest, high)] {
                let length = (to - from).abs();
                if length == 0.0 {
                    continue;
                }
                let inside = (low..=high).contains(&target.r);
                for &(s, weight) in &self.shells {
                    let near = inside || (nearest - target.r).abs() < length;
                    let (place, slope) = if near { (s.powi(3), 3.0 * s * s) } else { (s, 1.0) };
                    let shell = self.on_sphere(target, from + (to - from) * place);
                    for axis in 0..2 {
                        flux[axis].add(weight * slope * length * shell[axis]);
                    }
                }
            }
        }
        flux.map(|component| component.value() * target.density)
    }

    /// r² ∫ A(v − v*) (∇ log f − ∇ log f*) f* over the unit sphere.
    fn on_sphere(&self, target: &Target, r: f64) -> [f64; 2] {
        let sine = (1.0 - target.mu * target.mu).sqrt();
        let azimuthal_weight = 2.0 * PI / self.azimuths.len() as f64;
        let mut flux = [0.0; 2];
        for &[cosine_polar, sine_polar, weight, half] in &self.polar {
            let square = (target.r - r).powi(2) + 4.0 * target.r * r * half;
            if square == 0.0 {
                continue;
            }
            let power = square.powf(0.5 * self.gamma);
            let weight = weight * azimuthal_weight * r * r * power;
            for &cosine_azimuth in &self.azimuths {
                let across = sine_polar * cosine_azimuth;
                let mu = (cosine_polar * target.mu - across * sine).clamp(-1.0, 1.0);
                let Some(log) = self.density.log::<3>(r, mu) else { continue };
                let density = log.value().exp();
                // ∇ log f* = (ℓ_r − μ ℓ_μ/r) ω + (ℓ_μ/r) e₁, with ω the direction of v*. It has components
                // along v̂, along θ̂ and out of the plane.
                let (axial, radial) = (log.derivative(0, 1) / r, log.derivative(1, 0));
                let radial = radial - mu * axial;
                let out = sine_polar * sine_polar - across * across;
                let z = [target.r - r * cosine_polar, -r * across];
                let d = [
                    target.score[0] - radial * cosine_polar - axial * target.mu,
                    target.score[1] - radial * across + axial * sine,
                ];
                // Out of the plane, z has the component −r √out and d has −radial √out, up to a common sign.
                let along = z[0] * d[0] + z[1] * d[1] + r * radial * out;
                for axis in 0..2 {
                    flux[axis] += weight * density * (square * d[axis] - z[axis] * along);
                }
            }
        }
        flux
    }
}
