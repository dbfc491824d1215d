//! What a tree asks for before it is built: far fields, points along an axis of its cells, and memory.

use super::proxies::numbers;
use super::translate::{bytes_of_table, components};
use crate::collision::interface::{Coefficients, Couplings};

/// The most points along an axis: with more, rounding costs what accuracy they bring.
pub const MOST_POINTS: usize = 13;

/// Memory that the grids of all cells may take: as much as all particles of a scenario.
pub const MOST_GIBIBYTES: f64 = 16.0;

/// Bytes that the spectra of one batch of targets, and of as many sources, may take.
pub const BATCH: usize = 384 << 20;

const GIBIBYTE: f64 = (1_u64 << 30) as f64;

/// Points along an axis for a smooth cloud: the error falls to a sixth with each, and smoother kernels, of
/// larger γ, need fewer.
pub fn first_points(tolerance: f64, gamma: f64) -> usize {
    let points = 3.0 - (tolerance / 5e-3).ln() / 6_f64.ln() - 0.6 * (gamma + 3.0);
    (points.round().max(3.0) as usize).min(MOST_POINTS)
}

/// The most particles in a leaf: a translation costs as much as so many pairs that larger leaves pay with
/// more points.
pub fn capacity<const D: usize>(points: usize) -> usize {
    if D == 2 { 12 * points } else { 60 * points }
}

/// Memory of a tree over so many particles, with so many far fields and δ > 0 in them, in GiB: the numbers at the
/// proxies of all cells, the spectra of one batch of them, and the tables of A, one for each δ on each level with far
/// cells.
pub fn gibibytes<const D: usize>(particles: usize, points: usize, [channels, distances]: [usize; 2]) -> f64 {
    // Leaves are a third full on average, and have a seventh to a third of their number above them.
    let cells = 4.0 * particles as f64 / capacity::<D>(points) as f64;
    let numbers = channels * grids::<D>() * numbers::<D>(points);
    // The cells of level n are 2^(D n) at most, and level 2 is the first with far ones.
    let levels = (cells.max(1.0).log2() / D as f64 - 1.0).ceil().max(0.0);
    let tables = (1.0 + levels * distances as f64) * bytes_of_table::<D>(points) as f64;
    (cells * (size_of::<f64>() * numbers) as f64 + tables + 2.0 * BATCH as f64) / GIBIBYTE
}

/// How many far fields the pairs of some species ask for, and how many δ > 0 there are: c_ij and δ²_ij row by row.
pub fn far_fields(species: usize, coefficients: &[f64], squares: &[f64]) -> [usize; 2] {
    let coefficients = Coefficients { species, values: coefficients.to_vec() };
    let channels = Channels::new(Couplings { coefficients: &coefficients, squares });
    [channels.count(), channels.distances()]
}

/// Grids of a cell and far field: (W, G) and (T, F).
const fn grids<const D: usize>() -> usize {
    1 + D + components(D) + D
}

/// The far fields that the pairs of some species ask for.
///
/// A species feels sources with one δ as one field. Rows of coefficients that are multiples of each other need one
/// field between them, for one δ.
#[derive(Debug, Default)]
pub struct Channels {
    species: usize,
    /// Channel by channel the coefficient of each source species.
    rows: Vec<f64>,
    /// δ² of each channel.
    squares: Vec<f64>,
    targets: Vec<Target>,
}

/// What a species feels of a channel: c_ij = factor · row_j of the sources in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    species: usize,
    pub channel: usize,
    pub factor: f64,
}

/// What a channel collects.
#[derive(Debug, Clone, Copy)]
pub struct Channel<'a> {
    /// The coefficient of each source species.
    pub row: &'a [f64],
    pub delta_squared: f64,
}

impl Channels {
    pub fn new(couplings: Couplings<'_>) -> Self {
        let mut channels = Self::default();
        channels.arrange(couplings);
        channels
    }

    /// Takes other couplings.
    pub fn arrange(&mut self, couplings: Couplings<'_>) {
        self.species = couplings.coefficients.species;
        self.rows.clear();
        self.squares.clear();
        self.targets.clear();
        for i in 0..self.species {
            let delta_squared = |j: usize| couplings.between(i, j).map(|pair| pair.delta_squared);
            for j in 0..self.species {
                if let Some(square) = delta_squared(j)
                    && (0..j).all(|before| delta_squared(before) != Some(square))
                {
                    self.add(i, square, couplings);
                }
            }
        }
    }

