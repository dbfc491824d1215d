//! Runs that are interrupted from outside: by signals, kills and a full disk.

use super::{long, prepared};
use crate::program;
use program::{
    assert_same, landau, names, run_on_a_full_disk, send, status, stderr, succeed, summary, write,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
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
