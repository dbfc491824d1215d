//! What a run writes into its folder, and what happens to an existing folder.

use super::{prepared, scenario};
use crate::program;
use program::{assert_same, landau, names, outputs, run, status, stderr, succeed, summary, write};
use serde_json::{Value, json};
use std::fs;

#[test]
fn a_run_writes_its_folder() {
    let directory = prepared();
    let printed = succeed(directory.path(), "run two.json --out there/run");
    let out = directory.path().join("there/run");
    assert_eq!(names(&out), ["diagnostics.csv", "particles", "run.json", "scenario.json"]);
    assert_eq!(
        names(&out.join("particles")),
        ["frame_00000000.h5", "frame_00000005.h5", "frame_00000010.h5"]
    );
    assert!(printed.starts_with("10 steps, "), "{printed}");
    assert!(printed.ends_with("written to there/run\n"), "{printed}");
}

#[test]
fn diagnostics_have_the_columns_of_the_contract() {
    let directory = prepared();
    succeed(directory.path(), "run two.json --quiet");
    let text = fs::read_to_string(directory.path().join("out/two/diagnostics.csv")).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|row| row.split(',').collect()).collect();
    let of_species = |name: &str| {
        [
            "density",
            "velocity_x",
            "velocity_y",
            "temperature",
            "temperature_xx",
            "temperature_xy",
            "temperature_yy",
            "heat_flux_x",
            "heat_flux_y",
            "entropy",
        ]
        .map(|column| format!("{name}_{column}"))
    };
    let mut columns: Vec<String> =
        ["step", "time", "momentum_x", "momentum_y", "energy", "entropy", "entropy_rate"]
            .map(String::from)
            .into();
    columns.extend(of_species("ion"));
    columns.extend(of_species("electron"));
    assert_eq!(rows[0], columns);
    // Every fourth step, and the last.
    let steps: Vec<&str> = rows[1..].iter().map(|row| row[0]).collect();
    assert_eq!(steps, ["0", "4", "8", "10"]);
    for row in &rows[1..] {
        assert_eq!(row.len(), columns.len());
        let numbers: Vec<f64> = row.iter().map(|cell| cell.parse().unwrap()).collect();
        assert!(numbers.iter().all(|number| number.is_finite()));
        assert_eq!(numbers[1], numbers[0] * 0.01, "time is the step count times the step");
        // The entropy rate is minus a sum of squares. At equilibrium it may round to 0.
        assert!(numbers[6] <= 0.0);
    }
}

#[test]
fn diagnostics_in_3d_and_with_a_reference_have_theirs() {
    let directory = tempfile::tempdir().unwrap();
    let mut three = scenario();
    three["dimension"] = json!(3);
    three["species"] = json!([three["species"][0]]);
    three["species"][0]["particles"]["lattice"]["per_axis"] = json!(4);
    write(directory.path(), "three.json", &three);
    let mut bkw = scenario();
    bkw["species"] = json!([three["species"][0]]);
    bkw["species"][0]["initial"] = json!({ "bkw": { "density": 1, "temperature": 1, "contrast": 0.5 } });
    bkw["collisions"]["gamma"] = json!(0);
    bkw["reference"] = json!({ "bkw": {} });
    write(directory.path(), "bkw.json", &bkw);
    let header = |name: &str| {
        succeed(directory.path(), &format!("run {name}.json --quiet"));
        let text = fs::read_to_string(directory.path().join(format!("out/{name}/diagnostics.csv"))).unwrap();
        text.lines().next().unwrap().to_string()
    };
    assert_eq!(
        header("three"),
        "step,time,momentum_x,momentum_y,momentum_z,energy,entropy,entropy_rate,\
         ion_density,ion_velocity_x,ion_velocity_y,ion_velocity_z,ion_temperature,\
         ion_temperature_xx,ion_temperature_xy,ion_temperature_xz,ion_temperature_yy,ion_temperature_yz,ion_temperature_zz,\
         ion_heat_flux_x,ion_heat_flux_y,ion_heat_flux_z,ion_entropy"
    );
    assert!(header("bkw").ends_with(",ion_entropy,ion_error_l1,ion_error_l2,ion_error_linf"));
}

