//! The operators of the fast multipole method between particles and the proxies of cells.
//!
//! | operator | from | to | by |
//! |---|---|---|---|
//! | P2M | particles of a leaf | the multipole expansion of the leaf | polynomials |
//! | L2P | the local expansion of a leaf | its particles | polynomials |
//! | M2P | the multipole expansion of a smaller cell near a leaf | the particles of the leaf | the kernel A |
//! | P2L | particles of a leaf | the local expansion of a smaller cell near it | the kernel A |

#![allow(clippy::needless_range_loop, reason = "closures and iterators lose the instruction set")]

use super::far::{Far, Tables};
use super::lists::Grouped;
use super::octree::Octree;
use super::plan::{Channel, Channels, Target};
use super::proxies::{MOST, Proxies};
use super::share::Share;
use super::sorted::Leaves;
use super::translate::components;
use crate::collision::blocks::Interaction;
use crate::collision::interface::Coupling;
use crate::collision::packed::{Block, Forces, Run};
use crate::collision::regularisation::Regularisation;
use crate::kernel::lanes::{Kernel, Lanes};
use crate::kernel::pair::{accumulate, dot, image};
use crate::kernel::power::{ChosenPower, Power};
use crate::parallel;
use crate::per_thread::exclusive;

/// The tree, its tables and far fields, and the interaction of its particles.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a, const D: usize> {
    pub tree: &'a Octree<D>,
    /// What is computed of the tree.
    pub share: &'a Share,
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

    /// P2M: from particles to the multipole expansions of their leaves.
    pub fn p2m(&self, leaves: &Leaves<D>, far: &mut Far) {
        let channels = self.channels;
        let set = self.interaction.instruction_set;
        let len = self.tables.multipole_len();
        parallel::chunks(&mut far.multipoles, len * channels.count(), &|cell, multipoles| {
            if let Some(block) = leaves.block(cell).filter(|_| self.share.has(self.tree, cell)) {
                let grid = self.grid(cell);
                for (Channel { row, .. }, multipole) in channels.all().zip(multipoles.chunks_mut(len)) {
                    for run in block.runs.iter().filter(|run| row[run.species] != 0.0) {
                        let c = row[run.species];
                        set.dispatch(ParticlesToMultipole {
                            grid,
                            block,
                            run,
                            c,
                            multipole: &mut *multipole,
                        });
                    }
                }
            }
        });
    }

    /// P2L: from particles of leaves to the local expansions of the smaller cells mixed with them.
    pub fn p2l(&self, leaves: &Leaves<D>, mixed_leaves: &Grouped<u32>, far: &mut Far) {
        let channels = self.channels;
        let (set, law) = (self.interaction.instruction_set, self.interaction.power(self.regularisation));
        let len = self.tables.local_len();
        parallel::chunks(&mut far.locals, len * channels.count(), &|cell, locals| {
            if !self.share.has(self.tree, cell) {
                return;
            }
            for block in mixed_leaves.list(cell).iter().filter_map(|&leaf| leaves.block(leaf as usize)) {
                let grid = self.grid(cell);
                for (Channel { row, delta_squared }, local) in channels.all().zip(locals.chunks_mut(len)) {
                    for run in block.runs.iter().filter(|run| row[run.species] != 0.0) {
                        let coupling = Coupling { c: row[run.species], delta_squared };
                        set.dispatch(ParticlesToLocal {
                            law,
                            grid,
                            block,
                            run,
                            coupling,
                            local: &mut *local,
                        });
                    }
                }
            }
        });
    }

    /// L2P and M2P: to particles, from the local expansions of their leaves and from the multipole expansions
    /// of the smaller cells mixed with them.
    pub fn l2p_and_m2p(&self, far: &Far, mixed_cells: &Grouped<u32>, leaves: &mut Leaves<D>) {
        let (set, law) = (self.interaction.instruction_set, self.interaction.power(self.regularisation));
        let (multipole_len, local_len) = (self.tables.multipole_len(), self.tables.local_len());
        let (blocks, forces) = leaves.blocks.with_forces();
        let own = self.share.leaves.clone();
        parallel::items(&mut forces[own.clone()], &|number, forces| {
            let (block, leaf) = (&blocks[own.start + number], self.tree.leaves[own.start + number]);
            let forces = exclusive(forces);
            let grid = self.grid(leaf);
            let channels = self.channels;
            let felt = block
                .runs
                .iter()
                .flat_map(|run| channels.felt_by(run.species).map(move |target| (run, target)));
            for (run, Target { channel, factor: a, .. }) in felt {
                let expansion = leaf * self.channels.count() + channel;
                // Levels 0 and 1 have no far cells.
                if self.tree.cells[leaf].level >= 2 {
                    let local = &far.locals[expansion * local_len..][..local_len];
                    set.dispatch(LocalToParticles { grid, block, run, a, local, forces: &mut *forces });
                }
                for &cell in mixed_cells.list(leaf) {
                    let expansion = cell as usize * self.channels.count() + channel;
                    let multipole = &far.multipoles[expansion * multipole_len..][..multipole_len];
                    let grid = self.grid(cell as usize);
                    let delta_squared = self.channels.delta_squared(channel);
                    let forces = &mut *forces;
                    set.dispatch(MultipoleToParticles {
                        law,
                        grid,
                        multipole,
                        a,
                        delta_squared,
                        block,
                        run,
                        forces,
                    });
                }
            }
        });
    }
}

