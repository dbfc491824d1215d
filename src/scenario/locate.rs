//! Where in the scenario file a key or value stands: a path such as `species.0.mass` to line and column.

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// A line and a column, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
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
    /// part of the path that exists.
    pub fn position(&self, path: &str) -> Option<Position> {
        let mut value = self.root.as_ref()?;
        let mut start = value.range().start;
        for key in path.split('.').filter(|key| !key.is_empty()) {
            match child(value, key) {
                Some((at, next)) => (start, value) = (at, next),
                None => {
                    // An unknown key is named by its own place, not by its parent's.
                    if let Value::Object(object) = value
                        && let Some(property) = object.get(key)
                    {
                        start = property.range.start;
                    }
                    break;
                }
            }
        }
        Some(self.position_at(start))
    }

    /// The first key that an object of the file holds twice, with the place of the second.
    pub fn duplicate_key(&self) -> Option<(String, Position)> {
        let mut path = Vec::new();
        let (path, at) = duplicate_in(self.root.as_ref()?, &mut path)?;
        Some((path, self.position_at(at)))
    }

    fn position_at(&self, byte: usize) -> Position {
        let before = &self.text[..byte];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

fn child<'v, 'a>(value: &'v Value<'a>, key: &str) -> Option<(usize, &'v Value<'a>)> {
    let next = match value {
        Value::Object(object) => &object.get(key)?.value,
        Value::Array(array) => array.elements.get(key.parse::<usize>().ok()?)?,
        _ => return None,
    };
    Some((next.range().start, next))
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
