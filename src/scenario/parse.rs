//! From a file and changes to it to a valid scenario or experiment, or to errors that say the place.

use super::errors::{ScenarioError, ScenarioErrors};
use super::json::{self, Fault, Places};
use super::overrides::Override;
use super::position::Position;
use super::types::Scenario;
use super::{schema, validate};
use crate::laboratory::input::{self, AnyExperiment};
use crate::laboratory::species;
use crate::rules::{LONGEST_PATH, LONGEST_VALUE, Violation, shortened, visible};
use crate::sweep::plan::{self, Plan};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::Path;

/// Where a scenario came from, to say the place of what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    file: String,
    text: String,
    places: Places,
    overrides: Vec<Override>,
}

impl Source {
    /// The error that says where a violation stands.
    pub fn error(&self, violation: &Violation) -> ScenarioErrors {
        ScenarioErrors(vec![self.located(violation)])
    }

    fn located(&self, violation: &Violation) -> ScenarioError {
        let Violation { path, message, of_key } = violation;
        let position = match self.change_of(path) {
            None => Some(Position::at(&self.text, self.places.start(path, *of_key))),
            Some(_) => None,
        };
        let line = format!("{}{violation}", self.place(path, *of_key));
        ScenarioError { position, path: path.clone(), message: message.clone(), line }
    }

    /// The change that wrote the value at a path.
    fn change_of(&self, path: &str) -> Option<&Override> {
        self.overrides.iter().rev().find(|change| {
            let inside = change.swept.is_some() || !self.places.holds(path);
            change.covers(path) || (change.lies_under(path) && inside)
        })
    }

    /// Where the value at a path, or its key, was written.
    fn place(&self, path: &str, of_key: bool) -> String {
        match self.change_of(path) {
            Some(Override { swept: Some(_), .. }) if of_key => self.place_in_sweep(PARAMETER),
            Some(Override { swept: Some(place), .. }) => {
                self.place_in_sweep(&format!("sweep.values.{place}"))
            }
            Some(change) => format!("{change}: "),
            None => {
                let at = Position::at(&self.text, self.places.start(path, of_key));
                format!("{}:{at}: ", self.file)
            }
        }
    }

    /// The place of a value of the sweep, and its path. No sweep changes itself.
    fn place_in_sweep(&self, path: &str) -> String {
        format!("{}{path}: ", self.place(path, false))
    }

    /// The parameter of the sweep cannot be changed.
    fn error_of_parameter(&self, message: &str) -> ScenarioErrors {
        let place = self.place_in_sweep(PARAMETER);
        ScenarioErrors::one(place.trim_end_matches(": "), None, visible(message))
    }
}

/// The path of what a sweep changes.
const PARAMETER: &str = "sweep.parameter";

/// Reads the scenario at `file` with the changes of `set` (each `PATH=VALUE`), and validates it.
pub fn read(file: &Path, set: &[String]) -> Result<(Scenario, Source), ScenarioErrors> {
    let (mut scenario, source) = parse(&file.display().to_string(), read_text(file)?, set)?;
    scenario.locate_files(file.parent().unwrap_or(Path::new("")));
    Ok((scenario, source))
}

/// Reads the experiment at `file` with the changes of `set`, and validates it.
pub fn read_experiment(file: &Path, set: &[String]) -> Result<(AnyExperiment, Source), ScenarioErrors> {
    experiment_of(&file.display().to_string(), read_text(file)?, set, None)
}

/// Parses and validates the text of an experiment; `file` is its name in messages.
pub fn parse_experiment(
    file: &str,
    text: String,
    set: &[String],
) -> Result<(AnyExperiment, Source), ScenarioErrors> {
    experiment_of(file, text, set, None)
}

