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
