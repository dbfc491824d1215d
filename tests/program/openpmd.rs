//! openPMD frames: Python readers find their content, equal frames have equal bytes, and files are written
//! completely or not at all.

use crate::python;
use landau::output::openpmd::{Error, Frame, SiFactors, SpeciesFrame, Units, file_name, is_name, write};
use landau::symmetry::{HalfPlane, Symmetry};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Output;

const SI: Units = Units::Si(SiFactors {
    mass: 9.1093837139e-31,
    charge: 1.602176634e-19,
    velocity: 419_382.81,
    weighting: 1e19,
    time: 1e-9,
});

/// A species that owns its particles.
struct Particles<const D: usize> {
    name: &'static str,
    mass: f64,
    charge: f64,
    velocities: Vec<[f64; D]>,
    weights: Vec<f64>,
}

impl<const D: usize> Particles<D> {
    /// Particles whose numbers have random bits: any sign and any exponent, except infinity and NaN.
    fn random(name: &'static str, count: usize) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(count as u64);
        let mut number = || {
            loop {
                let number = f64::from_bits(generator.next_u64());
                if number.is_finite() {
                    return number;
                }
            }
        };
        Self {
            name,
            mass: 1836.152673426,
            charge: -1.0,
            velocities: (0..count).map(|_| std::array::from_fn(|_| number())).collect(),
            weights: (0..count).map(|_| number().abs()).collect(),
        }
    }

    /// Particles with numbers of the sizes that occur in a run, and zeros of both signs.
    fn lattice(name: &'static str, count: usize) -> Self {
        let velocity = |p: usize| std::array::from_fn(|axis| (p as f64).sqrt() * 0.1 - axis as f64);
        let mut velocities: Vec<[f64; D]> = (0..count).map(velocity).collect();
        velocities[0] = [-0.0; D];
        velocities[1] = [0.0; D];
        let weights = (0..count).map(|p| (-(p as f64) * 1e-3).exp()).collect();
        Self { name, mass: 2.0, charge: 1.0, velocities, weights }
    }

    fn fixed(name: &'static str) -> Self {
        let velocities = vec![std::array::from_fn(|axis| 0.25 * axis as f64)];
        Self { name, mass: f64::INFINITY, charge: 6.0, velocities, weights: vec![0.02] }
    }

    fn frame(&self) -> SpeciesFrame<'_, D> {
        SpeciesFrame {
            name: self.name,
            mass: self.mass,
            charge: self.charge,
            velocities: &self.velocities,
            weights: &self.weights,
        }
    }
}

fn frame<const D: usize>(step: u64, units: Units, species: &[Particles<D>]) -> Frame<'_, D> {
    Frame {
        step,
        time: step as f64 * 0.1,
        dt: 0.1,
        units,
        symmetry: Symmetry::None,
        species: species.iter().map(Particles::frame).collect(),
        distributions: Vec::new(),
    }
}

/// What the readers should find: the numbers of the frames, with infinite masses replaced, and the units,
/// written here independently.
fn expectation<const D: usize>(frames: &[Frame<D>]) -> Value {
    let (seconds, units) = match frames[0].units {
        Units::Normalized => {
            let none = json!([1.0, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]);
            (1.0, json!({"velocity": none, "weighting": none, "mass": none, "charge": none}))
        }
        Units::Si(factors) => (
            factors.time,
            json!({
                "velocity": [factors.velocity, [1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0]],
                "weighting": [factors.weighting, [-3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]],
                "mass": [factors.mass, [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]],
                "charge": [factors.charge, [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0]],
            }),
        ),
    };
    let symmetry = frames[0].symmetry;
    let (components, geometry, comment) = match symmetry {
        Symmetry::None => (["x", "y", "z"][..D].to_vec(), json!({}), String::new()),
        Symmetry::Axial(HalfPlane { along, .. }) => {
            let axis = ["x", "y", "z"][along];
            let words = format!(
                " Particles are rings about the axis {axis}: r is the distance from it, z lies along it."
            );
            (vec!["r", "z"], json!({ "geometry": "cylindrical", "axis": axis }), words)
        }
        Symmetry::Spherical => {
            let words = " Particles are shells about the origin: r is their radius.".to_string();
            (vec!["r"], json!({ "geometry": "spherical" }), words)
        }
    };
    let coordinates = |v: &[f64; D]| match symmetry {
        Symmetry::None => v.to_vec(),
        Symmetry::Axial(HalfPlane { along, across }) => vec![v[across].abs(), v[along]],
        Symmetry::Spherical => vec![v[0].abs()],
    };
    let species = |species: &SpeciesFrame<D>| {
        let velocities: Vec<Vec<f64>> = species.velocities.iter().map(coordinates).collect();
        let mass = if species.mass.is_infinite() { f64::MAX } else { species.mass };
        json!({
            "name": species.name, "mass": mass, "charge": species.charge,
            "velocities": velocities, "weights": species.weights,
        })
    };
    let frames: Vec<Value> = frames
        .iter()
        .map(|frame| {
            let species: Vec<Value> = frame.species.iter().map(species).collect();
            json!({"step": frame.step, "time": frame.time, "dt": frame.dt, "species": species})
        })
        .collect();
    json!({
        "components": components, "geometry": geometry, "comment": comment, "seconds": seconds, "software_version": env!("CARGO_PKG_VERSION"),
        "units": units, "frames": frames,
    })
}

