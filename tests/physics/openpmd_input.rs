//! Particles from openPMD files of other programs: momenta, constant records, macro-particles and iterations;
//! and messages about unreadable files.

use crate::program;
use crate::python;
use crate::solver;
use program::{run, status, stderr, succeed, write};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const REQUIREMENTS: &str = "tests/python/requirements.txt";
const MASS: f64 = 9.1093837139e-31;

/// A folder with the files that tests/python/write_other_openpmd.py writes.
fn files() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let output = python::run(REQUIREMENTS, "tests/python/write_other_openpmd.py", [folder.path()]);
    assert!(output.status.success(), "{}", stderr(&output));
    folder
}

fn scenario(file: Value) -> Value {
    json!({
        "version": 1, "dimension": 3, "units": { "si": {} },
        "species": [{ "name": "electron", "mass": MASS, "charge": -1.0, "initial": { "file": file } }],
        "collisions": { "gamma": -3.0, "coefficients": { "coulomb": { "log_lambda": 14.0 } } },
        "score": { "particles": {} },
        "time": { "step": 1e-9, "steps": 1 }
    })
}

/// The velocities in m/s and weights in m⁻³ of a run's particles from a file of the folder.
fn start(folder: &Path, file: &Value) -> (Vec<[f64; 3]>, Vec<f64>) {
    let mut file = file.clone();
    file["path"] = json!(folder.join(file["path"].as_str().unwrap()));
    let (problem, state) = solver::start::<3>(&solver::scenario(&scenario(file)));
    let velocities = state.velocities.iter().map(|v| v.map(|v| v * problem.scales.velocity)).collect();
    (velocities, problem.weights.iter().map(|w| w * problem.scales.density).collect())
}

#[test]
fn particles_of_other_programs_start_a_run_as_they_stand() {
    let folder = files();
    let folder = folder.path();
    let single = 1e-7;
    // The products and quotients with mass and weight are rounded.
    let double = 1e-15;
    for (file, step, volume, constant, tolerance) in [
        (json!({ "path": "momentum.h5", "volume": 1e-6 }), 7.0, 1e-6, false, double),
        (json!({ "path": "momentum.h5", "volume": 2.0, "iteration": 0 }), 0.0, 2.0, false, double),
        (json!({ "path": "constant.h5", "volume": 1e-6, "iteration": 7 }), 7.0, 1e-6, true, double),
        (json!({ "path": "moved.h5", "volume": 1.0 }), 7.0, 1.0, false, double),
        (json!({ "path": "grams.h5", "volume": 1.0 }), 7.0, 1.0, false, double),
        (json!({ "path": "velocity.h5", "volume": 1.0 }), 7.0, 1.0, false, double),
        (json!({ "path": "single.h5", "volume": 1.0 }), 7.0, 1.0, false, single),
        (json!({ "path": "macro_mass.h5", "volume": 1.0 }), 7.0, 1.0, false, double),
        (json!({ "path": "no_mass.h5", "volume": 1.0 }), 7.0, 1.0, false, double),
        (json!({ "path": "densities.h5" }), 7.0, 1.0, false, double),
        (json!({ "path": "mass_of_one.h5", "volume": 1.0 }), 7.0, 1.0, false, double),
        (json!({ "path": "mass_of_none.h5", "volume": 1.0 }), 7.0, 1.0, false, double),
        (json!({ "path": "mass_without_shape.h5", "volume": 1.0 }), 7.0, 1.0, false, double),
        (json!({ "path": "per_length.h5", "area": 0.5 }), 7.0, 0.5, false, double),
        (json!({ "path": "per_area.h5", "length": 0.5 }), 7.0, 0.5, false, double),
        (json!({ "path": "momentum.h5", "area": 0.5 }), 7.0, 0.5, false, double),
        (json!({ "path": "momentum.h5", "density": 2.1e11 }), 7.0, 1.0, false, double),
        (json!({ "path": "beam.h5", "volume": 1.0 }), 7.0, 1.0, false, double),
        (json!({ "path": "screen.h5", "volume": 1.0, "iteration": 7 }), 7.0, 1.0, false, double),
        (json!({ "path": "newest.H5", "volume": 1.0 }), 7.0, 1.0, false, double),
    ] {
        let (velocities, weights) = start(folder, &file);
        assert_eq!((velocities.len(), weights.len()), (20, 20), "{file}");
        for (p, (velocity, weight)) in velocities.iter().zip(&weights).enumerate() {
            let count = if constant { 2e9 } else { 1e9 * (1.0 + p as f64) };
            assert!((weight * volume / count - 1.0).abs() <= tolerance, "{file}: weight {weight}");
            for (axis, found) in velocity.iter().enumerate() {
                let expected = 1e5 * (p + 20 * axis) as f64 + step;
                assert!((found - expected).abs() <= tolerance * expected, "{file}: {found} {expected}");
            }
        }
    }
    write(folder, "run.json", &scenario(json!({ "path": "momentum.h5", "volume": 1e-6, "iteration": 0 })));
    succeed(folder, "run run.json --quiet");
    // The resolved scenario repeats the run.
    succeed(folder, "run out/run/scenario.json --out again --quiet");
    program::assert_same(&folder.join("again"), &folder.join("out/run"), "repeated");
}

