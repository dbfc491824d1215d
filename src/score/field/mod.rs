//! Sums of Gaussians over particles on a uniform mesh, and of the mesh over particles.
//!
//! The mesh is x_l = origin + l η with integer l, unbounded or bounded to a box of nodes, stored where particles
//! reach. [`deposit`](Field::deposit) makes the density Σ_k w_k ψ_ε(x_l − v_k), [`gather`](Field::gather) sums
//! Σ_l η^d ψ_ε(v_p − x_l) values_l and its gradient. Every node sums its particles in one fixed order, so that
//! the result does not depend on the number of threads.

mod layout;
mod stencil;
mod sums;
#[cfg(test)]
mod tests;

use super::mollifier::{AxisTable, normalization};
use crate::error::Failure;
use crate::kernel::lanes::InstructionSet;
use crate::parallel;
use crate::per_thread::PerThread;
use crate::ranks::Ranks;
use crate::sum::Sum;
use layout::{Layout, Node};
use rayon::prelude::*;
use std::ops::Range;
use stencil::{GROUP, Stencil};

/// Nodes a single mesh may store: 4 GiB of values.
pub const MOST_NODES: usize = 1 << 29;

/// Particles per parallel task of the gather.
const CHUNK: usize = 64;

/// Where a mesh lies and how far a particle reaches on it.
#[derive(Debug, Clone)]
pub struct Geometry<const D: usize> {
    /// The node with index 0.
    pub origin: [f64; D],
    /// η.
    pub spacing: f64,
    /// Nodes 0 to `bound` − 1 on every axis; unbounded when absent.
    pub bound: Option<usize>,
    /// Variance of the mollifier.
    pub variance: f64,
    /// Reach of the mollifier in standard deviations along each axis, at least.
    pub cutoff: f64,
}

/// A particle on the mesh.
#[derive(Debug, Clone, Copy)]
struct Located {
    node: Node,
    /// Distance from the nearest node: plane, row, node axis.
    offset: [f64; 3],
    /// Weight times the mollifier's normalisation.
    strength: f64,
    particle: u32,
}

/// What one particle gathers from the mesh: Σ_l η^d ψ(v_p − x_l) values_l, and its gradient.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
struct Gathered<const D: usize> {
    value: f64,
    gradient: [f64; D],
}

/// A sum over particles on a mesh, with its workspace.
#[derive(Debug)]
pub struct Field<const D: usize> {
    geometry: Geometry<D>,
    instruction_set: InstructionSet,
    table: AxisTable,
    layout: Layout,
    located: Vec<Located>,
    rank: Vec<u32>,
    values: Vec<f64>,
    plane_entropies: Vec<f64>,
    /// In the order of `located`.
    gathered: Vec<Gathered<D>>,
    stencils: PerThread<Stencil>,
    ranks: Ranks,
    /// The planes k with `bounds[r] <= k < bounds[r + 1]` are those of rank r.
    bounds: Vec<usize>,
}

/// The mesh of some spacing needed more nodes than memory allows.
#[derive(Debug)]
pub struct TooManyNodes {
    nodes: f64,
    spacing: f64,
}

impl TooManyNodes {
    /// The failure for a species.
    pub fn of_species(self, species: &str) -> Failure {
        let gibibytes = |nodes: f64| nodes * 8.0 / 2f64.powi(30);
        Failure::MeshTooLarge {
            species: species.to_string(),
            nodes: self.nodes,
            gibibytes: gibibytes(self.nodes),
            limit_gibibytes: gibibytes(MOST_NODES as f64),
            spacing: self.spacing,
        }
    }
}

impl<const D: usize> Field<D> {
    pub fn new(geometry: Geometry<D>, instruction_set: InstructionSet) -> Self {
        // The factor along an axis ends a quarter beyond the last whole spacing. Quotients are right to a few
        // roundings: what is whole stays whole.
        let reach = geometry.cutoff * geometry.variance.sqrt() / geometry.spacing - 0.25;
        let reach = (reach * (1.0 - 8.0 * f64::EPSILON)).ceil().max(1.0) as usize;
        Self {
            table: AxisTable::new(
                geometry.variance,
                geometry.spacing,
                reach,
                (2 * reach + 1).next_multiple_of(GROUP),
            ),
            geometry,
            instruction_set,
            layout: Layout::default(),
            located: Vec::new(),
            rank: Vec::new(),
            values: Vec::new(),
            plane_entropies: Vec::new(),
            gathered: Vec::new(),
            stencils: PerThread::default(),
            ranks: Ranks::default(),
            bounds: Vec::new(),
        }
    }

