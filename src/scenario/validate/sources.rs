//! Sources.

use crate::distribution::Initial;
use crate::rules::{Checks, excerpt};
use crate::scenario::types::*;

/// The fewest cells along an axis of a lattice that particles are born on: of shells three radii, for the shares of six cells
/// and mirror images, of rings seven planes of four cells, for shares of seven.
fn fewest_cells(symmetry: Symmetry) -> u32 {
    match symmetry {
        Symmetry::Axial { .. } => 12,
        _ => 6,
    }
}

pub fn sources(found: &mut Checks, scenario: &Scenario) {
    for (index, source) in scenario.sources.iter().enumerate() {
        let (key, species) = (source.key(), source.species());
        let path = format!("sources.{index}.{key}");
        let moving = |one: &&Species| one.fixed.is_none();
        let names: Vec<&str> = scenario.species.iter().filter(moving).map(|one| one.name.as_str()).collect();
        found.require(names.contains(&species), format!("{path}.species"), || {
            format!("found \"{}\"; allowed: a moving species, {}", excerpt(species), names.join(", "))
        });
        let mut before = scenario.sources[..index].iter();
        let twice = before.any(|other| other.key() == key && other.species() == species);
        found.require(!twice, format!("{path}.species"), || {
            format!("found \"{}\" a second time; allowed: one {key} of a species", excerpt(species))
        });
        let column = format!("{species}_{key}");
        let is_taken = key != "heating" && scenario.species.iter().any(|one| one.name == column);
        found.require(!is_taken, format!("{path}.species"), || {
            format!(
                "found \"{}\" beside a species \"{}\", whose columns have the names of this {key}; allowed: another name of that species",
                excerpt(species),
                excerpt(&column)
            )
        });
        match source {
            SourceTerm::Heating { power, temperature, time, .. } => {
                heating(found, &path, (power, temperature, time));
            }
            SourceTerm::Birth { species, rate } => birth(found, &path, scenario, (species, rate)),
            SourceTerm::Loss { time, .. } => {
                found.positive(format!("{path}.time"), *time);
            }
            SourceTerm::Sink { beyond, .. } => {
                found.positive(format!("{path}.beyond"), *beyond);
                require_mesh_scores(found, &path, scenario);
            }
        }
    }
}

fn heating(
    found: &mut Checks,
    path: &str,
    (power, temperature, time): (&Option<f64>, &Option<f64>, &Option<f64>),
) {
    match (power, temperature, time) {
        // Numbers of a scenario are finite.
        (Some(_), None, None) => {}
        (None, Some(temperature), Some(time)) => {
            found.positive(format!("{path}.temperature"), *temperature);
            found.positive(format!("{path}.time"), *time);
        }
        _ => {
            found.require(false, path, || {
                "found neither `power` alone nor both `temperature` and `time`; allowed: one of these"
                    .to_string()
            });
        }
    }
}

fn birth(found: &mut Checks, path: &str, scenario: &Scenario, (species, rate): (&str, &Initial)) {
    if !found.require(scenario.symmetry != Symmetry::None {}, path, || {
        "found births without `symmetry`; allowed: `axial` or `spherical`, as rings and shells can be carried back to their lattice with momentum, energy and positive weights kept, and points cannot"
            .to_string()
    }) {
        return;
    }
    found.under(&format!("{path}.rate"), |found| {
        if found.require(!rate.holds_particles::<3>(), rate.key(), || {
            "found particles as they stand; allowed: a distribution with a formula of its own".to_string()
        }) {
            rate.rules::<3>(found);
            rate.symmetry_rules::<3>(scenario.symmetry.of_run(), found);
        }
    });
    require_mesh_scores(found, path, scenario);
    found.require(!matches!(scenario.score.bandwidth(), Bandwidth::Following { .. }), path, || {
        "found births beside a bandwidth that follows the particles; allowed: any other, as their lattice stays as it is"
            .to_string()
    });
    let one = scenario.species.iter().find(|one| one.name == species && one.fixed.is_none());
    let Some(one) = one else { return };
    let fewest = fewest_cells(scenario.symmetry);
    let is_lattice = match &one.particles {
        Some(Particles::Lattice { per_axis, drop_below, .. }) => *per_axis >= fewest && *drop_below == 0.0,
        _ => false,
    };
    found.require(is_lattice, format!("{path}.species"), || {
        format!(
            "found \"{}\", whose particles start elsewhere; allowed: a species on a whole `lattice`, of {fewest} cells or more along an axis and without `drop_below`",
            excerpt(species)
        )
    });
}

/// Sums over particles take logarithms of densities at particles, which may be 0 where these have no weight.
fn require_mesh_scores(found: &mut Checks, path: &str, scenario: &Scenario) {
    found.require(matches!(scenario.score, Score::Mesh { .. }), path, || {
        "found beside scores of `particles`; allowed: `mesh` scores, to which particles without weight do nothing"
            .to_string()
    });
}