/// Particles without weight stand for nothing; those of a species without weights all count as one.
#[test]
fn weights_of_nothing_and_no_weights_are_told() {
    let folder = files();
    for (file, count, weight, note) in [
        (
            json!({ "path": "no_weight.h5", "volume": 1.0 }),
            19,
            1e9,
            "1 of its 20 particles have weight 0 and are left out",
        ),
        (
            json!({ "path": "no_weighting.h5", "volume": 0.5 }),
            20,
            2.0,
            "it has no record weighting: every particle counts as one",
        ),
        (
            json!({ "path": "no_weighting.h5", "density": 1e3 }),
            20,
            50.0,
            "it has no record weighting: every particle counts as one",
        ),
    ] {
        let mut file = file;
        file["path"] = json!(folder.path().join(file["path"].as_str().unwrap()));
        let (problem, state) = solver::start::<3>(&solver::scenario(&scenario(file)));
        assert_eq!(state.velocities.len(), count);
        assert_eq!(problem.species[0].notes, [note]);
        // Of the first particle, whose density was divided by a volume or a sum.
        assert!((problem.weights[0] * problem.scales.density / weight - 1.0).abs() < 1e-15);
    }
}

/// Rings of another program have components r and z and name no axis.
#[test]
fn rings_of_other_programs_start_a_run() {
    let folder = files();
    let axial = |path: &str| {
        let mut rings = scenario(json!({ "path": folder.path().join(path), "volume": 1.0 }));
        rings["symmetry"] = json!({ "axial": { "axis": "x" } });
        rings["score"] = json!({ "mesh": {} });
        rings
    };
    let (problem, state) = solver::start::<3>(&solver::scenario(&axial("rings.h5")));
    for (p, velocity) in state.velocities.iter().enumerate() {
        let expected = [p + 40, p + 20].map(|place| 1e5 * place as f64 + 7.0);
        for (found, expected) in velocity.iter().zip(expected) {
            // Products and quotients with mass and weight are rounded.
            assert!((found * problem.scales.velocity - expected).abs() <= 1e-15 * expected, "{velocity:?}");
        }
        assert_eq!(velocity[2], 0.0);
    }
    write(folder.path(), "run.json", &axial("bad/negative_r.h5"));
    let said = stderr(&run(folder.path(), "check run.json"));
    let words = "record momentum of species \"electron\": component r: found -1 of particle 3; allowed: a finite number ≥ 0";
    assert!(said.contains(words), "{said}");
}

