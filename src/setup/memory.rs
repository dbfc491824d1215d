//! Sizes that memory does not hold, from the scenario alone: refused before any particle is placed.

use crate::collision::tree::plan::{MOST_GIBIBYTES, far_fields, first_points, gibibytes};
use crate::scenario::{BYTES_PER_PARTICLE, HalfWidth, Particles, Scenario, Species, Summation, Violation};

/// Particles of a scenario besides those of files.
pub fn particles<const D: usize>(scenario: &Scenario) -> usize {
    let count = |one: &Species| match one.particles {
        Some(Particles::Lattice { per_axis, .. }) => scenario.symmetry.cells(f64::from(per_axis), D as u32),
        Some(Particles::Random { count, .. } | Particles::QuasiRandom { count }) => f64::from(count),
        None => 0.0,
    };
    scenario.species.iter().map(count).sum::<f64>() as usize
}

/// A tree must fit in memory beside its particles.
pub fn check<const D: usize>(scenario: &Scenario) -> Result<(), Violation> {
    let Summation::Tree { tolerance } = scenario.summation else { return Ok(()) };
    // A tree of rings needs a quarter of what its particles do beside them.
    if !scenario.symmetry.of_run().is_none() {
        return Ok(());
    }
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
    // Any coefficients that are no multiples of each other.
    let unrelated =
        || (0..moving.len().pow(2)).map(|k| if k % (moving.len() + 1) == 0 { 2.0 } else { 1.0 }).collect();
    let coefficients = known.unwrap_or_else(unrelated);
    let fields = far_fields(moving.len(), &coefficients, &squares(scenario, &moving));
    let (points, channels) = (first_points(tolerance, gamma), fields[0]);
    let tree = gibibytes::<D>(particles as usize, points, fields);
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

/// Asks the system for what so many particles need, and gives it back: what cannot be had is refused before it is half
/// built. A system that promises more than it has is not found out by this.
pub fn require(particles: usize) -> Result<(), Violation> {
    let bytes = particles as f64 * BYTES_PER_PARTICLE;
    let mut room = Vec::<u8>::new();
    room.try_reserve_exact(bytes as usize).map_err(|_| {
        Violation::new(
            "species",
            format!(
                "found {particles} particles in all species, which need about {:.3} GiB, more than the system gives this program; allowed: fewer particles, or more memory (`ulimit -v`)",
                bytes / (1_u64 << 30) as f64
            ),
        )
    })
}

/// δ²_ij of some species up to a factor; spacings that are not known yet differ.
fn squares(scenario: &Scenario, moving: &[usize]) -> Vec<f64> {
    let spacing = |&i: &usize| match scenario.species[i].particles {
        Some(Particles::Lattice { per_axis, half_width: Some(HalfWidth::Velocity(width)), .. }) => {
            width / f64::from(per_axis)
        }
        _ => 1.0 / (2.0 + i as f64),
    };
    let spacings: Vec<f64> = moving.iter().map(spacing).collect();
    let factor = scenario.collisions.regularisation.factor().map_or(0.0, |_| 1.0);
    let larger = |a: f64| spacings.iter().map(move |&b| factor * a.max(b)).collect::<Vec<_>>();
    spacings.iter().flat_map(|&a| larger(a)).collect()
}
