//! Sources of weight, on the scales of a run.

use super::cloud::require_symmetry;
use super::scales;
use super::surroundings::place_of;
use crate::distribution::{Distribution, Initial};
use crate::problem::{Birth, Flow, Problem, WeightSource};
use crate::rules::number;
use crate::scenario::{Scenario, SourceTerm, Violation};
use crate::sum::sum;

/// A lattice may miss this share of what is born; what it holds is then scaled to the rate that was asked for.
const MOST_MISSED: f64 = 0.01;

/// Puts the sources of weight of a scenario into a problem that has its species, whose particles are at `velocities`.
///
/// # Errors
///
/// If the lattice of a species does not hold what is born.
pub fn fill<const D: usize>(
    scenario: &Scenario,
    problem: &mut Problem<D>,
    velocities: &[[f64; D]],
) -> Result<(), Violation> {
    let scales = problem.scales;
    for (index, source) in scenario.sources.iter().enumerate() {
        let flow = match source {
            SourceTerm::Heating { .. } => continue,
            SourceTerm::Birth { rate, .. } => {
                let born = birth(scenario, problem, velocities, (source, rate));
                Flow::Birth(
                    born.map_err(|violation| violation.under(&format!("sources.{index}.birth.rate")))?,
                )
            }
            SourceTerm::Loss { time, .. } => Flow::Loss(time / scales.time),
            SourceTerm::Sink { beyond, .. } => Flow::Sink(beyond / scales.velocity),
        };
        problem.weight_sources.push(WeightSource { species: place_of(scenario, source), flow });
    }
    Ok(())
}

/// Births on the lattice of a species. The path of a violation is within the rate.
fn birth<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
    (source, rate): (&SourceTerm, &Initial),
) -> Result<Birth<D>, Violation> {
    let species = &problem.species[place_of(scenario, source)];
    let scales = &problem.scales;
    let one = scenario.species.iter().find(|one| one.name == species.name);
    let (Some(one), Some(mut lattice)) = (one, species.lattice) else {
        unreachable!("validation asks for a species on a lattice");
    };
    // Distributions are in the units of the scenario.
    lattice.first = lattice.first.map(|component| component * scales.velocity);
    lattice.spacing *= scales.velocity;
    let distribution = Distribution::<D>::new(rate, scales::particle(scenario, one), Some(&lattice))?;
    if rate.needs_lattice::<D>() {
        require_symmetry(&distribution, &lattice).map_err(|message| Violation::new(rate.key(), message))?;
    }
    let born: Vec<f64> = lattice.cells().map(|(v, volume)| distribution.density_at(v) * volume).collect();
    let (held, wanted) = (sum(born.iter().copied()), distribution.density());
    let missed = (held / wanted - 1.0).abs();
    if missed.is_nan() || missed > MOST_MISSED {
        return Err(Violation::new(
            rate.key(),
            format!(
                "found births of which the lattice of \"{}\" holds {} times the rate; allowed: within {MOST_MISSED} of it, by a lattice that reaches beyond what is born and whose cells are no wider than its parts",
                species.name,
                number(held / wanted)
            ),
        ));
    }
    let unit = scales.time / scales.density;
    let rates = born.iter().map(|born| born * (wanted / held) * unit).collect();
    Ok(Birth { cells: velocities[species.range.clone()].to_vec(), rates })
}
