//! `landau sweep`: many runs, one table; killed, gone on with, listed and collected.

use crate::program::{landau, run, send, status, stderr, succeed, write};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::tempdir;

fn base() -> Value {
    json!({
        "version": 1, "dimension": 2,
        "species": [{
            "name": "a", "mass": 1.0, "particles": { "lattice": { "per_axis": 8 } },
            "initial": { "anisotropic_maxwellian": { "density": 1.0, "temperatures": [1.4, 0.6] } }
        }],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.5 } },
        "time": { "step": 0.1, "steps": 20 }
    })
}

/// Six runs: three exponents, two steps, each with its number of steps.
fn sweep(directory: &Path) {
    write(directory, "base.json", &base());
    let plan = json!({
        "version": 1, "scenario": "base.json",
        "axes": [
            { "collisions.gamma": [-3, -2, -1] },
            { "time.step": [0.1, 0.05], "time.steps": [20, 40] }
        ],
        "keep": {
            "columns": ["time", "a_temperature_xx"],
            "times": [{ "column": "a_temperature_xx", "below": 1.3 }]
        }
    });
    write(directory, "sweep.json", &plan);
}

fn table(directory: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_path(directory.join("out/sweep/sweep.csv"))
        .unwrap();
    reader.records().map(|record| record.unwrap().iter().map(String::from).collect()).collect()
}

#[test]
fn a_sweep_is_a_table_of_its_runs() {
    let directory = tempdir().unwrap();
    let directory = directory.path();
    sweep(directory);
    let said = succeed(directory, "sweep sweep.json");
    assert!(said.starts_with("6 runs: 6 completed, 0 failed, 0 to do\nwritten to "), "{said}");
    let rows = table(directory);
    let head = [
        "run",
        "collisions.gamma",
        "time.step",
        "time.steps",
        "status",
        "time",
        "a_temperature_xx",
        "time_of_a_temperature_xx_below_1.3",
        "reason",
    ];
    assert_eq!(rows[0], head);
    assert_eq!(rows.len(), 7);
    // A run alone, by the command for one, gives the same numbers.
    succeed(
        directory,
        "run base.json --quiet --out alone --set collisions.gamma=-2 --set time.step=0.05 --set time.steps=40",
    );
    let alone = fs::read_to_string(directory.join("alone/diagnostics.csv")).unwrap();
    let names: Vec<&str> = alone.lines().next().unwrap().split(',').collect();
    let last: Vec<&str> = alone.lines().last().unwrap().split(',').collect();
    let column = names.iter().position(|name| *name == "a_temperature_xx").unwrap();
    assert_eq!(rows[4][..5], ["4", "-2", "0.05", "40", "completed"]);
    assert_eq!(rows[4][6], last[column]);
    // Temperatures meet within the run at every exponent; 1.3 is passed on the way.
    for row in &rows[1..] {
        let (end, passed): (f64, f64) = (row[5].parse().unwrap(), row[7].parse().unwrap());
        assert!((end - 2.0).abs() < 1e-12 && passed > 0.0 && passed < end, "{row:?}");
    }
    // Nothing is done twice.
    let runs = directory.join("out/sweep/runs");
    let written = || fs::metadata(runs.join("000001/run.json")).unwrap().modified().unwrap();
    let before = written();
    succeed(directory, "sweep sweep.json");
    assert_eq!(written(), before);
}

