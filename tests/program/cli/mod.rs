//! The command line as users see it: what the program writes, prints, and its exit status.

mod check;
mod converge;
mod help;
mod pipes;
mod run_folder;
mod schema;
mod unwritable;

use crate::program;
use program::write;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Two moving species and a fixed one, for a few steps that take milliseconds.
fn scenario() -> Value {
    json!({
        "version": 1,
        "dimension": 2,
        "species": [
            {
                "name": "ion",
                "mass": 2.0,
                "initial": { "maxwellian": { "density": 1.0, "temperature": 1.1 } },
                "particles": { "lattice": { "per_axis": 8, "half_width": 3.0 } }
            },
            {
                "name": "electron",
                "mass": 1.0,
                "initial": { "shell": { "density": 0.5, "radius": 1.2, "sharpness": 10.0 } },
                "particles": { "random": { "count": 50, "seed": 7 } }
            },
            { "name": "wall", "fixed": { "density": 0.1 } }
        ],
        "collisions": { "gamma": -2.0, "coefficients": { "uniform": 0.5 } },
        "time": { "step": 0.01, "steps": 10 },
        "output": { "diagnostics_every": 4, "particles_every": 5, "checkpoint_every": 3 }
    })
}

fn prepared() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "two.json", &scenario());
    directory
}

fn scenario_files() -> Vec<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    assert!(!files.is_empty());
    files
}
