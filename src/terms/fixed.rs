//! Collisions with species of infinite mass.
//!
//! The limit m_b → ∞ of the pair sum is c_ib n_b A(v_p − u_b) g_p: diffusion on spheres around u_b. It turns velocities
//! about u_b and does no work in that frame.

use super::term::{Request, Supply, Term};
use crate::collision::interface::Particles;
use crate::error::Failure;
use crate::problem::{Conserved, Problem};

/// The sum over all fixed species.
#[derive(Debug, Clone, Copy)]
pub struct FixedCollisions;

impl<const D: usize> Term<D> for FixedCollisions {
    fn add(
        &mut self,
        problem: &Problem<D>,
        at: Particles<'_, D>,
        _request: Request,
        drag: &mut [[f64; D]],
    ) -> Result<Supply<D>, Failure> {
        let Particles { species, velocities, gradients, spreads, regularisation, .. } = at;
        for (i, range) in species.ranges().iter().enumerate() {
            for (b, fixed) in problem.fixed.iter().enumerate() {
                let strength = problem.fixed_coefficients[i * problem.fixed.len() + b] * fixed.density;
                if strength == 0.0 {
                    continue;
                }
                let tensor = regularisation.from_fixed(problem, i, b);
                for p in range.clone() {
                    let z = std::array::from_fn(|axis| velocities[p][axis] - fixed.velocity[axis]);
                    // A fixed species has no spread: the pair has that of the particle alone.
                    let spread = spreads.map_or(0.0, |spreads| spreads[p]);
                    let image = tensor.apply(z, spread, gradients[p]);
                    for axis in 0..D {
                        drag[p][axis] += strength * image[axis];
                    }
                }
            }
        }
        Ok(Supply::default())
    }

    /// Momentum goes to the fixed species. Energy is kept about their velocity, if they have one in common; fixed
    /// species that collide with nothing do not count.
    fn conserved(&self, problem: &Problem<D>) -> Conserved<D> {
        let count = problem.fixed.len();
        let acts =
            |b: usize| (0..problem.species.len()).any(|i| problem.fixed_coefficients[i * count + b] > 0.0);
        let acting =
            (0..count).filter(|&b| acts(b)).map(|b| Conserved::EnergyAbout(problem.fixed[b].velocity));
        acting.fold(Conserved::MomentumAndEnergy, Conserved::and)
    }
}
