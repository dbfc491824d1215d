//! Everything that a user can get wrong, with the message and the exit status that each must give.
//!
//! Each file in tests/bad is a case. Its lines are, in this order:
//!
//! | line | means |
//! |---|---|
//! | `base NAME` | the good scenario to start from, NAME.json beside the case; `maxwellian` if left out |
//! | `replace TEXT`, then `with TEXT` | a change to the base, in which the first TEXT occurs once; there may be several |
//! | `text LINE` | instead of a base: the lines of the scenario, without a newline at the end |
//! | `bytes HEX …` | instead of a base: the bytes of the scenario; `HEX*N` repeats a byte |
//! | `file PATH`, `folder PATH` | a file or folder that exists before the command |
//! | `landau ARGUMENTS` | the command, `landau check scenario.json` if left out; 'quoted as in a shell' |
//! | `exit STATUS` | the exit status; everything below is what stderr must contain |
//!
//! With `BLESS=1` in the environment, cases that differ are rewritten with the actual output. Review them
//! before committing.

use landau::error::Failure;
use landau::output::error::FileFailure;
use landau::output::openpmd;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A case as read from its file.
#[derive(Debug, Default)]
struct Case {
    /// The lines up to `exit`.
    input: String,
    scenario: Vec<u8>,
    files: Vec<String>,
    folders: Vec<String>,
    arguments: Vec<String>,
    exit: i32,
    stderr: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad")
}

fn case_files() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "txt")).collect();
    files.sort();
    files
}

fn read_base(name: &str) -> String {
    fs::read_to_string(folder().join(format!("{name}.json"))).unwrap()
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let at = text.find("\nexit ").unwrap_or_else(|| panic!("{}: no exit line", path.display())) + 1;
        let (input, output) = text.split_at(at);
        let (exit, stderr) = output["exit ".len()..].split_once('\n').unwrap();
        let mut case = Self {
            input: input.to_string(),
            exit: exit.parse().unwrap(),
            stderr: stderr.to_string(),
            arguments: split("check scenario.json"),
            ..Self::default()
        };
        let mut scenario = read_base("maxwellian");
        let (mut lines, mut replaced) = (Vec::new(), "");
        for line in input.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "base" => scenario = read_base(rest),
                "replace" => replaced = rest,
                "with" => {
                    let count = scenario.matches(replaced).count();
                    assert_eq!(count, 1, "{}: `{replaced}` is there {count} times", path.display());
                    scenario = scenario.replace(replaced, rest);
                }
                "text" => lines.push(rest),
                "bytes" => case.scenario = rest.split(' ').flat_map(bytes).collect(),
                "file" => case.files.push(rest.to_string()),
                "folder" => case.folders.push(rest.to_string()),
                "landau" => case.arguments = split(rest),
                _ => panic!("{}: unknown line `{line}`", path.display()),
            }
        }
        if !lines.is_empty() {
            scenario = lines.join("\n");
        }
        if case.scenario.is_empty() && !input.starts_with("bytes") {
            case.scenario = scenario.into_bytes();
        }
        case
    }

    /// Runs the case in `directory` and returns the exit status and stderr.
    fn run(&self, directory: &Path) -> (i32, String) {
        for path in self.folders.iter().map(|path| directory.join(path)) {
            fs::create_dir_all(path).unwrap();
        }
        for path in self.files.iter().map(|path| directory.join(path)) {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "something").unwrap();
        }
        fs::write(directory.join("scenario.json"), &self.scenario).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_landau"))
            .current_dir(directory)
            .args(&self.arguments)
            .output()
            .unwrap();
        (output.status.code().unwrap_or(-1), String::from_utf8(output.stderr).unwrap())
    }

    /// The run folder, if the command has `--out`.
    fn out(&self) -> Option<&str> {
        let at = self.arguments.iter().position(|argument| argument == "--out")?;
        Some(&self.arguments[at + 1])
    }
}

/// The bytes of a word such as `0a` or `0a*3`.
fn bytes(word: &str) -> Vec<u8> {
    if word.is_empty() {
        return Vec::new();
    }
    let (hex, count) = word.split_once('*').unwrap_or((word, "1"));
    vec![u8::from_str_radix(hex, 16).unwrap(); count.parse().unwrap()]
}

