//! The far field of all cells. Multipole expansions pass up the tree (M2M) and across to the local expansions
//! of far cells (M2L). Local expansions pass down the tree (L2L).
//!
//! M2L is a product of Fourier spectra, in batches of target cells of one level. The sources of a batch are
//! transformed, unless the batch before had them too, and multiplied with the spectra of A, one band of frequencies after
//! the other, and the sums are transformed back.

use std::ops::Range;

use super::batch::{Batch, GROUP, NONE, group_len};
use super::buffer::Numbers;
use super::fourier::{Fourier, Scratch};
use super::lists::Grouped;
use super::octree::Octree;
use super::plan::BATCH;
use super::proxies::Proxies;
use super::share::Share;
use super::translate::{BAND, COMPLEX, Convolution, Translations, components};
use crate::kernel::lanes::{InstructionSet, Kernel, Lanes};
use crate::parallel;
use crate::per_thread::PerThread;

/// The expansions of every cell, and the workspace of the translations.
#[derive(Debug, Default)]
pub struct Far {
    channels: usize,
    /// Multipole expansions, cell by cell and channel by channel: grids of (W, G).
    pub multipoles: Numbers,
    /// Local expansions, cell by cell and channel by channel: grids of (T, F).
    pub locals: Numbers,
    batch: Batch,
    workspaces: PerThread<Workspace>,
}

impl Far {
    /// Sets the expansions of `cells` cells and `channels` channels to zero.
    pub fn clear<const D: usize>(&mut self, tables: &Tables<D>, cells: usize, channels: usize) {
        self.channels = channels;
        let (multipole, local) = (tables.multipole_len(), tables.local_len());
        for (values, len) in [(&mut self.multipoles, multipole), (&mut self.locals, local)] {
            values.take(cells * self.channels * len);
            parallel::chunks(values, 1 << 16, &|_, values| values.fill(0.0));
        }
        let most = self.channels * multipole.max(local);
        self.workspaces.fit(|workspace| workspace.fit::<D>(&tables.fourier, tables.translations.bands, most));
    }

    /// M2M: passes the multipole expansions of the leaves up to all cells of level 2 and deeper.
    pub fn m2m<const D: usize>(&mut self, tables: &Tables<D>, tree: &Octree<D>) {
        let stride = self.channels * tables.multipole_len();
        let (proxies, set, fields) = (&tables.proxies, tables.set, self.channels * (1 + D));
        let workspaces = &self.workspaces;
        for level in (2..tree.levels.len().saturating_sub(1)).rev() {
            let range = tree.levels[level].clone();
            let (above, below) = self.multipoles.split_at_mut(range.end * stride);
            parallel::chunks(&mut above[range.start * stride..], stride, &|index, parent| {
                let scratch = &mut workspaces.own().levels;
                for child in tree.cells[range.start + index].children.clone() {
                    let octant = tree.cells[child].octant();
                    let child = &below[(child - range.end) * stride..][..stride];
                    let parent = &mut *parent;
                    set.dispatch(MultipoleToMultipole::<D> {
                        proxies,
                        octant,
                        fields,
                        child,
                        parent,
                        scratch,
                    });
                }
            });
        }
    }

    /// Completes the multipole expansions of all leaves, of which each rank has those of its share.
    pub fn gather_multipoles<const D: usize>(&mut self, tables: &Tables<D>, tree: &Octree<D>, share: &Share) {
        if share.ranks().are_one() {
            return;
        }
        let stride = self.channels * tables.multipole_len();
        let place = |leaf: usize| leaf * stride..(leaf + 1) * stride;
        let mut numbers = vec![f64::NAN; tree.leaves.len() * stride];
        for number in share.leaves.clone() {
            numbers[place(number)].copy_from_slice(&self.multipoles[place(tree.leaves[number])]);
        }
        share.ranks().gather(|rank| stride * share.first_leaf(rank), &mut numbers);
        for (number, &leaf) in tree.leaves.iter().enumerate() {
            self.multipoles[place(leaf)].copy_from_slice(&numbers[place(number)]);
        }
    }

    /// L2L: passes the local expansions of a share's cells down to its leaves.
    pub fn l2l<const D: usize>(&mut self, tables: &Tables<D>, tree: &Octree<D>, share: &Share) {
        let stride = self.channels * tables.local_len();
        let (proxies, set) = (&tables.proxies, tables.set);
        let fields = self.channels * (components(D) + D);
        let workspaces = &self.workspaces;
        for range in share.levels.iter().skip(3).cloned() {
            let (above, below) = self.locals.split_at_mut(range.start * stride);
            parallel::chunks(&mut below[..range.len() * stride], stride, &|index, child| {
                let scratch = &mut workspaces.own().levels;
                let cell = &tree.cells[range.start + index];
                let parent = &above[cell.parent * stride..][..stride];
                let octant = cell.octant();
                set.dispatch(LocalToLocal::<D> { proxies, octant, fields, parent, child, scratch });
            });
        }
    }

