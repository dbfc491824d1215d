//! Interference with the folder of a run in progress: it becomes read-only, or a second run asks for it.

use crate::program;
use crate::resume::{long, prepared, simple};
use program::{assert_same, landau, run, status, stderr, succeed, write};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

/// Starts a run into `busy` that lasts until it is killed. Returns once it holds its folder.
fn endless(directory: &Path) -> Child {
    let mut scenario = long();
    scenario["time"]["steps"] = json!(100_000_000);
    scenario["output"] = json!({ "diagnostics_every": 1_000_000, "checkpoint_every": 0 });
    write(directory, "endless.json", &scenario);
    let arguments = ["run", "endless.json", "--out", "busy"];
    let mut child = landau(directory).args(arguments).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    lines.find(|line| line.as_ref().unwrap().starts_with("step 0/")).unwrap().unwrap();
    child
}

#[test]
fn a_folder_takes_one_run_at_a_time() {
    let directory = prepared(&simple());
    let directory = directory.path();
    let mut first = endless(directory);
    let before = program::outputs(&directory.join("busy"));
    for second in ["run scenario.json --out busy --overwrite", "resume busy"] {
        let output = run(directory, second);
        assert_eq!(
            (status(&output), stderr(&output).as_str()),
            (
                2,
                "error: busy: found another run that is writing into this folder; allowed: a folder of its own (--out), or this one when that run has ended\n"
            ),
            "{second}"
        );
    }
    assert!(program::outputs(&directory.join("busy")) == before, "the first run is as it was");
    // However a run ends, its folder becomes free.
    first.kill().unwrap();
    first.wait().unwrap();
    succeed(directory, "run scenario.json --out busy --overwrite --quiet");
    assert_same(&directory.join("busy"), &directory.join("whole"), "after the first run was killed");
}

/// Permissions do not apply to root. So root starts the run as another user.
#[cfg(unix)]
#[test]
fn a_run_whose_folder_becomes_read_only_resumes_to_the_same_bits() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;

    let mut scenario = long();
    scenario["time"]["steps"] = json!(1500);
    let directory = prepared(&scenario);
    let directory = directory.path();
    let allow = |path: &Path, mode: u32| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    // That user may not have access to the built program.
    fs::copy(env!("CARGO_BIN_EXE_landau"), directory.join("program")).unwrap();
    allow(directory, 0o777);
    let is_root = fs::metadata(directory).unwrap().uid() == 0;
    let program = || {
        let mut command = std::process::Command::new(directory.join("program"));
        command.current_dir(directory);
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    };
    let started =
        program().args(["run", "scenario.json", "--out", "broken", "--quiet"]).stderr(Stdio::piped()).spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(reason) => {
            eprintln!("skipped: root may not start a program as another user here: {reason}");
            return;
        }
    };
    let (broken, particles) = (directory.join("broken"), directory.join("broken/particles"));
    while !broken.join("checkpoint").exists() {
        assert!(child.try_wait().unwrap().is_none(), "the run ended before its first checkpoint");
    }
    allow(&particles, 0o555);
    allow(&broken, 0o555);
    let output = child.wait_with_output().unwrap();
    let said = stderr(&output);
    let files = ["cannot write broken/particles/frame_", "broken/checkpoint: cannot write: "];
    assert_eq!(status(&output), 1, "{said}");
    assert!(files.iter().any(|file| said.contains(file)) && said.contains("Permission denied"), "{said}");
    // While the folder is read-only, it cannot be resumed either.
    let refused = program().args(["resume", "broken", "--quiet"]).output().unwrap();
    assert_eq!(status(&refused), 1, "{}", stderr(&refused));
    assert!(stderr(&refused).contains("Permission denied"), "{}", stderr(&refused));
    allow(&broken, 0o755);
    allow(&particles, 0o755);
    let resumed = program().args(["resume", "broken", "--quiet"]).output().unwrap();
    assert_eq!(status(&resumed), 0, "{}", stderr(&resumed));
    assert_same(&broken, &directory.join("whole"), "after the folder was read-only");
}
