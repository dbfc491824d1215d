//! Rows in segments: stored only where particles are near, however far clumps stand apart along a row.

use super::layout::{END, Layout, Node, Row, Span};

/// An interval of nodes that some particles of a row have nearest, `low` to `high`, for a row in reach of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    row: usize,
    low: i64,
    high: i64,
}

impl Layout {
    /// Lays the rows anew, in segments that cover the spans alone, without the reach along the row. The nodes
    /// come as those of the planes and rows there are.
    pub(super) fn split_rows(&mut self, nodes: impl Iterator<Item = Node>, reach: [usize; 3]) {
        // What is closer shares nodes.
        let apart = 2 * reach[2] as i64 + 1;
        self.split_spans(nodes, apart);
        self.pieces.clear();
        for span in &self.occupied {
            let center = (span.plane - self.first_plane) as usize;
            for plane in &self.planes[center - reach[0]..=center + reach[0]] {
                let first = plane.start + (span.row - reach[1] as i64 - plane.first) as usize;
                let rows = first..=first + 2 * reach[1];
                self.pieces.extend(rows.map(|row| Piece { row, low: span.low, high: span.high }));
            }
        }
        self.pieces.sort_unstable();
        self.rows.fill(Row::EMPTY);
        self.further.clear();
        // The row of the last piece, and its segment where that is a further one.
        let (mut last_row, mut last) = (usize::MAX, END);
        for &Piece { row, low, high } in &self.pieces {
            let whole = Row { first: low, length: (high - low + 1) as usize, ..Row::EMPTY };
            if row != last_row {
                self.rows[row] = whole;
                (last_row, last) = (row, END);
                continue;
            }
            let count = self.further.len() as u32;
            let segment = match last {
                END => &mut self.rows[row],
                place => &mut self.further[place as usize],
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
        let mut of = None;
        for [plane, row, node] in nodes {
            if of != Some([plane, row]) {
                self.end_row(of, apart);
                of = Some([plane, row]);
            }
            self.in_row.push(node);
        }
        self.end_row(of, apart);
    }

    /// Makes intervals of the nodes collected for a row.
    fn end_row(&mut self, of: Option<[i64; 2]>, apart: i64) {
        let Some([plane, row]) = of else { return };
        self.in_row.sort_unstable();
        for group in self.in_row.chunk_by(|a, b| b - a <= apart) {
            self.occupied.push(Span { plane, row, low: group[0], high: group[group.len() - 1] });
        }
        self.in_row.clear();
    }
}
