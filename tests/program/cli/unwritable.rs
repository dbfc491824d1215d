//! Full disks and unwritable folders.
#![cfg(unix)]

use super::{prepared, scenario};
use crate::program;
use program::{names, run, run_on_a_full_disk, status, stderr, succeed, summary, write};
use serde_json::json;
use std::fs;

/// A limit on the size of files acts like a full disk: writes fail in the middle of a run.
#[test]
fn a_full_disk_ends_the_run_with_its_name_and_keeps_whole_rows() {
    let directory = prepared();
    let directory = directory.path();
    let arguments = "run two.json --set time.steps=1000 --set output={\"diagnostics_every\":1} --quiet";
    // 4 to 8 KiB, a few dozen rows.
    let output = run_on_a_full_disk(directory, 8, arguments);
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    let message = stderr(&output);
    assert!(message.starts_with("error: out/two/diagnostics.csv: cannot write: "), "{message}");
    let out = directory.join("out/two");
    let run = summary(&out);
    assert_eq!(run["status"], "failed");
    assert_eq!(format!("error: {}\n", run["reason"].as_str().unwrap()), message);
    let rows = fs::read_to_string(out.join("diagnostics.csv")).unwrap();
    assert!(rows.lines().count() > 5);
    // The rows agree with those of a run without the limit.
    succeed(directory, &arguments.replace("=1000", "=100").replace("run ", "run --out roomy "));
    let roomy = fs::read_to_string(directory.join("roomy/diagnostics.csv")).unwrap();
    assert!(rows.ends_with('\n') && roomy.starts_with(&rows));
}

/// The same for frames: the limit allows rows but no frame.
#[test]
fn a_disk_too_full_for_a_frame_keeps_the_frames_before() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let mut scenario = scenario();
    scenario["species"][1]["particles"]["random"]["count"] = json!(2000);
    write(directory, "two.json", &scenario);
    let output = run_on_a_full_disk(directory, 24, "run two.json --quiet");
    assert_eq!(status(&output), 1);
    let message = stderr(&output);
    let start = "error: cannot write out/two/particles/frame_00000000.h5: ";
    assert!(message.starts_with(start) && message.lines().count() == 1, "{message}");
    assert!(names(&directory.join("out/two/particles")).is_empty());
    assert_eq!(summary(&directory.join("out/two"))["status"], "failed");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let directory = prepared();
    if cfg!(target_os = "linux") {
        // A place where not even the superuser can create a folder.
        let output = run(directory.path(), "run two.json --out /proc/run --quiet");
        assert_eq!(status(&output), 1);
        let message = stderr(&output);
        assert!(message.starts_with("error: /proc/run: cannot create the run folder: "), "{message}");
    }
    let sealed = directory.path().join("sealed");
    fs::create_dir(&sealed).unwrap();
    fs::set_permissions(&sealed, fs::Permissions::from_mode(0o555)).unwrap();
    // The superuser can write there anyway.
    let allowed = fs::write(sealed.join("probe"), "").is_ok();
    let output = run(directory.path(), "run two.json --out sealed/run --quiet");
    if allowed {
        assert_eq!(status(&output), 0);
    } else {
        assert_eq!(status(&output), 1);
        let message = stderr(&output);
        assert!(message.starts_with("error: sealed/run: cannot create the run folder: "), "{message}");
    }
    fs::set_permissions(&sealed, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The signal of a file that may grow no more ends nothing without a word, and the former run is still there.
#[test]
fn a_limit_on_files_is_named_and_a_former_run_outlives_it() {
    let directory = prepared();
    let directory = directory.path();
    succeed(directory, "run two.json --out there --quiet");
    let before = program::outputs(&directory.join("there"));
    let limited = |command: &str| {
        let command = format!("ulimit -f 1; exec {} {command}", env!("CARGO_BIN_EXE_landau"));
        std::process::Command::new("sh").current_dir(directory).args(["-c", &command]).output().unwrap()
    };
    // The resolved scenario is larger than a block of 512 or 1024 bytes.
    let output = limited("run there/scenario.json --out there --overwrite --quiet");
    assert_eq!(status(&output), 1);
    let message = stderr(&output);
    assert!(message.starts_with("error: there/scenario.json: cannot write: File too large"), "{message}");
    assert!(program::outputs(&directory.join("there")) == before);
    assert_eq!(summary(&directory.join("there"))["status"], "completed");
}

/// A run that is complete is no failure because nobody hears of it; help that nobody can read is.
#[test]
#[cfg(target_os = "linux")]
fn what_stdout_does_not_take_counts_where_it_was_asked_for() {
    use std::process::Stdio;
    let directory = prepared();
    for (arguments, code) in [
        ("run two.json", 0),
        ("--help", 1),
        ("--version", 1),
        ("run --help", 1),
        ("schema", 1),
        ("check two.json", 1),
    ] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let child = program::landau(directory.path())
            .args(arguments.split(' '))
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(status(&output), code, "{arguments}");
        let said = stderr(&output);
        assert!(
            said.ends_with("error: cannot write to stdout: No space left on device (os error 28)\n"),
            "{said}"
        );
    }
    assert_eq!(summary(&directory.path().join("out/two"))["status"], "completed");
}

