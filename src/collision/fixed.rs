//! Collisions with species of infinite mass: c_ib n_b A(v_p − u_b) g_p, the limit m_b → ∞ of the pair
//! sum, diffusion on spheres around u_b.

use crate::kernel::interaction;
use crate::problem::Problem;

/// Adds the sums over fixed species to those over pairs. With `spreads`, one number ≥ 0 a particle,
/// the power of |z|² in A is that of |z|² + spread_p.
pub fn add<const D: usize>(
    problem: &Problem<D>,
    velocities: &[[f64; D]],
    gradients: &[[f64; D]],
    spreads: Option<&[f64]>,
    sums: &mut [[f64; D]],
) {
    for (i, species) in problem.species.iter().enumerate() {
        for (b, fixed) in problem.fixed.iter().enumerate() {
            let strength = problem.fixed_coefficients[i * problem.fixed.len() + b] * fixed.density;
            if strength == 0.0 {
                continue;
            }
            for p in species.range.clone() {
                let z = std::array::from_fn(|axis| velocities[p][axis] - fixed.velocity[axis]);
                let image = interaction::apply(
                    problem.gamma,
                    z,
                    spreads.map_or(0.0, |spreads| spreads[p]),
                    gradients[p],
                );
                for axis in 0..D {
                    sums[p][axis] += strength * image[axis];
                }
            }
        }
    }
}