/// Reads the sweep at `file`, and validates it.
pub fn read_plan(file: &Path) -> Result<(Plan, Source), ScenarioErrors> {
    let (value, source) = parse_value(&file.display().to_string(), read_text(file)?, &[], None)?;
    let plan = checked(value, schema::plan_schema(), plan::violations)
        .map_err(|violations| errors(&violations, |violation| source.located(violation)))?;
    Ok((plan, source))
}

/// An experiment at one value of its sweep.
pub type Swept = (f64, AnyExperiment, Source);

/// The experiment at every value of its sweep, if it has one.
pub fn swept(
    experiment: &AnyExperiment,
    source: &Source,
    set: &[String],
) -> Result<Vec<Swept>, ScenarioErrors> {
    let Some(sweep) = experiment.sweep() else { return Ok(Vec::new()) };
    let at = |(place, &value): (usize, &f64)| {
        let change = Override::of_sweep(&sweep.parameter, value, place)
            .map_err(|message| source.error_of_parameter(&message))?;
        let (experiment, source) = experiment_of(&source.file, source.text.clone(), set, Some(change))?;
        Ok((value, experiment, source))
    };
    sweep.values.iter().enumerate().map(at).collect()
}

/// Parses and validates the text of a scenario; `file` is its name in messages.
pub fn parse(file: &str, text: String, set: &[String]) -> Result<(Scenario, Source), ScenarioErrors> {
    let (value, source) = parse_value(file, text, set, None)?;
    let mut scenario = checked(value, schema::schema(), validate::violations)
        .map_err(|violations| errors(&violations, |violation| source.located(violation)))?;
    scenario.fill_defaults();
    Ok((scenario, source))
}

impl Scenario {
    /// The scenario that a JSON value is, validated; what is wrong is named by its path alone.
    pub fn from_value(value: Value) -> Result<Self, ScenarioErrors> {
        let mut scenario: Self = checked(value, schema::schema(), validate::violations)
            .map_err(|violations| errors(&violations, by_path))?;
        scenario.fill_defaults();
        Ok(scenario)
    }
}

fn experiment_of(
    file: &str,
    text: String,
    set: &[String],
    swept: Option<Override>,
) -> Result<(AnyExperiment, Source), ScenarioErrors> {
    let (value, source) = parse_value(file, text, set, swept)?;
    // The key `species` is what tells one kind of file from the other.
    let found = match value.get("species").is_some() && value.get("density").is_none() {
        true => {
            checked(value, schema::species_schema(), species::input::violations).map(AnyExperiment::Species)
        }
        false => checked(value, schema::experiment_schema(), input::violations).map(AnyExperiment::Density),
    };
    let experiment =
        found.map_err(|violations| errors(&violations, |violation| source.located(violation)))?;
    Ok((experiment, source))
}

