//! The import graph of `src` has no cycles, and modules that compute import nothing from scenarios, folders
//! and commands.
//!
//! A file that declares child modules and re-exports their items by `pub use` does not import them. Whoever
//! uses such a name imports the file that defines it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The imports of a module, and the names that it re-exports with their origins.
#[derive(Default)]
struct Imports {
    own: Vec<String>,
    passed_on: BTreeMap<String, String>,
}

/// The text of every module by its path, as in `integrators::norm`. The path of the library root is empty.
fn modules() -> BTreeMap<String, String> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => collect(&path, found),
                false => found.push(path),
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    let rust = files.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    let named = rust.map(|file| {
        let path = file.strip_prefix(&root).unwrap().with_extension("");
        let parts: Vec<&str> = path.iter().map(|part| part.to_str().unwrap()).collect();
        let parts = match parts.as_slice() {
            ["lib"] => &[][..],
            [folder @ .., "mod"] => folder,
            all => all,
        };
        (parts.join("::"), code(&fs::read_to_string(&file).unwrap()))
    });
    named.filter(|(name, _)| name != "main" && !name.starts_with("cli")).collect()
}

/// The text without comments and without the final module of tests.
fn code(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let code = lines.collect::<Vec<_>>().join("\n");
    let end = code.find("#[cfg(test)]\nmod tests {").unwrap_or(code.len());
    code[..end].to_string()
}

/// The paths of a tree such as `a::{b, c::{d, e}}`.
fn paths(tree: &str) -> Vec<String> {
    let Some((before, inside)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or_default().trim().to_string()];
    };
    let inside = inside.trim_end().strip_suffix('}').unwrap_or(inside);
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in inside.chars() {
        match c {
            ',' if depth == 0 => parts.push(String::new()),
            _ => {
                depth += i32::from(c == '{') - i32::from(c == '}');
                parts.last_mut().unwrap().push(c);
            }
        }
    }
    let parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    parts.flat_map(paths).map(|path| format!("{}{path}", before.trim())).collect()
}

fn imports(name: &str, text: &str, modules: &BTreeMap<String, String>) -> Imports {
    let mut imports = Imports::default();
    for statement in text.split(';') {
        let statement = statement.rsplit('\n').find(|line| line.contains("use ")).map_or("", |line| {
            let at = statement.rfind(line).unwrap_or_default();
            &statement[at..]
        });
        let Some((before, tree)) = statement.split_once("use ") else { continue };
        let is_passed_on = match before.trim() {
            "" => false,
            "pub" | "pub(crate)" | "pub(super)" => true,
            _ => continue,
        };
        for path in paths(tree).into_iter().filter_map(|path| absolute(name, &path, modules)) {
            let last = path.rsplit("::").next().unwrap_or_default().to_string();
            match is_passed_on {
                true => drop(imports.passed_on.insert(last, path)),
                false => imports.own.push(path),
            }
        }
    }
    let inline = text.match_indices("crate::").map(|(at, _)| &text[at + "crate::".len()..]);
    let is_of_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let inline = inline.map(|rest| rest.split(|c| !is_of_path(c)).next().unwrap_or_default());
    imports.own.extend(inline.map(|path| path.trim_end_matches(':').to_string()));
    imports
}

/// The path from the root of the library; none if it belongs to another crate.
fn absolute(name: &str, path: &str, modules: &BTreeMap<String, String>) -> Option<String> {
    let mut base: Vec<&str> = name.split("::").filter(|part| !part.is_empty()).collect();
    let mut parts = path.split("::").peekable();
    match *parts.peek()? {
        "crate" => {
            base.clear();
            parts.next();
        }
        "self" => drop(parts.next()),
        "super" => {
            while parts.next_if_eq(&"super").is_some() {
                base.pop();
            }
        }
        first => {
            let child = [&base[..], &[first]].concat().join("::");
            modules.contains_key(&child).then_some(())?;
        }
    }
    base.extend(parts);
    Some(base.join("::"))
}

/// The module that defines the item of a path.
fn owner(path: &str, all: &BTreeMap<String, Imports>) -> Option<String> {
    let parts: Vec<&str> = path.split("::").collect();
    let length = (0..=parts.len()).rev().find(|&length| all.contains_key(&parts[..length].join("::")))?;
    let module = parts[..length].join("::");
    match parts.get(length).and_then(|item| all[&module].passed_on.get(*item)) {
        Some(from) => owner(from, all),
        None => Some(module),
    }
}

/// The modules that each module imports.
fn graph() -> BTreeMap<String, BTreeSet<String>> {
    let modules = modules();
    let all: BTreeMap<String, Imports> =
        modules.iter().map(|(name, text)| (name.clone(), imports(name, text, &modules))).collect();
    let edges = all.iter().map(|(name, imports)| {
        let owners = imports.own.iter().filter_map(|path| owner(path, &all));
        (name.clone(), owners.filter(|owner| owner != name && !owner.is_empty()).collect())
    });
    edges.collect()
}

#[test]
fn nothing_imports_in_a_circle() {
    let mut graph = graph();
    assert!(graph.len() > 100, "{} modules", graph.len());
    assert!(graph["simulation"].contains("landau") && graph["landau"].contains("score"), "{graph:?}");
    // Modules without remaining imports are removed repeatedly. Only cycles remain.
    loop {
        let leaves: Vec<String> =
            graph.iter().filter(|(_, others)| others.is_empty()).map(|(name, _)| name.clone()).collect();
        if leaves.is_empty() {
            break;
        }
        for leaf in &leaves {
            graph.remove(leaf);
        }
        graph.values_mut().for_each(|others| others.retain(|other| !leaves.contains(other)));
    }
    assert!(graph.is_empty(), "each of these imports another of them: {graph:#?}");
}

#[test]
fn what_computes_imports_no_scenario_and_no_file() {
    let edge =
        ["any", "accuracy", "output", "report", "scenario", "session", "setup", "sweep", "transport", ""];
    let of_edge = |module: &str| edge.contains(&module.split("::").next().unwrap_or_default());
    for (module, others) in graph().iter().filter(|(module, _)| !of_edge(module)) {
        let found: Vec<&String> = others.iter().filter(|other| of_edge(other)).collect();
        assert!(found.is_empty(), "{module} imports {found:?}");
    }
}
