//! Initial data from formulas and from files.

use crate::program;
use crate::solver;
use program::{run, stderr, succeed, write};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

fn scenario(initial: Value, lattice: bool) -> Value {
    let mut species = json!({ "name": "a", "mass": 1.5, "initial": initial });
    if lattice {
        species["particles"] = json!({ "lattice": { "per_axis": 12, "half_width": 4.0 } });
    }
    json!({
        "version": 1, "dimension": 2, "species": [species],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.1 } },
        "time": { "step": 0.01, "steps": 6 },
        "output": { "particles_every": 2, "checkpoint_every": 2 }
    })
}

fn expression(formula: &str) -> Value {
    scenario(json!({ "expression": { "density": 0.8, "formula": formula } }), true)
}

#[test]
fn a_formula_has_its_shape_and_its_density() {
    let formula = solver::scenario(&expression("3*exp(-1.5*((vx-0.5)^2 + vy^2)/(2*0.7))"));
    let maxwellian = json!({ "maxwellian": { "density": 0.8, "temperature": 0.7, "drift": [0.5, 0.0] } });
    let mut expected = scenario(maxwellian, true);
    expected["species"][0]["particles"]["lattice"]["center"] = json!([0.0, 0.0]);
    let (problem, state) = solver::start::<2>(&formula);
    let (other, other_state) = solver::start::<2>(&solver::scenario(&expected));
    assert_eq!(state.velocities, other_state.velocities);
    let total: f64 = problem.weights.iter().sum();
    assert!((total - 0.8).abs() < 1e-15, "{total}");
    let (largest, other_largest) =
        [&problem.weights, &other.weights].map(|w| w.iter().copied().fold(0.0, f64::max)).into();
    for (found, expected) in problem.weights.iter().zip(&other.weights) {
        // The density is normalised on the lattice. Its sum agrees with the integral to 3e-5 here.
        assert!((found / expected / (largest / other_largest) - 1.0).abs() < 1e-12);
        assert!((found / expected - 1.0).abs() < 1e-3);
    }
}

#[test]
fn a_formula_may_be_part_of_a_mixture() {
    let parts = json!({ "mixture": [
        { "expression": { "density": 0.25, "formula": "step(1 - v)" } },
        { "maxwellian": { "density": 0.75, "temperature": 1.0 } }
    ] });
    let (problem, state) = solver::start::<2>(&solver::scenario(&scenario(parts, true)));
    let moments = solver::moments(&problem, &state.velocities, 0);
    // The Maxwellian has 1e-5 of its density beyond the lattice.
    assert!((moments.density - 1.0).abs() < 1e-4, "{}", moments.density);
}

#[test]
fn formulas_that_are_no_densities_are_refused_with_the_place() {
    let directory = tempfile::tempdir().unwrap();
    let mixed = json!({ "mixture": [
        { "maxwellian": { "density": 0.75, "temperature": 1.0 } },
        { "expression": { "density": 0.25, "formula": "0*v" } }
    ] });
    write(directory.path(), "a.json", &scenario(mixed, true));
    let said = stderr(&run(directory.path(), "check a.json"));
    assert!(said.contains("species.0.initial.mixture.1.expression.formula: found a formula whose"), "{said}");
    for (formula, message) in [
        (
            "vx",
            "found a formula with the value -3.6666666666666665 at v = [-3.6666666666666665, -3.6666666666666665]; allowed: finite values ≥ 0 on the whole lattice",
        ),
        ("sqrt(vx)", "found a formula with the value NaN at v = ["),
        ("1/step(vx)", "found a formula with the value inf at v = ["),
        ("0*v", "found a formula whose integral over the lattice is 0; allowed: one that is > 0 and finite"),
    ] {
        write(directory.path(), "a.json", &expression(formula));
        let output = run(directory.path(), "check a.json");
        let said = stderr(&output);
        assert_eq!(program::status(&output), 2);
        assert!(
            said.contains("a.json:1:")
                && said.contains("species.0.initial.expression.formula: ")
                && said.contains(message),
            "{formula}: {said}"
        );
    }
}

