//! The pair sum of shells for γ = −3 by sums over sorted radii.
//!
//! κ = ⅔ r_>⁻³ depends on the larger radius alone. So with radii in order
//!
//! ```text
//! sums_p = ⅔ Σ_j c_ij [ r_p⁻³ g_p Σ_in w r² − r_p⁻² Σ_in w r g + g_p Σ_out w/r − r_p Σ_out w g/r² ]
//! ```
//!
//! over the shells of species j inside and outside of p: two walks through all shells, outward and inward. A shell
//! that is as large as p is on either side of it, where its term is the same.
//!
//! # Digits
//!
//! Each sum is compensated and has the rounding of its largest term only, however much radii differ. Terms of one pair
//! cancel in the part of g that is proportional to r, which no pair feels: it is taken out first ([`conserve`]), and what
//! rounding has done to the energy is restored.

use crate::collision::conserve::{self, Parts};
use crate::collision::interface::Particles;
use crate::kernel::lanes::NEAREST_SQUARE;
use crate::sum::Sum;

/// The workspace.
#[derive(Debug, Default)]
pub struct PrefixSums {
    order: Vec<u32>,
    species: Vec<u32>,
    /// Two sums of each species.
    passed: Vec<[Sum; 2]>,
    gradients: Vec<[f64; 1]>,
    parts: Parts,
}

impl PrefixSums {
    /// Overwrites `sums` with the pair sums of all shells, which are exact to rounding. What is not finite makes all
    /// sums NaN.
    pub fn evaluate(&mut self, shells: Particles<'_, 1>, sums: &mut [[f64; 1]]) {
        let Particles { species, velocities: radii, weights, .. } = shells;
        let all = radii.iter().chain(shells.gradients).flatten();
        if !all.chain(weights).all(|x| x.is_finite()) {
            sums.fill([f64::NAN]);
            return;
        }
        let Self { order, species: numbers, passed, gradients, parts } = self;
        conserve::remove_invariants(shells, [false], parts, gradients);
        numbers.clear();
        for (i, range) in species.ranges().iter().enumerate() {
            numbers.extend(range.clone().map(|_| i as u32));
        }
        order.clear();
        order.extend(0..radii.len() as u32);
        order
            .sort_unstable_by(|&p, &q| radii[p as usize][0].total_cmp(&radii[q as usize][0]).then(p.cmp(&q)));

        let coefficients = species.coefficients();
        let total = |i: usize, passed: &[[Sum; 2]]| {
            passed.iter().enumerate().fold([0.0; 2], |[first, second], (j, sums)| {
                let c = coefficients.between(i, j);
                [first + c * sums[0].value(), second + c * sums[1].value()]
            })
        };
        passed.clear();
        passed.resize(species.ranges().len(), [Sum::default(); 2]);
        for &p in order.iter() {
            let (p, i) = (p as usize, numbers[p as usize] as usize);
            let ([r], [g], w) = (radii[p], gradients[p], weights[p]);
            let [square, work] = total(i, passed);
            let inverse = reciprocal(r);
            sums[p] = [inverse * (inverse * (g * (square * inverse) - work))];
            passed[i][0].add(w * r * r);
            passed[i][1].add(w * r * g);
        }
        passed.fill([Sum::default(); 2]);
        for &p in order.iter().rev() {
            let (p, i) = (p as usize, numbers[p as usize] as usize);
            let ([r], [g], w) = (radii[p], gradients[p], weights[p]);
            let [potential, pull] = total(i, passed);
            sums[p] = [2.0 / 3.0 * (sums[p][0] + (g * potential - r * pull))];
            let inverse = reciprocal(r);
            passed[i][0].add(w * inverse);
            passed[i][1].add(w * g * inverse * inverse);
        }
        conserve::restore(shells, [false], parts, sums);
    }

    /// Bytes.
    pub fn memory(&self) -> usize {
        (self.order.capacity() + self.species.capacity()) * size_of::<u32>()
            + self.gradients.capacity() * size_of::<f64>()
    }
}

/// 1/r; 0 for shells so small that all of them are the origin.
fn reciprocal(r: f64) -> f64 {
    if 4.0 * r * r < NEAREST_SQUARE { 0.0 } else { 1.0 / r }
}
