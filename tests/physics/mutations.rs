//! Whatever a scenario file contains, the program finds a scenario or gives an error message, and never
//! panics.
//!
//! Good scenarios are mutated in their bytes, values and keys. Sizes that pass the rules but would take long
//! are not run here. That sizes are bounded is a rule of its own.

use landau::collision::pair_sum::PairSum;
use landau::kernel::lanes::InstructionSet;
use landau::landau::{Evaluation, InStep, Landau};
use landau::scenario::{Particles, Scenario, Score, parse};
use landau::setup;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::Arc;

const FILE: &str = "scenario.json";

/// The most particles in a case.
const MOST: f64 = 3000.0;

/// The good scenarios.
const BASES: [&str; 3] = [
    include_str!("../bad/maxwellian.json"),
    include_str!("../bad/bkw.json"),
    include_str!("../bad/lorentz.json"),
];

fn any_base() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&BASES[..])
}

/// Parses a text. If it is a scenario of few particles, sets it up and evaluates its right-hand side.
fn try_scenario(text: String, set: &[String]) -> Result<(), TestCaseError> {
    match parse(FILE, text, set) {
        Ok((scenario, source)) => {
            if particles(&scenario) <= MOST {
                let placed = match scenario.dimension {
                    2 => place::<2>(&scenario),
                    _ => place::<3>(&scenario),
                };
                if let Err(violation) = placed {
                    check_message(&source.error(&violation).to_string())?;
                }
            }
        }
        Err(errors) => check_message(&errors.to_string())?,
    }
    Ok(())
}

fn check_message(message: &str) -> Result<(), TestCaseError> {
    for line in message.lines() {
        let placed = line.starts_with(&format!("{FILE}:")) || line.starts_with("--set ");
        prop_assert!(placed && line.contains("found") && line.contains("; allowed: "), "{}", line);
        // The deserialiser never complains itself: it takes whatever the schema accepts.
        prop_assert!(!line.contains("wrong type"), "{}", line);
    }
    Ok(())
}

fn particles(scenario: &Scenario) -> f64 {
    let count = |particles: &Option<Particles>| match particles {
        Some(Particles::Lattice { per_axis, .. }) => f64::from(*per_axis).powi(scenario.dimension as i32),
        Some(Particles::Random { count, .. } | Particles::QuasiRandom { count }) => f64::from(*count),
        None => 0.0,
    };
    scenario.species.iter().map(|species| count(&species.particles)).sum()
}

fn place<const D: usize>(scenario: &Scenario) -> Result<(), landau::scenario::Violation> {
    let (problem, state) = setup::problem_and_state::<D>(scenario)?;
    // Whatever passes the rules has numbers to compute with.
    assert!(state.velocities.iter().flatten().all(|component| component.is_finite()));
    assert!(problem.weights.iter().all(|weight| weight.is_finite() && *weight > 0.0));
    assert!(problem.coefficients.iter().all(|coefficient| coefficient.is_finite()));
    assert!(problem.species.iter().all(|species| species.bandwidth.is_finite() && species.spacing > 0.0));
    let problem = Arc::new(problem);
    // Mesh scores may use gigabytes for their mesh. Particle scores need little memory for so few particles.
    if let Score::Particles { .. } = scenario.score {
        let score = setup::score(scenario, &problem, &state.velocities, InstructionSet::detect());
        let pair_sum = PairSum::direct(problem.symmetry, problem.gamma, InstructionSet::detect());
        let mut landau = Landau::new(Arc::clone(&problem), score, pair_sum);
        // A failure is an acceptable result.
        let _ = landau.evaluate(&state.velocities, InStep::unfenced(0), &mut Evaluation::empty(&problem));
    }
    Ok(())
}

/// Extreme numbers, words similar to valid ones, and nested values of these.
fn any_json() -> impl Strategy<Value = Value> {
    let numbers = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-3i32..20).prop_map(Value::from),
        prop::sample::select(vec![0.0, -0.0, 5e-324, 1e-300, 1e-150, 0.5, 1e150, 1.7e308, 4294967296.0])
            .prop_map(Value::from),
    ];
    let words = prop_oneof![
        prop::sample::select(vec![
            "",
            "mass",
            "lattice",
            "bkw",
            "mesh",
            "chv",
            "normalized",
            "NaN",
            "1e3",
            "\u{feff}",
            "\n",
            "é",
            "."
        ])
        .prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    let choices = prop::sample::select(vec![
        json!({ "particles": { "order": 8 } }),
        json!({ "particles": { "sums": { "mesh": {} } } }),
        json!({ "particles": { "bandwidth": { "variance": 1e-3 } } }),
        json!({ "mesh": { "bandwidth": { "variance": [1e-3, 1e9] } } }),
        json!({ "random": { "count": 2, "seed": 0 } }),
        json!({ "quasi_random": { "count": 3 } }),
        json!({ "lattice": { "per_axis": 1, "half_width": 1e-300 } }),
        json!({ "shell": { "density": 1e-300, "radius": 1e300, "sharpness": 1e-300 } }),
        json!({ "bkw": { "density": 1e300, "temperature": 1e300, "contrast": 0.0 } }),
        json!({ "anisotropic_maxwellian": { "density": 1, "temperatures": [1e-300, 1e300] } }),
        json!({ "mixture": [{ "maxwellian": { "density": 1, "temperature": 1e-300 } },
                            { "maxwellian": { "density": 1e-300, "temperature": 1e300 } }] }),
        json!({ "uniform": 1e308 }),
        json!({ "si": {} }),
        json!({ "coulomb": {} }),
        json!({ "coulomb": { "log_lambda": 1e-300 } }),
        json!({ "expression": { "density": 1e300, "formula": "exp(-v^2) + 1e300*step(vx)" } }),
        json!({ "expression": { "density": 1, "formula": "1/(v - v)" } }),
        json!({ "file": { "path": "/dev/null" } }),
        json!({ "file": { "path": "." } }),
    ]);
    let leaf = prop_oneof![
        4 => numbers,
        2 => words,
        2 => choices,
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{0,8}", inner, 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// The paths of all parts of a value, as in `--set`, without the root.
fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
    let mut visit = |key: &str, inner: &Value| {
        let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        paths(inner, &path, found);
        found.push(path);
    };
    match value {
        Value::Object(object) => object.iter().for_each(|(key, inner)| visit(key, inner)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, inner)| visit(&index.to_string(), inner))
        }
        _ => {}
    }
}

