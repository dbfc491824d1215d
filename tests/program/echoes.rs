//! What is wrong with a scenario is said in a few kilobytes, however long its keys and values are.

use landau::scenario::parse;
use serde_json::{Value, json};

/// Every key, and every value replaced by a long string, a string of dots, a long list or a long object.
#[test]
fn no_message_echoes_what_is_long() {
    const LONG: usize = 100_000;
    let strings = ["x".repeat(LONG), "é.".repeat(LONG), "\n".repeat(LONG)];
    let list = |value: Value| Value::Array(vec![value; LONG / 10]);
    let many = (0..LONG / 10).map(|key| (format!("k{key}"), Value::Null)).collect();
    let mut values: Vec<Value> = strings.iter().map(|text| json!(text)).collect();
    values.extend([list(json!(0.5)), list(json!("a")), list(json!({})), Value::Object(many)]);
    let mut tried = 0;
    for text in [
        include_str!("../bad/maxwellian.json"),
        include_str!("../bad/fields.json"),
        include_str!("../bad/heated.json"),
    ] {
        let good: Value = serde_json::from_str(text).unwrap();
        for path in paths("", &good) {
            for value in &values {
                let mut changed = good.clone();
                *changed.pointer_mut(&path).unwrap() = value.clone();
                require_short(&changed);
                tried += 1;
            }
            if let Value::Object(object) = good.pointer(&path).unwrap() {
                for (key, string) in object.keys().zip(strings.iter().cycle()) {
                    let mut changed = good.clone();
                    let object = changed.pointer_mut(&path).unwrap().as_object_mut().unwrap();
                    let value = object.shift_remove(key).unwrap();
                    object.insert(string.clone(), value);
                    require_short(&changed);
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 1000, "{tried}");
}

/// Whatever is wrong is said in a few kilobytes.
fn require_short(value: &Value) {
    if let Err(errors) = parse("long.json", value.to_string(), &[]) {
        let said = errors.to_string();
        assert!(
            said.len() < 40_000 && said.lines().all(|line| line.len() < 9000),
            "{} {}",
            said.len(),
            &said[..900]
        );
    }
}

/// Pointers to all values below one.
fn paths(path: &str, value: &Value) -> Vec<String> {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(k, value)| (k.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    let mut found = vec![path.to_string()];
    found.extend(below.iter().flat_map(|(key, value)| paths(&format!("{path}/{key}"), value)));
    found
}
