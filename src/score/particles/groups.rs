//! A cloud in groups of particles that lie together, and the particles near each group.
//!
//! A kd-tree visits its leaves one after the other: everyone it holds, from the first particle on,
//! is an order in which neighbours follow each other. In that order the cloud is stored, so that a group and those near it
//! lie together in memory too, and one question to a tree over it then serves a whole group.
//!
//! That second tree pays for itself: the first one could be asked in its place, by the place of each particle in the order,
//! but looks that up all over memory. Scores of a million particles took an eighth longer so.

use kiddo::{ImmutableKdTree, SquaredEuclidean};

/// Particles of a group, but for the last.
pub const GROUP: usize = 32;

/// The groups of one cloud; its velocities must be finite.
#[derive(Debug)]
pub struct Groups<const D: usize> {
    /// Group after group.
    velocities: Vec<[f64; D]>,
    /// The indices of the same particles in the cloud.
    order: Vec<u32>,
    tree: ImmutableKdTree<f64, D>,
}

impl<const D: usize> Groups<D> {
    /// Sorts a cloud; nothing for an empty one.
    pub fn new(cloud: &[[f64; D]]) -> Option<Self> {
        let tree = ImmutableKdTree::new_from_slice(cloud).ok()?;
        let mut order = Vec::with_capacity(cloud.len());
        visit(&tree, cloud.first()?, f64::INFINITY, |particle| order.push(particle));
        assert_eq!(order.len(), cloud.len(), "a tree visits every particle");
        let velocities: Vec<[f64; D]> = order.iter().map(|&particle| cloud[particle as usize]).collect();
        let tree = ImmutableKdTree::new_from_slice(&velocities).ok()?;
        Some(Self { velocities, order, tree })
    }

    /// The velocities of all particles, group after group.
    pub fn velocities(&self) -> &[[f64; D]] {
        &self.velocities
    }

    /// The indices of all particles in the cloud, group after group.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// Overwrites `near` with the indices, here, of the particles within a distance of the smallest box around the velocities of
    /// a group, in an order that depends on the cloud alone.
    pub fn find_near(&self, group: &[[f64; D]], squared_distance: f64, near: &mut Vec<u32>) {
        let (mut low, mut high) = ([f64::INFINITY; D], [f64::NEG_INFINITY; D]);
        for v in group {
            for axis in 0..D {
                low[axis] = low[axis].min(v[axis]);
                high[axis] = high[axis].max(v[axis]);
            }
        }
        let center = std::array::from_fn(|axis| 0.5 * (low[axis] + high[axis]));
        let half_diagonal = 0.5 * (0..D).map(|axis| (high[axis] - low[axis]).powi(2)).sum::<f64>().sqrt();
        // Nobody is lost to the rounding of the radius; the box then decides.
        let radius = (squared_distance.sqrt() + half_diagonal) * (1.0 + 1e-9);
        near.clear();
        visit(&self.tree, &center, radius * radius, |particle| {
            let v = &self.velocities[particle as usize];
            let gap = |axis: usize| (low[axis] - v[axis]).max(v[axis] - high[axis]).max(0.0);
            if (0..D).map(|axis| gap(axis).powi(2)).sum::<f64>() <= squared_distance * (1.0 + 1e-9) {
                near.push(particle);
            }
        });
    }
}

fn visit<const D: usize>(
    tree: &ImmutableKdTree<f64, D>,
    at: &[f64; D],
    squared_radius: f64,
    mut look: impl FnMut(u32),
) {
    let within = tree.query(at).within::<SquaredEuclidean<f64>>(squared_radius);
    within.unsorted().visit(|neighbour| look(neighbour.item));
}
