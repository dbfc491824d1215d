//! Between the particles of all leaves and the proxies of all cells.

use rayon::prelude::*;

use super::TreeSum;
use super::particles::{Anterpolate, FromProxies, Grid, Interpolate, OntoProxies};
use crate::collision::blocks::{Blocks, Interaction, exclusive};
use crate::collision::packed::{Block, Forces, Run};
use crate::kernel::lanes::InstructionSet;
use crate::kernel::power::{Power, WithPower};

impl<const D: usize> TreeSum<D> {
    fn grid(&self, cell: usize) -> Grid<'_, D> {
        let cell = &self.tree.cells[cell];
        Grid {
            proxies: &self.far.proxies,
            center: self.tree.center_of(cell),
            half: 0.5 * self.tree.edge_of(cell),
        }
    }

    /// From particles to the proxies of their leaves.
    pub(super) fn anterpolate(&mut self, blocks: &[Block<D>], numbers: &[u32]) {
        let len = self.far.weights_len();
        let mut weights = std::mem::take(&mut self.far.weights);
        let this = &*self;
        let set = this.interaction.instruction_set;
        weights.par_chunks_mut(len * this.channels.rows.len()).enumerate().for_each(|(cell, weights)| {
            if let Some(block) = blocks.get(numbers[cell] as usize) {
                let grid = this.grid(cell);
                for (row, weights) in this.channels.rows.iter().zip(weights.chunks_mut(len)) {
                    for run in block.runs.iter().filter(|run| row[run.species] != 0.0) {
                        let c = row[run.species];
                        set.run(Anterpolate { grid, block, run, c, weights: &mut *weights });
                    }
                }
            }
        });
        self.far.weights = weights;
    }

    /// From particles of leaves to the proxies of smaller cells beside them.
    pub(super) fn onto_proxies(&mut self, blocks: &[Block<D>], numbers: &[u32]) {
        let len = self.far.fields_len();
        let mut fields = std::mem::take(&mut self.far.fields);
        let this = &*self;
        fields.par_chunks_mut(len * this.channels.rows.len()).enumerate().for_each(|(cell, fields)| {
            for &leaf in this.mixed_leaves.of(cell) {
                let block = &blocks[numbers[leaf as usize] as usize];
                let rows = &this.channels.rows;
                let set = this.interaction.instruction_set;
                let grid = this.grid(cell);
                this.interaction.law.apply(LeafOntoProxies { set, grid, block, rows, fields: &mut *fields });
            }
        });
        self.far.fields = fields;
    }

    /// From the proxies of leaves, and of smaller cells beside them, to particles.
    pub(super) fn interpolate(&self, blocks: &mut Blocks<D>) {
        let Interaction { law, instruction_set, .. } = &self.interaction;
        let set = *instruction_set;
        let Blocks { blocks, forces, .. } = blocks;
        let leaves = blocks.par_iter().zip(forces).zip(&self.tree.leaves);
        leaves.for_each(|((block, forces), &leaf)| {
            let forces = exclusive(forces);
            let grid = self.grid(leaf);
            for run in &block.runs {
                let (channel, a) = self.channels.of_species[run.species];
                if a == 0.0 {
                    continue;
                }
                let len = self.far.fields_len();
                let place = leaf * self.channels.rows.len() + channel;
                // On the levels above nothing is far.
                if self.tree.cells[leaf].level >= 2 {
                    let fields = &self.far.fields[place * len..][..len];
                    set.run(Interpolate { grid, block, run, a, fields, forces: &mut *forces });
                }
                for &cell in self.mixed_cells.of(leaf) {
                    let len = self.far.weights_len();
                    let place = cell as usize * self.channels.rows.len() + channel;
                    let weights = &self.far.weights[place * len..][..len];
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
