//! M2L, from the proxies of far cells to those of a cell of the same level: the kernel's tensor by spectra.
//!
//! For a target point x and proxies y_k with weights (W_k, G_k) the fields are
//! T(x) = Σ A(x − y_k) W_k and F(x) = Σ A(x − y_k) G_k, so that the pair sum is T g − F. Between two
//! grids of one level both are convolutions: products of spectra. A_δ between cells of edge e is e^(γ+2) times
//! A_(δ/e) between unit cells, so that one table serves every level and δ of one δ/e: the spectra of A_(δ/e), for the
//! offsets of cells that do not touch while their parents do. |z|^γ itself, δ/e = 0, has one table for all levels.
//!
//! Spectra are cut into bands of 8 frequencies. One band of the whole table stays in the second cache
//! while all cells of the level pass.

#![allow(clippy::needless_range_loop, reason = "closures and iterators lose the instruction set")]

use rayon::prelude::*;

use super::fourier::Fourier;
use super::proxies::Proxies;
use crate::collision::packed::Aligned;
use crate::kernel::lanes::{InstructionSet, Kernel, Lanes};
use crate::kernel::series::Series;

/// Frequencies in a band.
pub const BAND: usize = 8;

/// Numbers of one field in a band: real parts, then imaginary parts.
pub const COMPLEX: usize = 2 * BAND;

/// Distinct components of a symmetric D × D tensor, row by row of the upper triangle.
pub const fn components(dimension: usize) -> usize {
    dimension * (dimension + 1) / 2
}

/// Cells apart on an axis when their parents touch: −3 to 3.
const REACH: usize = 7;

/// Bytes of tables that are kept though an evaluation did not need them: clouds go back and forth.
const KEPT: usize = 1 << 30;

/// The spectra of A between cells of unit edge, for every δ/e asked for.
#[derive(Debug)]
pub struct Translations<const D: usize> {
    gamma: f64,
    series: Series,
    set: InstructionSet,
    /// Bands of a spectrum.
    pub bands: usize,
    /// The far offsets.
    far: Vec<[i64; D]>,
    /// The index of each offset among the far ones.
    far_indices: Vec<u16>,
    tables: Vec<Table>,
}

/// The spectra for one δ/e.
#[derive(Debug)]
pub struct Table {
    ratio: f64,
    /// Band by band, far offset by far offset, component by component.
    spectra: Aligned,
    /// Numbers of one band.
    stride: usize,
    /// Evaluations since it was asked for.
    idle: u32,
}

impl Table {
    /// One band of it.
    pub fn band(&self, band: usize) -> &[f64] {
        &self.spectra[band * self.stride..(band + 1) * self.stride]
    }
}

/// Offsets of cells that do not touch while their parents do.
const fn far_offsets(dimension: usize) -> usize {
    REACH.pow(dimension as u32) - 3_usize.pow(dimension as u32)
}

/// Bytes of a table for grids of `order` points along an axis.
pub fn bytes_of_table<const D: usize>(order: usize) -> usize {
    let bands = Fourier::frequencies_of::<D>(order).div_ceil(BAND);
    size_of::<f64>() * bands * far_offsets(D) * components(D) * COMPLEX
}

impl<const D: usize> Translations<D> {
    /// Without a table yet.
    pub fn new(gamma: f64, fourier: &Fourier, set: InstructionSet) -> Self {
        let all: Vec<[i64; D]> = (0..REACH.pow(D as u32))
            .map(|offset| std::array::from_fn(|axis| (offset / REACH.pow(axis as u32) % REACH) as i64 - 3))
            .collect();
        let mut far_indices = vec![u16::MAX; all.len()];
        let mut far = Vec::new();
        for (offset, cells) in all.iter().enumerate() {
            if cells.iter().any(|cells| cells.abs() > 1) {
                far_indices[offset] = far.len() as u16;
                far.push(*cells);
            }
        }
        let bands = fourier.frequencies::<D>().div_ceil(BAND);
        let series = Series::between_particles(gamma, D);
        Self { gamma, series, set, bands, far, far_indices, tables: Vec::new() }
    }

    /// Makes the tables for some δ/e ready, NaN among them left out, and forgets others beyond a gigabyte.
    pub fn prepare(&mut self, ratios: &[f64], proxies: &Proxies, fourier: &Fourier) {
        self.tables.iter_mut().for_each(|table| table.idle += 1);
        for &ratio in ratios.iter().filter(|ratio| !ratio.is_nan()) {
            match self.tables.iter_mut().find(|table| table.ratio == ratio) {
                Some(table) => table.idle = 0,
                None => {
                    // Memory first: the new table may not fit beside those that no one needs.
                    self.forget(bytes_of_table::<D>(fourier.order));
                    let spectra = self.spectra(ratio, proxies, fourier);
                    let stride = self.far.len() * components(D) * COMPLEX;
                    self.tables.push(Table { ratio, spectra, stride, idle: 0 });
                }
            }
        }
        self.forget(0);
    }

    /// Drops idle tables, the longest idle first, until those left and `more` bytes are at most [`KEPT`].
    fn forget(&mut self, more: usize) {
        while self.memory() + more > KEPT {
            let idle = |table: &Table| table.idle;
            match (0..self.tables.len()).max_by_key(|&k| idle(&self.tables[k])) {
                Some(oldest) if idle(&self.tables[oldest]) > 0 => drop(self.tables.remove(oldest)),
                _ => return,
            }
        }
    }

