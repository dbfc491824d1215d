//! Derivatives of functionals along collisions of a density with itself, in the weak form
//!
//! ```text
//! ⟨G', Q(f, f)⟩ = −∫ ∇G' · F,   F(v) = ∫ A(v − v*) (∇ log f − ∇ log f*) f f* dv*        (times c/m²)
//! ```
//!
//! with H' = log f + 1, I' = −2 Δ log f − |∇ log f|² and J_β' = −r^(−β−2) (2 Δ_S log f + |g log f|²). Here g
//! and Δ_S are the gradient and the Laplacian on the unit sphere.
//!
//! Where ∇f(0) ≠ 0, J_β' is as steep as |v|^(−β−1) cos θ at v = 0 and the weak form has a term there. For any ρ and
//! constant vector F₀, since F − F₀ has the divergence of F,
//!
//! ```text
//! ⟨G', Q⟩ = −∫_{|v|>ρ} ∇G' · F − ∫_{|v|<ρ} ∇G' · (F − F₀) − F₀ · ∮_{|v|=ρ} G' v̂
//! ```
//!
//! With F₀ = F(0) nothing is left at v = 0 for β < 2. (At β = 1, as ρ → 0, the last term is −(16π/3) ∇ log f(0) · F(0).)
//!
//! The flux at v is a sum over spheres |v*| = r*, each in polar angles about the direction of v. The distance
//! |v − v*|, in which A is singular, depends only on r* and the polar angle. The integrand is bounded where
//! it vanishes (|z|^(γ+3), γ ≥ −3). Radial panels are cut at r* = |v|. Points crowd towards the singularity
//! as the cubes of equal steps.

use super::density::Density;
use super::jet::Jet;
use super::quadrature::{nodes, on_interval, rule};
use crate::functionals::axisymmetric::Integral;
use crate::parallel;
use crate::sum::Sum;
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
    /// The mean over the density of the relative error of ∫ f* in the flux: a quadrature that does not see the density
    /// cannot see its collisions.
    pub missed: f64,
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
    let panels = density.occupied();
    let cosines = density.cosines(resolution.cosines);
    let mut targets = Vec::new();
    for (r, dr) in nodes(panels, resolution.radial) {
        for &(mu, dmu) in &cosines {
            let Some(log) = density.log::<10>(r, mu) else { continue };
            targets.push(target(r, mu, 2.0 * PI * r * r * dr * dmu, log, beta));
        }
    }
    let source = Source::new(density, gamma, resolution);
    let found = parallel::map(targets.len(), &|target| source.flux_at(&targets[target]));
    let core = Core::new(density, &source, beta, &cosines);
    let [entropy, spherical_fisher, fisher, energy, along_axis] = std::array::from_fn(|k| {
        let (mut value, mut size) = (Sum::default(), Sum::default());
        let mut add = |term: f64| {
            value.add(term);
            size.add(term.abs());
        };
        for (target, found) in targets.iter().zip(&found) {
            let of_core = core.flux_at(target);
            let flux = [found.flux[0] - of_core[0], found.flux[1] - of_core[1]];
            add(-target.volume * (target.gradients[k][0] * flux[0] + target.gradients[k][1] * flux[1]));
        }
        add(-core.flux * core.surface[k]);
        Integral { value: value.value(), size: size.value() }
    });
    let seen = targets
        .iter()
        .zip(&found)
        .map(|(target, found)| target.volume * target.density * (found.sources - density.total()).abs());
    let missed = seen.sum::<f64>() / density.total().powi(2);
    Rates { entropy, spherical_fisher, fisher, energy, along_axis, missed }
}

/// The ball around v = 0 in which the flux is taken relative to the one at v = 0. Empty unless the density has a gradient there.
struct Core {
    /// The ball's radius, the end of a panel.
    radius: f64,
    /// F₀, which is along the axis.
    flux: f64,
    /// The component along the axis of ∮ G' v̂ over the ball's surface, for each functional.
    surface: [f64; 5],
}

impl Core {
    fn new(density: &Density, source: &Source<'_>, beta: f64, cosines: &[(f64, f64)]) -> Self {
        let none = Self { radius: 0.0, flux: 0.0, surface: [0.0; 5] };
        let Some(&(low, radius)) = density.occupied().first() else { return none };
        let smooth = density.at_origin().is_some_and(|(_, slope)| slope != 0.0 && slope.is_finite());
        if low > 0.0 || !smooth {
            return none;
        }
        // A density that is radial but for its gradient may have a kink at v = 0, of which the mean over both
        // sides is free. F changes by a relative 1e-9 over this distance.
        let close = 1e-9 * radius;
        let along_axis = |mu: f64| {
            let log = density.log::<10>(close, mu)?;
            Some(mu * source.flux_at(&target(close, mu, 0.0, log, beta)).flux[0])
        };
        let Some((one, other)) = along_axis(1.0).zip(along_axis(-1.0)) else { return none };
        let mut surface = [0.0; 5];
        for &(mu, dmu) in cosines {
            let Some(log) = density.log::<10>(radius * (1.0 - f64::EPSILON), mu) else { continue };
            let derivatives = derivatives(radius, mu, log, beta);
            for (total, derivative) in surface.iter_mut().zip(derivatives) {
                *total += 2.0 * PI * radius * radius * mu * dmu * derivative.value();
            }
        }
        Self { radius, flux: 0.5 * (one + other), surface }
    }

