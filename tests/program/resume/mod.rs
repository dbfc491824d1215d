//! A run that was interrupted and resumed writes the same bytes as an uninterrupted one, whatever the
//! interruption.

mod altered;
mod checkpoints;
mod interruptions;
mod leftovers;
mod same_bits;

use crate::program;
use program::{run, status, stderr, succeed, summary, write};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const STEPS: u64 = 8;

/// Every integrator that a scenario can name.
pub fn integrators() -> Vec<Value> {
    crate::integrators::integrators(1e-12)
}

/// Both forms of scores, with one and with two bandwidths.
fn scores() -> Vec<Value> {
    vec![json!({ "mesh": { "order": 4 } }), json!({ "particles": { "order": 2 } })]
}

/// Species and collisions: only moving species with pair sums in 3-D, and also a fixed species with sums by
/// moments in 2-D.
fn mixes() -> Vec<Value> {
    vec![
        json!({
            "dimension": 3,
            "species": [
                {
                    "name": "ion",
                    "mass": 2.0,
                    "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0, "drift": [0.3, 0.0, 0.0] } },
                    "particles": { "lattice": { "per_axis": 4, "half_width": 2.0 } }
                },
                {
                    "name": "electron",
                    "mass": 1.0,
                    "initial": { "shell": { "density": 0.5, "radius": 1.0, "sharpness": 10.0 } },
                    "particles": { "random": { "count": 40, "seed": 3 } }
                }
            ],
            "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.5 } }
        }),
        json!({
            "dimension": 2,
            "species": [
                { "name": "wall", "fixed": { "density": 0.3, "velocity": [0.0, 0.1] } },
                {
                    "name": "ion",
                    "mass": 1.0,
                    "initial": { "anisotropic_maxwellian": { "density": 1.0, "temperatures": [1.0, 0.5] } },
                    "particles": { "quasi_random": { "count": 60 } }
                }
            ],
            "collisions": { "gamma": 0.0, "coefficients": { "matrix": [[0.0, 0.4], [0.4, 1.0]] } }
        }),
    ]
}

/// Rings with a fixed species on the axis, and shells.
fn symmetric_mixes() -> Vec<Value> {
    let lattice = json!({ "lattice": { "per_axis": 8, "half_width": 3.0 } });
    vec![
        json!({
            "dimension": 3, "symmetry": { "axial": { "axis": "x" } },
            "species": [
                {
                    "name": "ion", "mass": 2.0, "particles": lattice,
                    "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0, "drift": [0.3, 0.0, 0.0] } }
                },
                { "name": "wall", "fixed": { "density": 0.3, "velocity": [0.1, 0.0, 0.0] } }
            ],
            "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.5 } }
        }),
        json!({
            "dimension": 3, "symmetry": { "spherical": {} },
            "species": [{
                "name": "ion", "mass": 2.0, "particles": lattice,
                "initial": { "shell": { "density": 0.5, "radius": 1.0, "sharpness": 10.0 } }
            }],
            "collisions": { "gamma": -2.0, "coefficients": { "uniform": 0.5 } }
        }),
    ]
}

/// Every summation.
fn summations() -> Vec<Value> {
    vec![
        json!({ "direct": {} }),
        json!({ "tree": { "tolerance": 0.01 } }),
        json!({ "random_batch": { "size": 30, "seed": 5 } }),
    ]
}

/// Every functional. Those that need fixed species come last.
fn functionals() -> Vec<Value> {
    vec![
        json!({ "fisher": {} }),
        json!({ "moments": { "orders": [4.0] } }),
        json!({ "dissipation": {} }),
        json!({ "spherical_fisher": { "beta": 0.5 } }),
        json!({ "relative_entropy": {} }),
        json!({ "lyapunov": { "a": 1.0, "r": 2.0 } }),
        json!({ "spherical_dissipation": { "beta": 0.0 } }),
        json!({ "fisher_rate": {} }),
        json!({ "collision_rates": { "beta": 0.5 } }),
        json!({ "beyond": { "speeds": [0.5, 1.5] } }),
        json!({ "powers": {} }),
    ]
}

/// A scenario that writes a frame at every step and a checkpoint at every third step.
fn scenario(mix: &Value, score: &Value, integrator: &Value) -> Value {
    let mut scenario = json!({
        "version": 1,
        "score": score,
        "integrator": integrator,
        "time": { "step": 0.01, "steps": STEPS },
        "output": { "diagnostics_every": 1, "particles_every": 1, "checkpoint_every": 3 }
    });
    scenario.as_object_mut().unwrap().extend(mix.as_object().unwrap().clone());
    scenario
}

pub fn simple() -> Value {
    scenario(&mixes()[0], &scores()[0], &integrators()[1])
}

/// A run of several hundred steps of a millisecond, so that a signal arrives in the middle.
pub fn long() -> Value {
    let mut scenario = scenario(&mixes()[1], &scores()[1], &integrators()[0]);
    scenario["time"]["steps"] = json!(400);
    // So narrow that there is no warning for sixty particles.
    scenario["score"]["particles"]["bandwidth"] = json!({ "variance": 0.02 });
    scenario["output"] = json!({ "diagnostics_every": 3, "particles_every": 7, "checkpoint_every": 10 });
    scenario
}

/// A folder in the place of a frame, which makes the run fail at that step.
struct Obstacle(std::path::PathBuf);

impl Obstacle {
    fn at(folder: &Path, step: u64) -> Self {
        let path = folder.join(format!("particles/frame_{step:08}.h5"));
        // Removes the frame of an earlier run, if there is one.
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.join("in the way")).unwrap();
        Self(path)
    }

    fn remove(self) {
        fs::remove_dir_all(self.0).unwrap();
    }
}

/// Runs `scenario.json` into `folder` until it fails at `step`. The last checkpoint is of step 3
/// ⌊(step − 1) / 3⌋.
pub fn break_at(directory: &Path, folder: &str, step: u64) {
    let obstacle = Obstacle::at(&directory.join(folder), step);
    let output = run(directory, &format!("run scenario.json --out {folder} --overwrite --quiet"));
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert_eq!(summary(&directory.join(folder))["status"], "failed");
    obstacle.remove();
}

/// A folder with scenario.json, and with the uninterrupted run in `whole`.
pub fn prepared(scenario: &Value) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "scenario.json", scenario);
    succeed(directory.path(), "run scenario.json --out whole --quiet");
    directory
}
