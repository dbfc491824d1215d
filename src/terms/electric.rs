//! The force of an electric field: q E on every particle.
//!
//! The field stands in the right-hand side of every method. A stationary state of collisions and field is then one of
//! the method too, at any step; a kick between steps would miss it by what collisions do in a step.
//!
//! Beside a magnetic field, whose turns are taken between steps, the part of E across B acts by the
//! [share](share_of_kick) that makes the motion without collisions exact.

use super::term::{Request, Supply, Term};
use crate::collision::interface::Particles;
use crate::error::Failure;
use crate::fields::share_of_kick;
use crate::kernel::interaction::dot;
use crate::problem::{Conserved, Problem, Species};

/// The force of the problem's electric field.
#[derive(Debug, Clone, Copy)]
pub struct ElectricForce;

impl<const D: usize> Term<D> for ElectricForce {
    fn add(
        &mut self,
        problem: &Problem<D>,
        at: Particles<'_, D>,
        request: Request,
        drag: &mut [[f64; D]],
    ) -> Result<Supply<D>, Failure> {
        let mut supply = Supply::default();
        for species in &problem.species {
            let force = force(problem, species, request);
            let (mut weight, mut momentum, mut slope) = (0.0, [0.0; D], [0.0; D]);
            for p in species.range.clone() {
                let w = at.weights[p];
                weight += w;
                for axis in 0..D {
                    drag[p][axis] -= force[axis];
                    momentum[axis] += w * (at.velocities[p][axis] - problem.reference[axis]);
                    slope[axis] += w * at.gradients[p][axis];
                }
            }
            supply = supply.plus(
                1.0,
                Supply {
                    mass: 0.0,
                    momentum: force.map(|component| weight * component),
                    energy: dot(force, momentum),
                    entropy: dot(force, slope),
                },
            );
        }
        Ok(supply)
    }

    /// Everything, but for what it supplies.
    fn conserved(&self, _problem: &Problem<D>) -> Conserved<D> {
        Conserved::MomentumAndEnergy
    }

    fn source(&self, _problem: &Problem<D>) -> Option<String> {
        Some("electric".to_string())
    }
}

/// q E at the time of the request, as it acts in a step of its length.
fn force<const D: usize>(problem: &Problem<D>, species: &Species<D>, request: Request) -> [f64; D] {
    let Some(electric) = &problem.fields.electric else { return [0.0; D] };
    let field = electric.at(request.time).map(|component| species.charge * component);
    let Some(magnetic) = problem.fields.turning_field(problem.symmetry) else { return field };
    let square = dot(magnetic, magnetic);
    let angle = species.charge / species.mass * square.sqrt() * request.length;
    let (share, along) = (share_of_kick(angle), dot(field, magnetic) / square);
    std::array::from_fn(|axis| {
        let parallel = along * magnetic[axis];
        parallel + share * (field[axis] - parallel)
    })
}
