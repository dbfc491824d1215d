//! Steps a plasma in memory and prints how its temperatures along and across an axis meet.
//!
//! `cargo run --release --example relaxation`

use landau::any::AnySimulation;
use landau::scenario;
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
    let mut simulation = AnySimulation::new(&scenario)?;
    let weights = simulation.weights("electron").ok_or("no electrons")?;
    let density: f64 = weights.iter().sum();
    for time in 1..=10 {
        let time = simulation.advance_to(f64::from(time))?;
        let velocities = simulation.velocities("electron").ok_or("no electrons")?;
        // The mean velocity is 0: the temperature along an axis is the mean square of that component.
        let temperature = |axis: usize| {
            let squares = velocities.chunks_exact(3).zip(&weights).map(|(v, w)| w * v[axis] * v[axis]);
            squares.sum::<f64>() / density
        };
        println!("t = {time:4.1}   along {:.4}   across {:.4}", temperature(0), temperature(1));
    }
    Ok(())
}
