//! How many particles memory holds.

use crate::rules::Checks;
use crate::scenario::types::*;

/// What a particle costs at most, from its velocity to its places on the meshes of order 8: about 700
/// bytes in three dimensions, rounded up.
pub const BYTES_PER_PARTICLE: f64 = 1024.0;

/// 2²⁴ particles: what a workstation holds, and 2.8e14 pairs, a day for one evaluation at 3e9 pairs
/// per second. Larger counts are more likely typos, and end a program for want of memory.
const MOST_BYTES: f64 = 16.0 * GIBIBYTE;

const GIBIBYTE: f64 = (1u64 << 30) as f64;

/// All particles must fit in memory, the cells that `drop_below` may leave out included.
pub fn memory(found: &mut Checks, scenario: &Scenario) {
    let Scenario { species, dimension, symmetry, .. } = scenario;
    let count = |one: &Species| match one.particles {
        Some(Particles::Lattice { per_axis, .. }) => symmetry.cells(f64::from(per_axis), *dimension),
        Some(Particles::Random { count, .. } | Particles::QuasiRandom { count }) => f64::from(count),
        None => 0.0,
    };
    let total: f64 = species.iter().map(count).sum();
    let largest =
        (0..species.len()).max_by(|&i, &j| count(&species[i]).total_cmp(&count(&species[j]))).unwrap_or(0);
    found.require(
        total * BYTES_PER_PARTICLE <= MOST_BYTES,
        format!("species.{largest}.particles"),
        || {
            format!(
                "found {total} particles in all species, which need {:.0} GiB; allowed: at most {} particles, {:.0} GiB",
                (total * BYTES_PER_PARTICLE / GIBIBYTE).ceil(),
                MOST_BYTES / BYTES_PER_PARTICLE,
                MOST_BYTES / GIBIBYTE
            )
        },
    );
}
