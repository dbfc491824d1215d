//! Where in the scenario file a key or value stands: a path such as `species.0.mass` to line and column.

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use std::fmt;

/// A line and a column, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Position {
    /// The first character of a file.
    pub const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)
    }
}

/// The position of the character that starts at this byte.
pub fn position_at(text: &str, byte: usize) -> Position {
    let before = &text[..byte];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
}

/// The syntax tree of a file that is known to be valid JSON.
pub struct Located<'a> {
    text: &'a str,
    root: Option<Value<'a>>,
}

impl<'a> Located<'a> {
    /// The tree of `text`; positions are unknown when it cannot be built.
    pub fn new(text: &'a str) -> Self {
        let root = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default())
            .ok()
            .and_then(|parsed| parsed.value);
        Self { text, root }
    }

    /// The position of the value at `path` (keys and indices joined by dots), or of the longest
    /// part of the path that exists; with `of_key` that of the key in front of the value.
    pub fn position(&self, path: &str, of_key: bool) -> Option<Position> {
        let mut value = self.root.as_ref()?;
        let mut start = value.range().start;
        let mut rest = Some(path);
        while let Some(path) = rest.filter(|path| !path.is_empty()) {
            // A key may hold dots of its own: the whole rest of the path is tried first.
            let (key, behind) = match child(value, path) {
                Some(_) => (path, None),
                None => path.split_once('.').map_or((path, None), |(key, behind)| (key, Some(behind))),
            };
            let Some(child) = child(value, key) else { break };
            value = child.value;
            start = if of_key && behind.is_none() { child.start } else { value.range().start };
            rest = behind;
        }
        Some(position_at(self.text, start))
    }

    /// Whether the file holds a value at `path`.
    pub fn holds(&self, path: &str) -> bool {
        let mut keys = path.split('.');
        let root = self.root.as_ref();
        root.is_some_and(|root| {
            keys.try_fold(root, |value, key| child(value, key).map(|child| child.value)).is_some()
        })
    }

    /// The first key that an object of the file holds twice, with the place of the second.
    pub fn duplicate_key(&self) -> Option<(String, Position)> {
        let mut path = Vec::new();
        let (path, at) = duplicate_in(self.root.as_ref()?, &mut path)?;
        Some((path, position_at(self.text, at)))
    }
}

struct Child<'v, 'a> {
    /// Where the key starts; for an element of a list the value.
    start: usize,
    value: &'v Value<'a>,
}

fn child<'v, 'a>(value: &'v Value<'a>, key: &str) -> Option<Child<'v, 'a>> {
    match value {
        Value::Object(object) => {
            let property = object.get(key)?;
            Some(Child { start: property.range.start, value: &property.value })
        }
        Value::Array(array) => {
            let value = array.elements.get(key.parse::<usize>().ok()?)?;
            Some(Child { start: value.range().start, value })
        }
        _ => None,
    }
}

fn duplicate_in(value: &Value, path: &mut Vec<String>) -> Option<(String, usize)> {
    match value {
        Value::Object(object) => {
            for (index, property) in object.properties.iter().enumerate() {
                let name = property.name.as_str();
                path.push(name.to_string());
                if object.properties[..index].iter().any(|earlier| earlier.name.as_str() == name) {
                    return Some((path.join("."), property.range.start));
                }
                if let Some(found) = duplicate_in(&property.value, path) {
                    return Some(found);
                }
                path.pop();
            }
            None
        }
        Value::Array(array) => array.elements.iter().enumerate().find_map(|(index, element)| {
            path.push(index.to_string());
            let found = duplicate_in(element, path);
            path.pop();
            found
        }),
        _ => None,
    }
}
