//! The JSON Schemas of a scenario, of an experiment and of a sweep, made from the types, and whether a value has their shape.
//!
//! The schema that the program prints is the one it checks with: what the types do not say in it,
//! no file can be refused for. Of JSON Schema only what these types need is understood: objects
//! without further keys or with any keys, lists, numbers, whole numbers, strings, words of a list (`enum`), choices (`oneOf` objects of
//! one key) and alternatives (`anyOf`).

use super::errors::{found, join};
use super::types::Scenario;
use crate::laboratory::input::Experiment;
use crate::laboratory::species::input::SpeciesExperiment;
use crate::rules::{Violation, excerpt};
use crate::sweep::plan::Plan;
use schemars::JsonSchema;
use serde_json::{Map, Value};
use std::sync::LazyLock;

static SCENARIO: LazyLock<Value> = LazyLock::new(of::<Scenario>);
static EXPERIMENT: LazyLock<Value> = LazyLock::new(of::<Experiment>);
static SPECIES: LazyLock<Value> = LazyLock::new(of::<SpeciesExperiment>);
static PLAN: LazyLock<Value> = LazyLock::new(of::<Plan>);

fn of<T: JsonSchema>() -> Value {
    let mut schema = Value::from(schemars::schema_for!(T));
    remove_null(&mut schema);
    schema
}

/// The JSON Schema of a scenario.
pub fn schema() -> &'static Value {
    &SCENARIO
}

/// The JSON Schema of an experiment.
pub fn experiment_schema() -> &'static Value {
    &EXPERIMENT
}

/// The JSON Schema of an experiment with several species.
pub fn species_schema() -> &'static Value {
    &SPECIES
}

/// The JSON Schema of a sweep.
pub fn plan_schema() -> &'static Value {
    &PLAN
}

/// Takes `null` out of the schema: a key without a value is left out, not set to null.
fn remove_null(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".to_string(), only);
                }
            }
            if let Some(Value::Array(alternatives)) = object.get_mut("anyOf") {
                alternatives.retain(|alternative| alternative["type"] != "null");
                if let [only] = alternatives.as_slice() {
                    let only = only.clone();
                    object.remove("anyOf");
                    object.extend(only.as_object().cloned().unwrap_or_default());
                }
            }
            object.values_mut().for_each(remove_null);
        }
        Value::Array(elements) => elements.iter_mut().for_each(remove_null),
        _ => {}
    }
}

/// Every place at which a value does not have the shape of a schema.
pub fn violations(schema: &Value, value: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    check(schema, value, "", &mut violations);
    violations
}

fn check(schema: &Value, value: &Value, path: &str, violations: &mut Vec<Violation>) {
    let schema = resolve(schema);
    // Values of any kind, which only another schema knows.
    if schema == &Value::Bool(true) {
        return;
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return check_choice(choices, value, path, violations);
    }
    if let Some(alternatives) = schema["anyOf"].as_array() {
        // The one whose kind of value was written says what is wrong inside.
        match alternatives.iter().find(|alternative| is_kind(resolve(alternative), value)) {
            Some(alternative) => return check(alternative, value, path, violations),
            None => return violations.push(wrong_kind(schema, value, path)),
        }
    }
    if !is_kind(schema, value) {
        return violations.push(wrong_kind(schema, value, path));
    }
    match value {
        Value::Object(object) => check_object(schema, object, path, violations),
        Value::String(word) => {
            let words: Vec<&str> =
                schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            if !words.is_empty() && !words.contains(&word.as_str()) {
                let allowed = list(&words, "or");
                violations.push(Violation::new(path, format!("found {}; allowed: {allowed}", found(value))));
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                check(&schema["items"], element, &join(path, &index.to_string()), violations);
            }
        }
        _ => {}
    }
}

fn check_object(schema: &Value, object: &Map<String, Value>, path: &str, violations: &mut Vec<Violation>) {
    if let Some(of_each) = schema.get("additionalProperties").filter(|values| values.is_object()) {
        for (key, value) in object {
            check(of_each, value, &join(path, key), violations);
        }
        return;
    }
    let keys = keys(schema);
    for (key, value) in object {
        match keys.contains(&key.as_str()) {
            true => check(&schema["properties"][key], value, &join(path, key), violations),
            false => violations.push(unknown_key(&keys, key, path)),
        }
    }
    // A key that a typo was meant to be is not missing besides.
    let meant =
        object.keys().filter(|key| !keys.contains(&key.as_str())).filter_map(|key| nearest(&keys, key));
    let meant: Vec<&str> = meant.collect();
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let missing: Vec<&str> =
        required.filter(|key| !object.contains_key(*key) && !meant.contains(key)).collect();
    if !missing.is_empty() {
        let no = if missing.len() == 1 { "no" } else { "neither" };
        let message = format!("found {no} {}; allowed: {}", list(&missing, "nor"), describe(schema));
        violations.push(Violation::new(path, message));
    }
}

