//! Random batches against the sum over all pairs.

use super::*;
use crate::collision::interface::SpeciesTable;
use crate::collision::oracle::pair_sums;
use crate::collision::regularisation::Regularisation;

/// Two species with velocities, gradients, weights and regularisation.
struct Case {
    species: SpeciesTable,
    velocities: Vec<[f64; 3]>,
    gradients: Vec<[f64; 3]>,
    weights: Vec<f64>,
    regularisation: Regularisation,
}

impl Case {
    fn particles(&self) -> Particles<'_, 3> {
        let Self { species, velocities, gradients, weights, regularisation } = self;
        Particles { species, velocities, gradients, weights, spreads: None, regularisation }
    }
}

fn case() -> Case {
    let number = |p: usize, k: usize| ((p * 37 + k * 11 + 1) as f64).sin();
    let vectors = |k: usize| (0..61).map(|p| [k, k + 1, k + 2].map(|k| number(p, k))).collect();
    Case {
        species: SpeciesTable::new(vec![1.0; 2], vec![0..37, 37..61], vec![1.0, 0.5, 0.5, 2.0]),
        velocities: vectors(0),
        gradients: vectors(3),
        weights: (0..61).map(|p| 1.5 + number(p, 7)).collect(),
        // δ = 0 for pairs within the first species.
        regularisation: Regularisation { squares: vec![0.0, 0.1, 0.1, 0.1], fixed_squares: Vec::new() },
    }
}

fn sum(size: usize, seed: u64) -> RandomBatchSum<3> {
    RandomBatchSum::new(-3.0, (size, seed), InstructionSet::detect())
}

#[test]
fn the_mean_over_steps_is_the_full_sum() {
    let case = case();
    let exact = pair_sums(-3.0, case.particles());
    let size: f64 = exact.iter().map(|(sum, _)| sum.iter().map(|x| x * x).sum::<f64>()).sum();
    let mut batches = sum(7, 5);
    let mut errors = Vec::new();
    let mut mean = vec![[0.0; 3]; 61];
    let mut sums = mean.clone();
    for step in 0..10_000 {
        batches.evaluate(case.particles(), step, &mut sums);
        for (mean, sum) in mean.iter_mut().zip(&sums) {
            (0..3).for_each(|k| mean[k] += sum[k]);
        }
        if [100, 10_000].contains(&(step + 1)) {
            let error = |k: usize, p: usize| mean[p][k] / (step + 1) as f64 - exact[p].0[k];
            let square: f64 =
                (0..61).flat_map(|p| (0..3).map(move |k| (k, p))).map(|(k, p)| error(k, p).powi(2)).sum();
            errors.push((square / size).sqrt());
        }
    }
    // A hundred times the steps divide the error by ten. So no bias is visible at this level.
    let ratio = errors[0] / errors[1];
    assert!(errors[1] < 0.04 && (7.0..14.0).contains(&ratio), "{errors:?}");
}

#[test]
fn one_batch_is_the_full_sum_and_every_batch_conserves() {
    let case = case();
    let exact = pair_sums(-3.0, case.particles());
    for size in [2, 3, 10, 61, 1000] {
        let mut sums = vec![[f64::NAN; 3]; 61];
        sum(size, 1).evaluate(case.particles(), 3, &mut sums);
        let scale: f64 = exact.iter().map(|(_, size)| size).sum();
        for axis in 0..3 {
            let momentum: f64 = case.weights.iter().zip(&sums).map(|(w, sum)| w * sum[axis]).sum();
            assert!(momentum.abs() < 1e-13 * scale, "{momentum:e}");
        }
        let energy: f64 = (0..61)
            .map(|p| case.weights[p] * (0..3).map(|k| case.velocities[p][k] * sums[p][k]).sum::<f64>())
            .sum();
        assert!(energy.abs() < 1e-13 * scale, "{energy:e}");
        for (sum, (exact, size)) in sums.iter().zip(&exact).filter(|_| size >= 61) {
            assert!((0..3).all(|k| (sum[k] - exact[k]).abs() <= 1e-13 * size));
        }
    }
}

#[test]
fn batches_follow_from_seed_and_step_alone() {
    let case = case();
    let evaluate = |threads: usize, seed: u64, steps: &[u64]| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut sums = vec![[f64::NAN; 3]; 61];
        let mut batches = sum(5, seed);
        steps.iter().for_each(|&step| {
            pool.install(|| {
                batches.evaluate(case.particles(), step, &mut sums);
            })
        });
        sums
    };
    let alone = evaluate(1, 9, &[4]);
    for threads in [2, 3, 7] {
        assert_eq!(evaluate(threads, 9, &[8, 1, 4]), alone);
    }
    assert_ne!(evaluate(1, 9, &[5]), alone);
    assert_ne!(evaluate(1, 8, &[4]), alone);
}
