//! A cloud in groups of particles that lie together, and the particles near each group.
//!
//! The kd-tree visits its leaves one after the other: everyone it holds, from the first particle on,
//! is an order in which neighbours follow each other. One question to the tree then serves a whole group.

use kiddo::{ImmutableKdTree, SquaredEuclidean};

/// Particles of a group, but for the last.
pub const GROUP: usize = 32;

/// The groups of one cloud; its velocities must be finite.
#[derive(Debug)]
pub struct Groups<'v, const D: usize> {
    velocities: &'v [[f64; D]],
    tree: ImmutableKdTree<f64, D>,
    order: Vec<u32>,
}

impl<'v, const D: usize> Groups<'v, D> {
    /// Sorts a cloud; nothing for an empty one.
    pub fn new(velocities: &'v [[f64; D]]) -> Option<Self> {
        let tree = ImmutableKdTree::new_from_slice(velocities).ok()?;
        let mut order = Vec::with_capacity(velocities.len());
        visit(&tree, velocities.first()?, f64::INFINITY, |particle| order.push(particle));
        assert_eq!(order.len(), velocities.len(), "a tree visits every particle");
        Some(Self { velocities, tree, order })
    }

    /// All particles, group after group.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// Overwrites `near` with the particles within a distance of the smallest box around `group`, in an
    /// order that depends on the cloud alone.
    pub fn find_near(&self, group: &[u32], squared_distance: f64, near: &mut Vec<u32>) {
        let (mut low, mut high) = ([f64::INFINITY; D], [f64::NEG_INFINITY; D]);
        for v in group.iter().map(|&p| self.velocities[p as usize]) {
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
