//! Every instruction set and order against the sums particle by particle.

use super::*;
use crate::score::{extrapolation, mollifier};

/// The same sums without a tree, particle by particle: entropy, scores, and the sums of their terms' sizes.
fn simple<const D: usize>(
    order: u32,
    cutoff: f64,
    variance: f64,
    velocities: &[[f64; D]],
    weights: &[f64],
) -> (f64, Vec<([f64; D], f64)>) {
    let factors = extrapolation::weights(order);
    let mut entropy = 0.0;
    let mut scores = vec![([0.0; D], 0.0); velocities.len()];
    for (factor, k) in factors.iter().zip(1..) {
        let variance = f64::from(k) * variance;
        let mollifier = |v: &[f64; D], q: usize| {
            let square: f64 = (0..D).map(|axis| (v[axis] - velocities[q][axis]).powi(2)).sum();
            let inside = square <= cutoff * cutoff * variance;
            if inside {
                mollifier::normalization(variance, D) * (-0.5 * square / variance).exp()
            } else {
                0.0
            }
        };
        let everyone = 0..velocities.len();
        let density = |v| everyone.clone().map(|q| weights[q] * mollifier(v, q)).sum::<f64>();
        let densities: Vec<f64> = velocities.iter().map(density).collect();
        for (p, v) in velocities.iter().enumerate() {
            entropy += factor * weights[p] * densities[p].ln();
            for q in everyone.clone() {
                let slope = -factor / variance * weights[q] * mollifier(v, q);
                let slope = slope * (1.0 / densities[p] + 1.0 / densities[q]);
                for axis in 0..D {
                    let term = slope * (v[axis] - velocities[q][axis]);
                    scores[p].0[axis] += term;
                    scores[p].1 += term.abs();
                }
            }
        }
    }
    (entropy, scores)
}

fn agrees<const D: usize>(particles: usize) {
    let mut state = 0.37_f64;
    let mut number = || {
        state = (state * 997.0 + 0.123).fract();
        2.0 * state - 1.0
    };
    // A clump in a wide cloud, some particles twice.
    let mut velocities: Vec<[f64; D]> = (0..particles)
        .map(|p| std::array::from_fn(|_| number() * if p % 3 == 0 { 0.1 } else { 3.0 }))
        .collect();
    for p in (0..particles.saturating_sub(1)).step_by(10) {
        velocities[p] = velocities[p + 1];
    }
    let weights: Vec<f64> = (0..particles).map(|p| 1.0 + (p % 7) as f64).collect();
    for set in InstructionSet::available() {
        for order in [2, 4, 6, 8] {
            let (cutoff, variance) = (4.5, 0.02);
            let mut sums = NeighbourSums::<D>::new(&extrapolation::weights(order), cutoff, set);
            let cloud = Cloud { velocities: &velocities, weights: &weights };
            let mut scores = vec![[f64::NAN; D]; particles];
            let entropy = sums.evaluate(variance, &cloud, &mut scores);
            let (expected_entropy, expected) = simple(order, cutoff, variance, &velocities, &weights);
            let size: f64 = weights.iter().sum::<f64>() * 10.0 * f64::from(order);
            assert!((entropy - expected_entropy).abs() <= 1e-14 * size, "{entropy} {expected_entropy}");
            for (found, (expected, size)) in scores.iter().zip(&expected) {
                for axis in 0..D {
                    // Exponents up to κ²/2 = 10 cost as many ulp, twice: in the mollifier and in ρ.
                    let error = (found[axis] - expected[axis]).abs();
                    assert!(error <= 1e-14 * size, "{} order {order}: {error:e} of {size:e}", set.name());
                }
            }
        }
    }
}

#[test]
fn groups_equal_the_simple_sums() {
    for particles in [0, 1, 31, 32, 33, 500] {
        agrees::<2>(particles);
        agrees::<3>(particles);
    }
}
