//! The sum over all pairs of rings about an axis, each unordered pair evaluated once.
//!
//! A particle stands for the ring of all points that rotations about an axis take it to, and its weight is the density on
//! the whole ring. sums_p = Σ_j c_ij Σ_{q∈j} w_q F(p), p of species i, F(p) being the mean of A(v_p − v)(g_p − g) over
//! the points v of the ring q, as [`kernel::rings`](crate::kernel::rings) has it: Σ w_p F_z and
//! Σ w_p (r_p F_r + z_p F_z) vanish to rounding for any g. A ring does nothing to itself.
//!
//! A velocity holds the components along the axis and across it, the third is 0. One whose component across is below 0
//! has crossed the axis in a step: it stands for the same ring as its mirror image.
//!
//! For γ = 0 the sum is one of moments, linear in the number of rings. By a tree it is to a tolerance, at a cost that grows in
//! proportion to that number.

mod moments;
#[cfg(test)]
mod tests;

use self::moments::RingMoments;
use super::blocks::Blocks;
use super::interface::{Accuracy, Measured, Particles, Quality, SpeciesTable};
use super::orbit_tree::{MOST_POINTS, OrbitLaw, OrbitTree};
use super::tile::{BySet, ChosenLaw, Sweep};
use crate::kernel::lanes::InstructionSet;
use crate::kernel::rings::{ACROSS, ALONG, RingLaw};
use crate::ranks::Ranks;
use crate::symmetry::HalfPlane;

/// The pair sum of rings, with its workspace.
#[derive(Debug)]
pub struct RingSum {
    half_plane: HalfPlane,
    instruction_set: InstructionSet,
    way: Way,
    held: Held,
}

/// How pairs are summed.
#[derive(Debug)]
enum Way {
    Moments(RingMoments),
    Pairs(Box<Pairs>),
    Tree(Box<ByTree>),
}

/// Rings by a tree.
#[derive(Debug)]
struct ByTree {
    law: RingLaw,
    set: InstructionSet,
    tree: OrbitTree<2>,
    /// Of the rates, relative.
    tolerance: f64,
    /// Points along each axis of a cell with which an evaluation starts.
    points: usize,
}

/// The relative error that [`Accuracy::Rough`] sums aim at.
const ROUGHLY: f64 = 1e-3;

/// Points along each axis of a cell for a smooth cloud, of which two leave an error of 2e-2, four 2e-4 and six 3e-6: most far
/// cells are farther than the nearest, which divide the error of one point more by 2 + √5.
fn first_points(tolerance: f64) -> usize {
    let points = -tolerance.ln() / 8f64.ln();
    (points.ceil().max(2.0) as usize).min(MOST_POINTS)
}

/// Rings pair by pair.
#[derive(Debug)]
struct Pairs {
    law: RingLaw,
    /// The species that the blocks are cut for.
    planned: SpeciesTable,
    blocks: Blocks<2>,
}

/// Rings by their point with a component across the axis that is not below 0.
#[derive(Debug, Default)]
struct Held {
    velocities: Vec<[f64; 2]>,
    gradients: Vec<[f64; 2]>,
    spreads: Vec<f64>,
    sums: Vec<[f64; 2]>,
}

impl RingSum {
    /// A sum for γ in [−3, 1]. It takes some milliseconds to make, in which averages of rings are fitted.
    ///
    /// # Panics
    ///
    /// If γ is out of range, or the machine does not have the instruction set.
    pub fn new(gamma: f64, half_plane: HalfPlane, instruction_set: InstructionSet) -> Self {
        assert!((-3.0..=1.0).contains(&gamma), "the exponent is out of range");
        assert!(instruction_set.is_available(), "no {} here", instruction_set.name());
        let way = match gamma {
            0.0 => Way::Moments(RingMoments::default()),
            _ => Way::Pairs(Box::new(Pairs {
                law: RingLaw::new(gamma),
                planned: SpeciesTable::default(),
                blocks: Blocks::empty(),
            })),
        };
        Self { half_plane, instruction_set, way, held: Held::default() }
    }

    /// Divides the sum between ranks; not one by moments, which is little work, nor one by a tree.
    pub fn divide(&mut self, ranks: &Ranks) {
        if let Way::Pairs(pairs) = &mut self.way {
            pairs.blocks.divide(ranks);
            pairs.planned = SpeciesTable::default();
        }
    }

