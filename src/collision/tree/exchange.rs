//! Between the particles of all leaves and the proxies of all cells.

use rayon::prelude::*;

use super::channels::Channels;
use super::far::Far;
use super::far::tables::Tables;
use super::grouped::Grouped;
use super::leaves::Leaves;
use super::octree::Octree;
use super::particles::{Anterpolate, FromProxies, Grid, Interpolate, OntoProxies};
use crate::collision::blocks::Interaction;
use crate::collision::packed::{Block, Forces, Run};
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
        let rows = &self.channels.rows;
        let set = self.interaction.instruction_set;
        let len = self.tables.weights_len();
        far.weights.par_chunks_mut(len * rows.len()).enumerate().for_each(|(cell, weights)| {
            if let Some(block) = leaves.block_of(cell) {
                let grid = self.grid(cell);
                for (row, weights) in rows.iter().zip(weights.chunks_mut(len)) {
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
        let rows = &self.channels.rows;
        let set = self.interaction.instruction_set;
        let len = self.tables.fields_len();
        far.fields.par_chunks_mut(len * rows.len()).enumerate().for_each(|(cell, fields)| {
            for block in mixed_leaves.of(cell).iter().filter_map(|&leaf| leaves.block_of(leaf as usize)) {
                let grid = self.grid(cell);
                self.interaction.law.apply(LeafOntoProxies { set, grid, block, rows, fields: &mut *fields });
            }
        });
    }

    /// From the proxies of leaves, and of smaller cells beside them, to particles.
    pub fn interpolate(&self, far: &Far, mixed_cells: &Grouped<u32>, leaves: &mut Leaves<D>) {
        let Interaction { law, instruction_set, .. } = self.interaction;
        let set = *instruction_set;
        let (weights_len, fields_len) = (self.tables.weights_len(), self.tables.fields_len());
        let (blocks, forces) = leaves.blocks.with_forces();
        let leaves = blocks.par_iter().zip(forces).zip(&self.tree.leaves);
        leaves.for_each(|((block, forces), &leaf)| {
            let forces = exclusive(forces);
            let grid = self.grid(leaf);
            for run in &block.runs {
                let (channel, a) = self.channels.of_species[run.species];
                if a == 0.0 {
                    continue;
                }
                let place = leaf * self.channels.rows.len() + channel;
                // On the levels above nothing is far.
                if self.tree.cells[leaf].level >= 2 {
                    let fields = &far.fields[place * fields_len..][..fields_len];
                    set.run(Interpolate { grid, block, run, a, fields, forces: &mut *forces });
                }
                for &cell in mixed_cells.of(leaf) {
                    let place = cell as usize * self.channels.rows.len() + channel;
                    let weights = &far.weights[place * weights_len..][..weights_len];
                    let grid = self.grid(cell as usize);
                    law.apply(ProxiesOntoRun { set, grid, weights, a, block, run, forces: &mut *forces });
                }
            }
        });
    }
}

struct LeafOntoProxies<'a, const D: usize> {
    set: InstructionSet,
    grid: Grid<'a, D>,
    block: &'a Block<D>,
    rows: &'a [Vec<f64>],
    /// Of all channels.
    fields: &'a mut [f64],
}

impl<const D: usize> WithPower for LeafOntoProxies<'_, D> {
    fn run(self, law: impl Power) {
        let Self { set, grid, block, rows, fields } = self;
        let len = fields.len() / rows.len();
        for (row, fields) in rows.iter().zip(fields.chunks_mut(len)) {
            for run in &block.runs {
                let c = row[run.species];
                if c != 0.0 {
                    set.run(OntoProxies { law, grid, block, run, c, fields: &mut *fields });
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
    block: &'a Block<D>,
    run: &'a Run,
    forces: &'a mut Forces<D>,
}

impl<const D: usize> WithPower for ProxiesOntoRun<'_, D> {
    fn run(self, law: impl Power) {
        let Self { set, grid, weights, a, block, run, forces } = self;
        set.run(FromProxies { law, grid, weights, a, block, run, forces });
    }
}
