//! What every pair sum takes and gives: species and particles in, sums and their quality out.
//!
//! A sum borrows all it reads anew at every evaluation: weights may change between two evaluations, and particles
//! may leave. It keeps nothing of them but its plans and its workspace.

use std::ops::Range;

use super::regularisation::Regularisation;
use crate::dimension;
use crate::error::Failure;
use crate::problem::Problem;

/// c_ij of every two species.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coefficients {
    pub species: usize,
    /// Row by row, symmetric.
    pub values: Vec<f64>,
}

impl Coefficients {
    /// c_ij.
    pub fn between(&self, i: usize, j: usize) -> f64 {
        self.values[i * self.species + j]
    }
}

/// What pair sums know of every species.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpeciesTable {
    masses: Vec<f64>,
    ranges: Vec<Range<usize>>,
    coefficients: Coefficients,
    groups: Vec<Vec<usize>>,
}

impl SpeciesTable {
    /// Species of these masses, whose particles are `ranges`, one after another from 0 on; `coefficients` holds c_ij
    /// row by row.
    ///
    /// # Panics
    ///
    /// If the lengths disagree, particles belong to no species, or the coefficients are not symmetric.
    pub fn new(masses: Vec<f64>, ranges: Vec<Range<usize>>, coefficients: Vec<f64>) -> Self {
        let species = masses.len();
        assert_eq!(coefficients.len(), species * species);
        let coefficients = Coefficients { species, values: coefficients };
        for i in 0..species {
            for j in 0..i {
                assert_eq!(coefficients.between(i, j), coefficients.between(j, i));
            }
        }
        let groups = connected(&coefficients);
        let mut table = Self { masses, ranges: Vec::new(), coefficients, groups };
        table.take_ranges(ranges);
        table
    }

    /// The moving species of a problem.
    pub fn of_problem<const D: usize>(problem: &Problem<D>) -> Self {
        let masses = problem.species.iter().map(|species| species.mass).collect();
        let ranges = problem.species.iter().map(|species| species.range.clone()).collect();
        Self::new(masses, ranges, problem.coefficients.clone())
    }

    /// Takes other numbers of particles of the same species.
    ///
    /// # Panics
    ///
    /// If there is not one range for each species, or particles belong to none.
    pub fn take_ranges(&mut self, ranges: impl IntoIterator<Item = Range<usize>>) {
        self.ranges.clear();
        self.ranges.extend(ranges);
        assert_eq!(self.ranges.len(), self.masses.len());
        let mut next = 0;
        for range in &self.ranges {
            assert!(range.start == next && range.end >= next, "species follow one another");
            next = range.end;
        }
    }

    /// The mass of each species.
    pub fn masses(&self) -> &[f64] {
        &self.masses
    }

    /// The particles of each species.
    pub fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// c_ij.
    pub fn coefficients(&self) -> &Coefficients {
        &self.coefficients
    }

    /// Species that exchange momentum and energy among each other, if need be through others.
    pub fn groups(&self) -> &[Vec<usize>] {
        &self.groups
    }

    /// Particles of all species.
    pub fn particles(&self) -> usize {
        self.ranges.last().map_or(0, |range| range.end)
    }

    /// Ordered pairs of different particles that interact, c_ij ≠ 0.
    pub fn ordered_pairs(&self) -> u64 {
        let mut pairs = 0;
        for (i, targets) in self.ranges.iter().enumerate() {
            for (j, sources) in self.ranges.iter().enumerate() {
                if self.coefficients.between(i, j) != 0.0 {
                    let others = sources.len().saturating_sub(usize::from(i == j));
                    pairs += targets.len() as u64 * others as u64;
                }
            }
        }
        pairs
    }
}

/// The groups of species connected by c_ij ≠ 0.
fn connected(coefficients: &Coefficients) -> Vec<Vec<usize>> {
    let species = coefficients.species;
    let mut first: Vec<usize> = (0..species).collect();
    for _ in 0..species {
        for i in 0..species {
            for j in 0..species {
                if coefficients.between(i, j) != 0.0 {
                    first[i] = first[i].min(first[j]);
                }
            }
        }
    }
    let members = |group: usize| (0..species).filter(|&i| first[i] == group).collect::<Vec<_>>();
    (0..species).map(members).filter(|members| !members.is_empty()).collect()
}

/// What the pairs of two species have in common.
#[derive(Debug, Clone, Copy)]
pub struct Coupling {
    /// c_ij.
    pub c: f64,
    pub delta_squared: f64,
}

/// The coupling of every two species.
#[derive(Debug, Clone, Copy)]
pub struct Couplings<'a> {
    pub coefficients: &'a Coefficients,
    /// δ²_ij row by row.
    pub squares: &'a [f64],
}

impl<'a> Couplings<'a> {
    pub fn new(species: &'a SpeciesTable, regularisation: &'a Regularisation) -> Self {
        let (coefficients, squares) = (&species.coefficients, regularisation.squares.as_slice());
        assert_eq!(squares.len(), coefficients.values.len());
        Self { coefficients, squares }
    }

    /// That of species i and j, unless they do not interact.
    #[inline(always)]
    pub fn between(self, i: usize, j: usize) -> Option<Coupling> {
        let c = self.coefficients.between(i, j);
        (c != 0.0).then(|| Coupling { c, delta_squared: self.squares[i * self.coefficients.species + j] })
    }
}

