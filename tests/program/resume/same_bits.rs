//! Runs with every integrator, summation, functional and kind of time step resume to the same bits.

use super::{
    Obstacle, break_at, functionals, integrators, mixes, prepared, scenario, scores, simple, summations,
    symmetric_mixes,
};
use crate::integrators::is_implicit;
use crate::program;
use program::{assert_same, run, status, stderr, succeed, summary};
use serde_json::{Value, json};
use std::fs;

#[test]
fn the_tables_name_every_choice_of_the_schema() {
    let choices = |name: &str| -> Vec<String> {
        let choices = landau::scenario::schema()["$defs"][name]["oneOf"].as_array().unwrap().clone();
        choices.iter().map(|choice| choice["required"][0].as_str().unwrap().to_string()).collect()
    };
    let named = |table: Vec<Value>, name: &str| {
        table.iter().any(|entry| entry.as_object().unwrap().contains_key(name))
    };
    for name in choices("Score") {
        assert!(named(scores(), &name), "no row for the score {name}");
    }
    // Reactions take SI units, which the mixes do not have.
    for name in choices("Functional").into_iter().filter(|name| name != "reactivity") {
        assert!(named(functionals(), &name), "no row for the functional {name}");
    }
    for name in choices("Summation") {
        assert!(named(summations(), &name), "no row for the summation {name}");
    }
}

/// Runs a scenario, interrupts it at step 5, resumes it with `threads` threads and compares. Returns its
/// folder.
fn assert_resumes(scenario: &Value, threads: usize, what: &str) -> tempfile::TempDir {
    let folder = prepared(scenario);
    let directory = folder.path();
    break_at(directory, "broken", 5);
    succeed(directory, &format!("resume broken --threads {threads} --quiet"));
    assert_same(&directory.join("broken"), &directory.join("whole"), what);
    assert_eq!(summary(&directory.join("broken"))["status"], "completed");
    folder
}

#[test]
fn every_method_resumes_to_the_same_bits() {
    for mix in mixes() {
        for score in scores() {
            for integrator in integrators() {
                let what = format!("{}-D, {score}, {integrator}", mix["dimension"]);
                assert_resumes(&scenario(&mix, &score, &integrator), 2, &what);
            }
        }
    }
}

#[test]
fn rings_and_shells_resume_to_the_same_bits() {
    for mix in symmetric_mixes() {
        for integrator in integrators() {
            let what = format!("{}, {integrator}", mix["symmetry"]);
            assert_resumes(&scenario(&mix, &scores()[0], &integrator), 3, &what);
        }
    }
}

#[test]
fn runs_whose_weights_change_resume_to_the_same_bits() {
    let mut mix = symmetric_mixes().into_iter().find(|mix| mix["symmetry"]["spherical"].is_object()).unwrap();
    let name = mix["species"][0]["name"].clone();
    let born = json!({ "maxwellian": { "density": 2.0, "temperature": 0.8 } });
    mix["sources"] = json!([
        { "birth": { "species": name, "rate": born } },
        { "loss": { "species": name, "time": 0.2 } },
        { "sink": { "species": name, "beyond": 2.5 } }
    ]);
    for integrator in integrators().into_iter().filter(|integrator| !is_implicit(integrator)) {
        let mut scenario = scenario(&mix, &scores()[0], &integrator);
        assert_resumes(&scenario, 2, &format!("with births, {integrator}"));
        // Adaptive steps bring weights back in one place, whatever the method.
        if integrator == json!({ "runge_kutta_chebyshev": {} }) {
            scenario["time"] =
                json!({ "adaptive": { "end": 0.1, "relative_tolerance": 1e-7, "first_step": 0.0001 } });
            assert_resumes(&scenario, 3, &format!("with births, adaptive, {integrator}"));
        }
    }
}

