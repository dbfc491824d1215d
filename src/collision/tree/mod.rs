//! The pair sum by a tree.

mod far;
mod fourier;
mod lists;
mod octree;
mod particles;
mod proxies;
mod translate;
#[cfg(test)]
mod tests;

use std::ops::Range;

use rayon::prelude::*;

use super::blocks::{Blocks, Interaction, exclusive};
use super::conserve::{self, Group};
use super::packed::{Block, Forces, GROUP, Run};
use super::schedule::Schedule;
use super::tile::Coefficients;
use crate::kernel::lanes::InstructionSet;
use crate::kernel::power::{Power, PowerLaw, WithPower};
use far::Far;
use lists::{Few, Grouped, Lists};
use octree::Octree;
use particles::{Anterpolate, FromProxies, Grid, Interpolate, OntoProxies};

/// The pair sum by a tree, with its workspace.
#[derive(Debug)]
pub struct TreeSum<const D: usize> {
    interaction: Interaction,
    weights: Vec<f64>,
    ranges: Vec<Range<usize>>,
    groups: Vec<Group>,
    channels: Channels,
    capacity: usize,
    few: Few,
    tree: Octree<D>,
    lists: Lists,
    far_sources: Grouped<u32>,
    mixed_cells: Grouped<u32>,
    mixed_leaves: Grouped<u32>,
    far: Far<D>,
    sorted: Sorted<D>,
}

/// The particles in the order of the tree.
#[derive(Debug, Default)]
struct Sorted<const D: usize> {
    velocities: Vec<[f64; D]>,
    gradients: Vec<[f64; D]>,
    weights: Vec<f64>,
    sums: Vec<[f64; D]>,
    /// The place of each particle.
    places: Vec<u32>,
}

/// Rows of coefficients that are multiples of each other need one far field between them.
#[derive(Debug)]
struct Channels {
    /// By channel the coefficient of each source species.
    rows: Vec<Vec<f64>>,
    /// By species its channel and its factor: c_ij = a_i row_j.
    of_species: Vec<(usize, f64)>,
}

impl Channels {
    fn new(coefficients: &Coefficients) -> Self {
        let species = coefficients.species;
        let mut channels = Self { rows: Vec::new(), of_species: Vec::new() };
        for i in 0..species {
            let row: Vec<f64> = (0..species).map(|j| coefficients.of(i, j)).collect();
            let multiple = |of: &Vec<f64>| {
                let j = of.iter().position(|c| *c != 0.0)?;
                let a = row[j] / of[j];
                (0..species).all(|j| row[j] == a * of[j]).then_some(a)
            };
            let found = channels.rows.iter().enumerate().find_map(|(k, of)| multiple(of).map(|a| (k, a)));
            channels.of_species.push(found.unwrap_or((channels.rows.len(), 1.0)));
            if found.is_none() {
                channels.rows.push(row);
            }
        }
        channels
    }
}

impl<const D: usize> TreeSum<D> {
    /// A sum over species of `counts` particles each.
    pub fn new(
        gamma: f64,
        counts: &[usize],
        masses: &[f64],
        coefficients: &[f64],
        weights: &[f64],
        tolerance: f64,
        instruction_set: InstructionSet,
    ) -> Self {
        let order = order(tolerance);
        let few = Few { pairs: order.pow(D as u32) * 8, particles: order.pow(D as u32) };
        Self::with_order(gamma, counts, masses, coefficients, weights, order, 400, few, instruction_set)
    }

    #[allow(clippy::too_many_arguments)]
    pub fn with_order(
        gamma: f64,
        counts: &[usize],
        masses: &[f64],
        coefficients: &[f64],
        weights: &[f64],
        order: usize,
        capacity: usize,
        few: Few,
        instruction_set: InstructionSet,
    ) -> Self {
        let species = counts.len();
        let mut start = 0;
        let ranges: Vec<Range<usize>> = counts
            .iter()
            .map(|count| {
                start += count;
                start - count..start
            })
            .collect();
        let groups = conserve::groups(masses, &ranges, coefficients);
        let coefficients = Coefficients { species, values: coefficients.to_vec() };
        let channels = Channels::new(&coefficients);
        Self {
            far: Far::new(gamma, order, channels.rows.len(), instruction_set),
            interaction: Interaction { law: PowerLaw::new(gamma), coefficients, instruction_set },
            weights: weights.to_vec(),
            ranges,
            groups,
            channels,
            capacity,
            few,
            tree: Octree::new(),
            lists: Lists::default(),
            far_sources: Grouped::default(),
            mixed_cells: Grouped::default(),
            mixed_leaves: Grouped::default(),
            sorted: Sorted::default(),
        }
    }

