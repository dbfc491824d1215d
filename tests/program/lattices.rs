//! Lattices in thermal speeds and default lattices, as the program reads, writes and reports them.

use crate::program;
use crate::resume::break_at;
use program::{assert_same, resolved, status, stderr, succeed, summary, write};
use serde_json::{Value, json};
use std::fs;

/// Two species, one with a lattice in thermal speeds and one with a default lattice.
fn scenario(units: &str, [mass, density, temperature, drift]: [f64; 4], step: f64) -> Value {
    let species = |name: &str, factor: f64, lattice: Value| {
        json!({
            "name": name, "mass": factor * mass, "charge": 1.0,
            "initial": { "maxwellian": { "density": density, "temperature": factor * temperature, "drift": [0.0, factor * drift, drift] } },
            "particles": { "lattice": lattice }
        })
    };
    let coefficients = match units {
        "si" => json!({ "coulomb": {} }),
        _ => json!({ "uniform": 0.1 }),
    };
    json!({
        "version": 1, "dimension": 3, "units": { units: {} },
        "species": [
            species("a", 1.0, json!({ "per_axis": 6, "half_width": { "thermal_speeds": 3.3 } })),
            species("b", 3.0, json!({ "per_axis": 6 }))
        ],
        "collisions": { "gamma": -3.0, "coefficients": coefficients },
        "time": { "step": step, "steps": 4 },
        "output": { "particles_every": 2, "checkpoint_every": 1 }
    })
}

fn scenarios() -> [Value; 2] {
    [
        scenario("normalized", [1.0, 1.0, 0.7, 0.3], 0.01),
        scenario("si", [1.67262192595e-27, 1e20, 900.0, 3e4], 1e-7),
    ]
}

#[test]
fn the_resolved_scenario_has_the_numbers_and_repeats_the_run() {
    for scenario in scenarios() {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path();
        write(directory, "scenario.json", &scenario);
        succeed(directory, "run scenario.json --out whole --quiet");
        let written = resolved(&directory.join("whole"));
        for species in written["species"].as_array().unwrap() {
            let lattice = &species["particles"]["lattice"];
            assert!(lattice["half_width"].as_f64().unwrap() > 0.0, "{lattice}");
            assert_eq!(lattice["center"], species["initial"]["maxwellian"]["drift"]);
        }
        succeed(directory, "run whole/scenario.json --out again --quiet --threads 1");
        assert_same(&directory.join("again"), &directory.join("whole"), "repeated");
        break_at(directory, "broken", 4);
        succeed(directory, "resume broken --quiet");
        assert_same(&directory.join("broken"), &directory.join("whole"), "resumed");
    }
}

#[test]
fn a_lattice_is_set_on_the_command_line() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write(directory, "a.json", &scenarios()[0]);
    let path = "species.1.particles.lattice.half_width";
    for (set, expected) in [
        (format!("{path}={{\"thermal_speeds\":5}}"), 5.0 * 0.7f64.sqrt()),
        (format!("{path}.thermal_speeds=5"), 5.0 * 0.7f64.sqrt()),
        (format!("{path}=2.5"), 2.5),
    ] {
        succeed(directory, &format!("run a.json --quiet --overwrite --set {set}"));
        let found = &resolved(&directory.join("out/a"))["species"][1]["particles"]["lattice"]["half_width"];
        // Three times the temperature over three times the mass: equal but for rounding.
        assert!((found.as_f64().unwrap() / expected - 1.0).abs() < 1e-15, "{set}: {found}");
    }
}