    /// Numbers that each of several ranks receives, at most, in an evaluation like the last.
    pub fn received(&self) -> usize {
        match &self.way {
            Way::Moments(_) | Way::Tree(_) => 0,
            Way::Pairs(pairs) => pairs.blocks.received(),
        }
    }

    /// Whether every rank computes all of the sum: by moments, or by a tree.
    pub fn is_undivided(&self) -> bool {
        !matches!(self.way, Way::Pairs(_))
    }

    /// The same by a tree, to a relative error of the rates; by moments for γ = 0.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    pub fn by_tree(
        gamma: f64,
        half_plane: HalfPlane,
        tolerance: f64,
        instruction_set: InstructionSet,
    ) -> Self {
        let mut sum = Self::new(gamma, half_plane, instruction_set);
        if let Way::Pairs(pairs) = &sum.way {
            let mut momenta = [false; 2];
            momenta[ALONG] = true;
            sum.way = Way::Tree(Box::new(ByTree {
                law: pairs.law.clone(),
                set: instruction_set,
                tree: OrbitTree::new(momenta),
                tolerance,
                points: first_points(tolerance),
            }));
        }
        sum
    }

    /// The relative error that sums may have, and points along each axis of a cell: of a tree.
    pub fn tree(&self) -> Option<(f64, usize)> {
        match &self.way {
            Way::Tree(tree) => Some((tree.tolerance, tree.points)),
            Way::Moments(_) | Way::Pairs(_) => None,
        }
    }

    /// Overwrites `sums` with the pair sums of all rings, which are exact to rounding and to 2e-12 of each pair's terms,
    /// or have the measured error of a tree. Their third component is 0.
    ///
    /// # Panics
    ///
    /// If an array is not as long as the particles, or the pairs of species, are many.
    pub fn evaluate(
        &mut self,
        particles: Particles<'_, 3>,
        accuracy: Accuracy,
        sums: &mut [[f64; 3]],
    ) -> Quality {
        particles.count(sums);
        let Self { half_plane, instruction_set, way, held } = self;
        held.take(particles, *half_plane);
        let mut quality = Quality::Exact;
        match way {
            Way::Moments(moments) => {
                let vectors = (held.velocities.as_slice(), held.gradients.as_slice());
                moments.evaluate(particles.species, vectors, particles.weights, &mut held.sums);
            }
            Way::Pairs(pairs) => pairs.evaluate(*instruction_set, particles, held),
            Way::Tree(tree) => quality = Quality::Measured(tree.evaluate(particles, accuracy, held)),
        }
        held.give(particles, *half_plane, sums);
        quality
    }

    /// Raises the points of a tree until the error of the sums is at most half its tolerance, and returns that error; 0
    /// without a tree.
    pub fn calibrate(&mut self, particles: Particles<'_, 3>) -> f64 {
        let Self { half_plane, way: Way::Tree(tree), held, .. } = self else { return 0.0 };
        held.take(Particles { spreads: None, ..particles }, *half_plane);
        tree.calibrate(particles, held)
    }

    /// Bytes of the workspace, which grows with the rings.
    pub fn memory(&self) -> usize {
        let Held { velocities, gradients, spreads, sums } = &self.held;
        let vectors = velocities.capacity() + gradients.capacity() + sums.capacity();
        let blocks = match &self.way {
            Way::Moments(_) => 0,
            Way::Pairs(pairs) => pairs.blocks.memory(),
            Way::Tree(tree) => tree.tree.memory(),
        };
        vectors * size_of::<[f64; 2]>() + spreads.capacity() * size_of::<f64>() + blocks
    }

    /// Overwrites all that an evaluation writes before it reads.
    #[cfg(test)]
    fn fill_workspace(&mut self, value: f64) {
        let Held { velocities, gradients, spreads, sums } = &mut self.held;
        [velocities, gradients, sums].into_iter().for_each(|vectors| vectors.fill([value; 2]));
        spreads.fill(value);
        if let Way::Pairs(pairs) = &mut self.way {
            pairs.blocks.fill_workspace(value);
        }
    }
}