    fn spectra(&self, ratio: f64, proxies: &Proxies, fourier: &Fourier) -> Aligned {
        let (far, bands) = (&self.far, self.bands);
        let by_offset: Vec<Vec<f64>> = far
            .par_iter()
            .map(|&cells| {
                let mut spectra = vec![0.0; components(D) * 2 * bands * BAND];
                let (gamma, series) = (self.gamma, self.series);
                let spectra_mut = &mut spectra;
                self.set.dispatch(KernelSpectra {
                    gamma,
                    series,
                    ratio,
                    proxies,
                    fourier,
                    cells,
                    spectra: spectra_mut,
                });
                spectra
            })
            .collect();
        let stride = components(D) * COMPLEX;
        let mut table = Aligned::zeros(bands * far.len() * stride);
        table.par_chunks_mut(far.len() * stride).enumerate().for_each(|(band, table)| {
            for (to, spectra) in table.chunks_mut(stride).zip(&by_offset) {
                for (part, from) in to.chunks_mut(BAND).zip(spectra.chunks(bands * BAND)) {
                    part.copy_from_slice(&from[band * BAND..(band + 1) * BAND]);
                }
            }
        });
        table
    }

    /// The index in the table of the offset from the cell at `source` to the cell at `target`.
    pub fn offset(&self, target: &[u32; D], source: &[u32; D]) -> u16 {
        let mut offset = 0;
        for axis in (0..D).rev() {
            offset = offset * REACH + (target[axis] + 3 - source[axis]) as usize;
        }
        self.far_indices[offset]
    }

    /// The table of a δ/e that is ready.
    pub fn table(&self, ratio: f64) -> &Table {
        self.tables.iter().find(|table| table.ratio == ratio).expect("it was made ready")
    }

    /// Bytes of the tables.
    pub fn memory(&self) -> usize {
        self.tables.iter().map(|table| size_of_val(&*table.spectra)).sum()
    }
}

/// Fills the spectra of A between two cells: components, each with real and imaginary parts.
struct KernelSpectra<'a, const D: usize> {
    gamma: f64,
    series: Series,
    /// δ of cells of unit edge.
    ratio: f64,
    proxies: &'a Proxies,
    fourier: &'a Fourier,
    /// From source to target.
    cells: [i64; D],
    spectra: &'a mut [f64],
}

impl<const D: usize> Kernel for KernelSpectra<'_, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        let (n, order) = (self.fourier.length, self.fourier.order);
        let row = n.next_multiple_of(8);
        let delta_squared = self.ratio * self.ratio;
        let mut scratch = self.fourier.scratch::<D>();
        let mut values = vec![0.0; n.pow(D as u32 - 1) * row];
        let padded = self.spectra.len() / (2 * components(D));
        let mut parts = self.spectra.chunks_mut(padded);
        let (cells, spacing) = (self.cells, self.proxies.spacing());
        let distance = |m: usize| -> [f64; D] {
            let mut rest = m;
            let mut z = [0.0; D];
            for axis in (0..D).rev() {
                let step = rest % n;
                rest /= n;
                let step = step as f64 - if step < order { 0.0 } else { n as f64 };
                z[axis] = cells[axis] as f64 + step * spacing;
            }
            z
        };
        let square = |z: &[f64; D]| (0..D).rev().fold(0.0, |sum, axis| sum + z[axis] * z[axis]);
        // The power is the same for all components.
        let strengths: Vec<f64> = (0..n.pow(D as u32))
            .map(|m| {
                let shifted = square(&distance(m)) + delta_squared;
                shifted.powf(0.5 * self.gamma) * self.series.at(delta_squared / shifted)
            })
            .collect();
        for i in 0..D {
            for j in i..D {
                for (m, strength) in strengths.iter().enumerate() {
                    let z = distance(m);
                    let trace = if i == j { square(&z) } else { 0.0 };
                    values[m / n * row + m % n] = strength * (trace - z[i] * z[j]);
                }
                let (Some(re), Some(im)) = (parts.next(), parts.next()) else {
                    unreachable!("two parts a component");
                };
                self.fourier.transform::<L, D>(lanes, n, &values, [re, im], &mut scratch);
            }
        }
    }
}

/// One band of the spectra of all fields of some targets: T, then F.
pub struct Convolution<'a, const D: usize> {
    /// The band of the table.
    pub table: &'a [f64],
    /// The sources' spectra of (W, G), from this band on.
    pub sources: &'a [f64],
    /// By target `starts[t]..starts[t + 1]`: where the band of a source starts, in fields, and the offset.
    pub starts: &'a [u32],
    pub pairs: &'a [(u32, u16)],
    /// Target by target.
    pub fields: &'a mut [f64],
}

impl<const D: usize> Kernel for Convolution<'_, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        let fields = components(D) + D;
        for t in 0..self.starts.len() - 1 {
            let pairs = &self.pairs[self.starts[t] as usize..self.starts[t + 1] as usize];
            let out = &mut self.fields[t * fields * COMPLEX..(t + 1) * fields * COMPLEX];
            for at in (0..BAND).step_by(L::WIDTH) {
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
                    lanes.store(tensor[c][1], &mut out[c * COMPLEX + BAND + at..]);
                }
                for axis in 0..D {
                    let c = components(D) + axis;
                    lanes.store(vector[axis][0], &mut out[c * COMPLEX + at..]);
                    lanes.store(vector[axis][1], &mut out[c * COMPLEX + BAND + at..]);
                }
            }
        }
    }
}

#[inline(always)]
fn load_complex<L: Lanes>(lanes: L, from: &[f64], field: usize, at: usize) -> [L::Vector; 2] {
    [lanes.load(&from[field * COMPLEX + at..]), lanes.load(&from[field * COMPLEX + BAND + at..])]
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