/// Writes the frames into `folder/particles`, and next to it what readers should find in them.
fn write_series<const D: usize>(folder: &Path, frames: &[Frame<D>]) {
    let particles = folder.join("particles");
    fs::create_dir(&particles).unwrap();
    for frame in frames {
        assert_eq!(write(&particles, frame).unwrap(), particles.join(file_name(frame.step)));
    }
    fs::write(folder.join("expectation.json"), expectation(frames).to_string()).unwrap();
}

fn read(command: &str, folder: &Path) -> Output {
    let (particles, expectation) = (folder.join("particles"), folder.join("expectation.json"));
    let arguments = [OsStr::new(command), particles.as_os_str(), expectation.as_os_str()];
    python::run("tests/python/requirements.txt", "tests/python/read_openpmd.py", arguments)
}

#[track_caller]
fn assert_success(output: &Output) {
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn readers_find_every_bit_in_two_dimensions_normalised() {
    let folder = tempfile::tempdir().unwrap();
    let species = [
        Particles::<2>::lattice("electron", 500),
        Particles::random("deuteron_2", 33),
        Particles { velocities: vec![], weights: vec![], ..Particles::random("none", 1) },
        Particles::fixed("carbon"),
        Particles::random("single", 1),
    ];
    // The last step has more than eight digits, the minimum in file names.
    let frames = [0, 7, 100, 123_456_789].map(|step| frame(step, Units::Normalized, &species));
    write_series(folder.path(), &frames);
    assert_success(&read("check", folder.path()));
}

#[test]
fn readers_find_every_bit_in_three_dimensions_si() {
    let folder = tempfile::tempdir().unwrap();
    // Sizes near one and two chunks of 32,768 numbers.
    let species = [
        Particles::<3>::lattice("electron", 32_768),
        Particles::random("deuteron", 32_769),
        Particles::lattice("tritium", 65_537),
        Particles { velocities: vec![], weights: vec![], ..Particles::random("none", 1) },
        Particles::fixed("carbon"),
    ];
    write_series(folder.path(), &[frame(1, SI, &species), frame(2, SI, &species[..2])]);
    assert_success(&read("check", folder.path()));
}

/// Their distances are stored without the sign that a step over the axis leaves.
#[test]
fn readers_find_every_bit_of_rings_and_shells() {
    let axial = [0, 1, 2].map(|axis| Symmetry::Axial(HalfPlane::of_axis(axis)));
    for symmetry in axial.into_iter().chain([Symmetry::Spherical]) {
        let folder = tempfile::tempdir().unwrap();
        let mut carbon = Particles::<3>::fixed("carbon");
        carbon.velocities[0] = symmetry.mean(carbon.velocities[0]);
        let species = [Particles::lattice("electron", 500), Particles::random("deuteron", 33), carbon];
        let radius = if symmetry == axial[0] { 1 } else { 0 };
        assert!(species[1].velocities.iter().any(|v| v[radius] < 0.0));
        let frames = [4, 7].map(|step| Frame { symmetry, ..frame(step, SI, &species) });
        write_series(folder.path(), &frames);
        assert_success(&read("check", folder.path()));
        assert_success(&read("alter", folder.path()));
    }
}

/// A run in SI units from a table, so that every bit of its first frame is known.
#[test]
fn readers_find_the_si_quantities_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let electron = Particles::<3> {
        mass: 9.1093837139e-31,
        charge: -1.0,
        velocities: (0..50).map(|p| [0.7e7 * f64::from(p).sin(), 1e5 * f64::from(p), -3.3e6]).collect(),
        weights: (0..50).map(|p| 1e18 + 1e16 * f64::from(p)).collect(),
        ..Particles::lattice("electron", 2)
    };
    let carbon = Particles::<3> {
        velocities: vec![[1.5e4, 0.0, -2e4]],
        weights: vec![2.1e18],
        ..Particles::fixed("carbon")
    };
    let rows = electron.velocities.iter().zip(&electron.weights);
    let rows: String = rows.map(|([x, y, z], w)| format!("{x:e},{y:e},{z:e},{w:e}\n")).collect();
    fs::write(folder.path().join("cloud.csv"), format!("vx,vy,vz,weight\n{rows}")).unwrap();
    let fixed = json!({ "density": carbon.weights[0], "velocity": carbon.velocities[0] });
    let scenario = json!({
        "version": 1, "dimension": 3, "units": { "si": {} },
        "species": [
            { "name": "electron", "mass": electron.mass, "charge": -1.0, "initial": { "file": { "path": "cloud.csv" } } },
            { "name": "carbon", "charge": 6.0, "fixed": fixed }
        ],
        "collisions": { "gamma": -3.0, "coefficients": { "coulomb": { "log_lambda": 14.0 } } },
        "score": { "particles": {} },
        "time": { "step": 1.3e-9, "steps": 1 },
        "output": { "particles_every": 5 }
    });
    fs::write(folder.path().join("si.json"), scenario.to_string()).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_landau"))
        .current_dir(folder.path())
        .args(["run", "si.json", "--out", "run", "--quiet"])
        .output()
        .unwrap();
    assert_success(&output);
    // The units are kg, elementary charges, m/s, m⁻³ and s.
    let units = SiFactors { mass: 1.0, charge: 1.602176634e-19, velocity: 1.0, weighting: 1.0, time: 1.0 };
    let expected = Frame {
        step: 0,
        time: 0.0,
        dt: 1.3e-9,
        units: Units::Si(units),
        symmetry: Symmetry::None,
        species: vec![electron.frame(), carbon.frame()],
        distributions: Vec::new(),
    };
    let run = folder.path().join("run");
    // The end of the run has a frame too, whose velocities are not known here.
    fs::remove_file(run.join("particles/frame_00000001.h5")).unwrap();
    fs::write(run.join("expectation.json"), expectation(&[expected]).to_string()).unwrap();
    assert_success(&read("check", &run));
}

