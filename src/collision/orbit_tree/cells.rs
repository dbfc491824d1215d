//! Cells of orbits of one species, and which pairs of cells are near and which are far.
//!
//! A cell is a box about the points that some orbits are held by. A cell of too many is cut in two at the middle of its
//! longest edge. Two cells are far from each other if they are at least as far apart as the longer edge of either.

use std::ops::Range;

/// A box about some held points.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell<const D: usize> {
    pub species: usize,
    /// Its particles, in sorted order.
    pub particles: Range<usize>,
    /// Both come after it.
    pub children: Option<[usize; 2]>,
    pub center: [f64; D],
    /// Half the edges, > 0.
    pub half: [f64; D],
}

/// The cells of a cloud. Building others reuses the memory.
#[derive(Debug, Default)]
pub struct Cells<const D: usize> {
    pub cells: Vec<Cell<D>>,
    /// The cells without children, in the order of their particles.
    pub leaves: Vec<usize>,
    /// The indices of the particles in sorted order.
    pub order: Vec<u32>,
    /// The cell of all particles of each species that has any.
    roots: Vec<Option<usize>>,
    upper: Vec<u32>,
}

/// Pairs of cells, each pair of particles being in one of them.
#[derive(Debug, Default)]
pub struct Pairs {
    /// Two leaves, or twice the same leaf: particle by particle.
    pub near: Vec<[usize; 2]>,
    /// Cells that meet by their proxies.
    pub far: Vec<[usize; 2]>,
}

/// A cell is cut only if its edge is longer than this share of its distance from 0: proxies lie where rounding puts them,
/// to an ulp of that distance, and must not see it.
const NARROWEST: f64 = 1e-6;

/// Half the shortest edge over half the longest, at least: polynomials are those of a coordinate over half an edge.
const FLATTEST: f64 = 1e-3;

impl<const D: usize> Cells<D> {
    /// Cuts the points of each species into cells, with at most `capacity` points in a leaf that can be cut.
    pub fn build(&mut self, points: &[[f64; D]], ranges: &[Range<usize>], capacity: usize) {
        self.cells.clear();
        self.leaves.clear();
        self.roots.clear();
        self.order.clear();
        self.order.extend(0..points.len() as u32);
        for (species, range) in ranges.iter().enumerate() {
            let root = (!range.is_empty()).then(|| self.grow(points, species, range.clone(), capacity));
            self.roots.push(root);
        }
    }

    /// Adds the cell of some particles and those that it is cut into. Returns its index.
    fn grow(
        &mut self,
        points: &[[f64; D]],
        species: usize,
        particles: Range<usize>,
        capacity: usize,
    ) -> usize {
        let (mut low, mut high) = ([f64::INFINITY; D], [f64::NEG_INFINITY; D]);
        for &p in &self.order[particles.clone()] {
            for axis in 0..D {
                low[axis] = low[axis].min(points[p as usize][axis]);
                high[axis] = high[axis].max(points[p as usize][axis]);
            }
        }
        let edges: [f64; D] = std::array::from_fn(|axis| high[axis] - low[axis]);
        let longest = (1..D).fold(0, |best, axis| if edges[axis] > edges[best] { axis } else { best });
        let distance = low.iter().chain(&high).fold(0.0, |most: f64, x| most.max(x.abs()));
        // A single point has a box of no size.
        let least = (0.5 * FLATTEST * edges[longest]).max(f64::EPSILON * distance).max(f64::MIN_POSITIVE);
        let center: [f64; D] = std::array::from_fn(|axis| low[axis] + 0.5 * edges[axis]);
        let half = edges.map(|edge| (0.5 * edge).max(least));
        let index = self.cells.len();
        self.cells.push(Cell { species, particles: particles.clone(), children: None, center, half });
        if particles.len() <= capacity || edges[longest] <= NARROWEST * distance {
            self.leaves.push(index);
            return index;
        }
        let middle = particles.start + self.cut(points, particles.clone(), longest, center[longest]);
        let lower = self.grow(points, species, particles.start..middle, capacity);
        let upper = self.grow(points, species, middle..particles.end, capacity);
        self.cells[index].children = Some([lower, upper]);
        index
    }

    /// Moves the particles above a place behind the others, each part in its order. Returns how many are not above it.
    fn cut(&mut self, points: &[[f64; D]], particles: Range<usize>, axis: usize, place: f64) -> usize {
        let Self { order, upper, .. } = self;
        let order = &mut order[particles];
        upper.clear();
        let mut lower = 0;
        for k in 0..order.len() {
            let p = order[k];
            if points[p as usize][axis] <= place {
                order[lower] = p;
                lower += 1;
            } else {
                upper.push(p);
            }
        }
        order[lower..].copy_from_slice(upper);
        lower
    }

    /// Overwrites `pairs` with those of all species that interact. Far cells of at most `direct` pairs of particles count
    /// as near if they are leaves.
    pub fn pair(&self, pairs: &mut Pairs, direct: usize, interact: impl Fn(usize, usize) -> bool) {
        pairs.near.clear();
        pairs.far.clear();
        for (i, one) in self.roots.iter().enumerate() {
            for (j, other) in self.roots.iter().enumerate().skip(i) {
                let (Some(one), Some(other)) = (*one, *other) else { continue };
                if interact(i, j) {
                    self.meet(one, other, direct, pairs);
                }
            }
        }
    }

