//! Wrong steps give a warning or end the run. Good steps do neither.

use crate::program;
use crate::resume::{break_at, integrators};
use program::{run, status, stderr, succeed, summary, write};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

fn species(name: &str, mass: f64, temperature: f64, drift: &[f64], lattice: (u32, f64)) -> Value {
    json!({
        "name": name, "mass": mass,
        "initial": { "maxwellian": { "density": 1.0, "temperature": temperature, "drift": drift } },
        "particles": { "lattice": { "per_axis": lattice.0, "half_width": lattice.1 } }
    })
}

/// Two species of Maxwell molecules in two dimensions with different drifts. Only the length of the step is a
/// difficulty.
fn drifting(step: f64, steps: u64) -> Value {
    json!({
        "version": 1, "dimension": 2,
        "species": [
            species("wide", 1.0, 1.0, &[0.5, 0.0], (16, 5.0)), species("narrow", 1.0, 0.3, &[-0.5, 0.0], (16, 3.0))
        ],
        "collisions": { "gamma": 0.0, "coefficients": { "uniform": 0.1 } },
        "score": { "mesh": { "exact_degree": 0 } },
        "integrator": { "runge_kutta": { "order": 2 } },
        "time": { "step": step, "steps": steps }
    })
}

/// Coulomb collisions of two species whose lattices nearly coincide near their common centre.
fn lattices_that_nearly_meet() -> Value {
    json!({
        "version": 1, "dimension": 3,
        "species": [species("a", 2.0, 1.0, &[0.0; 3], (16, 4.0)), species("b", 3.0, 1.5, &[0.0; 3], (16, 4.1))],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.25 }, "regularisation": { "none": {} } },
        "integrator": { "runge_kutta": { "order": 2 } },
        "time": { "step": 0.2, "steps": 10 }
    })
}

/// An electron at the velocity of the ions.
fn electron_on_an_ion() -> Value {
    json!({
        "version": 1, "dimension": 3,
        "species": [
            species("electron", 1.0, 1.0, &[0.0; 3], (7, 4.0)),
            { "name": "ion", "charge": 1.0, "fixed": { "density": 1.0 } }
        ],
        "collisions": {
            "gamma": -3.0, "coefficients": { "matrix": [[0.1, 0.1], [0.1, 0.0]] }, "regularisation": { "none": {} }
        },
        "score": { "mesh": { "exact_degree": 0 } },
        "time": { "step": 0.05, "steps": 4 },
        "output": { "particles_every": 1, "checkpoint_every": 3 }
    })
}

/// The warnings about the steps of a run, which must be the same in run.json and on stderr.
fn warnings(directory: &Path, folder: &str, said: &str) -> Vec<String> {
    let all = summary(&directory.join(folder))["warnings"].as_array().unwrap().clone();
    let all: Vec<String> = all.iter().map(|warning| warning.as_str().unwrap().to_string()).collect();
    let of_steps: Vec<String> = all.into_iter().filter(|warning| warning.starts_with("step ")).collect();
    let lines: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("warning: "))
        .filter(|line| line.starts_with("step "))
        .collect();
    assert_eq!(lines, of_steps);
    of_steps
}

/// Runs a scenario to its end and returns the warnings about its steps.
fn warned(directory: &Path, scenario: &Value) -> Vec<String> {
    write(directory, "a.json", scenario);
    let output = run(directory, "run a.json --overwrite");
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    warnings(directory, "out/a", &stderr(&output))
}

const REGULARISED: &str = "a smaller step is no cure where the force between two particles grows without bound; take the regularised kernel, `collisions.regularisation`";

#[test]
fn an_encounter_of_two_species_is_warned_of_with_the_kernel_as_remedy() {
    let directory = tempfile::tempdir().unwrap();
    let found = warned(directory.path(), &lattices_that_nearly_meet());
    let [warning] = found.as_slice() else { panic!("{found:?}") };
    assert!(
        warning.contains(": entropy falls by ") && warning.contains(" where its rates explain "),
        "{warning}"
    );
    assert!(
        warning.contains(" of their spacing from one of \"") && warning.ends_with(REGULARISED),
        "{warning}"
    );
}

/// The current along an electric field lacks 1 − (θ/2)/tan(θ/2) where particles turn by θ in a step: 15 % at θ = 1.33.
#[test]
fn a_turn_too_far_beside_an_electric_field_is_warned_of() {
    let directory = tempfile::tempdir().unwrap();
    let mut scenario = electron_on_an_ion();
    scenario["species"][0]["particles"] = json!({ "lattice": { "per_axis": 8, "half_width": 4.0 } });
    scenario["species"][0]["charge"] = json!(-1.0);
    scenario["fields"] = json!({ "electric": [1e-3, 0.0, 0.0], "magnetic": [0.0, 0.0, 13.3] });
    scenario["time"] = json!({ "step": 0.1, "steps": 2 });
    let found = warned(directory.path(), &scenario);
    let words = "step 1: electron turns by 1.3 about the magnetic field: the current along an electric field across it may lack some 15 %; take a smaller `time.step`";
    assert_eq!(found, [words]);
    // Along the magnetic field nothing is missing.
    scenario["fields"]["electric"] = json!([0.0, 0.0, 1e-3]);
    assert!(warned(directory.path(), &scenario).is_empty());
}

