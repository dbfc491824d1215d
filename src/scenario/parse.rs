//! From a file and changes to it to a valid scenario or experiment, or to errors that say the place.

use super::locate::{Located, position_at};
use super::overrides::Override;
use super::syntax::{self, visible};
use super::types::Scenario;
use super::{schema, validate};
use crate::laboratory::input::{self, Experiment};
use crate::rules::Violation;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt;
use std::path::Path;

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
        let place = self.place(located, path, *of_key);
        let colon = if path.is_empty() { "" } else { ": " };
        format!("{place}{colon}{}: {}", visible(path), visible(message))
    }

    /// Where the value at a path, or its key, was written.
    fn place(&self, located: &Located, path: &str, of_key: bool) -> String {
        let changed = self.overrides.iter().rev().find(|change| {
            let inside = change.swept.is_some() || !located.holds(path);
            change.covers(path) || (change.lies_under(path) && inside)
        });
        match changed {
            Some(Override { swept: Some(_), .. }) if of_key => self.place_in_sweep(located, PARAMETER),
            Some(Override { swept: Some(place), .. }) => {
                self.place_in_sweep(located, &format!("sweep.values.{place}"))
            }
            Some(change) => change.to_string(),
            None => match located.position(path, of_key) {
                Some(at) => format!("{}:{at}", self.file),
                None => self.file.clone(),
            },
        }
    }

    /// The place of a value of the sweep, and its path. No sweep changes itself.
    fn place_in_sweep(&self, located: &Located, path: &str) -> String {
        format!("{}: {path}", self.place(located, path, false))
    }
}

/// Reads the scenario at `file` with the changes of `set` (each `PATH=VALUE`), and validates it.
pub fn read(file: &Path, set: &[String]) -> Result<(Scenario, Source), ScenarioErrors> {
    let (mut scenario, source) = parse(&file.display().to_string(), read_text(file)?, set)?;
    scenario.locate_files(file.parent().unwrap_or(Path::new("")));
    Ok((scenario, source))
}

/// Reads the experiment at `file` with the changes of `set`, and validates it.
pub fn read_experiment(file: &Path, set: &[String]) -> Result<(Experiment, Source), ScenarioErrors> {
    parse_experiment(&file.display().to_string(), read_text(file)?, set, None)
}

/// An experiment at one value of its sweep.
pub type Swept = (f64, Experiment, Source);

/// The experiment at every value of its sweep, if it has one.
pub fn swept(experiment: &Experiment, source: &Source, set: &[String]) -> Result<Vec<Swept>, ScenarioErrors> {
    let Some(sweep) = &experiment.sweep else { return Ok(Vec::new()) };
    let at = |(place, &value): (usize, &f64)| {
        let change = Override::of_sweep(&sweep.parameter, value, place).map_err(|message| {
            let place = source.place_in_sweep(&Located::new(&source.text), PARAMETER);
            ScenarioErrors::one(format!("{place}: {}", visible(&message)))
        })?;
        let (experiment, source) = parse_experiment(&source.file, source.text.clone(), set, Some(change))?;
        Ok((value, experiment, source))
    };
    sweep.values.iter().enumerate().map(at).collect()
}

/// The path of what a sweep changes.
const PARAMETER: &str = "sweep.parameter";

fn parse_experiment(
    file: &str,
    text: String,
    set: &[String],
    swept: Option<Override>,
) -> Result<(Experiment, Source), ScenarioErrors> {
    let schema = schema::experiment_schema();
    parse_as(file, text, set, swept, schema, input::violations)
}

fn read_text(file: &Path) -> Result<String, ScenarioErrors> {
    let name = file.display().to_string();
    let bytes = std::fs::read(file)
        .map_err(|error| ScenarioErrors::one(format!("{name}: cannot read the scenario: {error}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let (before, after) = error.as_bytes().split_at(valid);
        let at = position_at(&String::from_utf8_lossy(before), valid);
        let byte = after.first().copied().unwrap_or_default();
        ScenarioErrors::one(format!(
            "{name}:{at}: found the byte 0x{byte:02x}, which is no UTF-8 here; allowed: UTF-8 text"
        ))
    })
}

/// Parses and validates the text of a scenario; `file` is its name in messages.
pub fn parse(file: &str, text: String, set: &[String]) -> Result<(Scenario, Source), ScenarioErrors> {
    let (mut scenario, source): (Scenario, Source) =
        parse_as(file, text, set, None, schema::schema(), validate::violations)?;
    scenario.fill_defaults();
    Ok((scenario, source))
}

/// Parses text with the shape of a schema, changed by `--set` arguments and a sweep, and checks it by rules.
fn parse_as<T: DeserializeOwned>(
    file: &str,
    text: String,
    set: &[String],
    swept: Option<Override>,
    schema: &Value,
    rules: fn(&T) -> Vec<Violation>,
) -> Result<(T, Source), ScenarioErrors> {
    let mut value: Value = serde_json::from_str(&text).map_err(|error| {
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
    let mut source = Source { file: file.to_string(), text, overrides };
    if let Some(change) = swept {
        change.apply(&mut value).map_err(|message| {
            let place = source.place_in_sweep(&Located::new(&source.text), PARAMETER);
            ScenarioErrors::one(format!("{place}: {}", visible(&message)))
        })?;
        source.overrides.push(change);
    }
    let located = Located::new(&source.text);
    let all = |violations: Vec<Violation>| match violations.is_empty() {
        true => Ok(()),
        false => Err(ScenarioErrors {
            lines: violations.iter().map(|violation| source.line(&located, violation)).collect(),
        }),
    };
    all(schema::violations(schema, &value))?;
    // What has the schema's shape has the types' too; were it not so, this says it without a place.
    let parsed: T = serde_json::from_value(value)
        .map_err(|error| ScenarioErrors::one(format!("{file}: found a value of a wrong type: {error}")))?;
    all(rules(&parsed))?;
    Ok((parsed, source))
}