    /// Adds what species i feels of the sources with one δ.
    fn add(&mut self, i: usize, delta_squared: f64, couplings: Couplings<'_>) {
        let (species, start) = (self.species, self.rows.len());
        let coefficient = |j| couplings.between(i, j).filter(|pair| pair.delta_squared == delta_squared);
        self.rows.extend((0..species).map(|j| coefficient(j).map_or(0.0, |pair| pair.c)));
        let (known, row) = self.rows.split_at(start);
        let factor_of = |other: &[f64]| {
            let j = other.iter().position(|c| *c != 0.0)?;
            let factor = row[j] / other[j];
            (0..species).all(|j| row[j] == factor * other[j]).then_some(factor)
        };
        let same = known.chunks_exact(species).zip(&self.squares).enumerate().find_map(
            |(channel, (other, square))| {
                let factor = if *square == delta_squared { factor_of(other)? } else { return None };
                Some(Target { species: i, channel, factor })
            },
        );
        if let Some(target) = same {
            self.rows.truncate(start);
            self.targets.push(target);
        } else {
            self.targets.push(Target { species: i, channel: self.squares.len(), factor: 1.0 });
            self.squares.push(delta_squared);
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.squares.len()
    }

    /// How many δ > 0 they have.
    pub fn distances(&self) -> usize {
        let squares = &self.squares;
        let is_first = |&k: &usize| squares[k] > 0.0 && !squares[..k].contains(&squares[k]);
        (0..squares.len()).filter(is_first).count()
    }

    /// Channel by channel.
    pub fn all(&self) -> impl Iterator<Item = Channel<'_>> {
        let rows = self.rows.chunks_exact(self.species.max(1));
        rows.zip(&self.squares).map(|(row, &delta_squared)| Channel { row, delta_squared })
    }

    /// δ² of a channel.
    pub fn delta_squared(&self, channel: usize) -> f64 {
        self.squares[channel]
    }

    /// What a species feels.
    pub fn felt_by(&self, species: usize) -> impl Iterator<Item = Target> {
        self.targets.iter().filter(move |target| target.species == species).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By channel its row and δ², by species its channels and factors.
    type Found = (Vec<(Vec<f64>, f64)>, Vec<Vec<(usize, f64)>>);

    fn channels(species: usize, values: &[f64], squares: &[f64]) -> Found {
        let coefficients = Coefficients { species, values: values.to_vec() };
        let channels = Channels::new(Couplings { coefficients: &coefficients, squares });
        let targets = |i| channels.felt_by(i).map(|target| (target.channel, target.factor)).collect();
        let rows = channels.all().map(|channel| (channel.row.to_vec(), channel.delta_squared)).collect();
        (rows, (0..species).map(targets).collect())
    }

    #[test]
    fn products_of_charges_share_one_field() {
        let (rows, targets) = channels(2, &[1.0, 4.0, 4.0, 16.0], &[0.0; 4]);
        assert_eq!(rows, [(vec![1.0, 4.0], 0.0)]);
        assert_eq!(targets, [[(0, 1.0)], [(0, 4.0)]]);
    }

    #[test]
    fn other_species_have_fields_of_their_own() {
        let (rows, targets) = channels(3, &[1.0, 2.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0], &[0.5; 9]);
        assert_eq!(rows.len(), 2);
        assert_eq!(targets, [vec![(0, 1.0)], vec![(1, 1.0)], vec![]]);
    }

    #[test]
    fn a_species_has_a_field_for_each_distance() {
        // The first species has the smaller spacing: it feels the second at the larger one, which the second
        // feels both at.
        let (rows, targets) = channels(2, &[1.0, 4.0, 4.0, 16.0], &[0.1, 0.2, 0.2, 0.2]);
        assert_eq!(rows, [(vec![1.0, 0.0], 0.1), (vec![0.0, 4.0], 0.2), (vec![4.0, 16.0], 0.2)]);
        assert_eq!(targets, [vec![(0, 1.0), (1, 1.0)], vec![(2, 1.0)]]);
        // Three spacings: the smaller two feel the largest as one source.
        let (d, e, f) = (0.1, 0.2, 0.3);
        let (rows, targets) = channels(3, &[1.0; 9], &[d, e, f, e, e, f, f, f, f]);
        assert_eq!(rows.len(), 5);
        assert_eq!(targets, [vec![(0, 1.0), (1, 1.0), (2, 1.0)], vec![(3, 1.0), (2, 1.0)], vec![(4, 1.0)]]);
    }
}
