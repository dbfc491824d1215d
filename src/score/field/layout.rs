//! Which nodes of an unbounded uniform mesh are stored: those within reach of a particle.
//!
//! Planes along the last axis, each an interval of rows, each row an interval of nodes. A cloud
//! with long tails, or of several clumps, stores little beyond what its particles touch, and rows
//! stay contiguous. Where clumps stand far apart along a row, so that intervals would take much memory, each
//! row is a chain of several segments. Two dimensions are a single row per plane.

/// A node as (plane, row, index in the row).
pub type Node = [i64; 3];

/// Stored nodes beyond which rows are split where no particle is near.
const MOST_WHOLE: usize = 1 << 22;

/// No further segment of a row.
pub const END: u32 = u32::MAX;

/// A row, or a segment of one: nodes `first` to `first + length` − 1, stored from `offset` on with `padding` behind.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub first: i64,
    pub length: usize,
    pub offset: usize,
    /// The next segment of the row among the further ones, or [`END`].
    pub next: u32,
}

impl Row {
    pub const EMPTY: Self = Self { first: 0, length: 0, offset: 0, next: END };
}

/// A plane: rows `first` and on, `rows` of them, from `start` on in the list of rows.
#[derive(Debug, Clone, Copy)]
struct Plane {
    pub first: i64,
    pub start: usize,
    pub rows: usize,
}

/// The stored nodes.
#[derive(Debug, Default)]
pub struct Layout {
    first_plane: i64,
    planes: Vec<Plane>,
    /// The first segment of each row.
    rows: Vec<Row>,
    /// The other segments.
    further: Vec<Row>,
    nodes: usize,
    occupied: Vec<Span>,
    /// The last row of each plane while planes are laid.
    last_rows: Vec<i64>,
    intervals: Vec<Interval>,
    in_row: Vec<i64>,
}

/// The nodes nearest to particles in one row: `low` to `high`.
#[derive(Debug, Clone, Copy)]
struct Span {
    pub plane: i64,
    pub row: i64,
    pub low: i64,
    pub high: i64,
}

/// An interval of nodes that some particles of a row have nearest, `low` to `high`, for a row in reach of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Interval {
    row: usize,
    low: i64,
    high: i64,
}

impl Layout {
    /// Lays out every node within `reach` (per axis: plane, row, node) of the given nodes, which
    /// come sorted by plane, then row. Each row ends with `padding` spare numbers. Fails with the
    /// number of nodes when that would exceed `most` nodes (or planes, or rows).
    pub fn cover(
        &mut self,
        nodes: impl Iterator<Item = Node> + Clone,
        reach: [usize; 3],
        padding: usize,
        most: usize,
    ) -> Result<(), f64> {
        self.collect_spans(nodes.clone());
        self.lay_planes(reach, most)?;
        self.lay_rows(reach);
        if self.number(reach[2], padding) > MOST_WHOLE {
            self.split_rows(nodes, reach);
            self.number(reach[2], padding);
        }
        if self.nodes > most {
            return Err(self.nodes as f64);
        }
        Ok(())
    }

    /// Gives every row its reach and its offset in storage, and returns the length of the storage.
    fn number(&mut self, reach: usize, padding: usize) -> usize {
        let mut offset = 0usize;
        for row in 0..self.rows.len() {
            let mut index = END;
            loop {
                let segment = match index {
                    END => &mut self.rows[row],
                    index => &mut self.further[index as usize],
                };
                segment.offset = offset;
                if segment.length > 0 {
                    segment.length += 2 * reach;
                    segment.first -= reach as i64;
                    offset = offset.saturating_add(segment.length.saturating_add(padding));
                }
                index = segment.next;
                if index == END {
                    break;
                }
            }
        }
        self.nodes = offset;
        offset
    }

