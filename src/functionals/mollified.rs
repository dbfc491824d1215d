//! Sums over a uniform mesh of functions of the mollified density ρ_ε(v) = Σ_p w_p ψ_ε(v − v_p) and its derivatives.
//!
//! The mesh covers wherever the mollifier, cut off at κ standard deviations along each axis, reaches; its nodes are
//! one standard deviation apart, where the sum over a Gaussian is its integral to 1e-8. Derivatives of ρ_ε are those of
//! ψ_ε, no differences. Planes of the mesh are summed one by one, each in the order of the particles: the result
//! does not depend on the number of threads.
//!
//! Exponentials of a particle are taken anew for each group of planes it reaches: kept for all particles they would be a
//! gigabyte for a million.

use super::origin::Around;
use crate::parallel;
use crate::score::mollifier::normalization;
use crate::sum::Sum;
use std::ops::Range;

/// The density at a node.
#[derive(Debug, Clone, Copy)]
pub struct Node<const D: usize> {
    /// Velocity relative to the center, which is a node.
    pub from_center: [f64; D],
    pub density: f64,
    /// ∇ρ/ρ.
    pub score: [f64; D],
    /// ∇∇ log ρ; not computed unless asked for.
    pub hessian: [[f64; D]; D],
}

/// The density at the center, where weights may be singular.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Center<const D: usize> {
    pub density: f64,
    pub score: [f64; D],
}

/// Sums of η^d times a function of the nodes, and what is at the center.
#[derive(Debug, Clone, PartialEq)]
pub struct Sums<const D: usize> {
    pub values: Vec<f64>,
    pub center: Option<Center<D>>,
    /// What the nodes around the center are.
    pub around: Around,
}

/// The mesh would need more nodes than `MOST_NODES`; holds their number.
#[derive(Debug)]
pub struct TooManyNodes(pub f64);

/// Nodes of a mesh: a plane of 2²⁴ nodes takes 1.3 GiB with all derivatives.
const MOST_NODES: f64 = (1u64 << 32) as f64;
const MOST_NODES_OF_A_PLANE: f64 = (1u64 << 24) as f64;

/// Nodes of a group of several planes at most.
const MOST_NODES_OF_A_GROUP: usize = 1 << 20;

/// Particles of one species and how they are mollified.
#[derive(Debug, Clone, Copy)]
pub struct Mollified<'a, const D: usize> {
    pub velocities: &'a [[f64; D]],
    pub weights: &'a [f64],
    /// ε.
    pub variance: f64,
    /// κ.
    pub cutoff: f64,
    pub center: [f64; D],
}

/// A box of nodes: indices `first` to `first + count` − 1 along each axis.
struct Mesh<const D: usize> {
    spacing: f64,
    /// ε of the mollifier, and how many nodes it reaches.
    variance: f64,
    reach: i64,
    first: [i64; D],
    count: [usize; D],
}

/// A particle and its nearest node.
struct Placed<const D: usize> {
    nearest: [i64; D],
    from_center: [f64; D],
    /// Times the mollifier's normalisation.
    weight: f64,
}

