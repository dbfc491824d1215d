//! Densities and samples of every distribution have the same moments.

use super::*;
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

/// ∫ f, ∫ |v|² f and ∫ v f over a grid that is exact to far below the tolerance for these densities.
fn grid_moments<const D: usize>(distribution: &Distribution<D>) -> (f64, f64, [f64; D]) {
    let (n, half_width) = (if D == 2 { 160 } else { 96 }, 10.0);
    let lattice = crate::problem::Lattice {
        first: [-half_width + half_width / n as f64; D],
        spacing: 2.0 * half_width / n as f64,
        per_axis: n,
    };
    lattice.centers().fold((0.0, 0.0, [0.0; D]), |(density, square, flux), v| {
        let w = distribution.density_at(v) * lattice.cell_volume();
        let flux = std::array::from_fn(|axis| flux[axis] + w * v[axis]);
        (density + w, square + w * v.iter().map(|c| c * c).sum::<f64>(), flux)
    })
}

fn check<const D: usize>() {
    for initial in shapes(D) {
        let distribution = Distribution::<D>::new(&initial, 1.2, 1.0, None).unwrap();
        let (density, square, flux) = grid_moments(&distribution);
        // The shell, 0.18 wide, is the narrowest: on the grid of spacing 0.21 its sum is exact to 1e-6.
        assert!((density / initial.density() - 1.0).abs() < 1e-5, "{initial:?}: {density}");
        let mean_square = square / density;
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