    fn collect_spans(&mut self, nodes: impl Iterator<Item = Node>) {
        self.occupied.clear();
        for [plane, row, node] in nodes {
            match self.occupied.last_mut() {
                Some(span) if span.plane == plane && span.row == row => {
                    span.low = span.low.min(node);
                    span.high = span.high.max(node);
                }
                _ => self.occupied.push(Span { plane, row, low: node, high: node }),
            }
        }
    }

    /// The planes within reach of an occupied one, each with the interval of its rows.
    fn lay_planes(&mut self, reach: [usize; 3], most: usize) -> Result<(), f64> {
        self.planes.clear();
        self.rows.clear();
        let (Some(first), Some(last)) = (self.occupied.first(), self.occupied.last()) else {
            return Ok(());
        };
        let plane_reach = reach[0] as i64;
        let row_reach = reach[1] as i64;
        self.first_plane = first.plane - plane_reach;
        let count = (last.plane - first.plane + 2 * plane_reach + 1) as usize;
        if count > most {
            return Err(count as f64);
        }
        self.planes.resize(count, Plane { first: i64::MAX, start: 0, rows: 0 });
        self.last_rows.clear();
        self.last_rows.resize(count, i64::MIN);
        for span in &self.occupied {
            let center = (span.plane - self.first_plane) as usize;
            let near = center - reach[0]..=center + reach[0];
            for (plane, last) in self.planes[near.clone()].iter_mut().zip(&mut self.last_rows[near]) {
                plane.first = plane.first.min(span.row - row_reach);
                *last = (*last).max(span.row + row_reach);
            }
        }
        let mut start = 0usize;
        for (plane, last) in self.planes.iter_mut().zip(&self.last_rows) {
            plane.start = start;
            if *last >= plane.first {
                plane.rows = (last - plane.first + 1) as usize;
                start = start.saturating_add(plane.rows);
            } else {
                plane.first = 0;
            }
            if start > most {
                return Err(start as f64);
            }
        }
        self.rows.resize(start, Row::EMPTY);
        Ok(())
    }

    /// The rows within reach of an occupied one; `length` covers the spans alone, without the reach
    /// along the row.
    fn lay_rows(&mut self, reach: [usize; 3]) {
        for span in &self.occupied {
            let center = (span.plane - self.first_plane) as usize;
            for plane in &self.planes[center - reach[0]..=center + reach[0]] {
                let low = plane.start + (span.row - reach[1] as i64 - plane.first) as usize;
                for row in &mut self.rows[low..=low + 2 * reach[1]] {
                    let (first, last) = match row.length {
                        0 => (span.low, span.high),
                        length => (row.first.min(span.low), (row.first + length as i64 - 1).max(span.high)),
                    };
                    row.first = first;
                    row.length = (last - first + 1) as usize;
                }
            }
        }
    }

    /// Places of storage, padding included.
    pub fn nodes(&self) -> usize {
        self.nodes
    }

    /// Number of planes.
    pub fn planes(&self) -> usize {
        self.planes.len()
    }

    /// The plane with index 0.
    #[inline]
    pub fn first_plane(&self) -> i64 {
        self.first_plane
    }

    /// Where plane `index`'s storage begins (for `planes()`: where the last one's ends).
    #[inline]
    pub fn plane_offset(&self, index: usize) -> usize {
        let rows_before = self.planes.get(index).map_or(self.rows.len(), |plane| plane.start);
        self.rows.get(rows_before).map_or(self.nodes, |row| row.offset)
    }