/// Memory that the system does not give is refused with its number before anything is computed.
#[test]
#[cfg(target_os = "linux")]
fn memory_that_cannot_be_had_is_refused_with_its_number() {
    let directory = prepared();
    let command = format!(
        "ulimit -v 1000000; exec {} run two.json --threads 1 --quiet --set species.1.particles.random.count=4000000",
        env!("CARGO_BIN_EXE_landau")
    );
    let output = std::process::Command::new("sh")
        .current_dir(directory.path())
        .args(["-c", &command])
        .output()
        .unwrap();
    assert_eq!(status(&output), 2);
    let message = stderr(&output);
    assert!(
        message.ends_with("species: found 4000064 particles in all species, which need about 3.815 GiB, more than the system gives this program; allowed: fewer particles, or more memory (`ulimit -v`)\n"),
        "{message}"
    );
}

#[test]
fn a_number_of_threads_in_the_environment_has_the_bounds_of_the_option() {
    let directory = prepared();
    let output = program::landau(directory.path())
        .args(["check", "two.json"])
        .env("RAYON_NUM_THREADS", "100000")
        .output()
        .unwrap();
    assert_eq!(status(&output), 2);
    assert_eq!(
        stderr(&output),
        "error: RAYON_NUM_THREADS in the environment: found 100000; allowed: a whole number from 1 to 1024\n"
    );
}

/// Results of `functionals` replace a file only where that is asked for, and never the experiment.
#[test]
fn functionals_overwrite_nothing_by_accident() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let experiment = json!({
        "version": 1, "gamma": -3.0,
        "density": { "shell_dipole": { "density": 1.0, "radius": 1.0, "width": 0.3, "amplitude": 0.1 } }
    });
    write(directory, "x.json", &experiment);
    fs::write(directory.join("there.csv"), "mine").unwrap();
    for (arguments, message) in [
        (
            "--out there.csv",
            "--out there.csv: found a file; allowed: a new one, or --overwrite to replace it",
        ),
        ("--out x.json --overwrite", "--out x.json: found the file of the experiment; allowed: another one"),
    ] {
        let output = run(directory, &format!("functionals x.json {arguments}"));
        assert_eq!((status(&output), stderr(&output)), (2, format!("error: {message}\n")));
    }
    let output = run(directory, "functionals x.json --out no/where.csv");
    assert_eq!(status(&output), 1);
    assert!(
        stderr(&output).starts_with("error: no/where.csv.partial: cannot create: "),
        "{}",
        stderr(&output)
    );
    succeed(directory, "functionals x.json --out there.csv --overwrite");
    assert_eq!(fs::read_to_string(directory.join("there.csv")).unwrap().lines().count(), 2);
    assert_eq!(names(directory), ["there.csv", "x.json"]);
}

/// A title that would steer a terminal is shown, not obeyed.
#[test]
fn titles_are_harmless() {
    let directory = tempfile::tempdir().unwrap();
    let mut scenario = scenario();
    scenario["title"] = json!("red \u{1b}[31m alert\u{7}");
    write(directory.path(), "a.json", &scenario);
    let said = succeed(directory.path(), "check a.json");
    assert!(said.contains("red \\u{1b}[31m alert\\u{7}\n") && !said.contains('\u{1b}'), "{said}");
}