    /// Divides sums on the mesh by planes, and sums over the mesh by particles, between ranks.
    pub fn divide(&mut self, ranks: &Ranks) {
        self.ranks = ranks.clone();
    }

    /// Planes of the mesh.
    pub fn planes(&self) -> usize {
        self.layout.planes()
    }

    /// Numbers that ranks exchange in a gather.
    pub fn gathered(&self) -> usize {
        self.layout.nodes() + (1 + D) * self.located.len()
    }

    /// The planes of this rank.
    fn own_planes(&self) -> Range<usize> {
        self.bounds[self.ranks.own()]..self.bounds[self.ranks.own() + 1]
    }

    /// Divides the planes, each of which costs as much as particles reach it.
    fn divide_planes(&mut self) {
        let (first, reach) = (self.layout.first_plane(), self.reach()[0] as i64);
        let before = |plane: i64| self.located.partition_point(|located| located.node[0] < plane) as u64;
        let reaching = |plane: i64| before(plane + reach + 1) - before(plane - reach);
        let planes = self.layout.planes();
        match self.ranks.are_one() {
            true => {
                self.bounds.clear();
                self.bounds.extend([0, planes]);
            }
            false => self.ranks.divide((first..first + planes as i64).map(reaching), &mut self.bounds),
        }
    }

    /// Reach along planes, rows and nodes; a plane of a two-dimensional mesh is a single row.
    #[inline]
    fn reach(&self) -> [usize; 3] {
        let reach = self.table.reach();
        [reach, if D == 3 { reach } else { 0 }, reach]
    }

    /// Length of a particle's row, filled up to whole groups.
    fn width(&self) -> usize {
        self.table.width()
    }

    /// Nodes a particle touches.
    pub fn nodes_per_particle(&self) -> usize {
        (2 * self.table.reach() + 1).pow(D as u32)
    }

    /// The distance between neighbouring nodes along an axis.
    pub fn spacing(&self) -> f64 {
        self.geometry.spacing
    }

    /// Bytes of the workspace.
    pub fn memory(&self) -> usize {
        let per_particle = size_of::<Located>() + size_of::<u32>() + size_of::<Gathered<D>>();
        self.values.capacity() * size_of::<f64>() + self.located.capacity() * per_particle
    }

    /// Finds where on the mesh every particle is, and the nodes within reach of one.
    pub fn locate(
        &mut self,
        velocities: &[[f64; D]],
        weights: &[f64],
        most_nodes: usize,
    ) -> Result<(), TooManyNodes> {
        self.sort(velocities, weights)?;
        let padding = self.width() - (2 * self.table.reach() + 1);
        let nodes = self.located.iter().map(|located| located.node);
        self.layout.cover(nodes, self.reach(), padding, most_nodes).map_err(|nodes| self.too_many(nodes))?;
        self.divide_planes();
        Ok(())
    }

    /// Where the nodes of some planes are stored.
    fn nodes_of(&self, planes: Range<usize>) -> Range<usize> {
        self.layout.plane_offset(planes.start)..self.layout.plane_offset(planes.end)
    }

    fn too_many(&self, nodes: f64) -> TooManyNodes {
        TooManyNodes { nodes, spacing: self.geometry.spacing }
    }

    /// Finds every particle's nearest node and sorts the particles by plane and row.
    fn sort(&mut self, velocities: &[[f64; D]], weights: &[f64]) -> Result<(), TooManyNodes> {
        let Geometry { origin, spacing, variance, .. } = self.geometry;
        let normalization = normalization(variance, D);
        // Beyond this a node index is not exact in f64, and no memory would hold the mesh.
        let farthest = 1u64 << 40;
        let axes: [usize; 3] = if D == 3 { [2, 1, 0] } else { [1, usize::MAX, 0] };
        let locate = |particle: usize| {
            let velocity = &velocities[particle];
            let mut located = Located {
                node: [0; 3],
                offset: [0.0; 3],
                strength: weights[particle] * normalization,
                particle: particle as u32,
            };
            for (level, &axis) in axes.iter().enumerate().filter(|(_, axis)| **axis < D) {
                let nearest = ((velocity[axis] - origin[axis]) / spacing).round();
                // The conversion of what lies beyond all integers ends at the last one.
                located.node[level] = nearest as i64;
                located.offset[level] = (velocity[axis] - origin[axis]) - nearest * spacing;
            }
            located
        };
        parallel::map_into(&mut self.located, velocities.len(), &locate);
        let far =
            |located: &Located| located.node.iter().map(|index| index.unsigned_abs()).max().unwrap_or(0);
        let farthest_place = self.located.iter().map(far).max().unwrap_or(0);
        if farthest_place > farthest {
            return Err(self.too_many(farthest_place as f64));
        }
        // The particle's number makes every key distinct, and so the order unique.
        self.located.par_sort_unstable_by_key(|located| (located.node[0], located.node[1], located.particle));
        self.rank.resize(velocities.len(), 0);
        for (rank, located) in self.located.iter().enumerate() {
            self.rank[located.particle as usize] = rank as u32;
        }
        Ok(())
    }