    /// The segments of the rows of plane `index`, in the order of storage, with their indices along the middle axis.
    pub fn rows_of(&self, index: usize) -> impl Iterator<Item = (i64, Row)> + '_ {
        let plane = self.planes[index];
        let rows = self.rows[plane.start..plane.start + plane.rows].iter().zip(plane.first..);
        rows.flat_map(|(row, at)| self.segments(row).map(move |segment| (at, *segment)))
    }

    /// The segments of a row.
    fn segments<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = &'a Row> {
        std::iter::successors(Some(row), |segment| self.further.get(segment.next as usize))
    }

    /// The segment of a row that holds a stored node, and with it all that the same particle reaches.
    #[inline]
    pub fn segment_of<'a>(&'a self, mut row: &'a Row, node: i64) -> &'a Row {
        while node >= row.first + row.length as i64 {
            row = &self.further[row.next as usize];
        }
        row
    }

    /// The rows `from` to `from + count` − 1 of plane `index`; all of them must be stored.
    #[inline]
    pub fn rows_between(&self, index: usize, from: i64, count: usize) -> &[Row] {
        let plane = self.planes[index];
        let start = plane.start + (from - plane.first) as usize;
        &self.rows[start..start + count]
    }

    /// The index of a node in storage, if it is stored.
    pub fn index_of(&self, [plane, row, node]: Node) -> Option<usize> {
        let plane = self.planes.get(usize::try_from(plane - self.first_plane).ok()?)?;
        let row = usize::try_from(row - plane.first).ok().filter(|&row| row < plane.rows)?;
        self.segments(&self.rows[plane.start + row]).find_map(|row| {
            let node = usize::try_from(node - row.first).ok().filter(|&node| node < row.length)?;
            Some(row.offset + node)
        })
    }
}

impl Layout {
    /// Lays the rows anew, in segments that cover the spans alone, without the reach along the row. The nodes
    /// come as those of the planes and rows there are.
    fn split_rows(&mut self, nodes: impl Iterator<Item = Node>, reach: [usize; 3]) {
        // What is closer shares nodes.
        let apart = 2 * reach[2] as i64 + 1;
        self.split_spans(nodes, apart);
        self.intervals.clear();
        for span in &self.occupied {
            let center = (span.plane - self.first_plane) as usize;
            for plane in &self.planes[center - reach[0]..=center + reach[0]] {
                let first = plane.start + (span.row - reach[1] as i64 - plane.first) as usize;
                let rows = first..=first + 2 * reach[1];
                self.intervals.extend(rows.map(|row| Interval { row, low: span.low, high: span.high }));
            }
        }
        self.intervals.sort_unstable();
        self.rows.fill(Row::EMPTY);
        self.further.clear();
        // The row of the last interval, and its segment where that is a further one.
        let (mut last_row, mut last) = (usize::MAX, END);
        for &Interval { row, low, high } in &self.intervals {
            let whole = Row { first: low, length: (high - low + 1) as usize, ..Row::EMPTY };
            if row != last_row {
                self.rows[row] = whole;
                (last_row, last) = (row, END);
                continue;
            }
            let count = self.further.len() as u32;
            let segment = match last {
                END => &mut self.rows[row],
                index => &mut self.further[index as usize],
            };
            let end = segment.first + segment.length as i64;
            if low < end + apart {
                segment.length = (end.max(high + 1) - segment.first) as usize;
            } else {
                segment.next = count;
                last = count;
                self.further.push(whole);
            }
        }
    }

    /// The nodes nearest to particles in intervals that end where none is for `apart` nodes.
    fn split_spans(&mut self, nodes: impl Iterator<Item = Node>, apart: i64) {
        self.occupied.clear();
        let mut current = None;
        for [plane, row, node] in nodes {
            if current != Some([plane, row]) {
                self.end_row(current, apart);
                current = Some([plane, row]);
            }
            self.in_row.push(node);
        }
        self.end_row(current, apart);
    }

    /// Makes intervals of the nodes collected for a row.
    fn end_row(&mut self, ended: Option<[i64; 2]>, apart: i64) {
        let Some([plane, row]) = ended else { return };
        self.in_row.sort_unstable();
        for group in self.in_row.chunk_by(|a, b| b - a <= apart) {
            self.occupied.push(Span { plane, row, low: group[0], high: group[group.len() - 1] });
        }
        self.in_row.clear();
    }
}

#[cfg(test)]
mod tests;
