//! The two passes of the particles over a mesh: each gives to the nodes it reaches, and takes from them.

use super::stencil::Stencil;
use super::{Field, Gathered, Placed};
use crate::kernel::lanes::{Kernel, Lanes};
use std::ops::Range;

/// The deposit on one group of planes, whose nodes `values` holds.
pub struct DepositGroup<'a, const D: usize> {
    pub field: &'a Field<D>,
    pub planes: Range<usize>,
    pub values: &'a mut [f64],
}

impl<const D: usize> Kernel for DepositGroup<'_, D> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { field, planes, values } = self;
        let layout = &field.layout;
        let [plane_reach, row_reach, _] = field.reach().map(|reach| reach as i64);
        let first = layout.first_plane() + planes.start as i64;
        let last = layout.first_plane() + planes.end as i64 - 1;
        let begin = field.placed.partition_point(|placed| placed.node[0] < first - plane_reach);
        let end = field.placed.partition_point(|placed| placed.node[0] <= last + plane_reach);
        let base = layout.plane_offset(planes.start);
        let mut stencil = field.stencils.own();
        for placed in &field.placed[begin..end] {
            stencil.tabulate(lanes, &field.table, placed.offset, D);
            let from = first.max(placed.node[0] - plane_reach);
            let to = last.min(placed.node[0] + plane_reach);
            for plane in from..=to {
                let index = (plane - layout.first_plane()) as usize;
                let strength =
                    placed.strength * stencil.planes[(plane - placed.node[0] + plane_reach) as usize];
                let rows = layout.rows_between(index, placed.node[1] - row_reach, 2 * row_reach as usize + 1);
                stencil.add_to_plane(lanes, values, rows, |row| field.start_in(row, placed) - base, strength);
            }
        }
    }
}

/// The gather of some particles.
pub struct GatherChunk<'a, const D: usize> {
    pub field: &'a Field<D>,
    pub placed: &'a [Placed],
    pub stencil: &'a mut Stencil,
    pub gathered: &'a mut [Gathered<D>],
    /// η^d times the mollifier's normalisation.
    pub volume: f64,
}

impl<const D: usize> Kernel for GatherChunk<'_, D> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { field, placed, stencil, gathered, volume } = self;
        let [plane_reach, row_reach, _] = field.reach().map(|reach| reach as i64);
        for (gathered, placed) in gathered.iter_mut().zip(placed) {
            stencil.tabulate_slopes(lanes, &field.table, placed.offset, D);
            let first = (placed.node[0] - plane_reach - field.layout.first_plane()) as usize;
            let rows = |plane: usize| {
                field.layout.rows_between(
                    first + plane,
                    placed.node[1] - row_reach,
                    2 * row_reach as usize + 1,
                )
            };
            let planes = 2 * plane_reach as usize + 1;
            let [value, along_node, along_row, along_plane] = stencil.value_and_gradient(
                lanes,
                &field.values,
                rows,
                |row| field.start_in(row, placed),
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
