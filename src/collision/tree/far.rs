//! The far field of all cells: weights up the tree, across between far cells, fields down.

mod batch;
mod cells;
mod numbers;
pub mod tables;

use std::ops::Range;

use rayon::prelude::*;

use super::grouped::Grouped;
use super::octree::Octree;
use super::translate::{COMPLEX, Convolution, components};
use crate::rooms::Rooms;
use batch::Batch;
use cells::{Generation, Room, TransformFields, TransformSource};
use numbers::Numbers;
use tables::Tables;

/// Sources whose spectra lie together, piece by piece.
const GROUP: usize = 16;

/// Bytes that the spectra of one batch of targets, and of as many sources, may take.
pub const BATCH: usize = 384 << 20;

/// Numbers at the proxies of every cell, and room to move them.
#[derive(Debug, Default)]
pub struct Far {
    channels: usize,
    /// Cell by cell and channel by channel the grids of (W, G).
    pub weights: Numbers,
    /// Cell by cell and channel by channel the grids of (T, F).
    pub fields: Numbers,
    batch: Batch,
    rooms: Rooms<Room>,
}

impl Far {
    /// Zero weights and fields on so many cells, for so many channels.
    pub fn clear<const D: usize>(&mut self, tables: &Tables<D>, cells: usize, channels: usize) {
        self.channels = channels;
        let (weights, fields) = (tables.weights_len(), tables.fields_len());
        for (values, len) in [(&mut self.weights, weights), (&mut self.fields, fields)] {
            values.take(cells * self.channels * len);
            values.par_chunks_mut(1 << 16).for_each(|values| values.fill(0.0));
        }
        let most = self.channels * weights.max(fields);
        self.rooms.fit(|room| room.fit::<D>(&tables.fourier, tables.translations.pieces, most));
    }

    /// From the weights of the leaves to those of all cells of level 2 and deeper.
    pub fn gather<const D: usize>(&mut self, tables: &Tables<D>, tree: &Octree<D>) {
        let stride = self.channels * tables.weights_len();
        let (proxies, set, fields) = (&tables.proxies, tables.set, self.channels * (1 + D));
        let rooms = &self.rooms;
        for level in (2..tree.levels.len().saturating_sub(1)).rev() {
            let range = tree.levels[level].clone();
            let (above, below) = self.weights.split_at_mut(range.end * stride);
            above[range.start * stride..].par_chunks_mut(stride).enumerate().for_each(|(index, parent)| {
                let scratch = &mut rooms.own().generation;
                for child in tree.cells[range.start + index].children.clone() {
                    let from = &below[(child - range.end) * stride..][..stride];
                    let octant = tree.cells[child].octant();
                    let to = &mut *parent;
                    set.run(Generation::<D, true> { proxies, octant, fields, from, to, scratch });
                }
            });
        }
    }

    /// From the fields of all cells to those of the leaves.
    pub fn scatter<const D: usize>(&mut self, tables: &Tables<D>, tree: &Octree<D>) {
        let stride = self.channels * tables.fields_len();
        let (proxies, set) = (&tables.proxies, tables.set);
        let fields = self.channels * (components(D) + D);
        let rooms = &self.rooms;
        for range in tree.levels.iter().skip(3).cloned() {
            let (above, below) = self.fields.split_at_mut(range.start * stride);
            below[..range.len() * stride].par_chunks_mut(stride).enumerate().for_each(|(index, to)| {
                let scratch = &mut rooms.own().generation;
                let cell = &tree.cells[range.start + index];
                let from = &above[cell.parent * stride..][..stride];
                let octant = cell.octant();
                set.run(Generation::<D, false> { proxies, octant, fields, from, to, scratch });
            });
        }
    }

    /// From the weights of far cells to the fields of all cells; `ratios` holds δ over the edge of a cell, level by
    /// level and channel by channel.
    pub fn translate<const D: usize>(
        &mut self,
        tables: &Tables<D>,
        ratios: &[f64],
        tree: &Octree<D>,
        far: &Grouped<u32>,
    ) {
        let pieces = tables.translations.pieces;
        let fields = components(D) + D;
        let most = (BATCH / (size_of::<f64>() * pieces * COMPLEX * (1 + D + fields))).max(GROUP);
        self.batch.clear(tree.cells.len());
        for (level, ratios) in tree.levels.iter().zip(ratios.chunks(self.channels.max(1))).skip(2) {
            for first in level.clone().step_by(most) {
                let targets = first..level.end.min(first + most);
                self.batch.choose(tree, far, &tables.translations, targets.clone(), level.clone());
                if self.batch.pairs.is_empty() {
                    continue;
                }
                for (channel, &ratio) in ratios.iter().enumerate() {
                    self.transform_sources(tables, channel);
                    self.convolve(tables, ratio, targets.len());
                    self.transform_fields(tables, channel, tree, targets.clone());
                }
            }
        }
    }

    fn transform_sources<const D: usize>(&mut self, tables: &Tables<D>, channel: usize) {
        let (fourier, set, len) = (&tables.fourier, tables.set, tables.weights_len());
        let Self { weights, batch, rooms, channels, .. } = self;
        let stride = tables.translations.pieces * GROUP * (1 + D) * COMPLEX;
        batch.source_spectra.take(batch.sources.len().div_ceil(GROUP) * stride);
        let spectra = batch.source_spectra.par_chunks_mut(stride);
        spectra.zip(batch.sources.par_chunks(GROUP)).for_each(|(spectra, sources)| {
            let room = &mut *rooms.own();
            for (member, &source) in sources.iter().enumerate() {
                let weights = &weights[(source as usize * *channels + channel) * len..][..len];
                set.run(TransformSource::<D> { fourier, weights, spectra, member, room });
            }
        });
    }

    fn convolve<const D: usize>(&mut self, tables: &Tables<D>, ratio: f64, targets: usize) {
        let Batch { starts, pairs, source_spectra, target_spectra, .. } = &mut self.batch;
        let stride = targets * (components(D) + D) * COMPLEX;
        target_spectra.take(tables.translations.pieces * stride);
        let table = tables.translations.table(ratio);
        target_spectra.par_chunks_mut(stride).enumerate().for_each(|(piece, fields)| {
            let table = table.piece(piece);
            let sources = &source_spectra[piece * GROUP * (1 + D) * COMPLEX..];
            tables.set.run(Convolution::<D> { table, sources, starts, pairs, fields });
        });
    }

    fn transform_fields<const D: usize>(
        &mut self,
        tables: &Tables<D>,
        channel: usize,
        tree: &Octree<D>,
        targets: Range<usize>,
    ) {
        let (fourier, set, len) = (&tables.fourier, tables.set, tables.fields_len());
        let Self { fields, batch, rooms, channels, .. } = self;
        let stride = *channels * len;
        let spectra = &*batch.target_spectra;
        let fields = fields[targets.start * stride..targets.end * stride].par_chunks_mut(stride);
        fields.enumerate().for_each(|(member, fields)| {
            // A of the unit cell times this.
            let factor = tree.edge_of(&tree.cells[targets.start + member]).powf(tables.gamma + 2.0);
            let fields = &mut fields[channel * len..][..len];
            let (targets, room) = (targets.len(), &mut *rooms.own());
            set.run(TransformFields::<D> { fourier, spectra, member, targets, factor, fields, room });
        });
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.weights.memory() + self.fields.memory() + self.batch.memory()
    }
}
