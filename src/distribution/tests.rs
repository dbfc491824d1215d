//! Densities and samples of every distribution have the same moments, which are those that are known beforehand.

use super::*;
use crate::symmetry::Symmetry;
use nalgebra::SMatrix;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use serde_json::Value;

/// The keys of a scenario, without those of particles as they stand, which are not sampled.
#[test]
fn every_distribution_has_an_example_under_its_key() {
    let key = |initial: &Initial| initial.shape::<2>().key();
    let schema = Value::from(schemars::schema_for!(Initial));
    let keys =
        schema["oneOf"].as_array().unwrap().iter().map(|choice| choice["required"][0].as_str().unwrap());
    let examples = Initial::examples::<2>();
    assert_eq!(
        keys.filter(|key| !["file", "points"].contains(key)).collect::<Vec<_>>(),
        examples.iter().map(key).collect::<Vec<_>>()
    );
    for initial in examples {
        let written = serde_json::to_value(&initial).unwrap();
        assert_eq!(written.as_object().unwrap().keys().collect::<Vec<_>>(), [key(&initial)]);
        assert_eq!(serde_json::from_value::<Initial>(written).unwrap(), initial);
    }
}

/// The rules let every example through.
#[test]
fn examples_keep_their_rules() {
    fn check<const D: usize>() {
        for initial in Initial::examples::<D>() {
            let mut found = Checks::default();
            initial.rules::<D>(&mut found);
            assert_eq!(found.violations, []);
        }
    }
    check::<2>();
    check::<3>();
}

/// A lattice on which sums are exact to far below the tolerances here for these densities.
fn fine<const D: usize>() -> Lattice<D> {
    let (n, half_width) = (if D == 2 { 160 } else { 96 }, 10.0);
    Lattice {
        symmetry: Symmetry::None,
        first: [-half_width + half_width / n as f64; D],
        spacing: 2.0 * half_width / n as f64,
        per_axis: n,
    }
}

/// ∫ f, ∫ v f and ∫ v vᵀ f by sums over the lattice.
fn grid_moments<const D: usize>(distribution: &Distribution<D>) -> (f64, [f64; D], SMatrix<f64, D, D>) {
    let lattice = fine::<D>();
    lattice.centers().fold((0.0, [0.0; D], SMatrix::zeros()), |(density, flux, squares), v| {
        let w = distribution.density_at(v) * lattice.spacing.powi(D as i32);
        let flux = std::array::from_fn(|axis| flux[axis] + w * v[axis]);
        (density + w, flux, squares + SMatrix::from_fn(|row, column| w * v[row] * v[column]))
    })
}

fn check<const D: usize>() {
    for initial in Initial::examples::<D>() {
        let distribution = Distribution::<D>::new(&initial, particle(1.2), Some(&fine())).unwrap();
        let (density, flux, squares) = grid_moments(&distribution);
        // The shell, 0.18 wide, is the narrowest: on the grid of spacing 0.21 its sum is exact to 1e-6.
        assert!((density / initial.density::<D>() - 1.0).abs() < 1e-5, "{initial:?}: {density}");
        if initial.needs_lattice::<D>() {
            continue;
        }
        let mean_square = squares.trace() / density;
        for (samples, tolerance) in [
            // Four standard errors of the mean of 40,000 squares (their spread is below 2 means).
            (distribution.random(40_000, &mut ChaCha8Rng::seed_from_u64(7)), 0.04),
            // Low discrepancy: errors of order log³(N)/N, 0.03 times the random ones.
            (distribution.quasi_random(40_000), 0.002),
        ] {
            assert_eq!(samples.len(), 40_000);
            let sampled = samples.iter().flatten().map(|c| c * c).sum::<f64>() / samples.len() as f64;
            assert!((sampled / mean_square - 1.0).abs() < tolerance, "{initial:?}: {sampled} {mean_square}");
            for (axis, expected) in flux.map(|flux| flux / density).into_iter().enumerate() {
                let mean = samples.iter().map(|v| v[axis]).sum::<f64>() / samples.len() as f64;
                assert!((mean - expected).abs() < tolerance * mean_square.sqrt(), "{initial:?}");
            }
        }
    }
}

#[test]
fn densities_and_samples_have_the_same_moments_in_2d() {
    check::<2>();
}

#[test]
fn densities_and_samples_have_the_same_moments_in_3d() {
    check::<3>();
}

/// Without any particle: mixtures of mixtures and of dipoles as well.
fn check_beforehand<const D: usize>() {
    let mut initials = Initial::examples::<D>();
    initials.retain(|initial| !initial.needs_lattice::<D>());
    let dipole = Initial::Dipole(Dipole { density: 0.9, temperature: 0.4, amplitude: 1.5, power: 0.7 });
    initials.push(Initial::Dipole(Dipole { density: 1.0, temperature: 1.0, amplitude: 0.3, power: 2.0 }));
    initials.push(mixture(vec![initials[1].clone(), dipole, mixture(initials[2..4].to_vec())]));
    for initial in initials {
        let distribution = distribution::<D>(&initial, 1.2);
        let (density, flux, squares) = grid_moments(&distribution);
        let mean_square = squares.trace() / density;
        let (mean, covariance) = (distribution.mean(), distribution.covariance().unwrap());
        for row in 0..D {
            let difference = (mean[row] - flux[row] / density).abs();
            // The shell again.
            assert!(difference < 1e-5 * mean_square.sqrt(), "{initial:?}: {mean:?}");
            for column in 0..D {
                let found = covariance[(row, column)] + mean[row] * mean[column];
                let difference = (found - squares[(row, column)] / density).abs();
                assert!(difference < 1e-5 * mean_square, "{initial:?}: {covariance}");
            }
        }
    }
}