/// Writes a CSV table of velocities and weights.
fn table(folder: &Path) {
    let rows = (0..40).map(|p| {
        let x = f64::from(p);
        format!("{},{},{}\n", (1.3 * x).sin(), 0.01 + 0.002 * (p % 5) as f64, (2.1 * x).cos())
    });
    fs::write(folder.join("cloud.csv"), format!("vx, weight, vy\n{}", rows.collect::<String>())).unwrap();
}

#[test]
fn a_table_runs_as_it_stands_from_anywhere_and_its_run_repeats() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    fs::create_dir(directory.join("inputs")).unwrap();
    table(&directory.join("inputs"));
    write(directory, "inputs/a.json", &scenario(json!({ "file": { "path": "cloud.csv" } }), false));
    succeed(directory, "run inputs/a.json --quiet");
    succeed(directory, "run out/a/scenario.json --out again --quiet");
    assert_eq!(program::outputs(&directory.join("out/a")), program::outputs(&directory.join("again")));
    let (problem, state) =
        solver::start::<2>(&solver::scenario(&program::resolved(&directory.join("out/a"))));
    assert_eq!((problem.weights[1], state.velocities[1]), (0.012, [1.3f64.sin(), 2.1f64.cos()]));
    // h is the mean distance to the nearest neighbour.
    let distance = |p: usize, q: usize| {
        let (a, b) = (state.velocities[p], state.velocities[q]);
        ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sqrt()
    };
    let nearest =
        |p: usize| (0..40).filter(|&q| q != p).map(|q| distance(p, q)).fold(f64::INFINITY, f64::min);
    let mean = (0..40).map(nearest).sum::<f64>() / 40.0;
    // The two sums have different orders of terms.
    assert!((problem.species[0].spacing / mean - 1.0).abs() < 1e-14);
}

#[test]
fn frames_of_a_run_start_another_with_their_bits() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write(directory, "a.json", &expression("exp(-v^2)*(1 + 0.5*vx/(1+v))"));
    succeed(directory, "run a.json --quiet");
    let frame = json!({ "file": { "path": "out/a/particles/frame_00000006.h5" } });
    write(directory, "b.json", &scenario(frame, false));
    succeed(directory, "run b.json --quiet");
    let last = |name: &str, line: usize| {
        let text = fs::read_to_string(directory.join(name).join("diagnostics.csv")).unwrap();
        let row: Vec<String> = text.lines().nth(line).unwrap().split(',').map(String::from).collect();
        // Momentum, energy and density depend only on velocities and weights.
        (row[2..5].to_vec(), row[7].clone())
    };
    assert_eq!(last("out/a", 7), last("out/b", 1));
    // If the species has another name, the file's species must be given.
    let mut other = program::resolved(&directory.join("out/b"));
    other["species"][0]["name"] = json!("b");
    write(directory, "c.json", &other);
    let said = stderr(&run(directory, "check c.json"));
    assert!(said.contains("frame_00000006.h5: found no species \"b\"; allowed: a"), "{said}");
    other["species"][0]["initial"]["file"]["species"] = json!("a");
    write(directory, "c.json", &other);
    succeed(directory, "run c.json --quiet");
    assert_eq!(last("out/a", 7), last("out/c", 1));
}

#[test]
fn a_run_resumes_only_with_the_particles_it_began_with() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    table(directory);
    write(directory, "a.json", &scenario(json!({ "file": { "path": "cloud.csv" } }), false));
    succeed(directory, "run a.json --out whole --quiet");
    // A folder in the place of a frame makes the run fail after the checkpoint of step 2.
    fs::create_dir_all(directory.join("broken/particles/frame_00000004.h5")).unwrap();
    assert_eq!(program::status(&run(directory, "run a.json --out broken --overwrite --quiet")), 1);
    fs::remove_dir(directory.join("broken/particles/frame_00000004.h5")).unwrap();
    let cloud = fs::read_to_string(directory.join("cloud.csv")).unwrap();
    fs::write(directory.join("cloud.csv"), cloud.replacen("0.012", "0.013", 1)).unwrap();
    let output = run(directory, "resume broken --quiet");
    assert_eq!(
        stderr(&output),
        "error: broken/checkpoint: found one of a run that began with other particles: a file they come from has changed; restore it, or run the scenario anew\n"
    );
    fs::write(directory.join("cloud.csv"), cloud).unwrap();
    succeed(directory, "resume broken --quiet");
    assert_eq!(program::outputs(&directory.join("broken")), program::outputs(&directory.join("whole")));
}

