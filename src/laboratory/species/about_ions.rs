//! Integrals over spheres about fixed ions at a velocity, of one species.
//!
//! With v from there, r = |v|, Π the projection across v, ℓ = log f, S = Π ∇∇ℓ Π − (∂_r ℓ/r) Π the second derivatives on the sphere
//! over r², and Γ = |S|² + |Π ∇ℓ|²/r² (Junné, Winter, Yoldaş 2025, sections 3.1 and 3.3).
//!
//! Panels over r are twice as wide as the smallest standard deviation, and directions are so many that their spacing is about as
//! large as that of the radii.

use super::bulk::{REACH, Sums, collisions, derivatives, term};
use super::convolution::{Kernel, jacobi};
use super::gaussians::{Gaussians, Local};
use super::tensor::{Vector, contracted, dot, plus, times, trace};
use crate::functionals::axisymmetric::Integral;
use crate::laboratory::quadrature::rule;
use crate::parallel;
use std::f64::consts::PI;

/// Points beyond which spheres are not tried: some seconds.
const MOST_POINTS: f64 = 3e6;

/// A density is too narrow for its distance from the ions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooNarrow;

/// log f and its derivatives in terms of spheres.
struct OnSphere {
    f: f64,
    /// |Π ∇ℓ|².
    turning: f64,
    /// Γ.
    bending: f64,
    /// tr S.
    laplacian: f64,
    /// |Π ∇(v̂·∇ℓ) + (γ/2r) Π ∇ℓ|².
    square: f64,
    /// What turning, and bending, laplacian² and square are made of.
    scales: [f64; 2],
}

impl OnSphere {
    fn new(local: &Local, r: f64, unit: Vector, gamma: f64) -> Self {
        let slopes = dot(local.slope, local.slope);
        let along = dot(unit, local.slope);
        let across = plus(local.slope, -along, unit);
        let image = times(&local.hessian, unit);
        let twice = dot(unit, image);
        let turned = plus(image, -twice, unit);
        let turning = dot(across, across);
        let tangent = contracted(&local.hessian, &local.hessian) - 2.0 * dot(image, image) + twice * twice;
        let flat = trace(&local.hessian) - twice;
        let sphere = tangent - 2.0 * along / r * flat + 2.0 * (along / r).powi(2);
        let completed = plus(turned, (1.0 + 0.5 * gamma) / r, across);
        Self {
            f: local.log.exp(),
            turning,
            bending: sphere + turning / (r * r),
            laplacian: flat - 2.0 * along / r,
            square: dot(completed, completed),
            scales: [slopes, contracted(&local.hessian, &local.hessian) + slopes / (r * r)],
        }
    }
}

/// Spheres of radii with weights, on each of which directions are so many.
struct Spheres {
    radii: Vec<(f64, f64, usize)>,
}

impl Spheres {
    /// About a center, for integrands that are r^power times analytic functions at r = 0.
    fn new(f: &Gaussians, center: Vector, power: f64, fineness: f64) -> Result<Self, TooNarrow> {
        let narrowest = f.parts.iter().flat_map(|part| part.variances).fold(f64::INFINITY, f64::min).sqrt();
        let reach = |part: &super::gaussians::Gaussian| {
            let from = plus(part.drift, -1.0, center);
            dot(from, from).sqrt() + REACH * part.width()
        };
        let reach = f.parts.iter().map(reach).fold(0.0, f64::max);
        let panels = (reach / (2.0 * narrowest)).ceil().max(1.0);
        let count = (7.0 * fineness) as usize + 4;
        let cosines = |r: f64| fineness * (3.0 * r / narrowest) + 6.0;
        // Two azimuths for each cosine.
        let most = 2.0 * cosines(reach).powi(2);
        let points = panels * count as f64 * most / 3.0;
        if points.is_nan() || points > MOST_POINTS * fineness.powi(3) {
            return Err(TooNarrow);
        }
        let width = reach / panels;
        let legendre = jacobi(count, 0.0, 0.0).ok_or(TooNarrow)?;
        let first = jacobi(count, power, 0.0).ok_or(TooNarrow)?;
        let mut radii = Vec::new();
        for panel in 0..panels as usize {
            let rule = if panel == 0 { &first } else { &legendre };
            for &(x, dx) in rule {
                let r = width * (panel as f64 + x);
                let weight = if panel == 0 { dx * x.powf(-power) } else { dx };
                radii.push((r, weight * width, cosines(r) as usize));
            }
        }
        Ok(Self { radii })
    }

    /// Sums over all spheres; the order does not depend on threads.
    fn integrals(
        &self,
        f: &Gaussians,
        center: Vector,
        count: usize,
        values: impl Fn(f64, Vector, Vector, &Local, &mut [Integral]) + Sync,
    ) -> Vec<Integral> {
        let spheres = parallel::map(self.radii.len(), &|radius| {
            let (r, dr, cosines) = self.radii[radius];
            let (mut sums, mut own) = (Sums::new(count), vec![term(0.0, 0.0); count]);
            let azimuths = 2 * cosines;
            let area = 2.0 * PI / azimuths as f64;
            for (mu, dmu) in rule(cosines) {
                let sine = (1.0 - mu * mu).sqrt();
                for k in 0..azimuths {
                    let angle = area * (k as f64 + 0.5);
                    let unit = [sine * angle.cos(), sine * angle.sin(), mu];
                    let v = plus(center, r, unit);
                    values(r, unit, v, &f.local(v), &mut own);
                    sums.add(area * dmu * r * r * dr, &own);
                }
            }
            sums.integrals()
        });
        let mut all = Sums::new(count);
        spheres.iter().for_each(|sphere| all.join(sphere));
        all.integrals()
    }
}

