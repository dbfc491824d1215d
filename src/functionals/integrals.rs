//! Integrals of the mollified density of one species, extrapolated in the bandwidth as the scores are: Σ_k a_k F(ρ_kε).
//!
//! Each is the functional of a mollified density, which is positive, as an integral over a mesh
//! ([`mollified`](super::mollified)); the bias of the mollifier is a power series in ε of which the first K − 1 terms
//! cancel ([`extrapolation`]). Integrands may be singular at the center as |v|^(−β), and say what the sum misses of
//! them there. Where an integral of second derivatives diverges at the center (∇f ≠ 0 there and γ − β ≤ −3), the mesh
//! leaves out its node and the number found is not an integral: the columns leave it empty.

#[cfg(test)]
mod orders;
#[cfg(test)]
mod tests;

use super::mollified::{Center, Mollified, Node, TooManyNodes};
use super::orbits::MollifiedOrbits;
use super::origin::Around;
use crate::kernel::interaction::dot;
use crate::score::extrapolation;
use crate::symmetry::Symmetry;

/// A function of the density and its derivatives at a velocity, to be integrated.
pub trait Integrand<const D: usize>: Sync {
    /// Its value at a node of the mesh.
    fn at(&self, node: &Node<D>) -> f64;

    /// Whether it needs second derivatives.
    fn is_of_second_derivatives(&self) -> bool {
        false
    }

    /// What the sum over the mesh has too much of the integral, for an integrand that is singular at the center.
    fn excess_at_center(&self, _center: &Center<D>, _around: &Around) -> f64 {
        0.0
    }
}

/// The particles of a species, and how its density is made of them.
#[derive(Debug, Clone, Copy)]
pub struct Reconstruction<'a, const D: usize> {
    /// What particles stand for.
    pub symmetry: Symmetry,
    pub velocities: &'a [[f64; D]],
    pub weights: &'a [f64],
    /// ε at extrapolation order 2.
    pub bandwidth: f64,
    /// Of the extrapolation.
    pub order: u32,
    /// Where the mollifier ends, in its standard deviations.
    pub cutoff: f64,
    /// The velocity that integrands are about.
    pub center: [f64; D],
}

/// The integral of each integrand.
///
/// # Errors
///
/// If the mesh is too large.
pub fn integrals<const D: usize>(
    density: &Reconstruction<'_, D>,
    integrands: &[Box<dyn Integrand<D>>],
) -> Result<Vec<f64>, TooManyNodes> {
    let second = integrands.iter().any(|integrand| integrand.is_of_second_derivatives());
    let mut totals = vec![0.0; integrands.len()];
    for (factor, k) in extrapolation::weights(density.order).iter().zip(1..) {
        let Reconstruction { symmetry, velocities, weights, cutoff, center, .. } = *density;
        let variance = f64::from(k) * density.bandwidth;
        let add = |node: &Node<D>, sums: &mut [f64]| {
            for (sum, integrand) in sums.iter_mut().zip(integrands) {
                *sum += integrand.at(node);
            }
        };
        let sums = match symmetry {
            Symmetry::None => {
                let mollified = Mollified { velocities, weights, variance, cutoff, center };
                mollified.sums(second, integrands.len(), add)?
            }
            _ => {
                let mollified = MollifiedOrbits { symmetry, velocities, weights, variance, cutoff, center };
                mollified.sums(integrands.len(), add)?
            }
        };
        for ((total, integrand), mut value) in totals.iter_mut().zip(integrands).zip(sums.values) {
            if let Some(center) = &sums.center {
                value -= integrand.excess_at_center(center, &sums.around);
            }
            *total += factor * value;
        }
    }
    Ok(totals)
}

/// The node's distance from the center and the direction there; none at the center.
pub fn direction<const D: usize>(node: &Node<D>) -> Option<(f64, [f64; D])> {
    let v = node.from_center;
    let square = dot(v, v);
    let r = square.sqrt();
    (square != 0.0).then(|| (r, v.map(|component| component / r)))
}

/// |Π ∇ℓ|², Π the projection across v, at distance r.
pub fn turning<const D: usize>(node: &Node<D>, r: f64) -> f64 {
    let along = dot(node.score, node.from_center) / r;
    dot(node.score, node.score) - along * along
}

/// |(Π ∇)² ℓ|²: the Hessian on the sphere, Π ∇∇ℓ Π − (v̂·∇ℓ/r) Π, and the turning of the tangent field with the sphere,
/// (d − 2) |Π ∇ℓ|²/r².
pub fn bending<const D: usize>(node: &Node<D>, r: f64, unit: [f64; D]) -> f64 {
    let Node { score, hessian, .. } = *node;
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