impl<const D: usize> Mollified<'_, D> {
    /// So many sums of η^d times what `add` adds at each node that a particle reaches; second derivatives only if asked
    /// for.
    pub fn sums(
        &self,
        second: bool,
        count: usize,
        add: impl Fn(&Node<D>, &mut [f64]) + Sync,
    ) -> Result<Sums<D>, TooManyNodes> {
        let spacing = self.variance.sqrt();
        let reach = (self.cutoff * (1.0 - 8.0 * f64::EPSILON)).ceil() as i64;
        let mesh = self.mesh(spacing, reach)?;
        let placed: Vec<Placed<D>> = self
            .velocities
            .iter()
            .zip(self.weights)
            .map(|(v, &weight)| Placed {
                nearest: std::array::from_fn(|axis| ((v[axis] - self.center[axis]) / spacing).round() as i64),
                from_center: std::array::from_fn(|axis| v[axis] - self.center[axis]),
                weight: weight * normalization(self.variance, D),
            })
            .collect();
        let mut by_plane: Vec<Vec<u32>> = vec![Vec::new(); mesh.count[D - 1]];
        for (p, placed) in placed.iter().enumerate() {
            by_plane[(placed.nearest[D - 1] - mesh.first[D - 1]) as usize].push(p as u32);
        }
        let (all, together) = (mesh.count[D - 1], mesh.planes_together());
        let groups = parallel::map(all.div_ceil(together), &|group| {
            let first = group * together;
            let planes = first..all.min(first + together);
            let fields = mesh.fields(planes.clone(), second, &by_plane, &placed);
            let each = planes.clone().zip(fields.chunks_exact(fields.len() / planes.len()));
            let sums =
                each.map(|(plane, fields)| mesh.sum_plane(plane, second, fields, vec![0.0; count], &add));
            sums.collect::<Vec<(Vec<f64>, Option<Center<D>>)>>()
        });
        let planes = groups.concat();
        let mut totals = vec![Sum::default(); count];
        for (plane, _) in &planes {
            totals.iter_mut().zip(plane).for_each(|(total, value)| total.add(*value));
        }
        let volume = spacing.powi(D as i32);
        Ok(Sums {
            values: totals.into_iter().map(|total| total.value() * volume).collect(),
            center: planes.iter().find_map(|(_, center)| *center),
            around: Around::Points { spacing, dimension: D },
        })
    }

    fn mesh(&self, spacing: f64, reach: i64) -> Result<Mesh<D>, TooManyNodes> {
        let (mut low, mut high) = ([f64::INFINITY; D], [f64::NEG_INFINITY; D]);
        for v in self.velocities {
            for axis in 0..D {
                let place = ((v[axis] - self.center[axis]) / spacing).round();
                low[axis] = low[axis].min(place);
                high[axis] = high[axis].max(place);
            }
        }
        let count: [f64; D] = std::array::from_fn(|axis| high[axis] - low[axis] + 2.0 * reach as f64 + 1.0);
        let nodes: f64 = count.iter().product();
        if !(nodes <= MOST_NODES && nodes / count[D - 1] <= MOST_NODES_OF_A_PLANE) {
            return Err(TooManyNodes(nodes));
        }
        Ok(Mesh {
            spacing,
            variance: self.variance,
            reach,
            first: low.map(|place| place as i64 - reach),
            count: count.map(|count| count as usize),
        })
    }
}

/// The place of ∂² along two axes among the second derivatives: xx, yy, xy or xx, yy, zz, xy, xz, yz.
fn second_place(dimension: usize, a: usize, b: usize) -> usize {
    if a == b { a } else { dimension + a.min(b) + a.max(b) - 1 }
}

impl<const D: usize> Mesh<D> {
    fn rows(&self) -> usize {
        if D == 3 { self.count[1] } else { 1 }
    }

    /// Planes that are held at a time. In three dimensions a particle's exponentials are little beside its sums on a
    /// plane; in two a plane is a row, and they would be most of the work.
    fn planes_together(&self) -> usize {
        if D == 3 { 1 } else { (MOST_NODES_OF_A_GROUP / self.count[0]).clamp(1, 16) }
    }

    /// exp(−x²/2ε) and its first two derivatives along an axis, at the node `j` of those in reach of a particle.
    fn mollifier(&self, particle: &Placed<D>, axis: usize, j: i64) -> [f64; 3] {
        let node = (particle.nearest[axis] + j - self.reach) as f64 * self.spacing;
        let x = node - particle.from_center[axis];
        let slope = -x / self.variance;
        let value = (0.5 * slope * x).exp();
        [value, slope * value, (slope * slope - 1.0 / self.variance) * value]
    }

    /// The same at all nodes in reach: values, then first, then second derivatives.
    fn tabulate(&self, particle: &Placed<D>, axis: usize, table: &mut [f64]) {
        let width = table.len() / 3;
        for j in 0..width {
            for (derivative, value) in self.mollifier(particle, axis, j as i64).into_iter().enumerate() {
                table[derivative * width + j] = value;
            }
        }
    }

