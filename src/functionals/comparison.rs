//! What a run is measured against, and how.

use crate::error::Failure;
use crate::exact::Exact;
use crate::exact::maxwell_moments::MaxwellMoments;
use crate::kernel::lanes::InstructionSet;
use crate::problem::Problem;
use crate::score::mesh::density_on_lattice;
use crate::score::orbits;
use crate::sum::sum;
use crate::symmetry::Symmetry;

/// The errors of a density, relative to its norms.
pub const DENSITY_ERRORS: &[&str] = &["l1", "l2", "linf"];

/// The errors of a mean velocity, relative to the thermal speed, and of the largest component of a temperature
/// tensor, relative to the temperature.
pub const MOMENT_ERRORS: &[&str] = &["velocity", "temperature"];

/// An exact answer, and what is compared with it.
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison<const D: usize> {
    /// The density, reconstructed at the cell centres of the initial lattice with the weights of an order.
    Densities { exact: Exact<D>, order: u32, cutoff: f64, instruction_set: InstructionSet },
    /// The mean velocity and the temperature tensor.
    Moments(MaxwellMoments<D>),
}

impl<const D: usize> Comparison<D> {
    /// The names of a species' errors, as they follow its own name in a column's.
    pub fn columns(&self) -> &'static [&'static str] {
        match self {
            Self::Densities { .. } => DENSITY_ERRORS,
            Self::Moments(_) => MOMENT_ERRORS,
        }
    }

    /// The errors of one species, in the order of the columns; of a density NaN without a lattice.
    pub fn errors(
        &self,
        problem: &Problem<D>,
        index: usize,
        all: &[[f64; D]],
        time: f64,
    ) -> Result<Vec<f64>, Failure> {
        let species = &problem.species[index];
        let velocities = &all[species.range.clone()];
        let weights = &problem.weights[species.range.clone()];
        match self {
            Self::Densities { exact, order, cutoff, instruction_set } => {
                let Some(lattice) = species.lattice else { return Ok(vec![f64::NAN; 3]) };
                let exact = exact.densities(index, lattice.centers(), time);
                let bandwidth = species.bandwidth * problem.spread(species, all).powi(2);
                let (reconstruction, name) = ((*order, *cutoff), species.name.as_str());
                let found = match problem.symmetry {
                    Symmetry::None => density_on_lattice(
                        &lattice,
                        velocities,
                        weights,
                        bandwidth,
                        reconstruction,
                        name,
                        *instruction_set,
                    )?,
                    _ => orbits::density_on_lattice(
                        &lattice,
                        velocities,
                        weights,
                        bandwidth,
                        reconstruction,
                        name,
                    )?,
                };
                let cube = lattice.spacing.powi(D as i32);
                let volumes: Vec<f64> = lattice.cells().map(|(_, volume)| volume / cube).collect();
                Ok(distances(&found, &exact, &volumes))
            }
            Self::Moments(exact) => {
                let (velocity, tensor) = exact.at(time)[index];
                let found = problem.moments(species, all);
                let temperature = tensor.trace() / D as f64;
                let drift =
                    (0..D).map(|axis| (found.velocity[axis] - velocity[axis]).powi(2)).sum::<f64>().sqrt();
                Ok(vec![
                    drift / (temperature / species.mass).sqrt(),
                    (found.temperature_tensor - tensor).abs().max() / temperature,
                ])
            }
        }
    }
}

/// The distances of a density from the exact one in L1, L2 and L∞, relative to its norm, over cells of some volumes.
fn distances(found: &[f64], exact: &[f64], volumes: &[f64]) -> Vec<f64> {
    let pairs = || found.iter().zip(exact).map(|(found, exact)| ((found - exact).abs(), exact.abs()));
    let largest = |of: fn((f64, f64)) -> f64| pairs().map(of).fold(0.0, f64::max);
    let total =
        |of: fn((f64, f64)) -> f64| sum(pairs().map(of).zip(volumes).map(|(value, volume)| value * volume));
    vec![
        total(|(error, _)| error) / total(|(_, exact)| exact),
        (total(|(error, _)| error * error) / total(|(_, exact)| exact * exact)).sqrt(),
        largest(|(error, _)| error) / largest(|(_, exact)| exact),
    ]
}
