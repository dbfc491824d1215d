//! SI units: a run in SI units is the normalised run times its scales, and its rates are those of the NRL
//! Plasma Formulary.
//!
//! Source: NRL Plasma Formulary (2019), "Collisions and Transport": energy exchange ν_ε, isotropisation ν_T.

use crate::program;
use crate::solver;
use landau::exact::rates::{self, Maxwellian};
use landau::setup::coulomb;
use landau::units::{ELECTRON_MASS, ELEMENTARY_CHARGE, PROTON_MASS};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Velocities and weights of a few particles. Spread, mass, density and step are between 1 and 2, so that a
/// run with them has scales of 1.
fn particles() -> (Vec<[f64; 3]>, Vec<f64>) {
    let velocity = |p: usize| {
        let x = p as f64;
        [1.9 * (1.3 * x).sin(), 1.8 * (2.1 * x + 1.0).cos(), 2.0 * (0.7 * x * x).sin()]
    };
    ((0..60).map(velocity).collect(), (0..60).map(|p| (2.0 + (p % 3) as f64) / 128.0).collect())
}

/// A scenario with particles from a file. Its numbers are those of `particles` times powers of two with the
/// given exponents.
fn scenario(directory: &Path, units: &str, [mass, velocity, density, time]: [i32; 4]) -> Value {
    let scale = |power: i32| 2f64.powi(power);
    let (velocities, weights) = particles();
    let rows = velocities.iter().zip(weights).map(|(v, w)| {
        let [x, y, z] = v.map(|component| component * scale(velocity));
        format!("{x:e},{y:e},{z:e},{:e}\n", w * scale(density))
    });
    let file = format!("{units}.csv");
    fs::write(directory.join(&file), format!("vx,vy,vz,weight\n{}", rows.collect::<String>())).unwrap();
    // With γ = −2 the unit mass² velocity² / (density time) is a power of two as well.
    let coefficient = 0.25 * scale(2 * mass + 2 * velocity - density - time);
    let wall = json!({ "density": 0.5 * scale(density), "velocity": [0.25 * scale(velocity), 0.0, 0.0] });
    json!({
        "version": 1, "dimension": 3, "units": { units: {} },
        "species": [
            { "name": "a", "mass": 1.5 * scale(mass), "charge": 2.0, "initial": { "file": { "path": file } } },
            { "name": "b", "fixed": wall }
        ],
        "collisions": { "gamma": -2.0, "coefficients": { "uniform": coefficient } },
        "score": { "particles": { "bandwidth": { "variance": 0.5 * scale(2 * velocity) } } },
        "time": { "step": 1.25 * scale(time), "steps": 3 },
        "output": { "diagnostics_every": 1, "particles_every": 3 }
    })
}

/// The columns of diagnostics.csv by name.
fn columns(folder: &Path) -> Vec<(String, Vec<f64>)> {
    let mut reader = csv::Reader::from_path(folder.join("diagnostics.csv")).unwrap();
    let names: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let column = |index: usize| rows.iter().map(|row| row[index].parse().unwrap()).collect();
    names.into_iter().enumerate().map(|(index, name)| (name, column(index))).collect()
}

#[test]
fn a_run_in_si_units_is_the_normalized_one_times_its_scales() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let powers = [-90, 20, 66, -25];
    program::write(directory, "si.json", &scenario(directory, "si", powers));
    program::write(directory, "normalized.json", &scenario(directory, "normalized", [0; 4]));
    program::succeed(directory, "run si.json --quiet");
    program::succeed(directory, "run normalized.json --quiet");
    let (si, normalized) = (columns(&directory.join("out/si")), columns(&directory.join("out/normalized")));
    let [mass, velocity, density, time] = powers.map(|power| 2f64.powi(power));
    let number: f64 = particles().1.iter().sum();
    for ((name, found), (_, expected)) in si.iter().zip(&normalized) {
        for (found, expected) in found.iter().zip(expected) {
            let kind = name.strip_prefix("a_").unwrap_or(name);
            let (expected, ulps) = match kind {
                "step" => (*expected, 0.0),
                "time" => (expected * time, 0.0),
                "energy" => (expected * mass * density * velocity * velocity, 0.0),
                "density" => (expected * density, 0.0),
                "entropy_rate" => (expected * density / time, 0.0),
                // The logarithm of the unit of f, and a sum, are rounded.
                "entropy" => (density * (expected + number * (density / velocity.powi(3)).ln()), 8.0),
                _ if kind.starts_with("momentum") => (expected * mass * density * velocity, 0.0),
                _ if kind.starts_with("heat_flux") => {
                    (expected * mass * density * velocity * velocity * velocity, 0.0)
                }
                _ if kind.starts_with("velocity") => (expected * velocity, 0.0),
                // The quotient mass velocity² / e is rounded.
                _ if kind.starts_with("temperature") => {
                    (expected * mass * velocity * velocity / ELEMENTARY_CHARGE, 2.0)
                }
                _ => panic!("a column {name} without a unit"),
            };
            let error = (found - expected).abs();
            assert!(error <= ulps * f64::EPSILON * expected.abs(), "{name}: {found:e} {expected:e}");
        }
    }
    let invariants =
        |name: &str| program::summary(&directory.join("out").join(name))["invariants"]["last"].clone();
    let energy = |name: &str| invariants(name)["energy_about_fixed"].as_f64().unwrap();
    assert_eq!(energy("si"), energy("normalized") * mass * density * velocity * velocity);
    let total = |name: &str| invariants(name)["mass"].as_f64().unwrap();
    assert_eq!(total("si"), total("normalized") * mass * density);
}

