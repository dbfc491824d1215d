//! Lattices with half widths in thermal speeds, and default lattices.

use crate::solver;
use landau::scenario::{HalfWidth, Particles, Scenario};
use landau::setup::{self, THERMAL_SPEEDS};
use serde_json::{Value, json};

fn species(name: &str, mass: f64, initial: &Value, lattice: Value) -> Value {
    json!({ "name": name, "mass": mass, "initial": initial, "particles": { "lattice": lattice } })
}

fn scenario(dimension: usize, units: &str, species: Vec<Value>) -> Scenario {
    solver::scenario(&json!({
        "version": 1, "dimension": dimension, "units": { units: {} }, "species": species,
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.1 } },
        "time": { "step": 0.01, "steps": 1 }
    }))
}

fn maxwellian(density: f64, temperature: f64, drift: &[f64]) -> Value {
    json!({ "maxwellian": { "density": density, "temperature": temperature, "drift": drift } })
}

/// Distributions of mass 2 and their thermal speeds.
fn distributions() -> Vec<(Value, f64)> {
    let dipole = json!({ "dipole": { "density": 1.0, "temperature": 1.8, "amplitude": 0.5, "power": 1.0 } });
    let beams =
        json!({ "mixture": [maxwellian(0.25, 0.5, &[1.0, 0.0]), maxwellian(0.75, 0.5, &[-1.0, 0.0])] });
    vec![
        (maxwellian(1.0, 1.8, &[0.3, -0.1]), 0.9f64.sqrt()),
        (json!({ "anisotropic_maxwellian": { "density": 1.0, "temperatures": [1.8, 0.4] } }), 0.9f64.sqrt()),
        (json!({ "bkw": { "density": 0.4, "temperature": 1.8, "contrast": 0.3 } }), 0.9f64.sqrt()),
        (dipole, 0.9f64.sqrt()),
        // T/m = 0.25, plus the variance 0.75 of the drifts ±1 with mean −0.5.
        (beams, f64::sqrt(0.25 + 0.75)),
    ]
}

fn half_width(scenario: &Scenario, index: usize) -> f64 {
    match scenario.species[index].particles {
        Some(Particles::Lattice { half_width: Some(HalfWidth::Velocity(number)), .. }) => number,
        ref other => panic!("{other:?}"),
    }
}