#[test]
fn the_summary_has_the_keys_of_the_contract() {
    let directory = prepared();
    let heun = "--set integrator={\"runge_kutta\":{\"order\":2}}";
    succeed(directory.path(), &format!("run two.json --threads 2 --quiet {heun}"));
    let run = summary(&directory.path().join("out/two"));
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        keys(&run),
        [
            "version",
            "commit",
            "threads",
            "instruction_set",
            "seconds",
            "evaluations",
            "pairs_per_second",
            "species",
            "scores",
            "summation",
            "invariants",
            "status",
            "reason",
            "warnings",
            "scenario"
        ]
    );
    assert_eq!(keys(&run["seconds"]), ["total", "score", "pair_sum", "integrator", "output"]);
    assert_eq!(keys(&run["invariants"]), ["first", "last", "drift"]);
    assert_eq!(run["threads"], 2);
    assert_eq!(run["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!((&run["status"], &run["reason"]), (&json!("completed"), &Value::Null));
    // Two stages for each step, and one evaluation at the end.
    assert_eq!(run["evaluations"], 10 + 10 + 1);
}

#[test]
fn the_resolved_scenario_repeats_the_run() {
    let directory = prepared();
    let directory = directory.path();
    succeed(directory, "run two.json --set time.step=0.02 --out first --quiet --threads 1");
    succeed(directory, "run first/scenario.json --out second --quiet --threads 2");
    assert_same(&directory.join("second"), &directory.join("first"), "repeated");
    let resolved: Value =
        serde_json::from_slice(&fs::read(directory.join("first/scenario.json")).unwrap()).unwrap();
    assert_eq!(resolved["time"]["step"], 0.02);
    assert_eq!(resolved["integrator"], json!({ "runge_kutta_chebyshev": {} }), "defaults are explicit");
    assert_eq!(resolved["species"][0]["particles"]["lattice"]["center"], json!([0.0, 0.0]));
    assert_eq!(resolved["species"][2]["fixed"]["velocity"], json!([0.0, 0.0]));
}

#[test]
fn a_run_can_be_repeated_in_its_own_folder() {
    let directory = prepared();
    let directory = directory.path();
    succeed(directory, "run two.json --out there --quiet");
    let before = outputs(&directory.join("there"));
    succeed(directory, "run there/scenario.json --out there --overwrite --quiet");
    assert!(outputs(&directory.join("there")) == before);
}

#[test]
fn the_default_folder_is_named_after_the_scenario() {
    let directory = prepared();
    fs::create_dir(directory.path().join("deep")).unwrap();
    fs::copy(directory.path().join("two.json"), directory.path().join("deep/my run.json")).unwrap();
    let output = landau(directory.path()).args(["run", "deep/my run.json", "--quiet"]).output().unwrap();
    assert_eq!(status(&output), 0);
    assert_eq!(names(&directory.path().join("out")), ["my run"]);
}

#[test]
fn an_existing_folder_is_kept_unless_asked() {
    let directory = prepared();
    let directory = directory.path();
    succeed(directory, "run two.json --quiet");
    let out = directory.join("out/two");
    let before = outputs(&out);
    let output = run(directory, "run two.json --set time.steps=5 --quiet");
    assert_eq!(status(&output), 2);
    assert_eq!(
        stderr(&output),
        "error: out/two: found a folder that is not empty; allowed: a new or empty one, or --overwrite to replace the run in it\n"
    );
    assert!(outputs(&out) == before);

    // --overwrite removes everything that a run wrote, and nothing else.
    let kept = ["notes.txt", "figures/a.png", "particles/notes.txt", "particles/frame_1.h5"];
    fs::create_dir(out.join("figures")).unwrap();
    for name in kept {
        fs::write(out.join(name), "mine").unwrap();
    }
    for leftover in ["checkpoint", "checkpoint.partial", "particles/.frame_00000015.h5.partial"] {
        fs::write(out.join(leftover), "half").unwrap();
    }
    succeed(directory, "run two.json --set time.steps=5 --overwrite --quiet");
    for name in kept {
        assert_eq!(fs::read_to_string(out.join(name)).unwrap(), "mine");
        fs::remove_file(out.join(name)).unwrap();
    }
    fs::remove_dir(out.join("figures")).unwrap();
    succeed(directory, "run two.json --set time.steps=5 --out fresh --quiet");
    assert_same(&out, &directory.join("fresh"), "overwritten");
}

#[test]
fn overwriting_without_frames_leaves_no_empty_folder_of_frames() {
    let directory = prepared();
    let directory = directory.path();
    succeed(directory, "run two.json --quiet");
    succeed(directory, "run two.json --set output.particles_every=0 --overwrite --quiet");
    assert_eq!(names(&directory.join("out/two")), ["diagnostics.csv", "run.json", "scenario.json"]);
}

#[test]
fn a_wrong_scenario_leaves_the_old_run_alone() {
    let directory = prepared();
    let directory = directory.path();
    succeed(directory, "run two.json --quiet");
    let before = outputs(&directory.join("out/two"));
    let output = run(directory, "run two.json --set time.steps=0 --overwrite --quiet");
    assert_eq!(status(&output), 2);
    assert!(outputs(&directory.join("out/two")) == before);
}

#[test]
fn set_changes_values_in_order() {
    let directory = prepared();
    let directory = directory.path();
    succeed(
        directory,
        "run two.json --quiet --set title=Two --set species.0.mass=3 --set species.0.mass=4 \
         --set score.particles.order=4 --set integrator={\"forward_euler\":{}} --set time.steps=2",
    );
    let resolved: Value =
        serde_json::from_slice(&fs::read(directory.join("out/two/scenario.json")).unwrap()).unwrap();
    assert_eq!(resolved["title"], "Two");
    assert_eq!(resolved["species"][0]["mass"], 4.0);
    assert_eq!(resolved["score"]["particles"]["order"], 4);
    assert_eq!(resolved["integrator"], json!({ "forward_euler": {} }));
    assert_eq!(resolved["time"]["steps"], 2);
}

#[test]
fn a_folder_is_refused_before_anything_is_computed() {
    let directory = prepared();
    let full = directory.path().join("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("notes.txt"), "mine").unwrap();
    // The file of particles is missing, which only shows when the particles are set up.
    let mut scenario = scenario();
    scenario["species"][0]["initial"] = json!({ "file": { "path": "nowhere.csv" } });
    scenario["species"][0].as_object_mut().unwrap().remove("particles");
    write(directory.path(), "file.json", &scenario);
    let refused = run(directory.path(), "run file.json --out full");
    assert_eq!(status(&refused), 2);
    assert!(stderr(&refused).contains("found a folder that is not empty"), "{}", stderr(&refused));
    assert_eq!(names(&full), ["notes.txt"]);
    // Conversely, a run that cannot start leaves no folder.
    let refused = run(directory.path(), "run file.json --out new");
    assert_eq!(status(&refused), 2);
    assert!(stderr(&refused).contains("nowhere.csv"), "{}", stderr(&refused));
    assert!(!directory.path().join("new").exists());
}

#[test]
fn a_failed_run_keeps_a_checkpoint_of_its_last_good_step() {
    let directory = prepared();
    // A step so long that it throws particles out.
    let set = "--set integrator={\"forward_euler\":{}} --set time.step=1e6";
    let failed = run(directory.path(), &format!("run two.json --out failed --quiet {set}"));
    assert_eq!(status(&failed), 1);
    let out = directory.path().join("failed");
    assert_eq!(summary(&out)["status"], "failed");
    assert!(names(&out).contains(&"checkpoint".to_string()), "{:?}", names(&out));
    // It resumes, and fails in the same way.
    let resumed = run(directory.path(), "resume failed --quiet");
    assert_eq!((status(&resumed), stderr(&resumed)), (1, stderr(&failed)));
}