    fn meet(&self, a: usize, b: usize, direct: usize, pairs: &mut Pairs) {
        let [one, other] = [&self.cells[a], &self.cells[b]];
        if a == b {
            match one.children {
                None => pairs.near.push([a, a]),
                Some([lower, upper]) => {
                    self.meet(lower, lower, direct, pairs);
                    self.meet(upper, upper, direct, pairs);
                    self.meet(lower, upper, direct, pairs);
                }
            }
            return;
        }
        let leaves = one.children.is_none() && other.children.is_none();
        if one.is_far_from(other) && !(leaves && one.particles.len() * other.particles.len() <= direct) {
            pairs.far.push([a, b]);
            return;
        }
        match (one.children, other.children) {
            (None, None) => pairs.near.push([a, b]),
            (Some(children), other_children)
                if other_children.is_none() || one.longest() >= other.longest() =>
            {
                children.into_iter().for_each(|child| self.meet(child, b, direct, pairs));
            }
            (_, Some(children)) => children.into_iter().for_each(|child| self.meet(a, child, direct, pairs)),
            (Some(_), None) => unreachable!("the first of two cells is cut where the second cannot be"),
        }
    }

    /// Bytes.
    pub fn memory(&self) -> usize {
        self.cells.capacity() * size_of::<Cell<D>>() + 2 * self.order.capacity() * size_of::<u32>()
    }
}

impl<const D: usize> Cell<D> {
    /// Half the longest edge.
    fn longest(&self) -> f64 {
        self.half.iter().copied().fold(0.0, f64::max)
    }

    fn is_far_from(&self, other: &Self) -> bool {
        let gap = |axis: usize| {
            let apart = (self.center[axis] - other.center[axis]).abs();
            (apart - self.half[axis] - other.half[axis]).max(0.0)
        };
        let square: f64 = (0..D).map(|axis| gap(axis).powi(2)).sum();
        square >= (2.0 * self.longest().max(other.longest())).powi(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Numbers;

    /// Every pair of particles of species that interact is in one pair of cells, and far cells are far.
    fn check<const D: usize>(points: &[[f64; D]], ranges: &[Range<usize>], capacity: usize) {
        let mut cells = Cells::default();
        cells.build(points, ranges, capacity);
        let mut pairs = Pairs::default();
        let interact = |i: usize, j: usize| i + j != 1;
        cells.pair(&mut pairs, 4, interact);
        let species = |p: usize| ranges.iter().position(|range| range.contains(&p)).unwrap();
        let mut met = vec![0_u8; points.len() * points.len()];
        for (kind, list) in [("near", &pairs.near), ("far", &pairs.far)] {
            for &[a, b] in list {
                let [one, other] = [a, b].map(|cell| &cells.cells[cell]);
                assert!(kind == "near" || one.is_far_from(other));
                for &p in &cells.order[one.particles.clone()] {
                    for &q in &cells.order[other.particles.clone()] {
                        met[p as usize * points.len() + q as usize] += 1;
                        if a != b {
                            met[q as usize * points.len() + p as usize] += 1;
                        }
                    }
                }
            }
        }
        for p in 0..points.len() {
            for q in 0..points.len() {
                let expected = u8::from(interact(species(p), species(q)));
                assert_eq!(met[p * points.len() + q], expected, "{p} {q}");
            }
        }
        let mut next = 0;
        for &leaf in &cells.leaves {
            let cell = &cells.cells[leaf];
            assert_eq!(cell.particles.start, next);
            next = cell.particles.end;
            for &p in &cells.order[cell.particles.clone()] {
                assert_eq!(species(p as usize), cell.species);
                for (axis, x) in points[p as usize].iter().enumerate() {
                    let inside = (x - cell.center[axis]).abs() / cell.half[axis];
                    // The centre is rounded.
                    assert!(inside < 1.0 + 1e-6, "{inside}");
                }
            }
        }
        assert_eq!(next, points.len());
    }

    #[test]
    fn every_pair_is_in_one_pair_of_cells() {
        let mut numbers = Numbers(5);
        let scattered: Vec<[f64; 2]> = (0..300).map(|_| [numbers.next(), numbers.next()]).collect();
        check(&scattered, &[0..200, 200..201, 201..300], 8);
        check(&scattered, &[0..0, 0..300], 8);
        // Scales from 1 to 1e-300, with many at one place.
        let line: Vec<[f64; 1]> = (0..300).map(|k| [10_f64.powi(-k)]).collect();
        check(&line, &[0..0, 0..300], 3);
        let together = [[0.7]; 20].into_iter().chain((0..100).map(|k| [f64::from(k)]));
        check(&together.collect::<Vec<_>>(), &[0..40, 40..120], 4);
        check(&[[0.0, 1.0]; 30], &[0..30, 30..30], 4);
    }
}
