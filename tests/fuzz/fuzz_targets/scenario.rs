//! Any bytes parsed as a scenario give an error or a problem, never a panic.
#![no_main]

use landau::scenario::{self, Initial, Particles, Scenario, Violation};
use landau::setup;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok((scenario, source)) = scenario::parse("fuzz", text.to_string(), &[]) else { return };
    if too_large(&scenario) {
        return;
    }
    let placed = match scenario.dimension {
        2 => place::<2>(&scenario),
        _ => place::<3>(&scenario),
    };
    if let Err(violation) = placed {
        assert!(!source.error(&violation).to_string().is_empty());
    }
});

fn place<const D: usize>(scenario: &Scenario) -> Result<(), Violation> {
    let (problem, state) = setup::problem_and_state::<D>(scenario)?;
    assert_eq!(problem.weights.len(), state.velocities.len());
    Ok(())
}

/// Whether a scenario takes long to set up or reads files.
fn too_large(scenario: &Scenario) -> bool {
    scenario.species.iter().any(|species| {
        let many = match species.particles {
            Some(Particles::Lattice { per_axis, .. }) => per_axis > 12,
            Some(Particles::Random { count, .. } | Particles::QuasiRandom { count }) => count > 1000,
            None => false,
        };
        many || matches!(species.initial, Some(Initial::File { .. }))
    })
}