    /// M2L: adds the action of the far cells' multipole expansions to the local expansion of each cell of a share. `ratios`
    /// holds δ over the edge of a cell, level by level and channel by channel.
    pub fn m2l<const D: usize>(
        &mut self,
        tables: &Tables<D>,
        ratios: &[f64],
        (tree, share): (&Octree<D>, &Share),
        interaction: &Grouped<u32>,
    ) {
        let bands = tables.translations.bands;
        let fields = components(D) + D;
        let most = (BATCH / (size_of::<f64>() * bands * COMPLEX * (1 + D + fields))).max(GROUP);
        self.batch.clear(tree.cells.len());
        let levels = tree.levels.iter().zip(&share.levels).zip(ratios.chunks(self.channels.max(1)));
        for ((level, own), ratios) in levels.skip(2) {
            for (channel, &ratio) in ratios.iter().enumerate() {
                self.batch.forget();
                for first in own.clone().step_by(most) {
                    let targets = first..own.end.min(first + most);
                    let translations = &tables.translations;
                    self.batch.choose(tree, interaction, translations, targets.clone(), level.clone());
                    if !self.batch.pairs.is_empty() {
                        self.transform_sources(tables, channel);
                        self.convolve(tables, ratio, targets.len());
                        self.transform_fields(tables, channel, tree, targets);
                    }
                }
            }
        }
    }

    fn transform_sources<const D: usize>(&mut self, tables: &Tables<D>, channel: usize) {
        let (fourier, set, len) = (&tables.fourier, tables.set, tables.multipole_len());
        let Self { multipoles, batch, workspaces, channels, .. } = self;
        let (fresh, group_len) = (&batch.fresh, group_len(&tables.translations));
        let groups = fresh.len().div_ceil(GROUP);
        parallel::chunks(&mut batch.source_spectra[..groups * group_len], group_len, &|group, spectra| {
            let workspace = &mut *workspaces.own();
            let sources = fresh[group * GROUP..].iter().take(GROUP);
            for (member, &source) in sources.enumerate().filter(|(_, source)| **source != NONE) {
                let weights = &multipoles[(source as usize * *channels + channel) * len..][..len];
                set.dispatch(TransformSource::<D> { fourier, weights, spectra, member, workspace });
            }
        });
    }

    fn convolve<const D: usize>(&mut self, tables: &Tables<D>, ratio: f64, targets: usize) {
        let Batch { starts, pairs, source_spectra, target_spectra, .. } = &mut self.batch;
        let stride = targets * (components(D) + D) * COMPLEX;
        target_spectra.take(tables.translations.bands * stride);
        let table = tables.translations.table(ratio);
        parallel::chunks(target_spectra, stride, &|band, fields| {
            let table = table.band(band);
            let sources = &source_spectra[band * GROUP * (1 + D) * COMPLEX..];
            tables.set.dispatch(Convolution::<D> { table, sources, starts, pairs, fields });
        });
    }

    fn transform_fields<const D: usize>(
        &mut self,
        tables: &Tables<D>,
        channel: usize,
        tree: &Octree<D>,
        targets: Range<usize>,
    ) {
        let (fourier, set, len) = (&tables.fourier, tables.set, tables.local_len());
        let Self { locals, batch, workspaces, channels, .. } = self;
        let stride = *channels * len;
        let spectra = &*batch.target_spectra;
        let locals = &mut locals[targets.start * stride..targets.end * stride];
        parallel::chunks(locals, stride, &|member, locals| {
            // A between these cells is this factor times A between unit cells.
            let factor = tree.edge_of(&tree.cells[targets.start + member]).powf(tables.gamma + 2.0);
            let fields = &mut locals[channel * len..][..len];
            let (targets, workspace) = (targets.len(), &mut *workspaces.own());
            set.dispatch(TransformFields::<D> {
                fourier,
                spectra,
                member,
                targets,
                factor,
                fields,
                workspace,
            });
        });
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        self.multipoles.memory() + self.locals.memory() + self.batch.memory()
    }
}

/// The tables of one number of points: Lagrange polynomials, Fourier transforms and the spectra of A.
#[derive(Debug)]
pub struct Tables<const D: usize> {
    pub proxies: Proxies,
    fourier: Fourier,
    translations: Translations<D>,
    gamma: f64,
    set: InstructionSet,
}

impl<const D: usize> Tables<D> {
    pub fn new(gamma: f64, order: usize, set: InstructionSet) -> Self {
        let (proxies, fourier) = (Proxies::new(order), Fourier::new(order));
        let translations = Translations::new(gamma, &fourier, set);
        Self { proxies, fourier, translations, gamma, set }
    }

