//! The summary of a run, on the terminal and in run.json.

use crate::program;
use crate::resume::{break_at, long, prepared, simple};
use program::{run, status, stderr, succeed, summary, write};
use serde_json::{Value, json};
use std::path::Path;

/// Electrons, protons and fixed ions, with computed ln Λ.
fn plasma() -> Value {
    let species = |name: &str, mass: f64, charge: f64, temperature: f64, half_width: f64| {
        json!({
            "name": name, "mass": mass, "charge": charge,
            "initial": { "maxwellian": { "density": 1e20, "temperature": temperature } },
            "particles": { "lattice": { "per_axis": 8, "half_width": half_width } }
        })
    };
    json!({
        "version": 1, "dimension": 3, "units": { "si": {} },
        "species": [
            species("electron", 9.1093837139e-31, -1.0, 1000.0, 5e7),
            { "name": "carbon", "charge": 6.0, "fixed": { "density": 1e18 } },
            { "name": "tungsten", "charge": 40.0, "fixed": { "density": 1e16 } },
            species("proton", 1.67262192595e-27, 1.0, 800.0, 1.1e6)
        ],
        "collisions": { "gamma": -3.0, "coefficients": { "coulomb": {} } },
        "time": { "step": 1e-8, "steps": 1 }
    })
}

#[test]
fn the_coulomb_logarithms_of_a_run_are_in_its_folder() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write(directory, "a.json", &plasma());
    succeed(directory, "run a.json --quiet");
    let found = summary(&directory.join("out/a"))["coulomb_logarithms"].clone();
    let number = |one: &str, other: &str| found[one][other].as_f64();
    // The values are computed by hand in the tests of the formulas.
    for (one, other, expected) in
        [("electron", "electron", 14.79), ("electron", "proton", 14.79), ("proton", "proton", 16.56)]
    {
        let logarithm = number(one, other).unwrap();
        // Eight cells along an axis have an error of a few per cent in the temperature, hence of a few
        // hundredths in ln Λ.
        assert!((logarithm - expected).abs() < 0.1, "{one}, {other}: {logarithm}");
        assert_eq!(number(other, one), Some(logarithm));
    }
    assert!(number("proton", "tungsten").is_some());
    assert!(number("tungsten", "carbon").is_none(), "two fixed species do not meet");
    succeed(
        directory,
        "run a.json --quiet --out given --set collisions.coefficients.coulomb.log_lambda=12.5",
    );
    assert_eq!(summary(&directory.join("given"))["coulomb_logarithms"]["proton"]["electron"], json!(12.5));
    write(directory, "b.json", &simple());
    succeed(directory, "run b.json --quiet");
    assert!(summary(&directory.join("out/b")).get("coulomb_logarithms").is_none());
}

#[test]
fn how_finely_a_run_resolves_its_species_is_in_its_folder() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let near = |found: &Value, expected: f64| {
        let found = found.as_f64().unwrap();
        assert!((found / expected - 1.0).abs() < 1e-14, "{found} is not {expected}");
    };
    write(directory, "a.json", &plasma());
    succeed(directory, "run a.json --quiet --set score.mesh.spacing.deviations=0.9");
    let run = summary(&directory.join("out/a"));
    // In m/s and (m/s)²: eight cells from −5e7 to 5e7, ε = h², and a mesh spacing of 0.9 √ε.
    let names: Vec<&String> = run["species"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["electron", "proton"]);
    let electron = &run["species"]["electron"];
    assert_eq!((&electron["particles"], &electron["sums"]), (&json!(512), &json!("mesh")));
    near(&electron["spacing"], 1.25e7);
    near(&electron["bandwidth"], 1.25e7 * 1.25e7);
    near(&electron["mesh_spacing"], 0.9 * 1.25e7);
    assert!(electron.get("follows_variance").is_none());
    near(&run["species"]["proton"]["spacing"], 2.75e5);
    assert!(run["scores"].as_str().unwrap().starts_with("on meshes, order "), "{}", run["scores"]);
    assert_eq!(run["summation"], json!("direct"));

    let mut scenario = simple();
    scenario["score"] = json!({ "particles": { "order": 2, "bandwidth": { "following": {} } } });
    write(directory, "b.json", &scenario);
    succeed(directory, "run b.json --quiet");
    let run = summary(&directory.join("out/b"));
    let electron = &run["species"]["electron"];
    assert_eq!(electron["sums"], json!("neighbours"));
    assert!(electron.get("mesh_spacing").is_none());
    // A shell of radius 1 has the variance 1/3.
    let variance = electron["follows_variance"].as_f64().unwrap();
    assert!((variance - 1.0 / 3.0).abs() < 0.1, "{variance}");
}