const ELECTRON: Maxwellian =
    Maxwellian { density: 1e20, mass: ELECTRON_MASS, temperature: 1000.0 * ELEMENTARY_CHARGE };
const PROTON: Maxwellian =
    Maxwellian { density: 1e20, mass: PROTON_MASS, temperature: 800.0 * ELEMENTARY_CHARGE };
const LOG_LAMBDA: f64 = 15.0;

/// NRL's ν_ε = 1.8e-19 (m m')^½ Z² Z'² n' λ / (m T' + m' T)^(3/2), in g, eV, cm⁻³.
fn nrl_energy_exchange(i: Maxwellian, j: Maxwellian) -> f64 {
    let grams = |of: Maxwellian| 1e3 * of.mass;
    let ev = |of: Maxwellian| of.temperature / ELEMENTARY_CHARGE;
    1.8e-19 * (grams(i) * grams(j)).sqrt() * 1e-6 * j.density * LOG_LAMBDA
        / (grams(i) * ev(j) + grams(j) * ev(i)).powf(1.5)
}

#[test]
fn rates_of_si_coefficients_are_those_of_the_formulary() {
    let c = coulomb::coefficient(-1.0, 1.0, LOG_LAMBDA);
    for (i, j) in [(ELECTRON, PROTON), (PROTON, ELECTRON)] {
        let found = rates::energy_exchange(3, -3.0, c, i, j);
        let expected = nrl_energy_exchange(i, j);
        // The formulary gives 1.8, two digits.
        assert!((found / expected - 1.0).abs() < 0.03, "{found:e} {expected:e}");
    }
    // ν_T = 8.2e-7 n λ T^(−3/2) for electrons and 1.9e-8 n λ μ^(−1/2) T^(−3/2) for ions, in
    // dT⊥/dt = −ν_T (T⊥ − T∥) = −½ dT∥/dt. So the difference decays at the rate 3 ν_T.
    for (of, constant, ev) in [(ELECTRON, 8.2e-7, 1000.0f64), (PROTON, 1.9e-8, 800.0)] {
        let found = rates::isotropisation(3, -3.0, c, of);
        let expected = 3.0 * constant * 1e14 * LOG_LAMBDA * ev.powf(-1.5);
        assert!((found / expected - 1.0).abs() < 0.03, "{found:e} {expected:e}");
    }
}

/// The right-hand side of electrons, and of protons where there are any, in SI units.
fn hydrogen(temperatures: [f64; 3], protons: bool) -> landau::scenario::Scenario {
    let mut species = vec![json!({
        "name": "electron", "mass": ELECTRON_MASS, "charge": -1.0,
        "initial": { "anisotropic_maxwellian": { "density": 1e20, "temperatures": temperatures } },
        "particles": { "lattice": { "per_axis": 24, "half_width": 5e7 } }
    })];
    if protons {
        species.push(json!({
            "name": "proton", "mass": PROTON_MASS, "charge": 1.0,
            "initial": { "maxwellian": { "density": 1e20, "temperature": 800.0 } },
            "particles": { "lattice": { "per_axis": 24, "half_width": 1.1e6 } }
        }));
    }
    solver::scenario(&json!({
        "version": 1, "dimension": 3, "units": { "si": {} }, "species": species,
        "collisions": { "gamma": -3.0, "coefficients": { "coulomb": { "log_lambda": LOG_LAMBDA } } },
        "time": { "step": 1e-7, "steps": 1 }
    }))
}

