//! Densities and samples of every distribution have the same moments, which are those that are known beforehand.

use super::*;
use nalgebra::SMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn shapes(dimension: usize) -> Vec<Initial> {
    let maxwellian =
        Initial::Maxwellian { density: 2.0, temperature: 0.5, drift: Some(vec![0.3; dimension]) };
    let anisotropic = Initial::AnisotropicMaxwellian {
        density: 1.5,
        temperatures: (1..=dimension).map(|axis| axis as f64).collect(),
        drift: Some(vec![-0.1; dimension]),
    };
    let bkw = Initial::Bkw { density: 0.7, temperature: 1.3, contrast: 0.3 };
    let shell = Initial::Shell { density: 1.1, radius: 0.8, sharpness: 10.0 };
    let dipole = |amplitude, power| Initial::Dipole { density: 0.9, temperature: 1.1, amplitude, power };
    vec![
        maxwellian.clone(),
        anisotropic,
        bkw,
        shell.clone(),
        dipole(-0.4, 1.2),
        Initial::Mixture(vec![maxwellian, shell]),
    ]
}

/// ∫ f, ∫ v f and ∫ v vᵀ f over a grid that is exact to far below the tolerance for these densities.
fn grid_moments<const D: usize>(distribution: &Distribution<D>) -> (f64, [f64; D], SMatrix<f64, D, D>) {
    let (n, half_width) = (if D == 2 { 160 } else { 96 }, 10.0);
    let lattice = crate::problem::Lattice {
        first: [-half_width + half_width / n as f64; D],
        spacing: 2.0 * half_width / n as f64,
        per_axis: n,
    };
    lattice.centers().fold((0.0, [0.0; D], SMatrix::zeros()), |(density, flux, squares), v| {
        let w = distribution.density_at(v) * lattice.cell_volume();
        let flux = std::array::from_fn(|axis| flux[axis] + w * v[axis]);
        (density + w, flux, squares + SMatrix::from_fn(|row, column| w * v[row] * v[column]))
    })
}

fn check<const D: usize>() {
    for initial in shapes(D) {
        let distribution = Distribution::<D>::new(&initial, 1.2, 1.0, None).unwrap();
        let (density, flux, squares) = grid_moments(&distribution);
        // The shell, 0.18 wide, is the narrowest: on the grid of spacing 0.21 its sum is exact to 1e-6.
        assert!((density / initial.density() - 1.0).abs() < 1e-5, "{initial:?}: {density}");
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
    let mut shapes = shapes(D);
    let dipole = Initial::Dipole { density: 0.9, temperature: 0.4, amplitude: 1.5, power: 0.7 };
    shapes.push(Initial::Dipole { density: 1.0, temperature: 1.0, amplitude: 0.3, power: 2.0 });
    shapes.push(Initial::Mixture(vec![shapes[1].clone(), dipole, Initial::Mixture(shapes[2..4].to_vec())]));
    for initial in shapes {
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

fn distribution<const D: usize>(initial: &Initial, mass: f64) -> Distribution<D> {
    Distribution::new(initial, mass, 1.0, None).unwrap()
}

/// exp(a r cos θ) times a Maxwellian about 0 is one about a √(T/m) on the first axis: its moments are exact.
#[test]
fn a_dipole_of_power_1_is_a_shifted_maxwellian() {
    let (temperature, mass) = (1.7f64, 0.6);
    for amplitude in [-1.3, 0.0, 0.4, 2.5] {
        let initial = Initial::Dipole { density: 0.9, temperature, amplitude, power: 1.0 };
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
    let beam = |sign: f64| Initial::Maxwellian {
        density: 0.5,
        temperature: 0.6,
        drift: Some(vec![sign * 3.0, sign * 4.0, sign * 12.0]),
    };
    let beams = distribution::<3>(&Initial::Mixture(vec![beam(1.0), beam(-1.0)]), 1.5);
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
        let maxwellian = Initial::Maxwellian { density: 0.4, temperature, drift: drift.clone() };
        let temperatures = vec![0.1 * temperature, temperature, 0.9 * temperature];
        let anisotropic = Initial::AnisotropicMaxwellian { density: 0.4, temperatures, drift };
        let bkw = Initial::Bkw { density: 0.4, temperature, contrast: 0.2 };
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
    let shell = distribution::<3>(&Initial::Shell { density: 1.1, radius: 0.8, sharpness: 50.0 }, 1.0);
    let edge = shell.half_width([0.0; 3], 4.5).unwrap();
    let fallen = shell.density_at([edge, 0.0, 0.0]) / shell.density_at([0.8, 0.0, 0.0]);
    assert!((fallen / (-0.5 * 4.5f64 * 4.5).exp() - 1.0).abs() < 1e-12, "{fallen}");
    assert!((shell.narrowest_width().unwrap() - 0.08).abs() < 1e-15);
}

/// Its moments are known where a lattice is, which its thermal speed cannot make.
#[test]
fn a_formula_has_no_thermal_speed() {
    let formula = Initial::Expression { density: 1.0, formula: "exp(-v^2)".to_string() };
    let beside = Initial::Maxwellian { density: 3.0, temperature: 1.0, drift: Some(vec![1.0, 0.0]) };
    let mixture = distribution::<2>(&Initial::Mixture(vec![formula, beside]), 1.0);
    assert_eq!(mixture.mean(), [0.75, 0.0]);
    assert_eq!((mixture.covariance(), mixture.thermal_speed()), (None, None));
    assert_eq!((mixture.half_width([0.0; 2], 4.5), mixture.narrowest_width()), (None, None));
}
