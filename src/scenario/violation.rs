//! What is wrong with a scenario, in words: a value, its path, what was found and what is allowed.

use serde_json::Value;
use std::fmt;

/// One rule of the scenario format that a value breaks.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// Keys and indices joined by dots, as in `species.0.mass`.
    pub path: String,
    /// What was found and what is allowed.
    pub message: String,
    /// Whether the key is wrong, not its value.
    pub(super) of_key: bool,
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

impl fmt::Display for Violation {
    /// The path and the message, on one line.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colon = if self.path.is_empty() { "" } else { ": " };
        write!(formatter, "{}{colon}{}", visible(&self.path), visible(&self.message))
    }
}

/// Everything that is wrong with a scenario, a line each: where it stands (file, line and column), path, message.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioErrors {
    pub(super) lines: Vec<String>,
}

impl ScenarioErrors {
    pub(super) fn one(line: String) -> Self {
        Self { lines: vec![line] }
    }
}

impl fmt::Display for ScenarioErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.lines.join("\n"))
    }
}

impl std::error::Error for ScenarioErrors {}

/// The path of what stands under a key or an index of the value at `path`.
pub fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_string() } else { format!("{path}.{key}") }
}

/// The text on one line: control characters as escapes.
pub fn visible(text: &str) -> String {
    let show = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(show).collect()
}

/// A value's own words in a message: short ones as written, others by their kind.
pub fn found(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_string(),
        Value::Array(_) => "a list".to_string(),
        Value::String(text) if text.chars().count() > 40 => {
            let start: String = text.chars().take(40).collect();
            format!("a string that starts with {}", Value::from(start))
        }
        other => other.to_string(),
    }
}
