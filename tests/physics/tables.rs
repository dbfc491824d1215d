//! Particles from CSV tables as spreadsheets, numpy, pandas and Fortran write them, and messages about those that say
//! too little or too much.

use crate::program;
use crate::solver;
use program::{run, stderr, write};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

fn scenario(path: &Path) -> Value {
    json!({
        "version": 1, "dimension": 2,
        "species": [{ "name": "a", "mass": 1.0, "initial": { "file": { "path": path } } }],
        "collisions": { "gamma": 0.0, "coefficients": { "uniform": 1.0 } },
        "score": { "particles": {} },
        "time": { "step": 0.01, "steps": 1 }
    })
}

const ROWS: [[f64; 3]; 4] = [[1.5, -2.25, 0.5], [-3.0, 0.125, 0.25], [2e3, 40.0, 0.125], [0.75, 1e-3, 2.0]];

/// Velocities, weights and notes of a run's particles from a table.
fn start(directory: &Path, table: &[u8]) -> (Vec<[f64; 2]>, Vec<f64>, Vec<String>) {
    let path = directory.join("cloud.csv");
    fs::write(&path, table).unwrap();
    let (problem, state) = solver::start::<2>(&solver::scenario(&scenario(&path)));
    (state.velocities, problem.weights.clone(), problem.species[0].notes.clone())
}

/// A table with these between its columns and lines.
fn table(header: &str, delimiter: &str, end: &str, number: impl Fn(f64) -> String) -> String {
    let row =
        |row: &[f64; 3]| row.iter().map(|&value| number(value)).collect::<Vec<_>>().join(delimiter) + end;
    format!("{header}{end}{}", ROWS.iter().map(row).collect::<String>())
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
}

#[test]
fn tables_are_read_as_people_write_them() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let plain = |value: f64| format!("{value:e}");
    let comma = |value: f64| value.to_string().replace('.', ",");
    let fortran = |value: f64| format!("{value:e}").replace('e', "D+").replace("+-", "-");
    let usual = table("vx,vy,weight", ",", "\n", plain);
    let others = |row: &[f64; 3]| format!("7,{},ion,{},{}\n", row[2], row[1], row[0]);
    for (kind, bytes) in [
        ("plain", usual.clone().into_bytes()),
        (
            "a byte order mark and CR LF",
            [b"\xef\xbb\xbf", table("vx,vy,weight", ",", "\r\n", plain).as_bytes()].concat(),
        ),
        ("CR alone", table("vx,vy,weight", ",", "\r", plain).into_bytes()),
        ("semicolons", table("vx;vy;weight", ";", "\n", plain).into_bytes()),
        ("decimal commas", table("vx;vy;weight", ";", "\n", comma).into_bytes()),
        ("tabs", table("vx\tvy\tweight", "\t", "\n", plain).into_bytes()),
        ("blanks", table("vx  vy weight", "   ", "\n", plain).into_bytes()),
        ("numpy.savetxt", table("# vx vy weight", " ", "\n", plain).into_bytes()),
        ("numpy.savetxt with commas", table("# vx,vy,weight", ",", "\n", plain).into_bytes()),
        ("comments", format!("# beam, run 12\n\n{usual}# the end, vx\n").into_bytes()),
        ("quoted headers", table("\"vx\",\"vy\",\"weight\"", ",", "\n", plain).into_bytes()),
        ("quoted numbers", table("vx,vy,weight", ",", "\n", |value| format!("\"{value}\"")).into_bytes()),
        ("exponents of Fortran", table("vx,vy,weight", ",", "\n", fortran).into_bytes()),
        (
            "other columns and order",
            format!("id,weight,kind,vy,vx\n{}", ROWS.iter().map(others).collect::<String>()).into_bytes(),
        ),
        ("UTF-16", utf16(&usual, true)),
        ("UTF-16, the other way round", utf16(&usual, false)),
    ] {
        let (velocities, weights, notes) = start(directory, &bytes);
        assert_eq!(velocities, ROWS.map(|[x, y, _]| [x, y]), "{kind}");
        assert_eq!(weights, ROWS.map(|[.., weight]| weight), "{kind}");
        assert_eq!(notes, [""; 0], "{kind}");
    }
}