/// Rings go back to their lattice, and frames have densities along and across their axis.
#[test]
fn rings_with_births_resume_to_the_same_bits() {
    let mut mix = symmetric_mixes().into_iter().find(|mix| mix["symmetry"]["axial"].is_object()).unwrap();
    mix["species"][0]["particles"] = json!({ "lattice": { "per_axis": 16, "half_width": 4.5 } });
    let born = json!({ "maxwellian": { "density": 2.0, "temperature": 0.8, "drift": [0.2, 0.0, 0.0] } });
    mix["sources"] = json!([
        { "birth": { "species": "ion", "rate": born } },
        { "sink": { "species": "ion", "beyond": 3.5 } }
    ]);
    let mut scenario = scenario(&mix, &scores()[0], &json!({ "runge_kutta_chebyshev": {} }));
    scenario["output"]["distribution"] = json!({ "cells": 16 });
    assert_resumes(&scenario, 2, "rings with births");
}

#[test]
fn every_summation_resumes_to_the_same_bits() {
    for summation in summations() {
        let mut scenario = simple();
        // Enough particles that the tree has far cells.
        scenario["species"][0]["particles"]["lattice"]["per_axis"] = json!(14);
        scenario["summation"] = summation.clone();
        assert_resumes(&scenario, 3, &summation.to_string());
    }
}

#[test]
fn runs_with_functionals_resume_to_the_same_bits() {
    // The first mix has no fixed species.
    for (mix, functionals) in mixes().iter().zip([&functionals()[..3], &functionals()]) {
        let mut scenario = scenario(mix, &scores()[0], &integrators()[3]);
        scenario["functionals"] = json!(functionals);
        let folder = assert_resumes(&scenario, 3, "with functionals");
        let table = fs::read_to_string(folder.path().join("whole/diagnostics.csv")).unwrap();
        assert!(table.lines().next().unwrap().contains(",moment_4,"), "{table}");
    }
}

#[test]
fn adaptive_steps_resume_to_the_same_bits() {
    for integrator in integrators().into_iter().filter(|integrator| !is_implicit(integrator)) {
        let mut scenario = scenario(&mixes()[0], &scores()[0], &integrator);
        // With so small a tolerance the run takes more than the five steps before the interruption.
        scenario["time"] =
            json!({ "adaptive": { "end": 0.02, "relative_tolerance": 1e-8, "first_step": 0.001 } });
        assert_resumes(&scenario, 2, &integrator.to_string());
    }
}

/// A table of fields between whose times steps lie, turns, and a background.
fn driven() -> Value {
    let mut mix = mixes()[0].clone();
    mix["species"][0]["charge"] = json!(1.0);
    mix["species"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "name": "bath", "fixed": { "density": 0.4, "mass": 3.0, "temperature": 9.0 } }));
    mix["sources"] = json!([{ "heating": { "species": "electron", "temperature": 0.9, "time": 0.5 } }]);
    mix["fields"] = json!({
        "electric": { "table": { "times": [0.011, 0.063], "values": [[0.5, 0.0, 0.0], [0.0, 0.7, 0.1]] } },
        "magnetic": [0.0, 3.0, 20.0]
    });
    mix
}

#[test]
fn runs_in_fields_resume_to_the_same_bits() {
    for integrator in integrators() {
        let mut scenario = scenario(&driven(), &scores()[0], &integrator);
        assert_resumes(&scenario, 2, &format!("in fields, {integrator}"));
        // Adaptive steps turn particles in one place, whatever the method.
        if integrator == json!({ "runge_kutta_chebyshev": {} }) {
            scenario["time"] =
                json!({ "adaptive": { "end": 0.02, "relative_tolerance": 1e-8, "first_step": 0.001 } });
            assert_resumes(&scenario, 3, &format!("in fields, adaptive, {integrator}"));
        }
    }
}

#[test]
fn a_run_resumes_twice_with_other_numbers_of_threads() {
    let directory = prepared(&simple());
    let directory = directory.path();
    let broken = directory.join("broken");
    break_at(directory, "broken", 4);
    let obstacle = Obstacle::at(&broken, 7);
    let output = run(directory, "resume broken --threads 3 --quiet");
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    obstacle.remove();
    succeed(directory, "resume broken --threads 1 --quiet");
    assert_same(&broken, &directory.join("whole"), "resumed twice");
}
