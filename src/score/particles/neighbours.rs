//! The sums over neighbours, in the order of the kd-tree that finds them.
//!
//! The mollifiers ψ_kε, k = 1 to K, of one squared distance are one exponential and its powers: with L the least common
//! multiple of 1 … K and y = exp(−|z|²/2Lε), exp(−|z|²/2kε) = y^(L/k).

use super::groups::{GROUP, Groups};
use crate::dimension;
use crate::kernel::exponential::exponential2;
use crate::kernel::lanes::{InstructionSet, Kernel, Lanes};
use crate::parallel;
use crate::per_thread::PerThread;
use crate::ranks::Ranks;
use crate::score::mollifier;
use crate::sum::Sum;

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
    workspaces: PerThread<Neighbours<D>>,
    ranks: Ranks,
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
            workspaces: PerThread::default(),
            ranks: Ranks::default(),
        }
    }

    /// Numbers that ranks exchange for so many particles.
    pub fn gathered(particles: usize) -> usize {
        (MOST_BANDWIDTHS + D) * particles
    }

    /// Divides the groups of particles between ranks.
    pub fn divide(&mut self, ranks: &Ranks) {
        self.ranks = ranks.clone();
    }

    /// One species: densities of every particle, then scores; returns the entropy.
    pub fn evaluate(
        &mut self,
        variance: f64,
        velocities: &[[f64; D]],
        weights: &[f64],
        scores: &mut [[f64; D]],
    ) -> f64 {
        match D {
            2 => in_two(
                dimension::of_mut(self),
                variance,
                dimension::vectors(velocities),
                weights,
                dimension::vectors_mut(scores),
            ),
            _ => in_three(
                dimension::of_mut(self),
                variance,
                dimension::vectors(velocities),
                weights,
                dimension::vectors_mut(scores),
            ),
        }
    }

    #[inline]
    fn evaluate_here(
        &mut self,
        variance: f64,
        velocities: &[[f64; D]],
        weights: &[f64],
        scores: &mut [[f64; D]],
    ) -> f64 {
        let Some(groups) = Groups::new(velocities) else {
            // An empty species has no tree, no entropy and no scores.
            return 0.0;
        };
        let bandwidths = Bandwidths::new(variance, &self.factors, self.cutoff, D);
        let Self { factors, densities, reciprocals, scores: sorted, workspaces, ranks, .. } = self;
        let own_weights = weights;
        let (set, weights) = (self.instruction_set, &mut self.weights);
        weights.clear();
        weights.extend(groups.order().iter().map(|&particle| own_weights[particle as usize]));
        workspaces.fit(|_| ());
        let velocities = groups.velocities();
        let with_neighbours = |group: &[[f64; D]], work: &mut dyn FnMut(&mut Neighbours<D>)| {
            let mut near = workspaces.own();
            groups.find_near(group, bandwidths.largest_squared_radius(), &mut near.particles);
            near.gather(velocities, weights);
            work(&mut near);
        };

        let count = velocities.len();
        let first = |rank: usize| count.min(GROUP * ranks.first(rank, count.div_ceil(GROUP)));
        let own = first(ranks.own())..first(ranks.own() + 1);

        densities.resize(count, [0.0; MOST_BANDWIDTHS]);
        parallel::chunks(&mut densities[own.clone()], GROUP, &|number, densities| {
            let group = &velocities[own.start + number * GROUP..][..densities.len()];
            with_neighbours(group, &mut |near| {
                set.dispatch(Densities { bandwidths: &bandwidths, group, near, densities });
            });
        });
        ranks.gather(|rank| MOST_BANDWIDTHS * first(rank), densities.as_flattened_mut());
        reciprocals.clear();
        reciprocals.extend(densities.iter().map(|densities| densities.map(|density| 1.0 / density)));

        sorted.resize(count, [0.0; D]);
        parallel::chunks(&mut sorted[own.clone()], GROUP, &|number, scores| {
            let first = own.start + number * GROUP;
            let (group, own) = (&velocities[first..][..scores.len()], &reciprocals[first..][..scores.len()]);
            with_neighbours(group, &mut |near| {
                near.gather_reciprocals(reciprocals, bandwidths.count);
                set.dispatch(Scores { bandwidths: &bandwidths, reciprocals: own, group, near, scores });
            });
        });
        ranks.gather(|rank| D * first(rank), sorted.as_flattened_mut());
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
        // Trees hold every velocity twice more, with its index; so does the order of the groups.
        let per_particle = 2 * size_of::<[f64; MOST_BANDWIDTHS]>() + 4 * size_of::<[f64; D]>() + 8 + 3 * 4;
        self.densities.capacity() * per_particle
    }
}

#[inline(never)]
fn in_two(
    sums: &mut NeighbourSums<2>,
    variance: f64,
    velocities: &[[f64; 2]],
    weights: &[f64],
    scores: &mut [[f64; 2]],
) -> f64 {
    sums.evaluate_here(variance, velocities, weights, scores)
}

