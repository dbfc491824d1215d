//! Particles from a file of any bytes: a start of a run, or a message.

use landau::any::AnySimulation;
use landau::scenario;

/// Reads a file of these bytes. What is read has numbers to compute with; what is not has a message.
pub fn read(bytes: &[u8]) {
    let path = std::env::temp_dir().join(format!("landau_fuzz_{}", std::process::id()));
    std::fs::write(&path, bytes).expect("a folder for temporary files");
    // A density makes up for weights that are missing.
    let text = format!(
        r#"{{
            "version": 1, "dimension": 3,
            "species": [{{ "name": "a", "mass": 1.0, "initial": {{ "file": {{ "path": {path:?}, "density": 1.0 }} }} }}],
            "collisions": {{ "gamma": -3.0, "coefficients": {{ "uniform": 1.0 }} }},
            "score": {{ "particles": {{}} }},
            "time": {{ "step": 0.01, "steps": 1 }}
        }}"#
    );
    let (scenario, source) = scenario::parse("fuzz", text, &[]).expect("a good scenario");
    match AnySimulation::new(&scenario) {
        Ok(run) => {
            let numbers = [run.velocities("a"), run.weights("a")].map(|numbers| numbers.expect("a species"));
            assert!(numbers.iter().flatten().all(|number| number.is_finite()));
        }
        Err(landau::setup::StartError::Scenario(violation)) => {
            assert!(!source.error(&violation).to_string().is_empty());
        }
        Err(failure) => assert!(!failure.to_string().is_empty()),
    }
}
