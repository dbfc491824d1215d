//! `landau converge`: errors, orders and files.

use crate::program;
use program::{names, run, status, succeed, write};
use serde_json::Value;
use std::fs;

/// Halving h quarters the error of an order-2 method. The table on stdout and the file agree.
#[test]
fn converge_measures_errors_and_orders() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let base: Value = serde_json::from_str(include_str!("../../bad/bkw.json")).unwrap();
    write(directory, "bkw.json", &base);
    let printed = succeed(
        directory,
        "converge bkw.json --per-axis 40,80 --out there --set score={\"mesh\":{\"order\":2}} --threads 2",
    );
    assert_eq!(names(&directory.join("there")), ["convergence.csv", "scenario.json"]);
    let text = fs::read_to_string(directory.join("there/convergence.csv")).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|row| row.split(',').collect()).collect();
    let mut columns = vec!["per_axis".to_string()];
    for name in ["heavy", "light"] {
        for kind in ["error", "order"] {
            columns.extend(["l1", "l2", "linf"].map(|norm| format!("{name}_{kind}_{norm}")));
        }
    }
    columns.extend(["seconds", "evaluations"].map(String::from));
    assert_eq!(rows[0], columns);
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), ["per_axis", "40", "80"]);
    // Forward Euler takes one evaluation for each step, and one at the end.
    assert!(rows[1..].iter().all(|row| *row.last().unwrap() == "5"), "{text}");
    for species in [0, 1] {
        let column = 2 + 6 * species;
        let errors = [1, 2].map(|row: usize| rows[row][column].parse::<f64>().unwrap());
        assert_eq!(rows[1][column + 3], "", "the first has no neighbour");
        let order: f64 = rows[2][column + 3].parse().unwrap();
        // The file has four digits of the order.
        assert!((order - (errors[0] / errors[1]).log2()).abs() < 1e-4, "{text}");
        // From h = 0.2 σ on, the next term of the series reduces the order by at most a third.
        assert!((order - 2.0).abs() < 0.34, "{text}");
        assert!(printed.contains(&format!("{:.3e}", errors[1])), "{printed}");
    }
    assert!(printed.ends_with("written to there\n"), "{printed}");

    // Its folder is treated like that of a run: refused, and replaced on request.
    let again = run(directory, "converge bkw.json --per-axis 4 --out there");
    assert_eq!(status(&again), 2);
    assert!(fs::read_to_string(directory.join("there/convergence.csv")).unwrap() == text);
    succeed(directory, "run bkw.json --out there --overwrite --quiet");
    assert_eq!(names(&directory.join("there")), ["diagnostics.csv", "run.json", "scenario.json"]);
    succeed(directory, "converge bkw.json --per-axis 4 --overwrite --out there");
    assert_eq!(names(&directory.join("there")), ["convergence.csv", "scenario.json"]);
}
