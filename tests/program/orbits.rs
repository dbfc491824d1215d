//! Files of rings and shells: tables and frames that runs with a symmetry start from.

use crate::program;
use landau::output::openpmd::{self, Frame, SpeciesFrame, Units};
use landau::symmetry::{HalfPlane, Symmetry};
use program::{run, status, stderr, succeed, write};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Every symmetry, as a scenario and as the library has it.
fn symmetries() -> [(Value, Symmetry); 4] {
    let axial =
        |name, axis| (json!({ "axial": { "axis": name } }), Symmetry::Axial(HalfPlane::of_axis(axis)));
    [axial("x", 0), axial("y", 1), axial("z", 2), (json!({ "spherical": {} }), Symmetry::Spherical)]
}

fn scenario(symmetry: &Value, species: Value) -> Value {
    json!({
        "version": 1, "dimension": 3, "symmetry": symmetry, "species": [species],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.2 } },
        "time": { "step": 0.05, "steps": 3 },
        "output": { "particles_every": 3 }
    })
}

fn of_file(symmetry: &Value, path: &Path) -> Value {
    scenario(symmetry, json!({ "name": "a", "mass": 1.0, "initial": { "file": { "path": path } } }))
}

/// The particles that a scenario starts with.
fn start(scenario: &Value) -> (Vec<[f64; 3]>, Vec<f64>) {
    let (scenario, _) = landau::scenario::parse("test", scenario.to_string(), &[])
        .unwrap_or_else(|errors| panic!("{errors}"));
    let (problem, state) =
        landau::setup::problem_and_state::<3>(&scenario).unwrap_or_else(|violation| panic!("{violation:?}"));
    let velocities = state.velocities.iter().map(|v| v.map(|v| v * problem.scales.velocity)).collect();
    (velocities, problem.weights.iter().map(|w| w * problem.scales.density).collect())
}

/// Points of which no two are in one orbit.
fn points() -> Vec<[f64; 3]> {
    let point = |p: i32| [(1.3 * f64::from(p)).sin(), (2.1 * f64::from(p)).cos(), 0.03 * f64::from(p) - 0.4];
    (0..30).map(point).collect()
}

fn weight(p: usize) -> f64 {
    0.01 + 0.002 * (p % 5) as f64
}

#[test]
fn tables_of_orbits_and_of_points_start_a_run() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cloud.csv");
    for (symmetry, of_run) in symmetries() {
        let held: Vec<[f64; 3]> = points().into_iter().map(|point| of_run.held(point)).collect();
        let of_orbit = |v: &[f64; 3]| match of_run {
            Symmetry::Axial(HalfPlane { along, across }) => format!("{},{}", v[along], v[across]),
            _ => format!("{}", v[0]),
        };
        let header = if of_run == Symmetry::Spherical { "weight, vr" } else { "weight, vz, vr" };
        let rows = |row: &dyn Fn(usize) -> String| -> String {
            (0..held.len()).map(|p| format!("{},{}\n", weight(p), row(p))).collect()
        };
        let orbits = format!("{header}\n{}", rows(&|p| of_orbit(&held[p])));
        let plain = points();
        let plain = rows(&|p| plain[p].map(|component| component.to_string()).join(","));
        for text in [orbits, format!("weight,vx,vy,vz\n{plain}")] {
            fs::write(&path, text).unwrap();
            let (velocities, weights) = start(&of_file(&symmetry, &path));
            assert_eq!(velocities, held, "{symmetry}");
            assert_eq!(weights, (0..held.len()).map(weight).collect::<Vec<_>>());
        }
    }
}

#[test]
fn every_fault_of_a_table_of_orbits_is_said_with_its_line() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cloud.csv");
    let [.., (axial, _), (spherical, _)] = symmetries();
    let none = json!({ "none": {} });
    let rings = "allowed: vr,vz,weight or vx,vy,vz,weight";
    let shells = "allowed: vr,weight or vx,vy,vz,weight";
    let points = "allowed: vx,vy,vz,weight, or a scenario with `symmetry` for vr";
    for (symmetry, text, message) in [
        (&axial, "vr,vz,weight\n1,2,3\n-1,2,3\n", "line 3: vr: found \"-1\"; allowed: a finite number ≥ 0"),
        (&axial, "vr,vz,weight\n1,inf,3\n", "line 2: vz: found \"inf\"; allowed: a finite number"),
        (&axial, "vr,vz,weight\n1,2,3\n1,2,3,4\n", "line 3: found 4 numbers; allowed: 3, as the header has"),
        (&axial, "vr,weight\n1,2\n", &format!("found the header \"vr,weight\"; {rings}")),
        (&axial, "vx,vy,weight\n1,2,3\n", &format!("found the header \"vx,vy,weight\"; {rings}")),
        (&axial, "vr,vy,vz,weight\n1,2,3,4\n", &format!("found the header \"vr,vy,vz,weight\"; {rings}")),
        (&spherical, "vr,weight\n-1e-9,2\n", "line 2: vr: found \"-1e-9\"; allowed: a finite number ≥ 0"),
        (&spherical, "vr,vz,weight\n1,2,3\n", &format!("found the header \"vr,vz,weight\"; {shells}")),
        (&none, "vr,vz,weight\n1,2,3\n", &format!("found the header \"vr,vz,weight\"; {points}")),
        (&none, "vr,weight\n1,2\n", &format!("found the header \"vr,weight\"; {points}")),
    ] {
        fs::write(&path, text).unwrap();
        refused(directory.path(), &of_file(symmetry, &path), &format!("{}: {message}\n", path.display()));
    }
}

