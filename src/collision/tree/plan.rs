//! What a tree needs, known before it is built: the number of far fields, points along an axis of its cells,
//! and memory.

use super::proxies::numbers;
use super::translate::{bytes_of_table, components};
use crate::collision::interface::{Coefficients, Couplings};

/// The most points along an axis. With more, rounding errors outweigh the gain in accuracy.
pub const MOST_POINTS: usize = 13;

/// The memory that a tree may take, in GiB: the same limit as for all particles of a scenario.
pub const MOST_GIBIBYTES: f64 = 16.0;

/// Bytes that the spectra of one batch of targets and of as many sources may take.
pub const BATCH: usize = 384 << 20;

const GIBIBYTE: f64 = (1_u64 << 30) as f64;

/// Points along an axis for a smooth cloud. Each point divides the error by six. Kernels of larger γ are
/// smoother and need fewer.
pub fn first_points(tolerance: f64, gamma: f64) -> usize {
    let points = 3.0 - (tolerance / 5e-3).ln() / 6_f64.ln() - 0.6 * (gamma + 3.0);
    (points.round().max(3.0) as usize).min(MOST_POINTS)
}

/// The most particles in a leaf. The cost of a translation, counted in pairs, rises with the number of
/// points, so that larger leaves pay.
pub fn capacity<const D: usize>(points: usize) -> usize {
    if D == 2 { 12 * points } else { 60 * points }
}

/// The memory of a tree, in GiB, by the number of particles, points, far fields and different δ > 0. It is
/// the sum of the numbers at the proxies of all cells, the spectra of one batch, and the tables of A. There
/// is one table for each δ on each level with far cells.
pub fn gibibytes<const D: usize>(particles: usize, points: usize, [channels, distances]: [usize; 2]) -> f64 {
    // Leaves are a third full on average. The number of cells above them is a seventh to a third of the
    // number of leaves.
    let cells = 4.0 * particles as f64 / capacity::<D>(points) as f64;
    let numbers = channels * grids::<D>() * numbers::<D>(points);
    // Level n has at most 2^(D n) cells, and level 2 is the first with far cells.
    let levels = (cells.max(1.0).log2() / D as f64 - 1.0).ceil().max(0.0);
    let tables = (1.0 + levels * distances as f64) * bytes_of_table::<D>(points) as f64;
    (cells * (size_of::<f64>() * numbers) as f64 + tables + 2.0 * BATCH as f64) / GIBIBYTE
}

/// The number of far fields that the pairs of species need, and the number of different δ > 0. `coefficients`
/// holds c_ij and `squares` δ²_ij, row by row.
pub fn far_fields(species: usize, coefficients: &[f64], squares: &[f64]) -> [usize; 2] {
    let coefficients = Coefficients { species, values: coefficients.to_vec() };
    let channels = Channels::new(Couplings { coefficients: &coefficients, squares });
    [channels.count(), channels.distances()]
}

/// The number of grids of one cell and far field: (W, G) and (T, F).
const fn grids<const D: usize>() -> usize {
    1 + D + components(D) + D
}

/// The far fields, or channels, that the pairs of species need.
///
/// All sources that act on a species with the same δ make one field. Species with the same δ share a field if
/// their rows of coefficients are multiples of each other.
#[derive(Debug, Default)]
pub struct Channels {
    species: usize,
    /// For each channel, the coefficient of each source species.
    rows: Vec<f64>,
    /// δ² of each channel.
    squares: Vec<f64>,
    targets: Vec<Target>,
}

/// How a species feels a channel: c_ij = factor · row_j for the source species j in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    species: usize,
    pub channel: usize,
    pub factor: f64,
}

/// The sources of a channel.
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

    /// Replaces the channels by those of the given couplings.
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

    /// Adds the field that species i feels of all sources with one δ.
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

    /// The number of channels.
    pub fn count(&self) -> usize {
        self.squares.len()
    }

    /// The number of different δ > 0.
    pub fn distances(&self) -> usize {
        let squares = &self.squares;
        let is_first = |&k: &usize| squares[k] > 0.0 && !squares[..k].contains(&squares[k]);
        (0..squares.len()).filter(is_first).count()
    }

    /// All channels in order.
    pub fn all(&self) -> impl Iterator<Item = Channel<'_>> {
        let rows = self.rows.chunks_exact(self.species.max(1));
        rows.zip(&self.squares).map(|(row, &delta_squared)| Channel { row, delta_squared })
    }

    /// δ² of a channel.
    pub fn delta_squared(&self, channel: usize) -> f64 {
        self.squares[channel]
    }

    /// The channels that a species feels.
    pub fn felt_by(&self, species: usize) -> impl Iterator<Item = Target> {
        self.targets.iter().filter(move |target| target.species == species).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The row and δ² of each channel; the channels and factors of each species.
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
        // The first species has the smaller spacing. It feels itself with the small δ and the second species
        // with the large δ. The second species feels both with the large δ.
        let (rows, targets) = channels(2, &[1.0, 4.0, 4.0, 16.0], &[0.1, 0.2, 0.2, 0.2]);
        assert_eq!(rows, [(vec![1.0, 0.0], 0.1), (vec![0.0, 4.0], 0.2), (vec![4.0, 16.0], 0.2)]);
        assert_eq!(targets, [vec![(0, 1.0), (1, 1.0)], vec![(2, 1.0)]]);
        // Three spacings: the two finer species feel the coarsest as one source.
        let (d, e, f) = (0.1, 0.2, 0.3);
        let (rows, targets) = channels(3, &[1.0; 9], &[d, e, f, e, e, f, f, f, f]);
        assert_eq!(rows.len(), 5);
        assert_eq!(targets, [vec![(0, 1.0), (1, 1.0), (2, 1.0)], vec![(3, 1.0), (2, 1.0)], vec![(4, 1.0)]]);
    }
}
