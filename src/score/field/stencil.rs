//! The stencil of one particle: its mollifier along the three axes of storage, and the two walks over
//! its nodes. A row of nodes is a few vectors; every row of a particle has the same number of them.

use super::layout::Row;
use crate::kernel::lanes::Lanes;
use crate::score::mollifier::AxisTable;

/// Rows are filled up to whole groups of this many nodes, a multiple of every vector's width.
pub const GROUP: usize = 8;

/// A particle's mollifier along the axes of storage, and its slopes.
#[derive(Debug, Default)]
pub struct Stencil {
    pub planes: Vec<f64>,
    pub rows: Vec<f64>,
    nodes: Vec<f64>,
    plane_slopes: Vec<f64>,
    row_slopes: Vec<f64>,
    node_slopes: Vec<f64>,
}

impl Stencil {
    /// Makes it large enough for rows of `width` nodes; the rows of a two-dimensional mesh have the one factor 1.
    pub fn fit(&mut self, width: usize) {
        let Self { planes, rows, nodes, plane_slopes, row_slopes, node_slopes } = self;
        for factors in [planes, nodes, plane_slopes, row_slopes, node_slopes] {
            factors.resize(width, 0.0);
        }
        if rows.len() != width {
            rows.resize(width, 0.0);
            rows[0] = 1.0;
        }
    }

    /// Tabulates the mollifier at offsets from the nearest plane, row and node.
    #[inline(always)]
    pub fn tabulate<L: Lanes>(&mut self, lanes: L, table: &AxisTable, offset: [f64; 3], dimension: usize) {
        table.values(lanes, offset[0], &mut self.planes);
        if dimension == 3 {
            table.values(lanes, offset[1], &mut self.rows);
        }
        table.values(lanes, offset[2], &mut self.nodes);
    }

    /// Tabulates the mollifier and its slopes.
    #[inline(always)]
    pub fn tabulate_slopes<L: Lanes>(
        &mut self,
        lanes: L,
        table: &AxisTable,
        offset: [f64; 3],
        dimension: usize,
    ) {
        table.values_and_slopes(lanes, offset[0], &mut self.planes, &mut self.plane_slopes);
        if dimension == 3 {
            table.values_and_slopes(lanes, offset[1], &mut self.rows, &mut self.row_slopes);
        }
        table.values_and_slopes(lanes, offset[2], &mut self.nodes, &mut self.node_slopes);
    }

    /// Adds the particle, times `strength`, to the rows of one plane; `at` says where in `values` the
    /// particle's nodes of a row begin. A few vectors of each row at a time stay in registers.
    #[inline(always)]
    pub fn add_to_plane<L: Lanes>(
        &self,
        lanes: L,
        values: &mut [f64],
        rows: &[Row],
        at: impl Fn(&Row) -> usize,
        strength: f64,
    ) {
        let mut column = 0;
        while column < self.nodes.len() {
            column += match (self.nodes.len() - column) / L::WIDTH {
                1 => self.add_columns::<L, 1>(lanes, values, rows, &at, strength, column),
                2 => self.add_columns::<L, 2>(lanes, values, rows, &at, strength, column),
                3 => self.add_columns::<L, 3>(lanes, values, rows, &at, strength, column),
                _ => self.add_columns::<L, 4>(lanes, values, rows, &at, strength, column),
            };
        }
    }

    /// The same for N vectors of each row from `column` on; returns the nodes they hold.
    #[inline(always)]
    fn add_columns<L: Lanes, const N: usize>(
        &self,
        lanes: L,
        values: &mut [f64],
        rows: &[Row],
        at: &impl Fn(&Row) -> usize,
        strength: f64,
        column: usize,
    ) -> usize {
        let mut nodes = [lanes.splat(0.0); N];
        for (n, vector) in nodes.iter_mut().enumerate() {
            *vector = lanes.load(&self.nodes[column + n * L::WIDTH..]);
        }
        for (row, factor) in rows.iter().zip(&self.rows) {
            let start = at(row) + column;
            let stored = &mut values[start..start + N * L::WIDTH];
            let factor = lanes.splat(strength * factor);
            for n in 0..N {
                let here = &mut stored[n * L::WIDTH..(n + 1) * L::WIDTH];
                lanes.store(lanes.mul_add(factor, nodes[n], lanes.load(here)), here);
            }
        }
        N * L::WIDTH
    }

