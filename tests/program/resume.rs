//! A run that was broken off and resumed leaves the same bytes as one that was not, whatever broke it.

use crate::program;
use program::{assert_same, landau, names, run, send, status, stderr, succeed, summary, write};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const STEPS: u64 = 8;

/// Every integrator a scenario can ask for.
fn integrators() -> Vec<Value> {
    vec![
        json!({ "forward_euler": {} }),
        json!({ "runge_kutta": { "order": 2 } }),
        json!({ "runge_kutta": { "order": 4 } }),
        json!({ "runge_kutta_chebyshev": {} }),
        json!({ "implicit_midpoint": { "tolerance": 1e-12 } }),
        json!({ "discrete_gradient": { "tolerance": 1e-12 } }),
    ]
}

/// Every score, both at an order with one and with two bandwidths.
fn scores() -> Vec<Value> {
    vec![json!({ "mesh": { "order": 4 } }), json!({ "particles": { "order": 2 } })]
}

/// Species and collisions: moving ones alone by pairs in 3-D, and with a fixed one by moments in 2-D.
fn mixes() -> Vec<Value> {
    vec![
        json!({
            "dimension": 3,
            "species": [
                {
                    "name": "ion",
                    "mass": 2.0,
                    "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0, "drift": [0.3, 0.0, 0.0] } },
                    "particles": { "lattice": { "per_axis": 4, "half_width": 2.0 } }
                },
                {
                    "name": "electron",
                    "mass": 1.0,
                    "initial": { "shell": { "density": 0.5, "radius": 1.0, "sharpness": 10.0 } },
                    "particles": { "random": { "count": 40, "seed": 3 } }
                }
            ],
            "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.5 } }
        }),
        json!({
            "dimension": 2,
            "species": [
                { "name": "wall", "fixed": { "density": 0.3, "velocity": [0.0, 0.1] } },
                {
                    "name": "ion",
                    "mass": 1.0,
                    "initial": { "anisotropic_maxwellian": { "density": 1.0, "temperatures": [1.0, 0.5] } },
                    "particles": { "quasi_random": { "count": 60 } }
                }
            ],
            "collisions": { "gamma": 0.0, "coefficients": { "matrix": [[0.0, 0.4], [0.4, 1.0]] } }
        }),
    ]
}

/// Every summation.
fn summations() -> Vec<Value> {
    vec![
        json!({ "direct": {} }),
        json!({ "tree": { "tolerance": 0.01 } }),
        json!({ "random_batch": { "size": 30, "seed": 5 } }),
    ]
}

/// Every functional; those about fixed species last.
fn functionals() -> Vec<Value> {
    vec![
        json!({ "fisher": {} }),
        json!({ "moments": { "orders": [4.0] } }),
        json!({ "dissipation": {} }),
        json!({ "spherical_fisher": { "beta": 0.5 } }),
        json!({ "relative_entropy": {} }),
        json!({ "lyapunov": { "a": 1.0, "r": 2.0 } }),
        json!({ "spherical_dissipation": { "beta": 0.0 } }),
        json!({ "fisher_rate": {} }),
    ]
}

/// A scenario that writes a frame every step and a checkpoint every third.
fn scenario(mix: &Value, score: &Value, integrator: &Value) -> Value {
    let mut scenario = json!({
        "version": 1,
        "score": score,
        "integrator": integrator,
        "time": { "step": 0.01, "steps": STEPS },
        "output": { "diagnostics_every": 1, "particles_every": 1, "checkpoint_every": 3 }
    });
    scenario.as_object_mut().unwrap().extend(mix.as_object().unwrap().clone());
    scenario
}

pub fn simple() -> Value {
    scenario(&mixes()[0], &scores()[0], &integrators()[1])
}

/// A folder in the place of a frame: the run fails when it comes to that step.
struct Obstacle(std::path::PathBuf);

impl Obstacle {
    fn at(folder: &Path, step: u64) -> Self {
        let path = folder.join(format!("particles/frame_{step:08}.h5"));
        // The frame of an earlier run, if there is one.
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.join("in the way")).unwrap();
        Self(path)
    }

    fn remove(self) {
        fs::remove_dir_all(self.0).unwrap();
    }
}