    /// F₀ along r and θ at a target in the ball, 0 beyond it.
    fn flux_at(&self, target: &Target) -> [f64; 2] {
        if target.r >= self.radius {
            return [0.0; 2];
        }
        let sine = (1.0 - target.mu * target.mu).sqrt();
        [self.flux * target.mu, -self.flux * sine]
    }
}

/// G' of the entropy, the spherical Fisher information, the Fisher information, the energy and ∫ v_x² f.
fn derivatives(r: f64, mu: f64, log: Jet<10>, beta: f64) -> [Jet<10>; 5] {
    let [x, y] = Jet::<10>::variables(r, mu);
    let inverse = (x * x).recip();
    let square_sine = -(y * y) + 1.0;
    let (along_r, along_mu) = (log.along_r(), log.along_mu());
    let turning = square_sine * along_mu * along_mu;
    let laplacian_on_sphere = square_sine * along_mu.along_mu() - y * along_mu * 2.0;
    let laplacian = along_r.along_r() + along_r * x.recip() * 2.0 + laplacian_on_sphere * inverse;
    let fisher = -(laplacian * 2.0) - along_r * along_r - turning * inverse;
    let spherical = -(x.powf(-beta - 2.0) * (laplacian_on_sphere * 2.0 + turning));
    [log, spherical, fisher, x * x * 0.5, x * x * y * y]
}

fn target(r: f64, mu: f64, volume: f64, log: Jet<10>, beta: f64) -> Target {
    let sine = (1.0 - mu * mu).sqrt();
    // ∂/∂θ = −sin θ ∂/∂μ.
    let gradient = |of: Jet<10>| [of.derivative(1, 0), -sine * of.derivative(0, 1) / r];
    Target {
        r,
        mu,
        volume,
        density: log.value().exp(),
        score: gradient(log),
        gradients: derivatives(r, mu, log, beta).map(gradient),
    }
}

/// F at a target, along r and θ, and ∫ f* as the inner integral finds it.
struct Flux {
    flux: [f64; 2],
    sources: f64,
}

/// The inner integral.
struct Source<'a> {
    density: &'a Density,
    gamma: f64,
    shells: Vec<(f64, f64)>,
    /// For each polar angle its cosine, its sine, the weight, and sin² of half the angle.
    polar: Vec<[f64; 4]>,
    /// The cosines of the azimuths. All have the same weight.
    azimuths: Vec<f64>,
}

impl<'a> Source<'a> {
    fn new(density: &'a Density, gamma: f64, resolution: Resolution) -> Self {
        let unit = rule(resolution.polar);
        let polar = on_interval(&unit, 0.0, 1.0).map(|(s, weight)| {
            let angle = PI * s.powi(3);
            [angle.cos(), angle.sin(), weight * 3.0 * PI * s * s * angle.sin(), (0.5 * angle).sin().powi(2)]
        });
        let count = resolution.azimuthal;
        Self {
            density,
            gamma,
            shells: on_interval(&rule(resolution.shells), 0.0, 1.0).collect(),
            polar: polar.collect(),
            azimuths: (0..count).map(|k| (PI * (k as f64 + 0.5) / count as f64).cos()).collect(),
        }
    }

    fn flux_at(&self, target: &Target) -> Flux {
        let mut sums = [Sum::default(); 3];
        for &(low, high) in self.density.occupied() {
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
                    for (sum, value) in sums.iter_mut().zip(shell) {
                        sum.add(weight * slope * length * value);
                    }
                }
            }
        }
        let [along_r, along_theta, sources] = sums.map(|sum| sum.value());
        Flux { flux: [along_r * target.density, along_theta * target.density], sources }
    }

    /// r² ∫ A(v − v*) (∇ log f − ∇ log f*) f* over the unit sphere, along r and θ, and r² ∫ f*.
    fn on_sphere(&self, target: &Target, r: f64) -> [f64; 3] {
        let sine = (1.0 - target.mu * target.mu).sqrt();
        let azimuthal_weight = 2.0 * PI / self.azimuths.len() as f64;
        let mut sums = [0.0; 3];
        for &[cosine_polar, sine_polar, weight, half] in &self.polar {
            let square = (target.r - r).powi(2) + 4.0 * target.r * r * half;
            if square == 0.0 {
                continue;
            }
            let power = square.powf(0.5 * self.gamma);
            let area = weight * azimuthal_weight * r * r;
            let weight = area * power;
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
                    sums[axis] += weight * density * (square * d[axis] - z[axis] * along);
                }
                sums[2] += area * density;
            }
        }
        sums
    }
}
