//! From a file and `--set` arguments to a valid scenario, or to errors that say the place.

use super::locate::{Located, Position};
use super::overrides::Override;
use super::types::Scenario;
use super::validate;
use std::fmt;
use std::path::Path;

/// One rule of the scenario format that a value breaks.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// Keys and indices joined by dots, as in `species.0.mass`.
    pub path: String,
    /// What was found and what is allowed.
    pub message: String,
}

impl Violation {
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

/// Everything that is wrong with a scenario, a line each: file, line, column, path, message.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioErrors {
    lines: Vec<String>,
}

impl ScenarioErrors {
    fn one(line: String) -> Self {
        Self { lines: vec![line] }
    }
}

impl fmt::Display for ScenarioErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.lines.join("\n"))
    }
}

impl std::error::Error for ScenarioErrors {}

/// Where a scenario came from, to say the place of what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    file: String,
    text: String,
    overrides: Vec<Override>,
}

impl Source {
    /// The error that says where a violation stands.
    pub fn error(&self, violation: &Violation) -> ScenarioErrors {
        ScenarioErrors::one(self.line(&Located::new(&self.text), violation))
    }

    fn line(&self, located: &Located, violation: &Violation) -> String {
        let Violation { path, message } = violation;
        let place = match self.overrides.iter().rev().find(|change| change.covers(path)) {
            Some(change) => format!("--set {}={}", change.path, change.value),
            None => match located.position(path) {
                Some(Position { line, column }) => format!("{}:{line}:{column}", self.file),
                None => self.file.clone(),
            },
        };
        if path.is_empty() { format!("{place}: {message}") } else { format!("{place}: {path}: {message}") }
    }
}

/// Reads the scenario at `file` with the changes of `set` (each `PATH=VALUE`), and validates it.
pub fn read(file: &Path, set: &[String]) -> Result<(Scenario, Source), ScenarioErrors> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        ScenarioErrors::one(format!("{}: cannot read the scenario: {error}", file.display()))
    })?;
    parse(&file.display().to_string(), text, set)
}

/// Parses and validates the text of a scenario; `file` is its name in messages.
pub fn parse(file: &str, text: String, set: &[String]) -> Result<(Scenario, Source), ScenarioErrors> {
    let mut value: serde_json::Value = serde_json::from_str(&text).map_err(|error| {
        let at = Position { line: error.line(), column: error.column() };
        ScenarioErrors::one(format!(
            "{file}:{}:{}: {}",
            at.line,
            at.column,
            without_place(&error.to_string())
        ))
    })?;
    let mut overrides = Vec::new();
    for argument in set {
        let applied = Override::parse(argument).and_then(|change| {
            change.apply(&mut value)?;
            Ok(change)
        });
        match applied {
            Ok(change) => overrides.push(change),
            Err(message) => return Err(ScenarioErrors::one(format!("--set {argument}: {message}"))),
        }
    }
    let source = Source { file: file.to_string(), text, overrides };
    let located = Located::new(&source.text);
    if let Some((path, at)) = located.duplicate_key() {
        return Err(ScenarioErrors::one(format!(
            "{file}:{}:{}: {path}: found the key twice; allowed: once",
            at.line, at.column
        )));
    }
    let mut scenario: Scenario = serde_path_to_error::deserialize(value).map_err(|error| {
        let path = dotted(&error.path().to_string());
        let message = plain_words(&error.inner().to_string());
        ScenarioErrors::one(source.line(&located, &Violation::new(path, message)))
    })?;
    let violations = validate::violations(&scenario);
    if !violations.is_empty() {
        let lines = violations.iter().map(|violation| source.line(&located, violation)).collect();
        return Err(ScenarioErrors { lines });
    }
    scenario.fill_defaults();
    Ok((scenario, source))
}

/// `species[0].mass` and `.` as written by the deserialiser, in the notation of `--set`.
fn dotted(path: &str) -> String {
    let path = path.replace('[', ".").replace(']', "");
    path.trim_matches('.').replace("?", "").trim_matches('.').to_string()
}

/// The deserialiser's message without its own "at line … column …".
fn without_place(message: &str) -> &str {
    message.rfind(" at line ").map_or(message, |at| &message[..at])
}

/// The deserialiser's message with Rust's type names put in words.
fn plain_words(message: &str) -> String {
    let message = without_place(message);
    let (found, expected) = match message.split_once(", expected ") {
        Some(halves) => halves,
        None => return message.to_string(),
    };
    let expected = match expected {
        "f64" => "a number",
        "u32" | "u64" => "a whole number ≥ 0",
        "a sequence" => "a list",
        "a string" => "a string",
        "map with a single key" => "an object with a single key that names the choice",
        other => other.strip_prefix("struct variant ").map_or(other, |_| "an object of the choice's fields"),
    };
    let expected = match expected.strip_prefix("struct ") {
        Some(name) => format!("the object of `{}`", name.split(' ').next().unwrap_or(name).to_lowercase()),
        None => expected.to_string(),
    };
    format!("{found}; allowed: {expected}")
}
