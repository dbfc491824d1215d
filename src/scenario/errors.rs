//! Error messages about a scenario.

use serde_json::Value;
use std::fmt;

/// All errors of a scenario, one per line: the file, line and column, the path, and the message.
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
