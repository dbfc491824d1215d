//! Sums over pairs of faces: what the shells of one species feel of those of another.
//!
//! The faces of a grid of width h are at v_a = a h. A pair of faces exchanges energy through one number,
//!
//! ```text
//! K_ab = 16 π² c h h' (v_<² − h_<²/4) v_<² v_>⁴ κ(v_<, v_>),
//! ```
//!
//! the same for both, which is why their energy is kept to rounding. h_< is the width of the grid of the slower face.
//! Its −h_<²/4 is what makes the divergence near the origin consistent with the weights 4π v² h of the cells.
//!
//! Where the series of κ ends, the sums are running ones over faces below and above, O(n); else a table, O(n²).

use super::grid::{Grid, is_slower};
use super::kink;
use super::shells::{averaged_kernel, finite_series};
use std::f64::consts::PI;

/// A quantity and its companion at one face: two sums are made in one pass.
pub type Face = [f64; 2];

/// K between the faces of two grids.
#[derive(Debug, Clone)]
pub struct Exchange {
    sums: Sums,
    /// What is added to K where the kernel has a kink: a face of either grid and the number.
    kink: Vec<(usize, usize, f64)>,
}

#[derive(Debug, Clone)]
enum Sums {
    Running(Running),
    /// K, a row for every face of the first grid.
    Table(Vec<f64>),
}

/// What running sums need.
#[derive(Debug, Clone)]
struct Running {
    /// 16 π² c h h' times the coefficients of the series.
    terms: Vec<f64>,
    first: Side,
    second: Side,
}

/// What running sums need of one of two grids.
#[derive(Debug, Clone)]
struct Side {
    /// For every face, how many of the other grid count as slower.
    slower: Vec<usize>,
    /// For every term and face, the factors that its speed brings where it is the slower or the faster one.
    as_slower: Vec<Vec<f64>>,
    as_faster: Vec<Vec<f64>>,
}

impl Exchange {
    /// Between two grids of species that collide with coefficient c.
    pub fn new(gamma: f64, coefficient: f64, first: Grid, second: Grid) -> Self {
        let factor = 16.0 * PI * PI * coefficient * first.width * second.width;
        let sums = match finite_series(gamma) {
            Some(series) => {
                let terms: Vec<f64> = series.iter().map(|term| factor * term).collect();
                let side = |grid, slower| Side::new(grid, gamma, terms.len(), slower);
                let (of_first, of_second) = (ranks(first, second), ranks(second, first));
                let (first, second) = (side(first, of_first), side(second, of_second));
                Sums::Running(Running { terms, first, second })
            }
            None => Sums::Table(table(gamma, factor, first, second)),
        };
        // On one grid all faces of one lie alike between those of the other.
        let uneven = gamma == -3.0 && first != second;
        let kink = if uneven { kink::additions(factor, first, second) } else { Vec::new() };
        Self { sums, kink }
    }

    /// Adds Σ_b K_ab x_b, b the faces of the second grid, to each face a of the first.
    pub fn add_to_first(&self, of_second: &[Face], totals: &mut [Face]) {
        for &(a, b, k) in &self.kink {
            totals[a][0] += k * of_second[b][0];
            totals[a][1] += k * of_second[b][1];
        }
        match &self.sums {
            Sums::Running(of) => add_running(&of.terms, &of.first, &of.second, of_second, totals),
            Sums::Table(table) => {
                for (row, total) in table.chunks_exact(of_second.len()).zip(totals) {
                    let mut sum = [0.0; 2];
                    for (k, x) in row.iter().zip(of_second) {
                        sum[0] += k * x[0];
                        sum[1] += k * x[1];
                    }
                    total[0] += sum[0];
                    total[1] += sum[1];
                }
            }
        }
    }

    /// Adds Σ_a K_ab x_a, a the faces of the first grid, to each face b of the second.
    pub fn add_to_second(&self, of_first: &[Face], totals: &mut [Face]) {
        for &(a, b, k) in &self.kink {
            totals[b][0] += k * of_first[a][0];
            totals[b][1] += k * of_first[a][1];
        }
        match &self.sums {
            Sums::Running(of) => add_running(&of.terms, &of.second, &of.first, of_first, totals),
            Sums::Table(table) => {
                for (row, x) in table.chunks_exact(totals.len()).zip(of_first) {
                    for (k, total) in row.iter().zip(&mut *totals) {
                        total[0] += k * x[0];
                        total[1] += k * x[1];
                    }
                }
            }
        }
    }
}

impl Side {
    fn new(grid: Grid, gamma: f64, terms: usize, slower: Vec<usize>) -> Self {
        let faces = 0..grid.faces();
        let as_slower = (0..terms as i32).map(|m| {
            faces.clone().map(|index| grid.corrected(index) * grid.face(index).powi(2 * m)).collect()
        });
        let as_faster = (0..terms).map(|m| {
            let power = 4.0 + gamma - 2.0 * m as f64;
            faces.clone().map(|index| grid.face(index).powf(power)).collect()
        });
        Self { slower, as_slower: as_slower.collect(), as_faster: as_faster.collect() }
    }
}