/// The particles of all species, and what softens their pairs.
#[derive(Debug, Clone, Copy)]
pub struct Particles<'a, const D: usize> {
    pub species: &'a SpeciesTable,
    pub velocities: &'a [[f64; D]],
    /// g of every particle.
    pub gradients: &'a [[f64; D]],
    pub weights: &'a [f64],
    /// One number ≥ 0 a particle: the |z|² in φ is |z|² and the spreads of the pair.
    pub spreads: Option<&'a [f64]>,
    /// δ² of every pair of species.
    pub regularisation: &'a Regularisation,
}

impl<'a, const D: usize> Particles<'a, D> {
    /// What the pairs of every two species have in common.
    pub fn couplings(&self) -> Couplings<'a> {
        Couplings::new(self.species, self.regularisation)
    }

    /// The same particles, whose dimension is E.
    pub(super) fn cast<const E: usize>(&self) -> Particles<'a, E> {
        Particles {
            species: self.species,
            velocities: dimension::vectors(self.velocities),
            gradients: dimension::vectors(self.gradients),
            weights: self.weights,
            spreads: self.spreads,
            regularisation: self.regularisation,
        }
    }

    /// How many there are.
    ///
    /// # Panics
    ///
    /// If an array, `sums` among them, is not as long as the species are.
    pub(super) fn count(&self, sums: &[[f64; D]]) -> usize {
        let count = self.species.particles();
        assert_eq!(self.velocities.len(), count);
        assert_eq!(self.gradients.len(), count);
        assert_eq!(self.weights.len(), count);
        assert!(self.spreads.is_none_or(|spreads| spreads.len() == count));
        assert_eq!(sums.len(), count);
        count
    }
}

/// How accurate sums are to be, of those that can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accuracy {
    /// A tree keeps its tolerance.
    Kept,
    /// A tree is within a few parts in a thousand, or its tolerance where that is larger.
    Rough,
}

/// How far sums are from those over all pairs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Quality {
    /// They are these sums, to rounding.
    Exact,
    /// Their mean over all draws is.
    Sampled,
    /// The error was measured.
    Measured(Measured),
}

/// What an evaluation found of its own quality.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// √(Σ m w |error of v̇|² / Σ m w |v̇|²), from direct sums of samples.
    pub error: f64,
    /// −Σ w g·sums, which is ≤ 0 without errors: the rate of the entropy.
    pub entropy_rate: f64,
    /// What the tolerance can add to it: tolerance × √(Σ m w |g|²) √(Σ m w |v̇|²), g without the part that no
    /// pair feels.
    pub entropy_slack: f64,
}

/// Sums whose error was measured are to the tolerance, and dissipate as far as that goes. Rates that are not finite
/// have a failure of their own.
///
/// # Errors
///
/// If the error exceeds the tolerance, or the sums raise the entropy by more than that explains; both name the step.
pub fn require_quality(quality: Quality, tolerance: f64, step: u64) -> Result<(), Failure> {
    let Quality::Measured(Measured { error, entropy_rate, entropy_slack }) = quality else { return Ok(()) };
    if error > tolerance {
        return Err(Failure::TreeError { step, error, tolerance });
    }
    // The samples missed an error, or the one above would have spoken: with the vectors √(m w) g and √(w/m) sums, an
    // error of at most t = tolerance of the exact sums, which stand at an angle of at most 90° to g, turns them by at
    // most arcsin t. By Cauchy and Schwarz −Σ w g·sums ≤ t |g| |sums|, the slack. Both have g without what no pair
    // feels, which exact sums do not change with, and the sums as corrected, whose error is measured after that.
    if entropy_rate > entropy_slack {
        return Err(Failure::EntropyGrows { step, rate: entropy_rate, slack: entropy_slack });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn species_that_do_not_interact_even_through_others_are_groups_of_their_own() {
        let table = |coefficients: [f64; 9]| {
            SpeciesTable::new(vec![1.0; 3], vec![0..2, 2..2, 2..7], coefficients.to_vec())
        };
        let apart = table([1.0, 0.0, 2.0, 0.0, 1.0, 0.0, 2.0, 0.0, 0.0]);
        assert_eq!(apart.groups(), [vec![0, 2], vec![1]]);
        assert_eq!(apart.ordered_pairs(), 2 + 2 * 5 * 2);
        let chain = table([0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
        assert_eq!(chain.groups(), [vec![0, 1, 2]]);
        assert_eq!(chain.ordered_pairs(), 0);
    }

    #[test]
    fn sums_of_a_tree_beyond_its_tolerance_end_the_run() {
        let check = |error: f64, entropy_rate: f64| {
            let measured = Measured { error, entropy_rate, entropy_slack: 1e-4 };
            require_quality(Quality::Measured(measured), 1e-3, 7).map_err(|failure| failure.to_string())
        };
        assert_eq!(check(1e-3, 9e-5), Ok(()));
        assert_eq!(
            check(2e-3, -1.0).unwrap_err(),
            "the pair sums of step 7 have an error of 2.0e-3 of the rates by direct sums of samples; `summation.tree.tolerance` is 1e-3: try a larger tolerance, a smaller time step, or `direct`"
        );
        assert_eq!(
            check(1e-4, 2e-4).unwrap_err(),
            "the pair sums of step 7 raise the entropy at the rate 2.0e-4, where the tolerance of the tree explains 1.0e-4: try a smaller tolerance, or `direct`"
        );
    }

    #[test]
    fn sums_over_all_pairs_and_samples_of_them_are_always_good_enough() {
        for quality in [Quality::Exact, Quality::Sampled] {
            assert!(require_quality(quality, 0.0, 1).is_ok());
        }
    }
}
