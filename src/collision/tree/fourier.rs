//! Discrete Fourier transforms between a cell's grid, with p points along each axis, and its spectrum.
//!
//! Sums between two grids are convolutions over offsets −(p−1) to p−1. Cyclic grids of n = 2p − 1 points
//! represent them exactly. Lengths are so short that the transform is a small matrix along each axis. Real
//! values need half a spectrum: p frequencies along the last axis, n along the others. Real and imaginary
//! parts are stored in separate arrays.

#![allow(clippy::needless_range_loop, reason = "closures and iterators lose the instruction set")]

use std::f64::consts::TAU;

use crate::kernel::lanes::Lanes;

/// The transform matrices for p points along an axis.
#[derive(Debug, Clone)]
pub struct Fourier {
    /// p.
    pub order: usize,
    /// n.
    pub length: usize,
    /// p rounded up to a multiple of 8.
    row: usize,
    /// cos and sin of 2πk/n.
    cosines: Vec<f64>,
    sines: Vec<f64>,
    /// The forward transform along the last axis: for each point, the rows of cos and −sin over the
    /// frequencies.
    forward: [Vec<f64>; 2],
    /// The inverse transform along the last axis: for each frequency, the rows over the points, with the
    /// factors for real values and the normalisation.
    backward: [Vec<f64>; 2],
}

/// The workspace of a transform.
#[derive(Debug, Clone, Default)]
pub struct Scratch([Vec<f64>; 4]);

impl Scratch {
    /// Makes it large enough for the transforms of `fourier`.
    pub fn fit<const D: usize>(&mut self, fourier: &Fourier) {
        for values in &mut self.0 {
            values.resize(fourier.length.pow(D as u32 - 1) * fourier.row, 0.0);
        }
    }
}

impl Fourier {
    pub fn new(order: usize) -> Self {
        let (length, row) = (2 * order - 1, order.next_multiple_of(8));
        let angle = |k: usize| TAU * (k % length) as f64 / length as f64;
        let table = |f: fn(f64) -> f64| (0..length).map(|k| f(angle(k))).collect::<Vec<_>>();
        let (cosines, sines) = (table(f64::cos), table(f64::sin));
        let mut forward = [vec![0.0; length * row], vec![0.0; length * row]];
        let mut backward = [vec![0.0; order * row], vec![0.0; order * row]];
        for k in 0..order {
            for m in 0..length {
                forward[0][m * row + k] = cosines[k * m % length];
                forward[1][m * row + k] = -sines[k * m % length];
            }
            let factor = if k == 0 { 1.0 } else { 2.0 } / length as f64;
            for m in 0..order {
                backward[0][k * row + m] = factor * cosines[k * m % length];
                backward[1][k * row + m] = -factor * sines[k * m % length];
            }
        }
        Self { order, length, row, cosines, sines, forward, backward }
    }

    /// The number of frequencies in a spectrum.
    pub fn frequencies<const D: usize>(&self) -> usize {
        Self::frequencies_of::<D>(self.order)
    }

    /// The number of frequencies in a spectrum for `order` points along an axis.
    pub const fn frequencies_of<const D: usize>(order: usize) -> usize {
        (2 * order - 1).pow(D as u32 - 1) * order
    }

    /// A workspace for the transforms.
    pub fn scratch<const D: usize>(&self) -> Scratch {
        let mut scratch = Scratch::default();
        scratch.fit::<D>(self);
        scratch
    }