    /// ρ, ∇ρ and, if asked for, ∇∇ρ at the nodes of some planes, plane after plane and field after field.
    fn fields(
        &self,
        planes: Range<usize>,
        second: bool,
        by_plane: &[Vec<u32>],
        placed: &[Placed<D>],
    ) -> Vec<f64> {
        let (columns, rows, reach) = (self.count[0], self.rows(), self.reach as usize);
        let size = columns * rows;
        let count = 1 + D + if second { D * (D + 1) / 2 } else { 0 };
        let mut fields = vec![0.0; planes.len() * count * size];
        let width = 2 * reach + 1;
        let (mut along_x, mut along_y) = (vec![0.0; 3 * width], vec![0.0; 3 * width]);
        let near = planes.start.saturating_sub(reach)..(planes.end + reach).min(by_plane.len());
        for source in near {
            for &p in &by_plane[source] {
                let own = &placed[p as usize];
                self.tabulate(own, 0, &mut along_x);
                if D == 3 {
                    self.tabulate(own, 1, &mut along_y);
                }
                let reached =
                    planes.start.max(source.saturating_sub(reach))..planes.end.min(source + reach + 1);
                for plane in reached {
                    let across = (plane + reach - source) as i64;
                    let z = self.mollifier(own, D - 1, across).map(|factor| own.weight * factor);
                    let fields = &mut fields[(plane - planes.start) * count * size..][..count * size];
                    self.add_to_plane(own, second, [&along_x, &along_y], z, fields);
                }
            }
        }
        fields
    }

    /// Adds a particle to the fields of one plane; z is its mollifier across the planes.
    fn add_to_plane(
        &self,
        own: &Placed<D>,
        second: bool,
        [along_x, along_y]: [&[f64]; 2],
        z: [f64; 3],
        fields: &mut [f64],
    ) {
        let (columns, reach) = (self.count[0], self.reach as usize);
        let (size, width) = (columns * self.rows(), 2 * reach + 1);
        let (x0, rest) = along_x.split_at(width);
        let (x1, x2) = rest.split_at(width);
        let start = (own.nearest[0] - self.first[0]) as usize - reach;
        let middle = if D == 3 { width } else { 1 };
        for j in 0..middle {
            // In two dimensions the plane is the row.
            let y: [f64; 3] =
                if D == 3 { [0, 1, 2].map(|k| along_y[k * width + j]) } else { [1.0, 0.0, 0.0] };
            let row = if D == 3 { (own.nearest[1] - self.first[1]) as usize + j - reach } else { 0 };
            let at = row * columns + start;
            let mut add = |field: usize, factor: f64, x: &[f64]| {
                let to = &mut fields[field * size + at..][..width];
                to.iter_mut().zip(x).for_each(|(to, x)| *to += factor * x);
            };
            add(0, z[0] * y[0], x0);
            add(1, z[0] * y[0], x1);
            if D == 3 {
                add(2, z[0] * y[1], x0);
            }
            add(D, z[1] * y[0], x0);
            if second {
                let field = |a: usize, b: usize| 1 + D + second_place(D, a, b);
                add(field(0, 0), z[0] * y[0], x2);
                add(field(0, D - 1), z[1] * y[0], x1);
                add(field(D - 1, D - 1), z[2] * y[0], x0);
                if D == 3 {
                    add(field(0, 1), z[0] * y[1], x1);
                    add(field(1, 1), z[0] * y[2], x0);
                    add(field(1, 2), z[1] * y[1], x0);
                }
            }
        }
    }

    /// The sums over one plane, and the density at the center if it is on it.
    fn sum_plane(
        &self,
        plane: usize,
        second: bool,
        fields: &[f64],
        mut sums: Vec<f64>,
        add: &impl Fn(&Node<D>, &mut [f64]),
    ) -> (Vec<f64>, Option<Center<D>>) {
        let (columns, rows) = (self.count[0], self.rows());
        let size = columns * rows;
        let mut center = None;
        for (place, &density) in fields[..size].iter().enumerate() {
            if density == 0.0 {
                continue;
            }
            let index: [i64; D] = std::array::from_fn(|axis| {
                self.first[axis]
                    + match axis {
                        0 => place % columns,
                        axis if axis + 1 == D => plane,
                        _ => place / columns,
                    } as i64
            });
            let score: [f64; D] = std::array::from_fn(|axis| fields[(1 + axis) * size + place] / density);
            let hessian = std::array::from_fn(|a| {
                std::array::from_fn(|b| match second {
                    true => {
                        fields[(1 + D + second_place(D, a, b)) * size + place] / density - score[a] * score[b]
                    }
                    false => f64::NAN,
                })
            });
            if index == [0; D] {
                center = Some(Center { density, score });
            }
            let from_center = index.map(|index| index as f64 * self.spacing);
            add(&Node { from_center, density, score, hessian }, &mut sums);
        }
        (sums, center)
    }
}
