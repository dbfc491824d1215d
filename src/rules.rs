//! Rules for what a user writes. A violation says where it is, what was found and what is allowed.

use crate::symmetry::Symmetry;
use schemars::Schema;
use std::fmt;

/// Densities and masses whose products, and the squares of these, floating-point numbers hold with all their digits.
const SIZES: std::ops::RangeInclusive<f64> = 1e-100..=1e100;

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
        let path = visible(&shortened(&self.path, LONGEST_PATH));
        write!(formatter, "{path}{colon}{}", visible(&bounded(&self.message)))
    }
}

/// The most characters that a message shows of a path; those of a scenario have up to 80.
pub const LONGEST_PATH: usize = 200;

/// The most characters that are shown of both ends of a message, whatever it quotes. Those of a scenario as people write
/// them have up to 700.
const LONGEST_END: usize = 1000;

/// The most characters that a message shows of a value as someone changed it.
pub const LONGEST_VALUE: usize = 600;

/// The most characters of a word that a message quotes.
const LONGEST_WORD: usize = 60;

/// The beginning of a text, of so many characters at most.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_string(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// A message without its middle, if it is that long. What was found is said first, and what is allowed last.
fn bounded(message: &str) -> String {
    let count = message.chars().count();
    if count <= 2 * LONGEST_END {
        return message.to_string();
    }
    let end: String = message.chars().skip(count - LONGEST_END).collect();
    format!("{} {end}", shortened(message, LONGEST_END))
}

/// The beginning of a word of a user or a file, short enough to be quoted.
pub fn excerpt(word: &str) -> String {
    let replaced = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    shortened(word, LONGEST_WORD).chars().map(replaced).collect()
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
    /// The temperature whose thermal speed is a cell of the lattice that particles are placed on, if that is known.
    pub temperature_of_lattice: Option<f64>,
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

    /// Requires a number > 0 among the sizes that numbers may have, 1e-100 to 1e100.
    pub fn size(&mut self, path: impl Into<String>, value: f64) -> bool {
        match value > 0.0 {
            true => self.within(path, value, *SIZES.start(), *SIZES.end()),
            false => self.positive(path, value),
        }
    }

    /// Requires a temperature > 0. Where it is 0, the message says from which on the lattice sees it.
    pub fn temperature(&mut self, path: impl Into<String>, value: f64) -> bool {
        match self.temperature_of_lattice.filter(|_| value == 0.0) {
            None => self.positive(path, value),
            Some(least) => self.require(false, path, || {
                format!(
                    "found 0, which puts all particles at one velocity; allowed: a number > 0, and on this lattice one from about {least:.2e} on, whose thermal speed is as wide as a cell"
                )
            }),
        }
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

/// Numbers from here on are written with an exponent: they have no more digits.
pub const MOST_PLAIN: f64 = 1e16;

/// A number as text, with an exponent if it is very large or small.
pub fn number(value: f64) -> String {
    let plain = value == 0.0 || (1e-4..MOST_PLAIN).contains(&value.abs());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_lose_their_middle() {
        let violation = |length| Violation::new("a", format!("found {}; allowed: b", "é".repeat(length)));
        assert_eq!(violation(1900).to_string(), format!("a: found {}; allowed: b", "é".repeat(1900)));
        let shown = violation(1_000_000).to_string();
        assert!(shown.starts_with("a: found éé") && shown.ends_with("éé; allowed: b"), "{shown}");
        assert!(shown.contains("é… é") && shown.chars().count() == 2005, "{shown}");
    }

    #[test]
    fn words_are_quoted_from_their_beginning() {
        assert_eq!(excerpt("vx,vy"), "vx,vy");
        assert_eq!(excerpt("a\u{1b}[2J"), "a\u{fffd}[2J");
        assert_eq!(excerpt(&"µ".repeat(60)), "µ".repeat(60));
        assert_eq!(excerpt(&"µ".repeat(1_000_000)), format!("{}…", "µ".repeat(60)));
    }
}
