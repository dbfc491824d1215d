//! Runs with fields and backgrounds, and runs that conditions end, through the program.

use crate::program::{succeed, write};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Electrons in fields among a background.
fn scenario() -> Value {
    json!({
        "version": 1, "dimension": 3,
        "species": [
            {
                "name": "electron", "mass": 1.0, "charge": -1.0,
                "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0 } },
                "particles": { "lattice": { "per_axis": 6, "half_width": 4.0 } }
            },
            { "name": "bath", "fixed": { "density": 0.5, "mass": 2.0, "temperature": 1.5 } }
        ],
        "fields": {
            "electric": { "table": { "times": [0.1, 0.3], "values": [[0.2, 0.0, 0.0], [0.0, 0.1, 0.0]] } },
            "magnetic": [0.0, 0.0, 5.0]
        },
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.3 } },
        "time": { "step": 0.05, "steps": 10 },
        "output": { "particles_every": 4, "checkpoint_every": 1 }
    })
}

/// The columns of the rows of diagnostics.csv by their names.
fn column(folder: &Path, name: &str) -> Vec<f64> {
    let text = fs::read_to_string(folder.join("diagnostics.csv")).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let place =
        header.iter().position(|column| *column == name).unwrap_or_else(|| panic!("{name}: {header:?}"));
    lines.map(|line| line[place].parse().unwrap()).collect()
}

#[test]
fn columns_and_the_summary_say_what_was_given() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "driven.json", &scenario());
    let said = succeed(directory.path(), "run driven.json --quiet");
    assert!(!said.contains("NOT conserved"), "{said}");
    let folder = directory.path().join("out/driven");
    let (energy, work) = (column(&folder, "energy"), column(&folder, "work"));
    assert_eq!(work[0], 0.0);
    for (energy_now, work) in energy.iter().zip(&work) {
        // The last digits of energies of 1.5.
        assert!((energy_now - energy[0] - work).abs() < 1e-13, "{energy_now} {work}");
    }
    for axis in ["x", "y", "z"] {
        let momentum = column(&folder, &format!("momentum_{axis}"));
        let given = column(&folder, &format!("momentum_given_{axis}"));
        assert!((momentum.last().unwrap() - momentum[0] - given.last().unwrap()).abs() < 1e-13);
    }
    // The background is hotter than the electrons and heats them, less and less; the field begins to do work on a current.
    let bath = column(&folder, "bath_power");
    assert!(bath.windows(2).all(|pair| pair[1] > 0.0 && pair[1] < pair[0]), "{bath:?}");
    let field = column(&folder, "electric_power");
    assert!(field[0].abs() < 1e-15 && field[10] > 0.0, "{field:?}");
    let summary: Value = serde_json::from_str(&fs::read_to_string(folder.join("run.json")).unwrap()).unwrap();
    let given = &summary["invariants"]["given"];
    assert_eq!(given["work"].as_f64().unwrap(), *work.last().unwrap());
    assert_eq!(given["momentum"].as_array().unwrap().len(), 3);
}

#[test]
fn the_last_frame_is_written() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "driven.json", &scenario());
    succeed(directory.path(), "run driven.json --quiet");
    let mut frames: Vec<String> = fs::read_dir(directory.path().join("out/driven/particles"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    frames.sort();
    let expected = [0, 4, 8, 10].map(|step| format!("frame_{step:08}.h5"));
    assert_eq!(frames, expected);
}

#[test]
fn conditions_end_a_run_and_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let mut scenario = scenario();
    scenario["fields"] = json!({});
    let hotter = json!({ "column": { "name": "electron_temperature", "above": 1.02 } });
    scenario["time"] = json!({ "step": 0.05, "steps": 1000, "until": [hotter] });
    write(directory.path(), "until.json", &scenario);
    let said = succeed(directory.path(), "run until.json");
    assert!(said.contains("ended since electron_temperature is 1.0"), "{said}");
    let folder = directory.path().join("out/until");
    let temperatures = column(&folder, "electron_temperature");
    let (last, before) = (temperatures[temperatures.len() - 1], temperatures[temperatures.len() - 2]);
    assert!(last > 1.02 && before <= 1.02, "{temperatures:?}");
    let summary: Value = serde_json::from_str(&fs::read_to_string(folder.join("run.json")).unwrap()).unwrap();
    assert_eq!(summary["status"], "completed");
    assert!(summary["reason"].as_str().unwrap().starts_with("ended since electron_temperature"), "{summary}");

    let (steps, entropy) = (200, json!({ "entropy": { "change": 1e-3 } }));
    scenario["time"] = json!({ "step": 0.5, "steps": steps, "until": [entropy] });
    write(directory.path(), "entropy.json", &scenario);
    succeed(directory.path(), "run entropy.json --quiet");
    let entropy = column(&directory.path().join("out/entropy"), "electron_entropy");
    assert!(entropy.len() < steps, "{entropy:?}");
    let changes: Vec<f64> = entropy.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    // The rate at the end of the last step is below the limit, that at its start was not.
    assert!(changes[changes.len() - 1] < 2e-3 && changes[0] > 1e-3, "{changes:?}");
}

