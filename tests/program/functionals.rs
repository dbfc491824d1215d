//! Functionals along runs: the theorems' statements and the identities dF/dt = −D_F, on sizes that take seconds.

use crate::program;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// The columns of diagnostics.csv of a shipped scenario run with changes.
fn run(scenario: &str, changes: &[&str]) -> BTreeMap<String, Vec<f64>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(scenario);
    let directory = tempfile::tempdir().unwrap();
    let mut command = program::landau(directory.path());
    command.arg("run").arg(path).args(["--out", "there", "--quiet"]);
    for change in changes {
        command.args(["--set", change]);
    }
    let output = command.output().unwrap();
    assert_eq!(program::status(&output), 0, "{}", program::stderr(&output));
    read(&directory.path().join("there/diagnostics.csv"))
}

fn read(path: &Path) -> BTreeMap<String, Vec<f64>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let names: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
    let mut columns: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for record in reader.records() {
        for (name, field) in names.iter().zip(&record.unwrap()) {
            columns.entry(name.clone()).or_default().push(field.parse().unwrap());
        }
    }
    columns
}

fn falls(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[1] < pair[0])
}

/// Theorem 1.1: Σ I_i/m_i falls at every step from γ = −2 to below −√8, while Σ I_i rises.
#[test]
fn weighted_fisher_information_falls_where_the_plain_sum_rises() {
    for gamma in ["-2.0", "-2.5", "-2.8"] {
        let changes = ["time.steps=4", "time.step=0.2"];
        let lattices = [0, 1, 2].map(|i| format!("species.{i}.particles.lattice.per_axis=12"));
        let gamma = format!("collisions.gamma={gamma}");
        let mut changes = changes.to_vec();
        changes.extend(lattices.iter().map(String::as_str));
        changes.push(&gamma);
        let rows = run("theorem_1_1_3d.json", &changes);
        assert!(falls(&rows["fisher"]), "{gamma}: {:?}", rows["fisher"]);
        let plain = |row: usize| -> f64 {
            ["light", "middle", "heavy"].iter().map(|name| rows[&format!("{name}_fisher")][row]).sum()
        };
        assert!((1..5).all(|row| plain(row) > plain(row - 1)), "{gamma}");
    }
}

/// The dissipations of all pairs add up to minus the rate of the entropy, and none is negative.
#[test]
fn dissipations_of_pairs_add_up_to_the_rate_of_the_entropy() {
    let small = [0, 1, 2].map(|i| format!("species.{i}.particles.lattice.per_axis=8"));
    let mut changes: Vec<&str> = small.iter().map(String::as_str).collect();
    changes.extend(["time.steps=3", "time.step=0.1"]);
    let rows = run("theorem_1_1_3d.json", &changes);
    for (row, rate) in rows["entropy_rate"].iter().enumerate() {
        let pairs: Vec<f64> = rows
            .iter()
            .filter(|(name, _)| name.starts_with("dissipation_"))
            .map(|(_, values)| values[row])
            .collect();
        assert_eq!(pairs.len(), 6);
        assert!(pairs.iter().all(|&value| value >= 0.0), "{pairs:?}");
        // Both are sums of 1e5 terms of one sign, in another order.
        assert!((pairs.iter().sum::<f64>() + rate).abs() < 1e-12 * rate.abs());
    }
}

/// The slope of a column at the rows between its neighbours.
fn slopes(time: &[f64], values: &[f64]) -> Vec<f64> {
    (1..values.len() - 1).map(|k| (values[k + 1] - values[k - 1]) / (time[k + 1] - time[k - 1])).collect()
}

/// Collisions with fixed ions alone, a Maxwellian with a hole about the origin: dF/dt = −D_F along the run.
#[test]
fn functionals_change_along_a_run_as_their_dissipations_say() {
    let functionals = r#"functionals=[{"fisher":{}},{"spherical_fisher":{"beta":0}},{"relative_entropy":{}},{"fisher_rate":{}},{"spherical_dissipation":{"beta":0}},{"dissipation":{}}]"#;
    let formula =
        r#"species.0.initial={"expression":{"density":1.0,"formula":"v^4 * exp(-v^2 + 0.4 * vx)"}}"#;
    let rows = run(
        "lorentz_shell_3d.json",
        &[
            functionals,
            formula,
            "species.0.particles.lattice.per_axis=24",
            "species.0.particles.lattice.half_width=4.5",
            // At γ = −3 what the mollifier puts into the hole would count at the center.
            "collisions.gamma=-1.0",
            "time.steps=6",
            "time.step=0.01",
        ],
    );
    let time = &rows["time"];
    let pairs = [
        ("electron_relative_entropy", "dissipation_electron_ion", -1.0, 1e-3),
        ("electron_spherical_fisher_0", "electron_spherical_dissipation_0", -1.0, 0.02),
        ("electron_fisher", "electron_fisher_rate", 1.0, 0.07),
    ];
    for (functional, derivative, sign, tolerance) in pairs {
        let found = slopes(time, &rows[functional]);
        for (slope, exact) in found.iter().zip(&rows[derivative][1..]) {
            // Twice what is found: both sides carry the error of the reconstruction, most where derivatives are second.
            assert!((slope - sign * exact).abs() < tolerance * exact.abs(), "{functional}: {slope} {exact}");
        }
    }
}

/// Theorem 1.2 and 1.3 on particles: J, the relative entropy and Λ fall; the exact flow beside them.
#[test]
fn particles_on_fixed_ions_follow_the_exact_flow() {
    let rows = run(
        "lorentz_shell_3d.json",
        &["species.0.particles.lattice.per_axis=28", "time.steps=8", "time.step=0.01"],
    );
    for name in ["electron_spherical_fisher_1", "electron_relative_entropy", "electron_lyapunov"] {
        assert!(falls(&rows[name]), "{name}: {:?}", rows[name]);
    }
    let experiment: Value = json!({
        "version": 1, "gamma": -3.0, "times": [0.0, 0.08], "tolerance": 1e-6,
        "density": { "shell_dipole": { "density": 1.0, "radius": 1.0, "width": 0.3, "amplitude": 0.5, "power": 1.5 } }
    });
    let directory = tempfile::tempdir().unwrap();
    program::write(directory.path(), "flow.json", &experiment);
    program::succeed(directory.path(), "functionals flow.json --out flow.csv");
    let text = std::fs::read_to_string(directory.path().join("flow.csv")).unwrap();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let exact: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let of = |name: &str, row: usize| -> f64 {
        exact[row][names.iter().position(|one| *one == name).unwrap()].parse().unwrap()
    };
    for (column, name) in [
        ("electron_spherical_fisher_1", "spherical_fisher"),
        ("electron_relative_entropy", "relative_entropy"),
    ] {
        let found = rows[column][8] - rows[column][0];
        let change = of(name, 1) - of(name, 0);
        // The width of the shell is 1.6 cells.
        assert!((found / change - 1.0).abs() < 0.15, "{column}: {found} {change}");
    }
}

/// A run with functionals is the run without them.
#[test]
fn functionals_change_nothing_in_a_run() {
    let small = ["time.steps=3", "species.0.particles.lattice.per_axis=10"];
    let with = run("lorentz_shell_3d.json", &small);
    let without = run("lorentz_shell_3d.json", &[small[0], small[1], "functionals=[]"]);
    assert!(with.len() > without.len());
    for (name, values) in &without {
        assert_eq!(values, &with[name], "{name}");
    }
}
