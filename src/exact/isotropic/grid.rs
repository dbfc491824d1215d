//! The speeds of the faces between the cells of a grid.

/// The grid of one species as this module sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    pub cells: usize,
    /// h.
    pub width: f64,
}

impl Grid {
    /// How many faces lie between cells. Nothing passes the outer two.
    pub fn faces(self) -> usize {
        self.cells - 1
    }

    /// The speed of inner face `index`, counted from 0.
    pub fn face(self, index: usize) -> f64 {
        (index + 1) as f64 * self.width
    }

    /// v² (v² − h²/4), the weight of the slower face.
    pub fn corrected(self, index: usize) -> f64 {
        let square = self.face(index).powi(2);
        square * (square - 0.25 * self.width * self.width)
    }
}

/// Whether the face of a grid counts as slower than that of another. Of two equally fast ones it is that of the wider
/// cells, so that the order of the grids does not matter.
pub fn is_slower(grid: Grid, face: usize, other: Grid, other_face: usize) -> bool {
    let (v, v_other) = (grid.face(face), other.face(other_face));
    v < v_other || (v == v_other && grid.width > other.width)
}
