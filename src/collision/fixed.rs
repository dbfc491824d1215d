//! Collisions with species of infinite mass: c_ib n_b A(v_p − u_b) g_p, the limit m_b → ∞ of the pair
//! sum, diffusion on spheres around u_b.

use super::interface::Particles;
use crate::problem::Problem;

/// Adds the sums over fixed species to those over pairs; of the spreads each particle has its own.
pub fn add<const D: usize>(problem: &Problem<D>, particles: Particles<'_, D>, sums: &mut [[f64; D]]) {
    let Particles { species, velocities, gradients, spreads, regularisation, .. } = particles;
    for (i, range) in species.ranges().iter().enumerate() {
        for (b, fixed) in problem.fixed.iter().enumerate() {
            let strength = problem.fixed_coefficients[i * problem.fixed.len() + b] * fixed.density;
            if strength == 0.0 {
                continue;
            }
            let tensor = regularisation.from_fixed(problem, i, b);
            for p in range.clone() {
                let z = std::array::from_fn(|axis| velocities[p][axis] - fixed.velocity[axis]);
                let spread = spreads.map_or(0.0, |spreads| spreads[p]);
                let image = tensor.apply(z, spread, gradients[p]);
                for axis in 0..D {
                    sums[p][axis] += strength * image[axis];
                }
            }
        }
    }
}
