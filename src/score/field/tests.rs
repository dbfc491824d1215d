//! A field of clumps that stand far apart.

use super::{Field, Geometry};
use crate::kernel::lanes::InstructionSet;

/// 600 particles about the origin, and as many at the same distances from a node, at places that adding a power of two
/// does not round.
fn clumps(distance: f64) -> Vec<[f64; 3]> {
    let number = |p: usize, k: usize| ((p * 37 + k * 11 + p * p % 101) as f64).sin();
    let rounded = |c: f64| (c * 1_048_576.0).round() / 1_048_576.0;
    let clump: Vec<[f64; 3]> = (0..600).map(|p| [0, 1, 2].map(|k| rounded(0.5 + number(p, k)))).collect();
    clump.iter().copied().chain(clump.iter().map(|v| [v[0] + distance, v[1], v[2]])).collect()
}

#[test]
fn clumps_apart_have_the_scores_of_each_alone() {
    let gradients = |velocities: &[[f64; 3]]| {
        let geometry =
            Geometry { origin: [0.0; 3], spacing: 0.0625, bound: None, variance: 0.01, cutoff: 4.0 };
        let mut field = Field::new(geometry, InstructionSet::detect());
        field.locate(velocities, &vec![1.0; velocities.len()], 1 << 26).unwrap();
        field.deposit();
        let entropy = field.take_logarithm(1.0);
        let mut gradients = vec![[0.0; 3]; velocities.len()];
        field.gather();
        field.add_gradients(|_| 1.0, &mut gradients);
        (entropy, gradients, field.memory())
    };
    let (near_entropy, near, _) = gradients(&clumps(16.0));
    let (far_entropy, far, far_memory) = gradients(&clumps(1_048_576.0));
    let differ = near.iter().zip(&far).filter(|(a, b)| a != b).count();
    assert_eq!(differ, 0, "of {}", near.len());
    // The same terms in another grouping by row.
    assert!((near_entropy / far_entropy - 1.0).abs() < 1e-12);
    // Whole rows would be 100 × 100 of 16 million nodes.
    assert!(far_memory < 64 << 20, "{far_memory}");
}
