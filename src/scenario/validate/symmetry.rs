//! What a symmetry asks of the rest of a scenario.

use crate::rules::Checks;
use crate::scenario::types::*;

/// Rings and shells are in three dimensions. Returns whether they are.
pub fn dimension(found: &mut Checks, scenario: &Scenario) -> bool {
    let Scenario { symmetry, dimension, .. } = scenario;
    found.require(*symmetry == Symmetry::None {} || *dimension == 3, "symmetry", || {
        format!("found a symmetry in {dimension} dimensions; allowed: in 3, or `none`")
    })
}

/// The data must have the symmetry, and particles must be orbits in all that is done with them.
pub fn symmetry(found: &mut Checks, scenario: &Scenario) {
    let symmetry = scenario.symmetry.of_run();
    if symmetry.is_none() {
        return;
    }
    for (index, one) in scenario.species.iter().enumerate() {
        found.under(&format!("species.{index}"), |found| {
            if let Some(initial) = &one.initial {
                found.under("initial", |found| initial.symmetry_rules::<3>(symmetry, found));
            }
            if let Some(Particles::Lattice { center, per_axis, .. }) = &one.particles {
                found.symmetric_vector("particles.lattice.center", center.as_ref(), symmetry);
                found.require(*per_axis >= 2, "particles.lattice.per_axis", || {
                    format!("found {per_axis}; allowed: 2 or more with a symmetry")
                });
            }
            if let Some(fixed) = &one.fixed {
                found.symmetric_vector("fixed.velocity", fixed.velocity.as_ref(), symmetry);
            }
        });
    }
    match &scenario.score {
        Score::Mesh { spacing: MeshSpacing::Lattice {}, .. } => {
            found.require(false, "score.mesh.spacing", || {
                "found `lattice`, the published mesh of points; allowed with a symmetry: `deviations` or `relative`"
                    .to_string()
            });
        }
        Score::Mesh { .. } => {}
        Score::Particles { .. } => {
            found.require(false, "score.particles", || {
                "found with a symmetry; allowed: `mesh`, since sums over neighbours are those of points"
                    .to_string()
            });
        }
    }
    match scenario.summation {
        Summation::Direct {} => {}
        Summation::Tree { .. } => {
            found.require(scenario.symmetry != Symmetry::Spherical {}, "summation.tree", || {
                "found with `symmetry` `spherical`; allowed: `direct`, which takes many shells by a tree of its own"
                    .to_string()
            });
        }
        Summation::RandomBatch { .. } => {
            found.require(false, "summation.random_batch", || {
                "found a sum over points; allowed with a symmetry: `direct`, or `tree` with `axial`"
                    .to_string()
            });
        }
    }
}