    /// Σ L_l ψ, and Σ L_l ψ′ along node, row and plane axis, L_l being the values on the mesh: `columns` vectors of
    /// each row at a time, so that their sums stay in registers.
    #[inline(always)]
    pub fn value_and_gradient<'r, L: Lanes>(
        &self,
        lanes: L,
        values: &[f64],
        rows_of_plane: impl Fn(usize) -> &'r [Row],
        at: impl Fn(&Row) -> usize,
        planes: usize,
    ) -> [f64; 4] {
        let mut sums = [0.0; 4];
        let mut column = 0;
        while column < self.nodes.len() {
            let left = (self.nodes.len() - column) / L::WIDTH;
            let taken = match left {
                1 => self.columns::<L, 1>(lanes, values, &rows_of_plane, &at, planes, column, &mut sums),
                2 => self.columns::<L, 2>(lanes, values, &rows_of_plane, &at, planes, column, &mut sums),
                3 => self.columns::<L, 3>(lanes, values, &rows_of_plane, &at, planes, column, &mut sums),
                _ => self.columns::<L, 4>(lanes, values, &rows_of_plane, &at, planes, column, &mut sums),
            };
            column += taken;
        }
        sums
    }

    /// The same for N vectors of each row from `column` on; returns the nodes they hold.
    #[inline(always)]
    #[expect(clippy::too_many_arguments, reason = "one call, split off for the number of vectors alone")]
    fn columns<'r, L: Lanes, const N: usize>(
        &self,
        lanes: L,
        values: &[f64],
        rows_of_plane: &impl Fn(usize) -> &'r [Row],
        at: &impl Fn(&Row) -> usize,
        planes: usize,
        column: usize,
        sums: &mut [f64; 4],
    ) -> usize {
        let zero = lanes.splat(0.0);
        let (mut plain, mut along_row, mut along_plane) = ([zero; N], [zero; N], [zero; N]);
        for plane in 0..planes {
            let (mut sum, mut slope) = ([zero; N], [zero; N]);
            for ((row, factor), row_slope) in
                rows_of_plane(plane).iter().zip(&self.rows).zip(&self.row_slopes)
            {
                let (factor, row_slope) = (lanes.splat(*factor), lanes.splat(*row_slope));
                let start = at(row) + column;
                let stored = &values[start..start + N * L::WIDTH];
                for n in 0..N {
                    let value = lanes.load(&stored[n * L::WIDTH..(n + 1) * L::WIDTH]);
                    sum[n] = lanes.mul_add(factor, value, sum[n]);
                    slope[n] = lanes.mul_add(row_slope, value, slope[n]);
                }
            }
            let (factor, plane_slope) =
                (lanes.splat(self.planes[plane]), lanes.splat(self.plane_slopes[plane]));
            for n in 0..N {
                plain[n] = lanes.mul_add(factor, sum[n], plain[n]);
                along_row[n] = lanes.mul_add(factor, slope[n], along_row[n]);
                along_plane[n] = lanes.mul_add(plane_slope, sum[n], along_plane[n]);
            }
        }
        for n in 0..N {
            let here = column + n * L::WIDTH..column + (n + 1) * L::WIDTH;
            let (nodes, slopes) =
                (lanes.load(&self.nodes[here.clone()]), lanes.load(&self.node_slopes[here]));
            sums[0] += lanes.sum(lanes.mul(plain[n], nodes));
            sums[1] += lanes.sum(lanes.mul(plain[n], slopes));
            sums[2] += lanes.sum(lanes.mul(along_row[n], nodes));
            sums[3] += lanes.sum(lanes.mul(along_plane[n], nodes));
        }
        N * L::WIDTH
    }
}