/// Of points about the axis along which they drift, and in a second with SI units.
#[test]
fn readers_find_the_density_along_and_across_an_axis() {
    for (units, mass, density, temperature, drift) in
        [("normalized", 1.0, 2.0, 1.0, 0.5), ("si", 9.1093837139e-31, 1e19, 100.0, 1e6)]
    {
        let folder = tempfile::tempdir().unwrap();
        let coefficients = if units == "si" { json!({ "coulomb": {} }) } else { json!({ "uniform": 0.1 }) };
        let step = if units == "si" { 1e-9 } else { 0.01 };
        let scenario = json!({
            "version": 1, "dimension": 3, "units": { units: {} },
            "species": [{
                "name": "electron", "mass": mass, "charge": -1.0,
                "initial": { "maxwellian": { "density": density, "temperature": temperature, "drift": [drift, 0.0, 0.0] } },
                "particles": { "lattice": { "per_axis": 12 } }
            }],
            "collisions": { "gamma": -3.0, "coefficients": coefficients },
            "time": { "step": step, "steps": 2 },
            "output": { "particles_every": 2, "distribution": { "cells": 40, "axis": "x" } }
        });
        fs::write(folder.path().join("one.json"), scenario.to_string()).unwrap();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_landau"))
            .current_dir(folder.path())
            .args(["run", "one.json", "--out", "run", "--quiet"])
            .output()
            .unwrap();
        assert_success(&output);
        let rows = fs::read_to_string(folder.path().join("run/diagnostics.csv")).unwrap();
        let mut lines = rows.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let column = lines.next().unwrap().iter().position(|name| *name == "electron_density").unwrap();
        let density = lines.next_back().unwrap()[column].to_string();
        let run = folder.path().join("run");
        let arguments = [run.as_os_str(), OsStr::new("electron"), OsStr::new(&density)];
        assert_success(&python::run(
            "tests/python/requirements.txt",
            "tests/python/read_distribution.py",
            arguments,
        ));
    }
}

#[test]
fn readers_find_a_frame_without_species() {
    let folder = tempfile::tempdir().unwrap();
    write_series::<3>(folder.path(), &[frame(3, SI, &[])]);
    assert_success(&read("check", folder.path()));
}

#[test]
fn readers_notice_alterations_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let species = [Particles::<3>::lattice("electron", 20), Particles::lattice("deuteron", 10)];
    write_series(folder.path(), &[frame(4, SI, &species), frame(5, SI, &species)]);
    assert_success(&read("check", folder.path()));
    assert_success(&read("alter", folder.path()));
}