#[test]
fn what_cannot_be_read_is_said_with_its_place() {
    let folder = files();
    let folder = folder.path();
    let volume = |path: &str| json!({ "path": path, "volume": 1.0 });
    fs::write(folder.join("cloud.csv"), "vx,vy,vz,weight\n1,2,3,4\n5,6,7,8\n").unwrap();
    let momentum = "record momentum of species \"electron\": ";
    let weighting = "record weighting of species \"electron\": ";
    for (file, key, message) in [
        (json!({ "path": "absent.h5" }), "path", "cannot read "),
        (
            json!({ "path": "momentum.h5" }),
            "path",
            "momentum.h5: found weightings that count particles (unitDimension 0); allowed: with `volume` beside `path`, the m³ that they fill",
        ),
        (json!({ "path": "momentum.h5", "volume": 0.0 }), "volume", "found 0; allowed: a number > 0"),
        (
            json!({ "path": "densities.h5", "volume": 1.0 }),
            "volume",
            "densities.h5: found beside weightings that are densities (unitDimension m⁻³); allowed: none",
        ),
        (
            json!({ "path": "momentum.h5", "iteration": 3 }),
            "iteration",
            "momentum.h5: found 3, which the file does not hold; allowed: 0, 7",
        ),
        (
            json!({ "path": "momentum.h5", "species": "ion" }),
            "species",
            "momentum.h5: found no species \"ion\"; allowed: electron",
        ),
        (
            json!({ "path": "cloud.csv", "iteration": 1 }),
            "iteration",
            "found beside a CSV file, whose weights are densities at one time; allowed: beside an openPMD file (.h5)",
        ),
        (
            json!({ "path": "cloud.csv", "volume": 1.0 }),
            "volume",
            "found beside a CSV file, whose weights are densities at one time; allowed: beside an openPMD file (.h5)",
        ),
        (
            json!({ "path": "momentum.h5", "volume": 1.0, "area": 1.0 }),
            "",
            "found `volume` and `area` beside each other; allowed: one of them",
        ),
        (
            json!({ "path": "per_length.h5" }),
            "path",
            "per_length.h5: found weightings per length (unitDimension m⁻¹); allowed: with `area` beside `path`, the m² that they fill, or `density`",
        ),
        (
            json!({ "path": "per_area.h5", "volume": 1.0 }),
            "volume",
            "per_area.h5: found beside weightings per area (unitDimension m⁻²); allowed: `length` or `density`",
        ),
        (
            json!({ "path": "bad/no_units.h5" }),
            "path",
            "no_units.h5: found weightings without a unitDimension; allowed: with `volume` beside `path`, the m³ that they fill, or `density`",
        ),
        (
            volume("bad/other_mass.h5"),
            "path",
            "particle 0: mass: found 1.67248284987204e-27; allowed: the `mass` of the species, 9.1093837139e-31, within a per cent",
        ),
        (
            volume("empty_at_the_end.h5"),
            "path",
            "found 0 particles; allowed: 2 to 16777216 of species \"electron\", not as in iteration 7 but as in `iteration` 0",
        ),
        (
            volume("absent_at_the_end.h5"),
            "species",
            "found no species \"electron\"; allowed: ion, or `iteration` 0",
        ),
        (
            json!({ "path": "beam.h5", "volume": 1.0, "iteration": 7 }),
            "iteration",
            "found 7 beside a file without iterations; allowed: none",
        ),
        (
            json!({ "path": "beam.h5", "volume": 1.0, "species": "proton" }),
            "species",
            "found no species \"proton\"; allowed: electron",
        ),
        (volume("bad/no_data.h5"), "path", "found no group /data; allowed: an openPMD file"),
        (
            volume("bad/no_iteration.h5"),
            "path",
            "found no iteration in /data; allowed: an openPMD file with one or more",
        ),
        (volume("bad/no_particles.h5"), "path", "found no particles in iteration 7"),
        (
            json!({ "path": "bad/no_weighting.h5" }),
            "path",
            "found no record weighting of species \"electron\"; allowed: velocity or momentum, and weighting, or `density` beside `path`, to weigh all the same",
        ),
        (
            volume("bad/no_momentum.h5"),
            "path",
            "found neither velocity nor momentum of species \"electron\"; allowed: one of them, and weighting",
        ),
        (
            volume("bad/no_z.h5"),
            "path",
            &format!(
                "{momentum}found no component z; allowed: one for each coordinate of the scenario's particles"
            ),
        ),
        (
            volume("bad/no_power.h5"),
            "path",
            &format!("{momentum}found macroWeighted without weightingPower; allowed: both"),
        ),
        (
            volume("bad/length.h5"),
            "path",
            &format!("{momentum}component y: found 21 values; allowed: 20, as many as the species has"),
        ),
        (
            volume("bad/momentum_in_metres.h5"),
            "path",
            &format!(
                "{momentum}found the unitDimension [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]; allowed: [1.0, 1.0, -1.0, 0.0, 0.0, 0.0, 0.0], as the scenario is in SI units"
            ),
        ),
        (
            volume("bad/without_units.h5"),
            "path",
            &format!(
                "{momentum}found the unitDimension [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]; allowed: [1.0, 1.0, -1.0, 0.0, 0.0, 0.0, 0.0], as the scenario is in SI units"
            ),
        ),
        (
            volume("bad/weighting_in_metres.h5"),
            "path",
            &format!("{weighting}found the unitDimension [1.0, 0.0"),
        ),
        // √(4071) 1e6 m/s, from Σ w v² over x, y, z by hand.
        (
            volume("bad/fast.h5"),
            "path",
            "found momenta of 0.213 m c (root mean square); allowed: up to 0.1 m c, where velocities are p/m",
        ),
        (
            volume("bad/no_value.h5"),
            "path",
            &format!("{weighting}found a constant without a number as its value; allowed: a number"),
        ),
        (
            volume("bad/text_value.h5"),
            "path",
            &format!("{weighting}found a constant without a number as its value; allowed: a number"),
        ),
        (
            volume("bad/huge_shape.h5"),
            "path",
            &format!("{weighting}found 1000000000000000 values; allowed: 20, as many as the species has"),
        ),
        (
            volume("bad/scalar_momentum.h5"),
            "path",
            &format!("{momentum}found an array; allowed: a group with a component x"),
        ),
        (volume("bad/text.h5"), "path", &format!("{weighting}cannot be read: ")),
        (volume("bad/complex.h5"), "path", &format!("{weighting}cannot be read: ")),
        (volume("bad/negative.h5"), "path", "particle 3: weighting: found -1; allowed: a number ≥ 0"),
        (volume("bad/nan.h5"), "path", "particle 3: velocity: found NaN; allowed: a finite number"),
        (volume("bad/one.h5"), "path", "found 1 particles; allowed: 2 to 16777216"),
    ] {
        write(folder, "run.json", &scenario(file.clone()));
        let output = run(folder, "check run.json");
        let said = stderr(&output);
        let place = format!("species.0.initial.file{}{key}: ", if key.is_empty() { "" } else { "." });
        assert_eq!(status(&output), 2, "{file}: {said}");
        assert!(said.contains(&place) && said.contains(message), "{file}: {said}");
    }
    let mut flat = scenario(volume("velocity.h5"));
    flat["dimension"] = json!(2);
    flat["units"] = json!({ "normalized": {} });
    flat["collisions"]["coefficients"] = json!({ "uniform": 0.0 });
    write(folder, "run.json", &flat);
    let said = stderr(&run(folder, "check run.json"));
    let words = "record velocity of species \"electron\": found a component z; allowed: x, y, as the scenario has 2 dimensions";
    assert!(said.contains(words), "{said}");
}

