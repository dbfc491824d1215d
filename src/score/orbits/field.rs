//! Sums of mollified rings on a mesh in a half plane, or of shells on a half line, and of the mesh over particles.
//!
//! Nodes lie at the radii x_k η_r and on planes η_z apart. Each stands for the volume of its own orbit, with
//! [end-point weights](crate::symmetry::axis) at the axis. Particles are deposited in chunks whose sizes follow from
//! their number alone, and chunks are summed in order: the result does not depend on the number of threads.

use super::radial::Orbit;
use crate::parallel;
use crate::ranks::Ranks;
use crate::score::mollifier::normalization;
use crate::sum::Sum;
use crate::symmetry::axis::Nodes;
use std::ops::Range;

/// Nodes a mesh may store: 1 GiB, for each chunk that is deposited at a time.
pub const MOST_NODES: usize = 1 << 27;

/// Chunks of a deposit at most, and particles of a chunk at least.
const MOST_CHUNKS: usize = 16;
const FEWEST_IN_CHUNK: usize = 256;

/// Particles whose factors or scores a thread computes at a time.
const GROUP: usize = 64;

/// A mesh and the mollifier on it.
#[derive(Debug, Clone, Copy)]
pub struct Geometry {
    pub orbit: Orbit,
    pub nodes: Nodes,
    /// η_r and η_z.
    pub spacings: [f64; 2],
    /// A plane of nodes; 0 for shells.
    pub origin: f64,
    /// ε.
    pub variance: f64,
    /// In standard deviations along the radius and along the axis.
    pub cutoff: f64,
}

/// The mesh would need this many nodes.
#[derive(Debug)]
pub struct TooManyNodes {
    pub nodes: f64,
    pub spacing: f64,
}

/// The nodes that a particle reaches along one coordinate.
#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    first: i64,
    count: usize,
}

/// Factors of the mollifier, with their derivatives by the particle's coordinate.
type Factors = [[f64; 2]];

/// Values on the nodes that particles reach.
#[derive(Debug, Clone)]
pub struct Field {
    geometry: Geometry,
    /// How many nodes a particle reaches on each side of the nearest, along the radius and along the axis.
    reach: [i64; 2],
    /// The first plane, and the numbers of radii and of planes.
    first_plane: i64,
    counts: [usize; 2],
    values: Vec<f64>,
    parts: Vec<Vec<f64>>,
    /// The nodes that each particle reaches, and its factors there: first those of the radii, then those of the planes.
    reached: Vec<[Reached; 2]>,
    factors: Vec<[f64; 2]>,
    ranks: Ranks,
}

impl Field {
    pub fn new(geometry: Geometry) -> Self {
        let reach = geometry.spacings.map(|spacing| {
            // A factor ends a quarter beyond the last whole spacing, where no particle of a lattice is.
            let reach = geometry.cutoff * geometry.variance.sqrt() / spacing - 0.25;
            (reach * (1.0 - 8.0 * f64::EPSILON)).ceil().max(1.0) as i64
        });
        Self {
            geometry,
            reach,
            first_plane: 0,
            counts: [0; 2],
            values: Vec::new(),
            parts: Vec::new(),
            reached: Vec::new(),
            factors: Vec::new(),
            ranks: Ranks::default(),
        }
    }

    /// Divides the chunks of particles between ranks.
    pub fn divide(&mut self, ranks: &Ranks) {
        self.ranks = ranks.clone();
    }

    /// Numbers that ranks exchange in a deposit.
    pub fn gathered(&self) -> usize {
        self.parts.len() * self.values.len()
    }

    /// Particles of a chunk.
    fn chunk(&self, particles: usize) -> usize {
        particles.div_ceil(MOST_CHUNKS).max(FEWEST_IN_CHUNK)
    }

    /// The first particle of a rank.
    fn first(&self, rank: usize, particles: usize) -> usize {
        let chunk = self.chunk(particles);
        particles.min(chunk * self.ranks.first(rank, particles.div_ceil(chunk)))
    }

    /// The particles whose factors this rank has.
    fn own(&self, particles: usize) -> Range<usize> {
        self.first(self.ranks.own(), particles)..self.first(self.ranks.own() + 1, particles)
    }

    /// Room for the factors of a particle along the radius and along the axis.
    fn widths(&self) -> [usize; 2] {
        let planes = if self.geometry.orbit == Orbit::Shell { 1 } else { 2 * self.reach[1] as usize + 1 };
        [2 * self.reach[0] as usize + 1, planes]
    }

    /// Bytes of the workspace.
    pub fn memory(&self) -> usize {
        let values = self.values.capacity() + self.parts.iter().map(Vec::capacity).sum::<usize>();
        values * size_of::<f64>()
            + self.reached.capacity() * size_of::<[Reached; 2]>()
            + self.factors.capacity() * size_of::<[f64; 2]>()
    }