/// Runs `scenario.json` into `folder` until it fails at `step`; the last checkpoint is of step
/// 3 ⌊(step − 1) / 3⌋.
pub fn break_at(directory: &Path, folder: &str, step: u64) {
    let obstacle = Obstacle::at(&directory.join(folder), step);
    let output = run(directory, &format!("run scenario.json --out {folder} --overwrite --quiet"));
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert_eq!(summary(&directory.join(folder))["status"], "failed");
    obstacle.remove();
}

/// A folder with scenario.json, and in `whole` the run that nothing broke.
pub fn prepared(scenario: &Value) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "scenario.json", scenario);
    succeed(directory.path(), "run scenario.json --out whole --quiet");
    directory
}

#[test]
fn the_tables_name_every_choice_of_the_schema() {
    let choices = |name: &str| -> Vec<String> {
        let choices = landau::scenario::schema()["$defs"][name]["oneOf"].as_array().unwrap().clone();
        choices.iter().map(|choice| choice["required"][0].as_str().unwrap().to_string()).collect()
    };
    let named = |table: Vec<Value>, name: &str| {
        table.iter().any(|entry| entry.as_object().unwrap().contains_key(name))
    };
    for name in choices("Integrator") {
        assert!(named(integrators(), &name), "no row for the integrator {name}");
    }
    for name in choices("Score") {
        assert!(named(scores(), &name), "no row for the score {name}");
    }
    for name in choices("Functional") {
        assert!(named(functionals(), &name), "no row for the functional {name}");
    }
    for name in choices("Summation") {
        assert!(named(summations(), &name), "no row for the summation {name}");
    }
}

#[test]
fn every_method_resumes_to_the_same_bits() {
    for mix in mixes() {
        for score in scores() {
            for integrator in integrators() {
                let directory = prepared(&scenario(&mix, &score, &integrator));
                let directory = directory.path();
                break_at(directory, "broken", 5);
                succeed(directory, "resume broken --quiet");
                let what = format!("{}-D, {score}, {integrator}", mix["dimension"]);
                assert_same(&directory.join("broken"), &directory.join("whole"), &what);
                assert_eq!(summary(&directory.join("broken"))["status"], "completed");
            }
        }
    }
}

#[test]
fn every_summation_resumes_to_the_same_bits() {
    for summation in summations() {
        let mut scenario = simple();
        // Enough particles for cells that are apart.
        scenario["species"][0]["particles"]["lattice"]["per_axis"] = json!(14);
        scenario["summation"] = summation.clone();
        let directory = prepared(&scenario);
        let directory = directory.path();
        break_at(directory, "broken", 5);
        succeed(directory, "resume broken --threads 3 --quiet");
        assert_same(&directory.join("broken"), &directory.join("whole"), &summation.to_string());
    }
}

#[test]
fn runs_with_functionals_resume_to_the_same_bits() {
    // The first mix has no fixed species.
    for (mix, functionals) in mixes().iter().zip([&functionals()[..3], &functionals()]) {
        let mut scenario = scenario(mix, &scores()[0], &integrators()[3]);
        scenario["functionals"] = json!(functionals);
        let directory = prepared(&scenario);
        let directory = directory.path();
        break_at(directory, "broken", 5);
        succeed(directory, "resume broken --threads 3 --quiet");
        assert_same(&directory.join("broken"), &directory.join("whole"), "with functionals");
        let table = fs::read_to_string(directory.join("whole/diagnostics.csv")).unwrap();
        assert!(table.lines().next().unwrap().contains(",moment_4,"), "{table}");
    }
}

