//! The quantities of an experiment with several species: which integrals they are made of, and how accurate they are.
//!
//! Integrals are in three groups, over one velocity, over spheres about the ions and over two velocities. Each group is refined until none of its
//! integrals changes by more than its tolerance, relative to the integral of its absolute value. Quantities are computed from the last two
//! refinements; their difference is the error beside each, in a column NAME_error. The rules converge faster than any power of the
//! spacing, so that the last difference is larger than the error that is left, as soon as the points resolve the density: an estimate, not a
//! bound. Identities whose two sides use different points, as `fisher_dissipation_A_B` and its `_direct`, are the check on it.

mod beside_ions;
mod found;
mod ions;
mod norm;
mod pairs;
mod refinement;

use super::bulk::{self, Lattice, OfSpecies};
use super::convolution::Kernel;
use super::input::SpeciesExperiment;
use super::pairs::{self as two_velocities, Fineness, OfPair};
use crate::laboratory::experiment::Quantity;
use beside_ions::BesideIons;
use found::{Found, indices};
use norm::norm;
use refinement::{Named, Refined, refined, with_error};

/// Spacings of the lattices over one velocity, in standard deviations.
const SPACINGS: [f64; 5] = [0.8, 0.55, 0.4, 0.28, 0.2];

/// Finenesses of the spheres about ions.
const SPHERES: [f64; 5] = [0.8, 1.1, 1.5, 2.0, 2.7];

/// Finenesses of the integrals over two velocities, each four to five times as much work as the one before.
const PAIRS: [f64; 5] = [0.55, 0.75, 1.0, 1.3, 1.65];

/// All quantities of the experiment.
pub fn quantities(experiment: &SpeciesExperiment) -> Vec<Quantity> {
    let densities = experiment.densities();
    let kernel = Kernel::new(experiment.gamma);
    let (tolerance, pair_tolerance) = (experiment.tolerance, experiment.pair_tolerance);
    let norm = norm(experiment.gamma);
    let species: Vec<Refined<OfSpecies>> = (0..densities.len())
        .map(|i| {
            let evaluate = |&spacing: &f64| {
                bulk::of_species(&densities, i, &kernel, &Lattice::new(spacing, bulk::REACH), norm)
            };
            refined(&SPACINGS, tolerance, evaluate, |found| {
                let along = found.along.iter().flat_map(|one| [one.entropy, one.entropy_by_flux, one.fisher]);
                [found.density, found.entropy, found.fisher, found.power].into_iter().chain(along).collect()
            })
        })
        .collect();
    let of_pair = |(i, j): (usize, usize)| {
        let wanted = experiment.two_particle && experiment.coefficient(i, j) > 0.0;
        wanted.then(|| {
            let evaluate = |&fineness: &f64| {
                let (f, g) = (&densities[i], &densities[j]);
                two_velocities::of_pair(f, g, i == j, experiment.gamma, Fineness(fineness))
            };
            refined(&PAIRS, pair_tolerance, evaluate, |found| {
                let mut listed = vec![found.entropy, found.hessian, found.center];
                if i == j || experiment.gamma > -3.0 {
                    listed.extend([found.square, found.curvature, found.turning]);
                }
                if i == j {
                    listed.extend([found.fourth, found.laplacian]);
                }
                listed
            })
        })
    };
    let both: Vec<Option<Refined<OfPair>>> = indices(densities.len()).map(of_pair).collect();
    let ions: Vec<Refined<BesideIons>> = match &experiment.ions {
        None => Vec::new(),
        Some(ions) => densities
            .iter()
            .map(|f| {
                let velocity = ions.velocity.about(f);
                let evaluate = |&fineness: &f64| BesideIons::of(f, velocity, &kernel, fineness);
                refined(&SPHERES, tolerance, evaluate, BesideIons::listed)
            })
            .collect(),
    };
    let [before, last] = [false, true].map(|last| {
        let found = Found {
            experiment,
            densities: &densities,
            species: species.iter().map(|one| one.take(last)).collect(),
            pairs: both.iter().map(|one| one.as_ref().map(|one| one.take(last))).collect(),
            ions: ions.iter().map(|one| one.take(last)).collect(),
        };
        found.named()
    });
    before.into_iter().zip(last).flat_map(|(before, last)| with_error(before, last)).collect()
}
impl Found<'_> {
    fn named(&self) -> Vec<Named> {
        let mut all = Vec::new();
        self.push_totals(&mut all);
        for i in 0..self.species.len() {
            self.push_species(i, &mut all);
        }
        for ((i, j), pair) in indices(self.species.len()).zip(&self.pairs) {
            if self.experiment.coefficient(i, j) > 0.0 {
                self.push_pair(i, j, *pair, &mut all);
            }
        }
        for (i, ions) in self.ions.iter().enumerate() {
            self.push_ions(i, ions, &mut all);
        }
        all
    }
}
