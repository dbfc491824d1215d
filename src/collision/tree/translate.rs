//! From the proxies of far cells to those of a cell, on one level: the kernel's tensor by spectra.
//!
//! For a target point x and proxies y_k with weights (W_k, G_k) the fields are
//! T(x) = Σ A(x − y_k) W_k and F(x) = Σ A(x − y_k) G_k, so that the pair sum is T g − F. Between two
//! grids of one level both are convolutions: products of spectra. A is homogeneous of degree γ + 2, so one
//! table serves every level: the spectra of A between unit cells, for the offsets of cells that do not
//! touch while their parents do.
//!
//! Spectra are cut into pieces of 8 frequencies. One piece of the whole table stays in the second cache
//! while all cells of the level pass.

#![allow(clippy::needless_range_loop, reason = "closures and iterators lose the instruction set")]

use rayon::prelude::*;

use super::fourier::Fourier;
use super::proxies::Proxies;
use crate::collision::packed::Aligned;
use crate::kernel::lanes::{InstructionSet, Kernel, Lanes};

/// Frequencies in a piece.
pub const PIECE: usize = 8;

/// Numbers of one field in a piece: real parts, then imaginary parts.
pub const COMPLEX: usize = 2 * PIECE;

/// Distinct components of a symmetric D × D tensor, row by row of the upper triangle.
pub const fn components(dimension: usize) -> usize {
    dimension * (dimension + 1) / 2
}

/// Cells apart on an axis when their parents touch: −3 to 3.
const REACH: usize = 7;

/// The spectra of A between cells of unit edge.
#[derive(Debug)]
pub struct Translations<const D: usize> {
    /// Pieces of a spectrum.
    pub pieces: usize,
    /// Piece by piece, far offset by far offset, component by component.
    table: Aligned,
    offsets: usize,
    /// The place of each offset among the far ones.
    places: Vec<u16>,
}

impl<const D: usize> Translations<D> {
    pub fn new(gamma: f64, proxies: &Proxies, fourier: &Fourier, set: InstructionSet) -> Self {
        let all: Vec<[i64; D]> = (0..REACH.pow(D as u32))
            .map(|offset| std::array::from_fn(|axis| (offset / REACH.pow(axis as u32) % REACH) as i64 - 3))
            .collect();
        let mut places = vec![u16::MAX; all.len()];
        let mut far = Vec::new();
        for (offset, cells) in all.iter().enumerate() {
            if cells.iter().any(|cells| cells.abs() > 1) {
                places[offset] = far.len() as u16;
                far.push(*cells);
            }
        }
        let frequencies = fourier.frequencies::<D>();
        let pieces = frequencies.div_ceil(PIECE);
        let spectra: Vec<Vec<f64>> = far
            .par_iter()
            .map(|&cells| {
                let mut spectra = vec![0.0; components(D) * 2 * pieces * PIECE];
                set.run(OfKernel { gamma, proxies, fourier, cells, spectra: &mut spectra });
                spectra
            })
            .collect();
        let stride = components(D) * COMPLEX;
        let mut table = Aligned::zeros(pieces * far.len() * stride);
        table.par_chunks_mut(far.len() * stride).enumerate().for_each(|(piece, table)| {
            for (to, spectra) in table.chunks_mut(stride).zip(&spectra) {
                for (part, from) in to.chunks_mut(PIECE).zip(spectra.chunks(pieces * PIECE)) {
                    part.copy_from_slice(&from[piece * PIECE..(piece + 1) * PIECE]);
                }
            }
        });
        Self { pieces, table, offsets: far.len(), places }
    }

    /// The place in the table of the offset from the cell at `source` to the cell at `target`.
    pub fn offset(&self, target: &[u32; D], source: &[u32; D]) -> u16 {
        let mut offset = 0;
        for axis in (0..D).rev() {
            offset = offset * REACH + (target[axis] + 3 - source[axis]) as usize;
        }
        self.places[offset]
    }

    /// The table of one piece.
    pub fn of_piece(&self, piece: usize) -> &[f64] {
        let stride = self.offsets * components(D) * COMPLEX;
        &self.table[piece * stride..(piece + 1) * stride]
    }

    /// Bytes of the table.
    pub fn memory(&self) -> usize {
        size_of_val(&*self.table)
    }
}

/// Fills the spectra of A between two cells: components, each with real and imaginary parts.
struct OfKernel<'a, const D: usize> {
    gamma: f64,
    proxies: &'a Proxies,
    fourier: &'a Fourier,
    /// From source to target.
    cells: [i64; D],
    spectra: &'a mut [f64],
}

