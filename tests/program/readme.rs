//! The reference page and the program agree, in both directions, on keys and choices of a scenario, commands
//! and options, columns, and files of a run folder. Links of the pages lead to files.

use crate::program;
use program::succeed;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A page of the repository.
fn page(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The part of the reference under a heading.
fn section(heading: &str) -> String {
    let text = page("scenarios/reference.md");
    let start = text.find(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section {heading}")) + 1;
    let end = text[start..].find("\n## ").map_or(text.len(), |end| start + end);
    text[start..end].to_string()
}

/// The code between backticks in the table rows of a section.
fn code_in_tables(heading: &str) -> Vec<String> {
    let section = section(heading);
    let rows = section.lines().filter(|line| line.starts_with("| "));
    rows.flat_map(|row| row.split('`').skip(1).step_by(2).map(String::from).collect::<Vec<_>>()).collect()
}

fn properties(schema: &Value) -> Vec<String> {
    schema["properties"].as_object().map_or(Vec::new(), |keys| keys.keys().cloned().collect())
}

/// All choices of the schema with their fields, as `name {field, …}`, or only the name if it holds a value;
/// and all keys that are not fields of a choice.
fn of_the_schema() -> (BTreeSet<String>, BTreeSet<String>) {
    let schema = landau::scenario::schema();
    let mut choices = BTreeSet::new();
    let mut keys: BTreeSet<String> = properties(schema).into_iter().collect();
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        for choice in definition["oneOf"].as_array().into_iter().flatten() {
            let name = properties(choice).remove(0);
            let inner = &choice["properties"][&name];
            choices.insert(match inner["type"] == "object" {
                true => format!("{name} {{{}}}", properties(inner).join(", ")),
                false => name,
            });
        }
        if name == "AdaptiveTime" {
            choices.insert(format!("adaptive {{{}}}", properties(definition).join(", ")));
        } else if name == "Species" {
            keys.extend(properties(definition).iter().map(|key| format!("species[].{key}")));
        } else {
            keys.extend(properties(definition));
            // The keys of values that may be an object or something else.
            keys.extend(definition["anyOf"].as_array().into_iter().flatten().flat_map(properties));
        }
    }
    // `adaptive` is written with its fields above, and the list of species by its elements.
    keys.remove("adaptive");
    keys.remove("species");
    (choices, keys)
}

#[test]
fn the_table_of_keys_is_that_of_the_schema() {
    let written = code_in_tables("A scenario");
    let (choices, keys) = of_the_schema();
    for choice in &choices {
        // Values that are lists are shown as such, as in `matrix [[…]]`.
        let found = written.iter().any(|code| {
            code == choice || code.strip_prefix(choice.as_str()).is_some_and(|rest| rest.starts_with(" ["))
        });
        assert!(found, "the reference does not have `{choice}`");
    }
    for key in &keys {
        assert!(written.contains(key), "the reference does not have `{key}`");
    }
    let names: BTreeSet<String> =
        choices.iter().map(|choice| choice.split(' ').next().unwrap().to_string()).collect();
    for code in &written {
        let name = code.split(' ').next().unwrap();
        let field = choices
            .iter()
            .any(|choice| choice.contains(&format!("{name},")) || choice.contains(&format!("{name}}}")));
        let species = keys.contains(&format!("species[].{name}"));
        let known = match code.contains('{') {
            true => choices.contains(code),
            false => keys.contains(name) || names.contains(name) || field || species || code == "_",
        };
        assert!(known, "the reference has `{code}`, the schema has not");
    }
}

/// The reference states the default reach of a lattice that the program has.
#[test]
fn the_thermal_speeds_of_a_lattice_by_default_are_those_of_the_program() {
    let words = format!("{} thermal speeds", landau::setup::THERMAL_SPEEDS);
    let in_a_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(in_a_line(&section("A scenario")).matches(&words).count(), 2);
    let schema = &landau::scenario::schema()["$defs"]["Particles"]["oneOf"][0]["properties"]["lattice"];
    let description = schema["properties"]["half_width"]["description"].as_str().unwrap();
    assert!(in_a_line(description).contains(&words), "{description}");
}

#[test]
fn the_scenarios_of_the_reference_are_valid() {
    let section = section("A scenario");
    let blocks: Vec<&str> = section.split("```json\n").skip(1).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let text = block.split("```").next().unwrap();
        landau::scenario::parse("reference.md", text.to_string(), &[])
            .unwrap_or_else(|errors| panic!("{errors}"));
    }
}

