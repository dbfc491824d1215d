//! One mollified density on one mesh: deposit particles, take the logarithm, gather gradients.
//!
//! The mesh is x_l = origin + l η with integer l, unbounded or bounded to a box of nodes. Every
//! node sums its particles in one fixed order, so that the result does not depend on the number
//! of threads.

use super::layout::{Layout, Node, Row};
use crate::score::mollifier::{AxisTable, normalization};
use crate::sum::Sum;
use rayon::prelude::*;

/// Rows are processed in groups of this many nodes, the last one filled up with zeros.
const LANES: usize = 8;

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
    /// Reach of the mollifier in standard deviations along each axis, rounded up to whole nodes.
    pub cutoff: f64,
}

/// A particle on the mesh.
#[derive(Debug, Clone, Copy)]
struct Placed {
    node: Node,
    /// Distance from the nearest node: plane, row, node axis.
    offset: [f64; 3],
    /// Weight times the mollifier's normalisation.
    strength: f64,
    particle: u32,
}

/// A density on a mesh, with its workspace.
#[derive(Debug)]
pub struct Field<const D: usize> {
    geometry: Geometry<D>,
    table: AxisTable,
    layout: Layout,
    placed: Vec<Placed>,
    rank: Vec<u32>,
    values: Vec<f64>,
    plane_entropies: Vec<f64>,
    gathered: Vec<[f64; D]>,
}

/// The mesh needed more nodes than memory allows; holds their number.
#[derive(Debug)]
pub struct TooManyNodes(pub f64);

impl<const D: usize> Field<D> {
    pub fn new(geometry: Geometry<D>) -> Self {
        let reach = (geometry.cutoff * geometry.variance.sqrt() / geometry.spacing).ceil() as usize;
        Self {
            table: AxisTable::new(geometry.variance, geometry.spacing, reach),
            geometry,
            layout: Layout::default(),
            placed: Vec::new(),
            rank: Vec::new(),
            values: Vec::new(),
            plane_entropies: Vec::new(),
            gathered: Vec::new(),
        }
    }

    /// Reach along planes, rows and nodes; a plane of a two-dimensional mesh is a single row.
    fn reach(&self) -> [usize; 3] {
        let reach = self.table.reach();
        [reach, if D == 3 { reach } else { 0 }, reach]
    }

    /// Length of a particle's row, filled up to whole groups.
    fn width(&self) -> usize {
        (2 * self.table.reach() + 1).next_multiple_of(LANES)
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
        self.deposit_planes(0..self.layout.planes(), &mut values);
        self.values = values;
        Ok(())
    }

