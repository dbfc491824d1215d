//! The sums over neighbours, in the order of the kd-tree that finds them.

mod bandwidths;
mod gathered;
mod groups;
#[cfg(test)]
mod tests;

use super::Cloud;
use crate::dimension;
use crate::kernel::lanes::{InstructionSet, Kernel, Lanes};
use crate::rooms::Rooms;
use crate::sum::Sum;
use bandwidths::{Bandwidths, MOST_BANDWIDTHS};
use gathered::Neighbours;
use groups::{GROUP, Groups};
use rayon::prelude::*;

/// Scores by sums over neighbours, with a workspace for one species after the other: particles in the order of their groups.
#[derive(Debug)]
pub struct NeighbourSums<const D: usize> {
    factors: Vec<f64>,
    cutoff: f64,
    instruction_set: InstructionSet,
    weights: Vec<f64>,
    /// ρ_kε of every particle, and their reciprocals.
    densities: Vec<[f64; MOST_BANDWIDTHS]>,
    reciprocals: Vec<[f64; MOST_BANDWIDTHS]>,
    scores: Vec<[f64; D]>,
    rooms: Rooms<Neighbours<D>>,
}

impl<const D: usize> NeighbourSums<D> {
    /// With the weights of the extrapolation; `cutoff` in standard deviations.
    pub fn new(factors: &[f64], cutoff: f64, instruction_set: InstructionSet) -> Self {
        Self {
            factors: factors.to_vec(),
            cutoff,
            instruction_set,
            weights: Vec::new(),
            densities: Vec::new(),
            reciprocals: Vec::new(),
            scores: Vec::new(),
            rooms: Rooms::default(),
        }
    }

    /// One species: densities of every particle, then scores; returns the entropy.
    pub fn evaluate(&mut self, variance: f64, cloud: &Cloud<D>, scores: &mut [[f64; D]]) -> f64 {
        match D {
            2 => in_two(dimension::of_mut(self), variance, &cloud.cast(), dimension::vectors_mut(scores)),
            _ => in_three(dimension::of_mut(self), variance, &cloud.cast(), dimension::vectors_mut(scores)),
        }
    }

    #[inline]
    fn evaluate_here(&mut self, variance: f64, cloud: &Cloud<D>, scores: &mut [[f64; D]]) -> f64 {
        let Some(groups) = Groups::new(cloud.velocities) else {
            // An empty species has no tree, no entropy and no scores.
            return 0.0;
        };
        let bandwidths = Bandwidths::new(variance, &self.factors, self.cutoff, D);
        let Self { factors, instruction_set, weights, densities, reciprocals, scores: sorted, rooms, .. } =
            self;
        weights.clear();
        weights.extend(groups.order().iter().map(|&particle| cloud.weights[particle as usize]));
        rooms.fit(|_| ());
        let (set, velocities) = (*instruction_set, groups.velocities());
        let with_neighbours = |group: &[[f64; D]], work: &mut dyn FnMut(&mut Neighbours<D>)| {
            let mut near = rooms.own();
            groups.find_near(group, bandwidths.largest_squared_radius(), &mut near.particles);
            near.gather(velocities, weights);
            work(&mut near);
        };

        densities.resize(velocities.len(), [0.0; MOST_BANDWIDTHS]);
        let chunks = densities.par_chunks_mut(GROUP).zip(velocities.par_chunks(GROUP));
        chunks.for_each(|(densities, group)| {
            with_neighbours(group, &mut |near| {
                set.run(Densities { bandwidths: &bandwidths, group, near, densities });
            });
        });
        reciprocals.clear();
        reciprocals.extend(densities.iter().map(|densities| densities.map(|density| 1.0 / density)));

        sorted.resize(velocities.len(), [0.0; D]);
        let chunks = sorted.par_chunks_mut(GROUP).zip(velocities.par_chunks(GROUP));
        chunks.zip(reciprocals.par_chunks(GROUP)).for_each(|((scores, group), own)| {
            with_neighbours(group, &mut |near| {
                near.gather_reciprocals(reciprocals, bandwidths.count);
                set.run(Scores { bandwidths: &bandwidths, reciprocals: own, group, near, scores });
            });
        });
        for (&particle, score) in groups.order().iter().zip(sorted) {
            scores[particle as usize] = *score;
        }

        let mut entropy = Sum::default();
        for (weight, own) in weights.iter().zip(densities) {
            let logarithm: f64 = factors.iter().zip(own).map(|(a, rho)| a * rho.ln()).sum();
            entropy.add(*weight * logarithm);
        }
        entropy.value()
    }

