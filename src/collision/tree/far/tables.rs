//! What moves numbers between the proxies of cells, for one number of points along an axis.

use super::super::fourier::Fourier;
use super::super::proxies::Proxies;
use super::super::translate::{Translations, components};
use crate::kernel::lanes::InstructionSet;

/// Polynomials, transforms and the spectra of A.
#[derive(Debug)]
pub struct Tables<const D: usize> {
    pub proxies: Proxies,
    pub(super) fourier: Fourier,
    pub(super) translations: Translations<D>,
    pub(super) gamma: f64,
    pub(super) set: InstructionSet,
}

/// Grids of a cell and channel: (W, G) and (T, F).
pub const fn fields_of<const D: usize>() -> usize {
    1 + D + components(D) + D
}

impl<const D: usize> Tables<D> {
    pub fn new(gamma: f64, order: usize, set: InstructionSet) -> Self {
        let (proxies, fourier) = (Proxies::new(order), Fourier::new(order));
        let translations = Translations::new(gamma, &fourier, set);
        Self { proxies, fourier, translations, gamma, set }
    }

    /// Makes the spectra of A for some δ over the edge of a cell ready.
    pub fn prepare(&mut self, ratios: &[f64]) {
        let Self { proxies, fourier, translations, .. } = self;
        translations.prepare(ratios, proxies, fourier);
    }

    /// Points along an axis.
    pub fn points(&self) -> usize {
        self.proxies.order
    }

    /// Numbers of one cell and channel: (W, G).
    pub fn weights_len(&self) -> usize {
        (1 + D) * self.proxies.len::<D>()
    }

    /// Numbers of one cell and channel: (T, F).
    pub fn fields_len(&self) -> usize {
        (components(D) + D) * self.proxies.len::<D>()
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.translations.memory()
    }
}
