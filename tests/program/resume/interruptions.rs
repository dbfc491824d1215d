//! Runs that are interrupted from outside: by signals, kills and a full disk.

use super::{break_at, integrators, long, mixes, prepared, scenario, scores};
use crate::integrators::is_implicit;
use crate::program;
use landau::any::{AnyObserver, AnySession, AnyView};
use landau::kernel::lanes::InstructionSet;
use landau::scenario::Scenario;
use landau::simulation::{ObserverError, Outcome};
use program::{
    assert_same, landau, names, run_on_a_full_disk, send, status, stderr, succeed, summary, write,
};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

#[test]
#[cfg(unix)]
fn ctrl_c_writes_a_checkpoint_and_resume_goes_on_from_there() {
    // Two signals at once, as `timeout` sends them, count as one.
    for signals in [&["INT"][..], &["TERM"], &["INT", "INT"]] {
        let mut scenario = long();
        // Checkpoints on interruption only.
        scenario["output"]["checkpoint_every"] = json!(0);
        scenario["time"]["steps"] = json!(20_000);
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path();
        write(directory, "scenario.json", &scenario);
        let mut child = landau(directory)
            .args(["run", "scenario.json", "--out", "broken", "--set", "output.particles_every=0"])
            // Steps take so long that the second signal arrives within one.
            .args(["--set", "species.1.particles.quasi_random.count=20000"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let first = lines.find(|line| !line.as_ref().unwrap().starts_with("warning")).unwrap().unwrap();
        assert!(first.starts_with("step 0/20000"), "{first}");
        signals.iter().for_each(|signal| send(signal, child.id()));
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
        // It is not resumed to its distant end. The test below resumes a run.
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
        // At most three interruptions, so that the test ends.
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

/// Shows nothing.
struct Silent;

impl AnyObserver for Silent {
    fn observe(&mut self, _: &dyn AnyView) -> Result<(), ObserverError> {
        Ok(())
    }
}

/// Starts a run, or goes on with it, and interrupts it after a time.
fn run_for(folder: &Path, scenario: &Value, time: Duration) -> Outcome {
    let scenario = Scenario::from_value(scenario.clone()).unwrap();
    let session = match folder.join("checkpoint").exists() {
        true => AnySession::resume(&scenario, folder, InstructionSet::detect()),
        false => AnySession::create(&scenario, folder, true, InstructionSet::detect()),
    };
    let (session, interrupted) = (session.unwrap(), AtomicBool::new(time.is_zero()));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(time);
            interrupted.store(true, Ordering::Relaxed);
        });
        session.run(&mut Silent, &interrupted).unwrap().outcome
    })
}

/// A step in which an interruption comes is given up, wherever in it that is, and taken again by the run that goes on.
#[test]
fn runs_interrupted_within_any_step_resume_to_the_same_bits() {
    let adaptive = json!({ "adaptive": { "end": 0.02, "relative_tolerance": 1e-8, "first_step": 0.001 } });
    for integrator in integrators() {
        let uniform = scenario(&mixes()[0], &scores()[0], &integrator);
        let grids = [uniform["time"].clone(), adaptive.clone()];
        // Estimates of the stiffness are renewed after some steps.
        for grid in &grids[..if is_implicit(&integrator) { 1 } else { 2 }] {
            let scenario = Value::Object({
                let mut scenario = uniform.as_object().unwrap().clone();
                scenario.insert("time".to_string(), grid.clone());
                scenario
            });
            let directory = prepared(&scenario);
            let broken = directory.path().join("broken");
            // So short that most runs end within their first step, and ever longer so that all ends.
            let mut time = Duration::ZERO;
            let mut interruptions = 0;
            while run_for(&broken, &scenario, time) == Outcome::Interrupted {
                interruptions += 1;
                assert!(broken.join("checkpoint").exists());
                time = time.mul_f64(1.3) + Duration::from_micros(300);
            }
            let what = format!("{integrator}, {grid}, interrupted {interruptions} times");
            // The first comes before any step. How many come later depends on how busy the machine is.
            assert!(interruptions > 0, "{what}");
            assert_same(&broken, &directory.path().join("whole"), &what);
        }
    }
}