#[inline(never)]
fn in_three(
    sums: &mut NeighbourSums<3>,
    variance: f64,
    velocities: &[[f64; 3]],
    weights: &[f64],
    scores: &mut [[f64; 3]],
) -> f64 {
    sums.evaluate_here(variance, velocities, weights, scores)
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
    fn compute<L: Lanes>(self, lanes: L) {
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
    fn compute<L: Lanes>(self, lanes: L) {
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

/// Most bandwidths, those of order 8.
const MOST_BANDWIDTHS: usize = 4;

/// The bandwidths kε of one species, with the weights a_k of their extrapolation.
#[derive(Debug)]
struct Bandwidths {
    pub count: usize,
    /// −log₂e/2Lε.
    exponent: f64,
    /// The smallest numbers above the squares of the cut-off radii.
    ends: [f64; MOST_BANDWIDTHS],
    pub normalizations: [f64; MOST_BANDWIDTHS],
    /// −a_k/kε times the normalisation.
    pub slopes: [f64; MOST_BANDWIDTHS],
}

impl Bandwidths {
    /// For the variance ε and a cut-off in standard deviations.
    pub fn new(variance: f64, factors: &[f64], cutoff: f64, dimension: usize) -> Self {
        let variances: [f64; MOST_BANDWIDTHS] = std::array::from_fn(|k| (k + 1) as f64 * variance);
        let normalizations = variances.map(|variance| mollifier::normalization(variance, dimension));
        let multiple = [1.0, 2.0, 6.0, 12.0][factors.len() - 1];
        Self {
            count: factors.len(),
            exponent: -0.5 * std::f64::consts::LOG2_E / (multiple * variance),
            ends: variances.map(|variance| (cutoff * cutoff * variance).next_up()),
            normalizations,
            slopes: std::array::from_fn(|k| {
                -factors.get(k).copied().unwrap_or(0.0) * normalizations[k] / variances[k]
            }),
        }
    }

    /// The square of the largest cut-off radius.
    pub fn largest_squared_radius(&self) -> f64 {
        self.ends[self.count - 1]
    }

    /// exp(−|z|²/2kε) for k = 1 to K, 0 beyond the cut-off; what follows in the array is not set.
    #[inline(always)]
    pub fn mollifiers<L: Lanes>(&self, lanes: L, square: L::Vector) -> [L::Vector; MOST_BANDWIDTHS] {
        let y = exponential2(lanes, lanes.mul(square, lanes.splat(self.exponent)));
        let y2 = lanes.mul(y, y);
        let y3 = lanes.mul(y2, y);
        let y6 = lanes.mul(y3, y3);
        let mut values = match self.count {
            1 => [y; MOST_BANDWIDTHS],
            2 => [y2, y, y, y],
            3 => [y6, y3, y2, y2],
            _ => [lanes.mul(y6, y6), y6, lanes.mul(y2, y2), y3],
        };
        for (value, end) in values.iter_mut().zip(self.ends).take(self.count) {
            *value = lanes.zero_if_near(*value, lanes.sub(lanes.splat(end), square));
        }
        values
    }
}

/// A multiple of every vector's width.
const PADDING: usize = 8;

/// Particles near one group, the workspace of a thread.
#[derive(Debug)]
struct Neighbours<const D: usize> {
    pub particles: Vec<u32>,
    components: [Vec<f64>; D],
    /// Filled up with 0 to whole vectors.
    pub weights: Vec<f64>,
    /// 1/ρ_kε by bandwidth.
    pub reciprocals: [Vec<f64>; MOST_BANDWIDTHS],
}

impl<const D: usize> Default for Neighbours<D> {
    fn default() -> Self {
        Self {
            particles: Vec::new(),
            components: std::array::from_fn(|_| Vec::new()),
            weights: Vec::new(),
            reciprocals: Default::default(),
        }
    }
}

impl<const D: usize> Neighbours<D> {
    /// Places for particles, those filled up included.
    #[inline]
    pub fn padded(&self) -> usize {
        self.weights.len()
    }

    /// Gathers what the densities need; what is filled up has no weight.
    pub fn gather(&mut self, velocities: &[[f64; D]], weights: &[f64]) {
        let padded = self.particles.len().next_multiple_of(PADDING);
        for (axis, components) in self.components.iter_mut().enumerate() {
            components.clear();
            components.extend(self.particles.iter().map(|&q| velocities[q as usize][axis]));
            components.resize(padded, 0.0);
        }
        self.weights.clear();
        self.weights.extend(self.particles.iter().map(|&q| weights[q as usize]));
        self.weights.resize(padded, 0.0);
    }

    /// Gathers the reciprocal densities of `count` bandwidths.
    pub fn gather_reciprocals(&mut self, reciprocals: &[[f64; MOST_BANDWIDTHS]], count: usize) {
        let padded = self.padded();
        for (k, gathered) in self.reciprocals.iter_mut().enumerate().take(count) {
            gathered.clear();
            gathered.extend(self.particles.iter().map(|&q| reciprocals[q as usize][k]));
            gathered.resize(padded, 0.0);
        }
    }

    /// v − v_q and |v − v_q|² of the vector of particles q from index `at` on.
    #[inline(always)]
    pub fn difference<L: Lanes>(&self, lanes: L, v: [f64; D], at: usize) -> ([L::Vector; D], L::Vector) {
        let mut z = [lanes.splat(0.0); D];
        let mut square = lanes.splat(0.0);
        for axis in 0..D {
            z[axis] = lanes.sub(lanes.splat(v[axis]), lanes.load(&self.components[axis][at..]));
            square = lanes.mul_add(z[axis], z[axis], square);
        }
        (z, square)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::extrapolation;

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
                let mut scores = vec![[f64::NAN; D]; particles];
                let entropy = sums.evaluate(variance, &velocities, &weights, &mut scores);
                let (expected_entropy, expected) = simple(order, cutoff, variance, &velocities, &weights);
                let size: f64 = weights.iter().sum::<f64>() * 10.0 * f64::from(order);
                assert!((entropy - expected_entropy).abs() <= 1e-14 * size, "{entropy} {expected_entropy}");
                for (score, (expected, size)) in scores.iter().zip(&expected) {
                    for axis in 0..D {
                        // Exponents up to κ²/2 = 10 cost as many ulp, twice: in the mollifier and in ρ.
                        let error = (score[axis] - expected[axis]).abs();
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
}