#[test]
fn adaptive_steps_resume_to_the_same_bits() {
    for integrator in integrators().into_iter().take(4) {
        let mut scenario = scenario(&mixes()[0], &scores()[0], &integrator);
        // So small a tolerance takes more than the five steps before the break.
        scenario["time"] =
            json!({ "adaptive": { "end": 0.02, "relative_tolerance": 1e-8, "first_step": 0.001 } });
        let directory = prepared(&scenario);
        let directory = directory.path();
        break_at(directory, "broken", 5);
        succeed(directory, "resume broken --quiet");
        assert_same(&directory.join("broken"), &directory.join("whole"), &integrator.to_string());
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

#[test]
fn rows_frames_and_leftovers_behind_the_checkpoint_are_cut() {
    let directory = prepared(&simple());
    let directory = directory.path();
    let broken = directory.join("broken");
    break_at(directory, "broken", 5);
    // As after a kill in the middle of a row, of a frame and of a checkpoint.
    let rows = fs::read_to_string(broken.join("diagnostics.csv")).unwrap();
    assert_eq!(rows.lines().count(), 1 + 6, "a header and steps 0 to 5");
    fs::write(broken.join("diagnostics.csv"), rows + "6,0.06,1.0").unwrap();
    fs::write(broken.join("particles/frame_00000007.h5"), "of another life").unwrap();
    fs::write(broken.join("particles/frame_00000009.h5"), "of another life").unwrap();
    fs::write(broken.join("particles/.frame_00000004.h5.partial"), "half").unwrap();
    fs::write(broken.join("checkpoint.partial"), "half").unwrap();
    succeed(directory, "resume broken --quiet");
    assert_same(&broken, &directory.join("whole"), "with leftovers");
}

#[test]
fn what_a_run_did_not_write_survives_a_resume() {
    let directory = prepared(&simple());
    let directory = directory.path();
    break_at(directory, "broken", 5);
    let kept = ["notes.txt", "particles/frame_9.h5", "particles/frame_00000009.h5.bak"];
    for name in kept {
        fs::write(directory.join("broken").join(name), "mine").unwrap();
    }
    succeed(directory, "resume broken --quiet");
    for name in kept {
        assert_eq!(fs::read_to_string(directory.join("broken").join(name)).unwrap(), "mine");
    }
}

#[test]
fn a_complete_run_has_nothing_to_resume() {
    let directory = prepared(&simple());
    let directory = directory.path();
    let before = program::outputs(&directory.join("whole"));
    let summary_before = summary(&directory.join("whole"));
    assert_eq!(succeed(directory, "resume whole"), "the run in whole is complete\n");
    assert_eq!(succeed(directory, "resume whole --quiet"), "");
    assert!(program::outputs(&directory.join("whole")) == before);
    assert_eq!(summary(&directory.join("whole")), summary_before);
    assert!(!directory.join("whole/checkpoint").exists());
}

/// As when the run is killed between its summary and the end.
#[test]
fn a_complete_run_with_its_checkpoint_left_over_stays_as_it_is() {
    let directory = prepared(&simple());
    let directory = directory.path();
    break_at(directory, "broken", 7);
    let checkpoint = fs::read(directory.join("broken/checkpoint")).unwrap();
    succeed(directory, "resume broken --quiet");
    fs::write(directory.join("broken/checkpoint"), checkpoint).unwrap();
    succeed(directory, "resume broken --quiet");
    assert_same(&directory.join("broken"), &directory.join("whole"), "resumed after its end");
}

/// run.json of a resumed run speaks of the whole run: its first and its last invariants.
#[test]
fn the_summary_of_a_resumed_run_starts_at_its_start() {
    let directory = prepared(&simple());
    let directory = directory.path();
    break_at(directory, "broken", 5);
    succeed(directory, "resume broken --quiet");
    let (found, expected) = (summary(&directory.join("broken")), summary(&directory.join("whole")));
    assert_eq!(found["invariants"]["first"], expected["invariants"]["first"]);
    assert_eq!(found["invariants"]["last"], expected["invariants"]["last"]);
}

/// The checkpoint of a run broken at step 5, changed by `change` and given the check sum it then has.
fn with_header(directory: &Path, change: impl Fn(&mut Value)) {
    let path = directory.join("broken/checkpoint");
    let bytes = fs::read(&path).unwrap();
    let line = bytes.iter().position(|&byte| byte == b'\n').unwrap();
    let mut header: Value = serde_json::from_slice(&bytes[..line]).unwrap();
    change(&mut header);
    let mut changed = serde_json::to_vec(&header).unwrap();
    changed.extend_from_slice(&bytes[line..bytes.len() - 4]);
    let check = crc32fast::hash(&changed).to_le_bytes();
    changed.extend(check);
    fs::write(&path, changed).unwrap();
}

fn refusal(directory: &Path) -> String {
    let before = program::outputs(&directory.join("broken"));
    let output = run(directory, "resume broken --quiet");
    assert_eq!(status(&output), 1);
    assert!(output.stdout.is_empty());
    assert!(program::outputs(&directory.join("broken")) == before, "a refused resume changes nothing");
    stderr(&output)
}

#[test]
fn checkpoints_of_other_programs_machines_and_scenarios_are_refused() {
    let directory = prepared(&simple());
    let directory = directory.path();
    let this = env!("CARGO_PKG_VERSION");

    break_at(directory, "broken", 5);
    with_header(directory, |_| ());
    succeed(directory, "resume broken --quiet");

    break_at(directory, "broken", 5);
    with_header(directory, |header| header["program_version"] = json!("9.8.7"));
    assert_eq!(
        refusal(directory),
        format!(
            "error: broken/checkpoint: found one written by version 9.8.7 (layout 2), this is version {this} (layout 2); resume with that version, or run the scenario anew\n"
        )
    );

    // Of another layout nothing but the version needs to be readable.
    break_at(directory, "broken", 5);
    let other = json!({ "landau_checkpoint": 7, "program_version": this });
    fs::write(directory.join("broken/checkpoint"), format!("{other}\nsomething else")).unwrap();
    assert_eq!(
        refusal(directory),
        format!(
            "error: broken/checkpoint: found one written by version {this} (layout 7), this is version {this} (layout 2); resume with that version, or run the scenario anew\n"
        )
    );

    break_at(directory, "broken", 5);
    with_header(directory, |header| header["instruction_set"] = json!("abacus"));
    let message = refusal(directory);
    let (start, end) = (
        "error: broken/checkpoint: found one written with instruction set abacus, this machine would go on with ",
        " and other last bits; resume where the run began, or run the scenario anew\n",
    );
    assert!(message.starts_with(start) && message.ends_with(end), "{message}");

    break_at(directory, "broken", 5);
    let path = directory.join("broken/scenario.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"steps\": 8", "\"steps\": 9")).unwrap();
    assert_eq!(
        refusal(directory),
        "error: broken/checkpoint: found one of another scenario than the scenario.json beside it; restore that file, or run the scenario anew\n"
    );

    break_at(directory, "broken", 5);
    fs::write(directory.join("broken/diagnostics.csv"), "step\n").unwrap();
    let message = refusal(directory);
    let (start, end) = (
        "error: broken/diagnostics.csv: holds 5 bytes, the checkpoint says ",
        ": rows are missing; run the scenario anew\n",
    );
    assert!(message.starts_with(start) && message.ends_with(end), "{message}");

    break_at(directory, "broken", 5);
    fs::remove_file(directory.join("broken/checkpoint")).unwrap();
    assert_eq!(
        refusal(directory),
        "error: broken/checkpoint: found no checkpoint, the run stopped before its first; run it anew: landau run broken/scenario.json --out broken --overwrite\n"
    );
}

#[test]
fn a_checkpoint_damaged_anywhere_is_refused() {
    let directory = prepared(&simple());
    let directory = directory.path();
    break_at(directory, "broken", 5);
    let path = directory.join("broken/checkpoint");
    let whole = fs::read(&path).unwrap();
    let mut generator = ChaCha8Rng::seed_from_u64(11);
    let mut random = |below: usize| (generator.next_u64() % below as u64) as usize;
    let mut damaged: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"\n".to_vec(),
        b"{}\n".to_vec(),
        whole[..whole.len() - 1].to_vec(),
        [whole.as_slice(), b"\0"].concat(),
        whole[..=whole.iter().position(|&byte| byte == b'\n').unwrap()].to_vec(),
    ];
    for _ in 0..10 {
        damaged.push(whole[..random(whole.len())].to_vec());
    }
    for _ in 0..30 {
        let mut flipped = whole.clone();
        flipped[random(whole.len())] ^= 1 << random(8);
        damaged.push(flipped);
    }
    for bytes in damaged {
        fs::write(&path, &bytes).unwrap();
        let message = refusal(directory);
        // A bit of the version itself makes the file one of another version.
        let known = ["found a damaged checkpoint; run the scenario anew", "found one written by version"];
        assert!(known.iter().any(|words| message.contains(words)), "{message}");
    }
}

