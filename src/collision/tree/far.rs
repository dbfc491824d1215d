//! The far field of all cells: weights up the tree, across between far cells, fields down.

mod cells;

use rayon::prelude::*;

use super::fourier::Fourier;
use super::lists::Grouped;
use super::octree::Octree;
use super::proxies::Proxies;
use super::translate::{COMPLEX, Convolution, Translations, components};
use crate::kernel::lanes::InstructionSet;
use cells::{Generation, Room, TransformFields, TransformSource};

/// Sources whose spectra lie together, piece by piece.
const GROUP: usize = 16;

/// Bytes that the spectra of one batch of targets, and of as many sources, may take.
pub const BATCH: usize = 384 << 20;

/// Numbers at the proxies of every cell, and what moves them.
#[derive(Debug)]
pub struct Far<const D: usize> {
    pub proxies: Proxies,
    fourier: Fourier,
    translations: Translations<D>,
    gamma: f64,
    set: InstructionSet,
    channels: usize,
    /// Cell by cell and channel by channel the grids of (W, G).
    pub weights: Vec<f64>,
    /// Cell by cell and channel by channel the grids of (T, F).
    pub fields: Vec<f64>,
    batch: Batch,
}

/// Some targets of one level, and the spectra of all that acts on them.
#[derive(Debug, Default)]
struct Batch {
    sources: Vec<u32>,
    /// Where the spectrum of a cell starts, in fields; `u32::MAX` where there is none.
    places: Vec<u32>,
    starts: Vec<u32>,
    pairs: Vec<(u32, u16)>,
    source_spectra: Vec<f64>,
    target_spectra: Vec<f64>,
}

/// Grids of a cell and channel: (W, G) and (T, F).
pub const fn fields_of<const D: usize>() -> usize {
    1 + D + components(D) + D
}

impl<const D: usize> Far<D> {
    pub fn new(gamma: f64, order: usize, channels: usize, set: InstructionSet) -> Self {
        let (proxies, fourier) = (Proxies::new(order), Fourier::new(order));
        let translations = Translations::new(gamma, &proxies, &fourier, set);
        Self {
            proxies,
            fourier,
            translations,
            gamma,
            set,
            channels,
            weights: Vec::new(),
            fields: Vec::new(),
            batch: Batch::default(),
        }
    }

    /// Numbers of one cell and channel: (W, G).
    pub fn weights_len(&self) -> usize {
        (1 + D) * self.proxies.len::<D>()
    }

    /// Numbers of one cell and channel: (T, F).
    pub fn fields_len(&self) -> usize {
        (components(D) + D) * self.proxies.len::<D>()
    }

    /// Zero weights and fields on so many cells.
    pub fn clear(&mut self, cells: usize) {
        let (weights, fields) = (self.weights_len(), self.fields_len());
        for (values, len) in [(&mut self.weights, weights), (&mut self.fields, fields)] {
            values.resize(cells * self.channels * len, 0.0);
            values.par_chunks_mut(1 << 16).for_each(|values| values.fill(0.0));
        }
    }

    /// From the weights of the leaves to those of all cells of level 2 and deeper.
    pub fn gather(&mut self, tree: &Octree<D>) {
        let stride = self.channels * self.weights_len();
        let (proxies, set, fields) = (&self.proxies, self.set, self.channels * (1 + D));
        for level in (2..tree.levels.len().saturating_sub(1)).rev() {
            let range = tree.levels[level].clone();
            let (above, below) = self.weights.split_at_mut(range.end * stride);
            above[range.start * stride..].par_chunks_mut(stride).enumerate().for_each_init(
                || vec![0.0; 2 * stride],
                |scratch, (index, parent)| {
                    for child in tree.cells[range.start + index].children.clone() {
                        let from = &below[(child - range.end) * stride..][..stride];
                        let octant = tree.cells[child].octant();
                        let to = &mut *parent;
                        set.run(Generation::<D, true> { proxies, octant, fields, from, to, scratch });
                    }
                },
            );
        }
    }

    /// From the fields of all cells to those of the leaves.
    pub fn scatter(&mut self, tree: &Octree<D>) {
        let stride = self.channels * self.fields_len();
        let (proxies, set) = (&self.proxies, self.set);
        let fields = self.channels * (components(D) + D);
        for range in tree.levels.iter().skip(3).cloned() {
            let (above, below) = self.fields.split_at_mut(range.start * stride);
            below[..range.len() * stride].par_chunks_mut(stride).enumerate().for_each_init(
                || vec![0.0; 2 * stride],
                |scratch, (index, to)| {
                    let cell = &tree.cells[range.start + index];
                    let from = &above[cell.parent * stride..][..stride];
                    set.run(Generation::<D, false> {
                        proxies,
                        octant: cell.octant(),
                        fields,
                        from,
                        to,
                        scratch,
                    });
                },
            );
        }
    }