    /// Bytes of the workspace.
    pub fn memory(&self) -> usize {
        // Trees hold every velocity twice more, with its place; so does the order of the groups.
        let per_particle = 2 * size_of::<[f64; MOST_BANDWIDTHS]>() + 4 * size_of::<[f64; D]>() + 8 + 3 * 4;
        self.densities.capacity() * per_particle
    }
}

#[inline(never)]
fn in_two(sums: &mut NeighbourSums<2>, variance: f64, cloud: &Cloud<2>, scores: &mut [[f64; 2]]) -> f64 {
    sums.evaluate_here(variance, cloud, scores)
}

#[inline(never)]
fn in_three(sums: &mut NeighbourSums<3>, variance: f64, cloud: &Cloud<3>, scores: &mut [[f64; 3]]) -> f64 {
    sums.evaluate_here(variance, cloud, scores)
}

/// The densities at the particles of one group.
struct Densities<'a, const D: usize> {
    bandwidths: &'a Bandwidths,
    group: &'a [[f64; D]],
    near: &'a Neighbours<D>,
    densities: &'a mut [[f64; MOST_BANDWIDTHS]],
}

impl<const D: usize> Kernel for Densities<'_, D> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { bandwidths, group, near, densities } = self;
        for (density, &own) in densities.iter_mut().zip(group) {
            let mut sums = [lanes.splat(0.0); MOST_BANDWIDTHS];
            for at in (0..near.padded()).step_by(L::WIDTH) {
                let (_, square) = near.difference(lanes, own, at);
                let weights = lanes.load(&near.weights[at..]);
                let mollifiers = bandwidths.mollifiers(lanes, square);
                for k in 0..bandwidths.count {
                    sums[k] = lanes.mul_add(weights, mollifiers[k], sums[k]);
                }
            }
            for k in 0..bandwidths.count {
                density[k] = lanes.sum(sums[k]) * bandwidths.normalizations[k];
            }
        }
    }
}

/// The scores of the particles of one group.
struct Scores<'a, const D: usize> {
    bandwidths: &'a Bandwidths,
    /// Of the group.
    reciprocals: &'a [[f64; MOST_BANDWIDTHS]],
    group: &'a [[f64; D]],
    near: &'a Neighbours<D>,
    scores: &'a mut [[f64; D]],
}

impl<const D: usize> Kernel for Scores<'_, D> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { bandwidths, reciprocals, group, near, scores } = self;
        for ((score, &own), own_reciprocals) in scores.iter_mut().zip(group).zip(reciprocals) {
            let mut sums = [lanes.splat(0.0); D];
            for at in (0..near.padded()).step_by(L::WIDTH) {
                let (z, square) = near.difference(lanes, own, at);
                let mollifiers = bandwidths.mollifiers(lanes, square);
                let mut slope = lanes.splat(0.0);
                for k in 0..bandwidths.count {
                    let both =
                        lanes.add(lanes.load(&near.reciprocals[k][at..]), lanes.splat(own_reciprocals[k]));
                    // ∇ψ(z) = −z/(kε) ψ(z).
                    let both = lanes.mul(both, lanes.splat(bandwidths.slopes[k]));
                    slope = lanes.mul_add(both, mollifiers[k], slope);
                }
                let slope = lanes.mul(slope, lanes.load(&near.weights[at..]));
                for axis in 0..D {
                    sums[axis] = lanes.mul_add(slope, z[axis], sums[axis]);
                }
            }
            for axis in 0..D {
                score[axis] = lanes.sum(sums[axis]);
            }
        }
    }
}