#[test]
fn the_last_words_of_a_resumed_run_tell_its_steps_from_its_session() {
    let directory = prepared(&simple());
    let directory = directory.path();
    let whole = succeed(directory, "run scenario.json --out again");
    // One evaluation at the start, and two for each step of Heun's method.
    assert!(whole.starts_with("8 steps, 17 evaluations in "), "{whole}");
    break_at(directory, "broken", 5);
    let resumed = succeed(directory, "resume broken");
    assert!(
        resumed.starts_with("8 steps; since step 3, where it was resumed: 11 evaluations in "),
        "{resumed}"
    );
    assert_eq!(summary(&directory.join("broken"))["evaluations"], json!(11));
}

/// What `check` prints about a scenario, and the stderr and the warnings of a run of it.
fn warned(directory: &Path, scenario: &Value) -> (String, String, Vec<Value>) {
    write(directory, "a.json", scenario);
    let checked = succeed(directory, "check a.json");
    let output = run(directory, "run a.json --overwrite");
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    (checked, stderr(&output), warnings(&directory.join("out/a")))
}

fn warnings(folder: &Path) -> Vec<Value> {
    summary(folder)["warnings"].as_array().unwrap().clone()
}

/// Whether one of the warnings contains `words`.
fn told(warnings: &[Value], words: &str) -> bool {
    warnings.iter().any(|warning| warning.as_str().unwrap().contains(words))
}

#[test]
fn a_step_beyond_stability_is_warned_of() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let mut scenario = long();
    scenario["output"] = json!({});
    let words = " is beyond the longest stable one of forward_euler, about ";
    let mut tried = |step: f64| {
        scenario["time"] = json!({ "step": step, "steps": 400 });
        warned(directory, &scenario)
    };
    let (checked, said, warnings) = tried(0.001);
    assert!(!checked.contains(words) && !said.contains("warning: the step"), "{checked}{said}");
    assert!(warnings.is_empty(), "{warnings:?}");
    let stable: f64 =
        checked.split("stable up to ").nth(1).unwrap().split(')').next().unwrap().parse().unwrap();
    // The numbers are printed to four digits.
    let (checked, said, warnings) = tried(0.9 * stable);
    assert!(!checked.contains(words) && !said.contains("warning: the step"), "{checked}{said}");
    assert!(!told(&warnings, words), "{warnings:?}");
    let (checked, said, warnings) = tried(3.0 * stable);
    let warning =
        format!("the step {:.4}{words}{stable:.4} at the start: the result may be wrong", 3.0 * stable);
    assert!(checked.contains(&format!("warning               {warning}")), "{checked}");
    assert!(said.contains(&format!("warning: {warning}")), "{said}");
    assert!(told(&warnings, &warning), "{warnings:?}");
}

/// The published run with Euler's method is right although its step is unstable for the thin tail. The
/// warning distinguishes this from a step that is unstable for the bulk too.
#[test]
fn a_step_too_long_for_the_thin_tail_alone_is_told_from_one_too_long_for_all() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/bkw_2d.json");
    let checked =
        |step: &str| succeed(Path::new("."), &format!("check {} --set time.step={step}", file.display()));
    let beyond = |step: &str| {
        format!(
            "warning               the step {step} is beyond the longest stable one of forward_euler, about 0.0019 at the start"
        )
    };
    assert!(!checked("0.0015").contains("beyond the longest stable"));
    let published = checked("0.01");
    let words = ", but only for particles of the thin tail, 1e-6 of the mass of each species at most; for all others it is about ";
    let expected = beyond("0.0100") + words;
    assert!(published.contains(&expected), "{published}");
    let of_bulk: f64 = published.split(words).nth(1).unwrap().split(',').next().unwrap().parse().unwrap();
    let expected = beyond("0.2000") + ": the result may be wrong though nothing fails; ";
    let unstable = checked("0.2");
    assert!(of_bulk < 0.2 && unstable.contains(&expected), "{of_bulk}: {unstable}");
}

