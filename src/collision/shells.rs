//! The sum over all pairs of shells about the origin, each unordered pair evaluated once.
//!
//! A particle stands for the shell of all points that turns about the origin take it to, and its weight is the density on
//! the whole shell. sums_p = Σ_j c_ij Σ_{q∈j} w_q F(p), p of species i, F(p) being the mean of A(v_p − v)(g_p − g) over
//! the points v of the shell q, as [`kernel::shells`](crate::kernel::shells) has it. It has the direction of v_p, and
//! Σ w_p r_p F_p vanishes to rounding for any g. A shell does nothing to itself.
//!
//! A velocity holds the radius as its component [`RADIUS`], the others are 0. A radius below 0 has crossed the origin in a
//! step: it stands for the same shell as its mirror image.
//!
//! # Many shells
//!
//! For γ = 0, F = ⅔ r'(r' g − r g'), and the sum is one of moments. For γ = −3 and |z|^γ itself it is one of
//! prefix sums over sorted radii. For any other γ, and where the kernel is regularised, it is by a
//! tree of cells from `FEWEST_IN_TREE` shells on, with `POINTS` points in each cell. All cost in proportion to the
//! number of shells, but for sorting them. Where shells have spreads they meet pair by pair.

mod prefix;
#[cfg(test)]
mod tests;

use self::prefix::PrefixSums;
use super::blocks::Blocks;
use super::interface::{Particles, Quality, SpeciesTable};
use super::orbit_tree::{OrbitLaw, OrbitTree};
use super::tile::{BySet, ChosenLaw, Sweep};
use crate::kernel::lanes::InstructionSet;
use crate::kernel::shells::ShellLaw;
use crate::ranks::Ranks;
use crate::symmetry::RADIUS;

/// The pair sum of shells, with its workspace.
#[derive(Debug)]
pub struct ShellSum {
    instruction_set: InstructionSet,
    way: Way,
    held: Held,
}

/// How pairs are summed.
#[derive(Debug)]
enum Way {
    /// Σ w r² and Σ w r g of every species.
    Moments(Vec<[f64; 2]>),
    Pairs(Box<Pairs>),
}

/// Shells pair by pair, or by what is the same sum.
#[derive(Debug)]
struct Pairs {
    law: ShellLaw,
    /// Whether γ = −3.
    coulomb: bool,
    /// Shells from which on not all pairs are met one by one: by prefix sums, and by a tree.
    fewest: [usize; 2],
    /// The species that the blocks are cut for.
    planned: SpeciesTable,
    blocks: Blocks<1>,
    prefix: PrefixSums,
    tree: OrbitTree<1>,
}

/// Shells from which on prefix sums are faster than all pairs.
const FEWEST_IN_PREFIX: usize = 128;

/// Shells from which on a tree is faster than all pairs, on one thread with AVX2.
const FEWEST_IN_TREE: usize = 1500;

/// Points of a cell of the tree: (3 + √8)^(−16) is 6e-13, for the nearest of far cells. The sums over random shells differ from
/// those over all pairs by 1e-12, 3e-14 and 1e-15 with 12, 14 and 16 points for γ = −3.
const POINTS: usize = 16;

/// Shells by their radii, which are not below 0.
#[derive(Debug, Default)]
struct Held {
    radii: Vec<[f64; 1]>,
    gradients: Vec<[f64; 1]>,
    spreads: Vec<f64>,
    sums: Vec<[f64; 1]>,
}

impl ShellSum {
    /// A sum for γ in [−3, 1]. It takes some milliseconds to make for other γ than −3, in which averages of shells are
    /// fitted.
    ///
    /// # Panics
    ///
    /// If γ is out of range, or the machine does not have the instruction set.
    pub fn new(gamma: f64, instruction_set: InstructionSet) -> Self {
        assert!((-3.0..=1.0).contains(&gamma), "the exponent is out of range");
        assert!(instruction_set.is_available(), "no {} here", instruction_set.name());
        let way = match gamma {
            0.0 => Way::Moments(Vec::new()),
            _ => Way::Pairs(Box::new(Pairs {
                law: ShellLaw::new(gamma),
                coulomb: gamma == -3.0,
                fewest: [FEWEST_IN_PREFIX, FEWEST_IN_TREE],
                prefix: PrefixSums::default(),
                tree: OrbitTree::new([false]),
                planned: SpeciesTable::default(),
                blocks: Blocks::empty(),
            })),
        };
        Self { instruction_set, way, held: Held::default() }
    }

    /// The same pair by pair, however many shells there are: slow, to compare others with.
    pub fn pair_by_pair(gamma: f64, instruction_set: InstructionSet) -> Self {
        let mut sum = Self::new(gamma, instruction_set);
        if let Way::Pairs(pairs) = &mut sum.way {
            pairs.fewest = [usize::MAX; 2];
        }
        sum
    }

    /// Divides the sum between ranks; not one by moments, which is little work.
    pub fn divide(&mut self, ranks: &Ranks) {
        if let Way::Pairs(pairs) = &mut self.way {
            pairs.blocks.divide(ranks);
            pairs.planned = SpeciesTable::default();
        }
    }

    /// Numbers that each of several ranks receives, at most, in an evaluation like the last.
    pub fn received(&self) -> usize {
        match &self.way {
            Way::Moments(_) => 0,
            Way::Pairs(pairs) => pairs.blocks.received(),
        }
    }

    /// Whether every rank computes all of the sum, by moments. Many shells take too little work to be divided, too.
    pub fn is_undivided(&self) -> bool {
        matches!(self.way, Way::Moments(_))
    }