/// Whatever bit of a file is damaged, reading it gives an error or different numbers, never a panic or a huge
/// allocation.
#[test]
fn no_bit_of_a_file_makes_the_reader_panic() {
    let folder = files();
    let folder = folder.path();
    let whole = fs::read(folder.join("momentum.h5")).unwrap();
    let mut generator = ChaCha8Rng::seed_from_u64(3);
    let mut random = |below: usize| (generator.next_u64() % below as u64) as usize;
    let mut file = json!({ "path": folder.join("damaged.h5"), "volume": 1.0 });
    for round in 0..600 {
        let mut damaged = whole.clone();
        match round % 3 {
            0 => damaged.truncate(random(whole.len())),
            1 => damaged[random(whole.len())] ^= 1 << random(8),
            // The start of the file holds the superblock and groups.
            _ => damaged[random(4096.min(whole.len()))] = random(256) as u8,
        }
        fs::write(folder.join("damaged.h5"), damaged).unwrap();
        file["iteration"] = json!(if round % 2 == 0 { 0 } else { 7 });
        let _ = landau::setup::problem_and_state::<3>(&solver::scenario(&scenario(file.clone())));
    }
}

#[test]
fn the_example_script_tells_the_moments_of_a_file() {
    let folder = files();
    let file = folder.path().join("momentum.h5");
    let output = python::run(REQUIREMENTS, "plots/read_particles.py", [file.as_os_str()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    // Σ (1 + p) = 210, and Σ (1 + p) p / 210 = 12.666… in units of 1e5 m/s, at step 7.
    let words = "iteration 7\nelectron: 20 particles, density 2.1e+11, velocity [1266673.6667 3266673.6667 5266673.6667], ";
    assert!(said.starts_with(words), "{said}");
}