fn read_text(file: &Path) -> Result<String, ScenarioErrors> {
    let name = file.display().to_string();
    let bytes = std::fs::read(file)
        .map_err(|error| ScenarioErrors::one(&name, None, format!("cannot read the scenario: {error}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let (before, after) = error.as_bytes().split_at(valid);
        let at = Position::at(&String::from_utf8_lossy(before), valid);
        let byte = after.first().copied().unwrap_or_default();
        let message = format!("found the byte 0x{byte:02x}, which is no UTF-8 here; allowed: UTF-8 text");
        ScenarioErrors::one(&name, Some(at), message)
    })
}

/// The JSON value of a text, changed by `--set` arguments and a sweep.
fn parse_value(
    file: &str,
    text: String,
    set: &[String],
    swept: Option<Override>,
) -> Result<(Value, Source), ScenarioErrors> {
    let (mut value, places) = json::parse(&text).map_err(|fault| {
        let (at, message) = match fault {
            Fault::Syntax { at, message } => (at, message),
            Fault::KeyTwice { at, path } => {
                let path = visible(&shortened(&path, LONGEST_PATH));
                (at, format!("{path}: found the key twice; allowed: once"))
            }
        };
        ScenarioErrors::one(file, Some(Position::at(&text, at)), message)
    })?;
    let mut source = Source { file: file.to_string(), text, places, overrides: Vec::new() };
    for argument in set {
        let change = Override::parse(argument).and_then(|change| {
            change.apply(&mut value)?;
            Ok(change)
        });
        source.overrides.push(change.map_err(|message| {
            let path = argument.split_once('=').map_or("", |(path, _)| path);
            let place = format!("--set {}", visible(&shortened(argument, LONGEST_VALUE)));
            ScenarioErrors::of_path(&place, None, path, visible(&message))
        })?);
    }
    if let Some(change) = swept {
        change.apply(&mut value).map_err(|message| source.error_of_parameter(&message))?;
        source.overrides.push(change);
    }
    Ok((value, source))
}

/// A value as its type, or every place where it has not the shape of the schema, or else breaks the rules.
fn checked<T: DeserializeOwned>(
    value: Value,
    schema: &Value,
    rules: fn(&T) -> Vec<Violation>,
) -> Result<T, Vec<Violation>> {
    let shape = schema::violations(schema, &value);
    if !shape.is_empty() {
        return Err(shape);
    }
    // What has the schema's shape has the type's too; were it not so, this says it without a place.
    let typed: T = serde_json::from_value(value)
        .map_err(|error| vec![Violation::new("", format!("found a value of a wrong type: {error}"))])?;
    let broken = rules(&typed);
    if broken.is_empty() { Ok(typed) } else { Err(broken) }
}

/// The most errors that are said at once; to find the place of each takes a look at the whole text.
const MOST_ERRORS: usize = 50;

fn errors(violations: &[Violation], located: impl Fn(&Violation) -> ScenarioError) -> ScenarioErrors {
    let mut errors: Vec<ScenarioError> = violations.iter().take(MOST_ERRORS).map(located).collect();
    if violations.len() > errors.len() {
        let words = format!("and {} more of them", violations.len() - errors.len());
        errors.push(by_path(&Violation::new("", words)));
    }
    ScenarioErrors(errors)
}

/// The error of a value that has no text.
fn by_path(violation: &Violation) -> ScenarioError {
    let Violation { path, message, .. } = violation.clone();
    ScenarioError { position: None, path, message, line: violation.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_a_scenario_or_what_is_wrong_with_it_by_path() {
        let text = include_str!("../../tests/bad/maxwellian.json");
        let mut value: Value = serde_json::from_str(text).unwrap();
        let (parsed, _) = parse("maxwellian.json", text.to_string(), &[]).unwrap();
        assert_eq!(Scenario::from_value(value.clone()).unwrap(), parsed);
        value["time"] = json!({ "step": 0.1, "stops": 3 });
        let errors = Scenario::from_value(value.clone()).unwrap_err().to_string();
        assert!(errors.starts_with("time.stops: found an unknown key; allowed: "), "{errors}");
        value["time"] = json!({ "step": -0.1, "steps": 0 });
        let errors = Scenario::from_value(value).unwrap_err().to_string();
        let lines = [
            "time.step: found -0.1; allowed: a number > 0",
            "time.steps: found 0; allowed: a whole number ≥ 1",
        ];
        assert_eq!(errors.lines().collect::<Vec<_>>(), lines);
        let errors = Scenario::from_value(json!([])).unwrap_err().to_string();
        assert!(errors.starts_with("found a list; allowed: an object with the keys "), "{errors}");
    }

    /// A cut-off is a word in a file.
    #[test]
    fn both_cut_offs_are_read_from_a_file() {
        for cut_off in ["power", "exponential"] {
            let text = format!(
                r#"{{ "version": 1, "gamma": -3.0, "density": {{ "cut_off_dipole": {{ "strength": 10.0, "cut_off": "{cut_off}", "energy": 1.0 }} }} }}"#
            );
            super::parse_experiment("family", text, &[]).unwrap_or_else(|errors| panic!("{errors}"));
        }
    }
}
