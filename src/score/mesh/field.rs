//! One mollified density on one mesh: deposit particles, take the logarithm, gather gradients.
//!
//! The mesh is x_l = origin + l η with integer l, unbounded or bounded to a box of nodes. Every
//! node sums its particles in one fixed order, so that the result does not depend on the number
//! of threads.

use super::layout::{Layout, Node, Row};
use super::passes::{DepositGroup, GatherChunk};
use super::stencil::{GROUP, Stencil};
use crate::kernel::lanes::InstructionSet;
use crate::score::mollifier::{AxisTable, normalization};
use crate::sum::Sum;
use rayon::prelude::*;
use std::sync::{Mutex, MutexGuard};

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
pub struct Placed {
    pub node: Node,
    /// Distance from the nearest node: plane, row, node axis.
    pub offset: [f64; 3],
    /// Weight times the mollifier's normalisation.
    pub strength: f64,
    particle: u32,
}

/// A density on a mesh, with its workspace.
#[derive(Debug)]
pub struct Field<const D: usize> {
    geometry: Geometry<D>,
    instruction_set: InstructionSet,
    pub table: AxisTable,
    pub layout: Layout,
    pub placed: Vec<Placed>,
    rank: Vec<u32>,
    pub values: Vec<f64>,
    plane_entropies: Vec<f64>,
    gathered: Vec<[f64; D]>,
    /// One for each thread; no lock is ever waited for.
    stencils: Vec<Mutex<Stencil>>,
}