    /// The spectrum of `inputs` values along each axis, where `inputs` is p or n. With n values, point m ≥ p
    /// stands for the offset m − n. The rows of `values` are padded to a multiple of 8.
    #[inline(always)]
    pub fn transform<L: Lanes, const D: usize>(
        &self,
        lanes: L,
        inputs: usize,
        values: &[f64],
        spectrum: [&mut [f64]; 2],
        scratch: &mut Scratch,
    ) {
        let (n, row) = (self.length, self.row);
        let [mut re, mut im, mut next_re, mut next_im] = scratch.0.each_mut();
        let row_in = inputs.next_multiple_of(8);
        for line in 0..inputs.pow(D as u32 - 1) {
            for at in (0..row).step_by(L::WIDTH) {
                let mut sum_re = lanes.splat(0.0);
                let mut sum_im = lanes.splat(0.0);
                for m in 0..inputs {
                    let value = lanes.splat(values[line * row_in + m]);
                    sum_re = lanes.mul_add(value, lanes.load(&self.forward[0][m * row + at..]), sum_re);
                    sum_im = lanes.mul_add(value, lanes.load(&self.forward[1][m * row + at..]), sum_im);
                }
                lanes.store(sum_re, &mut re[line * row + at..]);
                lanes.store(sum_im, &mut im[line * row + at..]);
            }
        }
        let mut inner = row;
        for axis in (0..D - 1).rev() {
            let outer = inputs.pow(axis as u32);
            self.forward_along(lanes, [outer, inputs, inner], [re, im], [next_re, next_im]);
            (re, im, next_re, next_im) = (next_re, next_im, re, im);
            inner *= n;
        }
        let [out_re, out_im] = spectrum;
        for line in 0..n.pow(D as u32 - 1) {
            let (to, from) = (line * self.order, line * row);
            out_re[to..to + self.order].copy_from_slice(&re[from..from + self.order]);
            out_im[to..to + self.order].copy_from_slice(&im[from..from + self.order]);
        }
    }

    /// Transforms a spectrum back and adds `factor` times its values at the first p points of each axis to
    /// `values`.
    #[inline(always)]
    pub fn add_inverse<L: Lanes, const D: usize>(
        &self,
        lanes: L,
        factor: f64,
        spectrum: [&[f64]; 2],
        values: &mut [f64],
        scratch: &mut Scratch,
    ) {
        let (p, n, row) = (self.order, self.length, self.row);
        let [mut re, mut im, mut next_re, mut next_im] = scratch.0.each_mut();
        for line in 0..n.pow(D as u32 - 1) {
            let (from, to) = (line * p, line * row);
            re[to..to + p].copy_from_slice(&spectrum[0][from..from + p]);
            im[to..to + p].copy_from_slice(&spectrum[1][from..from + p]);
            // The lanes compute with the padding too, so it must be finite.
            re[to + p..to + row].fill(0.0);
            im[to + p..to + row].fill(0.0);
        }
        for axis in 0..D - 1 {
            let inner = n.pow((D - 2 - axis) as u32) * row;
            self.backward_along(lanes, [p.pow(axis as u32), inner], [re, im], [next_re, next_im]);
            (re, im, next_re, next_im) = (next_re, next_im, re, im);
        }
        let factor = lanes.splat(factor / n.pow(D as u32 - 1) as f64);
        for line in 0..p.pow(D as u32 - 1) {
            for at in (0..row).step_by(L::WIDTH) {
                let mut sum = lanes.splat(0.0);
                for k in 0..p {
                    let (x, y) = (lanes.splat(re[line * row + k]), lanes.splat(im[line * row + k]));
                    sum = lanes.mul_add(x, lanes.load(&self.backward[0][k * row + at..]), sum);
                    sum = lanes.mul_add(y, lanes.load(&self.backward[1][k * row + at..]), sum);
                }
                let to = &mut values[line * row + at..];
                lanes.store(lanes.mul_add(factor, sum, lanes.load(to)), to);
            }
        }
    }