fn pick(value: &Value, at: prop::sample::Index) -> String {
    let mut found = Vec::new();
    paths(value, "", &mut found);
    if found.is_empty() { String::new() } else { at.get(&found).clone() }
}

fn pointer(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("/{}", path.replace('.', "/")) }
}

#[derive(Debug, Clone)]
enum Change {
    Replace(prop::sample::Index, Value),
    Delete(prop::sample::Index),
    Copy(prop::sample::Index, prop::sample::Index),
    Rename(prop::sample::Index, String),
}

fn any_change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        4 => (index(), any_json()).prop_map(|(at, value)| Change::Replace(at, value)),
        2 => index().prop_map(Change::Delete),
        2 => (index(), index()).prop_map(|(from, to)| Change::Copy(from, to)),
        1 => (index(), "[a-z_.]{0,10}").prop_map(|(at, name)| Change::Rename(at, name)),
    ]
}

fn change(root: &mut Value, change: &Change) {
    match change {
        Change::Replace(at, value) => {
            let path = pick(root, *at);
            if let Some(place) = root.pointer_mut(&pointer(&path)) {
                *place = value.clone();
            }
        }
        Change::Copy(from, to) => {
            let (from, to) = (pick(root, *from), pick(root, *to));
            if let Some(value) = root.pointer(&pointer(&from)).cloned()
                && let Some(place) = root.pointer_mut(&pointer(&to))
            {
                *place = value;
            }
        }
        Change::Delete(at) => {
            let path = pick(root, *at);
            let (parent, key) = path.rsplit_once('.').unwrap_or(("", &path));
            match root.pointer_mut(&pointer(parent)) {
                Some(Value::Object(object)) => drop(object.remove(key)),
                Some(Value::Array(list)) => drop(list.remove(key.parse().unwrap())),
                _ => {}
            }
        }
        Change::Rename(at, name) => {
            let path = pick(root, *at);
            let (parent, key) = path.rsplit_once('.').unwrap_or(("", &path));
            if let Some(Value::Object(object)) = root.pointer_mut(&pointer(parent))
                && let Some(value) = object.remove(key)
            {
                object.insert(name.clone(), value);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_never_panic(
        base in any_base(),
        edits in prop::collection::vec(
            (any::<prop::sample::Index>(), 0usize..12, prop_oneof![
                prop::collection::vec(any::<u8>(), 0..6),
                prop::sample::select(vec!["{", "}", "[", "]", "\"", ",", ":", "-", "e9", "1", "\\u", "null", "//", "\n"])
                    .prop_map(|text| text.as_bytes().to_vec()),
            ]),
            1..4,
        ),
    ) {
        let mut bytes = base.as_bytes().to_vec();
        for (at, length, new) in edits {
            let start = at.index(bytes.len() + 1);
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, new);
        }
        try_scenario(String::from_utf8_lossy(&bytes).into_owned(), &[])?;
    }

    #[test]
    fn changed_values_and_keys_never_panic(
        base in any_base(),
        changes in prop::collection::vec(any_change(), 1..5),
    ) {
        let mut value: Value = serde_json::from_str(base).unwrap();
        changes.iter().for_each(|one| change(&mut value, one));
        try_scenario(value.to_string(), &[])?;
    }

    #[test]
    fn repeated_keys_are_found(base in any_base(), at in any::<prop::sample::Index>()) {
        // A `"key":` becomes `"key": null, "key":`.
        let mut pieces: Vec<&str> = base.split_inclusive("\": ").collect();
        pieces.pop();
        let upto: usize = pieces[..=at.index(pieces.len())].iter().map(|piece| piece.len()).sum();
        let key = base[..upto - 3].rfind('"').unwrap();
        let doubled = format!("{}null, {}{}", &base[..upto], &base[key..upto], &base[upto..]);
        let error = parse(FILE, doubled, &[]).unwrap_err().to_string();
        prop_assert!(error.contains("found the key twice"), "{}", error);
    }

    #[test]
    fn set_never_panics(
        base in any_base(),
        at in any::<prop::sample::Index>(),
        suffix in prop_oneof![3 => Just(String::new()), 1 => "[.=a-z0-9]{0,5}"],
        value in any_json(),
        raw in prop::option::of(".*"),
    ) {
        let base_value: Value = serde_json::from_str(base).unwrap();
        let value = raw.unwrap_or_else(|| value.to_string());
        let argument = format!("{}{suffix}={value}", pick(&base_value, at));
        try_scenario(base.to_string(), &[argument])?;
    }
}

/// Brackets nested deeper than the stack allows.
#[test]
fn deep_nesting_is_refused() {
    for open in ["[", "{\"a\":", "{\"mixture\":["] {
        let text = open.repeat(100_000);
        let error = parse(FILE, text, &[]).unwrap_err().to_string();
        assert!(error.contains("nested 128 deep"), "{error}");
        let argument = format!("title={}", open.repeat(100_000));
        // The argument is not JSON, hence a string: a long title.
        parse(FILE, BASES[0].to_string(), &[argument]).unwrap();
    }
}
