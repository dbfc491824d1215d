//! Collision invariants in approximate pair sums. The part of the gradients that collisions cannot feel is
//! removed before the sums, and momentum and energy are restored after them.
//!
//! Groups of species that do not interact, not even through other species, have invariants of their own.
//!
//! # Before the sums: gradients without the part that no pair feels
//!
//! Since A(z) z = 0, the pair sums of g and of g − a − λ (v − V) are the same for any a and λ. Near
//! equilibrium g is almost −(v − u)/T, and its sums almost cancel. So the approximate sum of the remainder
//! has the smaller error. A least-squares fit with the weights w chooses a and λ.
//!
//! # After the sums: the smallest correction that conserves momentum and energy
//!
//! The rates of the particles are v̇_p = −sums_p/m_i. Many corrections δ of the rates restore Σ m w v̇ = 0
//! and Σ m w v·v̇ = 0. The one with the least Σ m w |δ|² is δ_p = a + λ (v_p − U) with the mean velocity
//! U = Σ m w v/Σ m w, a = −Σ m w v̇/Σ m w and λ = −Σ m w (v − U)·v̇/Σ m w |v − U|².
//!
//! # Rings and shells
//!
//! They have momentum along the axis at most. Of the axes without momentum, which the callers name, V, U and a are 0.

use super::interface::{Particles, SpeciesTable};
use crate::parallel;
use crate::sum::Sum;

/// Particles in one part of a sum. Threads sum the parts in parallel, and the parts are added in their order.
const PART: usize = 4096;

/// The workspace: five sums of each part.
pub type Parts = Vec<[f64; 5]>;

/// Writes to `left` the gradients minus the least-squares fit a + λ (v − V) of each group of species. V is
/// the weighted mean velocity of the group. `momenta` says along which axes there is momentum.
pub fn remove_invariants<const D: usize>(
    particles: Particles<'_, D>,
    momenta: [bool; D],
    parts: &mut Parts,
    left: &mut Vec<[f64; D]>,
) {
    let Particles { species, velocities, gradients, weights, .. } = particles;
    left.resize(velocities.len(), [0.0; D]);
    for group in species.groups() {
        let [weight, velocity @ .., _] = total(species, group, parts, |_, p| {
            let mut terms = [weights[p]; 5];
            for (term, v) in terms[1..].iter_mut().zip(&velocities[p]) {
                *term *= v;
            }
            terms
        });
        let mean = |sum: &[f64], axis: usize| if momenta[axis] { sum[axis] / weight } else { 0.0 };
        let relative = |p: usize, axis: usize| velocities[p][axis] - mean(&velocity, axis);
        let [_, gradient @ .., square] = total(species, group, parts, |_, p| {
            let mut terms = [weights[p]; 5];
            terms[4] = 0.0;
            for (axis, g) in gradients[p].iter().enumerate() {
                terms[1 + axis] *= g;
                terms[4] += weights[p] * relative(p, axis).powi(2);
            }
            terms
        });
        let [along, ..] = total(species, group, parts, |_, p| {
            let mut terms = [0.0; 5];
            for (axis, g) in gradients[p].iter().enumerate() {
                terms[0] += weights[p] * relative(p, axis) * g;
            }
            terms
        });
        let slope = if square > 0.0 { along / square } else { 0.0 };
        for p in group.iter().flat_map(|&i| species.ranges()[i].clone()) {
            left[p] = std::array::from_fn(|axis| {
                gradients[p][axis] - mean(&gradient, axis) - slope * relative(p, axis)
            });
        }
    }
}

/// Corrects the pair sums of all particles so that each group of species conserves energy, and momentum along the axes
/// that `momenta` names.
pub fn restore<const D: usize>(
    particles: Particles<'_, D>,
    momenta: [bool; D],
    parts: &mut Parts,
    sums: &mut [[f64; D]],
) {
    let Particles { species, velocities, weights, .. } = particles;
    for group in species.groups() {
        let [mass, momentum @ .., _] = total(species, group, parts, |m, p| {
            let mut terms = [0.0; 5];
            terms[0] = m * weights[p];
            for axis in 0..D {
                terms[1 + axis] = m * weights[p] * velocities[p][axis];
            }
            terms
        });
        if mass <= 0.0 {
            continue;
        }
        let mean: [f64; D] =
            std::array::from_fn(|axis| if momenta[axis] { momentum[axis] / mass } else { 0.0 });
        let relative =
            |p: usize| -> [f64; D] { std::array::from_fn(|axis| velocities[p][axis] - mean[axis]) };
        let [square, ..] = total(species, group, parts, |m, p| {
            [m * weights[p] * relative(p).iter().map(|x| x * x).sum::<f64>(), 0.0, 0.0, 0.0, 0.0]
        });
        // Twice, since the first round leaves the rounding error of what it subtracts.
        for _ in 0..2 {
            let [work, force @ .., _] = total(species, group, parts, |_, p| {
                let mut terms = [0.0; 5];
                for (axis, x) in relative(p).into_iter().enumerate() {
                    terms[0] += weights[p] * x * sums[p][axis];
                    terms[1 + axis] = if momenta[axis] { weights[p] * sums[p][axis] } else { 0.0 };
                }
                terms
            });
            let slope = if square > 0.0 { work / square } else { 0.0 };
            for &i in group {
                let (m, range) = (species.masses()[i], species.ranges()[i].clone());
                parallel::chunks(&mut sums[range.clone()], PART, &|part, sums| {
                    for (p, sum) in (range.start + part * PART..).zip(sums) {
                        for (axis, x) in relative(p).into_iter().enumerate() {
                            sum[axis] -= m * (force[axis] / mass + slope * x);
                        }
                    }
                });
            }
        }
    }
}