/// `landau check` refuses the scenario with a message that ends so.
fn refused(directory: &Path, scenario: &Value, message: &str) {
    write(directory, "a.json", scenario);
    let output = run(directory, "check a.json");
    let said = stderr(&output);
    assert_eq!(status(&output), 2, "{said}");
    assert!(said.ends_with(&format!("species.0.initial.file.path: {message}")), "{said}");
}

/// Writes a frame of one species and returns its path.
fn frame(directory: &Path, symmetry: Symmetry, velocities: &[[f64; 3]], weights: &[f64]) -> PathBuf {
    let species = SpeciesFrame { name: "a", mass: 1.0, charge: 0.0, velocities, weights };
    let frame = Frame {
        step: 0,
        time: 0.0,
        dt: 0.1,
        units: Units::Normalized,
        symmetry,
        species: vec![species],
        distributions: Vec::new(),
    };
    openpmd::write(directory, &frame).unwrap()
}

#[test]
fn a_frame_has_the_orbits_of_particles_beyond_the_axis() {
    let directory = tempfile::tempdir().unwrap();
    for (symmetry, of_run) in symmetries() {
        let held: Vec<[f64; 3]> = points().into_iter().map(|point| of_run.held(point)).collect();
        let weights: Vec<f64> = (0..held.len()).map(weight).collect();
        let beyond: Vec<[f64; 3]> = held
            .iter()
            .enumerate()
            .map(|(p, v)| {
                std::array::from_fn(
                    |axis| if p % 3 == 0 && !of_run.has_mean(axis) { -v[axis] } else { v[axis] },
                )
            })
            .collect();
        let path = frame(directory.path(), of_run, &beyond, &weights);
        assert_eq!(start(&of_file(&symmetry, &path)), (held, weights), "{symmetry}");
        // A frame of points is averaged over the orbits.
        let path = frame(directory.path(), Symmetry::None, &points(), &vec![0.1; 30]);
        let (velocities, _) = start(&of_file(&symmetry, &path));
        assert!(velocities.iter().zip(points()).all(|(v, point)| *v == of_run.held(point)), "{symmetry}");
    }
}

#[test]
fn frames_of_a_run_start_another_of_the_same_symmetry() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    for (symmetry, of_run) in [&symmetries()[0], &symmetries()[3]] {
        let lattice =
            json!({ "lattice": { "per_axis": if of_run.coordinates::<3>() == 2 { 12 } else { 40 } } });
        let drift = of_run.mean([0.3, 0.0, 0.0]);
        let maxwellian = json!({ "density": 1.0, "temperature": 1.0, "drift": drift });
        let cold = json!({ "density": 0.3, "temperature": 0.3 });
        let mixture = json!({ "mixture": [{ "maxwellian": maxwellian }, { "maxwellian": cold }] });
        let species = json!({ "name": "a", "mass": 1.0, "initial": mixture, "particles": lattice });
        write(directory, "a.json", &scenario(symmetry, species));
        succeed(directory, "run a.json --overwrite --quiet");
        let last = directory.join("out/a/particles/frame_00000003.h5");
        write(directory, "b.json", &of_file(symmetry, &last));
        succeed(directory, "run b.json --overwrite --quiet");
        let row = |name: &str, line: usize| {
            let text = fs::read_to_string(directory.join(name).join("diagnostics.csv")).unwrap();
            let mut lines = text.lines();
            let header: Vec<&str> = lines.next().unwrap().split(',').collect();
            let row: Vec<String> = lines.nth(line).unwrap().split(',').map(String::from).collect();
            // These depend only on velocities and weights.
            let kept = |name: &str| {
                name.starts_with("momentum")
                    || name == "energy"
                    || name.contains("density")
                    || name.contains("temp")
            };
            let columns = header.into_iter().zip(row).filter(|(name, _)| kept(name));
            columns.map(|(name, value)| (name.to_string(), value)).collect::<Vec<_>>()
        };
        assert_eq!(row("out/a", 3), row("out/b", 0), "{symmetry}");
        let first = directory.join("out/b/particles/frame_00000000.h5");
        assert_eq!(start(&of_file(symmetry, &first)), start(&of_file(symmetry, &last)));
        // The run did something.
        assert_ne!(start(&program::resolved(&directory.join("out/a"))).0, start(&of_file(symmetry, &last)).0);
    }
}

#[test]
fn frames_of_another_symmetry_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let [(x, of_x), _, (z, _), (spherical, shells)] = symmetries();
    let none = json!({ "none": {} });
    for (symmetry, of_frame, message) in [
        (&none, of_x, "found a component r; allowed: x, y, z, or a scenario with `symmetry` for r"),
        (&none, shells, "found a component r; allowed: x, y, z, or a scenario with `symmetry` for r"),
        (&z, of_x, "found rings about the axis x; allowed: about z, as `symmetry` says"),
        (&spherical, of_x, "found a component z; allowed: r or x, y, z, as the scenario has a `symmetry`"),
        (&x, shells, "found no component z; allowed: one for each coordinate of the scenario's particles"),
    ] {
        let held: Vec<[f64; 3]> = points().into_iter().map(|point| of_frame.held(point)).collect();
        let path = frame(directory, of_frame, &held, &[0.1; 30]);
        let words = format!("{}: record velocity of species \"a\": {message}\n", path.display());
        refused(directory, &of_file(symmetry, &path), &words);
    }
}