#[test]
fn a_sweep_that_was_killed_goes_on() {
    let directory = tempdir().unwrap();
    let directory = directory.path();
    sweep(directory);
    write(directory, "base.json", &{
        let mut base = base();
        base["species"][0]["particles"]["lattice"]["per_axis"] = json!(40);
        base["output"] = json!({ "checkpoint_every": 1 });
        base
    });
    succeed(directory, "sweep sweep.json --out whole --quiet");
    let mut kills = 0;
    for signal in ["KILL", "INT", "KILL", "INT", "KILL"] {
        let mut child = landau(directory).args(["sweep", "sweep.json", "--quiet"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(150));
        if child.try_wait().unwrap().is_none() {
            send(signal, child.id());
            kills += 1;
        }
        child.wait().unwrap();
    }
    assert!(kills > 0, "the sweep was over before it was killed");
    succeed(directory, "sweep sweep.json --quiet");
    for number in 1..=6 {
        let file = |of: &str| {
            fs::read(directory.join(of).join(format!("runs/{number:06}/diagnostics.csv"))).unwrap()
        };
        assert!(file("out/sweep") == file("whole"), "run {number}");
    }
    let read = |path: &str| fs::read_to_string(directory.join(path)).unwrap();
    assert_eq!(read("out/sweep/sweep.csv"), read("whole/sweep.csv"));
}

#[test]
fn runs_are_listed_for_job_managers_and_collected() {
    let directory = tempdir().unwrap();
    let directory = directory.path();
    sweep(directory);
    let list = succeed(directory, "sweep sweep.json --list --threads 2");
    assert_eq!(list.lines().count(), 6);
    let first = "landau sweep sweep.json --out out/sweep --threads 2 --quiet --only 1";
    assert_eq!(list.lines().next().unwrap(), first);
    for line in list.lines().take(4) {
        succeed(directory, line.strip_prefix("landau ").unwrap());
    }
    let said = succeed(directory, "sweep sweep.json --collect");
    assert!(said.starts_with("6 runs: 4 completed, 0 failed, 2 to do\n"), "{said}");
    let stages: Vec<String> = table(directory)[1..].iter().map(|row| row[4].clone()).collect();
    assert_eq!(stages, ["completed", "completed", "completed", "completed", "not begun", "not begun"]);
}

#[test]
fn a_run_that_fails_has_its_reason_and_is_repeated_on_request() {
    let directory = tempdir().unwrap();
    let directory = directory.path();
    write(directory, "base.json", &base());
    let plan = json!({
        "version": 1, "scenario": "base.json",
        "axes": [{ "integrator": [{ "forward_euler": {} }, { "runge_kutta": { "order": 2 } }], "time.step": [500.0, 0.1] }]
    });
    write(directory, "sweep.json", &plan);
    let output = run(directory, "sweep sweep.json");
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).ends_with("error: 1 of 2 runs failed; their reasons are in their run.json\n"));
    let rows = table(directory);
    let at = |name: &str| rows[0].iter().position(|one| one == name).unwrap();
    assert_eq!((rows[1][at("status")].as_str(), rows[2][at("status")].as_str()), ("failed", "completed"));
    assert!(!rows[1][at("reason")].is_empty() && rows[1][at("entropy")].is_empty());
    assert!(rows[2][at("reason")].is_empty() && !rows[2][at("entropy")].is_empty());
    let failed =
        || fs::metadata(directory.join("out/sweep/runs/000001/run.json")).unwrap().modified().unwrap();
    let before = failed();
    assert_eq!(status(&run(directory, "sweep sweep.json")), 1);
    assert_eq!(failed(), before, "it is not repeated");
    assert_eq!(status(&run(directory, "sweep sweep.json --retry")), 1);
    assert_ne!(failed(), before);
}

#[test]
fn what_is_wrong_is_said_before_anything_runs() {
    let directory = tempdir().unwrap();
    let directory = directory.path();
    sweep(directory);
    let refused = |arguments: &str, expected: &str| {
        let output = run(directory, arguments);
        assert_eq!(status(&output), 2, "{arguments}");
        assert!(stderr(&output).contains(expected), "{arguments}: {}", stderr(&output));
    };
    refused("sweep sweep.json --only 7", "error: --only 7: allowed: the number of a run, 1 to 6\n");
    let changed = |path: &str, value: Value| {
        let mut plan: Value =
            serde_json::from_slice(&fs::read(directory.join("sweep.json")).unwrap()).unwrap();
        *plan.pointer_mut(path).unwrap() = value;
        write(directory, "changed.json", &plan);
    };
    changed("/axes/1/time.steps", json!([20]));
    refused("sweep changed.json", "axes.1.time.steps: found 1 values; allowed: 2, as many as of time.step");
    changed("/axes/0", json!({ "collisions.gamma": [-3, -5] }));
    refused("sweep changed.json", "--set collisions.gamma=-5: collisions.gamma: found -5; allowed: ");
    changed("/axes/0", json!({ "collisions.gama": [-3] }));
    refused("sweep changed.json", "collisions.gama: found an unknown key");
    changed("/scenario", json!("nowhere.json"));
    refused("sweep changed.json", "nowhere.json: cannot read the scenario");
    changed("/keep", json!({ "column": ["time"] }));
    refused(
        "sweep changed.json",
        "keep.column: found an unknown key; allowed: `columns` and `times`; did you mean `columns`?",
    );
    assert!(!directory.join("out").exists());
    // A folder of another sweep is left as it is.
    succeed(directory, "sweep sweep.json --quiet");
    changed("/axes/0/collisions.gamma", json!([-3, -1.5, -1]));
    let output = run(directory, "sweep changed.json --out out/sweep");
    assert_eq!(status(&output), 1);
    let expected = "000003: holds a run of another scenario (collisions.gamma is -1.5, was -2.0): choose another folder by --out, or remove the run";
    assert!(stderr(&output).contains(expected), "{}", stderr(&output));
}

#[test]
fn runs_go_on_at_once() {
    let directory = tempdir().unwrap();
    let directory = directory.path();
    sweep(directory);
    // Two runs hold their folders at the same time: so both were begun before one had ended.
    write(directory, "base.json", &{
        let mut base = base();
        base["species"][0]["particles"]["lattice"]["per_axis"] = json!(40);
        base
    });
    let mut child =
        landau(directory).args(["sweep", "sweep.json", "--quiet", "--jobs", "2"]).spawn().unwrap();
    let began = Instant::now();
    let runs = directory.join("out/sweep/runs");
    let mut both = false;
    while !both && began.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none() {
        let status =
            |number: &str| fs::read_to_string(runs.join(number).join("run.json")).unwrap_or_default();
        both = ["000001", "000002"].iter().all(|number| status(number).contains("\"status\": \"running\""));
    }
    send("INT", child.id());
    child.wait().unwrap();
    assert!(both);
}