    /// Overwrites the field by the density of particles at (r, z), r ≥ 0; z is 0 for shells.
    pub fn deposit(&mut self, places: &[[f64; 2]], weights: &[f64]) -> Result<(), TooManyNodes> {
        self.cover(places)?;
        self.find_factors(places);
        let size = self.counts[0] * self.counts[1];
        let width: usize = self.widths().iter().sum();
        let chunk = self.chunk(places.len());
        let mut parts = std::mem::take(&mut self.parts);
        parts.resize(places.len().div_ceil(chunk), Vec::new());
        let own = self.own(places.len());
        let factors = &self.factors[own.start * width..own.end * width];
        let chunks = self.ranks.share(parts.len());
        let (reached, weights) = (&self.reached[own.clone()], &weights[own]);
        parallel::items(&mut parts[chunks], &|number, part| {
            let range = number * chunk..reached.len().min((number + 1) * chunk);
            let factors = &factors[range.start * width..range.end * width];
            part.clear();
            part.resize(size, 0.0);
            self.deposit_chunk(&reached[range.clone()], factors, &weights[range], part);
        });
        self.complete_parts(size, &mut parts);
        self.values.clear();
        self.values.resize(size, 0.0);
        for part in &parts {
            self.values.iter_mut().zip(part).for_each(|(value, part)| *value += part);
        }
        self.parts = parts;
        Ok(())
    }

    /// Completes the deposits of all chunks, of which each rank has its own.
    fn complete_parts(&self, size: usize, parts: &mut [Vec<f64>]) {
        if self.ranks.are_one() {
            return;
        }
        let mut numbers = vec![f64::NAN; size * parts.len()];
        for number in self.ranks.share(parts.len()) {
            numbers[number * size..(number + 1) * size].copy_from_slice(&parts[number]);
        }
        self.ranks.gather(|rank| size * self.ranks.first(rank, parts.len()), &mut numbers);
        for (part, numbers) in parts.iter_mut().zip(numbers.chunks(size.max(1))) {
            part.clear();
            part.extend_from_slice(numbers);
        }
    }

    /// Completes the gradients of all particles last deposited, of which each rank has its own.
    pub fn complete(&self, gradients: &mut [[f64; 2]]) {
        let particles = gradients.len();
        self.ranks.gather(|rank| 2 * self.first(rank, particles), gradients.as_flattened_mut());
    }

    /// Finds the nodes that particles reach.
    fn cover(&mut self, places: &[[f64; 2]]) -> Result<(), TooManyNodes> {
        let (mut outermost, mut low, mut high) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
        for &[r, z] in places {
            outermost = f64::max(outermost, r / self.geometry.spacings[0]);
            let plane = ((z - self.geometry.origin) / self.geometry.spacings[1]).round();
            (low, high) = (low.min(plane), high.max(plane));
        }
        let shell = self.geometry.orbit == Orbit::Shell;
        let reach = if shell { 0 } else { self.reach[1] };
        let counts = [outermost.round() + self.reach[0] as f64 + 1.0, high - low + 2.0 * reach as f64 + 1.0];
        let nodes = counts[0] * counts[1];
        if !(nodes <= MOST_NODES as f64 && low.abs() < 1e15) {
            return Err(TooManyNodes { nodes, spacing: self.geometry.spacings[1] });
        }
        self.first_plane = low as i64 - reach;
        self.counts = counts.map(|count| count as usize);
        Ok(())
    }

    fn deposit_chunk(
        &self,
        reached: &[[Reached; 2]],
        factors: &Factors,
        weights: &[f64],
        values: &mut [f64],
    ) {
        let normalization = normalization(self.geometry.variance, 3);
        let [width, planes_width] = self.widths();
        let particles = reached.iter().zip(factors.chunks_exact(width + planes_width));
        for (([radii, planes], factors), weight) in particles.zip(weights) {
            let (by_radius, by_plane) = factors.split_at(width);
            for (row, [z, _]) in self.rows(planes).zip(&by_plane[..planes.count]) {
                let strength = weight * normalization * z;
                let row = &mut values[row][radii.first as usize..][..radii.count];
                row.iter_mut().zip(by_radius).for_each(|(value, [r, _])| *value += strength * r);
            }
        }
    }

    /// Finds the nodes that every particle of this rank reaches, and its factors there.
    fn find_factors(&mut self, places: &[[f64; 2]]) {
        let [width, planes_width] = self.widths();
        let (mut reached, mut factors) =
            (std::mem::take(&mut self.reached), std::mem::take(&mut self.factors));
        reached.clear();
        reached.resize(places.len(), [Reached::default(); 2]);
        factors.clear();
        factors.resize(places.len() * (width + planes_width), [0.0; 2]);
        let (own, width_of_both) = (self.own(places.len()), width + planes_width);
        let own_factors = &mut factors[own.start * width_of_both..own.end * width_of_both];
        let (own_reached, places) = ((&mut reached[own.clone()], GROUP), &places[own]);
        let own_factors = (own_factors, GROUP * width_of_both);
        parallel::chunks_of_both(own_reached, own_factors, &|number, reached, factors| {
            let particles = reached.iter_mut().zip(factors.chunks_exact_mut(width_of_both));
            for ((reached, factors), &place) in particles.zip(&places[number * GROUP..]) {
                let (by_radius, by_plane) = factors.split_at_mut(width);
                *reached = self.reach_of(place, by_radius, by_plane);
            }
        });
        (self.reached, self.factors) = (reached, factors);
    }