/// Splits a line into words at blanks. Single quotes protect blanks.
fn split(line: &str) -> Vec<String> {
    if line.is_empty() {
        return Vec::new();
    }
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(c),
        }
    }
    words
}

#[test]
fn every_bad_case_gives_its_message_and_exit_status() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut differing = Vec::new();
    for path in case_files() {
        let case = Case::read(&path);
        let directory = tempfile::tempdir().unwrap();
        let (exit, stderr) = case.run(directory.path());
        if (exit, stderr.as_str()) != (case.exit, case.stderr.as_str()) {
            differing.push(format!(
                "{}: expected exit {}\n{}found exit {exit}\n{stderr}",
                path.file_name().unwrap().display(),
                case.exit,
                case.stderr
            ));
            if bless {
                fs::write(&path, format!("{}exit {exit}\n{stderr}", case.input)).unwrap();
            }
        }
    }
    assert!(differing.is_empty(), "{} cases differ:\n{}", differing.len(), differing.join("\n"));
}

/// run.json of a failed run has the status and the reason that stderr gives, and the complete rows are kept.
#[test]
fn failed_runs_keep_what_they_wrote_and_say_why() {
    let mut failed = 0;
    for path in case_files() {
        let case = Case::read(&path);
        let directory = tempfile::tempdir().unwrap();
        if case.exit != 1 || case.arguments[0] != "run" || !case.files.is_empty() || !case.folders.is_empty()
        {
            continue;
        }
        case.run(directory.path());
        failed += 1;
        let out = directory.path().join(case.out().unwrap());
        let run: serde_json::Value =
            serde_json::from_slice(&fs::read(out.join("run.json")).unwrap()).unwrap();
        assert_eq!(run["status"], "failed", "{}", path.display());
        assert_eq!(
            format!("error: {}\n", run["reason"].as_str().unwrap()),
            case.stderr,
            "{}",
            path.display()
        );
        let diagnostics = fs::read_to_string(out.join("diagnostics.csv")).unwrap();
        assert!(diagnostics.ends_with('\n'));
        let columns: Vec<usize> = diagnostics.lines().map(|row| row.split(',').count()).collect();
        assert!(columns.iter().all(|&count| count == columns[0]), "{}: {columns:?}", path.display());
    }
    assert!(failed >= 4, "only {failed} cases fail in the run");
}

/// Messages contain no words of Rust, which mean nothing to users.
#[test]
fn no_message_names_a_type_of_the_program() {
    let words = ["f64", "u32", "u64", "i64", "usize", "struct", "Option", "enum", "variant", "serde", "None"];
    for path in case_files() {
        let case = Case::read(&path);
        for word in case.stderr.split(|c: char| !c.is_alphanumeric() && c != '_') {
            assert!(!words.contains(&word), "{}: {word} in\n{}", path.display(), case.stderr);
        }
    }
}

