//! Rules for what a user writes. A violation says where it is, what was found and what is allowed.

use crate::symmetry::Symmetry;
use schemars::Schema;
use std::fmt;

/// One violation of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// The place of the value: keys and indices joined by dots, as in `species.0.mass`.
    pub path: String,
    /// What was found and what is allowed.
    pub message: String,
    /// Whether the key is wrong rather than its value.
    pub of_key: bool,
}

impl Violation {
    /// A violation by the value at `path`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), of_key: false }
    }

    /// A violation by the key at the end of `path`.
    pub fn of_key(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), of_key: true }
    }

    /// The same violation with a path that starts with `place`.
    pub fn under(self, place: &str) -> Self {
        Self { path: join(place, &self.path), ..self }
    }
}

impl fmt::Display for Violation {
    /// The path and the message, on one line.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colon = if self.path.is_empty() { "" } else { ": " };
        write!(formatter, "{}{colon}{}", visible(&self.path), visible(&self.message))
    }
}

/// The text on one line, with control characters escaped.
pub fn visible(text: &str) -> String {
    let show = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(show).collect()
}

/// Joins a place and a path below it. Either may be empty.
fn join(place: &str, path: &str) -> String {
    match (place, path) {
        ("", path) => path.to_string(),
        (place, "") => place.to_string(),
        (place, path) => format!("{place}.{path}"),
    }
}

/// The violations found so far.
#[derive(Debug, Default)]
pub struct Checks {
    pub violations: Vec<Violation>,
    /// The place with which the paths of violations start.
    place: String,
}

impl Checks {
    /// Checks rules whose paths start with `key`, below the current place.
    pub fn under(&mut self, key: &str, rules: impl FnOnce(&mut Self)) {
        let place = join(&self.place, key);
        let before = std::mem::replace(&mut self.place, place);
        rules(self);
        self.place = before;
    }

    /// Notes a violation by the value at `path` unless the rule holds. Returns whether it holds.
    pub fn require(
        &mut self,
        holds: bool,
        path: impl Into<String>,
        message: impl FnOnce() -> String,
    ) -> bool {
        if !holds {
            self.violations.push(Violation::new(path, message()).under(&self.place));
        }
        holds
    }

    pub fn positive(&mut self, path: impl Into<String>, value: f64) -> bool {
        self.require(value > 0.0 && value.is_finite(), path, || {
            format!("found {}; allowed: a number > 0", number(value))
        })
    }

    pub fn within(&mut self, path: impl Into<String>, value: f64, low: f64, high: f64) -> bool {
        self.require((low..=high).contains(&value), path, || {
            let [value, low, high] = [value, low, high].map(number);
            format!("found {value}; allowed: a number from {low} to {high}")
        })
    }

    /// Requires a vector, if given, to have one component for each dimension.
    pub fn vector(&mut self, path: impl Into<String>, value: Option<&Vec<f64>>, dimension: usize) {
        let length = value.map_or(dimension, Vec::len);
        self.require(length == dimension, path, || {
            format!("found {length} components; allowed: {dimension}, one for each dimension")
        });
    }

    /// A vector that is not left out is 0 in all components that have no mean.
    pub fn symmetric_vector(
        &mut self,
        path: impl Into<String>,
        value: Option<&Vec<f64>>,
        symmetry: Symmetry,
    ) {
        let Some(value) = value else { return };
        let holds =
            value.iter().enumerate().all(|(axis, component)| symmetry.has_mean(axis) || *component == 0.0);
        self.require(holds, path, || format!("found {value:?}; allowed: {}", symmetry.of_vectors()));
    }
}

/// A number as text, with an exponent if it is very large or small.
pub fn number(value: f64) -> String {
    let plain = value == 0.0 || (1e-4..1e16).contains(&value.abs());
    if plain { value.to_string() } else { format!("{value:e}") }
}

/// Moves the description of each choice's struct to the choice itself, in the JSON Schema of an enum of
/// choices.
pub fn describe_choices(schema: &mut Schema) {
    for choice in schema.get_mut("oneOf").and_then(|choices| choices.as_array_mut()).into_iter().flatten() {
        let inner = choice["properties"].as_object_mut().and_then(|keys| keys.values_mut().next());
        let description = inner.and_then(|inner| inner.as_object_mut()?.shift_remove("description"));
        if let Some(description) = description {
            choice["description"] = description;
        }
    }
}
