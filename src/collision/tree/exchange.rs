//! Between the particles of all leaves and the proxies of all cells.

use rayon::prelude::*;

use super::channels::{Channel, Channels, Target};
use super::far::Far;
use super::far::tables::Tables;
use super::grouped::Grouped;
use super::leaves::Leaves;
use super::octree::Octree;
use super::particles::{Anterpolate, FromProxies, Grid, Interpolate, OntoProxies};
use crate::collision::blocks::Interaction;
use crate::collision::interface::Coupling;
use crate::collision::packed::{Block, Forces, Run};
use crate::collision::regularisation::Regularisation;
use crate::kernel::lanes::InstructionSet;
use crate::kernel::power::{Power, WithPower};
use crate::rooms::exclusive;

/// Where the cells of a tree are, and what their particles do to each other.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a, const D: usize> {
    pub tree: &'a Octree<D>,
    pub tables: &'a Tables<D>,
    pub channels: &'a Channels,
    pub interaction: &'a Interaction,
    pub regularisation: &'a Regularisation,
}

impl<'a, const D: usize> Exchange<'a, D> {
    fn grid(&self, cell: usize) -> Grid<'a, D> {
        let cell = &self.tree.cells[cell];
        Grid {
            proxies: &self.tables.proxies,
            center: self.tree.center_of(cell),
            half: 0.5 * self.tree.edge_of(cell),
        }
    }

    /// From particles to the proxies of their leaves.
    pub fn anterpolate(&self, leaves: &Leaves<D>, far: &mut Far) {
        let channels = self.channels;
        let set = self.interaction.instruction_set;
        let len = self.tables.weights_len();
        far.weights.par_chunks_mut(len * channels.len()).enumerate().for_each(|(cell, weights)| {
            if let Some(block) = leaves.block_of(cell) {
                let grid = self.grid(cell);
                for (Channel { row, .. }, weights) in channels.all().zip(weights.chunks_mut(len)) {
                    for run in block.runs.iter().filter(|run| row[run.species] != 0.0) {
                        let c = row[run.species];
                        set.run(Anterpolate { grid, block, run, c, weights: &mut *weights });
                    }
                }
            }
        });
    }

    /// From particles of leaves to the proxies of smaller cells beside them.
    pub fn onto_proxies(&self, leaves: &Leaves<D>, mixed_leaves: &Grouped<u32>, far: &mut Far) {
        let channels = self.channels;
        let set = self.interaction.instruction_set;
        let len = self.tables.fields_len();
        far.fields.par_chunks_mut(len * channels.len()).enumerate().for_each(|(cell, fields)| {
            for block in mixed_leaves.of(cell).iter().filter_map(|&leaf| leaves.block_of(leaf as usize)) {
                let grid = self.grid(cell);
                let leaf = LeafOntoProxies { set, grid, block, channels, fields: &mut *fields };
                self.interaction.apply(false, self.regularisation, leaf);
            }
        });
    }

    /// From the proxies of leaves, and of smaller cells beside them, to particles.
    pub fn interpolate(&self, far: &Far, mixed_cells: &Grouped<u32>, leaves: &mut Leaves<D>) {
        let set = self.interaction.instruction_set;
        let (weights_len, fields_len) = (self.tables.weights_len(), self.tables.fields_len());
        let (blocks, forces) = leaves.blocks.with_forces();
        let leaves = blocks.par_iter().zip(forces).zip(&self.tree.leaves);
        leaves.for_each(|((block, forces), &leaf)| {
            let forces = exclusive(forces);
            let grid = self.grid(leaf);
            let channels = self.channels;
            let felt =
                block.runs.iter().flat_map(|run| channels.of_species(run.species).map(move |of| (run, of)));
            for (run, Target { channel, factor: a, .. }) in felt {
                let place = leaf * self.channels.len() + channel;
                // On the levels above nothing is far.
                if self.tree.cells[leaf].level >= 2 {
                    let fields = &far.fields[place * fields_len..][..fields_len];
                    set.run(Interpolate { grid, block, run, a, fields, forces: &mut *forces });
                }
                for &cell in mixed_cells.of(leaf) {
                    let place = cell as usize * self.channels.len() + channel;
                    let weights = &far.weights[place * weights_len..][..weights_len];
                    let grid = self.grid(cell as usize);
                    let delta_squared = self.channels.delta_squared(channel);
                    let forces = &mut *forces;
                    let proxies = ProxiesOntoRun { set, grid, weights, a, delta_squared, block, run, forces };
                    self.interaction.apply(false, self.regularisation, proxies);
                }
            }
        });
    }
}

struct LeafOntoProxies<'a, const D: usize> {
    set: InstructionSet,
    grid: Grid<'a, D>,
    block: &'a Block<D>,
    channels: &'a Channels,
    /// Of all channels.
    fields: &'a mut [f64],
}

impl<const D: usize> WithPower for LeafOntoProxies<'_, D> {
    fn run(self, law: impl Power) {
        let Self { set, grid, block, channels, fields } = self;
        let len = fields.len() / channels.len();
        for (Channel { row, delta_squared }, fields) in channels.all().zip(fields.chunks_mut(len)) {
            for run in &block.runs {
                let c = row[run.species];
                if c != 0.0 {
                    let coupling = Coupling { c, delta_squared };
                    set.run(OntoProxies { law, grid, block, run, coupling, fields: &mut *fields });
                }
            }
        }
    }
}

struct ProxiesOntoRun<'a, const D: usize> {
    set: InstructionSet,
    grid: Grid<'a, D>,
    weights: &'a [f64],
    a: f64,
    delta_squared: f64,
    block: &'a Block<D>,
    run: &'a Run,
    forces: &'a mut Forces<D>,
}

impl<const D: usize> WithPower for ProxiesOntoRun<'_, D> {
    fn run(self, law: impl Power) {
        let Self { set, grid, weights, a, delta_squared, block, run, forces } = self;
        set.run(FromProxies { law, grid, weights, a, delta_squared, block, run, forces });
    }
}
