//! Sums of Gaussians over particles on a uniform mesh, and of the mesh over particles.
//!
//! The mesh is x_l = origin + l η with integer l, unbounded or bounded to a box of nodes, stored where particles
//! reach. [`deposit`](Field::deposit) makes the density Σ_k w_k ψ_ε(x_l − v_k), [`gather`](Field::gather) sums
//! Σ_l η^d ψ_ε(v_p − x_l) values_l and its gradient. Every node sums its particles in one fixed order, so that
//! the result does not depend on the number of threads.

mod layout;
mod stencil;
#[cfg(test)]
mod tests;

use super::mollifier::{AxisTable, normalization};
use crate::dimension;
use crate::error::Failure;
use crate::kernel::lanes::{InstructionSet, Kernel, Lanes};
use crate::per_thread::PerThread;
use crate::ranks::Ranks;
use crate::sum::Sum;
use layout::{Layout, Node, Row};
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

    /// Overwrites the values on all nodes of this rank by the sums of the mollified particles.
    pub fn deposit(&mut self) {
        match D {
            2 => deposit_in_two(dimension::of_mut(self)),
            _ => deposit_in_three(dimension::of_mut(self)),
        }
    }

    #[inline]
    fn deposit_here(&mut self) {
        self.values.clear();
        self.values.resize(self.layout.nodes(), 0.0);
        let mut values = std::mem::take(&mut self.values);
        self.stencils.fit(|stencil| stencil.fit(self.table.width()));
        let planes = self.own_planes();
        self.deposit_planes(planes.clone(), &mut values[self.nodes_of(planes)]);
        self.values = values;
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
        let locate = |(particle, (velocity, weight)): (usize, (&[f64; D], &f64))| {
            let mut located = Located {
                node: [0; 3],
                offset: [0.0; 3],
                strength: weight * normalization,
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
        velocities.par_iter().zip(weights).enumerate().map(locate).collect_into_vec(&mut self.located);
        let far =
            |located: &Located| located.node.iter().map(|index| index.unsigned_abs()).max().unwrap_or(0);
        let farthest_place = self.located.par_iter().map(far).max().unwrap_or(0);
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

    /// Deposits on some planes, whose nodes `values` holds, splitting them between threads.
    fn deposit_planes(&self, planes: Range<usize>, values: &mut [f64]) {
        // A particle's rows are tabulated once for each group of planes; groups of its own reach
        // or, where planes are single rows, larger ones keep that work small.
        let group = if D == 3 { self.table.reach().max(4) } else { 4 * self.table.reach().max(4) };
        if planes.len() > group {
            let middle = planes.start + planes.len() / 2;
            let split = self.layout.plane_offset(middle) - self.layout.plane_offset(planes.start);
            let (low, high) = values.split_at_mut(split);
            rayon::join(
                || self.deposit_planes(planes.start..middle, low),
                || self.deposit_planes(middle..planes.end, high),
            );
            return;
        }
        self.instruction_set.dispatch(DepositGroup { field: self, planes, values });
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
            rayon::join(
                || self.logarithm_of_planes(planes.start..middle, low, low_entropies, shift),
                || self.logarithm_of_planes(middle..planes.end, high, high_entropies, shift),
            );
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

    /// Where a particle's nodes begin in storage.
    #[inline]
    fn start_in(&self, row: &Row, located: &Located) -> usize {
        let first = located.node[2] - self.table.reach() as i64;
        let row = self.layout.segment_of(row, first);
        row.offset + (first - row.first) as usize
    }

    /// Gathers the values and gradients of all particles.
    pub fn gather(&mut self) {
        match D {
            2 => gather_in_two(dimension::of_mut(self)),
            _ => gather_in_three(dimension::of_mut(self)),
        }
    }

    #[inline]
    fn gather_here(&mut self) {
        let Self { ranks, layout, bounds, values, .. } = self;
        ranks.gather(|rank| layout.plane_offset(bounds[rank]), values);
        let mut gathered = std::mem::take(&mut self.gathered);
        gathered.resize(self.located.len(), Gathered { value: 0.0, gradient: [0.0; D] });
        let volume = self.geometry.spacing.powi(D as i32) * normalization(self.geometry.variance, D);
        self.stencils.fit(|stencil| stencil.fit(self.table.width()));
        let own = self.ranks.share(gathered.len());
        let chunks = gathered[own.clone()].par_chunks_mut(CHUNK).zip(self.located[own].par_chunks(CHUNK));
        chunks.for_each(|(gathered, located)| {
            let stencil = &mut *self.stencils.own();
            self.instruction_set.dispatch(GatherChunk { field: self, located, stencil, gathered, volume });
        });
        let particles = gathered.len();
        self.ranks.gather(|rank| (1 + D) * self.ranks.first(rank, particles), numbers(&mut gathered));
        self.gathered = gathered;
    }

    /// Adds to the scores the gradients last gathered, each times what `factor` makes of its particle's value.
    pub fn add_gradients(&self, factor: impl Fn(f64) -> f64 + Sync, scores: &mut [[f64; D]]) {
        scores.par_chunks_mut(CHUNK).zip(self.rank.par_chunks(CHUNK)).for_each(|(scores, ranks)| {
            for (score, &rank) in scores.iter_mut().zip(ranks) {
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

/// What particles gathered, as numbers.
fn numbers<const D: usize>(gathered: &mut [Gathered<D>]) -> &mut [f64] {
    // SAFETY: a `Gathered` is 1 + D numbers without padding, so they are one array of numbers.
    unsafe { std::slice::from_raw_parts_mut(gathered.as_mut_ptr().cast(), (1 + D) * gathered.len()) }
}

#[inline(never)]
fn deposit_in_two(field: &mut Field<2>) {
    field.deposit_here();
}

#[inline(never)]
fn deposit_in_three(field: &mut Field<3>) {
    field.deposit_here();
}

#[inline(never)]
fn gather_in_two(field: &mut Field<2>) {
    field.gather_here();
}

#[inline(never)]
fn gather_in_three(field: &mut Field<3>) {
    field.gather_here();
}

/// The deposit on one group of planes, whose nodes `values` holds.
struct DepositGroup<'a, const D: usize> {
    field: &'a Field<D>,
    planes: Range<usize>,
    values: &'a mut [f64],
}

impl<const D: usize> Kernel for DepositGroup<'_, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        let Self { field, planes, values } = self;
        let layout = &field.layout;
        let [plane_reach, row_reach, _] = field.reach().map(|reach| reach as i64);
        let first = layout.first_plane() + planes.start as i64;
        let last = layout.first_plane() + planes.end as i64 - 1;
        let begin = field.located.partition_point(|located| located.node[0] < first - plane_reach);
        let end = field.located.partition_point(|located| located.node[0] <= last + plane_reach);
        let base = layout.plane_offset(planes.start);
        let mut stencil = field.stencils.own();
        for located in &field.located[begin..end] {
            stencil.tabulate(lanes, &field.table, located.offset, D);
            let from = first.max(located.node[0] - plane_reach);
            let to = last.min(located.node[0] + plane_reach);
            for plane in from..=to {
                let index = (plane - layout.first_plane()) as usize;
                let strength =
                    located.strength * stencil.planes[(plane - located.node[0] + plane_reach) as usize];
                let rows =
                    layout.rows_between(index, located.node[1] - row_reach, 2 * row_reach as usize + 1);
                stencil.add_to_plane(
                    lanes,
                    values,
                    rows,
                    |row| field.start_in(row, located) - base,
                    strength,
                );
            }
        }
    }
}

/// The gather of some particles.
struct GatherChunk<'a, const D: usize> {
    field: &'a Field<D>,
    located: &'a [Located],
    stencil: &'a mut Stencil,
    gathered: &'a mut [Gathered<D>],
    /// η^d times the mollifier's normalisation.
    volume: f64,
}

impl<const D: usize> Kernel for GatherChunk<'_, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        let Self { field, located, stencil, gathered, volume } = self;
        let [plane_reach, row_reach, _] = field.reach().map(|reach| reach as i64);
        for (gathered, located) in gathered.iter_mut().zip(located) {
            stencil.tabulate_slopes(lanes, &field.table, located.offset, D);
            let first = (located.node[0] - plane_reach - field.layout.first_plane()) as usize;
            let rows = |plane: usize| {
                field.layout.rows_between(
                    first + plane,
                    located.node[1] - row_reach,
                    2 * row_reach as usize + 1,
                )
            };
            let planes = 2 * plane_reach as usize + 1;
            let [value, along_node, along_row, along_plane] = stencil.value_and_gradient(
                lanes,
                &field.values,
                rows,
                |row| field.start_in(row, located),
                planes,
            );
            gathered.value = volume * value;
            // Rows run along axis 0, planes along the last one.
            for (axis, component) in gathered.gradient.iter_mut().enumerate() {
                *component = volume
                    * match axis {
                        0 => along_node,
                        axis if axis + 1 == D => along_plane,
                        _ => along_row,
                    };
            }
        }
    }
}
