//! Scores: order, cutoff, bandwidth, mesh.

use crate::rules::{Checks, excerpt};
use crate::scenario::types::*;

pub fn score(found: &mut Checks, scenario: &Scenario) {
    let Scenario { score, species, .. } = scenario;
    let (path, order, bandwidth, cutoff) = match score {
        Score::Mesh { order, bandwidth, cutoff, .. } => ("score.mesh", order, bandwidth, cutoff),
        Score::Particles { order, bandwidth, cutoff, .. } => ("score.particles", order, bandwidth, cutoff),
    };
    found.require(matches!(order, 2 | 4 | 6 | 8), format!("{path}.order"), || {
        format!("found {order}; allowed: 2, 4, 6 or 8")
    });
    found.within(format!("{path}.cutoff"), *cutoff, 3.0, 12.0);
    let (degrees, allowed): (&[u32], _) = match score {
        Score::Mesh { .. } => (&[0, 2, 3, 4], "0, 2, 3 or 4"),
        Score::Particles { .. } => (&[0, 2], "0 or 2 (3 and 4 with `mesh`)"),
    };
    let degree = score.exact_degree();
    found.require(degrees.contains(&degree), format!("{path}.exact_degree"), || {
        format!("found {degree}; allowed: {allowed}")
    });
    match bandwidth {
        Bandwidth::SpacingSquared(factor) => {
            found.positive(format!("{path}.bandwidth.spacing_squared"), *factor);
        }
        Bandwidth::Variance(Variance::Common(variance)) => {
            found.positive(format!("{path}.bandwidth.variance"), *variance);
        }
        Bandwidth::Variance(Variance::PerSpecies(variances)) => {
            let moving = species.iter().filter(|one| one.fixed.is_none()).count();
            found.require(variances.len() == moving, format!("{path}.bandwidth.variance"), || {
                format!(
                    "found {} numbers; allowed: {moving}, one for each moving species, or a single number",
                    variances.len()
                )
            });
            for (index, variance) in variances.iter().enumerate() {
                found.positive(format!("{path}.bandwidth.variance.{index}"), *variance);
            }
        }
        Bandwidth::Adapted {} => {}
        Bandwidth::Following { factor } => {
            found.positive(format!("{path}.bandwidth.following.factor"), *factor);
            let published = matches!(score, Score::Mesh { spacing: MeshSpacing::Lattice {}, .. });
            found.require(!published, format!("{path}.bandwidth.following"), || {
                "found with the mesh of the initial lattice, which does not follow; allowed: `spacing` `deviations` or `relative`".to_string()
            });
        }
        Bandwidth::Chv {} => {
            found.require(scenario.units != Units::Si {}, format!("{path}.bandwidth.chv"), || {
                "found with SI units, in which h^1.98 has no meaning; allowed: `spacing_squared` or `variance`"
                    .to_string()
            });
        }
    }
    match score {
        Score::Mesh { spacing: MeshSpacing::Relative(relative), .. } => {
            found.within("score.mesh.spacing.relative", *relative, 0.1, 2.0);
        }
        Score::Mesh { spacing: MeshSpacing::Deviations(relative), .. } => {
            found.within("score.mesh.spacing.deviations", *relative, 0.1, 2.0);
        }
        Score::Mesh { spacing: MeshSpacing::Lattice {}, .. } => {
            for one in species {
                let off_lattice =
                    one.fixed.is_none() && !matches!(one.particles, Some(Particles::Lattice { .. }));
                found.require(!off_lattice, "score.mesh.spacing.lattice", || {
                    format!("found species \"{}\" without a lattice; allowed: particles on a `lattice` for every moving species", excerpt(&one.name))
                });
            }
        }
        Score::Particles { .. } => {}
    }
}
