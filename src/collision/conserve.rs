//! The smallest correction that makes approximate pair sums conserve momentum and energy.
//!
//! The rates of particles are v̇_p = −sums_p/m_i. Among all corrections δ of the rates that restore
//! Σ m w v̇ = 0 and Σ m w v·v̇ = 0, that with the least Σ m w |δ|² is δ_p = a + λ (v_p − U),
//! U = Σ m w v/Σ m w, with a = −Σ m w v̇/Σ m w and λ = −Σ m w (v − U)·v̇/Σ m w |v − U|².
//! Species that do not interact, not even through others, conserve apart.

use std::ops::Range;

use rayon::prelude::*;

use crate::sum::Sum;

/// Particles in a part of a sum: parts are summed at the same time, and added in their order.
const PART: usize = 4096;

/// Species that exchange momentum and energy among each other, and their particles.
#[derive(Debug, Clone)]
pub struct Group {
    /// The mass and the particles of each species.
    pub species: Vec<(f64, Range<usize>)>,
    /// Room for the sums of parts.
    parts: Vec<[f64; 5]>,
}

/// The groups of species connected by coefficients c_ij ≠ 0, rows by species.
pub fn groups(masses: &[f64], ranges: &[Range<usize>], coefficients: &[f64]) -> Vec<Group> {
    let species = masses.len();
    let mut group: Vec<usize> = (0..species).collect();
    for _ in 0..species {
        for i in 0..species {
            for j in 0..species {
                if coefficients[i * species + j] != 0.0 {
                    group[i] = group[i].min(group[j]);
                }
            }
        }
    }
    let group = &group;
    let of = |g: usize| (0..species).filter(move |&i| group[i] == g).map(|i| (masses[i], ranges[i].clone()));
    (0..species)
        .map(|g| Group { species: of(g).collect(), parts: Vec::new() })
        .filter(|group| !group.species.is_empty())
        .collect()
}

impl Group {
    /// Corrects the pair sums of the group's particles.
    pub fn restore<const D: usize>(
        &mut self,
        weights: &[f64],
        velocities: &[[f64; D]],
        sums: &mut [[f64; D]],
    ) {
        let [mass, momentum @ .., _] = self.total(|m, p| {
            let mut terms = [0.0; 5];
            terms[0] = m * weights[p];
            for axis in 0..D {
                terms[1 + axis] = m * weights[p] * velocities[p][axis];
            }
            terms
        });
        if mass <= 0.0 {
            return;
        }
        let mean: [f64; D] = std::array::from_fn(|axis| momentum[axis] / mass);
        let relative =
            |p: usize| -> [f64; D] { std::array::from_fn(|axis| velocities[p][axis] - mean[axis]) };
        let [square, ..] = self.total(|m, p| {
            [m * weights[p] * relative(p).iter().map(|x| x * x).sum::<f64>(), 0.0, 0.0, 0.0, 0.0]
        });
        // Twice: what the first round leaves is the rounding of what it takes away.
        for _ in 0..2 {
            let [work, force @ .., _] = self.total(|_, p| {
                let mut terms = [0.0; 5];
                for (axis, x) in relative(p).into_iter().enumerate() {
                    terms[0] += weights[p] * x * sums[p][axis];
                    terms[1 + axis] = weights[p] * sums[p][axis];
                }
                terms
            });
            let stretch = if square > 0.0 { work / square } else { 0.0 };
            for (m, range) in &self.species {
                let particles = range.clone().into_par_iter().zip(&mut sums[range.clone()]);
                particles.for_each(|(p, sum)| {
                    for (axis, x) in relative(p).into_iter().enumerate() {
                        sum[axis] -= m * (force[axis] / mass + stretch * x);
                    }
                });
            }
        }
    }

    /// Sums of five terms over the particles, by mass and particle.
    pub(super) fn total(&mut self, terms: impl Fn(f64, usize) -> [f64; 5] + Sync) -> [f64; 5] {
        let mut totals = [0.0; 5];
        for (m, range) in &self.species {
            let of_species = total(range.clone(), &mut self.parts, |p| terms(*m, p));
            for (sum, term) in totals.iter_mut().zip(of_species) {
                *sum += term;
            }
        }
        totals
    }
}

/// Sums of five terms over some particles.
fn total(
    range: Range<usize>,
    parts: &mut Vec<[f64; 5]>,
    terms: impl Fn(usize) -> [f64; 5] + Sync,
) -> [f64; 5] {
    let count = range.len().div_ceil(PART);
    let of_part = |part: usize| {
        let first = range.start + part * PART;
        let mut sums = [Sum::default(); 5];
        for p in first..range.end.min(first + PART) {
            for (sum, term) in sums.iter_mut().zip(terms(p)) {
                sum.add(term);
            }
        }
        sums.map(Sum::value)
    };
    (0..count).into_par_iter().map(of_part).collect_into_vec(parts);
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

    #[test]
    fn corrected_sums_conserve_to_rounding_in_each_group() {
        let number = |p: usize, k: usize| ((p * 37 + k * 11) as f64).sin();
        let velocities: Vec<[f64; 3]> = (0..90).map(|p| [0, 1, 2].map(|k| 3.0 + number(p, k))).collect();
        let mut sums: Vec<[f64; 3]> = (0..90).map(|p| [3, 4, 5].map(|k| number(p, k))).collect();
        let weights: Vec<f64> = (0..90).map(|p| 1.5 + number(p, 7)).collect();
        let ranges = [0..20, 20..50, 50..90];
        // The first and the last species interact, the second one alone.
        let coefficients = [1.0, 0.0, 2.0, 0.0, 1.0, 0.0, 2.0, 0.0, 0.0];
        let mut groups = groups(&[1.0, 1836.0, 2.0], &ranges, &coefficients);
        assert_eq!(groups.len(), 2);
        for group in &mut groups {
            group.restore(&weights, &velocities, &mut sums);
            let particles = || group.species.iter().flat_map(|(_, range)| range.clone());
            let energy: f64 = particles()
                .map(|p| weights[p] * (0..3).map(|k| velocities[p][k] * sums[p][k]).sum::<f64>())
                .sum();
            let momentum: f64 = particles().map(|p| weights[p] * sums[p][0]).sum();
            // Ulps of a few hundred terms.
            assert!(energy.abs() < 1e-12 && momentum.abs() < 1e-12, "{energy:e} {momentum:e}");
        }
    }
}
