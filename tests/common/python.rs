//! Runs Python scripts in a virtual environment with pinned packages. It is made once and kept in the target
//! directory.
//!
//! A test program includes it by `#[path = "../common/python.rs"] mod python;`.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs `script` with `arguments` in an environment that holds the packages of the file `requirements`, one
/// `name==version` a line. Paths are relative to the root of the crate.
///
/// # Panics
///
/// If there is no such environment and none can be made. The message says what is missing. The caller has to
/// check the exit status of the script.
pub fn run<I>(requirements: &str, script: &str, arguments: I) -> Output
where
    I: IntoIterator,
    I::Item: AsRef<OsStr>,
{
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = environment(&root.join(requirements));
    Command::new(&python)
        .arg(root.join(script))
        .args(arguments)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap_or_else(|error| panic!("cannot run {}: {error}", python.display()))
}

/// The interpreter of the environment for `requirements`, which is made if it does not exist. The first test
/// that needs it makes it. Others wait, in the same process or in another.
fn environment(requirements: &Path) -> PathBuf {
    let packages = fs::read_to_string(requirements)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", requirements.display()));
    let interpreter = complete(
        Command::new("python3").args(["-c", "import sys; print(sys.version, sys.base_prefix)"]),
        "python3 does not run; install Python 3.11 or newer",
    );
    let target =
        Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("cargo's tmp lies in the target directory");
    let name = format!("python-{:016x}", fingerprint(&format!("{packages}\n{interpreter}")));
    let folder = target.join(&name);
    let python = folder.join("bin/python");
    let finished = folder.join("finished");

    let lock = target.join(format!("{name}.lock"));
    let guard =
        File::create(&lock).unwrap_or_else(|error| panic!("cannot create {}: {error}", lock.display()));
    guard.lock().unwrap_or_else(|error| panic!("cannot lock {}: {error}", lock.display()));
    if finished.exists() {
        return python;
    }
    complete(
        Command::new("python3").args(["-c", "import ensurepip, venv"]),
        "python3 cannot make virtual environments; on Debian and Ubuntu install the package python3-venv",
    );
    complete(
        Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder),
        "python3 -m venv failed; on Debian and Ubuntu install the package python3-venv",
    );
    complete(
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-input",
                "--requirement",
            ])
            .arg(requirements),
        "pip could not install the packages; the first run needs a package index",
    );
    fs::write(&finished, "").unwrap_or_else(|error| panic!("cannot write {}: {error}", finished.display()));
    python
}

/// What a command printed on stdout. If it failed, panics with `advice` and its stderr.
fn complete(command: &mut Command, advice: &str) -> String {
    match command.output() {
        Err(error) => panic!("{advice}\n{command:?}: {error}"),
        Ok(output) if !output.status.success() => {
            let (stdout, stderr) =
                (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            panic!("{advice}\n{command:?}: {}\n{stdout}{stderr}", output.status)
        }
        Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
    }
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo 1991): the same in every version of Rust.
fn fingerprint(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