#[test]
fn converge_refines_lattices_in_thermal_speeds() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let mut scenario: Value = serde_json::from_str(include_str!("../bad/bkw.json")).unwrap();
    for species in scenario["species"].as_array_mut().unwrap() {
        species["particles"]["lattice"].as_object_mut().unwrap().remove("half_width");
    }
    write(directory, "a.json", &scenario);
    succeed(directory, "converge a.json --per-axis 8,16 --out there");
    let written = resolved(&directory.join("there"));
    let table = |folder: &str| {
        let text = fs::read_to_string(directory.join(folder).join("convergence.csv")).unwrap();
        // All columns but the seconds and the evaluations.
        text.lines().map(|row| row.rsplitn(3, ',').last().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert!(written["species"][0]["particles"]["lattice"]["half_width"].is_f64());
    succeed(directory, "converge there/scenario.json --per-axis 8,16 --out again");
    assert_eq!(table("again"), table("there"));
}

#[test]
fn check_says_what_came_out() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write(directory, "a.json", &scenarios()[0]);
    let fine = "--set species.0.particles.lattice.per_axis=12 --set species.1.particles.lattice.per_axis=12";
    let printed = succeed(directory, &format!("check a.json {fine}"));
    // The half widths are √0.7 times 3.3 and 4.5.
    for line in [
        "a, lattice            half width 2.760978, 3.300 thermal speeds; the particles have 99.750 % of its density and 98.972 % of its temperature",
        "b, lattice            half width 3.764970, 4.500 thermal speeds; the particles have 99.999 % of its density and 99.990 % of its temperature",
    ] {
        assert!(printed.contains(line), "no {line} in\n{printed}");
    }
    assert!(!printed.contains("the lattice of"), "{printed}");
    write(directory, "b.json", &scenarios()[1]);
    assert!(
        succeed(directory, &format!("check b.json {fine}"))
            .contains("b, lattice            half width 1.3213e6 m/s, 4.500 thermal speeds; ")
    );
}

/// `check`, `run` and run.json warn of each kind of unsuitable lattice.
#[test]
fn lattices_that_do_not_fit_are_warned_of() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let lattice = "species.0.particles.lattice";
    let shell = r#"species.0.initial={"shell":{"density":1,"radius":1,"sharpness":60}}"#;
    let formula = r#"species.0.initial={"expression":{"density":1,"formula":"exp(-v^2)"}}"#;
    for (set, words) in [
        (
            vec![format!("{lattice}.half_width=1.5")],
            Some(
                "the lattice of a is narrow for its distribution: the particles have 80.762 % of its density and 69.341 % of its temperature; take a larger half_width than 1.500000, or leave it out for 3.764970",
            ),
        ),
        (
            vec![format!("{lattice}.center=[9,0,0]"), format!("{lattice}.half_width=6")],
            Some("or leave it out for 12.764970"),
        ),
        (
            vec![format!("{lattice}.per_axis=3"), format!("{lattice}.half_width=4")],
            Some("the lattice of a, with h = 2.666667, is coarse for its distribution: the particles have "),
        ),
        (
            vec![
                format!("{lattice}.per_axis=20"),
                format!("{lattice}.drop_below=0.2"),
                format!("{lattice}.half_width=4"),
            ],
            Some("or a smaller half_width or drop_below"),
        ),
        (
            vec![shell.to_string(), format!("{lattice}.per_axis=16"), format!("{lattice}.half_width=1.3")],
            Some(
                "the lattice of a is coarse for the narrowest part of its distribution: h = 0.162500 is 1.78 of the width of that part",
            ),
        ),
        (vec![format!("{lattice}.per_axis=12")], None),
        (vec![formula.to_string(), format!("{lattice}.half_width=2")], None),
    ] {
        write(directory, "a.json", &scenarios()[0]);
        let mut arguments = vec!["a.json".to_string(), "--set".to_string(), "time.steps=1".to_string()];
        arguments.extend(["--set".to_string(), "species.1.particles.lattice.per_axis=12".to_string()]);
        set.iter().for_each(|change| arguments.extend(["--set".to_string(), change.clone()]));
        let checked = program::landau(directory).arg("check").args(&arguments).output().unwrap();
        assert_eq!(status(&checked), 0, "{}", stderr(&checked));
        let checked = String::from_utf8(checked.stdout).unwrap();
        let ran = program::landau(directory).args(["run", "--overwrite"]).args(&arguments).output().unwrap();
        assert_eq!(status(&ran), 0, "{}", stderr(&ran));
        let kept = summary(&directory.join("out/a"))["warnings"].to_string();
        for said in [checked, stderr(&ran), kept] {
            match words {
                Some(words) => assert!(said.contains(words), "no {words} in\n{said}"),
                None => assert!(!said.contains("the lattice of"), "{said}"),
            }
        }
    }
}

/// A beam that is a millionth as wide as it is fast needs no explicit half width.
#[test]
fn a_cold_beam_just_runs() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let mut scenario = scenario("normalized", [1.0, 1.0, 1e-12, 1.0], 1e-20);
    scenario["species"].as_array_mut().unwrap().remove(0);
    write(directory, "a.json", &scenario);
    succeed(directory, "run a.json --quiet");
    let run = summary(&directory.join("out/a"));
    assert_eq!(run["status"], "completed");
    let printed = succeed(directory, "check a.json");
    assert!(printed.contains("half width 4.5000e-6, 4.500 thermal speeds; "), "{printed}");
}