/// Long enough to be hit by a signal in the middle: several hundred steps of a millisecond.
pub fn long() -> Value {
    let mut scenario = scenario(&mixes()[1], &scores()[1], &integrators()[0]);
    scenario["time"]["steps"] = json!(400);
    // Narrow enough for sixty particles not to be warned of.
    scenario["score"]["particles"]["bandwidth"] = json!({ "variance": 0.02 });
    scenario["output"] = json!({ "diagnostics_every": 3, "particles_every": 7, "checkpoint_every": 10 });
    scenario
}

#[test]
#[cfg(unix)]
fn ctrl_c_writes_a_checkpoint_and_resume_goes_on_from_there() {
    for signal in ["INT", "TERM"] {
        let mut scenario = long();
        // Checkpoints on interruption only.
        scenario["output"]["checkpoint_every"] = json!(0);
        scenario["time"]["steps"] = json!(20_000);
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path();
        write(directory, "scenario.json", &scenario);
        let mut child = landau(directory)
            .args(["run", "scenario.json", "--out", "broken", "--set", "output.particles_every=0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.next().unwrap().unwrap().starts_with("step 0/20000"));
        send(signal, child.id());
        let last = lines.last().unwrap().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{last}");
        assert!(last.starts_with("interrupted after step "), "{last}");
        assert!(last.ends_with("; continue with: landau resume broken"), "{last}");
        let run = summary(&directory.join("broken"));
        assert_eq!((&run["status"], &run["reason"]), (&json!("interrupted"), &json!("interrupted")));
        assert_eq!(
            names(&directory.join("broken")),
            ["checkpoint", "diagnostics.csv", "run.json", "scenario.json"]
        );
        // Not resumed to its end, which is far; that it can be is for the test below.
    }
}

#[test]
#[cfg(unix)]
fn interrupted_runs_resume_to_the_same_bits() {
    let directory = prepared(&long());
    let directory = directory.path();
    let mut resumed = landau(directory);
    resumed.args(["run", "scenario.json", "--out", "broken"]);
    let mut interruptions = 0;
    loop {
        let mut child = resumed.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        lines.next().unwrap().unwrap();
        // Three times at most, so that the test ends.
        if interruptions < 3 {
            send("INT", child.id());
        }
        lines.for_each(|line| drop(line.unwrap()));
        match child.wait().unwrap().code() {
            Some(130) => interruptions += 1,
            Some(0) => break,
            other => panic!("exit status {other:?}"),
        }
        resumed = landau(directory);
        resumed.args(["resume", "broken"]);
    }
    assert!(interruptions > 0, "the run was over before its interruption");
    assert_same(&directory.join("broken"), &directory.join("whole"), "interrupted");
}

/// A full disk, by a limit on the size of files: what came before the last checkpoint is not lost.
#[test]
#[cfg(unix)]
fn a_run_that_filled_the_disk_resumes_to_the_same_bits() {
    let directory = prepared(&long());
    let directory = directory.path();
    // In blocks of 512 or 1024 bytes: rows outgrow it in the middle of the run.
    let output = Command::new("sh")
        .current_dir(directory)
        .args(["-c", "trap '' XFSZ; ulimit -f 30; exec \"$0\" run scenario.json --out broken --quiet"])
        .arg(env!("CARGO_BIN_EXE_landau"))
        .output()
        .unwrap();
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("cannot write"), "{}", stderr(&output));
    assert!(directory.join("broken/checkpoint").exists());
    succeed(directory, "resume broken --quiet");
    assert_same(&directory.join("broken"), &directory.join("whole"), "after a full disk");
}

/// Twenty kills; as many as LANDAU_TEST_KILLS says where that is set.
#[test]
fn killed_runs_resume_to_the_same_bits() {
    let count: u32 = std::env::var("LANDAU_TEST_KILLS").map_or(20, |word| word.parse().unwrap());
    let scenario = long();
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write(directory, "scenario.json", &scenario);
    let start = Instant::now();
    succeed(directory, "run scenario.json --out whole --quiet");
    let whole = start.elapsed();
    let mut generator = ChaCha8Rng::seed_from_u64(5);
    let (mut kills, mut resumes) = (0, 0);
    while kills < count {
        let folder = format!("broken{kills}");
        let mut arguments = format!("run scenario.json --out {folder} --quiet");
        // Killed while it runs, then perhaps while it resumes, then left alone.
        for _ in 0..1 + generator.next_u64() % 2 {
            let mut child = landau(directory).args(arguments.split(' ')).spawn().unwrap();
            let share = generator.next_u64() as f64 / u64::MAX as f64;
            std::thread::sleep(Duration::from_secs_f64(share * whole.as_secs_f64()));
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
            arguments = match directory.join(&folder).join("checkpoint").exists() {
                true => format!("resume {folder} --quiet"),
                false => format!("run scenario.json --out {folder} --overwrite --quiet"),
            };
        }
        resumes += u32::from(arguments.starts_with("resume"));
        succeed(directory, &arguments);
        let what = format!("after kill {kills} and landau {arguments}");
        assert_same(&directory.join(&folder), &directory.join("whole"), &what);
    }
    assert!(resumes > count / 6, "only {resumes} runs were killed behind their first checkpoint");
}