#[test]
fn an_electron_on_an_ion_is_warned_of() {
    let directory = tempfile::tempdir().unwrap();
    let found = warned(directory.path(), &electron_on_an_ion());
    let starts = [
        "step 1: entropy rises by ",
        "step 1: a particle of species \"electron\" moves by ",
        "step 1: the projection on momentum and energy moves velocities by ",
    ];
    assert_eq!(found.len(), starts.len(), "{found:?}");
    for (warning, start) in found.iter().zip(starts) {
        let reason =
            "a particle of species \"electron\" is 0.0e0 of their spacing from the velocity of \"ion\": ";
        assert!(
            warning.starts_with(start) && warning.contains(reason) && warning.ends_with(REGULARISED),
            "{warning}"
        );
    }
}

#[test]
fn a_step_too_long_is_warned_of_with_what_its_method_can_do() {
    let directory = tempfile::tempdir().unwrap();
    let tried = |integrator: Value, step: f64, remedy: &str| {
        let mut scenario = drifting(step, 8);
        scenario["integrator"] = integrator;
        let found = warned(directory.path(), &scenario);
        assert!(found.iter().any(|warning| warning.contains("entropy rises by ")), "{found:?}");
        assert!(found.iter().all(|warning| warning.ends_with(remedy)), "{found:?}");
    };
    let fixed = "; take a smaller `time.step`, `adaptive`, or `runge_kutta_chebyshev` without `stages`";
    tried(json!({ "runge_kutta": { "order": 2 } }), 1.0, fixed);
    tried(json!({ "runge_kutta_chebyshev": {} }), 1.0, "; take a smaller `time.step`, or `adaptive`");
    // --quiet suppresses them on the terminal, but not in run.json.
    let quiet = run(directory.path(), "run a.json --overwrite --quiet");
    assert_eq!((status(&quiet), stderr(&quiet).as_str()), (0, ""));
    assert!(!summary(&directory.path().join("out/a"))["warnings"].as_array().unwrap().is_empty());
}

#[test]
fn good_steps_of_every_method_and_every_sum_are_silent() {
    let directory = tempfile::tempdir().unwrap();
    for integrator in integrators() {
        for gamma in [0.0, -3.0] {
            let mut scenario = drifting(0.02, 5);
            scenario["integrator"] = integrator.clone();
            scenario["collisions"]["gamma"] = json!(gamma);
            assert_eq!(
                warned(directory.path(), &scenario),
                Vec::<String>::new(),
                "{integrator}, γ = {gamma}"
            );
        }
    }
    let mut scenario = drifting(0.02, 20);
    scenario["collisions"]["gamma"] = json!(-2.0);
    for batch in [10, 50] {
        scenario["summation"] = json!({ "random_batch": { "size": batch, "seed": 1 } });
        for integrator in [json!({ "runge_kutta": { "order": 2 } }), json!({ "runge_kutta_chebyshev": {} })] {
            scenario["integrator"] = integrator;
            assert_eq!(warned(directory.path(), &scenario), Vec::<String>::new(), "batches of {batch}");
        }
    }
    scenario["summation"] = json!({ "tree": { "tolerance": 1e-2 } });
    assert_eq!(warned(directory.path(), &scenario), Vec::<String>::new());
    scenario["time"] = json!({ "adaptive": { "end": 1.0, "relative_tolerance": 1e-4 } });
    assert_eq!(warned(directory.path(), &scenario), Vec::<String>::new());
}

/// The scenarios run on fewer cells and for a few steps.
#[test]
fn scenarios_that_come_with_the_program_are_silent() {
    let directory = tempfile::tempdir().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut tried = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let mut scenario: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        // Rings and shells are few, and backgrounds want their lattices as they are.
        let most = match (scenario["dimension"].as_u64(), scenario.get("symmetry")) {
            (_, Some(_)) => u64::MAX,
            (Some(2), None) => 30,
            _ => 12,
        };
        for species in scenario["species"].as_array_mut().unwrap() {
            if let Some(per_axis) = species.pointer_mut("/particles/lattice/per_axis") {
                *per_axis = json!(per_axis.as_u64().unwrap().min(most));
            }
            if let Some(count) = species.pointer_mut("/particles/quasi_random/count") {
                *count = json!(count.as_u64().unwrap().min(2000));
            }
        }
        let time = &mut scenario["time"];
        match time.get_mut("adaptive") {
            Some(adaptive) => adaptive["end"] = json!(adaptive["end"].as_f64().unwrap() / 20.0),
            None => time["steps"] = json!(time["steps"].as_u64().unwrap().min(5)),
        }
        assert_eq!(warned(directory.path(), &scenario), Vec::<String>::new(), "{}", path.display());
        tried += 1;
    }
    assert!(tried >= 14, "{tried}");
}

