//! M2L, from the proxies of far cells to the proxies of a cell of the same level, by Fourier spectra of the
//! tensor A.
//!
//! At a target point x, proxies y_k with weights (W_k, G_k) have the fields T(x) = Σ A(x − y_k) W_k and
//! F(x) = Σ A(x − y_k) G_k, and the pair sum is T g − F. Between two grids of one level both fields are
//! convolutions, hence products of spectra.
//!
//! A_δ between cells of edge e is e^(γ+2) times A_(δ/e) between unit cells. So one table serves all levels
//! and δ with the same δ/e. It holds the spectra of A_(δ/e) for all offsets between cells that do not touch,
//! but whose parents do. The plain |z|^γ, δ/e = 0, has one table for all levels.
//!
//! Spectra are cut into bands of 8 frequencies. One band of the whole table stays in the second-level cache
//! while all cells of a level are processed.

#![allow(clippy::needless_range_loop, reason = "closures and iterators lose the instruction set")]

use super::fourier::Fourier;
use super::proxies::Proxies;
use crate::collision::packed::Aligned;
use crate::kernel::lanes::{InstructionSet, Kernel, Lanes};
use crate::kernel::series::Series;
use crate::parallel;

/// Frequencies in a band.
pub const BAND: usize = 8;

/// The length of one field in a band: real parts, then imaginary parts.
pub const COMPLEX: usize = 2 * BAND;

/// The number of distinct components of a symmetric D × D tensor. They are stored row by row of the upper
/// triangle.
pub const fn components(dimension: usize) -> usize {
    dimension * (dimension + 1) / 2
}

/// The number of possible offsets along an axis between cells whose parents touch: −3 to 3.
const REACH: usize = 7;

/// Bytes of tables up to which unused tables are kept. A later cloud may need them again.
const KEPT: usize = 1 << 30;

/// The spectra of A between cells of unit edge, for every requested δ/e.
#[derive(Debug)]
pub struct Translations<const D: usize> {
    gamma: f64,
    series: Series,
    set: InstructionSet,
    /// The number of bands of a spectrum.
    pub bands: usize,
    /// The offsets between far cells.
    far: Vec<[i64; D]>,
    /// For each offset its index in `far`; `u16::MAX` for offsets of touching cells.
    far_indices: Vec<u16>,
    tables: Vec<Table>,
}

/// The spectra for one δ/e.
#[derive(Debug)]
pub struct Table {
    ratio: f64,
    /// The spectra, ordered by band, then by far offset, then by component.
    spectra: Aligned,
    /// The length of one band.
    stride: usize,
    /// The number of evaluations since it was last needed.
    idle: u32,
}

impl Table {
    /// One band of the table.
    pub fn band(&self, band: usize) -> &[f64] {
        &self.spectra[band * self.stride..(band + 1) * self.stride]
    }
}

/// The number of offsets between cells that do not touch, but whose parents do.
const fn far_offsets(dimension: usize) -> usize {
    REACH.pow(dimension as u32) - 3_usize.pow(dimension as u32)
}

/// Bytes of a table for grids of `order` points along an axis.
pub fn bytes_of_table<const D: usize>(order: usize) -> usize {
    let bands = Fourier::frequencies_of::<D>(order).div_ceil(BAND);
    size_of::<f64>() * bands * far_offsets(D) * components(D) * COMPLEX
}

impl<const D: usize> Translations<D> {
    /// Translations without any table yet.
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

    /// Prepares the tables for the given δ/e, where NaN means none. Drops unused tables while all of them
    /// exceed a gigabyte.
    pub fn prepare(&mut self, ratios: &[f64], proxies: &Proxies, fourier: &Fourier) {
        self.tables.iter_mut().for_each(|table| table.idle += 1);
        for &ratio in ratios.iter().filter(|ratio| !ratio.is_nan()) {
            match self.tables.iter_mut().find(|table| table.ratio == ratio) {
                Some(table) => table.idle = 0,
                None => {
                    // Memory is freed first, since the new table may not fit beside unused ones.
                    self.forget(bytes_of_table::<D>(fourier.order));
                    let spectra = self.spectra(ratio, proxies, fourier);
                    let stride = self.far.len() * components(D) * COMPLEX;
                    self.tables.push(Table { ratio, spectra, stride, idle: 0 });
                }
            }
        }
        self.forget(0);
    }

    /// Drops idle tables, the longest idle first, until the others and `more` bytes are at most [`KEPT`].
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
        let by_offset = parallel::map(far.len(), &|offset| {
            let mut numbers = vec![0.0; components(D) * 2 * bands * BAND];
            let (gamma, series, cells, spectra) = (self.gamma, self.series, far[offset], &mut numbers);
            self.set.dispatch(KernelSpectra { gamma, series, ratio, proxies, fourier, cells, spectra });
            numbers
        });
        let stride = components(D) * COMPLEX;
        let mut table = Aligned::zeros(bands * far.len() * stride);
        parallel::chunks(&mut table, far.len() * stride, &|band, table| {
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

    /// The table of a δ/e that has been prepared.
    pub fn table(&self, ratio: f64) -> &Table {
        self.tables.iter().find(|table| table.ratio == ratio).expect("it was made ready")
    }

    /// Bytes of the tables.
    pub fn memory(&self) -> usize {
        self.tables.iter().map(|table| size_of_val(&*table.spectra)).sum()
    }
}

/// Computes the spectra of A between two cells: for each component, real and imaginary parts.
struct KernelSpectra<'a, const D: usize> {
    gamma: f64,
    series: Series,
    /// δ over the edge of a cell.
    ratio: f64,
    proxies: &'a Proxies,
    fourier: &'a Fourier,
    /// The offset from the source to the target cell.
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
        // The power is common to all components.
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

/// Computes one band of the spectra of the fields of some targets: T, then F.
pub struct Convolution<'a, const D: usize> {
    /// The band of the table.
    pub table: &'a [f64],
    /// The spectra of (W, G) of the sources, starting at this band.
    pub sources: &'a [f64],
    /// The pairs of target t are `pairs[starts[t]..starts[t + 1]]`. A pair holds where the band of the source
    /// starts, counted in fields, and the index of the offset.
    pub starts: &'a [u32],
    pub pairs: &'a [(u32, u16)],
    /// The spectra, target by target.
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