    /// The rows of values on the planes that a particle reaches.
    fn rows(&self, planes: &Reached) -> impl Iterator<Item = Range<usize>> {
        let (first, radii) = ((planes.first - self.first_plane) as usize, self.counts[0]);
        (first..).map(move |plane| plane * radii..(plane + 1) * radii)
    }

    /// The nodes that a particle reaches, and its factors there.
    fn reach_of(&self, [r, z]: [f64; 2], by_radius: &mut Factors, by_plane: &mut Factors) -> [Reached; 2] {
        let Geometry { orbit, nodes, spacings, origin, variance, .. } = self.geometry;
        let ends = [0, 1].map(|k| (self.reach[k] as f64 + 0.25) * spacings[k]);
        let nearest = (r / spacings[0] - nodes.place(0)).round() as i64;
        let first = (nearest - self.reach[0]).max(0);
        let radii = Reached { first, count: (nearest + self.reach[0] + 1 - first) as usize };
        for (k, factor) in (first..).zip(&mut by_radius[..radii.count]) {
            let node = nodes.place(k as usize) * spacings[0];
            *factor = if (r - node).abs() < ends[0] { orbit.factor(r, node, variance) } else { [0.0; 2] };
        }
        if orbit == Orbit::Shell {
            by_plane[0] = [1.0, 0.0];
            return [radii, Reached { first: self.first_plane, count: 1 }];
        }
        let nearest = ((z - origin) / spacings[1]).round() as i64;
        let planes = Reached { first: nearest - self.reach[1], count: by_plane.len() };
        for (l, factor) in (planes.first..).zip(by_plane) {
            let x = (z - origin) - l as f64 * spacings[1];
            let value = if x.abs() < ends[1] { (-0.5 * x * x / variance).exp() } else { 0.0 };
            *factor = [value, -x / variance * value];
        }
        [radii, planes]
    }

    /// Replaces every density ρ by its volume times log ρ + 1, and returns Σ volume ρ log ρ. Nodes that no particle
    /// reaches become 0 and count for nothing.
    pub fn take_logarithm(&mut self) -> f64 {
        let Geometry { orbit, nodes, spacings, .. } = self.geometry;
        let cell = match orbit {
            Orbit::Ring => spacings[0] * spacings[0] * spacings[1],
            Orbit::Shell => spacings[0].powi(3),
        };
        let mut entropy = Sum::default();
        for row in self.values.chunks_exact_mut(self.counts[0]) {
            for (k, value) in row.iter_mut().enumerate() {
                let (density, volume) = (*value, orbit.volume(nodes, k) * cell);
                *value = 0.0;
                if density != 0.0 {
                    let logarithm = density.ln();
                    entropy.add(volume * density * logarithm);
                    *value = volume * (logarithm + 1.0);
                }
            }
        }
        entropy.value()
    }

    /// Adds to the scores of this rank's particles last deposited `factor` times the gradient of Σ_l ψ(particle, l) values_l by r
    /// and z.
    pub fn gather(&self, factor: f64, scores: &mut [[f64; 2]]) {
        let factor = factor * normalization(self.geometry.variance, 3);
        let [width, planes_width] = self.widths();
        let (own, width_of_both) = (self.own(scores.len()), width + planes_width);
        let factors = &self.factors[own.start * width_of_both..own.end * width_of_both];
        let reached = &self.reached[own.clone()];
        parallel::chunks(&mut scores[own], GROUP, &|number, scores| {
            let first = number * GROUP;
            let factors = factors[first * width_of_both..].chunks_exact(width_of_both);
            let particles = reached[first..].iter().zip(factors);
            for (score, ([radii, planes], factors)) in scores.iter_mut().zip(particles) {
                let (by_radius, by_plane) = factors.split_at(width);
                let mut gradient = [0.0; 2];
                for (row, [value, slope]) in self.rows(planes).zip(&by_plane[..planes.count]) {
                    let row = &self.values[row][radii.first as usize..];
                    let mut sums = [0.0; 2];
                    for (node, factors) in row.iter().zip(&by_radius[..radii.count]) {
                        sums[0] += node * factors[0];
                        sums[1] += node * factors[1];
                    }
                    gradient[0] += value * sums[1];
                    gradient[1] += slope * sums[0];
                }
                score[0] += factor * gradient[0];
                score[1] += factor * gradient[1];
            }
        });
    }

    /// The value at radius number `k` on plane number `plane` from the origin; 0 where no particle reaches.
    pub fn value_at(&self, k: usize, plane: i64) -> f64 {
        let row = plane - self.first_plane;
        if k >= self.counts[0] || !(0..self.counts[1] as i64).contains(&row) {
            return 0.0;
        }
        self.values[row as usize * self.counts[0] + k]
    }
}