/// A failed run keeps its earlier warnings, and a resumed run has the same warnings as the whole run.
#[test]
fn warnings_outlive_a_failure_and_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write(directory, "scenario.json", &electron_on_an_ion());
    succeed(directory, "run scenario.json --out whole --quiet");
    let expected = summary(&directory.join("whole"))["warnings"].clone();
    break_at(directory, "broken", 4);
    assert_eq!(summary(&directory.join("broken"))["warnings"], expected);
    let resumed = run(directory, "resume broken");
    assert_eq!(status(&resumed), 0, "{}", stderr(&resumed));
    assert_eq!(summary(&directory.join("broken"))["warnings"], expected);
    assert_eq!(warnings(directory, "broken", &stderr(&resumed)).len(), 3);
    program::assert_same(&directory.join("broken"), &directory.join("whole"), "resumed");
}

/// 72 particles with a step of 1e7, and other steps that threw particles so far that their mesh took
/// gigabytes.
#[test]
fn particles_thrown_out_end_the_run_before_they_eat_memory() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let coulomb = |integrator: Value| {
        json!({
            "version": 1, "dimension": 2,
            "species": [species("a", 1.0, 1.0, &[0.3, 0.0], (6, 4.0)), species("b", 2.0, 0.5, &[-0.2, 0.1], (6, 3.0))],
            "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.2 } },
            "integrator": integrator, "time": { "step": 1e7, "steps": 4 }
        })
    };
    let stiff = json!({
        "version": 1, "dimension": 3,
        "species": [
            species("a", 1.0, 1.0, &[0.3, 0.0, 0.0], (6, 4.0)), species("b", 2.0, 0.5, &[-0.2, 0.1, 0.0], (6, 3.0)),
            { "name": "ion", "fixed": { "density": 1.0 } }
        ],
        "collisions": { "gamma": 0.0, "coefficients": { "uniform": 1000.0 } },
        "score": { "particles": { "sums": { "mesh": {} } } },
        "time": { "step": 0.05, "steps": 4 }
    });
    for scenario in [
        coulomb(json!({ "runge_kutta": { "order": 4 } })),
        coulomb(json!({ "runge_kutta": { "order": 2 } })),
        coulomb(json!({ "forward_euler": {} })),
        coulomb(json!({ "runge_kutta_chebyshev": { "stages": 5 } })),
        stiff,
    ] {
        write(directory, "a.json", &scenario);
        let began = Instant::now();
        let output = in_an_address_space(1 << 20, directory, "run a.json --overwrite --threads 2");
        let (said, integrator) = (stderr(&output), &scenario["integrator"]);
        assert_eq!(status(&output), 1, "{integrator}: {said}");
        assert!(began.elapsed() < Duration::from_secs(20), "{integrator}: {:?}", began.elapsed());
        let words = "error: step 1 throws a particle of species \"";
        assert!(said.contains(words), "{integrator}: {said}");
        let summary = summary(&directory.join("out/a"));
        assert_eq!(summary["status"], "failed");
        assert!(summary["reason"].as_str().unwrap().starts_with(&words["error: ".len()..]));
        let diagnostics = fs::read_to_string(directory.join("out/a/diagnostics.csv")).unwrap();
        assert_eq!(diagnostics.lines().count(), 2, "the header and the start");
    }
}

/// Runs the program with `kibibytes` KiB of address space.
fn in_an_address_space(kibibytes: u64, directory: &Path, arguments: &str) -> std::process::Output {
    Command::new("sh")
        .current_dir(directory)
        .args(["-c", &format!("ulimit -v {kibibytes}; exec \"$0\" \"$@\"")])
        .arg(env!("CARGO_BIN_EXE_landau"))
        .args(arguments.split(' '))
        .output()
        .unwrap()
}

#[test]
fn what_is_not_conserved_is_not_called_conserved() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let closing = |step: f64, steps: u64| {
        let mut scenario = drifting(step, steps);
        scenario["integrator"] = json!({ "forward_euler": {} });
        write(directory, "a.json", &scenario);
        let printed = succeed(directory, "run a.json --overwrite");
        let energy = summary(&directory.join("out/a"))["invariants"]["drift"]["energy"].as_f64().unwrap();
        (printed, energy)
    };
    let (printed, energy) = closing(0.02, 5);
    assert!(printed.contains("\nconserved: momentum to "), "{printed}");
    assert!(
        printed.contains(&format!(", energy to {energy:.1e} (to first order in the step)\n")),
        "{printed}"
    );
    assert!(!printed.contains("NOT"), "{printed}");
    let (printed, energy) = closing(1.0, 8);
    assert!(energy > 0.1, "{energy}");
    assert!(
        printed.contains(&format!("\nNOT conserved: energy is off by {energy:.1e} of what it was\n")),
        "{printed}"
    );
    assert!(!printed.contains("energy to "), "{printed}");
}