fn check_choice(choices: &[Value], value: &Value, path: &str, violations: &mut Vec<Violation>) {
    let names: Vec<&str> = choices.iter().flat_map(keys).collect();
    let schema_of = |name: &str| {
        let choice = choices.iter().map(resolve).find(|choice| choice["properties"].get(name).is_some());
        choice.map(|choice| &choice["properties"][name])
    };
    let allowed = format!("an object whose only key is the choice: {}", list(&names, "or"));
    let message = match value {
        Value::Object(object) => {
            let mut entries = object.iter();
            match (entries.next(), entries.next()) {
                (Some((name, inner)), None) => match schema_of(name) {
                    Some(schema) => return check(schema, inner, &join(path, name), violations),
                    None => return violations.push(unknown_choice(&names, name, path)),
                },
                (None, _) => format!("found an object without a key; allowed: {allowed}"),
                (Some(_), Some(_)) => {
                    let found: Vec<&str> = object.keys().map(String::as_str).collect();
                    format!("found the keys {} together; allowed: {allowed}", list(&found, "and"))
                }
            }
        }
        Value::String(word) => {
            let hint = nearest(&names, word).map_or(String::new(), |name| {
                let empty = schema_of(name)
                    .is_some_and(|schema| schema["type"] == "object" && schema.get("required").is_none());
                let fields = if empty { "{}" } else { "…" };
                format!("; did you mean {{\"{name}\": {fields}}}?")
            });
            format!("found {}; allowed: {allowed}{hint}", found(value))
        }
        _ => format!("found {}; allowed: {allowed}", found(value)),
    };
    violations.push(Violation::new(path, message));
}

fn unknown_key(keys: &[&str], key: &str, path: &str) -> Violation {
    let allowed = if keys.is_empty() { "no keys, {}".to_string() } else { list(keys, "and") };
    Violation::of_key(
        join(path, key),
        format!("found an unknown key; allowed: {allowed}{}", did_you_mean(keys, key)),
    )
}

fn unknown_choice(names: &[&str], name: &str, path: &str) -> Violation {
    let message =
        format!("found an unknown choice; allowed: {}{}", list(names, "or"), did_you_mean(names, name));
    Violation::of_key(join(path, name), message)
}

fn did_you_mean(names: &[&str], found: &str) -> String {
    nearest(names, found).map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}

fn wrong_kind(schema: &Value, value: &Value, path: &str) -> Violation {
    if schema["type"] == "integer"
        && value.is_f64()
        && value.as_f64().is_some_and(|number| number.abs() < 1e15)
    {
        let message = format!("found {value}; allowed: a whole number, without a point or an exponent");
        return Violation::new(path, message);
    }
    Violation::new(path, format!("found {}; allowed: {}", found(value), describe(schema)))
}

/// Whether the value is of the kind (number, list, …) that the schema asks for.
fn is_kind(schema: &Value, value: &Value) -> bool {
    match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("number") => value.is_number(),
        Some("integer") => value.as_u64().is_some_and(|number| number <= largest(schema)),
        _ => schema.get("oneOf").is_some() && value.is_object(),
    }
}

/// The largest whole number a schema allows.
fn largest(schema: &Value) -> u64 {
    if schema["format"] == "uint32" { u32::MAX.into() } else { u64::MAX }
}

/// A schema's own words for what it allows.
fn describe(schema: &Value) -> String {
    let schema = resolve(schema);
    if let Some(alternatives) = schema["anyOf"].as_array() {
        let words: Vec<String> = alternatives.iter().map(describe).collect();
        return words.join(" or ");
    }
    match schema["type"].as_str() {
        Some("object") => match keys(schema).as_slice() {
            [] => "an object without keys, {}".to_string(),
            [only] => format!("an object with the key `{only}`"),
            keys => format!("an object with the keys {}", list(keys, "and")),
        },
        Some("array") => format!("a list of {}", plural(&schema["items"])),
        Some("string") => "a string".to_string(),
        Some("boolean") => "true or false".to_string(),
        Some("number") => "a number".to_string(),
        Some("integer") => format!("a whole number from 0 to {}", largest(schema)),
        _ => "an object whose only key is the choice".to_string(),
    }
}

fn plural(schema: &Value) -> String {
    let schema = resolve(schema);
    match schema["type"].as_str() {
        Some("array") => format!("lists of {}", plural(&schema["items"])),
        Some("string") => "strings".to_string(),
        Some("number") => "numbers".to_string(),
        Some("integer") => "whole numbers".to_string(),
        _ => "objects".to_string(),
    }
}

/// Follows a `$ref`; no two types of one name are in the schemas.
fn resolve(schema: &Value) -> &Value {
    match schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => {
            let schemas = [&SCENARIO, &EXPERIMENT, &SPECIES, &PLAN];
            let Some(found) = schemas.into_iter().find_map(|whole| whole.pointer(pointer)) else {
                unreachable!("every type that is referred to is in one of the schemas: {pointer}")
            };
            found
        }
        None => schema,
    }
}

/// The keys an object may have.
fn keys(schema: &Value) -> Vec<&str> {
    resolve(schema)["properties"]
        .as_object()
        .into_iter()
        .flat_map(|properties| properties.keys().map(String::as_str))
        .collect()
}

/// The name that a typo was meant to be: at most a third of its letters away.
fn nearest<'n>(names: &[&'n str], typo: &str) -> Option<&'n str> {
    let distance = |name: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &typo.to_lowercase());
    // A key of a whole page is no typo, and costs its length squared.
    let near =
        |name: &&&str| typo.chars().count() <= 40 && distance(name) <= (name.chars().count() / 3).max(1);
    names.iter().filter(near).min_by_key(|name| distance(name)).copied()
}

/// `a`, `b` and `c`.
fn list(names: &[&str], conjunction: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", excerpt(name))).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {conjunction} {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
