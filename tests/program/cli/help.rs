//! What the program prints about itself: help, version, completions.

use crate::program::succeed;
use std::path::Path;

#[test]
fn completions_name_every_command() {
    for (shell, mark) in [("bash", "_landau"), ("zsh", "#compdef landau"), ("fish", "complete -c landau")] {
        let script = succeed(Path::new("."), &format!("completions {shell}"));
        assert!(script.contains(mark), "{shell}");
        for command in ["run", "resume", "check", "converge", "schema", "completions"] {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
}

#[test]
fn help_and_version_exit_with_0() {
    let version = succeed(Path::new("."), "--version");
    assert_eq!(version, format!("landau {}\n", env!("CARGO_PKG_VERSION")));
    for arguments in ["--help", "help", "run --help", "resume --help", "check --help"] {
        assert!(succeed(Path::new("."), arguments).contains("Usage: landau"));
    }
}