/// Sums of five terms over the particles of some species. `terms` takes the mass and the index of a particle.
fn total(
    species: &SpeciesTable,
    group: &[usize],
    parts: &mut Parts,
    terms: impl Fn(f64, usize) -> [f64; 5] + Sync,
) -> [f64; 5] {
    let mut totals = [0.0; 5];
    for &i in group {
        let mass = species.masses()[i];
        let range = species.ranges()[i].clone();
        let sums_of_part = |part: usize| {
            let first = range.start + part * PART;
            let mut sums = [Sum::default(); 5];
            for p in first..range.end.min(first + PART) {
                for (sum, term) in sums.iter_mut().zip(terms(mass, p)) {
                    sum.add(term);
                }
            }
            sums.map(Sum::value)
        };
        let of_species = total_of_parts(range.len().div_ceil(PART), parts, &sums_of_part);
        for (sum, term) in totals.iter_mut().zip(of_species) {
            *sum += term;
        }
    }
    totals
}

/// Five sums of `count` parts, each compensated.
fn total_of_parts(
    count: usize,
    parts: &mut Parts,
    sums_of_part: &(dyn Fn(usize) -> [f64; 5] + Sync),
) -> [f64; 5] {
    parallel::map_into(parts, count, sums_of_part);
    let mut totals = [Sum::default(); 5];
    for part in parts {
        for (total, term) in totals.iter_mut().zip(part) {
            total.add(*term);
        }
    }
    totals.map(Sum::value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collision::regularisation::Regularisation;

    #[test]
    fn nothing_is_left_of_the_gradients_of_a_maxwellian() {
        let velocities: Vec<[f64; 3]> =
            (0..50).map(|p| [p as f64, (p * p % 17) as f64, (p * 7 % 11) as f64 - 30.0]).collect();
        let weights: Vec<f64> = (0..50).map(|p| 1.0 + (p % 3) as f64).collect();
        let gradients: Vec<[f64; 3]> = velocities.iter().map(|v| v.map(|v| -0.7 * (v - 4.0))).collect();
        let species = SpeciesTable::new(vec![1.0, 1.0], vec![0..20, 20..50], vec![1.0; 4]);
        let particles = Particles {
            species: &species,
            velocities: &velocities,
            gradients: &gradients,
            weights: &weights,
            spreads: None,
            regularisation: &Regularisation::default(),
        };
        let mut left = Vec::new();
        remove_invariants(particles, [true; 3], &mut Vec::new(), &mut left);
        // The gradients are at most 40: a few ulp of that.
        assert!(left.iter().flatten().all(|g| g.abs() < 1e-13));
    }

    #[test]
    fn corrected_sums_conserve_to_rounding_in_each_group() {
        let number = |p: usize, k: usize| ((p * 37 + k * 11) as f64).sin();
        let velocities: Vec<[f64; 3]> = (0..90).map(|p| [0, 1, 2].map(|k| 3.0 + number(p, k))).collect();
        let mut sums: Vec<[f64; 3]> = (0..90).map(|p| [3, 4, 5].map(|k| number(p, k))).collect();
        let weights: Vec<f64> = (0..90).map(|p| 1.5 + number(p, 7)).collect();
        // The first and the last species interact. The second interacts with none.
        let coefficients = vec![1.0, 0.0, 2.0, 0.0, 1.0, 0.0, 2.0, 0.0, 0.0];
        let species = SpeciesTable::new(vec![1.0, 1836.0, 2.0], vec![0..20, 20..50, 50..90], coefficients);
        let particles = Particles {
            species: &species,
            velocities: &velocities,
            gradients: &velocities,
            weights: &weights,
            spreads: None,
            regularisation: &Regularisation::default(),
        };
        restore(particles, [true; 3], &mut Vec::new(), &mut sums);
        assert_eq!(species.groups().len(), 2);
        for group in species.groups() {
            let members = || group.iter().flat_map(|&i| species.ranges()[i].clone());
            let energy: f64 = members()
                .map(|p| weights[p] * (0..3).map(|k| velocities[p][k] * sums[p][k]).sum::<f64>())
                .sum();
            let momentum: f64 = members().map(|p| weights[p] * sums[p][0]).sum();
            // Rounding of sums of a few hundred terms.
            assert!(energy.abs() < 1e-12 && momentum.abs() < 1e-12, "{energy:e} {momentum:e}");
        }
    }
}
