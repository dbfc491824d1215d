//! The pair sum as it is written down, over every ordered pair: slow, obvious, the judge in tests.

use crate::kernel::lanes::NEAREST_SQUARE;

/// sums_p = Σ_j c_ij Σ_{q∈j} w_q A(v_p − v_q)(g_p − g_q), the power of |z|² in A being that of
/// |z|² + spread_p + spread_q, and beside each the sum of the terms'
/// sizes |c w| |z|^(γ+2) |g_p − g_q|, to which rounding errors are relative.
pub(crate) fn pair_sums<const D: usize>(
    gamma: f64,
    counts: &[usize],
    coefficients: &[f64],
    weights: &[f64],
    velocities: &[[f64; D]],
    gradients: &[[f64; D]],
    spreads: &[f64],
) -> Vec<([f64; D], f64)> {
    let species: Vec<usize> = counts.iter().enumerate().flat_map(|(i, &count)| vec![i; count]).collect();
    let of_pair = |p: usize, q: usize| {
        let z: [f64; D] = std::array::from_fn(|k| velocities[p][k] - velocities[q][k]);
        let g: [f64; D] = std::array::from_fn(|k| gradients[p][k] - gradients[q][k]);
        let square: f64 = z.iter().map(|z| z * z).sum();
        let along: f64 = z.iter().zip(g).map(|(z, g)| z * g).sum();
        let distance = square + (spreads[p] + spreads[q]);
        let power = if distance < NEAREST_SQUARE { 0.0 } else { distance.powf(0.5 * gamma) };
        let factor = coefficients[species[p] * counts.len() + species[q]] * weights[q] * power;
        let size = g.iter().map(|g| g * g).sum::<f64>().sqrt();
        (z.map(|z| -factor * z * along), g.map(|g| factor * square * g), factor * square * size)
    };
    (0..velocities.len())
        .map(|p| {
            let mut sum = ([0.0; D], 0.0);
            for q in 0..velocities.len() {
                let (parallel, whole, size) = of_pair(p, q);
                for k in 0..D {
                    sum.0[k] += whole[k] + parallel[k];
                }
                sum.1 += size.abs();
            }
            sum
        })
        .collect()
}
