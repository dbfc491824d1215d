//! The sums over neighbours, in the order of the kd-tree that finds them.

mod bandwidths;
mod gathered;
mod groups;
#[cfg(test)]
mod tests;

use super::Cloud;
use crate::kernel::lanes::{InstructionSet, Kernel, Lanes};
use crate::sum::Sum;
use bandwidths::{Bandwidths, MOST_BANDWIDTHS};
use gathered::Neighbours;
use groups::{GROUP, Groups};

use crate::rooms::Rooms;
use rayon::prelude::*;

/// Scores by sums over neighbours, with a workspace for one species after the other.
#[derive(Debug)]
pub struct NeighbourSums<const D: usize> {
    weights: Vec<f64>,
    cutoff: f64,
    instruction_set: InstructionSet,
    /// ρ_kε of every particle, and their reciprocals.
    densities: Vec<[f64; MOST_BANDWIDTHS]>,
    reciprocals: Vec<[f64; MOST_BANDWIDTHS]>,
    /// By particle, in the order of the groups.
    grouped_densities: Vec<[f64; MOST_BANDWIDTHS]>,
    grouped_scores: Vec<[f64; D]>,
    neighbours: Rooms<Neighbours<D>>,
}

impl<const D: usize> NeighbourSums<D> {
    /// With the weights of the extrapolation; `cutoff` in standard deviations.
    pub fn new(weights: &[f64], cutoff: f64, instruction_set: InstructionSet) -> Self {
        Self {
            weights: weights.to_vec(),
            cutoff,
            instruction_set,
            densities: Vec::new(),
            reciprocals: Vec::new(),
            grouped_densities: Vec::new(),
            grouped_scores: Vec::new(),
            neighbours: Rooms::default(),
        }
    }

    /// One species: densities of every particle, then scores; returns the entropy.
    pub fn evaluate(&mut self, variance: f64, cloud: &Cloud<D>, scores: &mut [[f64; D]]) -> f64 {
        let Some(groups) = Groups::new(cloud.velocities) else {
            // An empty species has no tree, no entropy and no scores.
            return 0.0;
        };
        let bandwidths = Bandwidths::new(variance, &self.weights, self.cutoff, D);
        self.neighbours.fit(|_| ());
        let (set, rooms) = (self.instruction_set, &self.neighbours);
        let radius = bandwidths.largest_squared_radius();
        let with_neighbours = |group: &[u32], work: &mut dyn FnMut(&mut Neighbours<D>)| {
            let mut near = rooms.own();
            groups.find_near(group, radius, &mut near.particles);
            near.gather(cloud.velocities, cloud.weights);
            work(&mut near);
        };

        let particles = cloud.velocities.len();
        self.grouped_densities.resize(particles, [0.0; MOST_BANDWIDTHS]);
        let chunks = self.grouped_densities.par_chunks_mut(GROUP).zip(groups.order().par_chunks(GROUP));
        chunks.for_each(|(densities, group)| {
            with_neighbours(group, &mut |near| {
                set.run(Densities { cloud, bandwidths: &bandwidths, group, near, densities });
            });
        });
        self.densities.resize(particles, [0.0; MOST_BANDWIDTHS]);
        self.reciprocals.resize(particles, [0.0; MOST_BANDWIDTHS]);
        for (&p, densities) in groups.order().iter().zip(&self.grouped_densities) {
            self.densities[p as usize] = *densities;
            self.reciprocals[p as usize] = densities.map(|density| 1.0 / density);
        }

        let reciprocals = &self.reciprocals;
        self.grouped_scores.resize(particles, [0.0; D]);
        let chunks = self.grouped_scores.par_chunks_mut(GROUP).zip(groups.order().par_chunks(GROUP));
        chunks.for_each(|(scores, group)| {
            with_neighbours(group, &mut |near| {
                near.gather_reciprocals(reciprocals, bandwidths.count);
                set.run(Scores { cloud, bandwidths: &bandwidths, reciprocals, group, near, scores });
            });
        });
        for (&p, score) in groups.order().iter().zip(&self.grouped_scores) {
            scores[p as usize] = *score;
        }

        let mut entropy = Sum::default();
        for (weight, own) in cloud.weights.iter().zip(&self.densities) {
            let logarithm: f64 = self.weights.iter().zip(own).map(|(a, rho)| a * rho.ln()).sum();
            entropy.add(weight * logarithm);
        }
        entropy.value()
    }

    /// Bytes of the workspace.
    pub fn memory(&self) -> usize {
        // A tree holds every velocity once more, with its index; so does the order of the groups.
        let per_particle = 3 * size_of::<[f64; MOST_BANDWIDTHS]>() + 2 * 8 * D + 2 * 4;
        self.densities.capacity() * per_particle
    }
}

/// The densities at the particles of one group.
struct Densities<'a, const D: usize> {
    cloud: &'a Cloud<'a, D>,
    bandwidths: &'a Bandwidths,
    group: &'a [u32],
    near: &'a Neighbours<D>,
    densities: &'a mut [[f64; MOST_BANDWIDTHS]],
}

impl<const D: usize> Kernel for Densities<'_, D> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { cloud, bandwidths, group, near, densities } = self;
        for (density, &p) in densities.iter_mut().zip(group) {
            let own = cloud.velocities[p as usize];
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
    cloud: &'a Cloud<'a, D>,
    bandwidths: &'a Bandwidths,
    reciprocals: &'a [[f64; MOST_BANDWIDTHS]],
    group: &'a [u32],
    near: &'a Neighbours<D>,
    scores: &'a mut [[f64; D]],
}

impl<const D: usize> Kernel for Scores<'_, D> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { cloud, bandwidths, reciprocals, group, near, scores } = self;
        for (score, &p) in scores.iter_mut().zip(group) {
            let (own, own_reciprocals) = (cloud.velocities[p as usize], reciprocals[p as usize]);
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
