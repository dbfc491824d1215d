//! The environment variable that forces an instruction set.

use crate::program;
use landau::kernel::lanes::InstructionSet;
use program::{landau, status, stderr, summary, write};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Output;

fn run_with(directory: &Path, set: &str, arguments: &str) -> Output {
    landau(directory).env("LANDAU_INSTRUCTION_SET", set).args(arguments.split(' ')).output().unwrap()
}

#[test]
fn every_set_of_the_machine_can_be_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let scenario = json!({
        "version": 1, "dimension": 3,
        "species": [{
            "name": "a", "mass": 1.0, "particles": { "lattice": { "per_axis": 6 } },
            "initial": { "anisotropic_maxwellian": { "density": 1.0, "temperatures": [1.3, 1.0, 0.7] } }
        }],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.1 } },
        "time": { "step": 0.1, "steps": 3 }
    });
    write(directory, "a.json", &scenario);
    let mut energies = Vec::new();
    for set in InstructionSet::available().map(InstructionSet::name) {
        for folder in ["first", "second"] {
            let output =
                run_with(directory, set, &format!("run a.json --quiet --overwrite --out {set}-{folder}"));
            assert_eq!(status(&output), 0, "{}", stderr(&output));
            assert_eq!(summary(&directory.join(format!("{set}-{folder}")))["instruction_set"], set);
        }
        let rows =
            |folder: &str| fs::read_to_string(directory.join(format!("{set}-{folder}/diagnostics.csv")));
        assert_eq!(rows("first").unwrap(), rows("second").unwrap(), "{set}");
        let last = rows("first").unwrap().lines().last().unwrap().to_string();
        let temperature: f64 = last.split(',').nth(13).unwrap().parse().unwrap();
        energies.push(temperature);
    }
    // Results differ only in the last bits: a temperature tensor is a sum of 216 terms, after three steps.
    assert!(energies.iter().all(|one| (one / energies[0] - 1.0).abs() < 1e-12), "{energies:?}");
    // A run is only resumed with the instruction set with which it began. This one is complete, which is
    // reported first.
    let complete = run_with(directory, "portable", "resume portable-first");
    assert_eq!(status(&complete), 0);
}

#[test]
#[cfg(not(feature = "mpi"))]
fn copies_that_were_started_together_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "a.json", &json!({}));
    for (name, command) in [("PMI_SIZE", "run a.json"), ("OMPI_COMM_WORLD_SIZE", "resume out/a")] {
        let mut copy = landau(directory.path());
        let output = copy.env(name, "2").args(command.split(' ')).output().unwrap();
        assert_eq!(status(&output), 2);
        assert_eq!(
            stderr(&output),
            format!(
                "error: found 2 copies of the program, started together ({name} in the environment), that would write to one folder; allowed: one, or a program that divides a run between them: cargo build --release --features mpi\n"
            )
        );
        // One copy alone is no matter.
        let mut copy = landau(directory.path());
        let output = copy.env(name, "1").args(command.split(' ')).output().unwrap();
        assert!(!stderr(&output).contains("started together"), "{}", stderr(&output));
    }
    let mut copy = landau(directory.path());
    let output = copy.env("PMI_SIZE", "3").args(["sweep", "a.json"]).output().unwrap();
    assert_eq!(status(&output), 2);
    assert_eq!(
        stderr(&output),
        "error: found 3 copies of landau sweep, started together (PMI_SIZE in the environment); allowed: one, as only landau run and landau resume divide their work between ranks\n"
    );
}

#[test]
fn a_set_that_does_not_exist_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "a.json", &json!({}));
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/bkw_2d.json");
    let output = run_with(directory.path(), "sse9", &format!("check {}", shipped.display()));
    assert_eq!(status(&output), 2);
    let said = stderr(&output);
    assert!(said.starts_with("error: LANDAU_INSTRUCTION_SET: found `sse9`"), "{said}");
    assert!(said.contains("allowed on this machine: portable"), "{said}");
}