#[test]
fn protons_are_heated_at_the_rate_of_the_formulary() {
    let scenario = hydrogen([1000.0; 3], true);
    let (problem, state) = solver::start::<3>(&scenario);
    let evaluation = solver::evaluate(&scenario, &problem, &state.velocities);
    let (_, rate) = solver::moment_rates(&problem, &state.velocities, &evaluation, 1);
    let per_second = rate * problem.scales.temperature / problem.scales.time;
    let expected = nrl_energy_exchange(PROTON, ELECTRON) * 200.0;
    // The formulary gives two digits. The rate is a difference of the two species' 1/T, a fifth of either. So
    // it has five times the relative error of the scores.
    assert!((per_second / expected - 1.0).abs() < 0.06, "{per_second:e} eV/s, {expected:e} eV/s");
}

#[test]
fn ions_exchange_energy_at_the_rate_of_the_formulary() {
    let ion = |name: &str, mass: f64, temperature: f64, half_width: f64| {
        json!({
            "name": name, "mass": mass, "charge": 1.0,
            "initial": { "maxwellian": { "density": 1e20, "temperature": temperature } },
            "particles": { "lattice": { "per_axis": 20, "half_width": half_width } }
        })
    };
    let scenario = solver::scenario(&json!({
        "version": 1, "dimension": 3, "units": { "si": {} },
        "species": [ion("proton", PROTON_MASS, 800.0, 1.1e6), ion("deuteron", 2.0 * PROTON_MASS, 1000.0, 8.8e5)],
        "collisions": { "gamma": -3.0, "coefficients": { "coulomb": { "log_lambda": LOG_LAMBDA } } },
        "time": { "step": 1e-5, "steps": 1 }
    }));
    let (problem, state) = solver::start::<3>(&scenario);
    let evaluation = solver::evaluate(&scenario, &problem, &state.velocities);
    let deuteron =
        Maxwellian { density: 1e20, mass: 2.0 * PROTON_MASS, temperature: 1000.0 * ELEMENTARY_CHARGE };
    let (_, rate) = solver::moment_rates(&problem, &state.velocities, &evaluation, 0);
    let per_second = rate * problem.scales.temperature / problem.scales.time;
    let expected = nrl_energy_exchange(PROTON, deuteron) * 200.0;
    // Two digits of the formulary, and the lattice.
    assert!((per_second / expected - 1.0).abs() < 0.05, "{per_second:e} eV/s, {expected:e} eV/s");
}

#[test]
fn electrons_become_isotropic_at_the_rate_of_the_formulary() {
    let (parallel, perpendicular) = (1200.0f64, 900.0f64);
    let scenario = hydrogen([parallel, perpendicular, perpendicular], false);
    let (problem, state) = solver::start::<3>(&scenario);
    let evaluation = solver::evaluate(&scenario, &problem, &state.velocities);
    // d(T_yy)/dt = 2 m ⟨v_y dv_y/dt⟩.
    let square = |p: usize| problem.weights[p] * state.velocities[p][1] * evaluation.rates[p][1];
    let density: f64 = problem.weights.iter().sum();
    let heating = 2.0 * problem.species[0].mass * (0..problem.particles()).map(square).sum::<f64>() / density;
    let found = heating * problem.scales.temperature / problem.scales.time;
    // ν = (2√π e⁴ n λ)/(√m T∥^(3/2)) A⁻² [ −3 + (A + 3) atanh(√−A)/√−A ] with A = T⊥/T∥ − 1 < 0. Its limit
    // for A → 0 is 4/15 of the factor before A⁻², which is 8.2e-7 n λ T^(−3/2).
    let a = perpendicular / parallel - 1.0;
    let root = (-a).sqrt();
    let shape = (-3.0 + (a + 3.0) * root.atanh() / root) / (a * a);
    let nu = 8.2e-7 / (4.0 / 15.0) * 1e14 * LOG_LAMBDA * parallel.powf(-1.5) * shape;
    let expected = -nu * (perpendicular - parallel);
    // Two digits of the formulary, and the lattice.
    assert!((found / expected - 1.0).abs() < 0.04, "{found:e} eV/s, {expected:e} eV/s");
}

#[test]
fn logarithms_are_computed_from_the_plasma_where_none_is_given() {
    let directory = tempfile::tempdir().unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/hydrogen_si_3d.json");
    let printed = program::succeed(directory.path(), &format!("check {}", file.display()));
    for words in [
        "ln Λ                  electron on electron 14.79, electron on proton 14.79, proton on proton 16.56\n",
        // The thermal speed at 1 keV is 4.19e5 √(1000) m/s.
        "thermal speed 1.3",
        "electron on proton    slowing down 7.3",
        "equilibration 6.7",
        "recommended step      ",
    ] {
        assert!(printed.contains(words), "no {words} in\n{printed}");
    }
}
