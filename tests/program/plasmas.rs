//! What is said of plasmas in SI units that are not what the equation or its coefficients are for: on `check`, when a run
//! begins, and in its run.json.

use crate::program;
use program::{run, status, stderr, succeed, summary, write};
use serde_json::{Value, json};
use std::path::Path;

const ELECTRON: f64 = 9.1093837139e-31;
const DEUTERON: f64 = 3.3435837768e-27;

/// A Maxwellian species: its charge, density in m⁻³, temperature in eV and drift along x in m/s.
fn species(name: &str, mass: f64, charge: f64, density: f64, temperature: f64, drift: f64) -> Value {
    json!({
        "name": name, "mass": mass, "charge": charge,
        "initial": { "maxwellian": { "density": density, "temperature": temperature, "drift": [drift, 0.0, 0.0] } },
        "particles": { "lattice": { "per_axis": 9 } }
    })
}

fn electrons(density: f64, temperature: f64) -> Value {
    species("electron", ELECTRON, -1.0, density, temperature, 0.0)
}

/// What `check` prints of a plasma with computed ln Λ, and what a run of a step says and writes down as warnings.
fn told(directory: &Path, species: &[Value]) -> (String, String, Vec<String>) {
    let scenario = json!({
        "version": 1, "dimension": 3, "units": { "si": {} }, "species": species,
        "collisions": { "gamma": -3.0, "coefficients": { "coulomb": {} } },
        "time": { "step": 1e-10, "steps": 1 }
    });
    write(directory, "plasma.json", &scenario);
    let checked = succeed(directory, "check plasma.json");
    let output = run(directory, "run plasma.json --overwrite");
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let warnings = summary(&directory.join("out/plasma"))["warnings"].as_array().unwrap().clone();
    let warnings = warnings.iter().map(|one| one.as_str().unwrap().to_string());
    (
        without_rates(&checked),
        without_rates(&stderr(&output)),
        warnings.filter(|one| !is_of_rates(one)).collect(),
    )
}

/// So few cells have rates that are off by some per cent, and say so.
fn is_of_rates(line: &str) -> bool {
    line.contains("are expected off by: ")
}

fn without_rates(said: &str) -> String {
    said.lines().filter(|line| !is_of_rates(line)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_plasma_in_order_is_told_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let ions = species("ion", DEUTERON, 1.0, 1e19, 50.0, 0.0);
    let (checked, said, warnings) = told(directory.path(), &[electrons(1e19, 50.0), ions]);
    for label in ["note", "warning", "counter-streaming"] {
        assert!(!checked.contains(label), "{checked}");
    }
    assert!(!said.contains("warning"), "{said}");
    assert_eq!(warnings, [""; 0]);
}

#[test]
fn neutral_species_are_noted() {
    let directory = tempfile::tempdir().unwrap();
    let ions = species("ion", DEUTERON, 1.0, 1e19, 50.0, 0.0);
    let gas = species("gas", DEUTERON, 0.0, 1e18, 5.0, 0.0);
    let (checked, said, warnings) = told(directory.path(), &[electrons(1e19, 50.0), ions, gas]);
    let note = "gas has charge 0 and collides with nothing";
    assert!(checked.contains(&format!("\nnote                  {note}\n")), "{checked}");
    assert!(!checked.contains("gas on "), "{checked}");
    assert!(said.contains(&format!("warning: {note}\n")), "{said}");
    assert_eq!(warnings, [note]);
}

/// Deuterons of 10 eV at ±1.03e6 m/s in electrons of 1 keV.
#[test]
fn counter_streaming_ions_have_a_line() {
    let directory = tempfile::tempdir().unwrap();
    let stream = |name: &str, drift: f64| species(name, DEUTERON, 1.0, 1e19, 10.0, drift);
    let streams = [electrons(2e19, 1000.0), stream("right", 1.03e6), stream("left", -1.03e6)];
    let (checked, _, warnings) = told(directory.path(), &streams);
    let line = "\ncounter-streaming     right and left: their ln Λ is by drift, not by temperature\n";
    assert!(checked.contains(line), "{checked}");
    assert_eq!(warnings, [""; 0]);
    // Below their thermal speeds of 2.2e4 m/s they are mixed ions.
    let slow = [electrons(2e19, 1000.0), stream("right", 1e4), stream("left", -1e4)];
    let (checked, _, _) = told(directory.path(), &slow);
    assert!(!checked.contains("counter-streaming"), "{checked}");
}

#[test]
fn a_plasma_that_is_not_neutral_is_warned_of() {
    let directory = tempfile::tempdir().unwrap();
    let ions = species("ion", DEUTERON, 1.0, 1e17, 50.0, 0.0);
    let (checked, said, warnings) = told(directory.path(), &[electrons(1e19, 50.0), ions]);
    // Both lattices miss the same share of their densities.
    let warning = "the plasma is not neutral: its positive charges are 1.000e-2 of its negative ones; check densities and charges";
    assert!(checked.contains(&format!("\nwarning               {warning}\n")), "{checked}");
    assert!(said.contains(&format!("warning: {warning}\n")), "{said}");
    assert_eq!(warnings, [warning]);
    // Electrons alone have their ions left out on purpose.
    let (checked, _, _) = told(directory.path(), &[electrons(1e19, 50.0)]);
    assert!(!checked.contains("not neutral"), "{checked}");
}

/// √(3 T/m) is 0.1 c at 1.703 keV.
#[test]
fn electrons_of_50_kev_are_warned_of_with_their_speed() {
    let directory = tempfile::tempdir().unwrap();
    let ions = || species("ion", DEUTERON, 1.0, 1e19, 50.0, 0.0);
    let (checked, said, warnings) = told(directory.path(), &[electrons(1e19, 50e3), ions()]);
    let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
    let words = warning.strip_prefix("electron moves at ").unwrap();
    let end = "; the equation is not relativistic, and holds up to 0.1 c";
    let (speed, rest) = words.split_once(" c (root mean square), where γ − 1 = ").unwrap();
    let found: [f64; 2] = [speed, rest.strip_suffix(end).unwrap()].map(|number| number.parse().unwrap());
    let speed = (3.0 * 50.0 / 510.998_95f64).sqrt();
    // Both are printed to three decimals, of a lattice that misses 2e-4 of the energy.
    for (found, exact) in found.into_iter().zip([speed, 1.0 / (1.0 - speed * speed).sqrt() - 1.0]) {
        assert!((found - exact).abs() < 1e-3, "{warning}: {exact}");
    }
    assert!(checked.contains(&format!("\nwarning               {warning}\n")), "{checked}");
    assert!(said.contains(&format!("warning: {warning}\n")), "{said}");
    let (checked, _, _) = told(directory.path(), &[electrons(1e19, 1.6e3), ions()]);
    assert!(!checked.contains("relativistic"), "{checked}");
    let (checked, _, _) = told(directory.path(), &[electrons(1e19, 1e6), ions()]);
    assert!(checked.contains(" c (root mean square), faster than light; the equation"), "{checked}");
}