    /// Finds every particle's nearest node and sorts the particles by plane and row.
    fn place(&mut self, velocities: &[[f64; D]], weights: &[f64]) -> Result<(), TooManyNodes> {
        let Geometry { origin, spacing, variance, .. } = self.geometry;
        let normalization = normalization(variance, D);
        // Beyond this a node index is not exact in f64, and no memory would hold the mesh.
        let farthest = 2f64.powi(40);
        let axes: [usize; 3] = if D == 3 { [2, 1, 0] } else { [1, usize::MAX, 0] };
        self.placed.clear();
        for (particle, (velocity, weight)) in velocities.iter().zip(weights).enumerate() {
            let mut placed = Placed {
                node: [0; 3],
                offset: [0.0; 3],
                strength: weight * normalization,
                particle: particle as u32,
            };
            for (level, &axis) in axes.iter().enumerate().filter(|(_, axis)| **axis < D) {
                let place = (velocity[axis] - origin[axis]) / spacing;
                let nearest = place.round();
                if nearest.abs() > farthest {
                    return Err(TooManyNodes(nearest.abs()));
                }
                placed.node[level] = nearest as i64;
                placed.offset[level] = (velocity[axis] - origin[axis]) - nearest * spacing;
            }
            self.placed.push(placed);
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
        let [plane_reach, row_reach, _] = self.reach().map(|reach| reach as i64);
        let first = self.layout.first_plane() + planes.start as i64;
        let last = self.layout.first_plane() + planes.end as i64 - 1;
        let begin = self.placed.partition_point(|placed| placed.node[0] < first - plane_reach);
        let end = self.placed.partition_point(|placed| placed.node[0] <= last + plane_reach);
        let base = self.layout.plane_offset(planes.start);
        let mut factors = Factors::new(self.width());
        for placed in &self.placed[begin..end] {
            factors.tabulate(&self.table, placed, D);
            let from = first.max(placed.node[0] - plane_reach);
            let to = last.min(placed.node[0] + plane_reach);
            for plane in from..=to {
                let index = (plane - self.layout.first_plane()) as usize;
                let of_plane =
                    placed.strength * factors.planes[(plane - placed.node[0] + plane_reach) as usize];
                let rows =
                    self.layout.rows_between(index, placed.node[1] - row_reach, 2 * row_reach as usize + 1);
                for (row, of_row) in rows.iter().zip(&factors.rows) {
                    let at = self.start_in(row, placed) - base;
                    add_scaled(&mut values[at..at + self.width()], of_plane * of_row, &factors.nodes);
                }
            }
        }
    }

    /// Where a particle's nodes begin in storage.
    fn start_in(&self, row: &Row, placed: &Placed) -> usize {
        row.offset + (placed.node[2] - self.table.reach() as i64 - row.first) as usize
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
        gathered.par_chunks_mut(CHUNK).zip(self.placed.par_chunks(CHUNK)).for_each_init(
            || (Factors::new(self.width()), Rows::new(self.width())),
            |(factors, rows), (gradients, placed)| {
                for (gradient, placed) in gradients.iter_mut().zip(placed) {
                    *gradient = self.gradient_at(placed, factors, rows).map(|component| volume * component);
                }
            },
        );
        scores.par_chunks_mut(CHUNK).zip(self.rank.par_chunks(CHUNK)).for_each(|(scores, ranks)| {
            for (score, &rank) in scores.iter_mut().zip(ranks) {
                for axis in 0..D {
                    score[axis] += factor * gathered[rank as usize][axis];
                }
            }
        });
        self.gathered = gathered;
    }

    /// Σ_l ∇ψ(v_p − x_l) L_l without the mollifier's normalisation: rows are first summed over
    /// planes and rows, with and without a derivative, then over their nodes.
    fn gradient_at(&self, placed: &Placed, factors: &mut Factors, sums: &mut Rows) -> [f64; D] {
        factors.tabulate(&self.table, placed, D);
        factors.tabulate_derivatives(&self.table, placed, D);
        sums.clear();
        let [plane_reach, row_reach, _] = self.reach().map(|reach| reach as i64);
        let first = placed.node[0] - plane_reach - self.layout.first_plane();
        for plane in 0..=2 * plane_reach as usize {
            let rows = self.layout.rows_between(
                first as usize + plane,
                placed.node[1] - row_reach,
                2 * row_reach as usize + 1,
            );
            let (of_plane, slope_of_plane) = (factors.planes[plane], factors.plane_slopes[plane]);
            if D == 2 {
                let at = self.start_in(&rows[0], placed);
                let row = &self.values[at..at + self.width()];
                add_scaled_twice(&mut sums.plain, of_plane, &mut sums.along_plane, slope_of_plane, row);
                continue;
            }
            sums.clear_rows();
            for (index, row) in rows.iter().enumerate() {
                let at = self.start_in(row, placed);
                let row = &self.values[at..at + self.width()];
                add_scaled_twice(
                    &mut sums.row,
                    factors.rows[index],
                    &mut sums.row_slope,
                    factors.row_slopes[index],
                    row,
                );
            }
            add_scaled_twice(&mut sums.plain, of_plane, &mut sums.along_plane, slope_of_plane, &sums.row);
            add_scaled(&mut sums.along_row, of_plane, &sums.row_slope);
        }
        let along_node = dot(&sums.plain, &factors.node_slopes);
        let along_row = dot(&sums.along_row, &factors.nodes);
        let along_plane = dot(&sums.along_plane, &factors.nodes);
        let gradient =
            if D == 3 { [along_node, along_row, along_plane] } else { [along_node, along_plane, 0.0] };
        std::array::from_fn(|axis| gradient[axis])
    }

    /// The value at a node of the mesh; 0 where no particle reaches.
    pub fn value_at(&self, node: Node) -> f64 {
        self.layout.place(node).map_or(0.0, |place| self.values[place])
    }
}

/// A particle's mollifier along the three axes of storage, and its slopes.
struct Factors {
    planes: Vec<f64>,
    rows: Vec<f64>,
    nodes: Vec<f64>,
    plane_slopes: Vec<f64>,
    row_slopes: Vec<f64>,
    node_slopes: Vec<f64>,
}

impl Factors {
    fn new(width: usize) -> Self {
        let zeros = || vec![0.0; width];
        let mut rows = zeros();
        rows[0] = 1.0;
        Self {
            planes: zeros(),
            rows,
            nodes: zeros(),
            plane_slopes: zeros(),
            row_slopes: zeros(),
            node_slopes: zeros(),
        }
    }

    fn tabulate(&mut self, table: &AxisTable, placed: &Placed, dimension: usize) {
        table.values(placed.offset[0], &mut self.planes);
        if dimension == 3 {
            table.values(placed.offset[1], &mut self.rows);
        }
        table.values(placed.offset[2], &mut self.nodes);
    }

    fn tabulate_derivatives(&mut self, table: &AxisTable, placed: &Placed, dimension: usize) {
        table.derivatives(placed.offset[0], &self.planes, &mut self.plane_slopes);
        if dimension == 3 {
            table.derivatives(placed.offset[1], &self.rows, &mut self.row_slopes);
        }
        table.derivatives(placed.offset[2], &self.nodes, &mut self.node_slopes);
    }
}

/// Sums of rows of the mesh as wide as a particle's own.
struct Rows {
    row: Vec<f64>,
    row_slope: Vec<f64>,
    plain: Vec<f64>,
    along_row: Vec<f64>,
    along_plane: Vec<f64>,
}

impl Rows {
    fn new(width: usize) -> Self {
        let zeros = || vec![0.0; width];
        Self { row: zeros(), row_slope: zeros(), plain: zeros(), along_row: zeros(), along_plane: zeros() }
    }

    fn clear(&mut self) {
        self.plain.fill(0.0);
        self.along_row.fill(0.0);
        self.along_plane.fill(0.0);
    }

    fn clear_rows(&mut self) {
        self.row.fill(0.0);
        self.row_slope.fill(0.0);
    }
}

fn add_scaled(sum: &mut [f64], factor: f64, row: &[f64]) {
    for (sum, value) in sum.iter_mut().zip(row) {
        *sum += factor * value;
    }
}

fn add_scaled_twice(first: &mut [f64], factor: f64, second: &mut [f64], slope: f64, row: &[f64]) {
    for ((first, second), value) in first.iter_mut().zip(second).zip(row) {
        *first += factor * value;
        *second += slope * value;
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