impl ChosenLaw<2> for OrbitLaw<'_, RingLaw> {
    fn instruction_set(&self) -> InstructionSet {
        self.set
    }

    fn sweep(&self, sweep: Sweep<'_, 2>) {
        self.law.apply(self.regularised, BySet { set: self.set, sweep });
    }
}

impl ByTree {
    /// With more and more points until the error meets the tolerance, from the calibrated number on.
    fn evaluate(&mut self, particles: Particles<'_, 3>, accuracy: Accuracy, held: &mut Held) -> Measured {
        if accuracy == Accuracy::Rough {
            let points = first_points(ROUGHLY).min(self.points);
            return self.evaluate_once(points, particles, held);
        }
        let mut points = self.points;
        loop {
            let measured = self.evaluate_once(points, particles, held);
            if measured.error <= self.tolerance || measured.error.is_nan() || points == MOST_POINTS {
                return measured;
            }
            points += 1;
        }
    }

    fn evaluate_once(&mut self, points: usize, particles: Particles<'_, 3>, held: &mut Held) -> Measured {
        let Self { law, set, tree, tolerance, .. } = self;
        let Held { velocities, gradients, spreads, sums } = held;
        let Particles { species, weights, regularisation, .. } = particles;
        let rings =
            Particles { species, velocities, gradients, weights, spreads: Some(spreads), regularisation };
        let law = OrbitLaw { law: &*law, regularised: !regularisation.is_none(), set: *set };
        tree.evaluate(&law, points, rings, sums);
        tree.measure(&law, *tolerance, rings, sums)
    }

    fn calibrate(&mut self, particles: Particles<'_, 3>, held: &mut Held) -> f64 {
        loop {
            let error = self.evaluate_once(self.points, particles, held).error;
            if error <= 0.5 * self.tolerance || error.is_nan() || self.points == MOST_POINTS {
                return error;
            }
            self.points += 1;
        }
    }
}

impl Pairs {
    fn evaluate(&mut self, set: InstructionSet, particles: Particles<'_, 3>, held: &mut Held) {
        let Self { law, planned, blocks } = self;
        if *planned != *particles.species {
            planned.clone_from(particles.species);
            blocks.cut(particles.species);
        }
        let Particles { species, weights, regularisation, .. } = particles;
        let rings = Particles {
            species,
            velocities: &held.velocities,
            gradients: &held.gradients,
            weights,
            spreads: Some(&held.spreads),
            regularisation,
        };
        let law = OrbitLaw { law: &*law, regularised: !regularisation.is_none(), set };
        blocks.evaluate(&law, rings);
        blocks.unpack(&mut held.sums);
    }
}

impl Held {
    /// Takes the rings, those that crossed the axis by their mirror images.
    fn take(&mut self, particles: Particles<'_, 3>, HalfPlane { along, across }: HalfPlane) {
        let Particles { velocities, gradients, spreads, .. } = particles;
        let point = |vector: &[f64; 3], side: f64| {
            let mut point = [0.0; 2];
            point[ALONG] = vector[along];
            point[ACROSS] = side * vector[across];
            point
        };
        self.velocities.clear();
        self.velocities.extend(velocities.iter().map(|v| point(v, side(v[across]))));
        self.gradients.clear();
        self.gradients.extend(velocities.iter().zip(gradients).map(|(v, g)| point(g, side(v[across]))));
        self.spreads.clear();
        match spreads {
            Some(spreads) => self.spreads.extend_from_slice(spreads),
            None => self.spreads.resize(velocities.len(), 0.0),
        }
        self.sums.resize(velocities.len(), [0.0; 2]);
    }

    /// Writes the sums, on the side of the axis on which each ring is held.
    fn give(
        &self,
        particles: Particles<'_, 3>,
        HalfPlane { along, across }: HalfPlane,
        sums: &mut [[f64; 3]],
    ) {
        for ((sum, point), v) in sums.iter_mut().zip(&self.sums).zip(particles.velocities) {
            *sum = [0.0; 3];
            sum[along] = point[ALONG];
            sum[across] = side(v[across]) * point[ACROSS];
        }
    }
}

/// −1 on the far side of the axis, 1 on it and on this side.
fn side(across: f64) -> f64 {
    if across < 0.0 { -1.0 } else { 1.0 }
}