/// The grid of proxies of one cell.
#[derive(Debug, Clone, Copy)]
pub struct Grid<'a, const D: usize> {
    pub proxies: &'a Proxies,
    pub center: [f64; D],
    /// Half the edge of the cell.
    pub half: f64,
}

impl<const D: usize> Grid<'_, D> {
    /// The number of lines of the grid along its last axis.
    #[inline(always)]
    fn lines(&self) -> usize {
        self.proxies.order.pow(D as u32 - 1)
    }

    /// The index of a line along `axis`, one of the axes before the last.
    #[inline(always)]
    fn index(&self, line: usize, axis: usize) -> usize {
        if axis + 2 == D { line % self.proxies.order } else { line / self.proxies.order }
    }

    /// The position of a grid point along an axis.
    #[inline(always)]
    fn position(&self, index: usize, axis: usize) -> f64 {
        self.center[axis] + self.half * self.proxies.points[index]
    }

    /// The Lagrange polynomials along each axis at a SIMD vector of particles.
    #[inline(always)]
    fn polynomials<L: Lanes>(&self, lanes: L, block: &Block<D>, slot: usize) -> [[L::Vector; MOST]; D] {
        let mut values = [[lanes.splat(0.0); MOST]; D];
        let scale = lanes.splat(1.0 / self.half);
        for axis in 0..D {
            let velocity = lanes.load(&block.velocity[axis][slot..]);
            let x = lanes.mul(lanes.sub(velocity, lanes.splat(self.center[axis])), scale);
            self.proxies.polynomials_of(lanes, x, &mut values[axis]);
        }
        values
    }
}

/// P2M: adds c (w, w g) of the particles of a run to the weights (W, G) of the proxies of their cell.
pub struct ParticlesToMultipole<'a, const D: usize> {
    pub grid: Grid<'a, D>,
    pub block: &'a Block<D>,
    pub run: &'a Run,
    pub c: f64,
    pub multipole: &'a mut [f64],
}

impl<const D: usize> Kernel for ParticlesToMultipole<'_, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        let Self { grid, block, run, c, multipole } = self;
        let (row, len) = (grid.proxies.row, grid.proxies.len::<D>());
        let mut own = [[0.0; 8]; MOST];
        let mut last = [0.0; MOST];
        let mut before = [[[0.0; 8]; MOST]; D];
        for first in (0..run.count).step_by(L::WIDTH) {
            let polynomials = grid.polynomials(lanes, block, run.start + first);
            for axis in 0..D {
                for k in 0..grid.proxies.order {
                    lanes.store(polynomials[axis][k], &mut before[axis][k]);
                }
            }
            own.copy_from_slice(&before[D - 1]);
            for lane in 0..L::WIDTH.min(run.count - first) {
                let slot = run.start + first + lane;
                for k in 0..grid.proxies.order {
                    last[k] = own[k][lane];
                }
                let mut strength = [c * block.weight[slot]; 4];
                for axis in 0..D {
                    strength[1 + axis] *= block.gradient[axis][slot];
                }
                for line in 0..grid.lines() {
                    let mut factor = before[0][grid.index(line, 0)][lane];
                    for axis in 1..D - 1 {
                        factor *= before[axis][grid.index(line, axis)][lane];
                    }
                    for field in 0..=D {
                        let strength = lanes.splat(factor * strength[field]);
                        for at in (0..row).step_by(L::WIDTH) {
                            let to = &mut multipole[field * len + line * row + at..];
                            let sum = lanes.mul_add(strength, lanes.load(&last[at..]), lanes.load(to));
                            lanes.store(sum, to);
                        }
                    }
                }
            }
        }
    }
}

