//! Error messages about a scenario.

use super::position::Position;
use serde_json::Value;
use std::fmt;

/// An error of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioError {
    /// Where it stands in the text; none of a file that cannot be read, and of a change.
    pub position: Option<Position>,
    /// The path of the value, as `--set` has it; empty where the whole is wrong.
    pub path: String,
    /// What was found, and what is allowed.
    pub message: String,
    /// All of this in a line, with the file or the change.
    pub line: String,
}

/// All errors of a scenario, one per line: the file, line and column, the path, and the message.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioErrors(pub(super) Vec<ScenarioError>);

impl ScenarioErrors {
    /// An error without a value: a place in words, and the message.
    pub(super) fn one(place: &str, position: Option<Position>, message: impl Into<String>) -> Self {
        Self::of_path(place, position, "", message)
    }

    /// The same with the path of a value.
    pub(super) fn of_path(
        place: &str,
        position: Option<Position>,
        path: &str,
        message: impl Into<String>,
    ) -> Self {
        let message = message.into();
        let line = match position {
            None => format!("{place}: {message}"),
            Some(position) => format!("{place}:{position}: {message}"),
        };
        Self(vec![ScenarioError { position, path: path.to_string(), message, line }])
    }

    /// The errors, in the order of the schema.
    pub fn all(&self) -> &[ScenarioError] {
        &self.0
    }
}

impl fmt::Display for ScenarioErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<&str> = self.0.iter().map(|error| error.line.as_str()).collect();
        formatter.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for ScenarioErrors {}

/// The path of the value under a key or an index of the value at `path`.
pub fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_string() } else { format!("{path}.{key}") }
}

/// The most characters that are quoted of a string or a word.
pub const MOST_QUOTED: usize = 40;

/// How a message shows a value: short values as written, others by their kind.
pub fn found(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_string(),
        Value::Array(_) => "a list".to_string(),
        Value::String(text) => match text.char_indices().nth(MOST_QUOTED) {
            Some((end, _)) => format!("a string that starts with {}", Value::from(&text[..end])),
            None => value.to_string(),
        },
        other => other.to_string(),
    }
}