    /// Prepares the spectra of A for the given values of δ over the edge of a cell.
    pub fn prepare(&mut self, ratios: &[f64]) {
        let Self { proxies, fourier, translations, .. } = self;
        translations.prepare(ratios, proxies, fourier);
    }

    /// Points along an axis of a cell's grid.
    pub fn points(&self) -> usize {
        self.proxies.order
    }

    /// The length of a multipole expansion (W, G) of one cell and channel.
    pub fn multipole_len(&self) -> usize {
        (1 + D) * self.proxies.len::<D>()
    }

    /// The length of a local expansion (T, F) of one cell and channel.
    pub fn local_len(&self) -> usize {
        (components(D) + D) * self.proxies.len::<D>()
    }

    /// Bytes of the spectra of A.
    pub fn memory(&self) -> usize {
        self.translations.memory()
    }
}

/// The workspace of one thread: the spectrum of a cell, and scratch memory for transforms and for M2M and
/// L2L.
#[derive(Debug, Default)]
struct Workspace {
    spectrum: [Vec<f64>; 2],
    scratch: Scratch,
    levels: Vec<f64>,
}

impl Workspace {
    /// Makes it large enough for spectra of `bands` bands and for expansions of `most` numbers.
    fn fit<const D: usize>(&mut self, fourier: &Fourier, bands: usize, most: usize) {
        for part in &mut self.spectrum {
            part.resize(bands * BAND, 0.0);
        }
        self.scratch.fit::<D>(fourier);
        self.levels.resize(2 * most, 0.0);
    }
}

/// M2M: adds the weights at the proxies of a child to the proxies of its parent.
struct MultipoleToMultipole<'a, const D: usize> {
    proxies: &'a Proxies,
    octant: usize,
    /// The number of grids in each of the two.
    fields: usize,
    child: &'a [f64],
    parent: &'a mut [f64],
    scratch: &'a mut [f64],
}

impl<const D: usize> Kernel for MultipoleToMultipole<'_, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        let Self { proxies, octant, fields, child, parent, scratch } = self;
        proxies.to_parent::<L, D>(lanes, octant, fields, child, parent, scratch);
    }
}

/// L2L: adds the values at the proxies of a parent, interpolated, to the values at the proxies of a child.
struct LocalToLocal<'a, const D: usize> {
    proxies: &'a Proxies,
    octant: usize,
    /// The number of grids in each of the two.
    fields: usize,
    parent: &'a [f64],
    child: &'a mut [f64],
    scratch: &'a mut [f64],
}

impl<const D: usize> Kernel for LocalToLocal<'_, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        let Self { proxies, octant, fields, parent, child, scratch } = self;
        proxies.to_child::<L, D>(lanes, octant, fields, parent, child, scratch);
    }
}

/// The first step of M2L: the spectra of the weights (W, G) of one source.
struct TransformSource<'a, const D: usize> {
    fourier: &'a Fourier,
    weights: &'a [f64],
    /// The spectra of the source's group.
    spectra: &'a mut [f64],
    member: usize,
    workspace: &'a mut Workspace,
}

impl<const D: usize> Kernel for TransformSource<'_, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        let Workspace { spectrum: [re, im], scratch, .. } = self.workspace;
        let len = self.weights.len() / (1 + D);
        for (field, weights) in self.weights.chunks_exact(len).enumerate() {
            self.fourier.transform::<L, D>(lanes, self.fourier.order, weights, [re, im], scratch);
            for band in 0..re.len() / BAND {
                let at = ((band * GROUP + self.member) * (1 + D) + field) * COMPLEX;
                self.spectra[at..at + BAND].copy_from_slice(&re[band * BAND..][..BAND]);
                self.spectra[at + BAND..at + COMPLEX].copy_from_slice(&im[band * BAND..][..BAND]);
            }
        }
    }
}

/// The last step of M2L: transforms the spectra of one target back and adds them to its fields (T, F).
struct TransformFields<'a, const D: usize> {
    fourier: &'a Fourier,
    spectra: &'a [f64],
    member: usize,
    targets: usize,
    factor: f64,
    fields: &'a mut [f64],
    workspace: &'a mut Workspace,
}

impl<const D: usize> Kernel for TransformFields<'_, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        let Workspace { spectrum: [re, im], scratch, .. } = self.workspace;
        let count = components(D) + D;
        let len = self.fields.len() / count;
        for (field, fields) in self.fields.chunks_exact_mut(len).enumerate() {
            for band in 0..re.len() / BAND {
                let at = ((band * self.targets + self.member) * count + field) * COMPLEX;
                re[band * BAND..][..BAND].copy_from_slice(&self.spectra[at..at + BAND]);
                im[band * BAND..][..BAND].copy_from_slice(&self.spectra[at + BAND..at + COMPLEX]);
            }
            self.fourier.add_inverse::<L, D>(lanes, self.factor, [re, im], fields, scratch);
        }
    }
}
