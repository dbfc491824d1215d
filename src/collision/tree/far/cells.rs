//! What the far field runs on one cell: between generations, and between grids and spectra.

use super::super::fourier::{Fourier, Scratch};
use super::super::proxies::Proxies;
use super::super::translate::{COMPLEX, PIECE, components};
use super::GROUP;
use crate::kernel::lanes::{Kernel, Lanes};

/// What a thread works with on one cell: a spectrum, and room for transforms and between generations.
#[derive(Debug, Default)]
pub struct Room {
    pub spectrum: [Vec<f64>; 2],
    pub scratch: Scratch,
    pub generation: Vec<f64>,
}

impl Room {
    /// Makes room for spectra of so many pieces, and grids of `most` numbers.
    pub fn fit<const D: usize>(&mut self, fourier: &Fourier, pieces: usize, most: usize) {
        for part in &mut self.spectrum {
            part.resize(pieces * PIECE, 0.0);
        }
        self.scratch.fit::<D>(fourier);
        self.generation.resize(2 * most, 0.0);
    }
}

/// Between the grids of a parent and of one of its children: up from the child, or down to it.
pub struct Generation<'a, const D: usize, const UP: bool> {
    pub proxies: &'a Proxies,
    pub octant: usize,
    pub fields: usize,
    pub from: &'a [f64],
    pub to: &'a mut [f64],
    pub scratch: &'a mut [f64],
}

impl<const D: usize, const UP: bool> Kernel for Generation<'_, D, UP> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { proxies, octant, fields, from, to, scratch } = self;
        if UP {
            proxies.to_parent::<L, D>(lanes, octant, fields, from, to, scratch);
        } else {
            proxies.to_child::<L, D>(lanes, octant, fields, from, to, scratch);
        }
    }
}

pub struct TransformSource<'a, const D: usize> {
    pub fourier: &'a Fourier,
    pub weights: &'a [f64],
    /// Of the source's group.
    pub spectra: &'a mut [f64],
    pub member: usize,
    pub room: &'a mut Room,
}

impl<const D: usize> Kernel for TransformSource<'_, D> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Room { spectrum: [re, im], scratch, .. } = self.room;
        let len = self.weights.len() / (1 + D);
        for (field, weights) in self.weights.chunks_exact(len).enumerate() {
            self.fourier.transform::<L, D>(lanes, self.fourier.order, weights, [re, im], scratch);
            for piece in 0..re.len() / PIECE {
                let at = ((piece * GROUP + self.member) * (1 + D) + field) * COMPLEX;
                self.spectra[at..at + PIECE].copy_from_slice(&re[piece * PIECE..][..PIECE]);
                self.spectra[at + PIECE..at + COMPLEX].copy_from_slice(&im[piece * PIECE..][..PIECE]);
            }
        }
    }
}

pub struct TransformFields<'a, const D: usize> {
    pub fourier: &'a Fourier,
    pub spectra: &'a [f64],
    pub member: usize,
    pub targets: usize,
    pub factor: f64,
    pub fields: &'a mut [f64],
    pub room: &'a mut Room,
}

impl<const D: usize> Kernel for TransformFields<'_, D> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Room { spectrum: [re, im], scratch, .. } = self.room;
        let count = components(D) + D;
        let len = self.fields.len() / count;
        for (field, fields) in self.fields.chunks_exact_mut(len).enumerate() {
            for piece in 0..re.len() / PIECE {
                let at = ((piece * self.targets + self.member) * count + field) * COMPLEX;
                re[piece * PIECE..][..PIECE].copy_from_slice(&self.spectra[at..at + PIECE]);
                im[piece * PIECE..][..PIECE].copy_from_slice(&self.spectra[at + PIECE..at + COMPLEX]);
            }
            self.fourier.add_inverse::<L, D>(lanes, self.factor, [re, im], fields, scratch);
        }
    }
}
