//! The schema accepts what the program accepts, and refuses what the program refuses.

use super::{prepared, scenario, scenario_files};
use crate::program::{succeed, write};
use crate::python;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// The result of a validator for each of the scenarios with the schema that the program prints: `ok`, or an
/// error.
fn findings(scenarios: &[Value]) -> Vec<String> {
    findings_by("scenario", scenarios)
}

/// The same for any kind of file.
fn findings_by(kind: &str, scenarios: &[Value]) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let schema = succeed(Path::new("."), &format!("schema {kind}"));
    fs::write(directory.path().join("schema"), schema).unwrap();
    let names = (0..scenarios.len()).map(|index| format!("{index}.json"));
    let files = names.zip(scenarios).map(|(name, scenario)| {
        write(directory.path(), &name, scenario);
        directory.path().join(name)
    });
    let arguments: Vec<_> = std::iter::once(directory.path().join("schema")).chain(files).collect();
    let output = python::run("tests/python/requirements.txt", "tests/python/validate.py", arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let findings: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(String::from).collect();
    assert_eq!(findings.len(), scenarios.len());
    findings
}

#[test]
fn the_schema_accepts_every_scenario_and_refuses_bad_ones() {
    let files = scenario_files();
    let read = |file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let good: Vec<Value> = files.iter().map(read).chain([scenario()]).collect();
    for (found, scenario) in findings(&good).iter().zip(&good) {
        assert_eq!(found, "ok", "{scenario}");
    }
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
    let scenarios = bad.each_ref().map(|(place, value)| {
        let mut instance = scenario();
        *instance.pointer_mut(place).unwrap() = value.clone();
        instance
    });
    for (found, (place, value)) in findings(&scenarios).iter().zip(bad) {
        assert_ne!(found, "ok", "{place}: {value}");
    }
}

/// The resolved scenario in a run folder is valid by the schema too.
#[test]
fn the_schema_accepts_resolved_scenarios() {
    let directory = prepared();
    succeed(directory.path(), "run two.json --quiet");
    let resolved = fs::read(directory.path().join("out/two/scenario.json")).unwrap();
    assert_eq!(findings(&[serde_json::from_slice(&resolved).unwrap()]), ["ok"]);
}

/// Experiments and sweeps have schemas of their own.
#[test]
fn schemas_of_experiments_and_sweeps_accept_the_shipped_ones() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let read = |folder: &str| -> Vec<Value> {
        let files = fs::read_dir(scenarios.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        let files = files.filter(|file| file.extension().is_some_and(|extension| extension == "json"));
        files.map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap()).collect()
    };
    let (species, density): (Vec<Value>, Vec<Value>) =
        read("laboratory").into_iter().partition(|experiment| experiment.get("species").is_some());
    let kinds = [("experiment", density), ("species-experiment", species), ("sweep", read("sweeps"))];
    for (kind, files) in kinds {
        assert!(!files.is_empty(), "{kind}");
        assert!(findings_by(kind, &files).iter().all(|found| found == "ok"), "{kind}");
        assert!(findings_by(kind, &[json!({ "versoin": 1 })]).iter().all(|found| found != "ok"), "{kind}");
    }
}