#[test]
fn the_table_of_commands_is_that_of_the_program() {
    let directory = tempfile::tempdir().unwrap();
    let section = section("Commands");
    let help = succeed(directory.path(), "--help");
    let commands: Vec<&str> = help
        .split("Commands:\n")
        .nth(1)
        .unwrap()
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next().filter(|name| !name.is_empty()))
        .filter(|name| *name != "help")
        .collect();
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| `landau ")).collect();
    assert_eq!(rows.len(), commands.len(), "{commands:?}");
    for (row, command) in rows.iter().zip(&commands) {
        assert!(row.starts_with(&format!("| `landau {command}")), "{row} is not of {command}");
        let help = succeed(directory.path(), &format!("{command} --help"));
        let options = |text: &str| -> BTreeSet<String> {
            let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
            words.filter(|word| word.starts_with("--") && word.len() > 2).map(String::from).collect()
        };
        let mut known = options(&help);
        known.remove("--help");
        assert_eq!(options(row), known, "options of landau {command}");
        assert!(!succeed(directory.path(), &format!("man {command}")).is_empty());
    }
    assert!(succeed(directory.path(), "man").contains(".SH SUBCOMMANDS"));
}

#[test]
fn the_run_folder_and_its_columns_are_those_of_a_run() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let scenario = json!({
        "version": 1, "dimension": 2,
        "species": [{
            "name": "NAME", "mass": 1.0,
            "initial": { "bkw": { "density": 1.0, "temperature": 1.0, "contrast": 0.25 } },
            "particles": { "lattice": { "per_axis": 6, "half_width": 3.0 } }
        }],
        "collisions": { "gamma": 0.0, "coefficients": { "uniform": 0.1 } },
        "time": { "step": 0.01, "steps": 2 },
        "output": { "particles_every": 1, "checkpoint_every": 1 },
        "reference": { "bkw": {} }
    });
    program::write(directory, "a.json", &scenario);
    // A folder in the place of the last frame makes the run fail, so that the checkpoint stays.
    fs::create_dir_all(directory.join("out/a/particles/frame_00000002.h5")).unwrap();
    program::run(directory, "run a.json --overwrite --quiet");
    let section = section("The run folder");
    let files: BTreeSet<String> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(['`', '/']).next().map(String::from))
        .collect();
    assert_eq!(files, program::names(&directory.join("out/a")).into_iter().collect());
    let run = program::summary(&directory.join("out/a"));
    for key in run["species"]["NAME"].as_object().unwrap().keys().chain([&"species".to_string()]) {
        assert!(section.contains(&format!("`{key}`")), "the reference does not have {key} of run.json");
    }
    let header = fs::read_to_string(directory.join("out/a/diagnostics.csv")).unwrap();
    let columns: Vec<&str> = header.lines().next().unwrap().split(',').collect();
    let words = section.split("Columns of `diagnostics.csv`:").nth(1).unwrap().split("\n\n").next().unwrap();
    let written: Vec<&str> = words.split('`').skip(1).step_by(2).collect();
    for column in &columns {
        // The reference only names the first axis, as in `momentum_x` ….
        let other_axis = ["_y", "_xy", "_yy"].iter().any(|axis| column.ends_with(axis));
        assert!(other_axis || written.contains(column), "the reference does not have the column {column}");
    }
    for word in written.iter().filter(|word| !["NAME", "reference"].contains(word)) {
        assert!(columns.contains(word), "the reference has the column {word}, the run has not");
    }
}

#[test]
fn every_shipped_scenario_is_listed_with_what_it_shows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let text = fs::read_to_string(folder.join("README.md")).unwrap();
    for (folder, row) in [(folder.clone(), "\n| `"), (folder.join("laboratory"), "`")] {
        for name in program::names(&folder).iter().filter_map(|name| name.strip_suffix(".json")) {
            assert!(text.contains(&format!("{row}{name}`")), "scenarios/README.md does not list {name}");
        }
    }
}

#[test]
fn links_of_the_pages_lead_to_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages =
        ["README.md", "CONTRIBUTING.md", "plots/README.md", "scenarios/README.md", "scenarios/reference.md"];
    for name in pages {
        let folder = root.join(name).parent().unwrap().to_path_buf();
        let text = page(name);
        let targets = text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
        for target in targets.filter(|target| !target.starts_with("http") && !target.starts_with('#')) {
            assert!(folder.join(target).exists(), "{name} has a link to {target}, which is not there");
        }
    }
}