fn center(scenario: &Scenario, index: usize) -> Vec<f64> {
    match &scenario.species[index].particles {
        Some(Particles::Lattice { center: Some(center), .. }) => center.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn thermal_speeds_are_those_of_the_distribution() {
    for (initial, thermal_speed) in distributions() {
        let lattice = json!({ "per_axis": 6, "half_width": { "thermal_speeds": 3.7 } });
        let given = scenario(2, "normalized", vec![species("a", 2.0, &initial, lattice)]);
        let found = half_width(&setup::resolved::<2>(&given).unwrap(), 0);
        // For dipoles these are quadratures: differences of sums of 8192 terms.
        assert!((found / (3.7 * thermal_speed) - 1.0).abs() < 1e-12, "{initial}: {found}");
    }
}

/// A default lattice, one in thermal speeds and one with the same number as half width agree to the bit.
#[test]
fn a_lattice_is_the_one_of_its_number() {
    for (initial, _) in &distributions()[..4] {
        let lattices = [
            json!({ "per_axis": 7 }),
            json!({ "per_axis": 7, "half_width": { "thermal_speeds": THERMAL_SPEEDS } }),
        ];
        let given =
            lattices.map(|lattice| scenario(2, "normalized", vec![species("a", 2.0, initial, lattice)]));
        let resolved = given.clone().map(|given| setup::resolved::<2>(&given).unwrap());
        assert_eq!(resolved[0], resolved[1], "{initial}");
        assert_eq!(setup::resolved::<2>(&resolved[0]).unwrap(), resolved[0]);
        let number = half_width(&resolved[0], 0);
        let written = json!({ "per_axis": 7, "half_width": number, "center": center(&resolved[0], 0) });
        let written = scenario(2, "normalized", vec![species("a", 2.0, initial, written)]);
        assert_eq!(written, resolved[0]);
        let (problem, state) = solver::start::<2>(&written);
        for given in given {
            let (found, found_state) = solver::start::<2>(&given);
            assert_eq!(
                (found_state.velocities, found.weights.clone()),
                (state.velocities.clone(), problem.weights.clone())
            );
        }
    }
}

#[test]
fn lattices_are_about_the_mean_velocity() {
    // A dipole of power 1 is a Maxwellian with the drift a √(T/m).
    let dipole = json!({ "dipole": { "density": 3.0, "temperature": 2.0, "amplitude": 0.4, "power": 1.0 } });
    let mixture = json!({ "mixture": [dipole, maxwellian(1.0, 0.1, &[0.0, 5.0, -1.0])] });
    let given = vec![
        species("a", 0.5, &dipole, json!({ "per_axis": 8 })),
        species("b", 0.5, &mixture, json!({ "per_axis": 8 })),
    ];
    let resolved = setup::resolved::<3>(&scenario(3, "normalized", given)).unwrap();
    for (index, expected) in [[0.8, 0.0, 0.0], [0.6, 1.25, -0.25]].into_iter().enumerate() {
        let found = center(&resolved, index);
        let close = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-13);
        assert!(close, "{found:?} {expected:?}");
    }
}

/// The default lattice reaches equally many thermal speeds beyond the mean of every part. Thermal speeds of
/// the whole distribution would cut off a thin beam, and would be far too wide for two beams.
#[test]
fn by_default_a_lattice_holds_every_part_of_a_mixture() {
    let thin =
        json!({ "mixture": [maxwellian(0.999, 1.0, &[0.0; 2]), maxwellian(0.001, 0.25, &[30.0, 0.0])] });
    let beams = json!({ "mixture": [maxwellian(0.5, 1.0, &[0.0, 9.0]), maxwellian(0.5, 4.0, &[0.0, -9.0])] });
    let given = vec![
        species("a", 1.0, &thin, json!({ "per_axis": 128 })),
        species("b", 1.0, &beams, json!({ "per_axis": 36 })),
    ];
    let given = setup::resolved::<2>(&scenario(2, "normalized", given)).unwrap();
    // Relative to the mean velocities 0.03 and 0.
    let expected = [30.0 - 0.03 + THERMAL_SPEEDS * 0.5, 9.0 + THERMAL_SPEEDS * 2.0];
    for (index, expected) in expected.into_iter().enumerate() {
        assert!((half_width(&given, index) / expected - 1.0).abs() < 1e-15, "{expected}");
    }
    let (problem, state) = solver::start::<2>(&given);
    for coverage in setup::coverages(&given, &problem, &state.velocities) {
        // The share of a Maxwellian beyond 4.5 thermal speeds. h is a thermal speed of the narrower beam.
        assert!((coverage.density - 1.0).abs() < 1e-4, "{coverage:?}");
        assert!((coverage.temperature.unwrap() - 1.0).abs() < 5e-4, "{coverage:?}");
    }
}

#[test]
fn coverages_tell_what_a_lattice_leaves_out() {
    let of = |lattice: Value| {
        let given =
            scenario(3, "normalized", vec![species("a", 2.0, &maxwellian(3.0, 2.0, &[1.0; 3]), lattice)]);
        let given = setup::resolved::<3>(&given).unwrap();
        let (problem, state) = solver::start::<3>(&given);
        setup::coverages(&given, &problem, &state.velocities).remove(0)
    };
    let wide = of(json!({ "per_axis": 20 }));
    let (half_width, thermal_speed) = (wide.half_width, wide.thermal_speed.unwrap());
    assert_eq!((half_width, thermal_speed, wide.default_half_width), (4.5, 1.0, Some(4.5)));
    // The missing share is 1 − erf(k/√2)³. The midpoint rule has the error h² φ'(k)/12 at each edge, a sixth
    // of that.
    assert!((1.0 - wide.density - 2.04e-5).abs() < 4e-6, "{wide:?}");
    let narrow = of(json!({ "per_axis": 20, "half_width": 2.0 }));
    let kept: f64 = 0.954_499_736;
    assert!((narrow.density - kept.powi(3)).abs() < 3e-3, "{narrow:?}");
    // 1 − 2 k φ(k)/erf(k/√2) for each axis.
    let temperature = 1.0 - 4.0 * 0.053_990_967 / kept;
    assert!((narrow.temperature.unwrap() - temperature).abs() < 3e-3, "{narrow:?}");
    let coarse = of(json!({ "per_axis": 4 }));
    assert!((coarse.density - 1.0).abs() > 0.01, "{coarse:?}");
}

/// In SI units the half width is in m/s. The resolved scenario, which contains it as a number, gives the same
/// velocities and weights to the bit.
#[test]
fn lattices_in_si_units_are_in_metres_per_second() {
    let (mass, temperature) = (3.3436e-27, 1000.0);
    let initial = maxwellian(9e19, temperature, &[1e5, 0.0, -3e4]);
    let lattice = json!({ "per_axis": 8, "half_width": { "thermal_speeds": 5 } });
    let given = scenario(
        3,
        "si",
        vec![species("a", mass, &initial, lattice), species("b", mass, &initial, json!({ "per_axis": 9 }))],
    );
    let resolved = setup::resolved::<3>(&given).unwrap();
    let thermal_speed = (temperature * landau::units::ELEMENTARY_CHARGE / mass).sqrt();
    for (index, speeds) in [5.0, THERMAL_SPEEDS].into_iter().enumerate() {
        assert!((half_width(&resolved, index) / (speeds * thermal_speed) - 1.0).abs() < 1e-14);
        assert_eq!(center(&resolved, index), [1e5, 0.0, -3e4]);
    }
    let (starts, numbers) = (solver::start::<3>(&given), solver::start::<3>(&resolved));
    assert_eq!((starts.1.velocities, &starts.0.weights), (numbers.1.velocities, &numbers.0.weights));
}

/// Cold beams at 0.7, a millionth as wide. Cell centres that two species share agree to the bit, and all
/// others are a good part of the spacing apart.
#[test]
fn lattices_of_cold_beams_meet_in_the_same_bits() {
    let cold = |name: &str, temperature: f64, per_axis: u32| {
        species(name, 1.0, &maxwellian(1.0, temperature, &[0.7, -0.1, 0.3]), json!({ "per_axis": per_axis }))
    };
    let given = scenario(3, "normalized", vec![cold("a", 1e-12, 9), cold("b", 9e-12, 9)]);
    let (problem, state) = solver::start::<3>(&given);
    let of = |index: usize| &state.velocities[problem.species[index].range.clone()];
    let h = problem.species[0].spacing;
    let mut common = 0;
    for v in of(1) {
        let distance = |u: &[f64; 3]| (0..3).map(|axis| (u[axis] - v[axis]).powi(2)).sum::<f64>().sqrt();
        let nearest = of(0).iter().map(distance).fold(f64::INFINITY, f64::min);
        assert!(nearest == 0.0 || nearest > 0.9 * h, "{nearest} beside {h}");
        common += usize::from(nearest == 0.0);
    }
    // The inner three cells along each axis of the coarse lattice, which is three times as wide.
    assert_eq!(common, 27);
}