    /// Overwrites `sums` with the pair sums of all shells, which are exact to rounding and, for other γ than −3, to 2e-12
    /// of each pair's terms. Their other components are 0.
    ///
    /// # Panics
    ///
    /// If an array is not as long as the particles, or the pairs of species, are many.
    pub fn evaluate(&mut self, particles: Particles<'_, 3>, sums: &mut [[f64; 3]]) -> Quality {
        particles.count(sums);
        let Self { instruction_set, way, held } = self;
        held.take(particles);
        match way {
            Way::Moments(moments) => sum_by_moments(moments, particles, held),
            Way::Pairs(pairs) => pairs.evaluate(*instruction_set, particles, held),
        }
        for ((sum, held), v) in sums.iter_mut().zip(&held.sums).zip(particles.velocities) {
            *sum = [0.0; 3];
            sum[RADIUS] = side(v[RADIUS]) * held[0];
        }
        Quality::Exact
    }

    /// Bytes of the workspace, which grows with the shells.
    pub fn memory(&self) -> usize {
        let Held { radii, gradients, spreads, sums } = &self.held;
        let numbers = radii.capacity() + gradients.capacity() + spreads.capacity() + sums.capacity();
        let way = match &self.way {
            Way::Moments(moments) => moments.capacity() * size_of::<[f64; 2]>(),
            Way::Pairs(pairs) => pairs.blocks.memory() + pairs.tree.memory() + pairs.prefix.memory(),
        };
        numbers * size_of::<f64>() + way
    }

    /// Overwrites all that an evaluation writes before it reads.
    #[cfg(test)]
    fn fill_workspace(&mut self, value: f64) {
        let Held { radii, gradients, spreads, sums } = &mut self.held;
        [radii, gradients, sums].into_iter().for_each(|numbers| numbers.fill([value]));
        spreads.fill(value);
        match &mut self.way {
            Way::Moments(moments) => moments.fill([value; 2]),
            Way::Pairs(pairs) => pairs.blocks.fill_workspace(value),
        }
    }
}

fn sum_by_moments(moments: &mut Vec<[f64; 2]>, particles: Particles<'_, 3>, held: &mut Held) {
    let Particles { species, weights, .. } = particles;
    let Held { radii, gradients, sums, .. } = held;
    moments.clear();
    moments.extend(species.ranges().iter().map(|range| {
        range.clone().fold([0.0; 2], |[square, work], p| {
            let ([r], [g]) = (radii[p], gradients[p]);
            [square + weights[p] * r * r, work + weights[p] * r * g]
        })
    }));
    for (i, range) in species.ranges().iter().enumerate() {
        let mut combined = [0.0; 2];
        for (j, moments) in moments.iter().enumerate() {
            let c = species.coefficients().between(i, j);
            combined = [combined[0] + c * moments[0], combined[1] + c * moments[1]];
        }
        for p in range.clone() {
            sums[p] = [2.0 / 3.0 * (gradients[p][0] * combined[0] - radii[p][0] * combined[1])];
        }
    }
}

impl ChosenLaw<1> for OrbitLaw<'_, ShellLaw> {
    fn instruction_set(&self) -> InstructionSet {
        self.set
    }

    fn sweep(&self, sweep: Sweep<'_, 1>) {
        self.law.apply(self.regularised, BySet { set: self.set, sweep });
    }
}

impl Pairs {
    fn evaluate(&mut self, set: InstructionSet, particles: Particles<'_, 3>, held: &mut Held) {
        let Self { law, coulomb, fewest: [fewest_in_prefix, fewest_in_tree], planned, blocks, prefix, tree } =
            self;
        let count = particles.velocities.len();
        let softened = particles.spreads.is_some();
        let by_prefix = *coulomb && particles.regularisation.is_none() && count >= *fewest_in_prefix;
        let by_tree = !by_prefix && count >= *fewest_in_tree;
        let Particles { species, weights, regularisation, .. } = particles;
        let shells = Particles {
            species,
            velocities: &held.radii,
            gradients: &held.gradients,
            weights,
            spreads: Some(&held.spreads),
            regularisation,
        };
        if by_prefix && !softened {
            return prefix.evaluate(shells, &mut held.sums);
        }
        let law = OrbitLaw { law: &*law, regularised: !regularisation.is_none(), set };
        if by_tree && !softened {
            return tree.evaluate(&law, POINTS, shells, &mut held.sums);
        }
        if *planned != *particles.species {
            planned.clone_from(particles.species);
            blocks.cut(particles.species);
        }
        blocks.evaluate(&law, shells);
        blocks.unpack(&mut held.sums);
    }
}

impl Held {
    /// Takes the shells, those that crossed the origin by their mirror images.
    fn take(&mut self, particles: Particles<'_, 3>) {
        let Particles { velocities, gradients, spreads, .. } = particles;
        self.radii.clear();
        self.radii.extend(velocities.iter().map(|v| [side(v[RADIUS]) * v[RADIUS]]));
        self.gradients.clear();
        let outward = velocities.iter().zip(gradients).map(|(v, g)| [side(v[RADIUS]) * g[RADIUS]]);
        self.gradients.extend(outward);
        self.spreads.clear();
        match spreads {
            Some(spreads) => self.spreads.extend_from_slice(spreads),
            None => self.spreads.resize(velocities.len(), 0.0),
        }
        self.sums.resize(velocities.len(), [0.0]);
    }
}

/// −1 for a radius that crossed the origin, else 1.
fn side(radius: f64) -> f64 {
    if radius < 0.0 { -1.0 } else { 1.0 }
}
