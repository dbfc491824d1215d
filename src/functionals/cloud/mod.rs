//! Functionals of a cloud of particles, extrapolated in the bandwidth as the scores are: Σ_k a_k F(ρ_kε).
//!
//! Each is the functional of a mollified density, which is positive, as an integral over a mesh ([`mollified`]); the
//! bias of the mollifier is a power series in ε of which the first K − 1 terms cancel
//! ([`extrapolation`]). Weights that are singular at the center, |v|^(−β), are summed
//! with the correction of [`origin`]; where an integral of second derivatives diverges at the center (∇f ≠ 0 there
//! and γ − β ≤ −3), the mesh leaves out its node and the number found is not an integral.

pub mod mollified;
#[cfg(test)]
mod orders;
pub mod origin;
#[cfg(test)]
mod tests;

use crate::kernel::interaction::dot;
use crate::score::extrapolation;
use mollified::{Cloud, MOST_SUMS, Node, Sums, TooManyNodes};
use origin::epstein_zeta;

/// What to compute besides the first-order functionals.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// β of the spherical Fisher informations, 0 ≤ β < d; at most four.
    pub betas: Vec<f64>,
    /// β of the dissipations of spherical Fisher informations along fixed species; at most four.
    pub dissipations: Vec<f64>,
    /// The derivative of Fisher information along fixed species.
    pub fisher_rate: bool,
    /// γ.
    pub gamma: f64,
}

/// Functionals of one species. Derivatives are along fixed species with c n_b/m² = 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Functionals {
    /// H = ∫ f log f.
    pub entropy: f64,
    /// I = ∫ |∇ log f|² f.
    pub fisher: f64,
    /// J_β, for each β.
    pub spherical: Vec<f64>,
    /// −⟨J_β', L f⟩, for each β.
    pub dissipations: Vec<f64>,
    /// ⟨I', L f⟩ in its radial and its spherical part.
    pub fisher_rate: Option<[f64; 2]>,
}

/// The first of the sums of J_β, of its dissipations, and of the Fisher rate.
const SPHERICAL: usize = 2;
const DISSIPATIONS: usize = 6;
const RATE: usize = 10;

/// Values of β a call may ask for.
pub const MOST_BETAS: usize = DISSIPATIONS - SPHERICAL;

/// The functionals of a species of the given bandwidth and extrapolation order about a center.
pub fn functionals<const D: usize>(
    velocities: &[[f64; D]],
    weights: &[f64],
    bandwidth: f64,
    order: u32,
    cutoff: f64,
    center: [f64; D],
    wanted: &Wanted,
) -> Result<Functionals, TooManyNodes> {
    let second = wanted.fisher_rate || !wanted.dissipations.is_empty();
    let mut total = [0.0; MOST_SUMS];
    for (factor, k) in extrapolation::weights(order).iter().zip(1..) {
        let cloud = Cloud { velocities, weights, variance: f64::from(k) * bandwidth, cutoff, center };
        let sums = cloud.sums(second, |node, sums| add(node, wanted, sums))?;
        let corrected = with_center(&sums, wanted);
        total.iter_mut().zip(corrected).for_each(|(total, value)| *total += factor * value);
    }
    Ok(Functionals {
        entropy: total[0],
        fisher: total[1],
        spherical: total[SPHERICAL..][..wanted.betas.len()].to_vec(),
        dissipations: total[DISSIPATIONS..][..wanted.dissipations.len()].to_vec(),
        fisher_rate: wanted.fisher_rate.then_some([total[RATE], total[RATE + 1]]),
    })
}

/// Adds a node's terms.
fn add<const D: usize>(node: &Node<D>, wanted: &Wanted, sums: &mut [f64; MOST_SUMS]) {
    let Node { from_center: v, density, score, hessian } = *node;
    let fisher = dot(score, score);
    sums[0] += density * density.ln();
    sums[1] += density * fisher;
    let square = dot(v, v);
    if square == 0.0 {
        return;
    }
    let r = square.sqrt();
    let along = dot(score, v) / r;
    let turning = fisher - along * along;
    for (sum, beta) in sums[SPHERICAL..].iter_mut().zip(&wanted.betas) {
        *sum += density * r.powf(-beta) * turning;
    }
    if wanted.dissipations.is_empty() && !wanted.fisher_rate {
        return;
    }
    let unit = v.map(|component| component / r);
    let bending = bending(unit, r, score, hessian);
    for (sum, beta) in sums[DISSIPATIONS..].iter_mut().zip(&wanted.dissipations) {
        *sum += 2.0 * density * r.powf(2.0 + wanted.gamma - beta) * bending;
    }
    if wanted.fisher_rate {
        // Π ∇(v̂·∇ℓ) + (γ/2r) Π ∇ℓ = Π (∇∇ℓ v̂ + (1 + γ/2)/r ∇ℓ).
        let factor = (1.0 + 0.5 * wanted.gamma) / r;
        let change: [f64; D] = std::array::from_fn(|a| dot(hessian[a], unit) + factor * score[a]);
        let radial = dot(change, change) - dot(change, unit).powi(2);
        let weight = -2.0 * density * r.powf(wanted.gamma + 2.0);
        sums[RATE] += weight * radial;
        sums[RATE + 1] += weight * (bending - 0.25 * wanted.gamma * wanted.gamma * turning / square);
    }
}

/// |(Π ∇)² ℓ|²: the Hessian on the sphere, Π ∇∇ℓ Π − (v̂·∇ℓ/r) Π, and the turning of the tangent field with the sphere,
/// (d − 2) |Π ∇ℓ|²/r².
fn bending<const D: usize>(unit: [f64; D], r: f64, score: [f64; D], hessian: [[f64; D]; D]) -> f64 {
    let image: [f64; D] = std::array::from_fn(|a| dot(hessian[a], unit));
    let twice = dot(image, unit);
    let along = dot(score, unit);
    let mut square = 0.0;
    for a in 0..D {
        for b in 0..D {
            let projection = f64::from(u8::from(a == b)) - unit[a] * unit[b];
            let tangent = hessian[a][b] - unit[a] * image[b] - image[a] * unit[b] + twice * unit[a] * unit[b];
            square += (tangent - along / r * projection).powi(2);
        }
    }
    square + (D as f64 - 2.0) * (dot(score, score) - along * along) / (r * r)
}

/// The sums with what the singular weight |v|^(−β) makes them miss at the center: the mean of |Π a|² over directions
/// is (1 − 1/d) |a|².
fn with_center<const D: usize>(sums: &Sums<D>, wanted: &Wanted) -> [f64; MOST_SUMS] {
    let mut values = sums.values;
    let Some(center) = sums.center else { return values };
    let d = D as f64;
    let turning = (1.0 - 1.0 / d) * dot(center.score, center.score) * center.density;
    for (value, &beta) in values[SPHERICAL..].iter_mut().zip(&wanted.betas) {
        // For β < 0 the weight vanishes at the center, and what is missed is of a higher order.
        if beta >= 0.0 {
            *value -= epstein_zeta(beta, D) * sums.spacing.powf(d - beta) * turning;
        }
    }
    values
}