    /// From the weights of far cells to the fields of all cells.
    pub fn translate(&mut self, tree: &Octree<D>, far: &Grouped<u32>) {
        let pieces = self.translations.pieces;
        let fields = components(D) + D;
        let most = (BATCH / (size_of::<f64>() * pieces * COMPLEX * (1 + D + fields))).max(GROUP);
        self.batch.sources.clear();
        self.batch.places.clear();
        self.batch.places.resize(tree.cells.len(), u32::MAX);
        for level in tree.levels.iter().skip(2) {
            for first in level.clone().step_by(most) {
                let targets = first..level.end.min(first + most);
                self.batch.choose(tree, far, &self.translations, targets.clone(), level.clone());
                if self.batch.pairs.is_empty() {
                    continue;
                }
                for channel in 0..self.channels {
                    self.transform_sources(channel);
                    self.convolve(targets.len());
                    self.transform_fields(channel, tree, targets.clone());
                }
            }
        }
    }

    fn transform_sources(&mut self, channel: usize) {
        let (pieces, len, channels) = (self.translations.pieces, self.weights_len(), self.channels);
        let Self { fourier, weights, batch, set, .. } = self;
        let stride = pieces * GROUP * (1 + D) * COMPLEX;
        batch.source_spectra.resize(batch.sources.len().div_ceil(GROUP) * stride, 0.0);
        let spectra = batch.source_spectra.par_chunks_mut(stride);
        spectra.zip(batch.sources.par_chunks(GROUP)).for_each_init(
            || Room::new::<D>(fourier, pieces),
            |room, (spectra, sources)| {
                for (member, &source) in sources.iter().enumerate() {
                    let weights = &weights[(source as usize * channels + channel) * len..][..len];
                    set.run(TransformSource::<D> { fourier, weights, spectra, member, room });
                }
            },
        );
    }

    fn convolve(&mut self, targets: usize) {
        let Self { translations, batch, set, .. } = self;
        let Batch { starts, pairs, source_spectra, target_spectra, .. } = batch;
        let stride = targets * (components(D) + D) * COMPLEX;
        target_spectra.resize(translations.pieces * stride, 0.0);
        target_spectra.par_chunks_mut(stride).enumerate().for_each(|(piece, fields)| {
            let table = translations.of_piece(piece);
            let sources = &source_spectra[piece * GROUP * (1 + D) * COMPLEX..];
            set.run(Convolution::<D> { table, sources, starts, pairs, fields });
        });
    }

    fn transform_fields(&mut self, channel: usize, tree: &Octree<D>, targets: std::ops::Range<usize>) {
        let (pieces, len, channels) = (self.translations.pieces, self.fields_len(), self.channels);
        let Self { fourier, fields, batch, set, gamma, .. } = self;
        let stride = channels * len;
        let spectra = batch.target_spectra.as_slice();
        fields[targets.start * stride..targets.end * stride]
            .par_chunks_mut(stride)
            .enumerate()
            .for_each_init(
                || Room::new::<D>(fourier, pieces),
                |room, (member, fields)| {
                    // A of the unit cell times this, by homogeneity.
                    let factor = tree.edge_of(&tree.cells[targets.start + member]).powf(*gamma + 2.0);
                    let fields = &mut fields[channel * len..][..len];
                    let targets = targets.len();
                    set.run(TransformFields::<D> { fourier, spectra, member, targets, factor, fields, room });
                },
            );
    }

    /// Gives back all memory but the tables.
    pub fn release(&mut self) {
        self.weights = Vec::new();
        self.fields = Vec::new();
        self.batch = Batch::default();
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        let Batch { source_spectra, target_spectra, pairs, .. } = &self.batch;
        let numbers = self.weights.capacity() + self.fields.capacity();
        size_of::<f64>() * (numbers + source_spectra.capacity() + target_spectra.capacity())
            + pairs.capacity() * size_of::<(u32, u16)>()
            + self.translations.memory()
    }
}

impl Batch {
    /// Lists the sources of some targets of a level, along the Morton curve.
    fn choose<const D: usize>(
        &mut self,
        tree: &Octree<D>,
        far: &Grouped<u32>,
        translations: &Translations<D>,
        targets: std::ops::Range<usize>,
        level: std::ops::Range<usize>,
    ) {
        for source in self.sources.drain(..) {
            self.places[source as usize] = u32::MAX;
        }
        for source in targets.clone().flat_map(|target| far.of(target)) {
            self.places[*source as usize] = 0;
        }
        for source in level {
            if self.places[source] == 0 {
                let number = self.sources.len();
                let place = (number / GROUP * translations.pieces * GROUP + number % GROUP) * (1 + D);
                self.places[source] = place as u32;
                self.sources.push(source as u32);
            }
        }
        self.starts.clear();
        self.pairs.clear();
        self.starts.push(0);
        for target in targets {
            for &source in far.of(target) {
                let places = [&tree.cells[target].place, &tree.cells[source as usize].place];
                let offset = translations.offset(places[0], places[1]);
                self.pairs.push((self.places[source as usize], offset));
            }
            self.starts.push(self.pairs.len() as u32);
        }
    }
}
