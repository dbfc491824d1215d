//! Tells the library from which commit it is built, with a mark where what is compiled was changed since.
//!
//! It reads the repository and writes nothing there: a file of it that changed would have everything compiled again.

use std::path::Path;
use std::process::Command;

/// What the library is made of.
const COMPILED: [&str; 3] = ["src", "Cargo.toml", "Cargo.lock"];

fn main() {
    COMPILED.iter().for_each(|path| println!("cargo::rerun-if-changed={path}"));
    // Every commit and every change of branch is in this log.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]).filter(|log| Path::new(log).exists()) {
        println!("cargo::rerun-if-changed={log}");
    }
    println!("cargo::rustc-env=LANDAU_COMMIT={}", commit().as_deref().unwrap_or("unknown"));
}

/// None outside a repository.
fn commit() -> Option<String> {
    let commit = git(&["describe", "--always", "--abbrev=12"])?;
    let changes = git(&[&["status", "--porcelain", "--"], COMPILED.as_slice()].concat())?;
    Some(if changes.is_empty() { commit } else { format!("{commit}-dirty") })
}

/// What git says; none where it fails, or is not there.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").env("GIT_OPTIONAL_LOCKS", "0").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}