#[test]
fn readers_notice_another_expectation() {
    let folder = tempfile::tempdir().unwrap();
    let mut species = [Particles::<2>::lattice("electron", 20)];
    write_series(folder.path(), &[frame(4, Units::Normalized, &species)]);
    species[0].weights[19] = species[0].weights[19].next_up();
    let other = expectation(&[frame(4, Units::Normalized, &species)]);
    fs::write(folder.path().join("expectation.json"), other.to_string()).unwrap();
    let output = read("check", folder.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("h5py: /data/4/particles/electron/weighting: "), "{output:?}");
}

#[test]
fn equal_frames_are_equal_files() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let species = [Particles::<3>::lattice("electron", 40_000), Particles::random("deuteron", 10)];
    let one = fs::read(write(first.path(), &frame(9, SI, &species)).unwrap()).unwrap();
    let other = fs::read(write(second.path(), &frame(9, SI, &species)).unwrap()).unwrap();
    assert!(one == other);
    // Also when an existing file is replaced, be it longer or shorter.
    fs::write(first.path().join(file_name(9)), vec![1; 2 * one.len()]).unwrap();
    assert!(one == fs::read(write(first.path(), &frame(9, SI, &species)).unwrap()).unwrap());
    assert_eq!(fs::read_dir(first.path()).unwrap().count(), 1);
}

#[test]
fn a_partial_file_left_by_a_crash_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let species = [Particles::<2>::lattice("electron", 10)];
    let whole = fs::read(write(folder.path(), &frame(9, SI, &species)).unwrap()).unwrap();
    let partial = folder.path().join(".frame_00000009.h5.partial");
    fs::write(&partial, vec![1; 2 * whole.len()]).unwrap();
    assert!(whole == fs::read(write(folder.path(), &frame(9, SI, &species)).unwrap()).unwrap());
    assert!(!partial.exists());
}

#[test]
fn a_folder_that_does_not_exist_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = write(&folder.path().join("absent"), &frame::<2>(9, SI, &[])).unwrap_err();
    let path = folder.path().join("absent/frame_00000009.h5");
    assert!(error.to_string().starts_with(&format!("cannot write {}: ", path.display())), "{error}");
    assert!(error.to_string().contains("No such file or directory"), "{error}");
}

#[test]
fn a_name_that_is_taken_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(file_name(9))).unwrap();
    let error = write(folder.path(), &frame::<2>(9, SI, &[])).unwrap_err();
    assert!(matches!(error, Error::Write { .. }), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn bad_species_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let message = |species: &[Particles<2>]| {
        let error = write(folder.path(), &frame(9, SI, species)).unwrap_err().to_string();
        let place = format!("cannot write {}: ", folder.path().join(file_name(9)).display());
        error.strip_prefix(&place).unwrap_or_else(|| panic!("{error}")).to_owned()
    };
    let named = |name| Particles::<2>::random(name, 3);
    for name in ["", "a/b", ".", "D+", "é", "two words"] {
        assert!(!is_name(name));
        assert_eq!(
            message(&[named(name)]),
            format!("species name {name:?}: openPMD allows a-z, A-Z, 0-9 and _ only")
        );
    }
    assert!(is_name("He_2"));
    assert_eq!(message(&[named("a"), named("b"), named("a")]), "two species are called \"a\"");
    let short = Particles { weights: vec![1.0], ..named("a") };
    assert_eq!(message(&[short]), "species \"a\" has 3 velocities and 1 weights");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// The test runs itself again under a limit on the size of files, which acts like a full disk.
#[cfg(unix)]
#[test]
fn a_full_disk_is_reported_and_leaves_the_former_frame() {
    const FOLDER: &str = "LANDAU_TEST_FULL_DISK";
    let species = [Particles::<3>::random("electron", 40_000)];
    if let Some(folder) = std::env::var_os(FOLDER) {
        let error = write(Path::new(&folder), &frame(9, SI, &species)).unwrap_err();
        assert!(error.to_string().contains("File too large"), "{error}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let former = fs::read(write(folder.path(), &frame(9, SI, &species[..0])).unwrap()).unwrap();
    let output = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 200; exec \"$0\" --exact \"$1\" --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .arg("openpmd::a_full_disk_is_reported_and_leaves_the_former_frame")
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    assert_success(&output);
    assert!(text(&output.stdout).contains("1 passed"), "{output:?}");
    assert!(!text(&output.stderr).contains("HDF5"), "{output:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(former == fs::read(folder.path().join(file_name(9))).unwrap());
}
