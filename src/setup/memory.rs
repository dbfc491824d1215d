//! Sizes that memory does not hold, from the scenario alone: refused before any particle is placed.

use crate::collision::tree::calibration::{MOST_GIBIBYTES, first_points, gibibytes};
use crate::collision::tree::far_fields;
use crate::scenario::{BYTES_PER_PARTICLE, Particles, Scenario, Summation, Violation};

/// A tree must fit in memory beside its particles.
pub fn check<const D: usize>(scenario: &Scenario) -> Result<(), Violation> {
    let Summation::Tree { tolerance } = scenario.summation else { return Ok(()) };
    let gamma = scenario.collisions.gamma;
    let moving: Vec<usize> =
        (0..scenario.species.len()).filter(|&i| scenario.species[i].fixed.is_none()).collect();
    let count = |i: &usize| match scenario.species[*i].particles {
        Some(Particles::Lattice { per_axis, .. }) => f64::from(per_axis).powi(D as i32),
        Some(Particles::Random { count, .. } | Particles::QuasiRandom { count }) => f64::from(count),
        None => 0.0,
    };
    let particles: f64 = moving.iter().map(count).sum();
    // By the moments of Maxwell molecules there is no tree.
    if gamma == 0.0 || particles == 0.0 {
        return Ok(());
    }
    // What is not known yet counts as rows that no factor relates.
    let between = |i: usize, j: usize| scenario.collisions.coefficients.between(i, j);
    let known: Option<Vec<f64>> =
        moving.iter().flat_map(|&i| moving.iter().map(move |&j| between(i, j))).collect();
    let channels = known.map_or(moving.len(), |coefficients| far_fields(moving.len(), &coefficients));
    let points = first_points(tolerance, gamma);
    let tree = gibibytes::<D>(particles as usize, points, channels);
    let beside = particles * BYTES_PER_PARTICLE / (1_u64 << 30) as f64;
    if tree + beside > MOST_GIBIBYTES {
        return Err(Violation::new(
            "summation.tree",
            format!(
                "found a tree over {particles} particles, with {points} points along an axis of its cells and {channels} far fields, which needs {tree:.1} GiB beside {beside:.1} GiB of the particles; allowed: at most {MOST_GIBIBYTES} GiB together, by a larger tolerance, fewer particles, or `random_batch`"
            ),
        ));
    }
    Ok(())
}
