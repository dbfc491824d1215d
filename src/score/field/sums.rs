//! Particles summed on the nodes of a mesh, and nodes summed at particles.

use super::layout::Row;
use super::stencil::Stencil;
use super::{CHUNK, Field, Gathered, Located};
use crate::dimension;
use crate::kernel::lanes::{Kernel, Lanes};
use crate::parallel;
use crate::score::mollifier::normalization;
use std::ops::Range;

impl<const D: usize> Field<D> {
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

    /// Deposits on some planes, whose nodes `values` holds, splitting them between threads.
    fn deposit_planes(&self, planes: Range<usize>, values: &mut [f64]) {
        // A particle's rows are tabulated once for each group of planes; groups of its own reach
        // or, where planes are single rows, larger ones keep that work small.
        let group = if D == 3 { self.table.reach().max(4) } else { 4 * self.table.reach().max(4) };
        if planes.len() > group {
            let middle = planes.start + planes.len() / 2;
            let split = self.layout.plane_offset(middle) - self.layout.plane_offset(planes.start);
            let (low, high) = values.split_at_mut(split);
            let mut low = || self.deposit_planes(planes.start..middle, low);
            let mut high = || self.deposit_planes(middle..planes.end, high);
            parallel::join(&mut low, &mut high);
            return;
        }
        self.instruction_set.dispatch(DepositGroup { field: self, planes, values });
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
        parallel::chunks(&mut gathered[own.clone()], CHUNK, &|number, gathered| {
            let located = &self.located[own.start + number * CHUNK..][..gathered.len()];
            let stencil = &mut *self.stencils.own();
            self.instruction_set.dispatch(GatherChunk { field: self, located, stencil, gathered, volume });
        });
        let particles = gathered.len();
        self.ranks.gather(|rank| (1 + D) * self.ranks.first(rank, particles), numbers(&mut gathered));
        self.gathered = gathered;
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