/// The message of a failure, and words that identify it; `None` if no input leads to it.
type Known = (String, Option<&'static str>);

fn known<F: Display>(samples: Vec<F>, words: fn(&F) -> Option<&'static str>) -> Vec<Known> {
    samples.iter().map(|failure| (failure.to_string(), words(failure))).collect()
}

/// One example of every failure of a computation.
fn failures() -> Vec<Known> {
    let samples = vec![
        Failure::NotFinite { quantity: "a velocity", species: "a".into(), value: f64::NAN, step: 1 },
        Failure::ThrownOut { step: 1, species: "a".into(), speeds: 1.0, before: 1.0 },
        Failure::ColumnNotFinite { column: "a_entropy".into(), value: "NaN".into(), step: 1 },
        Failure::NotConverged { step: 1, iterations: 1, change: 1.0, tolerance: 1.0 },
        Failure::Projection { step: 1, found: 1.0, start: 1.0 },
        Failure::EntropyNotBalanced { step: 1, defect: 1.0, rounds: 1 },
        Failure::TooStiff { step: 1, dt: 1.0, radius: 1.0, most: 1.0 },
        Failure::StepTooSmall { step: 1, time: 1.0, dt: 1.0, reason: "entropy rises".into() },
        Failure::MeshTooLarge {
            species: "a".into(),
            nodes: 1.0,
            gibibytes: 1.0,
            limit_gibibytes: 1.0,
            spacing: 1.0,
        },
        Failure::FunctionalsTooLarge { species: "a".into(), nodes: 1.0, bandwidth: 1.0 },
        Failure::TreeOutOfReach { error: 1.0, points: 13, tolerance: 1.0 },
        Failure::TreeTooLarge { particles: 1, points: 13, gibibytes: 1.0, limit_gibibytes: 1.0 },
        Failure::TreeError { step: 1, error: 1.0, tolerance: 1.0 },
        Failure::EntropyGrows { step: 1, rate: 1.0, slack: 1.0 },
        Failure::OffLattice { species: "a".into(), step: 1 },
        Failure::NothingLeft { species: "a".into(), step: 1 },
        Failure::RanksDiffer { step: 1, rank: 1, found: 1.0, first: 2.0 },
        Failure::Interrupted,
    ];
    known(samples, |failure| match failure {
        Failure::NotFinite { .. } => Some("is not finite"),
        Failure::ColumnNotFinite { .. } => Some("of diagnostics.csv is "),
        Failure::NotConverged { .. } => Some("was not solved"),
        Failure::ThrownOut { .. } => Some("throws a particle of species"),
        // A step that would make the projection fail is refused earlier, as particles are thrown out.
        Failure::Projection { .. } => None,
        Failure::TooStiff { .. } => Some("is too long for the method"),
        Failure::StepTooSmall { .. } => Some("the step size shrank"),
        // It ends a step, and no run fails by it.
        Failure::Interrupted => None,
        // The rounds converged in every case tried. The message is tested next to the code.
        Failure::EntropyNotBalanced { .. } => None,
        Failure::OffLattice { .. } => Some("do not fit the lattice on which others are born"),
        Failure::NothingLeft { .. } => Some("nothing is left of species"),
        Failure::MeshTooLarge { .. } => Some("would need"),
        Failure::FunctionalsTooLarge { .. } => Some("beyond what memory and time allow"),
        // These need millions of particles, or clouds for which rounding changes the numbers in the message.
        // They are tested next to the code.
        Failure::TreeOutOfReach { .. }
        | Failure::TreeTooLarge { .. }
        | Failure::TreeError { .. }
        | Failure::EntropyGrows { .. } => None,
        // This needs a machine that computes wrongly.
        Failure::RanksDiffer { .. } => None,
    })
}

/// One example of every failure of a file.
fn file_failures() -> Vec<Known> {
    let path = || PathBuf::from("there");
    let source = || std::io::Error::other("full");
    let samples = vec![
        FileFailure::FolderExists { path: path() },
        FileFailure::FolderInUse { path: path() },
        FileFailure::File { path: path(), doing: "cannot write", source: source() },
        FileFailure::Checkpoint { path: path(), reason: "found a damaged checkpoint".into() },
        openpmd::Error::Write { path: path(), source: source() }.into(),
        openpmd::Error::Name { path: path(), name: "a b".into() }.into(),
        openpmd::Error::DuplicateName { path: path(), name: "a".into() }.into(),
        openpmd::Error::Lengths { path: path(), name: "a".into(), velocities: 1, weights: 2 }.into(),
    ];
    known(samples, |failure| match failure {
        FileFailure::FolderExists { .. } => Some("a folder that is not empty"),
        // This needs a second run, which a test of run folders starts.
        FileFailure::FolderInUse { .. } => None,
        FileFailure::File { .. } => Some(": cannot "),
        FileFailure::Checkpoint { .. } => Some("checkpoint"),
        FileFailure::Frame(error) => match error {
            openpmd::Error::Write { .. } => Some("cannot write there"),
            // Validation requires distinct names that openPMD allows, and the arrays of a species have the
            // same length.
            openpmd::Error::Name { .. }
            | openpmd::Error::DuplicateName { .. }
            | openpmd::Error::Lengths { .. } => None,
        },
    })
}

/// A new variant of the errors makes `failures` fail to compile. Then this test requires a case for it.
#[test]
fn every_failure_that_input_can_reach_has_a_case() {
    let messages: Vec<String> = case_files().iter().map(|path| Case::read(path).stderr).collect();
    for (failure, words) in [failures(), file_failures()].concat() {
        let Some(words) = words else { continue };
        assert!(failure.contains(words), "{failure}");
        let words = words.trim_end_matches("there");
        assert!(messages.iter().any(|message| message.contains(words)), "no case says \"{words}\"");
    }
}