    /// Replaces every density ρ by log ρ + `shift` and returns Σ η^d ρ (log ρ + shift − 1); nodes
    /// outside the bounds, and those no particle reaches, become 0 and count for nothing.
    pub fn take_logarithm(&mut self, shift: f64) -> f64 {
        self.plane_entropies.clear();
        self.plane_entropies.resize(self.layout.planes(), 0.0);
        let (mut values, mut entropies) =
            (std::mem::take(&mut self.values), std::mem::take(&mut self.plane_entropies));
        let planes = self.own_planes();
        let own = &mut values[self.nodes_of(planes.clone())];
        self.logarithm_of_planes(planes.clone(), own, &mut entropies[planes], shift);
        self.ranks.gather(|rank| self.bounds[rank], &mut entropies);
        (self.values, self.plane_entropies) = (values, entropies);
        let mut entropy = Sum::default();
        self.plane_entropies.iter().for_each(|&plane| entropy.add(plane));
        entropy.value() * self.geometry.spacing.powi(D as i32)
    }

    fn logarithm_of_planes(
        &self,
        planes: Range<usize>,
        values: &mut [f64],
        entropies: &mut [f64],
        shift: f64,
    ) {
        if planes.len() > 1 {
            let middle = planes.start + planes.len() / 2;
            let split = self.layout.plane_offset(middle) - self.layout.plane_offset(planes.start);
            let (low, high) = values.split_at_mut(split);
            let (low_entropies, high_entropies) = entropies.split_at_mut(middle - planes.start);
            let mut low = || self.logarithm_of_planes(planes.start..middle, low, low_entropies, shift);
            let mut high = || self.logarithm_of_planes(middle..planes.end, high, high_entropies, shift);
            parallel::join(&mut low, &mut high);
            return;
        }
        let Some(entropy) = entropies.first_mut() else { return };
        let base = self.layout.plane_offset(planes.start);
        let plane = self.layout.first_plane() + planes.start as i64;
        let inside = |index: i64| self.geometry.bound.is_none_or(|bound| (0..bound as i64).contains(&index));
        for (index, row) in self.layout.rows_of(planes.start) {
            let stored = &mut values[row.offset - base..row.offset - base + row.length];
            let row_inside = inside(plane) && (D == 2 || inside(index));
            for (node, value) in (row.first..).zip(stored) {
                let density = *value;
                *value = if row_inside && inside(node) && density != 0.0 {
                    let logarithm = density.ln() + shift;
                    *entropy += density * (logarithm - 1.0);
                    logarithm
                } else {
                    0.0
                };
            }
        }
    }

    /// Adds to the scores the gradients last gathered, each times what `factor` makes of its particle's value.
    pub fn add_gradients(&self, factor: impl Fn(f64) -> f64 + Sync, scores: &mut [[f64; D]]) {
        parallel::chunks(scores, CHUNK, &|number, scores| {
            for (score, &rank) in scores.iter_mut().zip(&self.rank[number * CHUNK..]) {
                let Gathered { value, gradient } = self.gathered[rank as usize];
                let factor = factor(value);
                for axis in 0..D {
                    score[axis] += factor * gradient[axis];
                }
            }
        });
    }

    /// The values last gathered, particle after particle.
    pub fn gathered_values(&self) -> impl Iterator<Item = f64> + '_ {
        self.rank.iter().map(|&rank| self.gathered[rank as usize].value)
    }

    /// Divides the weight of every particle by the value it last gathered.
    pub fn divide_by_values(&mut self) {
        for (located, gathered) in self.located.iter_mut().zip(&self.gathered) {
            located.strength /= gathered.value;
        }
    }

    /// The value at a node of the mesh; 0 where no particle reaches.
    pub fn value_at(&self, node: Node) -> f64 {
        self.layout.index_of(node).map_or(0.0, |index| self.values[index])
    }
}