#[test]
fn what_weighs_nothing_is_left_out_and_told() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let (velocities, weights, notes) = start(directory, b"vx,vy,weight\n1,2,3\n4,5,0\n7,8,9\n1,1,-0.0\n");
    assert_eq!((velocities, weights), (vec![[1.0, 2.0], [7.0, 8.0]], vec![3.0, 9.0]));
    assert_eq!(notes, ["2 of its 4 particles have weight 0 and are left out"]);
    write(directory, "a.json", &scenario(&directory.join("cloud.csv")));
    let said = run(directory, "check a.json");
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.contains("the file of a: 2 of its 4 particles have weight 0 and are left out"), "{said}");
}

/// With `density` weights count relative to each other, or are all the same.
#[test]
fn a_density_weighs_a_table() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cloud.csv");
    let mut scenario = scenario(&path);
    scenario["species"][0]["initial"]["file"]["density"] = json!(8.0);
    for (table, weights, noted) in
        [("vx,vy,weight\n1,2,1\n3,4,3\n", [2.0, 6.0], false), ("vx,vy\n1,2\n3,4\n", [4.0, 4.0], true)]
    {
        fs::write(&path, table).unwrap();
        let (problem, _) = solver::start::<2>(&solver::scenario(&scenario));
        assert_eq!(problem.weights, weights);
        assert_eq!(
            problem.species[0].notes == ["its table has no weights: all particles have the same"],
            noted
        );
    }
}

#[test]
fn what_is_ambiguous_or_no_table_is_said_in_a_line() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let long = "x".repeat(1 << 20);
    for (text, message) in [
        ("vx,vy,vz,weight\n1,2,3,4\n", "found the header \"vx,vy,vz,weight\"; allowed: vx,vy,weight"),
        ("vx,vy,weight,vx\n1,2,3,4\n", "found the header \"vx,vy,weight,vx\"; allowed: vx,vy,weight"),
        ("1,2,3\n4,5,6\n", "found the header \"1,2,3\"; allowed: vx,vy,weight"),
        (&long, &format!("found the header \"{}…\"; allowed: vx,vy,weight", "x".repeat(60))),
        ("vx,vy,weight\n1,5,2,5,3\n1,2,3\n", "line 2: found 5 numbers; allowed: 3, as the header has"),
        (
            "vx;vy;weight\n1,5;2;3\n1.5;2;3\n",
            "line 3: vx: found \"1.5\" below numbers with \",\"; allowed: one decimal mark in a table",
        ),
        (
            &format!("vx,vy,weight\n1,2,3\n{long},2,3\n"),
            &format!("line 3: vx: found \"{}…\"; allowed: a finite number", "x".repeat(60)),
        ),
        ("vx,vy,weight\r1,2,3\r1,2\r", "line 3: found 2 numbers; allowed: 3, as the header has"),
        (
            "{\"data\": 1}",
            "found a file in JSON; allowed: HDF5 (.h5), as which openPMD-api's openpmd-pipe writes it, or a CSV table",
        ),
    ] {
        let path = directory.join("cloud.csv");
        fs::write(&path, text).unwrap();
        write(directory, "a.json", &scenario(&path));
        let said = stderr(&run(directory, "check a.json"));
        assert!(
            said.ends_with(&format!("species.0.initial.file.path: {}: {message}\n", path.display())),
            "{said}"
        );
    }
}

/// A pipe may wait for ever, a device has no end, and a folder is no file.
#[test]
#[cfg(unix)]
fn what_is_no_regular_file_is_refused_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let pipe = directory.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let endless = Path::new("/dev/zero").to_path_buf();
    let adios = directory.join("x.bp");
    fs::create_dir(&adios).unwrap();
    let either = "allowed: a CSV table or an openPMD file in HDF5 (.h5)";
    for (path, message) in [
        (pipe, format!("found a pipe or a device; {either}")),
        (endless, format!("found a pipe or a device; {either}")),
        (directory.to_path_buf(), format!("found a folder; {either}")),
        (adios, "found an ADIOS2 file; allowed: HDF5 (.h5), as which openPMD-api's openpmd-pipe writes it, or a CSV table".to_string()),
    ] {
        write(directory, "a.json", &scenario(&path));
        let said = stderr(&run(directory, "check a.json"));
        assert!(said.ends_with(&format!("{}: {message}\n", path.display())), "{said}");
    }
    write(directory, "a.json", &scenario(&directory.join("data%T.h5")));
    let said = stderr(&run(directory, "check a.json"));
    assert!(
        said.ends_with("; allowed: one file, by its name, where %T or the like stands for many\n"),
        "{said}"
    );
}