    /// Overwrites `sums` with the pair sums of `velocities` and `gradients`.
    pub fn evaluate(&mut self, velocities: &[[f64; D]], gradients: &[[f64; D]], sums: &mut [[f64; D]]) {
        let clock = std::time::Instant::now();
        let lap = |what: &str| {
            if std::env::var("LAPS").is_ok() {
                eprintln!("{what:<12} {:.3}", clock.elapsed().as_secs_f64());
            }
        };
        self.tree.build(velocities, self.capacity, 1.0);
        lap("tree");
        self.sorted.take(&self.tree.order, &self.weights, velocities, gradients);
        lap("sort");
        self.lists.fill(&self.tree, self.few);
        let cells = self.tree.cells.len();
        let both = self.lists.far.iter().flat_map(|&[a, b]| [(a, b as u32), (b, a as u32)]);
        self.far_sources.fill(cells, both);
        self.mixed_cells.fill(cells, self.lists.mixed.iter().map(|&[leaf, cell]| (leaf, cell as u32)));
        self.mixed_leaves.fill(cells, self.lists.mixed.iter().map(|&[leaf, cell]| (cell, leaf as u32)));
        lap("lists");
        let mut blocks = self.blocks();
        lap("blocks");
        blocks.evaluate(&self.interaction, &self.sorted.velocities, &self.sorted.gradients);
        lap("near");
        if std::env::var("LAPS").is_ok() {
            let most = self.lists.near.iter().map(|[a, b]| self.tree.cells[*a].particles.len() * self.tree.cells[*b].particles.len()).sum::<usize>();
            eprintln!("cells {} leaves {} near {} ({:.2e} pairs) far {} mixed {}", cells, self.tree.leaves.len(), self.lists.near.len(), 2.0 * most as f64, self.lists.far.len(), self.lists.mixed.len());
        }
        self.far.clear(cells);
        let numbers = self.leaf_numbers();
        self.anterpolate(&blocks.blocks);
        lap("anterpolate");
        self.far.gather(&self.tree);
        lap("gather");
        self.far.translate(&self.tree, &self.far_sources);
        lap("translate");
        self.onto_proxies(&blocks.blocks, &numbers);
        lap("mixed");
        self.far.scatter(&self.tree);
        lap("scatter");
        self.interpolate(&mut blocks);
        lap("interpolate");
        self.sorted.sums.resize(velocities.len(), [0.0; D]);
        blocks.unpack(&mut self.sorted.sums);
        let sorted = &self.sorted;
        sums.par_iter_mut().zip(&sorted.places).for_each(|(sum, place)| *sum = sorted.sums[*place as usize]);
        lap("unpack");
        if std::env::var("RAW").is_err() {
        for group in &self.groups {
            group.restore(&self.weights, velocities, sums);
        }
        }
        lap("conserve");
    }

    /// The leaves as blocks, along the Morton curve.
    fn blocks(&self) -> Blocks<D> {
        let tree = &self.tree;
        let blocks: Vec<Block<D>> = tree
            .leaves
            .par_iter()
            .map(|&leaf| {
                let particles = tree.cells[leaf].particles.clone();
                let mut runs = Vec::new();
                let (mut first, mut start) = (particles.start, 0);
                for (species, range) in self.ranges.iter().enumerate() {
                    let own = &tree.order[first..particles.end];
                    let count = own.partition_point(|&p| (p as usize) < range.end);
                    if count > 0 {
                        runs.push(Run { species, first, count, start });
                        first += count;
                        start += count.next_multiple_of(GROUP);
                    }
                }
                Block::new(runs, &self.sorted.weights)
            })
            .collect();
        let numbers = self.leaf_numbers();
        let near = &self.lists.near;
        // Neighbours in the list share blocks, which would make threads wait for each other.
        let stride = stride(near.len());
        let pairs = (0..near.len()).map(|k| near[(k * stride) % near.len()].map(|cell| numbers[cell] as usize));
        let schedule = Schedule::in_order(blocks.len(), pairs);
        Blocks::new(blocks, schedule)
    }

    fn leaf_numbers(&self) -> Vec<u32> {
        let mut numbers = vec![u32::MAX; self.tree.cells.len()];
        for (number, &leaf) in self.tree.leaves.iter().enumerate() {
            numbers[leaf] = number as u32;
        }
        numbers
    }

    fn grid(&self, cell: usize) -> Grid<'_, D> {
        let cell = &self.tree.cells[cell];
        Grid {
            proxies: &self.far.proxies,
            center: self.tree.center_of(cell),
            half: 0.5 * self.tree.edge_of(cell),
        }
    }

    fn anterpolate(&mut self, blocks: &[Block<D>]) {
        let len = self.far.weights_len();
        let mut weights = std::mem::take(&mut self.far.weights);
        let this = &*self;
        let set = this.interaction.instruction_set;
        let numbers = this.leaf_numbers();
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

    fn onto_proxies(&mut self, blocks: &[Block<D>], numbers: &[u32]) {
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

    fn interpolate(&self, blocks: &mut Blocks<D>) {
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

    /// Bytes of the workspace.
    pub fn memory(&self) -> usize {
        self.far.memory() + self.tree.memory()
    }
}

/// About the golden ratio of a length, and without a common divisor with it.
fn stride(length: usize) -> usize {
    let gcd = |mut a: usize, mut b: usize| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let near = (length as f64 * 0.618) as usize;
    (near.max(1)..).find(|&stride| gcd(stride, length.max(1)) == 1).unwrap_or(1)
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

impl<const D: usize> Sorted<D> {
    fn take(&mut self, order: &[u32], weights: &[f64], velocities: &[[f64; D]], gradients: &[[f64; D]]) {
        self.velocities.resize(order.len(), [0.0; D]);
        self.gradients.resize(order.len(), [0.0; D]);
        self.weights.resize(order.len(), 0.0);
        self.places.resize(order.len(), 0);
        self.velocities.par_iter_mut().zip(order).for_each(|(v, &p)| *v = velocities[p as usize]);
        self.gradients.par_iter_mut().zip(order).for_each(|(g, &p)| *g = gradients[p as usize]);
        self.weights.par_iter_mut().zip(order).for_each(|(w, &p)| *w = weights[p as usize]);
        for (place, &p) in order.iter().enumerate() {
            self.places[p as usize] = place as u32;
        }
    }
}

/// Points along an axis of a cell's grid for an error.
fn order(tolerance: f64) -> usize {
    let digits = -tolerance.log10();
    ((digits * 1.3).round() as usize).clamp(2, 14)
}