/// The mesh needed more nodes than memory allows; holds their number.
#[derive(Debug)]
pub struct TooManyNodes(pub f64);

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
            placed: Vec::new(),
            rank: Vec::new(),
            values: Vec::new(),
            plane_entropies: Vec::new(),
            gathered: Vec::new(),
            stencils: Vec::new(),
        }
    }

    /// Reach along planes, rows and nodes; a plane of a two-dimensional mesh is a single row.
    #[inline]
    pub fn reach(&self) -> [usize; 3] {
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

    /// Bytes of the workspace.
    pub fn memory(&self) -> usize {
        let per_particle = size_of::<Placed>() + size_of::<u32>() + size_of::<[f64; D]>();
        self.values.capacity() * size_of::<f64>() + self.placed.capacity() * per_particle
    }

    /// Sums the mollified particles on every node within reach of one.
    pub fn deposit(
        &mut self,
        velocities: &[[f64; D]],
        weights: &[f64],
        most_nodes: usize,
    ) -> Result<(), TooManyNodes> {
        self.place(velocities, weights)?;
        let padding = self.width() - (2 * self.table.reach() + 1);
        let nodes = self.placed.iter().map(|placed| placed.node);
        self.layout.cover(nodes, self.reach(), padding, most_nodes).map_err(TooManyNodes)?;
        self.values.clear();
        self.values.resize(self.layout.nodes(), 0.0);
        let mut values = std::mem::take(&mut self.values);
        self.provide_stencils();
        self.deposit_planes(0..self.layout.planes(), &mut values);
        self.values = values;
        Ok(())
    }

    /// Finds every particle's nearest node and sorts the particles by plane and row.
    fn place(&mut self, velocities: &[[f64; D]], weights: &[f64]) -> Result<(), TooManyNodes> {
        let Geometry { origin, spacing, variance, .. } = self.geometry;
        let normalization = normalization(variance, D);
        // Beyond this a node index is not exact in f64, and no memory would hold the mesh.
        let farthest = 1u64 << 40;
        let axes: [usize; 3] = if D == 3 { [2, 1, 0] } else { [1, usize::MAX, 0] };
        let place = |(particle, (velocity, weight)): (usize, (&[f64; D], &f64))| {
            let mut placed = Placed {
                node: [0; 3],
                offset: [0.0; 3],
                strength: weight * normalization,
                particle: particle as u32,
            };
            for (level, &axis) in axes.iter().enumerate().filter(|(_, axis)| **axis < D) {
                let nearest = ((velocity[axis] - origin[axis]) / spacing).round();
                // The conversion of what lies beyond all integers ends at the last one.
                placed.node[level] = nearest as i64;
                placed.offset[level] = (velocity[axis] - origin[axis]) - nearest * spacing;
            }
            placed
        };
        velocities.par_iter().zip(weights).enumerate().map(place).collect_into_vec(&mut self.placed);
        let far = |placed: &Placed| placed.node.iter().map(|index| index.unsigned_abs()).max().unwrap_or(0);
        let farthest_place = self.placed.par_iter().map(far).max().unwrap_or(0);
        if farthest_place > farthest {
            return Err(TooManyNodes(farthest_place as f64));
        }
        // The particle's number makes every key distinct, and so the order unique.
        self.placed.par_sort_unstable_by_key(|placed| (placed.node[0], placed.node[1], placed.particle));
        self.rank.resize(velocities.len(), 0);
        for (rank, placed) in self.placed.iter().enumerate() {
            self.rank[placed.particle as usize] = rank as u32;
        }
        Ok(())
    }

    /// Deposits on some planes, whose nodes `values` holds, splitting them between threads.
    fn deposit_planes(&self, planes: std::ops::Range<usize>, values: &mut [f64]) {
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
        self.instruction_set.run(DepositGroup { field: self, planes, values });
    }

    /// Makes a stencil for every thread there is.
    fn provide_stencils(&mut self) {
        let (threads, width) = (rayon::current_num_threads(), self.width());
        if self.stencils.len() < threads {
            self.stencils.resize_with(threads, || Mutex::new(Stencil::new(width)));
        }
    }

    /// The stencil of this thread, whatever it holds.
    pub fn stencil(&self) -> MutexGuard<'_, Stencil> {
        let thread = rayon::current_thread_index().unwrap_or(0);
        self.stencils[thread].try_lock().expect("a thread deposits or gathers one group at a time")
    }

    /// Where a particle's nodes begin in storage.
    #[inline]
    pub fn start_in(&self, row: &Row, placed: &Placed) -> usize {
        let first = placed.node[2] - self.table.reach() as i64;
        let row = self.layout.segment_of(row, first);
        row.offset + (first - row.first) as usize
    }

    /// Replaces every density ρ by log ρ + `shift` and returns Σ η^d ρ (log ρ + shift − 1); nodes
    /// outside the bounds, and those no particle reaches, become 0 and count for nothing.
    pub fn take_logarithm(&mut self, shift: f64) -> f64 {
        self.plane_entropies.clear();
        self.plane_entropies.resize(self.layout.planes(), 0.0);
        let (mut values, mut entropies) =
            (std::mem::take(&mut self.values), std::mem::take(&mut self.plane_entropies));
        self.logarithm_of_planes(0..self.layout.planes(), &mut values, &mut entropies, shift);
        (self.values, self.plane_entropies) = (values, entropies);
        let mut entropy = Sum::default();
        self.plane_entropies.iter().for_each(|&plane| entropy.add(plane));
        entropy.value() * self.geometry.spacing.powi(D as i32)
    }

    fn logarithm_of_planes(
        &self,
        planes: std::ops::Range<usize>,
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
        let inside = |place: i64| self.geometry.bound.is_none_or(|bound| (0..bound as i64).contains(&place));
        for (place, row) in self.layout.rows_of(planes.start) {
            let stored = &mut values[row.offset - base..row.offset - base + row.length];
            let row_inside = inside(plane) && (D == 2 || inside(place));
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

    /// Adds `factor` Σ_l η^d ∇ψ(v_p − x_l) L_l to the scores, L being the values on the mesh.
    pub fn gather(&mut self, factor: f64, scores: &mut [[f64; D]]) {
        let mut gathered = std::mem::take(&mut self.gathered);
        gathered.resize(self.placed.len(), [0.0; D]);
        let volume = self.geometry.spacing.powi(D as i32) * normalization(self.geometry.variance, D);
        self.provide_stencils();
        gathered.par_chunks_mut(CHUNK).zip(self.placed.par_chunks(CHUNK)).for_each(|(gradients, placed)| {
            let stencil = &mut self.stencil();
            self.instruction_set.run(GatherChunk { field: self, placed, stencil, gradients, volume });
        });
        scores.par_chunks_mut(CHUNK).zip(self.rank.par_chunks(CHUNK)).for_each(|(scores, ranks)| {
            for (score, &rank) in scores.iter_mut().zip(ranks) {
                for axis in 0..D {
                    score[axis] += factor * gathered[rank as usize][axis];
                }
            }
        });
        self.gathered = gathered;
    }

    /// The value at a node of the mesh; 0 where no particle reaches.
    pub fn value_at(&self, node: Node) -> f64 {
        self.layout.place(node).map_or(0.0, |place| self.values[place])
    }
}
