//! The pair sum as it is written down, over every ordered pair: slow, obvious, the judge in tests.

use super::interface::Particles;
use crate::kernel::lanes::NEAREST_SQUARE;

/// sums_p = Σ_j c_ij Σ_{q∈j} w_q A(v_p − v_q)(g_p − g_q), the |z|² in φ being |z|² + spread_p + spread_q, and
/// beside each the sum of the terms' sizes |c w| φ |z|² |g_p − g_q|, to which rounding errors are relative.
pub(crate) fn pair_sums<const D: usize>(gamma: f64, particles: Particles<'_, D>) -> Vec<([f64; D], f64)> {
    let Particles { species: table, velocities, gradients, weights, spreads, regularisation } = particles;
    let ranges = table.ranges();
    let species: Vec<usize> = ranges.iter().enumerate().flat_map(|(i, range)| vec![i; range.len()]).collect();
    let between = |p: usize, q: usize| {
        let z: [f64; D] = std::array::from_fn(|k| velocities[p][k] - velocities[q][k]);
        let g: [f64; D] = std::array::from_fn(|k| gradients[p][k] - gradients[q][k]);
        let square: f64 = z.iter().map(|z| z * z).sum();
        let along: f64 = z.iter().zip(g).map(|(z, g)| z * g).sum();
        let distance = square + spreads.map_or(0.0, |spreads| spreads[p] + spreads[q]);
        let pair = species[p] * ranges.len() + species[q];
        let strength = strength(gamma, D as f64, distance, regularisation.squares[pair]);
        let factor = table.coefficients().values[pair] * weights[q] * strength;
        let size = g.iter().map(|g| g * g).sum::<f64>().sqrt();
        (z.map(|z| -factor * z * along), g.map(|g| factor * square * g), factor * square * size)
    };
    (0..velocities.len())
        .map(|p| {
            let mut sum = ([0.0; D], 0.0);
            for q in 0..velocities.len() {
                let (parallel, whole, size) = between(p, q);
                for k in 0..D {
                    sum.0[k] += whole[k] + parallel[k];
                }
                sum.1 += size.abs();
            }
            sum
        })
        .collect()
}

/// |z|^γ or φ_δ of |z|² and δ², as the header of the kernel's series has it.
fn strength(gamma: f64, d: f64, square: f64, delta_squared: f64) -> f64 {
    let t = square + delta_squared;
    if t < NEAREST_SQUARE {
        return 0.0;
    }
    let (a, p, u) = (-0.5 * gamma, 0.5 * (d + 2.0), delta_squared / t);
    let y = 0.5 / ((p - a) * (p + 1.0 - a));
    let x = 0.5 / (p - a) - y * (a + 3.0 - p);
    let terms = u * a * (1.0 + u * (a + 1.0) * (0.5 + u * (a + 2.0) * (x + u * (a + 3.0) * y)));
    t.powf(0.5 * gamma) * (1.0 + terms)
}
