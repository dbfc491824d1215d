//! The schema accepts what the program accepts, and refuses what it refuses.

use super::{prepared, scenario, scenario_files};
use crate::program::succeed;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

#[test]
fn the_schema_accepts_every_scenario_and_refuses_bad_ones() {
    let schema: Value = serde_json::from_str(&succeed(Path::new("."), "schema")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for file in scenario_files() {
        let instance: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let errors: Vec<String> = validator.iter_errors(&instance).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", file.display());
    }
    assert!(validator.is_valid(&scenario()));
    let bad = [
        ("/version", json!("1")),
        ("/species/0/mass", json!(null)),
        ("/species/0/mass", json!("2")),
        ("/species/0/initial", json!({})),
        ("/species/0/initial", json!("maxwellian")),
        ("/species/0/initial/maxwellian", json!({ "density": 1 })),
        ("/species/0/particles/lattice/per_axis", json!(2.5)),
        ("/species/0/particles/lattice/per_axis", json!(-2)),
        ("/collisions/coefficients", json!({ "matrix": [1, 2] })),
        ("/collisions/coefficients", json!({ "uniform": 1, "matrix": [[1]] })),
        ("/time", json!({ "step": 1, "steps": 1, "stop": 1 })),
    ];
    for (place, value) in bad {
        let mut instance = scenario();
        *instance.pointer_mut(place).unwrap() = value.clone();
        assert!(!validator.is_valid(&instance), "{place}: {value}");
    }
}

/// What a run leaves in its folder is a scenario by the schema too.
#[test]
fn the_schema_accepts_resolved_scenarios() {
    let directory = prepared();
    succeed(directory.path(), "run two.json --quiet");
    let schema: Value = serde_json::from_str(&succeed(directory.path(), "schema")).unwrap();
    let resolved = fs::read(directory.path().join("out/two/scenario.json")).unwrap();
    let resolved: Value = serde_json::from_slice(&resolved).unwrap();
    jsonschema::validate(&schema, &resolved).unwrap();
}
