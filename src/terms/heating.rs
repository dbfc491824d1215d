//! Heating and cooling: a species' velocities about its mean are stretched.
//!
//! ```text
//! dv_p/dt = κ (v_p − u),   κ = P/(3 n T)  for a power P,   κ = (T* − T)/(2 T τ)  towards a temperature T* within a time τ
//! ```
//!
//! in three dimensions (d n T in d). The mean velocity stays, and so does the shape of the distribution.

use super::term::{Request, Supply, Term};
use crate::collision::interface::Particles;
use crate::error::Failure;
use crate::kernel::interaction::dot;
use crate::problem::{Conserved, Heat, Problem};

/// One heating of a problem.
#[derive(Debug, Clone, Copy)]
pub struct Heating {
    /// Its place among the problem's.
    pub index: usize,
}

impl<const D: usize> Term<D> for Heating {
    fn add(
        &mut self,
        problem: &Problem<D>,
        at: Particles<'_, D>,
        _request: Request,
        drag: &mut [[f64; D]],
    ) -> Result<Supply<D>, Failure> {
        let heating = &problem.heatings[self.index];
        let species = &problem.species[heating.species];
        let moments = problem.moments(species, at.velocities);
        let temperature = moments.temperature();
        let rate = match heating.heat {
            Heat::Power(power) => power / (D as f64 * moments.density * temperature),
            Heat::Towards { temperature: target, time } => {
                (target - temperature) / (2.0 * temperature * time)
            }
        };
        let (mut momentum, mut energy, mut entropy) = ([0.0; D], 0.0, 0.0);
        for p in species.range.clone() {
            let force: [f64; D] = std::array::from_fn(|axis| {
                species.mass * rate * (at.velocities[p][axis] - moments.velocity[axis])
            });
            let relative: [f64; D] =
                std::array::from_fn(|axis| at.velocities[p][axis] - problem.reference[axis]);
            let weight = at.weights[p];
            energy += weight * dot(relative, force);
            entropy += weight * dot(at.gradients[p], force);
            for axis in 0..D {
                drag[p][axis] -= force[axis];
                momentum[axis] += weight * force[axis];
            }
        }
        Ok(Supply { mass: 0.0, momentum: problem.symmetry.mean(momentum), energy, entropy })
    }

    /// Everything, but for what it supplies.
    fn conserved(&self, _problem: &Problem<D>) -> Conserved<D> {
        Conserved::MomentumAndEnergy
    }

    fn source(&self, problem: &Problem<D>) -> Option<String> {
        let heating = &problem.heatings[self.index];
        Some(format!("{}_heating", problem.species[heating.species].name))
    }
}