/// L2P: adds a (T g − F) to the forces on the particles of a run. T and F are interpolated from the proxies
/// of their cell.
pub struct LocalToParticles<'a, const D: usize> {
    pub grid: Grid<'a, D>,
    pub block: &'a Block<D>,
    pub run: &'a Run,
    pub a: f64,
    pub local: &'a [f64],
    pub forces: &'a mut Forces<D>,
}

impl<const D: usize> Kernel for LocalToParticles<'_, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        let Self { grid, block, run, a, local, forces } = self;
        let (row, len, order) = (grid.proxies.row, grid.proxies.len::<D>(), grid.proxies.order);
        let zero = lanes.splat(0.0);
        for slot in (run.start..run.start + run.count).step_by(L::WIDTH) {
            let polynomials = grid.polynomials(lanes, block, slot);
            let mut tensor = [zero; 6];
            let mut vector = [zero; D];
            for line in 0..grid.lines() {
                let mut factor = polynomials[0][grid.index(line, 0)];
                for axis in 1..D - 1 {
                    factor = lanes.mul(factor, polynomials[axis][grid.index(line, axis)]);
                }
                let mut line_tensor = [zero; 6];
                let mut line_vector = [zero; D];
                for k in 0..order {
                    let last = polynomials[D - 1][k];
                    let at = line * row + k;
                    for c in 0..components(D) {
                        let value = lanes.splat(local[c * len + at]);
                        line_tensor[c] = lanes.mul_add(last, value, line_tensor[c]);
                    }
                    for axis in 0..D {
                        let value = lanes.splat(local[(components(D) + axis) * len + at]);
                        line_vector[axis] = lanes.mul_add(last, value, line_vector[axis]);
                    }
                }
                for c in 0..components(D) {
                    tensor[c] = lanes.mul_add(factor, line_tensor[c], tensor[c]);
                }
                for axis in 0..D {
                    vector[axis] = lanes.mul_add(factor, line_vector[axis], vector[axis]);
                }
            }
            let mut force = [zero; D];
            for axis in 0..D {
                force[axis] = lanes.sub(zero, vector[axis]);
            }
            let mut c = 0;
            for i in 0..D {
                for j in i..D {
                    let g = lanes.load(&block.gradient[j][slot..]);
                    force[i] = lanes.mul_add(tensor[c], g, force[i]);
                    if i != j {
                        let g = lanes.load(&block.gradient[i][slot..]);
                        force[j] = lanes.mul_add(tensor[c], g, force[j]);
                    }
                    c += 1;
                }
            }
            add_forces(lanes, a, &force, slot, forces);
        }
    }
}

#[inline(always)]
fn add_forces<L: Lanes, const D: usize>(
    lanes: L,
    a: f64,
    force: &[L::Vector; D],
    slot: usize,
    forces: &mut Forces<D>,
) {
    for axis in 0..D {
        let to = &mut forces.0[axis][slot..];
        lanes.store(lanes.mul_add(lanes.splat(a), force[axis], lanes.load(to)), to);
    }
}

/// M2P: adds a Σ_k A(v − y_k)(W_k g − G_k) to the forces on the particles of a run. y_k are the proxies of a
/// cell.
pub struct MultipoleToParticles<'a, const D: usize> {
    pub law: ChosenPower<'a>,
    pub grid: Grid<'a, D>,
    pub multipole: &'a [f64],
    pub a: f64,
    pub delta_squared: f64,
    pub block: &'a Block<D>,
    pub run: &'a Run,
    pub forces: &'a mut Forces<D>,
}