    /// Transforms along one axis, from `from` values to n frequencies. `outer` and `inner` are the numbers of values on the
    /// axes before and after it. The frequencies k and n − k take the same four sums of real products.
    #[inline(always)]
    fn forward_along<L: Lanes>(
        &self,
        lanes: L,
        [outer, from, inner]: [usize; 3],
        [re, im]: [&[f64]; 2],
        [out_re, out_im]: [&mut [f64]; 2],
    ) {
        let n = self.length;
        for block in 0..outer {
            for k in 0..self.order {
                for at in (0..inner).step_by(L::WIDTH) {
                    let zero = lanes.splat(0.0);
                    let [mut c_re, mut s_re, mut c_im, mut s_im] = [zero; 4];
                    let mut turn = 0;
                    for m in 0..from {
                        let place = (block * from + m) * inner + at;
                        let (x, y) = (lanes.load(&re[place..]), lanes.load(&im[place..]));
                        let (c, s) = (lanes.splat(self.cosines[turn]), lanes.splat(self.sines[turn]));
                        c_re = lanes.mul_add(c, x, c_re);
                        s_re = lanes.mul_add(s, x, s_re);
                        c_im = lanes.mul_add(c, y, c_im);
                        s_im = lanes.mul_add(s, y, s_im);
                        turn = self.next(turn, k);
                    }
                    let place = (block * n + k) * inner + at;
                    lanes.store(lanes.add(c_re, s_im), &mut out_re[place..]);
                    lanes.store(lanes.sub(c_im, s_re), &mut out_im[place..]);
                    if k > 0 {
                        let place = (block * n + n - k) * inner + at;
                        lanes.store(lanes.sub(c_re, s_im), &mut out_re[place..]);
                        lanes.store(lanes.add(c_im, s_re), &mut out_im[place..]);
                    }
                }
            }
        }
    }

    /// Transforms back along one axis, from n frequencies to p values. The frequencies k and n − k are first replaced by their
    /// sum and their difference, of which one meets the cosines and the other the sines.
    #[inline(always)]
    fn backward_along<L: Lanes>(
        &self,
        lanes: L,
        [outer, inner]: [usize; 2],
        [re, im]: [&mut [f64]; 2],
        [out_re, out_im]: [&mut [f64]; 2],
    ) {
        let (p, n) = (self.order, self.length);
        for block in 0..outer {
            for part in [&mut *re, &mut *im] {
                for k in 1..p {
                    let (first, second) = ((block * n + k) * inner, (block * n + n - k) * inner);
                    for at in (0..inner).step_by(L::WIDTH) {
                        let (x, y) = (lanes.load(&part[first + at..]), lanes.load(&part[second + at..]));
                        lanes.store(lanes.add(x, y), &mut part[first + at..]);
                        lanes.store(lanes.sub(x, y), &mut part[second + at..]);
                    }
                }
            }
            for m in 0..p {
                for at in (0..inner).step_by(L::WIDTH) {
                    let place = block * n * inner + at;
                    let (mut sum_re, mut sum_im) = (lanes.load(&re[place..]), lanes.load(&im[place..]));
                    let mut turn = 0;
                    for k in 1..p {
                        turn = self.next(turn, m);
                        let (c, s) = (lanes.splat(self.cosines[turn]), lanes.splat(self.sines[turn]));
                        let (sum, difference) = (place + k * inner, place + (n - k) * inner);
                        let (x, y) = (lanes.load(&re[sum..]), lanes.load(&im[sum..]));
                        let (u, v) = (lanes.load(&re[difference..]), lanes.load(&im[difference..]));
                        sum_re = lanes.neg_mul_add(s, v, lanes.mul_add(c, x, sum_re));
                        sum_im = lanes.mul_add(s, u, lanes.mul_add(c, y, sum_im));
                    }
                    let place = (block * p + m) * inner + at;
                    lanes.store(sum_re, &mut out_re[place..]);
                    lanes.store(sum_im, &mut out_im[place..]);
                }
            }
        }
    }

