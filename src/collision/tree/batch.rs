//! A batch of targets of M2L, their sources, and the places of the sources' spectra.

use std::ops::Range;

use super::buffer::Numbers;
use super::lists::Grouped;
use super::octree::Octree;
use super::translate::{COMPLEX, Translations};

/// Sources whose spectra are stored together: first their first bands, then their second bands, and so on.
pub const GROUP: usize = 16;

/// No cell, or no place.
pub const NONE: u32 = u32::MAX;

/// The length of the spectra of a group of sources.
pub fn group_len<const D: usize>(translations: &Translations<D>) -> usize {
    translations.bands * GROUP * (1 + D) * COMPLEX
}

/// A batch of targets, their sources, and the spectra of both.
///
/// Cells along the Morton curve have many sources in common: those that a batch shares with the batch before keep their
/// spectra. With 13 points a batch has so few targets that transforms would be repeated three to four times.
#[derive(Debug, Default)]
pub struct Batch {
    /// The number of this batch, from 1 on.
    number: u32,
    /// For each cell, the number of the last batch of which it is a source.
    needed: Vec<u32>,
    /// The source whose spectrum is at each place.
    places: Vec<u32>,
    /// The same for spectra that are still to be computed.
    pub fresh: Vec<u32>,
    /// For each cell, where its spectrum starts, counted in fields.
    spectrum_starts: Vec<u32>,
    /// The pairs of target t are `pairs[starts[t]..starts[t + 1]]`.
    pub starts: Vec<u32>,
    /// For each pair, where the spectrum of the source starts, and the index of the offset between the cells.
    pub pairs: Vec<(u32, u16)>,
    pub source_spectra: Numbers,
    pub target_spectra: Numbers,
}

impl Batch {
    /// Empties the batch, for a tree of `cells` cells.
    pub fn clear(&mut self, cells: usize) {
        self.number = 0;
        self.needed.clear();
        self.needed.resize(cells, 0);
        self.places.clear();
        self.spectrum_starts.clear();
        self.spectrum_starts.resize(cells, NONE);
    }

    /// Forgets all spectra of sources.
    pub fn forget(&mut self) {
        for source in self.places.iter_mut().filter(|source| **source != NONE) {
            self.spectrum_starts[*source as usize] = NONE;
            *source = NONE;
        }
    }

    /// Frees the places of cells that are no sources of this batch.
    fn free_places(&mut self) {
        for source in self.places.iter_mut().filter(|source| **source != NONE) {
            if self.needed[*source as usize] != self.number {
                self.spectrum_starts[*source as usize] = NONE;
                *source = NONE;
            }
        }
    }

    /// Lists the sources of the given targets of a level.
    pub fn choose<const D: usize>(
        &mut self,
        tree: &Octree<D>,
        interaction: &Grouped<u32>,
        translations: &Translations<D>,
        targets: Range<usize>,
        level: Range<usize>,
    ) {
        self.number += 1;
        let mut count = 0;
        for &source in targets.clone().flat_map(|target| interaction.list(target)) {
            let needed = &mut self.needed[source as usize];
            count += usize::from(*needed != self.number);
            *needed = self.number;
        }
        self.free_places();
        self.places.resize(count.max(self.places.len()), NONE);
        let len = self.places.len().div_ceil(GROUP) * group_len(translations);
        if !self.source_spectra.holds(len) {
            // Larger memory is other memory.
            self.forget();
        }
        self.source_spectra.take(len);
        self.fresh.clear();
        self.fresh.resize(self.places.len(), NONE);
        let mut free = 0;
        for source in level.filter(|&source| self.needed[source] == self.number) {
            if self.spectrum_starts[source] == NONE {
                while self.places[free] != NONE {
                    free += 1;
                }
                let start = (free / GROUP * translations.bands * GROUP + free % GROUP) * (1 + D);
                (self.places[free], self.fresh[free]) = (source as u32, source as u32);
                self.spectrum_starts[source] = start as u32;
            }
        }
        self.starts.clear();
        self.pairs.clear();
        self.starts.push(0);
        for target in targets {
            for &source in interaction.list(target) {
                let (to, from) = (&tree.cells[target].index, &tree.cells[source as usize].index);
                let offset = translations.offset(to, from);
                self.pairs.push((self.spectrum_starts[source as usize], offset));
            }
            self.starts.push(self.pairs.len() as u32);
        }
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        self.source_spectra.memory()
            + self.target_spectra.memory()
            + self.pairs.capacity() * size_of::<(u32, u16)>()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fourier::Fourier;
    use super::super::lists::{DirectLimits, Lists};
    use super::super::octree::Root;
    use super::*;
    use crate::kernel::lanes::InstructionSet;
    use crate::random::Numbers as Random;

    /// Where the spectrum at a place starts, counted in fields.
    fn start_of<const D: usize>(place: usize, translations: &Translations<D>) -> usize {
        (place / GROUP * translations.bands * GROUP + place % GROUP) * (1 + D)
    }

    #[test]
    fn every_pair_finds_the_spectrum_of_its_source_in_batch_after_batch() {
        let mut random = Random(1);
        let velocities: Vec<[f64; 3]> = (0..4000).map(|_| std::array::from_fn(|_| random.share())).collect();
        let mut tree = Octree::new();
        tree.build(&velocities, 8, Root { scale: 1.0, unit: 0.0 });
        let mut lists = Lists::default();
        lists.fill(&tree, DirectLimits { pairs: 9, particles: 6 });
        let translations = Translations::<3>::new(-3.0, &Fourier::new(4), InstructionSet::detect());
        let mut batch = Batch::default();
        batch.clear(tree.cells.len());
        let (mut computed, mut needed) = (0, 0);
        for level in tree.levels.iter().skip(2) {
            // What the places hold, as those who compute the spectra see it.
            let mut held = std::collections::HashMap::new();
            batch.forget();
            for first in level.clone().step_by(20) {
                let targets = first..level.end.min(first + 20);
                let memory = batch.source_spectra.memory();
                batch.choose(&tree, &lists.interaction, &translations, targets.clone(), level.clone());
                if batch.source_spectra.memory() != memory {
                    held.clear();
                }
                for (place, &source) in batch.fresh.iter().enumerate().filter(|(_, source)| **source != NONE)
                {
                    held.insert(start_of(place, &translations), source);
                    computed += 1;
                }
                let mut sources = Vec::new();
                for (t, target) in targets.enumerate() {
                    let pairs = &batch.pairs[batch.starts[t] as usize..batch.starts[t + 1] as usize];
                    let found: Vec<u32> = pairs.iter().map(|(start, _)| held[&(*start as usize)]).collect();
                    assert_eq!(found, lists.interaction.list(target));
                    sources.extend(found);
                }
                sources.sort_unstable();
                sources.dedup();
                needed += sources.len();
            }
        }
        assert!(computed > 0 && 3 * computed < 2 * needed, "{computed} of {needed} transformed");
    }
}