impl<const D: usize> Kernel for MultipoleToParticles<'_, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        let Self { law, grid, multipole, a, delta_squared, block, run, forces } = self;
        let (row, len) = (grid.proxies.row, grid.proxies.len::<D>());
        let delta_squared = lanes.splat(delta_squared);
        let zero = lanes.splat(0.0);
        for slot in (run.start..run.start + run.count).step_by(L::WIDTH) {
            let mut velocity = [zero; D];
            let mut gradient = [zero; D];
            let mut force = [zero; D];
            for axis in 0..D {
                velocity[axis] = lanes.load(&block.velocity[axis][slot..]);
                gradient[axis] = lanes.load(&block.gradient[axis][slot..]);
            }
            for line in 0..grid.lines() {
                let mut z = velocity;
                for axis in 0..D - 1 {
                    let y = grid.position(grid.index(line, axis), axis);
                    z[axis] = lanes.sub(velocity[axis], lanes.splat(y));
                }
                for k in 0..grid.proxies.order {
                    z[D - 1] = lanes.sub(velocity[D - 1], lanes.splat(grid.position(k, D - 1)));
                    let at = line * row + k;
                    let w = lanes.splat(multipole[at]);
                    let mut g = gradient;
                    for axis in 0..D {
                        let sum = lanes.splat(multipole[(1 + axis) * len + at]);
                        g[axis] = lanes.sub(lanes.mul(w, gradient[axis]), sum);
                    }
                    let square = dot(lanes, &z, &z);
                    let (scale, direction) = image(lanes, law, delta_squared, &z, &g, [square, square]);
                    accumulate(lanes, scale, &direction, &mut force);
                }
            }
            add_forces(lanes, a, &force, slot, forces);
        }
    }
}

/// P2L: adds Σ_q c w_q A(x − v_q) and Σ_q c w_q A(x − v_q) g_q to the fields T and F at the proxies x of a
/// cell. The sums run over the particles q of a run.
pub struct ParticlesToLocal<'a, const D: usize> {
    pub law: ChosenPower<'a>,
    pub grid: Grid<'a, D>,
    pub block: &'a Block<D>,
    pub run: &'a Run,
    pub coupling: Coupling,
    pub local: &'a mut [f64],
}

impl<const D: usize> Kernel for ParticlesToLocal<'_, D> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        let Self { law, grid, block, run, coupling: Coupling { c, delta_squared }, local } = self;
        let (row, len) = (grid.proxies.row, grid.proxies.len::<D>());
        let delta_squared = lanes.splat(delta_squared);
        let zero = lanes.splat(0.0);
        // Padding points lie at the centre of the cell. They are away from every source, and no one reads
        // their values.
        for line in 0..grid.lines() {
            for at in (0..row).step_by(L::WIDTH) {
                let mut x = [zero; D];
                for axis in 0..D - 1 {
                    x[axis] = lanes.splat(grid.position(grid.index(line, axis), axis));
                }
                let points = lanes.load(&grid.proxies.points[at..]);
                x[D - 1] = lanes.mul_add(lanes.splat(grid.half), points, lanes.splat(grid.center[D - 1]));
                let mut tensor = [zero; 6];
                let mut vector = [zero; D];
                for slot in run.start..run.start + run.count {
                    let mut z = x;
                    for axis in 0..D {
                        z[axis] = lanes.sub(x[axis], lanes.splat(block.velocity[axis][slot]));
                    }
                    let square = dot(lanes, &z, &z);
                    let weight = lanes.splat(c * block.weight[slot]);
                    let power = lanes.mul(weight, law.strength(lanes, square, delta_squared));
                    let mut n = 0;
                    for i in 0..D {
                        let scaled = lanes.mul(power, z[i]);
                        for j in i..D {
                            let trace = if i == j { lanes.mul(power, square) } else { zero };
                            let entry = lanes.neg_mul_add(scaled, z[j], trace);
                            tensor[n] = lanes.add(tensor[n], entry);
                            let g = lanes.splat(block.gradient[j][slot]);
                            vector[i] = lanes.mul_add(entry, g, vector[i]);
                            if i != j {
                                let g = lanes.splat(block.gradient[i][slot]);
                                vector[j] = lanes.mul_add(entry, g, vector[j]);
                            }
                            n += 1;
                        }
                    }
                }
                for n in 0..components(D) {
                    let to = &mut local[n * len + line * row + at..];
                    lanes.store(lanes.add(tensor[n], lanes.load(to)), to);
                }
                for axis in 0..D {
                    let to = &mut local[(components(D) + axis) * len + line * row + at..];
                    lanes.store(lanes.add(vector[axis], lanes.load(to)), to);
                }
            }
        }
    }
}
