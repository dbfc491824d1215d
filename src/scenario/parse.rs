//! From a file and `--set` arguments to a valid scenario, or to errors that say the place.

use super::locate::{Located, position_at};
use super::overrides::Override;
use super::syntax::{self, visible};
use super::types::Scenario;
use super::{schema, validate};
use std::fmt;
use std::path::Path;

/// One rule of the scenario format that a value breaks.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// Keys and indices joined by dots, as in `species.0.mass`.
    pub path: String,
    /// What was found and what is allowed.
    pub message: String,
    /// Whether the key is wrong, not its value.
    of_key: bool,
}

impl Violation {
    /// The value at `path` is wrong.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), of_key: false }
    }

    /// The key at the end of `path` is wrong.
    pub fn of_key(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), of_key: true }
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
        let Violation { path, message, of_key } = violation;
        let set = self
            .overrides
            .iter()
            .rev()
            .find(|change| change.covers(path) || (change.lies_under(path) && !located.holds(path)));
        let place = match set {
            Some(change) => change.to_string(),
            None => match located.position(path, *of_key) {
                Some(at) => format!("{}:{at}", self.file),
                None => self.file.clone(),
            },
        };
        let colon = if path.is_empty() { "" } else { ": " };
        format!("{place}{colon}{}: {}", visible(path), visible(message))
    }
}

/// Reads the scenario at `file` with the changes of `set` (each `PATH=VALUE`), and validates it.
pub fn read(file: &Path, set: &[String]) -> Result<(Scenario, Source), ScenarioErrors> {
    let name = file.display().to_string();
    let bytes = std::fs::read(file)
        .map_err(|error| ScenarioErrors::one(format!("{name}: cannot read the scenario: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let (before, after) = error.as_bytes().split_at(valid);
        let at = position_at(&String::from_utf8_lossy(before), valid);
        let byte = after.first().copied().unwrap_or_default();
        ScenarioErrors::one(format!(
            "{name}:{at}: found the byte 0x{byte:02x}, which is no UTF-8 here; allowed: UTF-8 text"
        ))
    })?;
    let (mut scenario, source) = parse(&name, text, set)?;
    scenario.locate_files(file.parent().unwrap_or(Path::new("")));
    Ok((scenario, source))
}

/// Parses and validates the text of a scenario; `file` is its name in messages.
pub fn parse(file: &str, text: String, set: &[String]) -> Result<(Scenario, Source), ScenarioErrors> {
    let mut value: serde_json::Value = serde_json::from_str(&text).map_err(|error| {
        let (at, message) = syntax::violation(&text, &error);
        ScenarioErrors::one(format!("{file}:{at}: {message}"))
    })?;
    if let Some((path, at)) = Located::new(&text).duplicate_key() {
        let path = visible(&path);
        return Err(ScenarioErrors::one(format!("{file}:{at}: {path}: found the key twice; allowed: once")));
    }
    let mut overrides = Vec::new();
    for argument in set {
        let applied = Override::parse(argument).and_then(|change| {
            change.apply(&mut value)?;
            Ok(change)
        });
        match applied {
            Ok(change) => overrides.push(change),
            Err(message) => {
                return Err(ScenarioErrors::one(format!(
                    "--set {}: {}",
                    visible(argument),
                    visible(&message)
                )));
            }
        }
    }
    let source = Source { file: file.to_string(), text, overrides };
    let located = Located::new(&source.text);
    let all = |violations: Vec<Violation>| match violations.is_empty() {
        true => Ok(()),
        false => Err(ScenarioErrors {
            lines: violations.iter().map(|violation| source.line(&located, violation)).collect(),
        }),
    };
    all(schema::violations(&value))?;
    // What has the schema's shape has the types' too; were it not so, this says it without a place.
    let mut scenario: Scenario = serde_json::from_value(value)
        .map_err(|error| ScenarioErrors::one(format!("{file}: found a value of a wrong type: {error}")))?;
    all(validate::violations(&scenario))?;
    scenario.fill_defaults();
    Ok((scenario, source))
}
