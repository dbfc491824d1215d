//! Between the particles of a leaf and the proxies of a cell: their own cell's by polynomials, those of a
//! cell next to a larger leaf by the kernel itself.

#![allow(clippy::needless_range_loop, reason = "closures and iterators lose the instruction set")]

use super::proxies::{MOST, Proxies};
use super::translate::components;
use crate::collision::interface::Coupling;
use crate::collision::packed::{Block, Forces, Run};
use crate::kernel::lanes::{Kernel, Lanes};
use crate::kernel::pair::{accumulate, dot, image};
use crate::kernel::power::Power;

/// A grid of proxies somewhere.
#[derive(Debug, Clone, Copy)]
pub struct Grid<'a, const D: usize> {
    pub proxies: &'a Proxies,
    pub center: [f64; D],
    /// Half the edge of the cell.
    pub half: f64,
}

impl<const D: usize> Grid<'_, D> {
    /// Lines of the grid along its last axis.
    #[inline(always)]
    fn lines(&self) -> usize {
        self.proxies.order.pow(D as u32 - 1)
    }

    /// The place of a line along an axis before the last.
    #[inline(always)]
    fn place(&self, line: usize, axis: usize) -> usize {
        if axis + 2 == D { line % self.proxies.order } else { line / self.proxies.order }
    }

    /// Position of a point along an axis.
    #[inline(always)]
    fn position(&self, place: usize, axis: usize) -> f64 {
        self.center[axis] + self.half * self.proxies.points[place]
    }

    /// The polynomials along each axis for a vector of particles.
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

/// Adds c (w, w g) of the particles of a run to the weights (W, G) of their cell's proxies.
pub struct Anterpolate<'a, const D: usize> {
    pub grid: Grid<'a, D>,
    pub block: &'a Block<D>,
    pub run: &'a Run,
    pub c: f64,
    pub weights: &'a mut [f64],
}

impl<const D: usize> Kernel for Anterpolate<'_, D> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { grid, block, run, c, weights } = self;
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
                    let mut factor = before[0][grid.place(line, 0)][lane];
                    for axis in 1..D - 1 {
                        factor *= before[axis][grid.place(line, axis)][lane];
                    }
                    for field in 0..=D {
                        let strength = lanes.splat(factor * strength[field]);
                        for at in (0..row).step_by(L::WIDTH) {
                            let to = &mut weights[field * len + line * row + at..];
                            let sum = lanes.mul_add(strength, lanes.load(&last[at..]), lanes.load(to));
                            lanes.store(sum, to);
                        }
                    }
                }
            }
        }
    }
}

/// Adds a (T g − F) to the forces on the particles of a run, T and F from their cell's proxies.
pub struct Interpolate<'a, const D: usize> {
    pub grid: Grid<'a, D>,
    pub block: &'a Block<D>,
    pub run: &'a Run,
    pub a: f64,
    pub fields: &'a [f64],
    pub forces: &'a mut Forces<D>,
}

impl<const D: usize> Kernel for Interpolate<'_, D> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { grid, block, run, a, fields, forces } = self;
        let (row, len, order) = (grid.proxies.row, grid.proxies.len::<D>(), grid.proxies.order);
        let zero = lanes.splat(0.0);
        for slot in (run.start..run.start + run.count).step_by(L::WIDTH) {
            let polynomials = grid.polynomials(lanes, block, slot);
            let mut tensor = [zero; 6];
            let mut vector = [zero; D];
            for line in 0..grid.lines() {
                let mut factor = polynomials[0][grid.place(line, 0)];
                for axis in 1..D - 1 {
                    factor = lanes.mul(factor, polynomials[axis][grid.place(line, axis)]);
                }
                let mut line_tensor = [zero; 6];
                let mut line_vector = [zero; D];
                for k in 0..order {
                    let last = polynomials[D - 1][k];
                    let at = line * row + k;
                    for c in 0..components(D) {
                        let value = lanes.splat(fields[c * len + at]);
                        line_tensor[c] = lanes.mul_add(last, value, line_tensor[c]);
                    }
                    for axis in 0..D {
                        let value = lanes.splat(fields[(components(D) + axis) * len + at]);
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

/// Adds a Σ_k A(v − y_k)(W_k g − G_k) to the forces on the particles of a run, y_k the proxies of a cell.
pub struct FromProxies<'a, P, const D: usize> {
    pub law: P,
    pub grid: Grid<'a, D>,
    pub weights: &'a [f64],
    pub a: f64,
    pub delta_squared: f64,
    pub block: &'a Block<D>,
    pub run: &'a Run,
    pub forces: &'a mut Forces<D>,
}

impl<P: Power, const D: usize> Kernel for FromProxies<'_, P, D> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { law, grid, weights, a, delta_squared, block, run, forces } = self;
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
                    let y = grid.position(grid.place(line, axis), axis);
                    z[axis] = lanes.sub(velocity[axis], lanes.splat(y));
                }
                for k in 0..grid.proxies.order {
                    z[D - 1] = lanes.sub(velocity[D - 1], lanes.splat(grid.position(k, D - 1)));
                    let at = line * row + k;
                    let w = lanes.splat(weights[at]);
                    let mut g = gradient;
                    for axis in 0..D {
                        let sum = lanes.splat(weights[(1 + axis) * len + at]);
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

/// Adds Σ_q c w_q A(x − v_q) and Σ_q c w_q A(x − v_q) g_q, q the particles of a run, to the fields T and F
/// at the proxies x of a cell.
pub struct OntoProxies<'a, P, const D: usize> {
    pub law: P,
    pub grid: Grid<'a, D>,
    pub block: &'a Block<D>,
    pub run: &'a Run,
    pub coupling: Coupling,
    pub fields: &'a mut [f64],
}

impl<P: Power, const D: usize> Kernel for OntoProxies<'_, P, D> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { law, grid, block, run, coupling: Coupling { c, delta_squared }, fields } = self;
        let (row, len) = (grid.proxies.row, grid.proxies.len::<D>());
        let delta_squared = lanes.splat(delta_squared);
        let zero = lanes.splat(0.0);
        // Points of the padding stand at the centre: apart from every source, and read by no one.
        for line in 0..grid.lines() {
            for at in (0..row).step_by(L::WIDTH) {
                let mut x = [zero; D];
                for axis in 0..D - 1 {
                    x[axis] = lanes.splat(grid.position(grid.place(line, axis), axis));
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
                    let to = &mut fields[n * len + line * row + at..];
                    lanes.store(lanes.add(tensor[n], lanes.load(to)), to);
                }
                for axis in 0..D {
                    let to = &mut fields[(components(D) + axis) * len + line * row + at..];
                    lanes.store(lanes.add(vector[axis], lanes.load(to)), to);
                }
            }
        }
    }
}
