//! One value of a file changed before it is validated: by `--set PATH=VALUE`, or by the sweep that the file holds.

use super::errors::found;
use super::json::{self, Fault};
use crate::rules::{LONGEST_PATH, LONGEST_VALUE, excerpt, shortened, visible};
use serde_json::{Map, Value};
use std::fmt;

/// A change: a `--set` argument, split at its first `=`, or a value of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    pub path: String,
    pub value: Value,
    /// The place in the list of values, of a sweep.
    pub swept: Option<usize>,
}

impl Override {
    /// Parses `PATH=VALUE`; VALUE is JSON, or a bare string where it is not.
    pub fn parse(argument: &str) -> Result<Self, String> {
        let (path, value) = argument.split_once('=').ok_or_else(|| {
            format!("found `{}`; allowed: PATH=VALUE, as in time.steps=10", excerpt(argument))
        })?;
        check_path(path, "species.0.mass")?;
        if let Ok(number) = value.trim().parse::<f64>()
            && !number.is_finite()
        {
            return Err(format!(
                "found {} as the value; allowed: numbers up to 1.7e308 in size",
                excerpt(value)
            ));
        }
        let value = match json::parse(value) {
            Ok((value, _)) => value,
            Err(Fault::KeyTwice { path, .. }) => {
                let path = shortened(&path, LONGEST_PATH);
                return Err(format!("found the key {path} twice in the value; allowed: once"));
            }
            Err(Fault::Syntax { .. }) => Value::String(value.to_string()),
        };
        Ok(Self { path: path.to_string(), value, swept: None })
    }

    /// The value at a place of the list of a sweep; whole numbers are such, for keys that take no others.
    pub fn of_sweep(parameter: &str, value: f64, place: usize) -> Result<Self, String> {
        check_path(parameter, "density.maxwellian.drift")?;
        let whole = value.fract() == 0.0 && value.abs() < MOST_EXACT;
        let number = if whole { Value::from(value as i64) } else { Value::from(value) };
        Ok(Self { path: parameter.to_string(), value: number, swept: Some(place) })
    }

    /// Puts the value at its path in `root`. Keys that do not exist are added (the strict parse
    /// that follows refuses unknown ones); a list is not extended.
    pub fn apply(&self, root: &mut Value) -> Result<(), String> {
        let mut target = root;
        let mut walked = String::new();
        for key in self.path.split('.') {
            target = match target {
                Value::Array(elements) => {
                    let length = elements.len();
                    let element = key.parse::<usize>().ok().and_then(|index| elements.get_mut(index));
                    element.ok_or_else(|| {
                        let allowed = match length {
                            0 => "no index, the list is empty".to_string(),
                            _ => format!("0 to {}", length - 1),
                        };
                        let walked = shortened(&walked, LONGEST_PATH);
                        format!("found `{}` as an index of `{walked}`; allowed: {allowed}", excerpt(key))
                    })?
                }
                Value::Object(object) => object.entry(key).or_insert_with(|| Value::Object(Map::new())),
                other => {
                    return Err(format!(
                        "found {} at `{}`, which has no `{}`; allowed: an object or a list there",
                        found(other),
                        shortened(&walked, LONGEST_PATH),
                        excerpt(key)
                    ));
                }
            };
            if !walked.is_empty() {
                walked.push('.');
            }
            walked.push_str(key);
        }
        *target = self.value.clone();
        Ok(())
    }

    /// Whether `path` is, or lies under, the path this override has set.
    pub fn covers(&self, path: &str) -> bool {
        path == self.path || path.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.starts_with('.'))
    }

    /// Whether the path this override has set lies under `path`.
    pub fn lies_under(&self, path: &str) -> bool {
        self.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))
    }
}

/// Whole numbers below this size are exact in f64.
const MOST_EXACT: f64 = 9007199254740992.0;

fn check_path(path: &str, example: &str) -> Result<(), String> {
    match path.split('.').any(str::is_empty) {
        true => {
            let path = shortened(path, LONGEST_PATH);
            Err(format!("found the path `{path}`; allowed: keys and indices joined by dots, as in {example}"))
        }
        false => Ok(()),
    }
}

impl fmt::Display for Override {
    /// As on the command line.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = visible(&shortened(&self.path, LONGEST_PATH));
        write!(formatter, "--set {path}={}", shortened(&self.value.to_string(), LONGEST_VALUE))
    }
}