impl<const D: usize> Kernel for OfKernel<'_, D> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let (n, order) = (self.fourier.length, self.fourier.order);
        let row = n.next_multiple_of(8);
        let mut scratch = self.fourier.scratch::<D>();
        let mut values = vec![0.0; n.pow(D as u32 - 1) * row];
        let padded = self.spectra.len() / (2 * components(D));
        let mut parts = self.spectra.chunks_mut(padded);
        for i in 0..D {
            for j in i..D {
                for m in 0..n.pow(D as u32) {
                    let mut z = [0.0; D];
                    let mut square = 0.0;
                    let mut rest = m;
                    for axis in (0..D).rev() {
                        let step = rest % n;
                        rest /= n;
                        let step = step as f64 - if step < order { 0.0 } else { n as f64 };
                        z[axis] = self.cells[axis] as f64 + step * self.proxies.spacing();
                        square += z[axis] * z[axis];
                    }
                    let trace = if i == j { square } else { 0.0 };
                    values[m / n * row + m % n] = square.powf(0.5 * self.gamma) * (trace - z[i] * z[j]);
                }
                let (Some(re), Some(im)) = (parts.next(), parts.next()) else {
                    unreachable!("two parts a component");
                };
                self.fourier.transform::<L, D>(lanes, n, &values, [re, im], &mut scratch);
            }
        }
    }
}

/// One piece of the spectra of all fields of some targets: T, then F.
pub struct Convolution<'a, const D: usize> {
    /// The piece of the table.
    pub table: &'a [f64],
    /// The sources' spectra of (W, G), from this piece on.
    pub sources: &'a [f64],
    /// By target `starts[t]..starts[t + 1]`: where the piece of a source starts, in fields, and the offset.
    pub starts: &'a [u32],
    pub pairs: &'a [(u32, u16)],
    /// Target by target.
    pub fields: &'a mut [f64],
}

impl<const D: usize> Kernel for Convolution<'_, D> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let fields = components(D) + D;
        for t in 0..self.starts.len() - 1 {
            let pairs = &self.pairs[self.starts[t] as usize..self.starts[t + 1] as usize];
            let out = &mut self.fields[t * fields * COMPLEX..(t + 1) * fields * COMPLEX];
            for at in (0..PIECE).step_by(L::WIDTH) {
                let zero = lanes.splat(0.0);
                let mut tensor = [[zero; 2]; 6];
                let mut vector = [[zero; 2]; D];
                for &(source, offset) in pairs {
                    let start = source as usize * COMPLEX;
                    let sources = &self.sources[start..start + (1 + D) * COMPLEX];
                    let start = offset as usize * components(D) * COMPLEX;
                    let kernel = &self.table[start..start + components(D) * COMPLEX];
                    let w = load_complex(lanes, sources, 0, at);
                    let mut g = [w; D];
                    for axis in 0..D {
                        g[axis] = load_complex(lanes, sources, 1 + axis, at);
                    }
                    let mut c = 0;
                    for i in 0..D {
                        for j in i..D {
                            let a = load_complex(lanes, kernel, c, at);
                            tensor[c] = multiply_add(lanes, a, w, tensor[c]);
                            vector[i] = multiply_add(lanes, a, g[j], vector[i]);
                            if i != j {
                                vector[j] = multiply_add(lanes, a, g[i], vector[j]);
                            }
                            c += 1;
                        }
                    }
                }
                for c in 0..components(D) {
                    lanes.store(tensor[c][0], &mut out[c * COMPLEX + at..]);
                    lanes.store(tensor[c][1], &mut out[c * COMPLEX + PIECE + at..]);
                }
                for axis in 0..D {
                    let c = components(D) + axis;
                    lanes.store(vector[axis][0], &mut out[c * COMPLEX + at..]);
                    lanes.store(vector[axis][1], &mut out[c * COMPLEX + PIECE + at..]);
                }
            }
        }
    }
}

#[inline(always)]
fn load_complex<L: Lanes>(lanes: L, from: &[f64], field: usize, at: usize) -> [L::Vector; 2] {
    [lanes.load(&from[field * COMPLEX + at..]), lanes.load(&from[field * COMPLEX + PIECE + at..])]
}

/// a b + c.
#[inline(always)]
fn multiply_add<L: Lanes>(
    lanes: L,
    a: [L::Vector; 2],
    b: [L::Vector; 2],
    c: [L::Vector; 2],
) -> [L::Vector; 2] {
    [
        lanes.neg_mul_add(a[1], b[1], lanes.mul_add(a[0], b[0], c[0])),
        lanes.mul_add(a[1], b[0], lanes.mul_add(a[0], b[1], c[1])),
    ]
}