/// Adds the sums over the faces of one side, whose values are given, to those of another.
fn add_running(terms: &[f64], to: &Side, from: &Side, values: &[Face], totals: &mut [Face]) {
    for (m, &term) in terms.iter().enumerate() {
        let (mut sum, mut next) = ([0.0; 2], 0);
        for (index, (total, &count)) in totals.iter_mut().zip(&to.slower).enumerate() {
            while next < count {
                let weight = from.as_slower[m][next];
                sum[0] += weight * values[next][0];
                sum[1] += weight * values[next][1];
                next += 1;
            }
            let factor = term * to.as_faster[m][index];
            total[0] += factor * sum[0];
            total[1] += factor * sum[1];
        }
        let (mut sum, mut next) = ([0.0; 2], values.len());
        for (index, (total, &count)) in totals.iter_mut().zip(&to.slower).enumerate().rev() {
            while next > count {
                next -= 1;
                let weight = from.as_faster[m][next];
                sum[0] += weight * values[next][0];
                sum[1] += weight * values[next][1];
            }
            let factor = term * to.as_slower[m][index];
            total[0] += factor * sum[0];
            total[1] += factor * sum[1];
        }
    }
}

/// For every face of `own`, how many faces of `other` are slower.
fn ranks(own: Grid, other: Grid) -> Vec<usize> {
    let mut count = 0;
    (0..own.faces())
        .map(|face| {
            while count < other.faces() && is_slower(other, count, own, face) {
                count += 1;
            }
            count
        })
        .collect()
}

/// K, row after row.
fn table(gamma: f64, factor: f64, first: Grid, second: Grid) -> Vec<f64> {
    let mut table = Vec::with_capacity(first.faces() * second.faces());
    for a in 0..first.faces() {
        for b in 0..second.faces() {
            let (v, other) = (first.face(a), second.face(b));
            let weight = if is_slower(second, b, first, a) {
                second.corrected(b) * v.powi(4)
            } else {
                first.corrected(a) * other.powi(4)
            };
            table.push(factor * weight * averaged_kernel(gamma, v, other));
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Grid = Grid { cells: 40, width: 0.1 };
    /// Its faces meet some of the first: 0.3, 0.6 and so on.
    const SECOND: Grid = Grid { cells: 30, width: 0.06 };

    /// Some values without a pattern.
    fn values(count: usize, seed: f64) -> Vec<Face> {
        (0..count)
            .map(|k| [(seed + 1.7 * k as f64).sin(), (seed * 2.3 + 0.9 * (k * k) as f64).cos()])
            .collect()
    }

    fn sums(exchange: &Exchange) -> (Vec<Face>, Vec<Face>) {
        let (mut to_first, mut to_second) = (vec![[0.0; 2]; FIRST.faces()], vec![[0.0; 2]; SECOND.faces()]);
        exchange.add_to_first(&values(SECOND.faces(), 0.4), &mut to_first);
        exchange.add_to_second(&values(FIRST.faces(), 0.8), &mut to_second);
        (to_first, to_second)
    }

    #[test]
    fn running_sums_are_those_of_the_table() {
        for gamma in [-3.0, -1.0, 0.0, 1.0] {
            let running = Exchange::new(gamma, 0.3, FIRST, SECOND);
            assert!(matches!(running.sums, Sums::Running(_)));
            let factor = 16.0 * PI * PI * 0.3 * FIRST.width * SECOND.width;
            let table = Exchange {
                sums: Sums::Table(table(gamma, factor, FIRST, SECOND)),
                kink: running.kink.clone(),
            };
            let (found, expected) = (sums(&running), sums(&table));
            for (found, expected) in [(found.0, expected.0), (found.1, expected.1)] {
                let largest = expected.iter().flatten().fold(0.0f64, |largest, x| largest.max(x.abs()));
                for (x, y) in found.iter().flatten().zip(expected.iter().flatten()) {
                    // Terms of both signs and some tens of roundings.
                    assert!((x - y).abs() < 1e-13 * largest, "{gamma}: {x} {y}");
                }
            }
        }
    }

    /// y · K x = Kᵀ y · x: what one species gains, the other loses.
    #[test]
    fn both_species_see_the_same_number() {
        for gamma in [-3.0, -2.0, -1.0, 0.0, 1.0] {
            let (to_first, to_second) = sums(&Exchange::new(gamma, 0.3, FIRST, SECOND));
            let product = |of: &[Face], with: &[Face]| -> [f64; 2] {
                [0, 1].map(|c| of.iter().zip(with).map(|(x, y)| x[c] * y[c]).sum())
            };
            let one = product(&to_first, &values(FIRST.faces(), 0.8));
            let other = product(&to_second, &values(SECOND.faces(), 0.4));
            for (x, y) in one.iter().zip(other) {
                assert!((x / y - 1.0).abs() < 1e-12, "{gamma}: {x} {y}");
            }
        }
    }
}
