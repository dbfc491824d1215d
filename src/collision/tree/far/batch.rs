//! Some targets of one level, and the spectra of all that acts on them.

use std::ops::Range;

use super::super::grouped::Grouped;
use super::super::octree::Octree;
use super::super::translate::Translations;
use super::GROUP;
use super::numbers::Numbers;

/// Targets, sources and their spectra.
#[derive(Debug, Default)]
pub struct Batch {
    pub sources: Vec<u32>,
    /// Where the spectrum of a cell starts, in fields; `u32::MAX` where there is none.
    places: Vec<u32>,
    /// By target its pairs.
    pub starts: Vec<u32>,
    /// Where the spectrum of a source starts, and the offset.
    pub pairs: Vec<(u32, u16)>,
    pub source_spectra: Numbers,
    pub target_spectra: Numbers,
}

impl Batch {
    /// Starts a tree of so many cells.
    pub fn clear(&mut self, cells: usize) {
        self.sources.clear();
        self.places.clear();
        self.places.resize(cells, u32::MAX);
    }

    /// Lists the sources of some targets of a level, along the Morton curve.
    pub fn choose<const D: usize>(
        &mut self,
        tree: &Octree<D>,
        far: &Grouped<u32>,
        translations: &Translations<D>,
        targets: Range<usize>,
        level: Range<usize>,
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

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.source_spectra.memory()
            + self.target_spectra.memory()
            + self.pairs.capacity() * size_of::<(u32, u16)>()
    }
}
