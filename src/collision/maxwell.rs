//! The pair sum for Maxwell molecules (γ = 0): A(z) = |z|² I − z zᵀ is quadratic, so that the sum
//! over a species collapses to its weighted moments of (1, v, v vᵀ) and (g, g vᵀ, |v|² g, v (v·g)).
//! Exact, and linear in the number of particles.

use crate::problem::Problem;
use nalgebra::{SMatrix, SVector};

/// The moments of one species that its sums need.
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
    fn of(velocities: &[[f64; D]], gradients: &[[f64; D]], weights: &[f64], center: SVector<f64, D>) -> Self {
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

/// Writes the pair sums of every particle.
pub fn evaluate<const D: usize>(
    problem: &Problem<D>,
    velocities: &[[f64; D]],
    gradients: &[[f64; D]],
    sums: &mut [[f64; D]],
) {
    // About the mean of the cloud, so that a common drift does not cost digits.
    let mut center = SVector::<f64, D>::zeros();
    let mut total = 0.0;
    for (v, w) in velocities.iter().zip(&problem.weights) {
        center += *w * SVector::from(*v);
        total += w;
    }
    center /= total;
    let moments: Vec<Moments<D>> = problem
        .species
        .iter()
        .map(|species| {
            let range = species.range.clone();
            Moments::of(
                &velocities[range.clone()],
                &gradients[range.clone()],
                &problem.weights[range],
                center,
            )
        })
        .collect();
    for (i, species) in problem.species.iter().enumerate() {
        // Sums over species differ by their coefficients alone.
        let mut combined = Moments::of(&[], &[], &[], center);
        for (j, moments) in moments.iter().enumerate() {
            combined.add_scaled(problem.coefficients[i * problem.species.len() + j], moments);
        }
        for p in species.range.clone() {
            let v = SVector::from(velocities[p]) - center;
            sums[p] = combined.sum_at(v, SVector::from(gradients[p])).into();
        }
    }
}
