//! The pair sum for Maxwell molecules (γ = 0). A(z) = |z|² I − z zᵀ is quadratic in z, so the sum over a
//! species depends only on its weighted moments of (1, v, v vᵀ) and (g, g vᵀ, |v|² g, v (v·g)). It is exact,
//! at a cost linear in the number of particles.

use super::interface::{Particles, Quality};
use nalgebra::{SMatrix, SVector};

/// The moments of one species that enter the sums over it.
#[derive(Debug, Clone, Copy)]
struct Moments<const D: usize> {
    weight: f64,
    velocity: SVector<f64, D>,
    square: SMatrix<f64, D, D>,
    gradient: SVector<f64, D>,
    /// Σ w g vᵀ.
    gradient_velocity: SMatrix<f64, D, D>,
    /// Σ w |v|² g.
    gradient_square: SVector<f64, D>,
    /// Σ w v (v·g).
    velocity_work: SVector<f64, D>,
}

impl<const D: usize> Moments<D> {
    fn new(
        velocities: &[[f64; D]],
        gradients: &[[f64; D]],
        weights: &[f64],
        center: SVector<f64, D>,
    ) -> Self {
        let mut moments = Self {
            weight: 0.0,
            velocity: SVector::zeros(),
            square: SMatrix::zeros(),
            gradient: SVector::zeros(),
            gradient_velocity: SMatrix::zeros(),
            gradient_square: SVector::zeros(),
            velocity_work: SVector::zeros(),
        };
        for ((v, g), &w) in velocities.iter().zip(gradients).zip(weights) {
            let v = SVector::from(*v) - center;
            let g = SVector::from(*g);
            moments.weight += w;
            moments.velocity += w * v;
            moments.square += w * v * v.transpose();
            moments.gradient += w * g;
            moments.gradient_velocity += w * g * v.transpose();
            moments.gradient_square += w * v.norm_squared() * g;
            moments.velocity_work += w * v.dot(&g) * v;
        }
        moments
    }

    fn add_scaled(&mut self, factor: f64, other: &Self) {
        self.weight += factor * other.weight;
        self.velocity += factor * other.velocity;
        self.square += factor * other.square;
        self.gradient += factor * other.gradient;
        self.gradient_velocity += factor * other.gradient_velocity;
        self.gradient_square += factor * other.gradient_square;
        self.velocity_work += factor * other.velocity_work;
    }

    /// Σ_q w_q A(v − v_q)(g − g_q).
    fn sum_at(&self, v: SVector<f64, D>, g: SVector<f64, D>) -> SVector<f64, D> {
        let own = g * (self.weight * v.norm_squared() - 2.0 * v.dot(&self.velocity) + self.square.trace())
            - (v * (self.weight * v.dot(&g) - self.velocity.dot(&g)) - self.velocity * v.dot(&g)
                + self.square * g);
        let others = self.gradient * v.norm_squared() - 2.0 * (self.gradient_velocity * v)
            + self.gradient_square
            - (v * (v.dot(&self.gradient) - self.gradient_velocity.trace())
                - self.gradient_velocity.transpose() * v
                + self.velocity_work);
        own - others
    }
}

/// The pair sum for γ = 0, with its workspace.
#[derive(Debug, Default)]
pub struct MomentSum<const D: usize> {
    /// The moments of each species.
    moments: Vec<Moments<D>>,
}

impl<const D: usize> MomentSum<D> {
    /// Overwrites `sums` with the pair sums of all particles, exact to rounding.
    ///
    /// # Panics
    ///
    /// If an array is not as long as the particles are many.
    pub fn evaluate(&mut self, particles: Particles<'_, D>, sums: &mut [[f64; D]]) -> Quality {
        particles.count(sums);
        let Particles { species, velocities, gradients, weights, .. } = particles;
        // Moments are taken about the mean velocity of the cloud, so that a common drift costs no digits.
        let mut center = SVector::<f64, D>::zeros();
        let mut total = 0.0;
        for (v, w) in velocities.iter().zip(weights) {
            center += *w * SVector::from(*v);
            total += w;
        }
        center /= total;
        self.moments.clear();
        self.moments.extend(species.ranges().iter().map(|range| {
            let (velocities, gradients) = (&velocities[range.clone()], &gradients[range.clone()]);
            Moments::new(velocities, gradients, &weights[range.clone()], center)
        }));
        for (i, range) in species.ranges().iter().enumerate() {
            // The moments of all species, added with the coefficients of species i.
            let mut combined = Moments::new(&[], &[], &[], center);
            for (j, moments) in self.moments.iter().enumerate() {
                combined.add_scaled(species.coefficients().between(i, j), moments);
            }
            for p in range.clone() {
                let v = SVector::from(velocities[p]) - center;
                sums[p] = combined.sum_at(v, SVector::from(gradients[p])).into();
            }
        }
        Quality::Exact
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collision::interface::SpeciesTable;
    use crate::collision::oracle::pair_sums;
    use crate::collision::regularisation::Regularisation;

    #[test]
    fn moments_equal_the_pair_sum() {
        // Two species with uneven weights, from a fixed recurrence.
        let mut state = 0.37f64;
        let mut next = || {
            state = (state * 997.0 + 0.123).fract();
            2.0 * state - 1.0
        };
        let mut vectors = || (0..63).map(|_| [next() + 30.0, next(), next()]).collect::<Vec<_>>();
        let (velocities, gradients) = (vectors(), vectors());
        let weights: Vec<f64> = (0..63).map(|p| 1.0 + (p % 7) as f64).collect();
        let particles = Particles {
            species: &SpeciesTable::new(vec![1.0; 2], vec![0..23, 23..63], vec![0.5, 2.0, 2.0, 0.25]),
            velocities: &velocities,
            gradients: &gradients,
            weights: &weights,
            spreads: None,
            // Has no effect for γ = 0.
            regularisation: &Regularisation { squares: vec![0.64; 4], ..Default::default() },
        };
        let mut sums = vec![[f64::NAN; 3]; 63];
        MomentSum::default().evaluate(particles, &mut sums);
        for (sum, (expected, size)) in sums.iter().zip(pair_sums(0.0, particles)) {
            for axis in 0..3 {
                // The cloud lies 30 widths off the origin, and all gradients are near one vector. The moments
                // multiply that vector by |z|² before they cancel: 60 ulp of the terms.
                assert!((sum[axis] - expected[axis]).abs() <= 1e-12 * size.max(1.0), "{sum:?} {expected:?}");
            }
        }
    }
}