#[test]
fn transport_is_printed_and_written() {
    let directory = tempfile::tempdir().unwrap();
    let mut scenario = scenario();
    // In units of the time of collisions, τ = ¾ √(2π)/4, electrons turn by 0.5.
    scenario["fields"] = json!({ "magnetic": [1.064, 0.0, 0.0] });
    scenario["symmetry"] = json!({ "axial": { "axis": "x" } });
    scenario["species"] = json!([
        {
            "name": "electron", "mass": 1.0, "charge": -1.0,
            "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0 } },
            "particles": { "lattice": { "per_axis": 16, "half_width": 5.0 } }
        },
        { "name": "ion", "charge": 2.0, "fixed": { "density": 0.5 } }
    ]);
    scenario["collisions"]["coefficients"] = json!({ "matrix": [[1.0, 4.0], [4.0, 0.0]] });
    write(directory.path(), "z2.json", &scenario);
    let said = succeed(directory.path(), "transport z2.json --out z2.json.csv");
    assert!(said.contains("electrical_conductivity"), "{said}");
    let text = fs::read_to_string(directory.path().join("z2.json.csv")).unwrap();
    let mut lines = text.lines();
    let header = "name,value,unit,resolution_error,time_error,linearity_error,exact,symbol,number";
    assert_eq!(lines.next().unwrap(), header);
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let names: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    let expected = [
        "electrical_conductivity",
        "thermoelectric.electron",
        "thermal_conductivity.electron",
        "viscosity.electron",
        "mobility.electron.electron",
        "electrical_conductivity_perpendicular",
        "electrical_conductivity_hall",
        "thermoelectric_perpendicular.electron",
        "thermoelectric_hall.electron",
        "thermal_conductivity_perpendicular.electron",
        "thermal_conductivity_hall.electron",
        "viscosity_1.electron",
        "viscosity_2.electron",
        "viscosity_3.electron",
        "viscosity_4.electron",
    ];
    assert_eq!(names, expected);
    for row in &rows {
        let number = |place: usize| row[place].parse::<f64>().unwrap();
        let off = (number(1) - number(6)).abs();
        let error = number(3) + number(4) + number(5);
        // 8 cells of 0.6 thermal speeds to each side: the estimate is true, and a few per cent without a magnetic field.
        let is_across =
            row[0].contains("_perpendicular") || row[0].contains("_hall") || row[0].starts_with("viscosity_");
        let most = if is_across { 0.7 } else { 0.08 };
        assert!(off < 1.5 * error && error < most * number(1).abs(), "{row:?}: {off:e} {error:e}");
    }
    let again = succeed(directory.path(), "transport z2.json --out z2.json.csv --overwrite --threads 1");
    assert!(again.contains("written to z2.json.csv"), "{again}");
    assert_eq!(fs::read_to_string(directory.path().join("z2.json.csv")).unwrap(), text);
    succeed(directory.path(), "transport z2.json --out coefficients.json");
    let written: Value =
        serde_json::from_str(&fs::read_to_string(directory.path().join("coefficients.json")).unwrap())
            .unwrap();
    let conductivity = &written["coefficients"][0];
    assert_eq!(conductivity["name"], "electrical_conductivity");
    assert!((conductivity["number"]["alpha_0"].as_f64().unwrap() - 0.4295).abs() < 0.01, "{conductivity}");
}
