//! Steps a plasma in memory and prints how its temperatures along and across an axis meet.
//!
//! `cargo run --release --example relaxation`

use landau::functionals::moments::Moments;
use landau::kernel::lanes::InstructionSet;
use landau::scenario;
use landau::setup;
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = json!({
        "version": 1, "dimension": 3,
        "species": [{
            "name": "electron", "mass": 1.0, "particles": { "lattice": { "per_axis": 12 } },
            "initial": { "anisotropic_maxwellian": { "density": 1.0, "temperatures": [1.3, 0.85, 0.85] } }
        }],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 1.0 } },
        "time": { "step": 0.1, "steps": 100 }
    });
    let (scenario, _) = scenario::parse("relaxation", scenario.to_string(), &[])?;
    let mut simulation = setup::simulation::<3>(&scenario, InstructionSet::detect())?;
    while !simulation.state().is_last() {
        simulation.advance_to(simulation.time() + 1.0)?;
        let electrons = Moments::of(1.0, simulation.velocities(), &simulation.problem().weights);
        let temperature = electrons.temperature_tensor;
        println!(
            "t = {:4.1}   along {:.4}   across {:.4}",
            simulation.time(),
            temperature[(0, 0)],
            temperature[(1, 1)]
        );
    }
    Ok(())
}