#[test]
fn every_fault_of_a_table_is_said_with_its_line() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write(directory, "a.json", &scenario(json!({ "file": { "path": "cloud.csv" } }), false));
    let name = directory.join("cloud.csv").display().to_string();
    for (text, message) in [
        ("", "found the header \"\"; allowed: vx,vy,weight"),
        ("vx,vy\n1,2\n", "found the header \"vx,vy\"; allowed: vx,vy,weight"),
        ("vx,vy,vz,weight\n1,2,3,4\n", "found the header \"vx,vy,vz,weight\"; allowed: vx,vy,weight"),
        ("vx,vx,weight\n1,2,3\n", "found the header \"vx,vx,weight\"; allowed: vx,vy,weight"),
        ("vx,vy,weight\n", "found 0 particles; allowed: 2 to 16777216"),
        ("vx,vy,weight\n1,2,3\n", "found 1 particles; allowed: 2 to 16777216"),
        ("vx,vy,weight\n1,2,3\n1,2\n", "line 3: found 2 numbers; allowed: 3, as the header has"),
        ("vx,vy,weight\n1,2,3\n\n1,2,3,4\n", "line 4: found 4 numbers; allowed: 3, as the header has"),
        ("vx,vy,weight\n1,x,3\n", "line 2: vy: found \"x\"; allowed: a finite number"),
        ("vx,vy,weight\n1,nan,3\n", "line 2: vy: found \"nan\"; allowed: a finite number"),
        ("vx,vy,weight\n1,1e999,3\n", "line 2: vy: found \"1e999\"; allowed: a finite number"),
        ("vx,vy,weight\n1,2,-1e-3\n", "line 2: weight: found -0.001; allowed: a number ≥ 0"),
    ] {
        fs::write(directory.join("cloud.csv"), text).unwrap();
        let output = run(directory, "check a.json");
        let said = stderr(&output);
        assert_eq!(program::status(&output), 2, "{said}");
        assert!(
            said.ends_with(&format!("species.0.initial.file.path: {name}: {message}\n")),
            "{text:?}: {said}"
        );
    }
    fs::write(directory.join("cloud.csv"), b"vx,vy,weight\n1,\xff,3\n").unwrap();
    let said = stderr(&run(directory, "check a.json"));
    assert!(
        said.contains(&format!(
            "{name}: line 2: vy: found bytes that are no UTF-8; allowed: a finite number"
        )),
        "{said}"
    );
    fs::write(directory.join("cloud.csv"), "vx,vy,weight\n1,2,3\n1,2,3\n").unwrap();
    let said = stderr(&run(directory, "check a.json"));
    assert!(
        said.contains("found a mean distance of 0 between neighbours; allowed: particles that differ"),
        "{said}"
    );
    fs::remove_file(directory.join("cloud.csv")).unwrap();
    let said = stderr(&run(directory, "check a.json"));
    assert!(said.contains(&format!("cannot read {name}: No such file or directory")), "{said}");
    // A file that is not HDF5, and one that is cut short.
    write(directory, "a.json", &scenario(json!({ "file": { "path": "cloud.h5" } }), false));
    fs::write(directory.join("cloud.h5"), "vx,vy,weight\n").unwrap();
    let said = stderr(&run(directory, "check a.json"));
    assert!(said.contains(&format!("cannot read {}: ", directory.join("cloud.h5").display())), "{said}");
}