#[test]
fn moments_are_known_beforehand() {
    check_beforehand::<2>();
    check_beforehand::<3>();
}

fn particle(mass: f64) -> Particle {
    Particle { mass, temperature_unit: 1.0 }
}

fn distribution<const D: usize>(initial: &Initial, mass: f64) -> Distribution<D> {
    Distribution::new(initial, particle(mass), None).unwrap()
}

fn mixture(parts: Vec<Initial>) -> Initial {
    Initial::Mixture(Mixture(parts))
}

/// exp(a r cos θ) times a Maxwellian about 0 is one about a √(T/m) on the first axis: its moments are exact.
#[test]
fn a_dipole_of_power_1_is_a_shifted_maxwellian() {
    let (temperature, mass) = (1.7f64, 0.6);
    for amplitude in [-1.3, 0.0, 0.4, 2.5] {
        let initial = Initial::Dipole(Dipole { density: 0.9, temperature, amplitude, power: 1.0 });
        let dipole = distribution::<3>(&initial, mass);
        let (thermal_speed, mean) = ((temperature / mass).sqrt(), dipole.mean());
        // Sums of 8192 terms, and differences of squares of the mean.
        assert!((mean[0] - amplitude * thermal_speed).abs() < 1e-13 * thermal_speed, "{mean:?}");
        assert_eq!(mean[1..], [0.0, 0.0]);
        let found = dipole.thermal_speed().unwrap();
        assert!((found / thermal_speed - 1.0).abs() < 1e-12, "{found} {thermal_speed}");
        let plane = distribution::<2>(&initial, mass);
        assert!((plane.mean()[0] - mean[0]).abs() < 1e-13 * thermal_speed);
        assert!((plane.thermal_speed().unwrap() / thermal_speed - 1.0).abs() < 1e-12);
    }
}

/// Beams at ±u: T/m + |u|² along u, T/m across it, on no axis of the coordinates.
#[test]
fn the_thermal_speed_of_beams_is_that_along_them() {
    let beam = |sign: f64| {
        let drift = Some(vec![sign * 3.0, sign * 4.0, sign * 12.0]);
        Initial::Maxwellian(Maxwellian { density: 0.5, temperature: 0.6, drift })
    };
    let beams = distribution::<3>(&mixture(vec![beam(1.0), beam(-1.0)]), 1.5);
    assert_eq!(beams.mean(), [0.0; 3]);
    // A few roundings of an iteration on a matrix of norm 169.
    assert!((beams.thermal_speed().unwrap().powi(2) / 169.4 - 1.0).abs() < 1e-14);
    // A cube reaches along its axes: 12 and the thermal speeds of the beam itself.
    let half_width = beams.half_width([0.0; 3], 4.5).unwrap();
    assert!((half_width - (12.0 + 4.5 * 0.4f64.sqrt())).abs() < 1e-14, "{half_width}");
    assert_eq!(beams.narrowest_width(), Some(0.4f64.sqrt()));
}

/// Of one Maxwellian, along its hottest axis, all of these are its thermal speed to the last bit.
#[test]
fn the_thermal_speed_of_a_maxwellian_has_no_rounding() {
    for (temperature, mass) in [(1.0, 1.0_f64), (0.7, 1.3), (3e-12, 0.1), (1e5, 1836.0)] {
        let hot = (temperature / mass).sqrt();
        let drift = Some(vec![0.3, -2.0, 1e3]);
        let maxwellian = Initial::Maxwellian(Maxwellian { density: 0.4, temperature, drift: drift.clone() });
        let temperatures = vec![0.1 * temperature, temperature, 0.9 * temperature];
        let anisotropic =
            Initial::AnisotropicMaxwellian(AnisotropicMaxwellian { density: 0.4, temperatures, drift });
        let bkw = Initial::Bkw(Bkw { density: 0.4, temperature, contrast: 0.2 });
        for initial in [maxwellian, anisotropic, bkw] {
            let distribution = distribution::<3>(&initial, mass);
            assert_eq!(distribution.thermal_speed(), Some(hot), "{initial:?}");
            assert_eq!(distribution.half_width(distribution.mean(), 4.5), Some(4.5 * hot), "{initial:?}");
        }
    }
}

/// At 4.5 thermal speeds a Maxwellian has fallen by exp(−4.5²/2); so has a shell where its lattice ends.
#[test]
fn a_shell_is_held_as_far_as_a_maxwellian() {
    let shell = distribution::<3>(&Initial::Shell(Shell { density: 1.1, radius: 0.8, sharpness: 50.0 }), 1.0);
    let edge = shell.half_width([0.0; 3], 4.5).unwrap();
    let fallen = shell.density_at([edge, 0.0, 0.0]) / shell.density_at([0.8, 0.0, 0.0]);
    assert!((fallen / (-0.5 * 4.5f64 * 4.5).exp() - 1.0).abs() < 1e-12, "{fallen}");
    assert!((shell.narrowest_width().unwrap() - 0.08).abs() < 1e-15);
}

/// Its moments are known where a lattice is, which its thermal speed cannot make.
#[test]
fn a_formula_has_no_thermal_speed() {
    let formula = Initial::Expression(Expression { density: 1.0, formula: "exp(-v^2)".to_string() });
    let beside =
        Initial::Maxwellian(Maxwellian { density: 3.0, temperature: 1.0, drift: Some(vec![1.0, 0.0]) });
    let mixture = distribution::<2>(&mixture(vec![formula, beside]), 1.0);
    assert_eq!(mixture.mean(), [0.75, 0.0]);
    assert_eq!((mixture.covariance(), mixture.thermal_speed()), (None, None));
    assert_eq!((mixture.half_width([0.0; 2], 4.5), mixture.narrowest_width()), (None, None));
}
