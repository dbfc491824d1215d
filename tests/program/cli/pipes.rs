//! What the program prints into pipes, and into closed ones.

use super::prepared;
use crate::program;
use program::{landau, run, status, stderr, summary};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

#[test]
fn quiet_prints_nothing_and_pipes_get_plain_lines() {
    let directory = prepared();
    let quiet = run(directory.path(), "run two.json --out a --quiet");
    assert_eq!((status(&quiet), quiet.stdout.len(), quiet.stderr.len()), (0, 0, 0));

    // Maxwell molecules, whose pair sums are exact, and cells so narrow that there is no warning.
    let narrow = "--set score.particles.bandwidth={\"variance\":0.1} --set collisions.gamma=0 --set species.0.particles.lattice.half_width=2.9";
    let piped = run(directory.path(), &format!("run two.json --out b --set time.steps=40 {narrow}"));
    let lines = stderr(&piped);
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines.len(), 1 + 10, "the start and every tenth: {lines:?}");
    for (index, line) in lines.iter().enumerate() {
        assert!(line.starts_with(&format!("step {}/40  t = ", 4 * index)), "{line}");
        assert!(line.contains("  entropy "), "{line}");
        assert!(line.chars().all(|c| !c.is_control()), "{line:?}");
    }
}

/// As `landau … | head -1` does.
#[test]
#[cfg(unix)]
fn a_reader_that_leaves_is_no_error() {
    let directory = prepared();
    for arguments in ["schema", "completions bash", "check two.json", "run two.json --out a"] {
        let mut child = landau(directory.path())
            .args(arguments.split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments}");
    }
    // Progress goes to stderr. The reader leaves after the first line, and the run continues.
    let mut child = landau(directory.path())
        .args(["run", "two.json", "--out", "b", "--set", "time.steps=400"])
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(summary(&directory.path().join("b"))["status"], "completed");
    // An error keeps its exit status even if its message cannot be written.
    let mut child =
        landau(directory.path()).args(["check", "missing"]).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(2));
}