    /// The angle of 2π/n times `turn + step`, as a number below n.
    #[inline(always)]
    fn next(&self, turn: usize, step: usize) -> usize {
        let turn = turn + step;
        if turn >= self.length { turn - self.length } else { turn }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::lanes::{InstructionSet, Kernel};

    /// The convolution of a grid of sources with a kernel of offsets, by spectra.
    struct Convolve<'a, const D: usize> {
        fourier: &'a Fourier,
        kernel: &'a [f64],
        sources: &'a [f64],
        out: &'a mut [f64],
    }

    impl<const D: usize> Kernel for Convolve<'_, D> {
        #[inline(always)]
        fn compute<L: Lanes>(self, lanes: L) {
            let fourier = self.fourier;
            let count = fourier.frequencies::<D>();
            let mut scratch = fourier.scratch::<D>();
            let [mut ar, mut ai, mut br, mut bi] = [0; 4].map(|_| vec![0.0; count]);
            let spectrum = [ar.as_mut_slice(), ai.as_mut_slice()];
            fourier.transform::<L, D>(lanes, fourier.length, self.kernel, spectrum, &mut scratch);
            let spectrum = [br.as_mut_slice(), bi.as_mut_slice()];
            fourier.transform::<L, D>(lanes, fourier.order, self.sources, spectrum, &mut scratch);
            for k in 0..count {
                (br[k], bi[k]) = (ar[k] * br[k] - ai[k] * bi[k], ar[k] * bi[k] + ai[k] * br[k]);
            }
            fourier.add_inverse::<L, D>(lanes, 0.5, [&br, &bi], self.out, &mut scratch);
        }
    }

    fn spectra_multiply_as_grids_convolve<const D: usize>(order: usize) {
        let fourier = Fourier::new(order);
        let n = fourier.length;
        let (row, long_row) = (order.next_multiple_of(8), n.next_multiple_of(8));
        let kernel_at = |z: [i64; D]| (0..D).map(|k| (z[k] as f64 * (0.7 + k as f64)).sin()).sum::<f64>();
        let source_at = |l: [i64; D]| (0..D).map(|k| (l[k] * l[k] + 1) as f64).product::<f64>();
        let grid = |points: usize, row: usize, f: &dyn Fn([i64; D]) -> f64| {
            let mut values = vec![0.0; points.pow(D as u32 - 1) * row];
            for m in 0..points.pow(D as u32) {
                let index: [i64; D] =
                    std::array::from_fn(|k| (m / points.pow((D - 1 - k) as u32) % points) as i64);
                values[m / points * row + m % points] = f(index);
            }
            values
        };
        let wrap = |k: i64| if k >= order as i64 { k - n as i64 } else { k };
        let kernel = grid(n, long_row, &|index| kernel_at(index.map(wrap)));
        let sources = grid(order, row, &source_at);
        let expected = grid(order, row, &|target| {
            let sum = std::cell::Cell::new(0.0);
            grid(order, row, &|source| {
                let z = std::array::from_fn(|k| target[k] - source[k]);
                sum.set(sum.get() + kernel_at(z) * source_at(source));
                0.0
            });
            sum.get()
        });
        for set in InstructionSet::available() {
            let mut out = vec![0.0; sources.len()];
            set.dispatch(Convolve::<D> {
                fourier: &fourier,
                kernel: &kernel,
                sources: &sources,
                out: &mut out,
            });
            let size = expected.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
            for (line, (value, expected)) in out.chunks(row).zip(expected.chunks(row)).enumerate() {
                for k in 0..order {
                    // A few hundred additions, whose terms are a hundred times larger than the sums.
                    let error = (value[k] - 0.5 * expected[k]).abs();
                    assert!(error < 1e-12 * size, "order {order}, line {line}, point {k}: {error:e}");
                }
            }
        }
    }

    #[test]
    fn products_of_spectra_are_convolutions() {
        for order in [2, 5, 9] {
            spectra_multiply_as_grids_convolve::<2>(order);
            spectra_multiply_as_grids_convolve::<3>(order);
        }
    }
}