/// The estimates at the start of a run, of the longest stable step and of the stiffness, take some fifty evaluations each.
#[test]
#[cfg(unix)]
fn ctrl_c_at_the_start_ends_a_run_within_an_evaluation_and_leaves_what_can_be_resumed() {
    let mut evaluation = Duration::MAX;
    // The stiffness is estimated in the first step, behind the first row; the longest stable step before it.
    for (integrator, rows) in
        [(json!({ "runge_kutta_chebyshev": {} }), 1), (json!({ "forward_euler": {} }), 0)]
    {
        let mut scenario = long();
        scenario["integrator"] = integrator.clone();
        scenario["output"] = json!({ "checkpoint_every": 0 });
        scenario["species"][1]["particles"]["quasi_random"]["count"] = json!(12_000);
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path();
        write(directory, "scenario.json", &scenario);
        let start = Instant::now();
        let mut child = landau(directory)
            .args(["run", "scenario.json", "--out", "broken"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let broken = directory.join("broken");
        let table = || std::fs::read_to_string(broken.join("diagnostics.csv")).unwrap_or_default();
        while !broken.join("run.json").exists() || table().lines().count() < 1 + rows {
            std::thread::sleep(Duration::from_millis(1));
        }
        evaluation = evaluation.min(start.elapsed());
        let sent = Instant::now();
        send("INT", child.id());
        let last = BufReader::new(child.stderr.take().unwrap()).lines().last().unwrap().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{integrator}: {last}");
        assert_eq!(last, "interrupted after step 0; continue with: landau resume broken", "{integrator}");
        // Up to two evaluations: the one that goes on, and that of the first row.
        let (took, most) = (sent.elapsed(), 3 * evaluation + Duration::from_secs(1));
        assert!(took < most, "{integrator}: {took:?} where an evaluation and more takes {evaluation:?}");
        assert!(broken.join("checkpoint").exists());
        let few = "--set time.steps=2 --set species.1.particles.quasi_random.count=60 --quiet";
        succeed(directory, &format!("run scenario.json --out again {few}"));
        succeed(directory, &format!("run scenario.json --out broken --overwrite {few}"));
        assert_same(&broken, &directory.join("again"), "overwritten");
    }
}

/// The warning of the start is that of the unbroken run, also where the run goes on from a later step.
#[test]
fn what_was_said_of_the_step_at_the_start_is_not_estimated_again() {
    let mut scenario = super::simple();
    scenario["integrator"] = json!({ "forward_euler": {} });
    scenario["time"] = json!({ "step": 0.9, "steps": 300 });
    scenario["time"]["until"] = json!([{ "column": { "name": "time", "above": 6.0 } }]);
    let directory = prepared(&scenario);
    let directory = directory.path();
    let warnings = |folder: &str| summary(&directory.join(folder))["warnings"].clone();
    assert!(
        warnings("whole").to_string().contains("is beyond the longest stable one"),
        "{}",
        warnings("whole")
    );
    break_at(directory, "broken", 5);
    succeed(directory, "resume broken --quiet");
    assert_eq!(warnings("broken"), warnings("whole"));
}

/// A limit on the size of files acts like a full disk. Nothing before the last checkpoint is lost.
#[test]
#[cfg(unix)]
fn a_run_that_filled_the_disk_resumes_to_the_same_bits() {
    let mut scenario = long();
    scenario["output"]["diagnostics_every"] = json!(1);
    let directory = prepared(&scenario);
    let directory = directory.path();
    // The rows exceed the limit in the middle of the run. Frames and checkpoints stay far below.
    let output = run_on_a_full_disk(directory, 100, "run scenario.json --out broken --quiet");
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("cannot write"), "{}", stderr(&output));
    assert!(directory.join("broken/checkpoint").exists());
    succeed(directory, "resume broken --quiet");
    assert_same(&directory.join("broken"), &directory.join("whole"), "after a full disk");
}

/// Twenty kills, or LANDAU_TEST_KILLS if that is set.
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
        // Killed while it runs, perhaps again while it resumes, and then left to finish.
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