/// Derivatives along L f = ∇·(|v|^(γ+2) Π ∇f).
#[derive(Debug, Clone, Copy)]
pub struct AlongIons {
    /// −⟨H', L f⟩ = ∫ r^(γ+2) |Π ∇ℓ|² f.
    pub entropy_dissipation: Integral,
    /// ⟨I', L f⟩ by Proposition 3.3, over v ≠ 0.
    pub fisher: Integral,
    /// ∫ I' L f over v ≠ 0.
    pub fisher_direct: Integral,
    /// ∫ r^(γ+2) Γ f.
    pub bending: Integral,
    /// ∫ r^γ |Π ∇ℓ|² f.
    pub turning: Integral,
}

/// Derivatives of functionals of a species along its collisions with ions at `center`, c n_b/m² = 1.
pub fn along_ions(f: &Gaussians, center: Vector, gamma: f64, fineness: f64) -> Result<AlongIons, TooNarrow> {
    // At γ = −3 powers of r below 0 vanish in the mean over directions.
    let power = if gamma > -3.0 { gamma + 2.0 } else { 0.0 };
    let spheres = Spheres::new(f, center, power, fineness)?;
    let found = spheres.integrals(f, center, 5, |r, unit, _, local, values| {
        let at = OnSphere::new(local, r, unit, gamma);
        let weight = at.f * r.powf(gamma + 2.0);
        let [_, fisher] = derivatives(local);
        let [turning, bending] = at.scales.map(|scale| weight * scale);
        let rate = -2.0 * (at.square + at.bending - 0.25 * gamma * gamma * at.turning / (r * r));
        values[0] = term(weight * at.turning, turning);
        values[1] = term(weight * rate, bending);
        values[2] = term(weight * fisher * (at.laplacian + at.turning), bending);
        values[3] = term(weight * at.bending, bending);
        values[4] = term(weight * at.turning / (r * r), turning / (r * r));
    });
    Ok(AlongIons {
        entropy_dissipation: found[0],
        fisher: found[1],
        fisher_direct: found[2],
        bending: found[3],
        turning: found[4],
    })
}

/// Integrals of section 3.3, about ions whose L_S has |v|⁻¹.
#[derive(Debug, Clone, Copy)]
pub struct Section33 {
    /// J_1 = ∫ |Π ∇ℓ|² f/r, which is −⟨H', L_S f⟩ too.
    pub spherical_fisher: Integral,
    /// −⟨J_1', L_S f⟩ = 2 ∫ Γ f/r².
    pub spherical_dissipation: Integral,
    /// ∫ |Π ∇ℓ|² f/r³.
    pub third: Integral,
    /// ∫ |Π ∇ℓ|² f/r⁴.
    pub sharp: Integral,
    /// ∫ |Π ∇ℓ|⁴ f/r².
    pub fourth: Integral,
    /// ∫ |∇·(Π ∇ℓ)|² f/r².
    pub laplacian: Integral,
    /// ⟨J_1', Q(f, f)⟩ for c/m² = 1.
    pub spherical_fisher_rate: Integral,
}

/// Integrals of section 3.3 of a species. `spherical_dissipation`, `sharp` and `laplacian` are finite only where ∇f = 0 at the center.
pub fn section_3_3(
    f: &Gaussians,
    center: Vector,
    kernel: &Kernel,
    fineness: f64,
) -> Result<Section33, TooNarrow> {
    let spheres = Spheres::new(f, center, 0.0, fineness)?;
    let found = spheres.integrals(f, center, 7, |r, unit, v, local, values| {
        let at = OnSphere::new(local, r, unit, -3.0);
        let [rate, _] = collisions(local, [1.0, 1.0], &kernel.convolved(f, v));
        let [turning, bending] = at.scales.map(|scale| at.f * scale);
        let slope = at.f * (2.0 * at.laplacian + at.turning) / r;
        values[0] = term(at.f * at.turning / r, turning / r);
        values[1] = term(2.0 * at.f * at.bending / (r * r), bending / (r * r));
        values[2] = term(at.f * at.turning / r.powi(3), turning / r.powi(3));
        values[3] = term(at.f * at.turning / r.powi(4), turning / r.powi(4));
        values[4] = term(at.f * at.turning.powi(2) / (r * r), turning * at.scales[0] / (r * r));
        values[5] = term(at.f * at.laplacian.powi(2) / (r * r), bending / (r * r));
        let scale = at.f * at.scales[1].sqrt() / r * rate.size;
        values[6] = term(-slope * rate.value, scale);
    });
    Ok(Section33 {
        spherical_fisher: found[0],
        spherical_dissipation: found[1],
        third: found[2],
        sharp: found[3],
        fourth: found[4],
        laplacian: found[5],
        spherical_fisher_rate: found[6],
    })
}

/// The largest ∫ f(v*) |v − v*|^(γ+2) dv*, found from the drift of each Gaussian by steps along the axes that are halved.
pub fn potential(f: &Gaussians, kernel: &Kernel) -> f64 {
    // The trace of A is 2 |z|^(γ+2).
    let at = |v: Vector| 0.5 * trace(&kernel.convolved(f, v).tensor);
    let climbed = |part: &super::gaussians::Gaussian| {
        let (mut v, mut most, mut step) = (part.drift, at(part.drift), 0.5 * part.width());
        // The error is of second order in the last step.
        while step > 1e-7 * part.width() {
            let mut moved = false;
            for axis in 0..3 {
                for sign in [-1.0, 1.0] {
                    let mut next = v;
                    next[axis] += sign * step;
                    let value = at(next);
                    if value > most {
                        (v, most, moved) = (next, value, true);
                    }
                }
            }
            if !moved {
                step *= 0.5;
            }
        }
        most
    };
    f.parts.iter().map(climbed).fold(0.0, f64::max)
}
