//! Where two scenarios differ.

use super::Scenario;
use super::errors::join;
use crate::rules::{LONGEST_PATH, shortened, visible};
use serde_json::Value;
use std::fmt;

/// The first value in which a scenario differs from what it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub path: String,
    /// As JSON, cut after some characters; `nothing` where there is none.
    pub before: String,
    pub now: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = visible(&shortened(&self.path, LONGEST_PATH));
        write!(formatter, "{path} is {}, was {}", self.now, self.before)
    }
}

/// The first difference of a scenario from the text that it was resolved to before.
pub fn first_difference(before: &str, now: &Scenario) -> Option<Difference> {
    let before = serde_json::from_str(before).ok()?;
    difference(&before, &serde_json::to_value(now).ok()?)
}

/// The first difference of two JSON values, in the order of keys.
pub fn difference(before: &Value, now: &Value) -> Option<Difference> {
    below("", Some(before), Some(now))
}

fn below(path: &str, before: Option<&Value>, now: Option<&Value>) -> Option<Difference> {
    match (before, now) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let keys = new.keys().chain(old.keys().filter(|key| !new.contains_key(*key)));
            keys.into_iter().find_map(|key| below(&join(path, key), old.get(key), new.get(key)))
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => (0..old.len().max(new.len()))
            .find_map(|index| below(&join(path, &index.to_string()), old.get(index), new.get(index))),
        _ if before == now => None,
        _ => Some(Difference { path: path.to_string(), before: words(before), now: words(now) }),
    }
}

fn words(value: Option<&Value>) -> String {
    const MOST: usize = 60;
    shortened(&value.map_or("nothing".to_string(), Value::to_string), MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_difference_is_named_by_its_path() {
        let before = json!({ "a": 1, "b": [1, { "c": 2 }], "d": 3 });
        assert_eq!(difference(&before, &before), None);
        for (now, words) in [
            (json!({ "a": 1, "b": [1, { "c": 2.5 }], "d": 3 }), "b.1.c is 2.5, was 2"),
            (json!({ "a": 1, "b": [1], "d": 3 }), "b.1 is nothing, was {\"c\":2}"),
            (json!({ "a": 1, "b": [1, { "c": 2 }] }), "d is nothing, was 3"),
            (
                json!({ "a": 1, "e": "x".repeat(90), "b": [1, { "c": 2 }], "d": 3 }),
                &format!("e is \"{}…, was nothing", "x".repeat(59)),
            ),
        ] {
            assert_eq!(difference(&before, &now).unwrap().to_string(), words);
        }
    }
}
