//! Runs the built program as a user would, and reads the run folders that it leaves.

#![allow(dead_code)]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A command that starts the program in `directory`.
pub fn landau(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_landau"));
    command.current_dir(directory);
    command
}

/// Runs the program. Blanks separate the arguments.
pub fn run(directory: &Path, arguments: &str) -> Output {
    landau(directory).args(arguments.split(' ')).output().unwrap()
}

/// Runs the program as on a full disk: no file can grow beyond `blocks` blocks of 512 or 1024 bytes.
pub fn run_on_a_full_disk(directory: &Path, blocks: u32, arguments: &str) -> Output {
    Command::new("sh")
        .current_dir(directory)
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")])
        .arg(env!("CARGO_BIN_EXE_landau"))
        .args(arguments.split(' '))
        .output()
        .unwrap()
}

/// Runs the program, which must succeed, and returns what it printed to stdout.
pub fn succeed(directory: &Path, arguments: &str) -> String {
    let output = run(directory, arguments);
    assert_eq!(status(&output), 0, "landau {arguments}: {}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

pub fn status(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Sends a signal, given by its name as in `INT`.
pub fn send(signal: &str, process: u32) {
    let sent = Command::new("kill").args([format!("-{signal}"), process.to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Writes a scenario as `name` into `directory`.
pub fn write(directory: &Path, name: &str, scenario: &Value) {
    fs::write(directory.join(name), scenario.to_string()).unwrap();
}

/// All files below a run folder by path, except run.json, which contains times.
pub fn outputs(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    collect(folder, folder, &mut files);
    files.remove(Path::new("run.json"));
    files
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => collect(root, &path, files),
            false => {
                files.insert(path.strip_prefix(root).unwrap().to_path_buf(), fs::read(&path).unwrap());
            }
        }
    }
}

/// Asserts that two run folders contain the same files with the same bytes.
pub fn assert_same(found: &Path, expected: &Path, what: &str) {
    let (found, expected) = (outputs(found), outputs(expected));
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{what}");
    for (path, bytes) in &expected {
        assert!(found[path] == *bytes, "{what}: {} differs", path.display());
    }
}

/// run.json of a run folder.
pub fn summary(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("run.json")).unwrap()).unwrap()
}

/// The resolved scenario of a run folder.
pub fn resolved(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("scenario.json")).unwrap()).unwrap()
}

/// The names in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