/// A hot species on few cells. Once it has cooled to the temperature of the bulk, a cell is as wide as its
/// thermal speed.
#[test]
fn a_mollifier_wide_for_the_equilibrium_is_warned_of() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let species = |name: &str, mass: f64, density: f64, temperature: f64, per_axis: u32, half_width: f64| {
        json!({
            "name": name, "mass": mass, "initial": { "maxwellian": { "density": density, "temperature": temperature } },
            "particles": { "lattice": { "per_axis": per_axis, "half_width": half_width } }
        })
    };
    let tried = |cells: u32, score: &str| {
        let scenario = json!({
            "version": 1, "dimension": 2, "score": { score: { "exact_degree": 0 } },
            "species": [species("bulk", 1.0, 1.0, 1.0, 40, 5.0), species("hot", 4.0, 1e-6, 4.0, cells, 5.0)],
            // Maxwell molecules, whose pair sums are exact.
            "collisions": { "gamma": 0.0, "coefficients": { "uniform": 1.0 } },
            // A very short step, since the thin tail is stiff.
            "time": { "step": 1e-13, "steps": 1 }
        });
        warned(directory, &scenario)
    };
    let (checked, said, warnings) = tried(80, "mesh");
    assert!(!checked.contains("warning") && !said.contains("warning"), "{checked}{said}");
    assert!(warnings.is_empty());
    // ε = h² = 0.25 equals the final variance T/m of hot. So 3!/(2·3·4) of the score is lost, and hot comes
    // to rest that much colder. Rates depend on 3/4 − 3/9 + 1/16 = 0.479 of the response of hot and 0.998 of
    // the bulk's.
    let warning = "rates of hot are expected off by: isotropisation -8.7 %, equilibration with bulk -26 %; hot comes to rest at a temperature off by -25 %; take `exact_degree` 2 or more, or more cells along each axis";
    let (checked, said, warnings) = tried(20, "mesh");
    assert!(checked.contains(&format!("warning               {warning}")), "{checked}");
    assert!(said.contains(&format!("warning: {warning}")), "{said}");
    assert!(warnings.iter().any(|found| found.as_str() == Some(warning)), "{warnings:?}");
    let quiet = run(directory, "run a.json --overwrite --quiet");
    assert_eq!((status(&quiet), stderr(&quiet).as_str()), (0, ""));
    // Particle scores have a different error. With x = ε m/T they are
    // 1 − 3 (x/(1 + x))² + 3 (2x/(1 + 2x))² − (3x/(1 + 3x))² times the exact ones: 1.057 for hot at the
    // temperature of the bulk, 1.0017 for the bulk.
    let (checked, ..) = tried(28, "particles");
    let words = "hot comes to rest at a temperature off by +5.5 %";
    assert!(checked.contains(words), "{checked}");
}

/// A resumed run repeats the warnings about the start, though its particles have moved since.
#[test]
fn a_resumed_run_warns_of_the_mollifiers_of_its_first_state() {
    let directory = prepared(&simple());
    let directory = directory.path();
    break_at(directory, "broken", 5);
    let resumed = run(directory, "resume broken");
    assert_eq!(status(&resumed), 0, "{}", stderr(&resumed));
    let found = warnings(&directory.join("broken"));
    assert_eq!(found, warnings(&directory.join("whole")));
    assert!(!found.is_empty());
    for warning in found {
        assert!(stderr(&resumed).contains(&format!("warning: {}\n", warning.as_str().unwrap())));
    }
}
