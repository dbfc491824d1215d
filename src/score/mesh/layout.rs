//! Which nodes of an unbounded uniform mesh are stored: those within reach of a particle.
//!
//! Planes along the last axis, each an interval of rows, each row an interval of nodes. A cloud
//! with long tails, or of several clumps, stores little beyond what its particles touch, and rows
//! stay contiguous. Two dimensions are a single row per plane.

/// A node as (plane, row, place in the row).
pub type Node = [i64; 3];

/// A row: nodes `first` to `first + length` − 1, stored from `offset` on with `padding` behind.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub first: i64,
    pub length: usize,
    pub offset: usize,
}

/// A plane: rows `first` and on, `rows` of them, from `start` on in the list of rows.
#[derive(Debug, Clone, Copy)]
struct Plane {
    first: i64,
    start: usize,
    rows: usize,
}

/// The stored nodes.
#[derive(Debug, Default)]
pub struct Layout {
    first_plane: i64,
    planes: Vec<Plane>,
    rows: Vec<Row>,
    nodes: usize,
    occupied: Vec<Span>,
    /// The last row of each plane while planes are laid.
    last_rows: Vec<i64>,
}

/// The nodes nearest to particles in one row: `low` to `high`.
#[derive(Debug, Clone, Copy)]
struct Span {
    plane: i64,
    row: i64,
    low: i64,
    high: i64,
}

impl Layout {
    /// Lays out every node within `reach` (per axis: plane, row, node) of the given nodes, which
    /// come sorted by plane, then row. Each row ends with `padding` spare places. Fails with the
    /// number of nodes when that would exceed `most` nodes (or planes, or rows).
    pub fn cover(
        &mut self,
        nodes: impl Iterator<Item = Node>,
        reach: [usize; 3],
        padding: usize,
        most: usize,
    ) -> Result<(), f64> {
        self.collect_spans(nodes);
        self.lay_planes(reach, most)?;
        self.lay_rows(reach);
        let reach = reach[2] as i64;
        let mut offset = 0usize;
        for row in &mut self.rows {
            row.offset = offset;
            if row.length > 0 {
                row.length = (row.length as i64 + 2 * reach) as usize;
                row.first -= reach;
                offset = offset.saturating_add(row.length.saturating_add(padding));
            }
            if offset > most {
                return Err(offset as f64);
            }
        }
        self.nodes = offset;
        Ok(())
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
        self.rows.resize(start, Row { first: 0, length: 0, offset: 0 });
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

    /// The rows of plane `index` with their places along the middle axis.
    pub fn rows_of(&self, index: usize) -> impl Iterator<Item = (i64, Row)> + '_ {
        let plane = self.planes[index];
        self.rows[plane.start..plane.start + plane.rows].iter().zip(plane.first..).map(|(row, at)| (at, *row))
    }

    /// The rows `from` to `from + count` − 1 of plane `index`; all of them must be stored.
    #[inline]
    pub fn rows_between(&self, index: usize, from: i64, count: usize) -> &[Row] {
        let plane = self.planes[index];
        let start = plane.start + (from - plane.first) as usize;
        &self.rows[start..start + count]
    }

    /// The place of a node in storage, if it is stored.
    pub fn place(&self, [plane, row, node]: Node) -> Option<usize> {
        let plane = self.planes.get(usize::try_from(plane - self.first_plane).ok()?)?;
        let row = usize::try_from(row - plane.first).ok().filter(|&row| row < plane.rows)?;
        let row = self.rows[plane.start + row];
        let node = usize::try_from(node - row.first).ok().filter(|&node| node < row.length)?;
        Some(row.offset + node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_what_is_within_reach_of_a_node_and_no_more() {
        let mut layout = Layout::default();
        layout.cover([[5, -2, 7]].into_iter(), [1, 2, 3], 1, 1000).unwrap();
        assert_eq!(layout.nodes(), 3 * 5 * (7 + 1));
        let mut places: Vec<usize> = Vec::new();
        for plane in 0..12 {
            for row in -8..8 {
                for node in 0..14 {
                    let near =
                        (plane - 5i64).abs() <= 1 && (row + 2i64).abs() <= 2 && (node - 7i64).abs() <= 3;
                    let place = layout.place([plane, row, node]);
                    assert_eq!(place.is_some(), near);
                    places.extend(place);
                }
            }
        }
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "distinct and in order");
    }

    #[test]
    fn a_distant_particle_costs_its_own_surroundings_only() {
        let mut layout = Layout::default();
        let clump = (0..10).flat_map(|plane| (0..10).map(move |row| [plane, row, 0]));
        let nodes = clump.chain([[1000, 1000, 1000]]);
        layout.cover(nodes, [2, 2, 2], 0, 1_000_000).unwrap();
        assert_eq!(layout.nodes(), 14 * 14 * 5 + 5 * 5 * 5);
        assert_eq!(layout.place([500, 0, 0]), None);
        assert!(layout.place([1002, 998, 1000]).is_some());
    }

    #[test]
    fn refuses_to_grow_beyond_its_limit() {
        let mut layout = Layout::default();
        let far = [[0, 0, 0], [0, 0, 1 << 40]];
        assert!(layout.cover(far.into_iter(), [1, 1, 1], 0, 1 << 20).is_err());
        let far = [[0, 0, 0], [1 << 40, 0, 0]];
        assert!(layout.cover(far.into_iter(), [1, 1, 1], 0, 1 << 20).is_err());
    }
}
